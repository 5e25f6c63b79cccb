//! Footage that is encoded anew: what is due, and that a new file takes the place of the recorded one at
//! once or not at all.

use std::time::Duration;

use ronin_core::{
    JobId, Recorded, Segment, SegmentId,
    job::{Claim, Made, NewJob, Work},
    transcode::{Left, Quality, Saving, TranscodeWork, Transcoded},
};
use uuid::Uuid;

use super::{at, camera, jobs::insert, keeping::recorded, on_both, segment, span};
use crate::{ProtectedSpan, Replaced, Store};

const KEEP: Duration = Duration::from_secs(600);

fn work(of: &[&Segment]) -> NewJob {
    NewJob {
        id: JobId::generate(),
        title: "H.265: Yard".into(),
        work: Work::Transcode(TranscodeWork {
            camera: camera("yard"),
            segments: of.iter().map(|segment| segment.id).collect(),
            span: span(0, 60),
            bytes: 7,
            quality: Quality::Small,
            minimum_saving: Saving::default(),
            schedule: None,
        }),
        priority: 0,
        created_by: "policy".into(),
        created_at: at(0),
        request_id: None,
    }
}

async fn claim(store: &Store, id: JobId) -> Claim {
    let ticket = store.job(id).await.unwrap().unwrap().ticket();
    store.claim_job(ticket, "worker", at(1)).await.unwrap().unwrap().0
}

fn result() -> Transcoded {
    Transcoded {
        files: 1,
        footage: Duration::from_secs(60),
        bytes_before: 1_000_000,
        bytes_after: 400_000,
        work: Duration::from_secs(20),
        encoder: "x265enc".into(),
        left: Vec::new(),
    }
}

/// A file that could take the place of another.
fn smaller(old: &Segment) -> Recorded {
    let id = SegmentId::generate();
    let mut new = recorded(old);
    new.segment.id = id;
    new.segment.path = format!("yard/2023-11-14/{id}-h265.mp4");
    new.segment.size_bytes = 400_000;
    new.segment.codecs[0] = "hvc1.1.6.L93.B0".into();
    new
}

/// Minutes of `yard`, by time.
async fn minutes(store: &Store, count: i64) -> Vec<Segment> {
    let minutes: Vec<Segment> = (0..count).map(|n| segment("yard", n * 60, n * 60 + 60)).collect();
    for minute in &minutes {
        store.index_segment(&recorded(minute)).await.unwrap();
    }
    minutes
}

async fn due(store: &Store, before: i64) -> Vec<SegmentId> {
    let due = store.transcode_due(&camera("yard"), at(before), 9).await.unwrap();
    due.into_iter().map(|segment| segment.id).collect()
}

