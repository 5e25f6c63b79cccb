//! What goes on in a life: cameras write, rows are written, footage goes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use ronin_core::{
    CameraId, Recorded, RunId, Segment, SegmentId, Unindexed, WallTime, notice::News,
    playback::FileIndex, storage::Limits,
};
use tokio::sync::watch;

use super::world::{FRAGMENT, ROOT, Task, World, header, inspect};
use crate::{
    disk::Disk,
    reclaim::{OwnLimits, Situation, blind::Blind, clock::ClockWatch, shelf::Shelf},
    reconcile::{Missing, Reconciled, reconcile},
    recorder::{Desk, Entry, Keeper, Spool},
};

pub(super) const CAMERAS: [&str; 3] = ["back", "front", "yard"];
/// What fits on the disk, in bytes of the simulation: about ten files.
const CAPACITY: u64 = 3_000;
const LIMITS: Limits = Limits {
    max_age: Some(Duration::from_secs(4 * 3600)),
    max_bytes: Some(1_900),
    reserve_bytes: 1_000,
};
/// The clock counts as true again this long after it was set.
const GRACE: Duration = Duration::from_secs(600);
const MINUTE: Duration = Duration::from_secs(60);

/// One life after the other on one disk.
pub(super) struct Simulation {
    pub(super) world: World,
    pub(super) rng: StdRng,
    pub(super) desk: Desk<World>,
    pub(super) unindexed: Unindexed,
    pub(super) shelf: Shelf<World>,
    /// What each camera is writing.
    pub(super) open: [Option<Segment>; CAMERAS.len()],
    /// Files and rows are still to be compared in this life.
    is_to_compare: bool,
    watch: ClockWatch,
    born: Instant,
    pub(super) elapsed: Duration,
    /// How far the clock is from where it would be had nobody set it.
    pub(super) offset_us: i64,
    /// When it was set, and how far off it was before.
    pub(super) sets: Vec<(Duration, i64)>,
    /// When this life began, and how far the clock was off then.
    life: (Duration, i64),
    /// Connections that were noted in the database, or in the spool on disk.
    pub(super) kept_runs: BTreeSet<RunId>,
    /// Those that wait in memory, perhaps.
    pub(super) held_runs: BTreeSet<RunId>,
    /// Finished files that a sync has covered.
    pub(super) durable: BTreeMap<SegmentId, PathBuf>,
    pub(super) trail: Vec<String>,
}

fn path_of(segment: &Segment) -> PathBuf {
    Path::new(ROOT).join(&segment.path)
}

fn wall(elapsed: Duration, offset_us: i64) -> WallTime {
    let since = i64::try_from(elapsed.as_micros()).unwrap();
    WallTime::from_micros(1_700_000_000_000_000 + since + offset_us)
}

