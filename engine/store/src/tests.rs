//! Tests of the store. Every one that touches rows runs on SQLite and on Postgres alike.

mod accounts;
mod cameras;
mod database;
mod events;
mod footage;
mod garbage;
mod jobs;
mod keeping;
mod layouts;
mod motion;
mod notices;
mod opening;
mod outages;
mod plans;
mod queue;
mod schema;
mod segments;
mod timelines;
mod transcode;
mod usage;

use ronin_core::{CameraId, RunId, Segment, SegmentId, Span, WallTime};
use ronin_testkit::postgres::Postgres;

use crate::{MasterKey, Store};

/// A database of a test's own, with its tables, and gone after it.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
}

impl Database {
    /// An empty file, without tables.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("ronin.db").display());
        Self::open(url, folder).await
    }

    /// An empty database, without tables.
    pub(crate) async fn postgres() -> Self {
        let url = Postgres::shared().create_database().unwrap();
        Self::open(url, tempfile::tempdir().unwrap()).await
    }

    async fn open(url: String, folder: tempfile::TempDir) -> Self {
        let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
        let store = Store::connect(&url, key).await.unwrap();
        Self { store, url, folder }
    }

    /// The same database as another process has it: connections of its own.
    pub(crate) async fn again(&self) -> Store {
        let key = MasterKey::load_or_create(&self.folder.path().join("master.key")).unwrap();
        Store::connect(&self.url, key).await.unwrap()
    }
}

/// Runs `test` on an empty database of each kind.
pub(crate) async fn on_both_empty(test: impl AsyncFn(&Database)) {
    for database in [Database::sqlite().await, Database::postgres().await] {
        eprintln!("on {}", database.store.backend());
        test(&database).await;
        database.store.clone().close().await.unwrap();
    }
}

/// Runs `test` on a database of each kind that has its tables.
pub(crate) async fn on_both(test: impl AsyncFn(&Database)) {
    on_both_empty(async |database| {
        database.store.migrate().await.unwrap();
        test(database).await;
    })
    .await;
}

/// `seconds` after the beginning of these tests' time.
pub(crate) fn at(seconds: i64) -> WallTime {
    WallTime::from_micros((1_700_000_000 + seconds) * 1_000_000)
}

pub(crate) fn span(start: i64, end: i64) -> Span {
    Span::new(at(start), at(end))
}

pub(crate) fn camera(id: &str) -> CameraId {
    id.parse().unwrap()
}

/// A segment of camera `id` that begins and ends at these seconds.
pub(crate) fn segment(id: &str, start: i64, end: i64) -> Segment {
    let segment = SegmentId::generate();
    Segment {
        id: segment,
        camera: camera(id),
        run: RunId::generate(),
        sequence: 7,
        start: at(start),
        end: at(end),
        path: format!("{id}/2023-11-14/{segment}.mp4"),
        size_bytes: 1_000_000,
        frames: 900,
        codecs: vec!["avc1.64001f".into(), "mp4a.40.2".into()],
        width: 1920,
        height: 1080,
    }
}

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
        i64::try_from(rolled).unwrap()
    }
}
