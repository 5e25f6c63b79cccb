//! The queue: leases of jobs, kept by apalis in tables of its own beside ours.
//!
//! It decides who gets a job: one worker at a time, those of a higher priority first, not before its
//! time; and it takes a job back from a worker whose heart has stopped. What a job is and how it stands
//! is in our rows ([`crate::jobs`]).
//!
//! Not here: what is done, and when a job is tried again.

use std::{future::Future, pin::Pin, time::Duration};

use apalis::prelude::*;
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use ronin_core::{Job, JobKind, job::Ticket};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend,
    sqlx::{self, PgPool, SqlitePool},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Error, Result, Store,
    error::{Cause, Doing},
};

/// Between two heartbeats of a worker.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Heartbeats that fail before its jobs are another's.
const MISSED_MAX: usize = 3;

/// How often an idle worker asks; by itself it would with each heartbeat.
const POLL: Duration = Duration::from_millis(500);
/// Before a job is given out again, whose row could not be read or written.
const PAUSE: Duration = Duration::from_secs(2);
/// How often that may happen to one job: always.
const ERRORS_MAX: usize = 1_000_000;
const PUSH: &str = "put a job into the queue";

/// Leases of jobs. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    db: DatabaseConnection,
    pub(crate) heartbeat: Duration,
}

impl Store {
    /// The queue of this database; makes its tables where they are not there.
    pub async fn queue(&self) -> Result<Queue> {
        let queue = Queue { db: self.db.clone(), heartbeat: HEARTBEAT };
        // Their own set-up of SQLite would switch off the syncs of one of our connections.
        let made = match queue.pool() {
            Pool::Sqlite(pool) => SqliteStorage::migrations().run(pool).await,
            Pool::Postgres(pool) => PostgresStorage::migrations().run(pool).await,
        };
        made.map_err(|e| failed("make the tables of the queue", &e))?;
        Ok(queue)
    }
}

/// A worker at work; its own type says too little of itself to be spawned.
type Running = Pin<Box<dyn Future<Output = std::result::Result<(), WorkerError>> + Send>>;

/// The connections, as apalis wants them.
enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

impl Queue {
    fn pool(&self) -> Pool<'_> {
        match self.db.get_database_backend() {
            DbBackend::Sqlite => Pool::Sqlite(self.db.get_sqlite_connection_pool()),
            _ => Pool::Postgres(self.db.get_postgres_connection_pool()),
        }
    }

    /// Puts a job in that waits. The same job in the same place is there once, however often this is
    /// called.
    pub async fn push(&self, job: &Job) -> Result<()> {
        let at = u64::try_from(job.run_at.as_micros().div_euclid(1_000_000)).unwrap_or(0);
        let task = TaskBuilder::new(job.ticket())
            .idempotency_key(format!("{}:{}", job.id, job.place))
            .priority(usize::try_from(job.priority).unwrap_or(0))
            // What failed is put in again by us: this is for errors of the database.
            .max_attempts(ERRORS_MAX)
            .run_at_timestamp(at)
            .build();
        let kind = job.work.kind();
        match self.pool() {
            Pool::Sqlite(pool) => {
                let mut storage = SqliteStorage::<Ticket>::new(pool).with_config(self.sqlite(kind));
                storage.push_task(task).await.map_err(|e| failed(PUSH, &e))
            }
            Pool::Postgres(pool) => {
                let mut storage =
                    PostgresStorage::<Ticket>::new(pool).with_config(self.postgres(kind));
                match storage.push_task(task).await {
                    // SQLite passes over what is there, Postgres says so.
                    Err(TaskSinkError::PushError(apalis_postgres::Error::Database(
                        sqlx::Error::Database(error),
                    ))) if error.is_unique_violation() => Ok(()),
                    pushed => pushed.map_err(|e| failed(PUSH, &e)),
                }
            }
        }
    }

    /// Takes jobs of a kind, `at_once` at the same time, and hands each to `attempt`, until `stop`. A job
    /// for which that fails is given out again.
    pub async fn work<F, Fut>(
        &self,
        kind: JobKind,
        at_once: usize,
        attempt: F,
        stop: CancellationToken,
    ) -> Result<()>
    where
        F: Fn(Ticket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        let attempt = move |ticket: Ticket| {
            let attempt = attempt(ticket);
            async move {
                let done = attempt.await;
                if done.is_err() {
                    sleep(PAUSE).await;
                }
                done.map_err(|e| -> BoxDynError { Box::new(e) })
            }
        };
        let stopped = async move {
            stop.cancelled().await;
            Ok::<(), WorkerError>(())
        };
        // Who comes back under a name is taken for the one before, until its heart has stopped.
        let worker = WorkerBuilder::new(format!("{}-{}", kind.name(), Uuid::now_v7()));
        let running = match self.pool() {
            Pool::Sqlite(pool) => {
                let storage = SqliteStorage::<Ticket>::new(pool).with_config(self.sqlite(kind));
                let worker = worker
                    .backend(storage.poll_with_interval(POLL))
                    .concurrency(at_once)
                    .build(attempt);
                Box::pin(worker.run_until(stopped)) as Running
            }
            Pool::Postgres(pool) => {
                let storage = PostgresStorage::<Ticket>::new(pool).with_config(self.postgres(kind));
                let worker = worker
                    .backend(storage.poll_with_interval(POLL))
                    .concurrency(at_once)
                    .build(attempt);
                Box::pin(worker.run_until(stopped)) as Running
            }
        };
        running.await.map_err(|e| failed("take jobs from the queue", &e))
    }

    fn sqlite(&self, kind: JobKind) -> apalis_sqlite::Config {
        apalis_sqlite::Config::default()
            .queue(kind.name())
            .batch_size(1)
            .heartbeat_interval(self.heartbeat)
            .missed_heartbeats(MISSED_MAX)
    }

    fn postgres(&self, kind: JobKind) -> apalis_postgres::Config {
        apalis_postgres::Config::default()
            .queue(kind.name())
            .batch_size(1)
            .heartbeat_interval(self.heartbeat)
            .missed_heartbeats(MISSED_MAX)
    }

    /// Forgets what is done: our rows tell of it.
    pub async fn forget_done(&self) -> Result<()> {
        // Their own way ends with VACUUM, which would write the whole database anew.
        let table = match self.pool() {
            Pool::Sqlite(_) => "Jobs",
            Pool::Postgres(_) => "apalis.jobs",
        };
        let delete = format!("DELETE FROM {table} WHERE status IN ('Done', 'Killed')");
        self.db.execute_unprepared(&delete).await.doing("tidy the queue")?;
        Ok(())
    }
}

fn failed(doing: &'static str, error: &(dyn std::error::Error + 'static)) -> Error {
    Error::Query { doing, source: Cause::of_queue(error) }
}
