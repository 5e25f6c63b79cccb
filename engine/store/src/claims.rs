//! What workers write into the rows of jobs, each under its claim: one whose job was given to another in
//! the meantime changes nothing.
//!
//! Not here: who gets a job ([`crate::Queue`]), what people ask and wish ([`crate::jobs`]).

use std::time::Duration;

use ronin_core::{
    Job, JobState, WallTime,
    job::{ATTEMPTS_MAX, Claim, JobError, Made, Ticket, retry_after},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    entity::job,
    error::{Doing, storable},
    jobs::{Over, READ, WRITE, end, from_row, next_sequence, to_json, update},
    store::Lock,
};

/// The queue counts in seconds.
const EARLY_MAX: Duration = Duration::from_secs(1);

impl Store {
    /// Takes a job for a worker: it waits, or whoever had it by the same ticket was taken for dead. `None`
    /// where it is over, or is to be stopped, which this then does, or may not be tried yet, or the
    /// ticket is an old one.
    pub async fn claim_job(
        &self,
        ticket: Ticket,
        worker: &str,
        now: WallTime,
    ) -> Result<Option<(Claim, Job)>> {
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        let id = ticket.job;
        let row = job::Entity::find_by_id(id.0).one(&transaction).await.doing(WRITE)?;
        let Some(job) = row.map(from_row).transpose()? else { return Ok(None) };
        if job.state.is_over() || job.place != ticket.place || job.run_at > now + EARLY_MAX {
            return Ok(None);
        }
        if job.is_cancelling {
            let over = Over { state: JobState::Cancelled, at: now, ..Over::default() };
            end(&transaction, id, over).await?;
            transaction.commit().await.doing(WRITE)?;
            return Ok(None);
        }
        if job.attempts >= ATTEMPTS_MAX {
            let message = format!(
                "{ATTEMPTS_MAX} attempts ended without a word: the worker died each time. See its \
                 log, then retry the job"
            );
            let reason = "WORKER_DIED".to_owned();
            let over =
                Over { state: JobState::Failed, at: now, reason, message, ..Over::default() };
            end(&transaction, id, over).await?;
            transaction.commit().await.doing(WRITE)?;
            return Ok(None);
        }
        let claim = Claim { job: id, id: Uuid::now_v7(), attempt: job.attempts + 1 };
        let changed = job::ActiveModel {
            sequence: Set(next_sequence(&transaction).await?),
            state: Set(JobState::Running.name().to_owned()),
            progress: Set(0.0),
            attempts: Set(claim.attempt.cast_signed()),
            worker: Set(storable(worker)),
            claim: Set(Some(claim.id)),
            started_at: Set(Some(now.as_micros())),
            ..Default::default()
        };
        update(&transaction, id, changed).await?;
        let row = job::Entity::find_by_id(id.0).one(&transaction).await.doing(WRITE)?;
        transaction.commit().await.doing(WRITE)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((claim, from_row(row)?)))
    }

    /// Says how far a job is. `false` where it is to be stopped, or somebody else's by now.
    pub async fn note_progress(&self, claim: Claim, progress: f64) -> Result<bool> {
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        let Some(job) = held(&transaction, claim).await? else { return Ok(false) };
        if job.is_cancelling {
            return Ok(false);
        }
        if (job.progress - progress).abs() < f64::EPSILON {
            return Ok(true);
        }
        let changed = job::ActiveModel {
            sequence: Set(next_sequence(&transaction).await?),
            progress: Set(progress),
            ..Default::default()
        };
        update(&transaction, claim.job, changed).await?;
        transaction.commit().await.doing(WRITE)?;
        Ok(true)
    }

    /// A job is done. `false` where it was somebody else's by then: what was made counts for nothing.
    pub async fn job_succeeded(
        &self,
        claim: Claim,
        made: &Made,
        expires_at: Option<WallTime>,
        now: WallTime,
    ) -> Result<bool> {
        let made = Some(to_json(made)?);
        let over =
            Over { state: JobState::Succeeded, at: now, made, expires_at, ..Over::default() };
        self.end_held(claim, over).await
    }

    /// A job was stopped, as somebody wished. `false` where it was somebody else's by then.
    pub async fn job_stopped(&self, claim: Claim, now: WallTime) -> Result<bool> {
        let over = Over { state: JobState::Cancelled, at: now, ..Over::default() };
        self.end_held(claim, over).await
    }

    /// An attempt failed: the job is over, or waits for the next one. `false` where it was somebody
    /// else's by then.
    pub async fn job_failed(&self, claim: Claim, error: &JobError, now: WallTime) -> Result<bool> {
        let (reason, message) = (error.reason.to_owned(), storable(&error.message));
        if !error.may_pass || claim.attempt >= ATTEMPTS_MAX {
            let over =
                Over { state: JobState::Failed, at: now, reason, message, ..Over::default() };
            return self.end_held(claim, over).await;
        }
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        if held(&transaction, claim).await?.is_none() {
            return Ok(false);
        }
        let sequence = next_sequence(&transaction).await?;
        let changed = job::ActiveModel {
            sequence: Set(sequence),
            place: Set(sequence),
            state: Set(JobState::Queued.name().to_owned()),
            progress: Set(0.0),
            reason: Set(reason),
            message: Set(message),
            run_at: Set((now + retry_after(claim.attempt)).as_micros()),
            ..Default::default()
        };
        update(&transaction, claim.job, changed).await?;
        transaction.commit().await.doing(WRITE)?;
        Ok(true)
    }

    /// The engine ends while a job runs: it waits for its next start, and has lost no attempt.
    pub async fn job_put_back(&self, claim: Claim) -> Result<bool> {
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        if held(&transaction, claim).await?.is_none() {
            return Ok(false);
        }
        let sequence = next_sequence(&transaction).await?;
        let changed = job::ActiveModel {
            sequence: Set(sequence),
            place: Set(sequence),
            state: Set(JobState::Queued.name().to_owned()),
            progress: Set(0.0),
            attempts: Set((claim.attempt - 1).cast_signed()),
            ..Default::default()
        };
        update(&transaction, claim.job, changed).await?;
        transaction.commit().await.doing(WRITE)?;
        Ok(true)
    }

    /// The claims under which something is made or was: what lies elsewhere belongs to no job.
    pub async fn job_claims(&self) -> Result<Vec<Uuid>> {
        let states = [JobState::Running, JobState::Succeeded].map(JobState::name);
        let claims: Vec<Option<Uuid>> = job::Entity::find()
            .select_only()
            .column(job::Column::Claim)
            .filter(job::Column::State.is_in(states))
            .into_tuple()
            .all(&self.db)
            .await
            .doing(READ)?;
        Ok(claims.into_iter().flatten().collect())
    }

    async fn end_held(&self, claim: Claim, over: Over) -> Result<bool> {
        let transaction = self.begin_write(Lock::Jobs).await.doing(WRITE)?;
        if held(&transaction, claim).await?.is_none() {
            return Ok(false);
        }
        end(&transaction, claim.job, over).await?;
        transaction.commit().await.doing(WRITE)?;
        Ok(true)
    }
}

/// The job that a worker holds; `None` where it does not any more.
pub(crate) async fn held(transaction: &DatabaseTransaction, claim: Claim) -> Result<Option<Job>> {
    let row = job::Entity::find_by_id(claim.job.0).one(transaction).await.doing(WRITE)?;
    row.filter(|row| is_held(row, claim)).map(from_row).transpose()
}

fn is_held(row: &job::Model, claim: Claim) -> bool {
    row.state == JobState::Running.name() && row.claim == Some(claim.id)
}
