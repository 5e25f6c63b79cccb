//! What footage takes, and its stretches: sums and unions that the database makes.

use std::time::Duration;

use ronin_core::{Segment, SegmentId, Span, WallTime, control::KeptFootage};
use uuid::Uuid;

use super::{Dice, at, camera, cameras::config, on_both, segment, span};
use crate::{CameraUsage, Outage, Store};

const DAY_S: i64 = 86_400;

#[tokio::test]
async fn usage_is_of_each_camera_and_of_each_day() {
    on_both(async |database| {
        let store = &database.store;
        assert_eq!(store.usage().await.unwrap(), []);
        for start in [0, 100, 200] {
            store.upsert_segment(&segment("front", start, start + 60)).await.unwrap();
        }
        // Sorted by language, "a-b" stands behind "aa"; it ends last although it begins first.
        store.upsert_segment(&segment("aa", 7, 8)).await.unwrap();
        store.upsert_segment(&segment("a-b", 0, 1000)).await.unwrap();
        store.upsert_segment(&segment("a-b", 500, 560)).await.unwrap();

        let usage = |id: &str, segments: u64, span: Span| {
            let kept = KeptFootage { segments, bytes: segments * 1_000_000 };
            CameraUsage { camera: camera(id), kept, span }
        };
        let want = [
            usage("a-b", 2, span(0, 1000)),
            usage("aa", 1, span(7, 8)),
            usage("front", 3, span(0, 260)),
        ];
        assert_eq!(store.usage().await.unwrap(), want);
        let ids: Vec<_> = want.iter().map(|usage| usage.camera.clone()).collect();
        let mut with_footage = store.cameras_with_footage().await.unwrap();
        with_footage.sort();
        assert_eq!(with_footage, ids);
        for usage in &want {
            assert_eq!(store.footage_of(&usage.camera).await.unwrap(), usage.kept);
        }

        let spans = [span(-100, 0), span(0, 100), span(100, 201), span(50, 50)];
        let begun = store.footage_begun_in(&camera("front"), &spans).await.unwrap();
        let counts: Vec<u64> = begun.iter().map(|kept| kept.segments).collect();
        assert_eq!(counts, [0, 1, 2, 0]);
    })
    .await;
}

/// The union of segments that overlap `asked`, as simply as possible.
fn brute(told: &[Segment], asked: Span) -> Vec<Span> {
    let overlaps = |s: &&Segment| s.start < asked.end && s.end > asked.start;
    let mut spans: Vec<Span> = told.iter().filter(overlaps).map(Segment::span).collect();
    spans.sort_by_key(|span| span.start);
    let mut union: Vec<Span> = Vec::new();
    for span in spans {
        match union.last_mut() {
            Some(last) if span.start.as_micros() <= last.end.as_micros() + 1000 => {
                last.end = last.end.max(span.end);
            }
            _ => union.push(span),
        }
    }
    union
}

