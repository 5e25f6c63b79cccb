//! Long work: gives jobs to the queue, takes them from it, does them and writes down what came of it.
//!
//! ```text
//!  API ─▶ row of the job ─▶ dispatcher ─▶ queue (a lease) ─▶ worker ─▶ claim on the row ─▶ work
//! ```
//! The row is the truth. What the queue loses is put in again, what it gives twice is done once: who has
//! lost the claim changes nothing ([ADR 20](../../../docs/adr/0020-jobs.md)). Recording waits for none of
//! it.
//!
//! Not here: how the queue leases ([`ronin_store::Queue`]), what is asked for (the API).

pub(crate) mod coder;
mod export;
mod planner;
mod tidy;
pub(crate) mod transcode;

use std::{
    collections::HashMap,
    future::Future,
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use ronin_api::footage::Footage;
use ronin_core::{
    Job, JobId, JobKind, WallTime, chain,
    control::Cameras,
    job::{Claim, JobError, Made, Ticket, Work},
    notice::News,
    storage::Policy,
};
use ronin_store::{Queue, Store};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::coder::{Encoders, Manner};

/// How often a worker says how far it is, and hears that it shall stop.
const SAY_EVERY: Duration = Duration::from_millis(500);
/// How often changes of other processes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often every job that waits is put into the queue, in case it was lost there.
const REPAIR_EVERY: Duration = Duration::from_secs(60);
/// How often what no job needs is deleted.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// Before the database is asked again after it failed.
const PAUSE: Duration = Duration::from_secs(2);

/// What jobs are done with.
pub(crate) struct Needs {
    pub(crate) store: Store,
    pub(crate) footage: Footage,
    pub(crate) storage_root: PathBuf,
    pub(crate) policy: Policy,
    pub(crate) news: News,
    /// Turns true once the tables are there.
    pub(crate) is_prepared: watch::Receiver<bool>,
    /// What this process does.
    pub(crate) kinds: Vec<JobKind>,
    /// Jobs of each kind at once; 0: others do them.
    pub(crate) at_once: usize,
    /// The encoders of H.265 of this machine.
    pub(crate) encoders: Encoders,
    pub(crate) manner: Manner,
    /// How long the files of an export are kept; `None`: until somebody deletes it.
    pub(crate) keep_exports: Option<Duration>,
}

/// The jobs of this process.
pub(crate) struct Jobs {
    needs: Needs,
    /// Name for people.
    worker: String,
}

/// How an attempt ended.
enum Ended {
    Made(Made),
    Failed(JobError),
    /// Somebody wished it, or another has the job by now.
    Stopped,
    /// The engine ends.
    PutBack,
}

/// How far the work is, and whether it shall stop. Shared with the thread that does it.
#[derive(Default)]
pub(crate) struct Hold {
    done: AtomicU64,
    whole: AtomicU64,
    over: CancellationToken,
}

impl Hold {
    /// So much is to be done, in whatever unit.
    fn begin(&self, whole: u64) {
        self.whole.store(whole, Ordering::Relaxed);
    }

    /// So much more is done. `false` where the work shall stop.
    fn add(&self, more: u64) -> bool {
        self.done.fetch_add(more, Ordering::Relaxed);
        !self.is_over()
    }

    /// Whether the work shall stop.
    fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// 0 to 1; 1 is for work that is over.
    fn progress(&self) -> f64 {
        let (done, whole) = (self.done.load(Ordering::Relaxed), self.whole.load(Ordering::Relaxed));
        if whole == 0 { 0.0 } else { (done as f64 / whole as f64).min(0.999) }
    }
}

impl Jobs {
    pub(crate) fn new(needs: Needs) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self { needs, worker: format!("{} ({})", host.trim(), std::process::id()) }
    }

    /// Until `stop`: what is at work then waits for the next start. Where `cameras` are given, their
    /// policies are followed.
    pub(crate) async fn run(
        self,
        cameras: Option<watch::Receiver<Arc<Cameras>>>,
        stop: CancellationToken,
    ) {
        let mut is_prepared = self.needs.is_prepared.clone();
        tokio::select! {
            () = stop.cancelled() => return,
            _ = is_prepared.wait_for(|is| *is) => {}
        }
        let Some(queue) = again(&stop, "open the queue", || self.needs.store.queue()).await else {
            return;
        };
        let jobs = Arc::new(self);
        let planner = async {
            if let Some(cameras) = &cameras {
                jobs.plan(cameras, &stop).await;
            }
        };
        let workers = async {
            if jobs.needs.at_once > 0 {
                let kinds = jobs.needs.kinds.iter();
                join_all(kinds.map(|kind| jobs.clone().work(*kind, &queue, &stop))).await;
            }
        };
        tokio::join!(jobs.dispatch(&queue, &stop), planner, workers);
    }

    /// Puts jobs that wait into the queue, and announces changes of other processes.
    async fn dispatch(&self, queue: &Queue, stop: &CancellationToken) {
        let Needs { store, news, .. } = &self.needs;
        let mut period = interval(LOOK_EVERY);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut changes = news.jobs();
        let mut given: HashMap<JobId, i64> = HashMap::new();
        let (mut repaired, mut tidied): (Option<Instant>, Option<Instant>) = (None, None);
        let mut seen = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
                _ = changes.changed() => {}
            }
            changes.mark_unchanged();
            let is_repair = repaired.is_none_or(|at| at.elapsed() >= REPAIR_EVERY);
            if is_repair {
                given.clear();
                repaired = Some(Instant::now());
            }
            let looked = async {
                let newest = store.job_sequence().await?;
                if std::mem::replace(&mut seen, newest) != newest {
                    news.jobs_changed();
                }
                let due = store.jobs_due(WallTime::now()).await?;
                for job in &due {
                    if given.get(&job.id) != Some(&job.place) {
                        queue.push(job).await?;
                        given.insert(job.id, job.place);
                    }
                }
                given.retain(|id, _| due.iter().any(|job| job.id == *id));
                Ok::<(), ronin_store::Error>(())
            };
            if let Err(e) = looked.await {
                warn!(error = chain(&e), "could not give jobs to the queue");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = sleep(PAUSE) => {}
                }
                continue;
            }
            if is_repair || tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
                tidied = Some(Instant::now());
                tidy::tidy(store, &self.needs.storage_root, is_repair.then_some(queue)).await;
            }
        }
    }

    /// Takes jobs of a kind from the queue until `stop`.
    async fn work(self: Arc<Self>, kind: JobKind, queue: &Queue, stop: &CancellationToken) {
        let at_once = self.needs.at_once;
        while !stop.is_cancelled() {
            let (jobs, until) = (self.clone(), stop.clone());
            let attempt = move |ticket| {
                let (jobs, stop) = (jobs.clone(), until.clone());
                async move { jobs.attempt(ticket, &stop).await }
            };
            // A mistake in the queue or in the work is no reason to stop recording.
            let work = queue.work(kind, at_once, attempt, stop.clone());
            let failed = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(Ok(())) => None,
                Ok(Err(e)) => Some(chain(&e)),
                Err(_) => Some("it panicked".to_owned()),
            };
            if let Some(error) = failed {
                warn!(error, "the worker has lost the queue, and begins again");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = sleep(PAUSE) => {}
                }
            }
        }
    }

    /// One attempt at a job. An error is one of the database: the lease is kept until it is tried again.
    async fn attempt(
        &self,
        ticket: Ticket,
        stop: &CancellationToken,
    ) -> Result<(), ronin_store::Error> {
        let Needs { store, news, policy, .. } = &self.needs;
        let claimed = store.claim_job(ticket, &self.worker, WallTime::now()).await?;
        let Some((claim, job)) = claimed else {
            news.jobs_changed();
            return Ok(());
        };
        let id = job.id;
        news.jobs_changed();
        let kind = job.work.kind().name();
        info!(job = %id, kind, title = ?job.title, attempt = claim.attempt, "job begins");
        let ended = self.do_it(claim, &job, stop).await;
        let now = WallTime::now();
        let keeps = match &ended {
            Ended::Made(made) => {
                let keep = match job.work {
                    Work::Export(_) => self.needs.keep_exports,
                    Work::Transcode(_) => None,
                };
                let expires_at = keep.map(|keep| now + keep);
                store.job_succeeded(claim, made, expires_at, now).await?
            }
            Ended::Failed(error) => {
                warn!(job = %id, kind, reason = error.reason, error = error.message, "job failed");
                store.job_failed(claim, error, now).await?
            }
            Ended::Stopped => store.job_stopped(claim, now).await?,
            Ended::PutBack => store.job_put_back(claim).await?,
        };
        let took = now.since(job.started_at.unwrap_or(now));
        match (&ended, keeps) {
            (Ended::Made(_), true) => info!(job = %id, kind, ?took, "job done"),
            (Ended::Stopped, true) => info!(job = %id, kind, "job stopped"),
            (_, false) => warn!(job = %id, kind, "another has the job: what was made is left"),
            _ => {}
        }
        // Its footage may go.
        policy.protections_changed();
        news.jobs_changed();
        Ok(())
    }

    /// Does the work, and hears meanwhile whether it shall stop.
    async fn do_it(&self, claim: Claim, job: &Job, stop: &CancellationToken) -> Ended {
        let hold = Arc::new(Hold::default());
        let work = async {
            match &job.work {
                Work::Export(work) => export::make(&self.needs, claim, work, hold.clone()).await,
                Work::Transcode(work) => {
                    transcode::make(&self.needs, claim, job, work, hold.clone()).await
                }
            }
        };
        // Beside each other, and never one inside the other: both may wait for the database.
        let mut work = std::pin::pin!(work);
        let mut told = std::pin::pin!(self.follow(claim, &hold, stop));
        let mut why = None;
        loop {
            tokio::select! {
                made = &mut work => {
                    return match (made, why) {
                        (_, Some(why)) => why,
                        (Ok(made), None) => Ended::Made(made),
                        (Err(error), None) => Ended::Failed(error),
                    };
                }
                ended = &mut told, if why.is_none() => {
                    hold.over.cancel();
                    why = Some(ended);
                }
            }
        }
    }

    /// Says how far the work is, until it shall stop.
    async fn follow(&self, claim: Claim, hold: &Hold, stop: &CancellationToken) -> Ended {
        let mut period = interval(SAY_EVERY);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ended::PutBack,
                _ = period.tick() => {}
            }
            // Where the database does not answer, the work goes on; the lease tells.
            let noted = self.needs.store.note_progress(claim, hold.progress()).await;
            if let Ok(false) = noted {
                return Ended::Stopped;
            }
            self.needs.news.jobs_changed();
        }
    }
}

/// Asks until it succeeds; `None` where `stop` came first.
async fn again<T, F>(stop: &CancellationToken, doing: &str, ask: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, ronin_store::Error>>,
{
    loop {
        match ask().await {
            Ok(value) => return Some(value),
            Err(e) => warn!(error = chain(&e), doing, "the jobs wait for the database"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(PAUSE) => {}
        }
    }
}
