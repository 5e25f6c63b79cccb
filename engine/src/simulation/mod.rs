//! Thousands of lives of the writer, the spool, the index and the reclaimer on a disk, a clock and a
//! database that fail, each from a seed. What the promises say must hold when all has settled.
//!
//! The recorder's desk, the spool, the comparison of files and rows, the plan and the order of
//! deleting, with the index and without it, are the real ones; the disk and the database are a
//! [`world`] in memory. What goes on at the same time takes turns at the database, as the seed says. A seed that fails
//! prints what happened. `RONIN_SIM_SEED` runs that seed alone, `RONIN_SIM_SEEDS` says how many.

mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use ronin_core::{
    Recorded, RunId, Segment, SegmentId, Unindexed, WallTime, notice::News, playback::FileIndex,
    storage::Limits,
};
use tokio::sync::watch;

use self::world::{FRAGMENT, ROOT, Task, World, header, inspect};
use crate::{
    disk::Disk,
    reclaim::{OwnLimits, Situation, blind::Blind, clock::ClockWatch, shelf::Shelf},
    reconcile::{Missing, Reconciled, reconcile},
    recorder::{Desk, Entry, Keeper, Spool},
};

const SEEDS: u64 = 3000;
const STEPS: usize = 90;
const CAMERAS: [&str; 3] = ["back", "front", "yard"];
/// What fits on the disk, in bytes of the simulation: about fourteen files.
const CAPACITY: u64 = 5_000;
const LIMITS: Limits = Limits {
    max_age: Some(Duration::from_secs(4 * 3600)),
    max_bytes: Some(4_200),
    reserve_bytes: 1_600,
};
/// The clock counts as true again this long after it was set.
const GRACE: Duration = Duration::from_secs(600);
const MINUTE: Duration = Duration::from_secs(60);

/// One life after the other on one disk.
struct Simulation {
    world: World,
    rng: StdRng,
    desk: Desk<World>,
    unindexed: Unindexed,
    shelf: Shelf<World>,
    /// What each camera is writing.
    open: [Option<Segment>; CAMERAS.len()],
    /// Files and rows are still to be compared in this life.
    is_to_compare: bool,
    watch: ClockWatch,
    born: Instant,
    elapsed: Duration,
    /// How far the clock is from where it would be had nobody set it.
    offset_us: i64,
    /// When it was set, and how far off it was before.
    sets: Vec<(Duration, i64)>,
    /// When this life began, and how far the clock was off then.
    life: (Duration, i64),
    /// Connections that were noted in the database, or in the spool on disk.
    kept_runs: BTreeSet<RunId>,
    /// Finished files that a sync has covered.
    durable: BTreeMap<SegmentId, PathBuf>,
    trail: Vec<String>,
}

fn path_of(segment: &Segment) -> PathBuf {
    Path::new(ROOT).join(&segment.path)
}

fn wall(elapsed: Duration, offset_us: i64) -> WallTime {
    let since = i64::try_from(elapsed.as_micros()).unwrap();
    WallTime::from_micros(1_700_000_000_000_000 + since + offset_us)
}

