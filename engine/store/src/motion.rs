//! The motion table: where something moved in front of a camera, a row for each minute with motion.
//!
//! A search for an area reads of most rows only four numbers: the cells of the whole minute. Not
//! here: what counts as motion.

use std::time::Duration;

use ronin_core::{CameraId, Grid, MotionMinute, Span, WallTime};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{Error, Result, Store, entity::motion, error::Doing, store::Lock};

const DOING: &str = "search motion";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Rows of a search that are in memory at once, of up to 2 kB each.
const CHUNK: u64 = 500;

/// When something moved in an area.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MotionFound {
    /// From the first to the last second, with less than the pause asked for in between.
    pub span: Span,
    /// Where, over the whole span and the whole picture.
    pub area: Grid,
}

impl Store {
    /// Notes the motion of a minute; what is known of the same minute stays.
    pub async fn note_motion(&self, minute: &MotionMinute) -> Result<()> {
        if minute.is_empty() {
            return Ok(());
        }
        let doing = "note motion";
        let transaction = self.begin_write(Lock::Motion).await.doing(doing)?;
        let key = (minute.camera.to_string(), minute.start.as_micros());
        let known = motion::Entity::find_by_id(key).one(&transaction).await.doing(doing)?;
        let mut merged = minute.clone();
        // One that cannot be read is worth less than what is known now.
        if let Some(known) = known.and_then(|row| from_row(row).ok()) {
            merged.merge(&known);
        }
        use motion::Column;
        let replace = OnConflict::columns([Column::CameraId, Column::StartAt])
            .update_columns([
                Column::Mask,
                Column::Cells0,
                Column::Cells1,
                Column::Cells2,
                Column::Cells3,
                Column::Seconds,
            ])
            .to_owned();
        motion::Entity::insert(to_row(&merged))
            .on_conflict(replace)
            .exec_without_returning(&transaction)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// When something moved anywhere in the picture, in order, to the second. What lies closer
    /// together than `pause` is one.
    pub async fn motion_in(
        &self,
        camera: &CameraId,
        span: Span,
        pause: Duration,
    ) -> Result<Vec<Span>> {
        let rows: Vec<(i64, i64)> = motion::Entity::find()
            .select_only()
            .columns([motion::Column::StartAt, motion::Column::Mask])
            .filter(of_minutes(camera, span))
            .order_by_asc(motion::Column::StartAt)
            .into_tuple()
            .all(&self.db)
            .await
            .doing("read motion")?;
        let mut found: Vec<Span> = Vec::new();
        for second in rows.into_iter().flat_map(|(start, mask)| seconds_of(start, mask)) {
            let second = second.intersect(span);
            match found.last_mut() {
                _ if second.is_empty() => {}
                Some(last) if second.start.since(last.end) < pause || second.start == last.end => {
                    last.end = second.end;
                }
                _ => found.push(second),
            }
        }
        Ok(found)
    }

    /// When something moved in `area`, newest first, at most `limit`. Where there is more, it ends
    /// before the start of the last one.
    pub async fn search_motion(
        &self,
        camera: &CameraId,
        area: &Grid,
        span: Span,
        pause: Duration,
        limit: usize,
    ) -> Result<Vec<MotionFound>> {
        let mut search = Search { area, span, pause, found: Vec::new() };
        let mut before = span.end;
        loop {
            let rows = motion::Entity::find()
                .filter(of_minutes(camera, Span::new(span.start, before)))
                .filter(touching(area))
                .order_by_desc(motion::Column::StartAt)
                .limit(CHUNK)
                .all(&self.db)
                .await
                .doing(DOING)?;
            let is_last = (rows.len() as u64) < CHUNK;
            for row in rows {
                before = WallTime::from_micros(row.start_at);
                search.add(&from_row(row)?);
                // The one behind the last may go on in the minute before.
                if search.found.len() > limit {
                    search.found.truncate(limit);
                    return Ok(search.found);
                }
            }
            if is_last {
                return Ok(search.found);
            }
        }
    }

    /// Forgets motion from before the oldest footage of its camera; where a camera has none, all that
    /// is older than `keep`, because footage may be on its way into the index.
    pub async fn forget_motion_without_footage(&self, now: WallTime, keep: Duration) -> Result<()> {
        let usage = self.usage().await?;
        for camera in &usage {
            self.forget_motion(&camera.camera, camera.span.start).await?;
        }
        let recorded = usage.iter().map(|usage| usage.camera.as_str());
        motion::Entity::delete_many()
            .filter(motion::Column::CameraId.is_not_in(recorded))
            .filter(motion::Column::StartAt.lt((now - keep).as_micros()))
            .exec(&self.db)
            .await
            .doing("forget motion")?;
        Ok(())
    }

    /// Forgets the motion of a camera in minutes that end before `before`.
    pub async fn forget_motion(&self, camera: &CameraId, before: WallTime) -> Result<u64> {
        let deleted = motion::Entity::delete_many()
            .filter(motion::Column::CameraId.eq(camera.as_str()))
            .filter(motion::Column::StartAt.lte((before - MINUTE).as_micros()))
            .exec(&self.db)
            .await
            .doing("forget motion")?;
        Ok(deleted.rows_affected)
    }
}

/// What a search has found so far, newest first.
struct Search<'a> {
    area: &'a Grid,
    span: Span,
    pause: Duration,
    found: Vec<MotionFound>,
}

