//! Deleting footage, in the order that a crash cannot spoil: the row becomes garbage, the file
//! goes, the garbage is forgotten. Written by the reclaimer alone.
//!
//! Not here: which footage goes, and the files.

use ronin_core::{Segment, SegmentId, WallTime};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    TransactionTrait, sea_query::OnConflict,
};

use crate::{
    Result, Store,
    entity::{garbage, segment},
    error::Doing,
    segments::from_row,
};

impl Store {
    /// The oldest segments of all cameras, at most `limit`.
    pub async fn oldest_segments(&self, limit: u64) -> Result<Vec<Segment>> {
        let rows = segment::Entity::find()
            .order_by_asc(segment::Column::StartAt)
            .order_by_asc(segment::Column::Id)
            .limit(limit)
            .all(&self.db)
            .await
            .doing("read the oldest segments")?;
        rows.into_iter().map(from_row).collect()
    }

    /// End of the newest segment of all cameras; `None` where there is none.
    pub async fn newest_end(&self) -> Result<Option<WallTime>> {
        let newest: Option<Option<i64>> = segment::Entity::find()
            .select_only()
            .column_as(segment::Column::EndAt.max(), "newest")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("read the newest segment")?;
        Ok(newest.flatten().map(WallTime::from_micros))
    }

    /// Turns segments into garbage: they are no longer shown, and their files may be deleted.
    pub async fn discard(&self, ids: &[SegmentId], at: WallTime) -> Result<()> {
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        let transaction = self.db.begin().await.doing("discard segments")?;
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.is_in(ids.clone()))
            .all(&transaction)
            .await
            .doing("discard segments")?;
        if rows.is_empty() {
            return Ok(());
        }
        let garbage = rows.into_iter().map(|row| garbage::ActiveModel {
            id: Set(row.id),
            path: Set(row.path),
            discarded_at: Set(at.as_micros()),
        });
        garbage::Entity::insert_many(garbage)
            .on_conflict(OnConflict::column(garbage::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&transaction)
            .await
            .doing("discard segments")?;
        segment::Entity::delete_many()
            .filter(segment::Column::Id.is_in(ids))
            .exec(&transaction)
            .await
            .doing("discard segments")?;
        transaction.commit().await.doing("discard segments")
    }

    /// Garbage whose files are to be deleted: id and path, at most `limit`.
    pub async fn garbage(&self, limit: u64) -> Result<Vec<(SegmentId, String)>> {
        let rows = garbage::Entity::find()
            .order_by_asc(garbage::Column::DiscardedAt)
            .order_by_asc(garbage::Column::Id)
            .limit(limit)
            .all(&self.db)
            .await
            .doing("read the garbage")?;
        Ok(rows.into_iter().map(|row| (SegmentId(row.id), row.path)).collect())
    }

    /// Forgets garbage whose files are gone.
    pub async fn forget_garbage(&self, ids: &[SegmentId]) -> Result<()> {
        garbage::Entity::delete_many()
            .filter(garbage::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .exec(&self.db)
            .await
            .doing("forget garbage")?;
        Ok(())
    }
}
