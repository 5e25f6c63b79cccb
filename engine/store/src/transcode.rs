//! Footage that is encoded anew: which files are due, the new file in the place of the recorded one, and
//! what came of all of them. Written by the planner and by workers.
//!
//! Not here: how a job is given and taken ([`crate::jobs`], [`crate::claims`]).

use std::time::Duration;

use ronin_core::{
    CameraId, Recorded, Segment, SegmentId, WallTime,
    job::{Claim, Made},
    transcode::{Left, Transcoded},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    Error, Result, Store,
    claims::held,
    entity::{fragment_index, garbage, job, segment, transcode_total},
    error::{Doing, storable},
    footage::{put, remove},
    jobs::{next_sequence, to_json, update},
    protected::protecting,
    segments::from_row,
    store::{Lock, take},
};

const DOING: &str = "note what came of a file";

/// Nobody has looked at it.
const NEW: i32 = 0;
/// It is in a job.
pub(crate) const TAKEN: i32 = 1;
/// Nothing more is done to it.
const SETTLED: i32 = 2;

/// What became of a file that should take another's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replaced {
    /// It has. The recorded one is garbage.
    Done,
    /// The recorded one is protected or needed, and stays for now.
    Needed,
    /// The recorded one was deleted meanwhile.
    Gone,
    /// The job is another's by now.
    Lost,
}

