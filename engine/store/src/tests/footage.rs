//! The sums of each camera: whatever is done to segments, those of the rows.

use std::collections::BTreeMap;

use ronin_core::{
    CameraId, ErrorKind, Recorded, Segment, SegmentId, Span, WallTime, control::KeptFootage,
};
use sea_orm::ConnectionTrait;

use super::{
    Database, Dice, at, camera,
    keeping::{protection, recorded},
    on_both, segment,
};
use crate::{CameraUsage, Error, Store};

const CAMERAS: [&str; 3] = ["front", "back", "a-b"];

/// What [`Store::usage`] should say, of every row.
async fn counted(store: &Store) -> Vec<CameraUsage> {
    let mut counted: BTreeMap<CameraId, CameraUsage> = BTreeMap::new();
    for row in store.all_segments(None, 10_000).await.unwrap() {
        let none = CameraUsage {
            camera: row.camera.clone(),
            kept: KeptFootage::default(),
            span: row.span(),
        };
        let usage = counted.entry(row.camera).or_insert(none);
        usage.kept.segments += 1;
        usage.kept.bytes += row.size_bytes;
        usage.span = Span::new(usage.span.start.min(row.start), usage.span.end.max(row.end));
    }
    counted.into_values().collect()
}

async fn sums_are_those_of_the_rows(store: &Store) {
    let counted = counted(store).await;
    assert_eq!(store.usage().await.unwrap(), counted);
    let add = |sum: KeptFootage, usage: &CameraUsage| KeptFootage {
        segments: sum.segments + usage.kept.segments,
        bytes: sum.bytes + usage.kept.bytes,
    };
    let all = counted.iter().fold(KeptFootage::default(), add);
    assert_eq!(store.recorded_totals().await.unwrap(), all);
    let cameras: Vec<CameraId> = counted.iter().map(|usage| usage.camera.clone()).collect();
    assert_eq!(store.cameras_with_footage().await.unwrap(), cameras);
    for id in CAMERAS {
        let usage = counted.iter().find(|usage| usage.camera == camera(id));
        let want = usage.map(|usage| usage.kept).unwrap_or_default();
        assert_eq!(store.footage_of(&camera(id)).await.unwrap(), want);
    }
    assert_eq!(store.miscounted_footage().await.unwrap(), []);
}

/// A segment, which may hold nothing, overlap others, or be far longer than they are.
fn any_segment(dice: &mut Dice) -> Segment {
    let id = CAMERAS[usize::try_from(dice.roll(3)).unwrap()];
    let start = dice.roll(1000);
    let length = if dice.roll(10) == 0 { dice.roll(2000) } else { dice.roll(60) };
    let size_bytes = dice.roll(1 << 40).unsigned_abs();
    Segment { size_bytes, ..segment(id, start, start + length) }
}

/// Some of `known`, and now and then one that nobody knows.
fn some_ids(known: &[Segment], dice: &mut Dice) -> Vec<SegmentId> {
    let mut ids: Vec<SegmentId> =
        known.iter().filter(|_| dice.roll(4) == 0).map(|segment| segment.id).collect();
    if dice.roll(3) == 0 {
        ids.push(SegmentId::generate());
    }
    ids
}

/// Does anything that changes segments; `known` are all that ever were.
async fn step(store: &Store, known: &mut Vec<Segment>, dice: &mut Dice) {
    let now = at(5000);
    match dice.roll(10) {
        0..=3 => {
            let new = any_segment(dice);
            store.index_segment(&recorded(&new)).await.unwrap();
            known.push(new);
        }
        // It was longer than was thought, or comes back, or is told of another camera.
        4 | 5 if !known.is_empty() => {
            let n = usize::try_from(dice.roll(known.len() as u64)).unwrap();
            let Segment { id, path, .. } = known[n].clone();
            known[n] = Segment { id, path, ..any_segment(dice) };
            store.upsert_segment(&known[n]).await.unwrap();
        }
        6 => store.discard(&some_ids(known, dice), now).await.unwrap(),
        7 => store.discard_lost(&some_ids(known, dice), now).await.unwrap(),
        8 => store.mark_lost(&some_ids(known, dice), now).await.unwrap(),
        // What fails changes nothing.
        9 if !known.is_empty() => {
            let path = known[0].path.clone();
            let is_there = store.segment(known[0].id).await.unwrap().is_some();
            let other =
                Recorded { segment: Segment { path, ..any_segment(dice) }, ..recorded(&known[0]) };
            let told = store.index_segment(&other).await;
            match told {
                Err(error) => assert_eq!(error.kind(), ErrorKind::AlreadyExists),
                Ok(()) => assert!(!is_there),
            }
            // Makes room for the path again.
            store.discard_lost(&[other.segment.id], now).await.unwrap();
        }
        _ => store.upsert_segment(&any_segment(dice)).await.unwrap(),
    }
}