#[tokio::test]
async fn stretches_are_the_union_of_segments() {
    let seed = u64::from_ne_bytes(SegmentId::generate().0.as_bytes()[8..].try_into().unwrap());
    eprintln!("seed {seed}");
    on_both(async |database| {
        let (store, mut dice) = (&database.store, Dice(seed | 1));
        let half_ms = |n: i64| WallTime::from_micros(at(0).as_micros() + n * 500);
        for round in 0..4 {
            let id = format!("front-{round}");
            let told: Vec<Segment> = (0..40)
                .map(|_| {
                    let start = dice.roll(300);
                    let (start, end) = (half_ms(start), half_ms(start + 1 + dice.roll(8)));
                    Segment { start, end, ..segment(&id, 0, 0) }
                })
                .collect();
            for segment in &told {
                store.upsert_segment(segment).await.unwrap();
            }
            for _ in 0..30 {
                let start = dice.roll(320) - 10;
                let asked = Span::new(half_ms(start), half_ms(start + dice.roll(150) + 1));
                let stretches = store.stretches(&camera(&id), asked).await.unwrap();
                assert_eq!(stretches, brute(&told, asked), "{asked:?}");
            }
        }
        let nothing = store.stretches(&camera("front-0"), span(5, 5)).await.unwrap();
        assert_eq!(nothing, []);
        assert_eq!(store.stretches(&camera("none"), span(0, 5)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn stretches_reach_to_the_ends_of_time() {
    on_both(async |database| {
        let store = &database.store;
        let always = Span::new(WallTime::from_micros(i64::MIN), WallTime::from_micros(i64::MAX));
        let all = Segment { start: always.start, end: always.end, ..segment("front", 0, 0) };
        store.upsert_segment(&all).await.unwrap();
        store.upsert_segment(&segment("front", 0, 60)).await.unwrap();

        for asked in [always, span(0, 1)] {
            assert_eq!(store.stretches(&camera("front"), asked).await.unwrap(), [always]);
        }
    })
    .await;
}

/// Days with footage over midnight, gaps, an outage, a lost file, and an engine that stopped.
async fn some_days(store: &Store) {
    let front = camera("front");
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    store.insert_camera(&config("front")).await.unwrap();
    store.begin_engine_run(first, at(-DAY_S)).await.unwrap();
    let mut dice = Dice(11);
    for start in (0..4 * DAY_S).step_by(1800).filter(|_| dice.roll(4) > 0) {
        store.upsert_segment(&segment("front", start - 900, start + 900)).await.unwrap();
    }
    let lost = segment("front", 2 * DAY_S - 100, 2 * DAY_S + 1000);
    store.upsert_segment(&lost).await.unwrap();
    store.mark_lost(&[lost.id], at(9 * DAY_S)).await.unwrap();
    let outage = Outage { cause: "CAMERA_UNREACHABLE".into(), message: "no answer".into() };
    store.set_outage(&front, at(DAY_S - 5000), Some(outage)).await.unwrap();
    store.set_outage(&front, at(DAY_S + 5000), None).await.unwrap();
    store.end_engine_run(first, at(3 * DAY_S - 500)).await.unwrap();
    store.begin_engine_run(second, at(3 * DAY_S + 500)).await.unwrap();
}

#[tokio::test]
async fn the_timelines_of_days_are_those_of_each_day() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        some_days(store).await;
        let days: Vec<Span> = (-1..6).map(|n| span(n * DAY_S, (n + 1) * DAY_S)).collect();
        let now = at(4 * DAY_S + 500);
        let fresh = [span(4 * DAY_S - 100, 4 * DAY_S + 100)];

        for resolution in [Duration::ZERO, Duration::from_secs(60)] {
            let together = store.timelines(&front, &days, &fresh, resolution, now).await.unwrap();
            assert_eq!(together.len(), days.len());
            for (day, of_all) in days.iter().zip(together) {
                let alone = store.timeline(&front, *day, &fresh, resolution, now).await.unwrap();
                assert_eq!(of_all, alone, "{day:?}");
            }
        }
        let none = store.timelines(&front, &[], &fresh, Duration::ZERO, now).await.unwrap();
        assert_eq!(none, []);
    })
    .await;
}

#[tokio::test]
async fn what_is_fresh_counts_as_recorded() {
    on_both(async |database| {
        let (store, front) = (&database.store, camera("front"));
        store.insert_camera(&config("front")).await.unwrap();
        store.begin_engine_run(Uuid::now_v7(), at(0)).await.unwrap();
        store.upsert_segment(&segment("front", 60, 120)).await.unwrap();
        let fresh = [span(0, 60), span(100, 180), span(500, 600)];

        let resolution = Duration::from_secs(1);
        let asked = store.timeline(&front, span(0, 300), &fresh, resolution, at(300));
        let timeline = asked.await.unwrap();

        assert_eq!(timeline.recorded, [span(0, 180)]);
        assert_eq!(timeline.gaps.len(), 1);
    })
    .await;
}
