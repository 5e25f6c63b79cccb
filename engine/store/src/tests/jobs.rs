//! Jobs: who may change one, what stays while it needs it, and what whoever follows them sees.

use ronin_core::{
    Job, JobId, JobKind, JobState,
    job::{ATTEMPTS_MAX, Claim, ExportMade, ExportWork, JobError, Made, NewJob, Work},
};
use uuid::Uuid;

use super::{at, camera, keeping::recorded, on_both, segment, span};
use crate::{Inserted, JobCount, JobFilter, Store};

const MAX: u64 = 100;

pub(super) fn export(cameras: &[&str], start: i64, end: i64) -> NewJob {
    NewJob {
        id: JobId::generate(),
        title: "The parcel \0".into(),
        work: Work::Export(ExportWork {
            cameras: cameras.iter().map(|id| camera(id)).collect(),
            span: span(start, end),
            estimated_bytes: 7,
        }),
        priority: 10,
        created_by: "ada".into(),
        created_at: at(0),
        request_id: None,
    }
}

fn made() -> Made {
    Made::Export(ExportMade { files: Vec::new(), remarks: vec!["gate has none".into()] })
}

fn error(may_pass: bool) -> JobError {
    JobError { reason: "DISK_FAILED", message: "the disk \0".into(), may_pass }
}

pub(super) async fn insert(store: &Store, new: &NewJob) -> Job {
    match store.insert_job(new, MAX).await.unwrap() {
        Inserted::New(job) => job,
        other => panic!("{other:?}"),
    }
}

/// Claims a job by the ticket that the queue has of it.
async fn claim(store: &Store, id: JobId, now: i64) -> Option<Claim> {
    let ticket = store.job(id).await.unwrap().unwrap().ticket();
    let claimed = store.claim_job(ticket, "worker", at(now)).await.unwrap();
    claimed.map(|(claim, _)| claim)
}