impl Simulation {
    pub(super) fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let born = Instant::now();
        let shelf =
            Shelf { index: world.clone(), disk: Arc::new(world.clone()), root: ROOT.into() };
        let unindexed = Unindexed::default();
        Self {
            desk: open_desk(&world, &unindexed),
            unindexed,
            world,
            rng: StdRng::seed_from_u64(seed),
            shelf,
            open: Default::default(),
            is_to_compare: true,
            watch: ClockWatch::start(wall(Duration::ZERO, 0), born),
            born,
            elapsed: Duration::ZERO,
            offset_us: 0,
            sets: Vec::new(),
            life: (Duration::ZERO, 0),
            kept_runs: BTreeSet::new(),
            held_runs: BTreeSet::new(),
            durable: BTreeMap::new(),
            trail: Vec::new(),
        }
    }

    fn now(&self) -> WallTime {
        wall(self.elapsed, self.offset_us)
    }

    pub(super) fn note(&mut self, what: impl Into<String>) {
        self.trail.push(what.into());
    }

    pub(super) async fn step(&mut self) {
        self.elapsed += Duration::from_secs(self.rng.random_range(1..60));
        self.world.state().now = self.now();
        match self.rng.random_range(0..100) {
            0..46 => self.write().await,
            46..70 => self.work().await,
            70..76 => {
                let minutes = self.rng.random_range(5..90);
                self.elapsed += MINUTE * minutes;
                self.note(format!("{minutes} minutes pass"));
            }
            76..80 => self.protect(),
            80..83 => self.set_clock(),
            83..88 => self.change_database(),
            88..91 => self.change_disk(),
            91 => self.change_mount(),
            92..96 => {
                let left = self.rng.random_range(0..12);
                self.world.state().stops_in = Some(left);
                self.note(format!("the machine stops in {left} operations"));
            }
            _ => self.world.state().is_stopped = true,
        }
        if self.world.state().is_stopped {
            let power_was_cut = self.rng.random_bool(0.5);
            self.start_again(power_was_cut);
        }
    }

    /// A camera goes one step further with its file.
    async fn write(&mut self) {
        let camera = self.rng.random_range(0..CAMERAS.len());
        let Some(mut segment) = self.open[camera].take() else {
            let begun = self.begin(camera);
            if let Some(segment) = &begun {
                self.note_run(segment).await;
            }
            self.open[camera] = begun;
            return;
        };
        let path = path_of(&segment);
        match self.rng.random_range(0..5) {
            0 if segment.frames > 0 => return self.finish(segment).await,
            1 => {
                // A sync that fails ends the file at what is durable.
                if self.world.sync(&path).is_err() {
                    return self.finish(segment).await;
                }
                self.note(format!("sync of {}", segment.path));
            }
            _ => match self.world.append(&path, FRAGMENT) {
                Ok(()) => segment.frames += 1,
                Err(_) => return self.finish(segment).await,
            },
        }
        self.open[camera] = Some(segment);
    }

    fn begin(&mut self, camera: usize) -> Option<Segment> {
        // As a record branch looks for the proof of the storage.
        if !self.world.state().is_mounted {
            return None;
        }
        let (id, start) = (SegmentId(uuid::Uuid::from_u128(self.rng.random())), self.now());
        let segment = Segment {
            id,
            camera: CAMERAS[camera].parse().unwrap(),
            run: RunId(uuid::Uuid::from_u128(self.rng.random())),
            sequence: 0,
            start,
            end: start,
            path: format!("{}/{}/{id}.mp4", CAMERAS[camera], start.utc_day()),
            size_bytes: 0,
            frames: 0,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        self.world.create(&path_of(&segment), &header(&segment)).ok()?;
        self.unindexed.opened(segment.clone());
        self.note(format!("begin {}", segment.path));
        Some(segment)
    }

    /// Has the connection noted that the file is recorded over.
    async fn note_run(&mut self, segment: &Segment) {
        let Segment { run, start: at, .. } = *segment;
        let began = Entry::RunBegan { run, camera: segment.camera.clone(), at };
        self.desk.take(began).await;
        let state = self.world.state();
        if !state.is_stopped {
            let noted = if state.spool_refused { &mut self.held_runs } else { &mut self.kept_runs };
            noted.insert(run);
        }
    }

    /// Brings a file to disk and announces it, as far as the disk went along.
    pub(super) async fn finish(&mut self, segment: Segment) {
        let path = path_of(&segment);
        let before = self.world.durable_bytes(&path);
        if self.world.sync(&path).is_err() {
            if self.world.state().is_stopped {
                return;
            }
            self.world.cut(&path, before);
        }
        self.world.close(&path);
        let seen = inspect(&self.world.bytes(&path));
        let whole = usize::try_from(seen.whole_bytes).unwrap();
        let Some(segment) = seen.into_segment(segment.path.clone()) else {
            self.unindexed.forget(segment.id);
            self.world.remove_empty(&path);
            return;
        };
        self.world.cut(&path, whole);
        self.note(format!("finish {} with {} fragments", segment.path, segment.frames));
        self.durable.insert(segment.id, path);
        self.unindexed.finished(segment.clone());
        let (run, at) = (segment.run, segment.end);
        let recorded = Recorded { segment, index: FileIndex::default() };
        self.desk.take(Entry::Segment(Box::new(recorded))).await;
        self.desk.take(Entry::RunEnded { run, at, reason: "ended".into() }).await;
    }

    /// Rows that wait, a pass of the reclaimer and the comparison of files and rows, some of them at
    /// the same time.
    async fn work(&mut self) {
        let (writes, reclaims) = (self.rng.random_bool(0.6), self.rng.random_bool(0.6));
        let is_ours = self.world.state().is_mounted;
        let compares = is_ours && self.is_to_compare && !self.world.state().database_is_away;
        let situation = self.situation();
        let has_room = situation.free_bytes >= Some(LIMITS.reserve_bytes)
            && self.used_bytes() <= LIMITS.max_bytes.unwrap_or(u64::MAX);
        let had = self.world.state().decided;
        let mut pass = None;
        let mut compared = None;
        let mut tasks: Vec<Task<'_>> = Vec::new();
        let (desk, shelf, world) = (&mut self.desk, &self.shelf, &self.world);
        if writes && desk.is_waiting() {
            tasks.push(Box::pin(async {
                let _ = desk.write_spooled().await;
            }));
        }
        if reclaims && is_ours {
            tasks.push(Box::pin(async { pass = Some(by_index(world, shelf, situation).await) }));
        }
        if compares && self.rng.random_bool(0.5) {
            let unindexed = &self.unindexed;
            tasks.push(Box::pin(async {
                compared = Some(compare(world, unindexed, Missing::Doubt).await);
            }));
        }
        world.take_turns(tasks).await;
        let gone = self.world.state().decided - had;
        if self.was_clock_set() && has_room && gone > 0 {
            self.world.state().broken.push(format!("a clock that was set cost {gone} files"));
        }
        if let Some(compared) = compared {
            self.is_to_compare = false;
            self.note(format!("compared: {}", compared.map_or("away".into(), |c| c.to_string())));
        }
        if let Some(pass) = pass {
            let how = if pass.is_ok() { "ok" } else { "away" };
            self.note(format!("reclaimed {gone} files: {how}"));
            if pass.is_err() && !self.world.state().is_stopped {
                self.reclaim_without_index(situation).await;
            }
        }
    }

    fn used_bytes(&self) -> u64 {
        self.world.footage().values().sum()
    }

    fn situation(&mut self) -> Situation {
        let (now, at) = (self.now(), self.born + self.elapsed);
        let age_from = self.watch.is_believed(now, at).then_some(now);
        let free_bytes = Some(CAPACITY.saturating_sub(self.used_bytes()));
        Situation { now, age_from, recorded_bytes: 0, free_bytes, free_files: None }
    }

    /// Whether the clock says something else than lately.
    fn was_clock_set(&self) -> bool {
        let lately = self.sets.iter().find(|(at, _)| self.elapsed < *at + GRACE);
        let was_set = lately.is_some_and(|(_, before)| *before != self.offset_us);
        // Or set back to what it was while it was watched for long enough.
        let is_known = self.life.1 == self.offset_us && self.elapsed >= self.life.0 + GRACE;
        was_set && !is_known
    }

    async fn reclaim_without_index(&mut self, situation: Situation) {
        let (keeper, mut to_keep) = Keeper::channel();
        let disk = Arc::new(self.world.clone());
        let blind = Blind { disk, root: ROOT.into(), keeper };
        let remembered = self.world.state().remembered.clone();
        let protected = |camera: &CameraId| {
            let spans = remembered.iter().filter(|(of, _)| of == camera);
            spans.map(|(_, span)| *span).collect()
        };
        let pass = async {
            let gone = blind.reclaim(protected, situation, LIMITS).await;
            drop(blind);
            gone
        };
        let desk = &mut self.desk;
        let keeps = async {
            while let Some(kept) = to_keep.recv().await {
                desk.take_kept(kept).await;
            }
        };
        let (gone, ()) = tokio::join!(pass, keeps);
        self.note(format!("reclaimed without the index: {gone:?}"));
    }

    /// The engine is started on what is left.
    pub(super) fn start_again(&mut self, power_was_cut: bool) {
        self.note(if power_was_cut { "a power cut" } else { "a crash" });
        self.world.start_again(power_was_cut);
        self.open = Default::default();
        self.held_runs.clear();
        self.unindexed = Unindexed::default();
        self.desk = open_desk(&self.world, &self.unindexed);
        self.is_to_compare = true;
        self.life = (self.elapsed, self.offset_us);
        self.watch = ClockWatch::start(self.now(), self.born + self.elapsed);
    }
}

fn open_desk(world: &World, unindexed: &Unindexed) -> Desk<World> {
    let spool = Spool::open(Arc::new(world.clone()), Path::new(ROOT)).unwrap();
    // The sender may go: the last word stands.
    let prepared = watch::channel(true).1;
    Desk::new(world.clone(), unindexed.clone(), News::default(), spool, prepared)
}

/// As the reclaimer goes by the index.
async fn by_index(
    world: &World,
    shelf: &Shelf<World>,
    situation: Situation,
) -> anyhow::Result<usize> {
    shelf.empty_garbage().await?;
    {
        let mut state = world.state();
        state.remembered = state.protected.clone();
    }
    shelf.reclaim(situation, LIMITS, |_| OwnLimits::default()).await
}

pub(super) async fn compare(
    world: &World,
    unindexed: &Unindexed,
    missing: Missing,
) -> anyhow::Result<Reconciled> {
    let disk: Arc<dyn Disk> = Arc::new(world.clone());
    reconcile(world, &disk, Path::new(ROOT), unindexed, missing).await
}