impl Simulation {
    fn new(seed: u64) -> Self {
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
            durable: BTreeMap::new(),
            trail: Vec::new(),
        }
    }

    fn now(&self) -> WallTime {
        wall(self.elapsed, self.offset_us)
    }

    fn note(&mut self, what: impl Into<String>) {
        self.trail.push(what.into());
    }

    async fn step(&mut self) {
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
        if !state.is_stopped && !state.spool_refused && state.is_mounted {
            self.kept_runs.insert(run);
        }
    }

    /// Brings a file to disk and announces it, as far as the disk went along.
    async fn finish(&mut self, segment: Segment) {
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
        let recorded = Recorded { segment, index: FileIndex::default() };
        self.desk.take(Entry::Segment(Box::new(recorded))).await;
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
        Situation { now, age_from, recorded_bytes: 0, free_bytes }
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
        let pass = blind.reclaim(
            |camera| {
                let spans = remembered.iter().filter(|(of, _)| of == camera);
                spans.map(|(_, span)| *span).collect()
            },
            situation,
            LIMITS,
        );
        let desk = &mut self.desk;
        let gone = tokio::select! {
            gone = pass => gone,
            never = async { loop { desk.take_kept(to_keep.recv().await.unwrap()).await } } => never,
        };
        self.note(format!("reclaimed without the index: {gone:?}"));
    }

    fn protect(&mut self) {
        let mut state = self.world.state();
        if state.database_is_away {
            return;
        }
        if self.rng.random_bool(0.4) {
            state.protected.clear();
            return;
        }
        let count = state.rows.len().max(1);
        let row = state.rows.values().nth(self.rng.random_range(0..count));
        let kept = row.map(|row| (row.camera.clone(), row.span()));
        state.protected.extend(kept);
    }

    fn set_clock(&mut self) {
        let seconds = [400, 7200, 86_400, 31_536_000][self.rng.random_range(0..4)];
        let by = if self.rng.random_bool(0.5) { seconds } else { -seconds };
        self.sets.push((self.elapsed, self.offset_us));
        self.offset_us += by * 1_000_000;
        self.note(format!("the clock is set by {by} s"));
    }

    fn change_database(&mut self) {
        let mut state = self.world.state();
        state.database_is_away = self.rng.random_bool(0.4);
        (state.fails, state.is_mute) = match self.rng.random_range(0..3) {
            0 => (0, 0),
            1 => (30, 10),
            _ => (5, 30),
        };
        let what = format!(
            "the database: away {}, fails {} %, no answer {} %",
            state.database_is_away, state.fails, state.is_mute
        );
        drop(state);
        self.note(what);
    }

    fn change_disk(&mut self) {
        let mut state = self.world.state();
        state.disk_is_full = self.rng.random_bool(0.4);
        state.disk_fails = self.rng.random_bool(0.3);
        let what = format!("the disk: full {}, fails {}", state.disk_is_full, state.disk_fails);
        drop(state);
        self.note(what);
    }

    /// The disk goes, and an empty folder is in its place; or it is there again.
    fn change_mount(&mut self) {
        let is_mounted = !self.world.state().is_mounted;
        self.world.mount(is_mounted);
        self.note(format!("the disk: mounted {is_mounted}"));
    }

    /// The engine is started on what is left.
    fn start_again(&mut self, power_was_cut: bool) {
        self.note(if power_was_cut { "a power cut" } else { "a crash" });
        self.world.start_again(power_was_cut);
        self.open = Default::default();
        self.unindexed = Unindexed::default();
        self.desk = open_desk(&self.world, &self.unindexed);
        self.is_to_compare = true;
        self.life = (self.elapsed, self.offset_us);
        self.watch = ClockWatch::start(self.now(), self.born + self.elapsed);
    }

    /// Everything answers again, and what waits is done; then the engine is started again.
    async fn settle(&mut self, power_is_cut: bool) {
        {
            let mut state = self.world.state();
            (state.database_is_away, state.fails, state.is_mute) = (false, 0, 0);
            (state.disk_is_full, state.disk_fails, state.stops_in) = (false, false, None);
        }
        self.world.mount(true);
        for camera in 0..CAMERAS.len() {
            if let Some(segment) = self.open[camera].take() {
                self.finish(segment).await;
            }
        }
        self.write_all().await;
        self.start_again(power_is_cut);
        self.write_all().await;
        if let Err(error) = compare(&self.world, &self.unindexed, Missing::Doubt).await {
            self.world.state().broken.push(format!("not compared: {error:#}"));
        }
        if self.shelf.empty_garbage().await.is_err() {
            self.world.state().broken.push("garbage stays".into());
        }
    }

    async fn write_all(&mut self) {
        for _ in 0..100 {
            if !self.desk.is_waiting() {
                break;
            }
            self.desk.write_spooled().await;
        }
    }

    /// What does not hold, once all has settled.
    fn check(&self) -> Vec<String> {
        let state = self.world.state();
        let mut broken = state.broken.clone();
        if self.desk.is_waiting() {
            broken.push("rows still wait".into());
        }
        broken.extend(state.garbage.values().map(|path| format!("{path} is still garbage")));
        drop(state);
        let files = self.world.footage();
        let state = self.world.state();
        for (id, path) in &self.durable {
            let relative = path.strip_prefix(ROOT).unwrap();
            if !files.contains_key(relative) && !state.reclaimed.contains(id) {
                broken.push(format!("{} was on disk and is gone", relative.display()));
            }
        }
        let mut with_row = BTreeSet::new();
        for row in state.rows.values() {
            match files.get(Path::new(&row.path)) {
                // A person is asked about these.
                None if state.unkept.contains(&row.id) => {}
                None => broken.push(format!("{} has a row and no file", row.path)),
                Some(size) if *size != row.size_bytes => {
                    broken.push(format!("{} has {size} bytes, not {}", row.path, row.size_bytes));
                }
                Some(_) => {}
            }
            if !with_row.insert(PathBuf::from(&row.path)) {
                broken.push(format!("{} has two rows", row.path));
            }
        }
        let runs = self.kept_runs.difference(&state.runs);
        broken.extend(runs.map(|run| format!("run {} was kept and is gone", run.0)));
        let without = files.keys().filter(|path| !with_row.contains(*path));
        broken.extend(without.map(|path| format!("{} has no row", path.display())));
        broken
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

async fn compare(
    world: &World,
    unindexed: &Unindexed,
    missing: Missing,
) -> anyhow::Result<Reconciled> {
    let disk: Arc<dyn Disk> = Arc::new(world.clone());
    reconcile(world, &disk, Path::new(ROOT), unindexed, missing).await
}

/// Lives one seed; what does not hold, and what happened.
async fn live(seed: u64) -> Result<(), (Vec<String>, Vec<String>)> {
    let mut simulation = Simulation::new(seed);
    for _ in 0..STEPS {
        simulation.step().await;
    }
    simulation.settle(false).await;
    let mut broken = simulation.check();
    if broken.is_empty() {
        // What has settled is there after a power cut too.
        simulation.note("settled");
        simulation.settle(true).await;
        broken = simulation.check();
    }
    if broken.is_empty() { Ok(()) } else { Err((broken, simulation.trail)) }
}

fn number(name: &str) -> Option<u64> {
    Some(env::var(name).ok()?.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[tokio::test(start_paused = true)]
async fn footage_rows_and_files_agree_whatever_fails() {
    let seeds = match number("RONIN_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RONIN_SIM_SEEDS").unwrap_or(SEEDS),
    };
    let mut failed = Vec::new();
    for seed in seeds {
        if let Err((broken, trail)) = live(seed).await {
            failed.push(seed);
            if failed.len() == 1 {
                println!("seed {seed}:\n  {}\n= {}", trail.join("\n  "), broken.join("\n= "));
            }
        }
    }
    let first: Vec<_> = failed.iter().take(20).collect();
    assert!(failed.is_empty(), "{} seeds failed, among them {first:?}", failed.len());
}
