//! The job tables: what is to be done, how far it is, what came of it; and the footage that stays
//! until it is. Written by the API (new jobs, wishes to stop one), and by workers ([`crate::claims`]).
//!
//! Every change has a new, higher sequence, so that whoever follows the jobs has missed
//! nothing that is above the last one seen.
//!
//! Not here: who gets a job ([`crate::Queue`]).

use ronin_core::{
    Job, JobId, JobKind, JobState, WallTime,
    job::{Made, NewJob, Work},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    Error, Result, Store,
    entity::{job, job_span},
    error::{Doing, storable},
    store::{Lock, take},
    transcode::{self, TAKEN},
};

pub(crate) const READ: &str = "read the jobs";
pub(crate) const WRITE: &str = "write a job";
/// Jobs of a database that wait or run, of all kinds.
const PENDING_MAX: u64 = 10_000;

/// Jobs of one kind in one state; those that failed, for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobCount {
    /// Their kind.
    pub kind: JobKind,
    /// How they are doing.
    pub state: JobState,
    /// Why they failed; empty for others.
    pub reason: String,
    /// How many.
    pub jobs: u64,
}

/// Which jobs are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JobFilter {
    /// Empty: of all kinds.
    pub kinds: Vec<JobKind>,
    /// Empty: in all states.
    pub states: Vec<JobState>,
}

/// What became of a new job.
#[derive(Clone, PartialEq, Debug)]
pub enum Inserted {
    /// It is stored.
    New(Job),
    /// The same request was made before; this is its job.
    Again(Job),
    /// So many of its kind wait already.
    TooMany(u64),
}

