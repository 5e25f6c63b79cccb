//! The index of footage: what was told is found again, once, in order.

use ronin_core::{ErrorKind, RunId, Segment, SegmentId, Span, WallTime, control::KeptFootage};
use sea_orm::EntityTrait;

use super::{Dice, at, camera, on_both, segment, span};
use crate::{Error, Store, entity};

async fn pages(store: &Store, id: &str, span: Span, limit: u64) -> Vec<Segment> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.segments_in(&camera(id), span, after, limit).await.unwrap();
        assert!(page.len() as u64 <= limit);
        let Some(last) = page.last() else { return all };
        after = Some((last.start, last.id));
        all.extend(page);
    }
}

#[tokio::test]
async fn telling_a_segment_twice_is_telling_it_once() {
    on_both(async |database| {
        let first = segment("front", 0, 60);
        let longer = Segment { end: at(61), size_bytes: 5, codecs: vec![], ..first.clone() };

        database.store.upsert_segment(&first).await.unwrap();
        database.store.upsert_segment(&first).await.unwrap();
        assert_eq!(database.store.segment(first.id).await.unwrap(), Some(first.clone()));

        database.store.upsert_segment(&longer).await.unwrap();
        assert_eq!(database.store.segment(first.id).await.unwrap(), Some(longer));
        let totals = database.store.recorded_totals().await.unwrap();
        assert_eq!(totals, KeptFootage { segments: 1, bytes: 5 });
        assert_eq!(database.store.segment(SegmentId::generate()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn many_tell_the_same_at_once() {
    on_both(async |database| {
        let segments: Vec<Segment> = (0..20).map(|n| segment("front", n, n + 1)).collect();
        let other = database.again().await;
        let tell = async |store: &Store| {
            for segment in &segments {
                store.upsert_segment(segment).await.unwrap();
            }
        };

        let (a, b) = (&database.store, &other);
        tokio::join!(tell(a), tell(b), tell(a), tell(b), tell(a), tell(b), tell(a), tell(b));

        assert_eq!(pages(a, "front", span(0, 20), 100).await, segments);
        assert_eq!(a.recorded_totals().await.unwrap().segments, 20);
    })
    .await;
}

#[tokio::test]
async fn a_file_belongs_to_one_segment() {
    on_both(async |database| {
        let first = segment("front", 0, 60);
        let second = Segment { id: SegmentId::generate(), ..first.clone() };
        database.store.upsert_segment(&first).await.unwrap();

        let error = database.store.upsert_segment(&second).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert!(error.to_string().contains(&first.path), "{error}");
    })
    .await;
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat_where_starts_are_equal() {
    on_both(async |database| {
        let mut told: Vec<Segment> = (0..25).map(|n| segment("front", n / 10, 100)).collect();
        for segment in told.iter().rev().chain([&segment("back", 0, 100)]) {
            database.store.upsert_segment(segment).await.unwrap();
        }
        told.sort_by_key(|segment| (segment.start, segment.id));

        for limit in [1, 3, 10, 25, 100] {
            assert_eq!(pages(&database.store, "front", span(0, 100), limit).await, told);
        }

        let mut by_id = Vec::new();
        while let page = database
            .store
            .all_segments(by_id.last().map(|segment: &Segment| segment.id), 4)
            .await
            .unwrap()
            && !page.is_empty()
        {
            by_id.extend(page);
        }
        assert_eq!(by_id.len(), 26);
        assert!(by_id.is_sorted_by(|a, b| a.id < b.id));
    })
    .await;
}

#[tokio::test]
async fn a_span_finds_exactly_what_overlaps_it() {
    on_both(async |database| {
        let mut dice = Dice(1);
        let told: Vec<Segment> = (0..60)
            .map(|n| {
                let start = dice.roll(100);
                // One is far longer than the others, and some hold nothing.
                let length = if n == 7 { 80 } else { dice.roll(5) };
                segment("front", start, start + length)
            })
            .collect();
        for segment in &told {
            database.store.upsert_segment(segment).await.unwrap();
        }

        for _ in 0..100 {
            let start = dice.roll(110) - 5;
            let asked = span(start, start + dice.roll(20));
            let mut want: Vec<Segment> = told
                .iter()
                .filter(|s| !asked.is_empty() && s.start < asked.end && s.end > asked.start)
                .cloned()
                .collect();
            want.sort_by_key(|segment| (segment.start, segment.id));

            assert_eq!(pages(&database.store, "front", asked, 100).await, want, "{asked:?}");
        }
        assert_eq!(pages(&database.store, "back", span(0, 100), 100).await, []);
    })
    .await;
}

#[tokio::test]
async fn the_ends_of_time_and_of_numbers_are_kept_or_refused_and_never_wrapped() {
    on_both(async |database| {
        let (first, last) = (WallTime::from_micros(i64::MIN), WallTime::from_micros(i64::MAX));
        let all = Segment {
            start: first,
            end: last,
            sequence: u32::MAX,
            size_bytes: i64::MAX as u64,
            frames: i64::MAX as u64,
            width: u32::MAX,
            height: u32::MAX,
            ..segment("front", 0, 0)
        };
        database.store.upsert_segment(&all).await.unwrap();
        let found = pages(&database.store, "front", span(0, 1), 10).await;
        assert_eq!(found, std::slice::from_ref(&all));
        assert_eq!(pages(&database.store, "front", Span::new(first, last), 10).await, [all]);

        for (size_bytes, frames) in [(u64::MAX, 0), (0, i64::MAX as u64 + 1)] {
            let large = Segment { size_bytes, frames, ..segment("front", 0, 1) };
            let error = database.store.upsert_segment(&large).await.unwrap_err();
            assert!(matches!(error, Error::TooLarge { .. }), "{error}");
            assert_eq!(database.store.segment(large.id).await.unwrap(), None);
        }
    })
    .await;
}

#[tokio::test]
async fn totals_are_of_all_cameras_and_footage_of_one() {
    on_both(async |database| {
        assert_eq!(database.store.recorded_totals().await.unwrap(), KeptFootage::default());
        for id in ["front", "front", "back"] {
            database.store.upsert_segment(&segment(id, 0, 60)).await.unwrap();
        }

        let all = database.store.recorded_totals().await.unwrap();
        let front = database.store.footage_of(&camera("front")).await.unwrap();
        let none = database.store.footage_of(&camera("none")).await.unwrap();

        assert_eq!(all, KeptFootage { segments: 3, bytes: 3_000_000 });
        assert_eq!(front, KeptFootage { segments: 2, bytes: 2_000_000 });
        assert_eq!(none, KeptFootage::default());
    })
    .await;
}

#[tokio::test]
async fn a_run_begins_once_and_ends_once() {
    on_both(async |database| {
        let (store, id, front) = (&database.store, RunId::generate(), camera("front"));
        store.begin_run(id, &front, at(0)).await.unwrap();
        store.begin_run(id, &front, at(5)).await.unwrap();
        store.end_run(id, at(10), "STREAM_ENDED\0").await.unwrap();
        store.end_run(id, at(20), "STREAM_STALLED").await.unwrap();
        store.end_run(RunId::generate(), at(20), "unknown").await.unwrap();

        let rows = entity::run::Entity::find().all(&store.db).await.unwrap();

        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].started_at, at(0).as_micros());
        assert_eq!(rows[0].ended_at, Some(at(10).as_micros()));
        assert_eq!(rows[0].end_reason.as_deref(), Some("STREAM_ENDED\u{FFFD}"));
    })
    .await;
}
