//! The lost_file table: segments whose file is not there any more although nobody of ours deleted
//! it. Written by the engine's start, and by whoever finds a file missing.
//!
//! A file that is found again gets its row back by being adopted.

use ronin_core::{CameraId, SegmentId, Span, WallTime};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use crate::{
    Result, Store,
    entity::{lost_file, segment},
    error::{Doing, narrow},
    footage::remove,
    store::Lock,
};

const DOING: &str = "note lost files";

impl Store {
    /// Says that the files of these segments are not there: they are no longer shown as footage,
    /// and the timeline says why.
    pub async fn mark_lost(&self, ids: &[SegmentId], at: WallTime) -> Result<()> {
        let ids = ids.iter().map(|id| id.0);
        let transaction = self.begin_write(Lock::Segments).await.doing(DOING)?;
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.is_in(ids))
            .all(&transaction)
            .await
            .doing(DOING)?;
        if rows.is_empty() {
            return Ok(());
        }
        let lost = rows.iter().map(|row| lost_file::ActiveModel {
            id: Set(row.id),
            camera_id: Set(row.camera_id.clone()),
            start_at: Set(row.start_at),
            end_at: Set(row.end_at),
            path: Set(row.path.clone()),
            noticed_at: Set(at.as_micros()),
        });
        lost_file::Entity::insert_many(lost)
            .on_conflict(OnConflict::column(lost_file::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&transaction)
            .await
            .doing(DOING)?;
        remove(&transaction, &rows).await?;
        transaction.commit().await.doing(DOING)
    }

    /// How many files are known to be lost.
    pub async fn lost_files(&self) -> Result<u64> {
        let count: Option<i64> = lost_file::Entity::find()
            .select_only()
            .column_as(lost_file::Column::Id.count(), "files")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("count lost files")?;
        narrow("the number of lost files", count.unwrap_or_default())
    }

    /// Forgets lost files whose footage ended before `before`: by now it would be gone anyway.
    pub async fn forget_lost(&self, before: WallTime) -> Result<()> {
        lost_file::Entity::delete_many()
            .filter(lost_file::Column::EndAt.lt(before.as_micros()))
            .exec(&self.db)
            .await
            .doing("forget lost files")?;
        Ok(())
    }

    /// The times of lost files of a camera in `span`, by start.
    pub(crate) async fn lost_in(&self, camera: &CameraId, span: Span) -> Result<Vec<Span>> {
        use lost_file::Column;
        let rows: Vec<(i64, i64)> = lost_file::Entity::find()
            .filter(Column::CameraId.eq(camera.as_str()))
            .filter(Column::StartAt.lt(span.end.as_micros()))
            .filter(Column::EndAt.gt(span.start.as_micros()))
            .select_only()
            .columns([Column::StartAt, Column::EndAt])
            .order_by_asc(Column::StartAt)
            .into_tuple()
            .all(&self.db)
            .await
            .doing("read lost files")?;
        let span =
            |(start, end)| Span::new(WallTime::from_micros(start), WallTime::from_micros(end));
        Ok(rows.into_iter().map(span).collect())
    }
}
