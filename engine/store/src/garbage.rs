//! Deleting footage, in the order that a crash cannot spoil: the row becomes garbage, the file
//! goes, the garbage is forgotten. Written by the reclaimer, and for files that others took the place of
//! by [`crate::transcode`].
//!
//! Not here: which footage goes, and the files.

use std::time::Duration;

use ronin_core::{SegmentId, WallTime};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    Result, Store,
    entity::{garbage, segment},
    error::Doing,
    footage::remove,
    protected::protecting,
    store::Lock,
};

/// Nothing that was replaced is kept for longer.
const KEPT_MAX: Duration = Duration::from_secs(3600);

impl Store {
    /// Turns segments into garbage: they are no longer shown, and their files may be deleted. What
    /// is protected by now stays.
    pub async fn discard(&self, ids: &[SegmentId], at: WallTime) -> Result<()> {
        let unprotected = Condition::all().add(Expr::exists(protecting()).not());
        self.discard_where(ids, unprotected, at).await
    }

    async fn discard_where(&self, ids: &[SegmentId], which: Condition, at: WallTime) -> Result<()> {
        let ids = ids.iter().map(|id| id.0);
        let transaction = self.begin_write(Lock::Segments).await.doing("discard segments")?;
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.is_in(ids))
            .filter(which)
            .all(&transaction)
            .await
            .doing("discard segments")?;
        if rows.is_empty() {
            return Ok(());
        }
        let garbage = rows.iter().map(|row| garbage::ActiveModel {
            id: Set(row.id),
            path: Set(row.path.clone()),
            discarded_at: Set(at.as_micros()),
        });
        garbage::Entity::insert_many(garbage)
            .on_conflict(OnConflict::column(garbage::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&transaction)
            .await
            .doing("discard segments")?;
        remove(&transaction, &rows).await?;
        transaction.commit().await.doing("discard segments")
    }

    /// As [`Store::discard`], for segments whose files were deleted while the database was away:
    /// protected or not, they are gone.
    pub async fn discard_lost(&self, ids: &[SegmentId], at: WallTime) -> Result<()> {
        self.discard_where(ids, Condition::all(), at).await
    }

    /// Garbage whose files are to be deleted, now or later: id and path, at most `limit`.
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

    /// Of the garbage, what may be deleted at `now`: what was replaced stays a while for those who play
    /// it.
    pub async fn garbage_due(&self, now: WallTime, limit: u64) -> Result<Vec<(SegmentId, String)>> {
        use garbage::Column;
        // A clock that was set back must not keep anything for long.
        let due = Condition::any()
            .add(Column::DiscardedAt.lte(now.as_micros()))
            .add(Column::DiscardedAt.gt((now + KEPT_MAX).as_micros()));
        let rows = garbage::Entity::find()
            .filter(due)
            .order_by_asc(Column::DiscardedAt)
            .order_by_asc(Column::Id)
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
