//! The queue: each job to one worker at a time, and to another where a worker dies.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use ronin_core::{
    JobId, JobKind,
    job::{NewJob, Ticket},
};
use ronin_testkit::wait;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Database, at,
    jobs::{export, insert},
    on_both,
};
use crate::{Queue, Store};

const BOUND: Duration = Duration::from_secs(60);

/// How often each job was handed to a worker, and which are at work now.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<JobId, u32>>>);

impl Seen {
    fn of(&self, id: JobId) -> u32 {
        self.0.lock().unwrap().get(&id).copied().unwrap_or(0)
    }
}

/// A worker that holds each job until `go`.
#[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
fn worker(
    queue: &Queue,
    at_once: usize,
    seen: &Seen,
    go: &CancellationToken,
    stop: &CancellationToken,
) -> JoinHandle<crate::Result<()>> {
    let (queue, seen, go, stop) = (queue.clone(), seen.clone(), go.clone(), stop.clone());
    tokio::spawn(async move {
        let attempt = move |ticket: Ticket| {
            let (seen, go) = (seen.clone(), go.clone());
            async move {
                *seen.0.lock().unwrap().entry(ticket.job).or_default() += 1;
                go.cancelled().await;
                Ok(())
            }
        };
        queue.work(JobKind::Export, at_once, attempt, stop).await
    })
}

async fn queue_of(store: &Store) -> Queue {
    store.queue().await.unwrap()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    wait::eventually_async(BOUND, what, is_so).await;
}

#[tokio::test]
async fn each_job_is_given_out_once_however_often_it_is_put_in() {
    on_both(async |database: &Database| {
        let queue = queue_of(&database.store).await;
        let mut jobs = Vec::new();
        for _ in 0..5 {
            let job = insert(&database.store, &export(&["yard"], 0, 60)).await;
            for _ in 0..3 {
                queue.push(&job).await.unwrap();
            }
            jobs.push(job);
        }
        let (seen, go, stop) = Default::default();
        let workers = [worker(&queue, 2, &seen, &go, &stop), worker(&queue, 2, &seen, &go, &stop)];
        until("four jobs at work", || seen.0.lock().unwrap().len() == 4).await;
        go.cancel();
        until("the fifth", || seen.0.lock().unwrap().len() == 5).await;
        for job in &jobs {
            queue.push(job).await.unwrap();
        }
        let last = insert(&database.store, &export(&["yard"], 0, 60)).await;
        queue.push(&last).await.unwrap();
        until("a job of later", || seen.of(last.id) == 1).await;
        assert!(jobs.iter().all(|job| seen.of(job.id) == 1), "{:?}", seen.0.lock().unwrap());

        stop.cancel();
        for worker in workers {
            timeout(BOUND, worker).await.unwrap().unwrap().unwrap();
        }
        queue.forget_done().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_job_of_a_worker_that_died_goes_to_another_and_that_of_a_busy_one_does_not() {
    on_both(async |database: &Database| {
        let mut queue = queue_of(&database.store).await;
        queue.heartbeat = Duration::from_secs(1);
        let busy = insert(&database.store, &export(&["yard"], 0, 60)).await;
        queue.push(&busy).await.unwrap();
        let (seen, never, stop): (Seen, CancellationToken, CancellationToken) = Default::default();
        let at_work = worker(&queue, 1, &seen, &never, &stop);
        until("a busy worker", || seen.of(busy.id) == 1).await;

        let (of_dead, of_other) = (Seen::default(), Seen::default());
        let doomed = insert(&database.store, &export(&["yard"], 0, 60)).await;
        queue.push(&doomed).await.unwrap();
        // The busy one keeps nothing for later that an idle one can do now.
        let dead = worker(&queue, 1, &of_dead, &never, &stop);
        until("a job at work", || of_dead.of(doomed.id) == 1).await;
        dead.abort();
        let go = CancellationToken::new();
        let other = worker(&queue, 1, &of_other, &go, &stop);
        until("another takes it", || of_other.of(doomed.id) == 1).await;
        assert_eq!(seen.of(busy.id), 1, "its heart beats while it works");
        assert_eq!(of_other.of(busy.id), 0);
        go.cancel();
        never.cancel();
        stop.cancel();
        for worker in [at_work, other] {
            timeout(BOUND, worker).await.unwrap().unwrap().unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_its_time_is_not_given_out_and_what_is_urgent_is_first() {
    on_both(async |database: &Database| {
        let queue = queue_of(&database.store).await;
        let far = NewJob { created_at: at(1_000_000_000), ..export(&["yard"], 0, 60) };
        let later = insert(&database.store, &far).await;
        queue.push(&later).await.unwrap();
        let slow = NewJob { priority: 0, ..export(&["yard"], 0, 60) };
        let slow = insert(&database.store, &slow).await;
        queue.push(&slow).await.unwrap();
        let urgent = insert(&database.store, &export(&["yard"], 0, 60)).await;
        queue.push(&urgent).await.unwrap();

        let (order, stop): (Arc<Mutex<Vec<JobId>>>, CancellationToken) = Default::default();
        let (noted, until_stop, all) = (order.clone(), stop.clone(), queue.clone());
        #[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
        let worker = tokio::spawn(async move {
            let attempt = move |ticket: Ticket| {
                noted.lock().unwrap().push(ticket.job);
                async { Ok(()) }
            };
            all.work(JobKind::Export, 1, attempt, until_stop).await
        });
        until("both", || order.lock().unwrap().len() >= 2).await;
        assert_eq!(*order.lock().unwrap(), [urgent.id, slow.id]);
        stop.cancel();
        timeout(BOUND, worker).await.unwrap().unwrap().unwrap();
    })
    .await;
}