#[tokio::test]
async fn what_is_old_enough_and_nobody_needs_is_due_the_newest_first() {
    on_both(async |database| {
        let store = &database.store;
        let kept = minutes(store, 5).await;
        let mut other = segment("yard", 300, 360);
        other.codecs[0] = "hvc1.1.6.L93.B0".into();
        store.index_segment(&recorded(&other)).await.unwrap();
        let protection = ProtectedSpan {
            id: Uuid::now_v7(),
            camera: camera("yard"),
            span: span(70, 80),
            note: String::new(),
            created_by: "ada".into(),
            created_at: at(0),
        };
        store.protect(&protection).await.unwrap();

        let ids = [kept[3].id, kept[2].id, kept[0].id];
        assert_eq!(due(store, 241).await, ids, "younger, protected and H.265 ones are not");
        assert_eq!(due(store, 60).await, []);

        let job = insert(store, &work(&[&kept[2], &kept[3]])).await;
        assert_eq!(due(store, 241).await, [kept[0].id], "what is in a job is in no second one");
        // Indexed once more, as after a start without the database.
        store.index_segment(&recorded(&kept[2])).await.unwrap();
        assert_eq!(due(store, 241).await, [kept[0].id]);
        store.transcode_release(&[kept[2].id]).await.unwrap();
        assert_eq!(due(store, 241).await, [kept[2].id, kept[0].id]);
        assert!(store.job(job.id).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_new_file_takes_the_place_of_the_recorded_one() {
    on_both(async |database| {
        let store = &database.store;
        let kept = minutes(store, 2).await;
        let job = insert(store, &work(&[&kept[0], &kept[1]])).await;
        let claim = claim(store, job.id).await;
        let (old, new) = (&kept[0], smaller(&kept[0]));
        let wanted = store.transcode_wanted(old.id).await.unwrap();
        assert_eq!(wanted, Some((old.clone(), true)));

        let put = store.transcode_replace(claim, old.id, &new, &result(), at(100), KEEP).await;

        assert_eq!(put.unwrap(), Replaced::Done);
        let in_span = store.segments_in(&camera("yard"), span(0, 60), None, 9).await.unwrap();
        assert_eq!(in_span, std::slice::from_ref(&new.segment));
        let pieces = store.pieces_of(&[new.segment.id, old.id]).await.unwrap();
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[&new.segment.id], new.index);
        let totals = store.footage_of(&camera("yard")).await.unwrap();
        assert_eq!((totals.segments, totals.bytes), (2, 1_400_000));
        // The old file is there for a while for those who play it.
        assert_eq!(store.discarded_path(old.id).await.unwrap(), Some(old.path.clone()));
        assert_eq!(store.garbage_due(at(699), 9).await.unwrap(), []);
        let gone = [(old.id, old.path.clone())];
        assert_eq!(store.garbage_due(at(700), 9).await.unwrap(), gone);
        assert_eq!(store.garbage_due(at(-99_999), 9).await.unwrap(), gone, "a clock set back");
        assert_eq!(store.garbage(9).await.unwrap(), gone);
        // What is done is not done again, nor is it due.
        for id in [old.id, new.segment.id] {
            assert_eq!(store.transcode_wanted(id).await.unwrap(), None);
        }
        store.transcode_release(&[new.segment.id]).await.unwrap();
        assert_eq!(due(store, 999).await, []);

        let left = store.transcode_leave(claim, &kept[1], Left::SavesTooLittle, &result()).await;
        assert!(left.unwrap());
        assert_eq!(store.transcode_wanted(kept[1].id).await.unwrap(), None);
        let mut sum = result();
        sum.add(&result());
        sum.leave(Left::SavesTooLittle, 1);
        let job = store.job(job.id).await.unwrap().unwrap();
        assert_eq!(job.made, Some(Made::Transcode(sum.clone())));
        assert_eq!(job.attempts, 1, "those before one that got on do not count");
        assert_eq!(store.transcode_totals().await.unwrap(), [(camera("yard"), sum)]);
    })
    .await;
}

#[tokio::test]
async fn a_recorded_file_that_is_needed_or_gone_or_another_worker_has_stays_as_it_is() {
    on_both(async |database| {
        let store = &database.store;
        let kept = minutes(store, 3).await;
        let job = insert(store, &work(&[&kept[0], &kept[1], &kept[2]])).await;
        let claimed = claim(store, job.id).await;
        let put = async |claim, old: &Segment| {
            let new = smaller(old);
            let put = store.transcode_replace(claim, old.id, &new, &result(), at(9), KEEP).await;
            assert_eq!(store.segment(new.segment.id).await.unwrap(), None);
            put.unwrap()
        };

        insert(store, &super::jobs::export(&["yard"], 10, 20)).await;
        assert_eq!(put(claimed, &kept[0]).await, Replaced::Needed);
        let (_, is_free) = store.transcode_wanted(kept[0].id).await.unwrap().unwrap();
        assert!(!is_free);
        store.discard(&[kept[1].id], at(9)).await.unwrap();
        assert_eq!(put(claimed, &kept[1]).await, Replaced::Gone);
        let taken = claim(store, job.id).await;
        assert_eq!(put(claimed, &kept[2]).await, Replaced::Lost);
        let left = store.transcode_leave(claimed, &kept[2], Left::EncoderFailed, &result()).await;
        assert!(!left.unwrap());
        assert_eq!(store.transcode_totals().await.unwrap(), []);
        let left = store.transcode_leave(taken, &kept[2], Left::EncoderFailed, &result()).await;
        assert!(left.unwrap());

        // A job that ends keeps what was done, and is forgotten one day.
        let error = ronin_core::job::JobError {
            reason: "DISK_FAILED",
            message: String::new(),
            may_pass: false,
        };
        assert!(store.job_failed(taken, &error, at(50)).await.unwrap());
        assert!(store.job(job.id).await.unwrap().unwrap().made.is_some());
        store.forget_jobs(ronin_core::JobKind::Transcode, at(50)).await.unwrap();
        assert!(store.job(job.id).await.unwrap().is_some());
        store.forget_jobs(ronin_core::JobKind::Transcode, at(51)).await.unwrap();
        assert_eq!(store.job(job.id).await.unwrap(), None);
    })
    .await;
}
