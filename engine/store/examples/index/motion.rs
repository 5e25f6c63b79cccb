//! Four weeks of motion of one camera, and searches in them.

use std::time::Duration;

use anyhow::Result;
use ronin_core::{Grid, MotionMinute, Span, WallTime};
use ronin_store::Store;

use super::{
    ask,
    fill::{DAY_US, Dice, MINUTE_US, Plan, camera},
};

const DAYS: i64 = 28;
const PAUSE: Duration = Duration::from_secs(3);
const PAGE: usize = 51;
/// Nothing ever moves in this column and those to the right of it.
const QUIET_FROM: usize = 14;

/// Of every second minute about every third second has motion, in a few cells together.
pub(super) async fn fill(store: &Store, plan: &Plan) -> Result<()> {
    let mut dice = Dice(5);
    let mut roll = |below: u64| usize::try_from(dice.roll(below)).unwrap_or_default();
    for minute in (0..DAYS * DAY_US / MINUTE_US).step_by(2) {
        let start = WallTime::from_micros(plan.start + minute * MINUTE_US);
        let mut moving = MotionMinute::of(camera(0), start);
        for second in 0..60 {
            if roll(3) > 0 {
                continue;
            }
            let (mut grid, column, row) = (Grid::EMPTY, roll(QUIET_FROM as u64 - 2), roll(14));
            for cell in 0..6 {
                grid.set(column + cell % 2, row + cell / 2);
            }
            moving.add(moving.start + Duration::from_secs(second), &grid);
        }
        store.note_motion(&moving).await?;
    }
    Ok(())
}

pub(super) async fn ask_of_motion(store: &Store, plan: &Plan) -> Result<()> {
    let at = |day: i64| WallTime::from_micros(plan.start + day * DAY_US);
    let weeks = Span::new(at(0), at(DAYS));
    let cells = |columns: std::ops::Range<usize>, rows: std::ops::Range<usize>| {
        let mut grid = Grid::EMPTY;
        for column in columns {
            rows.clone().for_each(|row| grid.set(column, row));
        }
        grid
    };
    let search = async |area: Grid| {
        let found = store.search_motion(&camera(0), &area, weeks, PAUSE, PAGE).await?;
        anyhow::Ok(found.len())
    };

    ask("motion of a day of a camera", async |run| {
        let day = run as i64 % DAYS;
        let day = Span::new(at(day), at(day + 1));
        Ok(store.motion_in(&camera(0), day, Duration::from_secs(1)).await?.len())
    })
    .await?;
    ask("motion in an area in four weeks, the newest 51", async |run| {
        let (column, row) = (run % (QUIET_FROM - 2), run % 14);
        search(cells(column..column + 2, row..row + 2)).await
    })
    .await?;
    ask("the same where nothing moved", async |_| search(cells(QUIET_FROM..16, 0..16)).await).await
}