impl Store {
    /// Stores a job where fewer than `max` of its kind wait or run. Once this returns, the footage that
    /// it needs stays until it is over.
    pub async fn insert_job(&self, new: &NewJob, max: u64) -> Result<Inserted> {
        // What is being discarded at this moment is discarded, or sees what the job needs.
        let transaction = self.begin_write(Lock::Segments).await.doing(WRITE)?;
        take(&transaction, Lock::Jobs).await.doing(WRITE)?;
        if let Some(request) = new.request_id {
            let known = job::Entity::find()
                .filter(job::Column::CreatedBy.eq(storable(&new.created_by)))
                .filter(job::Column::RequestId.eq(request))
                .one(&transaction)
                .await
                .doing(WRITE)?;
            if let Some(row) = known {
                return from_row(row).map(Inserted::Again);
            }
        }
        let kind = new.work.kind();
        let pending = job::Entity::find()
            .filter(job::Column::Kind.eq(kind.name()))
            .filter(job::Column::State.is_in([JobState::Queued.name(), JobState::Running.name()]))
            .count(&transaction)
            .await
            .doing(WRITE)?;
        if pending >= max {
            return Ok(Inserted::TooMany(pending));
        }
        let sequence = next_sequence(&transaction).await?;
        let row = job::Model {
            id: new.id.0,
            sequence,
            place: sequence,
            kind: kind.name().to_owned(),
            title: storable(&new.title),
            work: to_json(&new.work)?,
            priority: new.priority,
            state: JobState::Queued.name().to_owned(),
            cancelling: false,
            progress: 0.0,
            reason: String::new(),
            message: String::new(),
            attempts: 0,
            worker: String::new(),
            claim: None,
            created_by: storable(&new.created_by),
            request_id: new.request_id,
            created_at: new.created_at.as_micros(),
            started_at: None,
            ended_at: None,
            run_at: new.created_at.as_micros(),
            expires_at: None,
            made: None,
        };
        let insert = job::Entity::insert(row.clone().into_active_model());
        insert.exec_without_returning(&transaction).await.doing(WRITE)?;
        keep_footage(&transaction, new.id, &new.work).await?;
        transaction.commit().await.doing(WRITE)?;
        from_row(row).map(Inserted::New)
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>> {
        let row = job::Entity::find_by_id(id.0).one(&self.db).await.doing(READ)?;
        row.map(from_row).transpose()
    }

    /// Jobs, newest first, from those older than `before` on, at most `limit`.
    pub async fn jobs(
        &self,
        filter: &JobFilter,
        before: Option<JobId>,
        limit: u64,
    ) -> Result<Vec<Job>> {
        use job::Column;
        let mut select = job::Entity::find().order_by_desc(Column::Id).limit(limit);
        if !filter.kinds.is_empty() {
            select = select.filter(Column::Kind.is_in(filter.kinds.iter().map(|k| k.name())));
        }
        if !filter.states.is_empty() {
            select = select.filter(Column::State.is_in(filter.states.iter().map(|s| s.name())));
        }
        if let Some(before) = before {
            select = select.filter(Column::Id.lt(before.0));
        }
        let rows = select.all(&self.db).await.doing(READ)?;
        rows.into_iter().map(from_row).collect()
    }

    /// Changes behind a sequence, in order, at most `limit`.
    pub async fn jobs_after(
        &self,
        sequence: i64,
        kinds: &[JobKind],
        limit: u64,
    ) -> Result<Vec<Job>> {
        let mut select = job::Entity::find()
            .filter(job::Column::Sequence.gt(sequence))
            .order_by_asc(job::Column::Sequence)
            .limit(limit);
        if !kinds.is_empty() {
            select = select.filter(job::Column::Kind.is_in(kinds.iter().map(|k| k.name())));
        }
        let rows = select.all(&self.db).await.doing(READ)?;
        rows.into_iter().map(from_row).collect()
    }

    /// The highest sequence there is; 0 where there is no job.
    pub async fn job_sequence(&self) -> Result<i64> {
        let newest: Option<Option<i64>> = job::Entity::find()
            .select_only()
            .column_as(job::Column::Sequence.max(), "highest")
            .into_tuple()
            .one(&self.db)
            .await
            .doing(READ)?;
        Ok(newest.flatten().unwrap_or(0))
    }

    /// Jobs that wait and may be tried before `before`.
    pub async fn jobs_due(&self, before: WallTime) -> Result<Vec<Job>> {
        let rows = job::Entity::find()
            .filter(job::Column::State.eq(JobState::Queued.name()))
            .filter(job::Column::RunAt.lte(before.as_micros()))
            .limit(PENDING_MAX)
            .all(&self.db)
            .await
            .doing(READ)?;
        rows.into_iter().map(from_row).collect()
    }

    /// Somebody wants a job stopped: one that waits is over, one that runs is told. Returns it as it is
    /// then; `None` where there is none.
    pub async fn cancel_job(&self, id: JobId, now: WallTime) -> Result<Option<Job>> {
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        let row = job::Entity::find_by_id(id.0).one(&transaction).await.doing(WRITE)?;
        let Some(job) = row.map(from_row).transpose()? else { return Ok(None) };
        match job.state {
            JobState::Queued => {
                let over = Over { state: JobState::Cancelled, at: now, ..Over::default() };
                end(&transaction, id, over).await?;
            }
            JobState::Running if !job.is_cancelling => {
                let changed = job::ActiveModel {
                    sequence: Set(next_sequence(&transaction).await?),
                    cancelling: Set(true),
                    ..Default::default()
                };
                update(&transaction, id, changed).await?;
            }
            _ => return Ok(Some(job)),
        }
        transaction.commit().await.doing(WRITE)?;
        self.job(id).await
    }

    /// A job that failed or was stopped waits again, with all of its attempts. `false` where there is
    /// none, or it is in another state.
    pub async fn retry_job(&self, id: JobId, now: WallTime) -> Result<bool> {
        let transaction = self.begin_write(Lock::Segments).await.doing(WRITE)?;
        take(&transaction, Lock::Jobs).await.doing(WRITE)?;
        let row = job::Entity::find_by_id(id.0).one(&transaction).await.doing(WRITE)?;
        let Some(job) = row.map(from_row).transpose()? else { return Ok(false) };
        if !matches!(job.state, JobState::Failed | JobState::Cancelled) {
            return Ok(false);
        }
        let sequence = next_sequence(&transaction).await?;
        let changed = job::ActiveModel {
            sequence: Set(sequence),
            place: Set(sequence),
            state: Set(JobState::Queued.name().to_owned()),
            cancelling: Set(false),
            progress: Set(0.0),
            reason: Set(String::new()),
            message: Set(String::new()),
            attempts: Set(0),
            started_at: Set(None),
            ended_at: Set(None),
            run_at: Set(now.as_micros()),
            ..Default::default()
        };
        update(&transaction, id, changed).await?;
        keep_footage(&transaction, id, &job.work).await?;
        transaction.commit().await.doing(WRITE)?;
        Ok(true)
    }

    /// Forgets a job that is over. `false` where it is not, or there is none.
    pub async fn delete_job(&self, id: JobId) -> Result<bool> {
        let over = [JobState::Succeeded, JobState::Failed, JobState::Cancelled];
        let deleted = job::Entity::delete_many()
            .filter(job::Column::Id.eq(id.0))
            .filter(job::Column::State.is_in(over.map(JobState::name)))
            .exec(&self.db)
            .await
            .doing("delete a job")?;
        Ok(deleted.rows_affected == 1)
    }

    /// Forgets jobs of a kind that were over before `before`.
    pub async fn forget_jobs(&self, kind: JobKind, before: WallTime) -> Result<()> {
        job::Entity::delete_many()
            .filter(job::Column::Kind.eq(kind.name()))
            .filter(job::Column::EndedAt.lt(before.as_micros()))
            .exec(&self.db)
            .await
            .doing("forget old jobs")?;
        Ok(())
    }

    /// Jobs whose time is over.
    pub async fn jobs_expired(&self, now: WallTime) -> Result<Vec<JobId>> {
        let ids: Vec<Uuid> = job::Entity::find()
            .select_only()
            .column(job::Column::Id)
            .filter(job::Column::ExpiresAt.lte(now.as_micros()))
            .into_tuple()
            .all(&self.db)
            .await
            .doing(READ)?;
        Ok(ids.into_iter().map(JobId).collect())
    }

    /// How many jobs there are.
    pub async fn job_counts(&self) -> Result<Vec<JobCount>> {
        use job::Column;
        let rows: Vec<(String, String, String, i64)> = job::Entity::find()
            .select_only()
            .columns([Column::Kind, Column::State, Column::Reason])
            .column_as(Column::Id.count(), "jobs")
            .group_by(Column::Kind)
            .group_by(Column::State)
            .group_by(Column::Reason)
            .into_tuple()
            .all(&self.db)
            .await
            .doing(READ)?;
        let known = |(kind, state, reason, jobs): (String, String, String, i64)| {
            let jobs = u64::try_from(jobs).ok()?;
            Some(JobCount { kind: kind.parse().ok()?, state: state.parse().ok()?, reason, jobs })
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }
}

/// How a job ends.
pub(crate) struct Over {
    pub(crate) state: JobState,
    pub(crate) at: WallTime,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) made: Option<String>,
    pub(crate) expires_at: Option<WallTime>,
}

impl Default for Over {
    fn default() -> Self {
        Self {
            state: JobState::Failed,
            at: WallTime::from_micros(0),
            reason: String::new(),
            message: String::new(),
            made: None,
            expires_at: None,
        }
    }
}

/// Ends a job; the footage that it needed may go.
pub(crate) async fn end(transaction: &DatabaseTransaction, id: JobId, over: Over) -> Result<()> {
    let mut changed = job::ActiveModel {
        sequence: Set(next_sequence(transaction).await?),
        state: Set(over.state.name().to_owned()),
        cancelling: Set(false),
        reason: Set(over.reason),
        message: Set(over.message),
        ended_at: Set(Some(over.at.as_micros())),
        expires_at: Set(over.expires_at.map(WallTime::as_micros)),
        // What there is of it already stays.
        made: over.made.map_or(NotSet, |made| Set(Some(made))),
        ..Default::default()
    };
    if over.state == JobState::Succeeded {
        changed.progress = Set(1.0);
    }
    update(transaction, id, changed).await?;
    job_span::Entity::delete_many()
        .filter(job_span::Column::JobId.eq(id.0))
        .exec(transaction)
        .await
        .doing(WRITE)?;
    Ok(())
}

pub(crate) async fn update(
    transaction: &DatabaseTransaction,
    id: JobId,
    changed: job::ActiveModel,
) -> Result<()> {
    let changed = job::ActiveModel { id: NotSet, ..changed };
    job::Entity::update_many()
        .set(changed)
        .filter(job::Column::Id.eq(id.0))
        .exec(transaction)
        .await
        .doing(WRITE)?;
    Ok(())
}

/// The footage that a job needs stays; files that are encoded anew may go, and are in no second job.
async fn keep_footage(transaction: &DatabaseTransaction, id: JobId, work: &Work) -> Result<()> {
    let export = match work {
        Work::Export(export) => export,
        Work::Transcode(work) => return transcode::mark(transaction, &work.segments, TAKEN).await,
    };
    let spans = export.cameras.iter().map(|camera| job_span::ActiveModel {
        job_id: Set(id.0),
        camera_id: Set(camera.to_string()),
        start_at: Set(export.span.start.as_micros()),
        end_at: Set(export.span.end.as_micros()),
    });
    let insert = job_span::Entity::insert_many(spans);
    insert.exec_without_returning(transaction).await.doing(WRITE)?;
    Ok(())
}

/// The next free sequence; whoever asks holds the lock.
pub(crate) async fn next_sequence(transaction: &DatabaseTransaction) -> Result<i64> {
    let newest: Option<Option<i64>> = job::Entity::find()
        .select_only()
        .column_as(job::Column::Sequence.max(), "highest")
        .into_tuple()
        .one(transaction)
        .await
        .doing(WRITE)?;
    Ok(newest.flatten().unwrap_or(0) + 1)
}

pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Damaged {
        what: "a job".to_owned(),
        problem: format!("it cannot be written as JSON: {e}"),
    })
}

pub(crate) fn from_row(row: job::Model) -> Result<Job> {
    let damaged = |problem: String| Error::Damaged { what: format!("job {}", row.id), problem };
    let time = WallTime::from_micros;
    let made: Option<Made> = row
        .made
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|e| damaged(format!("what it made: {e}")))?;
    Ok(Job {
        id: JobId(row.id),
        sequence: row.sequence,
        place: row.place,
        title: row.title.clone(),
        work: serde_json::from_str(&row.work).map_err(|e| damaged(format!("its work: {e}")))?,
        priority: row.priority,
        state: row.state.parse().map_err(|_| damaged(format!("state {:?}", row.state)))?,
        is_cancelling: row.cancelling,
        progress: row.progress,
        reason: row.reason.clone(),
        message: row.message.clone(),
        attempts: row.attempts.cast_unsigned(),
        worker: row.worker.clone(),
        claim: row.claim,
        created_by: row.created_by.clone(),
        created_at: time(row.created_at),
        started_at: row.started_at.map(time),
        ended_at: row.ended_at.map(time),
        run_at: time(row.run_at),
        expires_at: row.expires_at.map(time),
        made,
    })
}
