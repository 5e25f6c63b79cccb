//! The rows of a year: one-minute segments of 16 cameras with gaps, outages and pieces. Half of them
//! are of the first camera, which is recorded day and night; the others record now and then.
//!
//! Written in SQL by the hundred, past the store, which takes them one by one.

use std::{fmt::Write as _, time::Duration};

use anyhow::Result;
use ronin_core::{
    CameraId,
    playback::{FileIndex, Piece},
};
use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, DbBackend, TransactionTrait};
use uuid::{NoContext, Timestamp, Uuid};

pub(crate) const CAMERAS: u64 = 16;
pub(crate) const MINUTE_US: i64 = 60_000_000;
pub(crate) const DAY_US: i64 = 1440 * MINUTE_US;
const YEAR_MINUTES: i64 = 365 * 1440;
/// 1 January 2026.
const START_US: i64 = 1_767_225_600_000_000;
/// Rows of one statement: a few hundred kB of text.
const ROWS: usize = 250;
/// One in so many segments is followed by a gap.
const GAP_IN: u64 = 500;
/// Before one in so many recorded hours, the camera was away.
const OUTAGE_IN: u64 = 200;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// From 0 to `below - 1`.
    pub(crate) fn roll(&mut self, below: u64) -> i64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below;
        rolled.cast_signed()
    }
}

/// What is filled in.
pub(crate) struct Plan {
    pub(crate) start: i64,
    segments: i64,
}

impl Plan {
    pub(crate) fn of(segments: u64) -> Self {
        Self { start: START_US, segments: segments.cast_signed() }
    }

    /// Segments of a camera.
    fn each(&self, camera: u64) -> i64 {
        let others = CAMERAS.cast_signed() - 1;
        if camera == 0 { self.segments / 2 } else { self.segments / 2 / others }
    }

    /// From one hour of a camera that is recorded to the next, in minutes.
    fn stride(&self, camera: u64) -> i64 {
        (YEAR_MINUTES * 60 / self.each(camera).max(1)).clamp(60, YEAR_MINUTES)
    }

    /// Some days after the last, for outages make the year longer.
    pub(crate) fn end(&self) -> i64 {
        self.start + (self.days().cast_signed() + 30) * DAY_US
    }

    pub(crate) fn days(&self) -> u64 {
        (self.each(0) / 60 * self.stride(0) / 1440 + 1).cast_unsigned()
    }
}

pub(crate) fn camera(n: u64) -> CameraId {
    let id = format!("camera-{n:02}");
    id.parse().unwrap_or_else(|_| unreachable!("it is an id"))
}

/// Fills the tables of the database at `url`, and lets it look at them, as it does by itself in time.
pub(crate) async fn fill(url: &str, plan: &Plan) -> Result<()> {
    let db = Database::connect(url).await?;
    let is_sqlite = db.get_database_backend() == DbBackend::Sqlite;
    for n in 0..CAMERAS {
        let transaction = db.begin().await?;
        let id = camera(n);
        let sql = format!(
            "INSERT INTO camera (id, display_name, enabled, main_source, record_enabled, \
             record_audio, created_at, updated_at, version) VALUES ('{id}', '{id}', TRUE, '', \
             TRUE, TRUE, {start}, {start}, 1)",
            start = plan.start
        );
        transaction.execute_unprepared(&sql).await?;
        fill_camera(&transaction, plan, n, is_sqlite).await?;
        transaction.commit().await?;
    }
    let run = literal(id_at(plan.start, 0), is_sqlite);
    let (start, end) = (plan.start, plan.end());
    let sql = format!("INSERT INTO engine_run VALUES ({run}, {start}, {end}, NULL)");
    db.execute_unprepared(&sql).await?;
    let look = if is_sqlite { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "VACUUM ANALYZE" };
    db.execute_unprepared(look).await?;
    db.close().await?;
    Ok(())
}

