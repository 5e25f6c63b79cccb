//! What is kept: limits, protected spans, and files that were lost.

use std::time::Duration;

use ronin_core::{
    Recorded, Segment, SegmentId,
    control::KeptFootage,
    playback::{FileIndex, Piece},
    storage::Limits,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{at, camera, on_both, segment, span};
use crate::{ProtectedSpan, Store, entity};

pub(super) fn protection(id: &str, start: i64, end: i64) -> ProtectedSpan {
    ProtectedSpan {
        id: Uuid::now_v7(),
        camera: camera(id),
        span: span(start, end),
        note: "a parcel \0".into(),
        created_by: "admin".into(),
        created_at: at(1000),
    }
}

/// The file of `segment`, with pieces of two seconds.
pub(super) fn recorded(segment: &Segment) -> Recorded {
    let mut index = FileIndex { header_bytes: 1200, pieces: Vec::new() };
    for n in 0..30 {
        let piece = Piece {
            offset: 1200 + n * 1000,
            size_bytes: 1000,
            start: Duration::from_secs(n * 2),
            duration: Duration::from_secs(2),
        };
        index.add(true, piece);
    }
    Recorded { segment: segment.clone(), index }
}

/// Indexes six minutes of `front`.
async fn six_minutes(store: &Store) -> Vec<Segment> {
    let segments: Vec<Segment> = (0..6).map(|n| segment("front", n * 60, n * 60 + 60)).collect();
    for segment in &segments {
        store.index_segment(&recorded(segment)).await.unwrap();
    }
    segments
}

async fn rows_of_pieces(store: &Store) -> usize {
    entity::fragment_index::Entity::find().all(&store.db).await.unwrap().len()
}

#[tokio::test]
async fn the_id_of_the_storage_and_its_limits_are_set_apart() {
    on_both(async |database| {
        let store = &database.store;
        let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
        let limits = Limits {
            max_age: Some(Duration::from_micros(86_400_000_001)),
            max_bytes: Some(i64::MAX as u64),
            reserve_bytes: 7,
        };
        let none = Limits { max_age: None, max_bytes: None, reserve_bytes: 0 };
        assert_eq!(store.storage_id().await.unwrap(), None);
        assert_eq!(store.storage_limits().await.unwrap(), None);

        store.set_storage_id(first).await.unwrap();
        assert_eq!(store.storage_limits().await.unwrap(), None, "an id sets no limits");
        store.set_storage_limits(&limits).await.unwrap();
        assert_eq!(store.storage_id().await.unwrap(), Some(first), "limits set no id");
        store.set_storage_id(second).await.unwrap();
        assert_eq!(store.storage_limits().await.unwrap(), Some(limits));
        store.set_storage_limits(&none).await.unwrap();

        assert_eq!(store.storage_limits().await.unwrap(), Some(none));
        assert_eq!(store.storage_id().await.unwrap(), Some(second));
        let large = Limits { max_bytes: Some(u64::MAX), ..none };
        store.set_storage_limits(&large).await.unwrap_err();
        assert_eq!(store.storage_limits().await.unwrap(), Some(none));
    })
    .await;
}

#[tokio::test]
async fn limits_may_be_set_before_the_storage_has_an_id() {
    on_both(async |database| {
        let limits = Limits { max_age: None, max_bytes: Some(1), reserve_bytes: 2 };
        database.store.set_storage_limits(&limits).await.unwrap();

        assert_eq!(database.store.storage_id().await.unwrap(), None);
        assert_eq!(database.store.storage_limits().await.unwrap(), Some(limits));
    })
    .await;
}

#[tokio::test]
async fn pieces_are_found_with_their_segment_and_go_with_it() {
    on_both(async |database| {
        let store = &database.store;
        let segments = six_minutes(store).await;
        store.index_segment(&recorded(&segments[0])).await.unwrap();
        let bare = segment("front", 400, 460);
        store.upsert_segment(&bare).await.unwrap();
        let ids: Vec<SegmentId> = segments.iter().chain([&bare]).map(|s| s.id).collect();

        let pieces = store.pieces_of(&ids).await.unwrap();
        assert_eq!(pieces.len(), segments.len());
        assert_eq!(pieces[&ids[3]], recorded(&segments[3]).index);

        store.discard(&ids[..2], at(500)).await.unwrap();
        store.mark_lost(&ids[2..3], at(500)).await.unwrap();
        assert_eq!(store.pieces_of(&ids).await.unwrap().len(), 3);
        assert_eq!(rows_of_pieces(store).await, 3);
        assert!(store.pieces_of(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_file_that_several_spans_protect_counts_once() {
    on_both(async |database| {
        let store = &database.store;
        six_minutes(store).await;
        // Three in the second minute, the last of which reaches into the third.
        for (start, end) in [(119, 121), (62, 63), (65, 66), (65, 66)] {
            store.protect(&protection("front", start, end)).await.unwrap();
        }

        let kept = store.protected_totals().await.unwrap();

        assert_eq!(kept, KeptFootage { segments: 2, bytes: 2_000_000 });
    })
    .await;
}

#[tokio::test]
async fn what_is_protected_is_not_discarded() {
    on_both(async |database| {
        let store = &database.store;
        let segments = six_minutes(store).await;
        let ids: Vec<SegmentId> = segments.iter().map(|s| s.id).collect();
        // Of the second minute to a moment in the fourth; ends that only touch protect nothing.
        let kept = protection("front", 60, 181);
        store.protect(&kept).await.unwrap();
        store.protect(&protection("back", 0, 1000)).await.unwrap();

        let footage = KeptFootage { segments: 3, bytes: 3_000_000 };
        assert_eq!(store.footage_in(&kept.camera, kept.span).await.unwrap(), footage);
        assert_eq!(store.protected_totals().await.unwrap(), footage);
        let oldest = store.oldest_unprotected(&kept.camera, 2).await.unwrap();
        assert_eq!(oldest, [segments[0].clone(), segments[4].clone()]);
        let before = store.unprotected_before(&kept.camera, at(300)).await.unwrap();
        assert_eq!(before.segments, 1, "the minute that ends at 300 did not end before it");

        store.discard(&ids, at(500)).await.unwrap();
        let left = store.segments_in(&kept.camera, span(0, 1000), None, 10).await.unwrap();
        assert_eq!(left, segments[1..4]);
        assert_eq!(store.garbage(10).await.unwrap().len(), 3);
        assert_eq!(rows_of_pieces(store).await, 3);

        store.discard_lost(&ids[1..2], at(500)).await.unwrap();
        assert!(!store.unprotect(&camera("back"), kept.id).await.unwrap());
        assert!(store.unprotect(&kept.camera, kept.id).await.unwrap());
        assert!(!store.unprotect(&kept.camera, kept.id).await.unwrap());
        store.discard(&ids, at(501)).await.unwrap();
        assert_eq!(store.recorded_totals().await.unwrap(), KeptFootage::default());
        assert_eq!(rows_of_pieces(store).await, 0);
    })
    .await;
}

#[tokio::test]
async fn protected_spans_come_newest_first_and_in_pages() {
    on_both(async |database| {
        let store = &database.store;
        let (a, b, c) =
            (protection("front", 0, 1), protection("back", 0, 1), protection("front", 5, 9));
        for span in [&b, &c, &a] {
            store.protect(span).await.unwrap();
        }
        let read = |span: &ProtectedSpan| ProtectedSpan {
            note: "a parcel \u{FFFD}".into(),
            ..span.clone()
        };
        let (a, b, c) = (read(&a), read(&b), read(&c));

        let all = store.protected_spans(None, None, 2).await.unwrap();
        assert_eq!(all, [c.clone(), b.clone()]);
        let rest = store.protected_spans(None, Some(b.id), 2).await.unwrap();
        assert_eq!(rest, std::slice::from_ref(&a));
        let front = store.protected_spans(Some(&a.camera), None, 9).await.unwrap();
        assert_eq!(front, [c, a]);
    })
    .await;
}

#[tokio::test]
async fn once_protected_nothing_is_discarded_whoever_races() {
    on_both(async |database| {
        for round in 0..5 {
            let other = database.again().await;
            let id = format!("front-{round}");
            let segments: Vec<Segment> = (0..40).map(|n| segment(&id, n, n + 1)).collect();
            for segment in &segments {
                database.store.upsert_segment(segment).await.unwrap();
            }
            let (begun, beginning) = tokio::sync::oneshot::channel();
            let discarding = async {
                let mut begun = Some(begun);
                for pair in segments.chunks(2) {
                    let ids: Vec<SegmentId> = pair.iter().map(|s| s.id).collect();
                    other.discard(&ids, at(100)).await.unwrap();
                    begun.take().map(|begun| begun.send(()));
                }
            };
            let left = async || {
                let of = camera(&id);
                let asked = database.store.segments_in(&of, span(0, 40), None, 100);
                asked.await.unwrap()
            };
            let protecting = async {
                beginning.await.unwrap();
                database.store.protect(&protection(&id, 0, 40)).await.unwrap();
                left().await
            };

            let ((), when_protected) = tokio::join!(discarding, protecting);

            assert_eq!(left().await, when_protected);
            assert!(when_protected.len() <= 38, "discarding had begun");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_file_is_a_gap_until_it_is_found() {
    on_both(async |database| {
        let store = &database.store;
        let segments = six_minutes(store).await;
        let front = camera("front");
        store.begin_engine_run(Uuid::now_v7(), at(0)).await.unwrap();
        let lost = [segments[1].id, segments[2].id, segments[4].id];
        store.mark_lost(&lost, at(500)).await.unwrap();
        store.mark_lost(&lost, at(501)).await.unwrap();
        store.mark_lost(&[], at(502)).await.unwrap();

        assert_eq!(store.lost_files().await.unwrap(), 3);
        assert_eq!(store.garbage(10).await.unwrap(), [], "nobody is to delete it");
        let asked = async || {
            let resolution = Duration::from_secs(1);
            let timeline = store.timeline(&front, span(0, 360), &[], resolution, at(1000));
            let timeline = timeline.await.unwrap();
            let gaps: Vec<_> = timeline.gaps.into_iter().map(|gap| (gap.span, gap.cause)).collect();
            (timeline.recorded, gaps)
        };
        let (recorded_spans, gaps) = asked().await;
        assert_eq!(recorded_spans, [span(0, 60), span(180, 240), span(300, 360)]);
        let file_lost = || "FILE_LOST".to_owned();
        assert_eq!(gaps, [(span(60, 180), file_lost()), (span(240, 300), file_lost())]);

        store.index_segment(&recorded(&segments[4])).await.unwrap();
        assert_eq!(store.lost_files().await.unwrap(), 2);
        assert_eq!(asked().await.1, [(span(60, 180), file_lost())]);
        assert_eq!(store.segment(lost[2]).await.unwrap().as_ref(), Some(&segments[4]));

        store.forget_lost(at(180)).await.unwrap();
        assert_eq!(store.lost_files().await.unwrap(), 1, "one ended before, one at that time");
    })
    .await;
}