async fn state(store: &Store, id: JobId) -> JobState {
    store.job(id).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_job_is_read_as_it_was_stored_and_the_same_request_is_one_job() {
    on_both(async |database| {
        let store = &database.store;
        let request = Some(Uuid::now_v7());
        let new = NewJob { request_id: request, ..export(&["yard", "gate"], 0, 60) };
        let job = insert(store, &new).await;
        assert_eq!(store.job(new.id).await.unwrap(), Some(job.clone()));
        assert_eq!((job.state, job.progress, job.attempts), (JobState::Queued, 0.0, 0));
        assert_eq!(job.work, new.work);

        let again = NewJob { id: JobId::generate(), ..new.clone() };
        assert_eq!(store.insert_job(&again, MAX).await.unwrap(), Inserted::Again(job));
        let of_another = NewJob { created_by: "bob".into(), ..again };
        insert(store, &of_another).await;
        insert(store, &NewJob { id: JobId::generate(), request_id: None, ..new }).await;

        let full = export(&["yard"], 0, 60);
        assert_eq!(store.insert_job(&full, 3).await.unwrap(), Inserted::TooMany(3));
        assert_eq!(store.job(full.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn who_has_lost_the_claim_changes_nothing() {
    on_both(async |database| {
        let store = &database.store;
        let id = insert(store, &export(&["yard"], 0, 60)).await.id;
        let lost = claim(store, id, 10).await.unwrap();
        let held = claim(store, id, 30).await.unwrap();
        assert_eq!((lost.attempt, held.attempt), (1, 2));

        assert!(!store.note_progress(lost, 0.5).await.unwrap());
        assert!(!store.job_succeeded(lost, &made(), None, at(31)).await.unwrap());
        assert!(!store.job_failed(lost, &error(false), at(31)).await.unwrap());
        assert!(!store.job_stopped(lost, at(31)).await.unwrap());
        assert!(!store.job_put_back(lost).await.unwrap());

        assert!(store.note_progress(held, 0.5).await.unwrap());
        assert_eq!(store.job(id).await.unwrap().unwrap().progress, 0.5);
        assert_eq!(store.job_claims().await.unwrap(), [held.id]);
        assert!(store.job_succeeded(held, &made(), Some(at(99)), at(40)).await.unwrap());
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.state, job.progress), (JobState::Succeeded, 1.0));
        assert_eq!((job.made, job.claim), (Some(made()), Some(held.id)));
        assert_eq!((job.ended_at, job.expires_at), (Some(at(40)), Some(at(99))));

        assert_eq!(claim(store, id, 50).await, None, "what is done is not done again");
        assert!(!store.job_stopped(held, at(50)).await.unwrap());
        assert_eq!(store.jobs_expired(at(98)).await.unwrap(), []);
        assert_eq!(store.jobs_expired(at(99)).await.unwrap(), [id]);
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_tried_again_later_and_not_for_ever() {
    on_both(async |database| {
        let store = &database.store;
        let id = insert(store, &export(&["yard"], 0, 60)).await.id;
        let mut now = 10;
        for attempt in 1..=ATTEMPTS_MAX {
            let due = store.jobs_due(at(now)).await.unwrap();
            assert_eq!(due.iter().map(|job| job.id).collect::<Vec<_>>(), [id]);
            let claim = claim(store, id, now).await.unwrap();
            assert_eq!(claim.attempt, attempt);
            assert!(store.job_failed(claim, &error(true), at(now)).await.unwrap());
            if attempt < ATTEMPTS_MAX {
                assert_eq!(state(store, id).await, JobState::Queued);
                assert_eq!(store.jobs_due(at(now)).await.unwrap(), [], "not at once");
                let ticket = store.job(id).await.unwrap().unwrap().ticket();
                assert!(store.claim_job(ticket, "eager", at(now)).await.unwrap().is_none());
                now = store.job(id).await.unwrap().unwrap().run_at.since(at(0)).as_secs() as i64;
            }
        }
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.state, job.reason.as_str()), (JobState::Failed, "DISK_FAILED"));
        assert!(job.message.starts_with("the disk"));

        assert!(store.retry_job(id, at(now)).await.unwrap());
        assert!(!store.retry_job(id, at(now)).await.unwrap(), "it waits already");
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.attempts, job.message.as_str()), (0, ""));
        let claim = claim(store, id, now).await.unwrap();
        assert!(store.job_failed(claim, &error(false), at(now)).await.unwrap());
        assert_eq!(state(store, id).await, JobState::Failed, "what cannot pass is not tried again");
        let failed = JobCount {
            kind: JobKind::Export,
            state: JobState::Failed,
            reason: "DISK_FAILED".into(),
            jobs: 1,
        };
        assert_eq!(store.job_counts().await.unwrap(), [failed]);
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_workers_all_die_is_over_with_a_word() {
    on_both(async |database| {
        let store = &database.store;
        let id = insert(store, &export(&["yard"], 0, 60)).await.id;
        for now in 0..ATTEMPTS_MAX {
            assert!(claim(store, id, i64::from(now)).await.is_some());
        }
        assert_eq!(claim(store, id, 60).await, None);
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.state, job.reason.as_str()), (JobState::Failed, "WORKER_DIED"));

        // An engine that ends takes no attempt.
        let other = insert(store, &export(&["yard"], 0, 60)).await.id;
        for _ in 0..2 * ATTEMPTS_MAX {
            let claim = claim(store, other, 0).await.unwrap();
            assert!(store.job_put_back(claim).await.unwrap());
        }
        assert_eq!(state(store, other).await, JobState::Queued);
    })
    .await;
}

#[tokio::test]
async fn an_old_ticket_takes_a_job_from_nobody() {
    on_both(async |database| {
        let store = &database.store;
        let job = insert(store, &export(&["yard"], 0, 60)).await;
        let old = job.ticket();
        let put_back = claim(store, job.id, 1).await.unwrap();
        assert!(store.job_put_back(put_back).await.unwrap());

        // The queue has not heard of it, and gives the old one out again.
        let held = claim(store, job.id, 2).await.unwrap();
        assert!(store.claim_job(old, "late", at(3)).await.unwrap().is_none());
        assert!(store.note_progress(held, 0.1).await.unwrap(), "it is still the one's");
        let waits = claim(store, job.id, 4).await.unwrap();
        assert!(store.job_failed(waits, &error(true), at(5)).await.unwrap());
        let early = store.claim_job(old, "late", at(500)).await.unwrap();
        assert!(early.is_none(), "it waits in another place");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_waits_is_stopped_at_once_and_one_that_runs_is_told() {
    on_both(async |database| {
        let store = &database.store;
        let waiting = insert(store, &export(&["yard"], 0, 60)).await.id;
        let stopped = store.cancel_job(waiting, at(5)).await.unwrap().unwrap();
        assert_eq!((stopped.state, stopped.ended_at), (JobState::Cancelled, Some(at(5))));
        assert_eq!(claim(store, waiting, 6).await, None);

        let running = insert(store, &export(&["yard"], 0, 60)).await.id;
        let held = claim(store, running, 6).await.unwrap();
        let told = store.cancel_job(running, at(7)).await.unwrap().unwrap();
        assert_eq!((told.state, told.is_cancelling), (JobState::Running, true));
        assert!(!store.note_progress(held, 0.2).await.unwrap(), "this is how it hears");
        assert!(store.job_stopped(held, at(8)).await.unwrap());
        assert_eq!(state(store, running).await, JobState::Cancelled);

        // One whose worker died before it heard.
        let orphan = insert(store, &export(&["yard"], 0, 60)).await.id;
        claim(store, orphan, 6).await.unwrap();
        store.cancel_job(orphan, at(7)).await.unwrap();
        assert_eq!(claim(store, orphan, 30).await, None);
        assert_eq!(state(store, orphan).await, JobState::Cancelled);

        assert_eq!(store.cancel_job(JobId::generate(), at(9)).await.unwrap(), None);
        assert!(!store.delete_job(insert(store, &export(&["a"], 0, 1)).await.id).await.unwrap());
        assert!(store.delete_job(orphan).await.unwrap());
        assert_eq!(store.job(orphan).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn footage_stays_while_a_job_needs_it() {
    on_both(async |database| {
        let store = &database.store;
        let segments: Vec<_> = (0..4).map(|n| segment("yard", n * 60, n * 60 + 60)).collect();
        for segment in &segments {
            store.index_segment(&recorded(segment)).await.unwrap();
        }
        let ids: Vec<_> = segments.iter().map(|segment| segment.id).collect();
        // Half of the second and half of the third.
        let id = insert(store, &export(&["yard"], 90, 150)).await.id;
        assert_eq!(store.bytes_in(&camera("yard"), span(90, 150)).await.unwrap(), Some(1_000_000));
        assert_eq!(store.bytes_in(&camera("yard"), span(70, 80)).await.unwrap(), Some(166_667));
        assert_eq!(store.bytes_in(&camera("gate"), span(0, 600)).await.unwrap(), None);

        store.discard(&ids, at(500)).await.unwrap();
        let left = async || {
            let rows = store.segments_in(&camera("yard"), span(0, 600), None, 10).await.unwrap();
            rows.into_iter().map(|segment| segment.id).collect::<Vec<_>>()
        };
        assert_eq!(left().await, ids[1..3]);
        let oldest = store.oldest_unprotected(&camera("yard"), 10).await.unwrap();
        assert_eq!(oldest, [], "nobody is told that these may go");

        let held = claim(store, id, 501).await.unwrap();
        assert!(store.job_failed(held, &error(true), at(502)).await.unwrap());
        store.discard(&ids, at(503)).await.unwrap();
        assert_eq!(left().await, ids[1..3], "it is tried once more");
        store.cancel_job(id, at(504)).await.unwrap();
        assert!(store.retry_job(id, at(505)).await.unwrap());
        store.discard(&ids, at(506)).await.unwrap();
        assert_eq!(left().await, ids[1..3], "and again, because somebody wished");

        let held = claim(store, id, 600).await.unwrap();
        assert!(store.job_succeeded(held, &made(), None, at(601)).await.unwrap());
        store.discard(&ids, at(602)).await.unwrap();
        assert_eq!(left().await, []);
    })
    .await;
}

#[tokio::test]
async fn whoever_follows_jobs_misses_no_change() {
    on_both(async |database| {
        let store = &database.store;
        assert_eq!(store.job_sequence().await.unwrap(), 0);
        let first = insert(store, &export(&["yard"], 0, 60)).await;
        let second = insert(store, &export(&["yard"], 0, 60)).await;
        let ids = async |after: i64| {
            let jobs = store.jobs_after(after, &[JobKind::Export], 10).await.unwrap();
            jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(0).await, [first.id, second.id]);
        assert_eq!(ids(first.sequence).await, [second.id]);
        let held = claim(store, first.id, 1).await.unwrap();
        assert_eq!(ids(second.sequence).await, [first.id]);
        let before = store.job_sequence().await.unwrap();
        store.note_progress(held, 0.0).await.unwrap();
        assert_eq!(store.job_sequence().await.unwrap(), before, "nothing is new");
        store.note_progress(held, 0.25).await.unwrap();
        assert_eq!(ids(before).await, [first.id]);

        let of = |states: &[JobState]| JobFilter { kinds: vec![], states: states.to_vec() };
        let listed = async |filter: &JobFilter, before: Option<JobId>| {
            let jobs = store.jobs(filter, before, 10).await.unwrap();
            jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(&of(&[]), None).await, [second.id, first.id], "newest first");
        assert_eq!(listed(&of(&[]), Some(second.id)).await, [first.id]);
        assert_eq!(listed(&of(&[JobState::Running]), None).await, [first.id]);
    })
    .await;
}

#[tokio::test]
async fn of_workers_that_race_for_a_job_the_last_one_has_it() {
    on_both(async |database| {
        let store = &database.store;
        let other = database.again().await;
        let id = insert(store, &export(&["yard"], 0, 60)).await.id;
        let race = async |store: &Store| claim(store, id, 1).await;
        let (a, b, c) = tokio::join!(race(store), race(&other), race(store));
        let claims: Vec<Claim> = [a, b, c].into_iter().flatten().collect();
        assert_eq!(claims.len(), 3);
        let mut holders = 0;
        for claim in claims {
            holders += usize::from(store.job_succeeded(claim, &made(), None, at(2)).await.unwrap());
        }
        assert_eq!(holders, 1);
        other.close().await.unwrap();
    })
    .await;
}