impl Search<'_> {
    fn add(&mut self, minute: &MotionMinute) {
        for (start, grid) in minute.seconds().rev() {
            let second = Span::new(start, start + SECOND).intersect(self.span);
            if second.is_empty() || !grid.overlaps(self.area) {
                continue;
            }
            match self.found.last_mut() {
                Some(last)
                    if last.span.start.since(second.end) < self.pause
                        || last.span.start == second.end =>
                {
                    last.span.start = second.start;
                    last.area = last.area.union(&grid);
                }
                _ => self.found.push(MotionFound { span: second, area: grid }),
            }
        }
    }
}

/// The rows of a camera whose minute touches `span`.
fn of_minutes(camera: &CameraId, span: Span) -> Condition {
    Condition::all()
        .add(motion::Column::CameraId.eq(camera.as_str()))
        .add(motion::Column::StartAt.gt((span.start - MINUTE).as_micros()))
        .add(motion::Column::StartAt.lt(span.end.as_micros()))
}

/// The rows in whose minute something moved in a cell of `area`.
fn touching(area: &Grid) -> Condition {
    use motion::Column;
    let columns = [Column::Cells0, Column::Cells1, Column::Cells2, Column::Cells3];
    let wanted = columns.into_iter().zip(numbers(area)).filter(|(_, cells)| *cells != 0);
    let is_in = |(column, cells)| Expr::col(column).bit_and(cells).ne(0_i64);
    // Without a cell asked for, nothing is in it.
    wanted.map(is_in).fold(Condition::any().add(Expr::value(false)), Condition::add)
}

/// The cells as four numbers, four rows in each.
fn numbers(grid: &Grid) -> [i64; 4] {
    let rows = grid.rows();
    std::array::from_fn(|part| {
        let four = rows[4 * part..4 * part + 4].iter().rev();
        four.fold(0_u64, |bits, row| bits << 16 | u64::from(*row)).cast_signed()
    })
}

fn seconds_of(start_us: i64, mask: i64) -> impl Iterator<Item = Span> {
    let start = WallTime::from_micros(start_us);
    let is_set = move |second: &u32| mask.cast_unsigned() >> second & 1 == 1;
    (0..60).filter(is_set).map(move |second| {
        let start = start + SECOND * second;
        Span::new(start, start + SECOND)
    })
}

fn to_row(minute: &MotionMinute) -> motion::ActiveModel {
    let [cells0, cells1, cells2, cells3] = numbers(&minute.area());
    motion::ActiveModel {
        camera_id: Set(minute.camera.to_string()),
        start_at: Set(minute.start.as_micros()),
        mask: Set(minute.mask().cast_signed()),
        cells0: Set(cells0),
        cells1: Set(cells1),
        cells2: Set(cells2),
        cells3: Set(cells3),
        seconds: Set(minute.to_bytes()),
    }
}

fn from_row(row: motion::Model) -> Result<MotionMinute> {
    let damaged = || Error::Damaged {
        what: "motion".to_owned(),
        problem: format!("the minute {} of {:?}", row.start_at, row.camera_id),
    };
    let camera = row.camera_id.parse().map_err(|_| damaged())?;
    let start = WallTime::from_micros(row.start_at);
    MotionMinute::from_bytes(camera, start, &row.seconds).ok_or_else(damaged)
}