impl Store {
    /// H.264 files of a camera that ended before `before`, that nobody has looked at and nothing
    /// protects: the newest first, at most `limit`.
    pub async fn transcode_due(
        &self,
        camera: &CameraId,
        before: WallTime,
        limit: u64,
    ) -> Result<Vec<Segment>> {
        use segment::Column;
        let rows = segment::Entity::find()
            .filter(Column::CameraId.eq(camera.as_str()))
            .filter(Column::Transcode.eq(NEW))
            .filter(Column::EndAt.lt(before.as_micros()))
            .filter(Column::Codecs.starts_with("avc"))
            .filter(Expr::exists(protecting()).not())
            .order_by_desc(Column::EndAt)
            .limit(limit)
            .all(&self.db)
            .await
            .doing("look for footage to encode")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Whether something is still to be done to a file that a job has taken, and whether it may be.
    pub async fn transcode_wanted(&self, id: SegmentId) -> Result<Option<(Segment, bool)>> {
        const DOING: &str = "read a file to encode";
        let row = segment::Entity::find_by_id(id.0).one(&self.db).await.doing(DOING)?;
        let Some(row) = row.filter(|row| row.transcode != SETTLED) else { return Ok(None) };
        let is_free = is_free(id).count(&self.db).await.doing(DOING)? > 0;
        Ok(Some((from_row(row)?, is_free)))
    }

    /// Puts a new file in the place of a recorded one, whose own may be deleted after `keep`.
    pub async fn transcode_replace(
        &self,
        claim: Claim,
        old: SegmentId,
        new: &Recorded,
        result: &Transcoded,
        at: WallTime,
        keep: Duration,
    ) -> Result<Replaced> {
        let transaction = self.begin_write(Lock::Segments).await.doing(DOING)?;
        take(&transaction, Lock::Jobs).await.doing(DOING)?;
        if held(&transaction, claim).await?.is_none() {
            return Ok(Replaced::Lost);
        }
        let row = segment::Entity::find_by_id(old.0).one(&transaction).await.doing(DOING)?;
        let Some(row) = row else { return Ok(Replaced::Gone) };
        if is_free(old).count(&transaction).await.doing(DOING)? == 0 {
            return Ok(Replaced::Needed);
        }
        let discarded = garbage::ActiveModel {
            id: Set(row.id),
            path: Set(row.path.clone()),
            discarded_at: Set((at + keep).as_micros()),
        };
        let insert = garbage::Entity::insert(discarded);
        insert.exec_without_returning(&transaction).await.doing(DOING)?;
        remove(&transaction, &[row]).await?;
        let id = new.segment.id.0;
        let pieces =
            fragment_index::ActiveModel { segment_id: Set(id), pieces: Set(new.index.to_bytes()) };
        let insert = fragment_index::Entity::insert(pieces);
        insert.exec_without_returning(&transaction).await.doing(DOING)?;
        put(&transaction, &new.segment).await?;
        settle(&transaction, new.segment.id).await?;
        note(&transaction, claim, &new.segment.camera, result).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(Replaced::Done)
    }

    /// A file stays as it was recorded. `false` where the job is another's by now.
    pub async fn transcode_leave(
        &self,
        claim: Claim,
        segment: &Segment,
        why: Left,
        result: &Transcoded,
    ) -> Result<bool> {
        let transaction = self.begin_write(Lock::Segments).await.doing(DOING)?;
        take(&transaction, Lock::Jobs).await.doing(DOING)?;
        if held(&transaction, claim).await?.is_none() {
            return Ok(false);
        }
        settle(&transaction, segment.id).await?;
        let mut result = result.clone();
        result.leave(why, 1);
        note(&transaction, claim, &segment.camera, &result).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(true)
    }

    /// Files of a job that are looked at another time.
    pub async fn transcode_release(&self, ids: &[SegmentId]) -> Result<()> {
        segment::Entity::update_many()
            .col_expr(segment::Column::Transcode, Expr::value(NEW))
            .filter(segment::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(segment::Column::Transcode.eq(TAKEN))
            .exec(&self.db)
            .await
            .doing("give files back")?;
        Ok(())
    }

    /// What came of the files of each camera since the beginning, by camera.
    pub async fn transcode_totals(&self) -> Result<Vec<(CameraId, Transcoded)>> {
        let rows = transcode_total::Entity::find()
            .order_by_asc(transcode_total::Column::CameraId)
            .all(&self.db)
            .await
            .doing("read what was encoded")?;
        let known = rows.into_iter().map(|row| {
            let camera = row.camera_id.parse().map_err(|_| damaged("no camera id"))?;
            Ok((camera, from_json(&row.result)?))
        });
        known.collect()
    }

    /// The path of a file that is about to be deleted and may still be played.
    pub async fn discarded_path(&self, id: SegmentId) -> Result<Option<String>> {
        let row = garbage::Entity::find_by_id(id.0).one(&self.db).await;
        Ok(row.doing("look for a file that was replaced")?.map(|row| row.path))
    }
}

/// A segment, where nothing protects it.
fn is_free(id: SegmentId) -> sea_orm::Select<segment::Entity> {
    segment::Entity::find()
        .filter(segment::Column::Id.eq(id.0))
        .filter(Expr::exists(protecting()).not())
}

async fn settle(transaction: &DatabaseTransaction, id: SegmentId) -> Result<()> {
    mark(transaction, &[id], SETTLED).await
}

/// Says how far a job is with files.
pub(crate) async fn mark(
    transaction: &DatabaseTransaction,
    ids: &[SegmentId],
    state: i32,
) -> Result<()> {
    segment::Entity::update_many()
        .col_expr(segment::Column::Transcode, Expr::value(state))
        .filter(segment::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .exec(transaction)
        .await
        .doing(DOING)?;
    Ok(())
}

/// Adds what came of a file to the job and to the sums of its camera.
async fn note(
    transaction: &DatabaseTransaction,
    claim: Claim,
    camera: &CameraId,
    result: &Transcoded,
) -> Result<()> {
    let row = job::Entity::find_by_id(claim.job.0).one(transaction).await.doing(DOING)?;
    let made = row.and_then(|row| row.made).map(|made| from_json(&made)).transpose()?;
    let mut of_job = match made {
        Some(Made::Transcode(made)) => made,
        _ => Transcoded::default(),
    };
    of_job.add(result);
    let changed = job::ActiveModel {
        sequence: Set(next_sequence(transaction).await?),
        made: Set(Some(to_json(&Made::Transcode(of_job))?)),
        // Earlier ones, in which nothing was done, do not count any more.
        attempts: Set(1),
        ..Default::default()
    };
    update(transaction, claim.job, changed).await?;

    let known = transcode_total::Entity::find_by_id(camera.as_str()).one(transaction).await;
    let known = known.doing(DOING)?.map(|row| from_json(&row.result)).transpose()?;
    let mut total: Transcoded = known.unwrap_or_default();
    total.add(result);
    let row = transcode_total::ActiveModel {
        camera_id: Set(camera.to_string()),
        result: Set(storable(&to_json(&total)?)),
    };
    let mut replace = OnConflict::column(transcode_total::Column::CameraId);
    replace.update_column(transcode_total::Column::Result);
    let insert = transcode_total::Entity::insert(row).on_conflict(replace);
    insert.exec_without_returning(transaction).await.doing(DOING)?;
    Ok(())
}

fn from_json<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| damaged(e.to_string()))
}

fn damaged(problem: impl Into<String>) -> Error {
    Error::Damaged { what: "what was encoded anew".to_owned(), problem: problem.into() }
}