async fn fill_camera(
    transaction: &DatabaseTransaction,
    plan: &Plan,
    n: u64,
    is_sqlite: bool,
) -> Result<()> {
    let (id, mut dice) = (camera(n), Dice(n + 1));
    let (mut segments, mut pieces) = (Vec::new(), Vec::new());
    let mut lost_hours = 0;
    for row in 0..plan.each(n) {
        if row % 60 == 0 && dice.roll(OUTAGE_IN) == 0 {
            let from = plan.start + (row / 60 * plan.stride(n) + lost_hours * 60) * MINUTE_US;
            lost_hours += 1 + dice.roll(6);
            outage(transaction, &id, from, from + 60 * MINUTE_US, is_sqlite).await?;
        }
        let minute = row / 60 * plan.stride(n) + lost_hours * 60 + row % 60;
        let start = plan.start + minute * MINUTE_US;
        let gap = if dice.roll(GAP_IN) == 0 { 1_000_000 * (5 + dice.roll(50)) } else { 0 };
        let end = start + MINUTE_US - gap;
        let (index, size) = index(&mut dice);
        let key = literal(id_at(start, n * 1_000_000 + row.unsigned_abs()), is_sqlite);
        segments.push(format!(
            "({key},'{id}',{key},{row},{start},{end},{},'{id}/2026/{row}.mp4',{size},1500,\
             'avc1.64001f',1920,1080)",
            end - start
        ));
        pieces.push(format!("({key},{})", bytes(&index.to_bytes(), is_sqlite)));
        if segments.len() == ROWS || row + 1 == plan.each(n) {
            insert(transaction, "segment", &mut segments).await?;
            insert(transaction, "fragment_index", &mut pieces).await?;
        }
    }
    Ok(())
}

async fn insert(to: &DatabaseTransaction, table: &str, rows: &mut Vec<String>) -> Result<()> {
    // The columns of a segment were made in the order of the text above.
    to.execute_unprepared(&format!("INSERT INTO {table} VALUES {}", rows.join(","))).await?;
    rows.clear();
    Ok(())
}

async fn outage(
    to: &DatabaseTransaction,
    camera: &CameraId,
    start: i64,
    end: i64,
    is_sqlite: bool,
) -> Result<()> {
    let id = literal(Uuid::now_v7(), is_sqlite);
    let sql = format!(
        "INSERT INTO outage (id, camera_id, started_at, ended_at, cause, message) VALUES ({id}, \
         '{camera}', {start}, {end}, 'CAMERA_UNREACHABLE', 'the camera does not answer')"
    );
    to.execute_unprepared(&sql).await?;
    Ok(())
}

/// Thirty pieces of two seconds at about 4 Mbit/s, and the size of the file.
fn index(dice: &mut Dice) -> (FileIndex, u64) {
    let (mut offset, mut pieces) = (1200, Vec::with_capacity(30));
    for n in 0..30 {
        let size_bytes = 900_000 + dice.roll(200_000).unsigned_abs();
        let (start, duration) = (Duration::from_secs(2 * n), Duration::from_secs(2));
        pieces.push(Piece { offset, size_bytes, start, duration });
        offset += size_bytes;
    }
    (FileIndex { header_bytes: 1200, pieces }, offset)
}

/// An id of that time, as a recorder gives it.
fn id_at(micros: i64, salt: u64) -> Uuid {
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let time = Timestamp::from_unix(NoContext, seconds.unsigned_abs(), rest as u32 * 1000);
    let mut id = *Uuid::new_v7(time).as_bytes();
    id[8..].copy_from_slice(&(salt | 1 << 63).to_be_bytes());
    Uuid::from_bytes(id)
}

fn literal(id: Uuid, is_sqlite: bool) -> String {
    if is_sqlite { format!("X'{}'", id.simple()) } else { format!("'{id}'") }
}

fn bytes(bytes: &[u8], is_sqlite: bool) -> String {
    let mut hex = String::with_capacity(bytes.len() * 2 + 5);
    hex.push_str(if is_sqlite { "X'" } else { "'\\x" });
    for byte in bytes {
        // Text takes everything.
        let _ = write!(hex, "{byte:02x}");
    }
    hex.push('\'');
    hex
}