#[tokio::test]
async fn sums_are_those_of_the_rows_whatever_is_done() {
    let seed = u64::from_ne_bytes(SegmentId::generate().0.as_bytes()[8..].try_into().unwrap());
    eprintln!("seed {seed}");
    on_both(async |database| {
        let (store, mut dice, mut known) = (&database.store, Dice(seed | 1), Vec::new());
        let kept = protection("front", 100, 300);
        store.protect(&kept).await.unwrap();
        for _ in 0..150 {
            step(store, &mut known, &mut dice).await;
            sums_are_those_of_the_rows(store).await;
        }
        let all: Vec<SegmentId> =
            store.all_segments(None, 10_000).await.unwrap().iter().map(|row| row.id).collect();
        store.discard_lost(&all, at(5000)).await.unwrap();
        sums_are_those_of_the_rows(store).await;
        assert_eq!(store.usage().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn sums_are_those_of_the_rows_when_many_write_at_once() {
    on_both(async |database| {
        let segments: Vec<Segment> =
            (0..40).map(|n| segment(CAMERAS[n % 3], n as i64, n as i64 + 9)).collect();
        let other = database.again().await;
        let (a, b) = (&database.store, &other);
        let tell = async |store: &Store| {
            for segment in &segments {
                store.index_segment(&recorded(segment)).await.unwrap();
            }
        };
        let discard = async |store: &Store| {
            for some in segments.chunks(7) {
                let ids: Vec<SegmentId> = some.iter().map(|segment| segment.id).collect();
                store.discard(&ids, at(100)).await.unwrap();
            }
        };

        tokio::join!(tell(a), discard(b), tell(b), discard(a), tell(a), discard(b));

        sums_are_those_of_the_rows(a).await;
    })
    .await;
}

async fn kept_by_a_stranger(database: &Database) {
    let sql = "UPDATE footage SET bytes = bytes + 1 WHERE camera_id = 'front'";
    database.store.db.execute_unprepared(sql).await.unwrap();
    let sql = "INSERT INTO footage (camera_id, segments, bytes) VALUES ('gone', 1, 1)";
    database.store.db.execute_unprepared(sql).await.unwrap();
}

#[tokio::test]
async fn sums_that_somebody_else_changed_are_found_and_counted_anew() {
    on_both(async |database| {
        let store = &database.store;
        for id in ["front", "back"] {
            store.upsert_segment(&segment(id, 0, 60)).await.unwrap();
        }
        kept_by_a_stranger(database).await;

        let wrong = store.miscounted_footage().await.unwrap();
        assert_eq!(wrong, [camera("front"), camera("gone")]);
        let error = store.usage().await.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");

        store.recount_footage().await.unwrap();
        sums_are_those_of_the_rows(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_camera_takes_no_more_than_the_database_counts_to() {
    on_both(async |database| {
        let store = &database.store;
        let large = |id| Segment { size_bytes: i64::MAX as u64, ..segment(id, 0, 1) };
        store.upsert_segment(&large("front")).await.unwrap();

        let error = store.upsert_segment(&large("front")).await.unwrap_err();

        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
        sums_are_those_of_the_rows(store).await;
        store.upsert_segment(&large("back")).await.unwrap();
        store.recorded_totals().await.unwrap_err();
    })
    .await;
}

#[tokio::test]
async fn the_newest_end_is_found_at_the_ends_of_time() {
    on_both(async |database| {
        let store = &database.store;
        let (first, last) = (WallTime::from_micros(i64::MIN), WallTime::from_micros(i64::MAX));
        store.upsert_segment(&segment("front", 0, 60)).await.unwrap();
        store
            .upsert_segment(&Segment { start: first, end: last, ..segment("front", 0, 0) })
            .await
            .unwrap();
        store
            .upsert_segment(&Segment { start: first, end: at(0), ..segment("back", 0, 0) })
            .await
            .unwrap();
        store
            .upsert_segment(&Segment { start: first, end: first, ..segment("a-b", 0, 0) })
            .await
            .unwrap();

        sums_are_those_of_the_rows(store).await;
    })
    .await;
}
