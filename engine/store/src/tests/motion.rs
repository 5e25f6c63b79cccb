//! Where something moved, and when that was.

use std::time::Duration;

use ronin_core::{Grid, MotionMinute, Span, WallTime};

use super::{Dice, at, camera, on_both, segment, span};
use crate::{MotionFound, Store};

/// Less than this between two seconds with motion makes them one.
const PAUSE: Duration = Duration::from_secs(3);

fn cell(column: usize, row: usize) -> Grid {
    let mut grid = Grid::EMPTY;
    grid.set(column, row);
    grid
}

fn everywhere() -> Grid {
    let cells = (0..16).flat_map(|column| (0..16).map(move |row| cell(column, row)));
    cells.fold(Grid::EMPTY, |all, cell| all.union(&cell))
}

/// Notes motion in a cell at each of these seconds, minute by minute.
async fn note(store: &Store, id: &str, seconds: impl IntoIterator<Item = i64>, grid: Grid) {
    let mut open: Option<MotionMinute> = None;
    for second in seconds {
        if let Some(done) = open.take_if(|minute| !minute.contains(at(second))) {
            store.note_motion(&done).await.unwrap();
        }
        let minute = open.get_or_insert_with(|| MotionMinute::of(camera(id), at(second)));
        minute.add(at(second), &grid);
    }
    store.note_motion(&open.unwrap()).await.unwrap();
}

async fn found(store: &Store, area: &Grid, within: Span, limit: usize) -> Vec<MotionFound> {
    store.search_motion(&camera("yard"), area, within, PAUSE, limit).await.unwrap()
}

#[tokio::test]
async fn a_timeline_has_motion_to_the_second_over_minutes() {
    on_both(async |database| {
        let store = &database.store;
        note(store, "yard", (0..5).chain(7..9).chain(50..130).chain([400]), cell(3, 3)).await;
        note(store, "gate", 200..300, cell(3, 3)).await;

        let of = async |within| store.motion_in(&camera("yard"), within, PAUSE).await.unwrap();
        assert_eq!(of(span(-100, 500)).await, [span(0, 9), span(50, 130), span(400, 401)]);
        assert_eq!(of(span(4, 60)).await, [span(4, 9), span(50, 60)]);
        assert_eq!(of(span(10, 50)).await, []);
        let exact = store.motion_in(&camera("yard"), span(0, 20), Duration::ZERO).await.unwrap();
        assert_eq!(exact, [span(0, 5), span(7, 9)]);
    })
    .await;
}

#[tokio::test]
async fn motion_is_found_in_the_area_alone_newest_first_page_by_page() {
    on_both(async |database| {
        let store = &database.store;
        let (door, street) = (cell(15, 15), cell(0, 0));
        note(store, "yard", 0..600, street).await;
        note(store, "yard", (55..65).chain(200..203).chain([500]), door).await;

        let area = door.union(&cell(14, 15));
        let all = found(store, &area, span(-60, 1000), 10).await;
        let spans: Vec<Span> = all.iter().map(|found| found.span).collect();
        assert_eq!(spans, [span(500, 501), span(200, 203), span(55, 65)]);
        assert!(all.iter().all(|found| found.area == door.union(&street)));

        let page = found(store, &area, span(-60, 1000), 2).await;
        assert_eq!(page, all[..2]);
        let next = Span::new(at(-60), page[1].span.start);
        assert_eq!(found(store, &area, next, 2).await, all[2..]);
        assert_eq!(found(store, &area, span(58, 201), 10).await[1].span, span(58, 65));
        assert_eq!(found(store, &Grid::EMPTY, span(-60, 1000), 10).await, []);
    })
    .await;
}

#[tokio::test]
async fn every_cell_is_found_and_no_other() {
    on_both(async |database| {
        let store = &database.store;
        for index in 0..256 {
            let second = i64::try_from(index).unwrap() * 60;
            note(store, "yard", [second], cell(index % 16, index / 16)).await;
        }
        for index in 0..256 {
            let second = i64::try_from(index).unwrap() * 60;
            let area = cell(index % 16, index / 16);
            let found = found(store, &area, span(-60, 20_000), 10).await;
            let spans: Vec<Span> = found.iter().map(|found| found.span).collect();
            assert_eq!(spans, [span(second, second + 1)], "cell {index}");
        }
        assert_eq!(found(store, &everywhere(), span(-60, 20_000), 300).await.len(), 256);
    })
    .await;
}

#[tokio::test]
async fn pages_over_many_minutes_are_what_a_look_at_every_second_gives() {
    on_both(async |database| {
        let store = &database.store;
        let mut dice = Dice(11);
        let mut moving: Vec<i64> = Vec::new();
        for second in 0..60 * 700 {
            if dice.roll(20) == 0 {
                moving.push(second);
            }
        }
        note(store, "yard", moving.iter().copied(), cell(7, 7)).await;
        let mut expected: Vec<Span> = Vec::new();
        for second in moving {
            match expected.last_mut() {
                Some(last) if at(second).since(last.end) < PAUSE => last.end = at(second + 1),
                _ => expected.push(span(second, second + 1)),
            }
        }

        assert_eq!(
            store.motion_in(&camera("yard"), span(-1, 50_000), PAUSE).await.unwrap(),
            expected
        );
        expected.reverse();
        let (mut seen, mut end) = (Vec::new(), at(50_000));
        loop {
            let page = found(store, &cell(7, 7), Span::new(at(-1), end), 97).await;
            let Some(last) = page.last() else { break };
            end = last.span.start;
            seen.extend(page.iter().map(|found| found.span));
        }
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn a_minute_noted_twice_has_both_and_noting_it_again_changes_nothing() {
    on_both(async |database| {
        let store = &database.store;
        for _ in 0..2 {
            note(store, "yard", [3, 4], cell(1, 1)).await;
            note(store, "yard", [4, 5], cell(2, 2)).await;
            note(store, "yard", [4], Grid::EMPTY).await;
        }
        let found = found(store, &cell(2, 2), span(0, 60), 10).await;
        let area = cell(1, 1).union(&cell(2, 2));
        assert_eq!(found, [MotionFound { span: span(4, 6), area }]);
        let all = store.motion_in(&camera("yard"), span(0, 60), PAUSE).await.unwrap();
        assert_eq!(all, [span(3, 6)]);
    })
    .await;
}

#[tokio::test]
async fn motion_goes_with_the_footage_of_its_camera() {
    on_both(async |database| {
        let store = &database.store;
        let minute = MotionMinute::of(camera("yard"), at(0)).start;
        let after = |minutes: u32| minute + Duration::from_secs(60) * minutes;
        for id in ["yard", "gate"] {
            for n in 0..5_u32 {
                let mut moving = MotionMinute::of(camera(id), after(n));
                moving.add(after(n), &cell(1, 1));
                store.note_motion(&moving).await.unwrap();
            }
        }

        let just_before: WallTime = after(3) - Duration::from_secs(1);
        assert_eq!(store.forget_motion(&camera("yard"), just_before).await.unwrap(), 2);
        assert_eq!(store.forget_motion(&camera("yard"), after(3)).await.unwrap(), 1);

        store.upsert_segment(&segment("gate", 160, 1000)).await.unwrap();
        store.forget_motion_without_footage(after(4), Duration::from_secs(30)).await.unwrap();

        let left = async |id| {
            let within = Span::new(after(0), after(10));
            store.motion_in(&camera(id), within, PAUSE).await.unwrap().len()
        };
        assert_eq!((left("yard").await, left("gate").await), (1, 2));
    })
    .await;
}
