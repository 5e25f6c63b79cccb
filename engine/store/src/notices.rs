//! The notice table: news for people, in the order in which they were stored. Written by the
//! recorder.

use ronin_core::{CameraId, Notice, NoticeKind, WallTime};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::OnConflict,
};

use crate::{
    Error, Result, Store,
    entity::notice,
    error::{Doing, storable},
};

/// A notice and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredNotice {
    /// Grows from notice to notice.
    pub row: i64,
    /// The notice.
    pub notice: Notice,
}

impl Store {
    /// Stores a notice and returns its row. Twice is once.
    pub async fn insert_notice(&self, new: &Notice) -> Result<i64> {
        let row = notice::ActiveModel {
            id: NotSet,
            key: Set(new.id),
            at: Set(new.at.as_micros()),
            kind: Set(new.kind.name().to_owned()),
            camera_id: Set(new.camera.as_ref().map(ToString::to_string)),
            cause: Set(storable(&new.cause)),
            message: Set(storable(&new.message)),
        };
        let keep = OnConflict::column(notice::Column::Key).do_nothing().to_owned();
        let insert = notice::Entity::insert(row).on_conflict(keep);
        insert.exec_without_returning(&self.db).await.doing("store a notice")?;
        let stored: Option<i64> = notice::Entity::find()
            .filter(notice::Column::Key.eq(new.id))
            .select_only()
            .column(notice::Column::Id)
            .into_tuple()
            .one(&self.db)
            .await
            .doing("store a notice")?;
        stored.ok_or_else(|| Error::Damaged {
            what: "a notice".to_owned(),
            problem: "it is not there after it was stored".to_owned(),
        })
    }

    /// Notices behind the row `after`, oldest first, at most `limit`; of all kinds where `kinds` is
    /// empty.
    pub async fn notices_after(
        &self,
        after: i64,
        kinds: &[NoticeKind],
        limit: u64,
    ) -> Result<Vec<StoredNotice>> {
        let select = of_kinds(notice::Entity::find(), kinds)
            .filter(notice::Column::Id.gt(after))
            .order_by_asc(notice::Column::Id)
            .limit(limit);
        let rows = select.all(&self.db).await.doing("read notices")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Notices before the row `before`, newest first, at most `limit`.
    pub async fn notices_before(
        &self,
        before: Option<i64>,
        kinds: &[NoticeKind],
        camera: Option<&CameraId>,
        limit: u64,
    ) -> Result<Vec<StoredNotice>> {
        let mut select =
            of_kinds(notice::Entity::find(), kinds).order_by_desc(notice::Column::Id).limit(limit);
        if let Some(before) = before {
            select = select.filter(notice::Column::Id.lt(before));
        }
        if let Some(camera) = camera {
            select = select.filter(notice::Column::CameraId.eq(camera.as_str()));
        }
        let rows = select.all(&self.db).await.doing("read notices")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Rows of the oldest and the newest notice; `None` where there is none.
    pub async fn notice_rows(&self) -> Result<Option<(i64, i64)>> {
        let rows: Option<(Option<i64>, Option<i64>)> = notice::Entity::find()
            .select_only()
            .column_as(notice::Column::Id.min(), "oldest")
            .column_as(notice::Column::Id.max(), "newest")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("read notices")?;
        Ok(rows.and_then(|(oldest, newest)| oldest.zip(newest)))
    }

    /// Forgets notices of before `before`, but never the newest, whose row says where a watch is.
    pub async fn forget_notices(&self, before: WallTime) -> Result<()> {
        let Some((_, newest)) = self.notice_rows().await? else { return Ok(()) };
        notice::Entity::delete_many()
            .filter(notice::Column::At.lt(before.as_micros()))
            .filter(notice::Column::Id.lt(newest))
            .exec(&self.db)
            .await
            .doing("forget old notices")?;
        Ok(())
    }
}

fn of_kinds(select: Select<notice::Entity>, kinds: &[NoticeKind]) -> Select<notice::Entity> {
    if kinds.is_empty() {
        return select;
    }
    select.filter(notice::Column::Kind.is_in(kinds.iter().map(|kind| kind.name())))
}

fn from_row(row: notice::Model) -> Result<StoredNotice> {
    let damaged = |problem: String| Error::Damaged { what: format!("notice {}", row.id), problem };
    let kind = row.kind.parse().map_err(|_| damaged(format!("{:?} is no kind", row.kind)))?;
    let camera = row.camera_id.as_deref().map(str::parse).transpose();
    let camera = camera.map_err(|_| damaged(format!("{:?} is no camera id", row.camera_id)))?;
    Ok(StoredNotice {
        row: row.id,
        notice: Notice {
            id: row.key,
            at: WallTime::from_micros(row.at),
            kind,
            camera,
            cause: row.cause,
            message: row.message,
        },
    })
}
