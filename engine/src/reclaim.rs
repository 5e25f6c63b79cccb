//! Gives disk space back: footage that is too old, too much, or in the way of what is recorded now.
//!
//! [`plan`] decides and is pure; [`Reclaimer`] acts, in the order that a crash cannot spoil: the
//! row becomes garbage, the file goes, the garbage is forgotten. Age is the time of recording. A
//! clock that jumps must not cost footage, so age counts only while the clock is believed.
//!
//! Not here: what may be kept for ever (nothing yet), and the disk's own limits ([`crate::storage`]).

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_core::{Segment, SegmentId, WallTime, chain};
use ronin_store::Store;
use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::storage::{self, Storage};

/// How often the disk is looked at: a full 200 Mbit/s is 250 MB in this time, an eighth of the
/// reserve.
const PERIOD: Duration = Duration::from_secs(10);
/// Segments looked at and deleted in one pass: bounds what one wrong decision can cost.
const PASS_MAX: u64 = 1000;
/// Footage this young is never deleted, whatever the disk says.
const UNTOUCHABLE: Duration = Duration::from_secs(600);
/// Age counts only after the clock has run true for this long. Until then it may be set right, as
/// machines without a clock of their own do when they find the network.
const CLOCK_GRACE: Duration = Duration::from_secs(600);
/// A clock that has gone this much further, or less, than time has passed, was set. Set that late,
/// it is not believed again before the next start.
const CLOCK_JUMP: Duration = Duration::from_secs(300);
/// Age counts from the newest footage at most this far: after a year in a drawer, nothing is old
/// until something new is recorded.
const PAUSE_MAX: Duration = Duration::from_secs(24 * 3600);

/// What may be kept.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Oldest footage; `None`: as old as fits.
    pub max_age: Option<Duration>,
    /// Most footage; `None`: as much as fits.
    pub max_bytes: Option<u64>,
    /// What of the disk stays free.
    pub reserve_bytes: u64,
}

/// How things stand at a pass.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Situation {
    /// The time now.
    pub now: WallTime,
    /// The time that age is counted from; `None`: the clock is not believed.
    pub age_from: Option<WallTime>,
    /// Footage in the index.
    pub recorded_bytes: u64,
    /// Free space on the disk; `None` where it does not answer.
    pub free_bytes: Option<u64>,
}

/// Which of the `oldest` segments go, oldest first. The rest of the footage is younger.
pub fn plan(oldest: &[Segment], situation: &Situation, limits: &Limits) -> Vec<SegmentId> {
    let mut freed = 0_u64;
    let mut going = Vec::new();
    for segment in oldest {
        if situation.now.since(segment.end) < UNTOUCHABLE {
            // The end may lie in the future of a clock that was set back: then it is young too.
            break;
        }
        let too_old = limits
            .max_age
            .zip(situation.age_from)
            .is_some_and(|(max_age, from)| from.since(segment.end) > max_age);
        let left = situation.recorded_bytes.saturating_sub(freed);
        let too_much = limits.max_bytes.is_some_and(|max_bytes| left > max_bytes);
        let too_tight = situation
            .free_bytes
            .is_some_and(|free| free.saturating_add(freed) < limits.reserve_bytes);
        if !(too_old || too_much || too_tight) {
            break;
        }
        freed = freed.saturating_add(segment.size_bytes);
        going.push(segment.id);
    }
    going
}

/// Whether the clock has run as time has.
#[derive(Clone, Copy, Debug)]
struct ClockWatch {
    wall: WallTime,
    at: Instant,
}

impl ClockWatch {
    fn start() -> Self {
        Self { wall: WallTime::now(), at: Instant::now() }
    }

    fn is_believed(&mut self, now: WallTime, at: Instant) -> bool {
        let passed = at.saturating_duration_since(self.at);
        let expected = self.wall + passed;
        let was_set = expected.since(now).max(now.since(expected)) >= CLOCK_JUMP;
        if was_set && passed < CLOCK_GRACE {
            *self = Self { wall: now, at };
        }
        passed >= CLOCK_GRACE && !was_set
    }
}

/// The task that acts.
#[derive(Debug)]
pub struct Reclaimer {
    store: Store,
    storage: Arc<Storage>,
    limits: Limits,
    clock: ClockWatch,
}

impl Reclaimer {
    /// A reclaimer that works when it runs.
    pub fn new(store: Store, storage: Arc<Storage>, limits: Limits) -> Self {
        Self { store, storage, limits, clock: ClockWatch::start() }
    }

    /// Looks at the disk every 10 s until `cancel`.
    pub async fn run(mut self, cancel: CancellationToken) {
        let mut period = interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = period.tick() => {
                    if let Err(error) = self.pass().await {
                        warn!(error = chain(error.as_ref()), "could not reclaim disk space");
                    }
                }
            }
        }
    }

    async fn pass(&mut self) -> anyhow::Result<()> {
        // What an earlier pass, or an earlier life, began.
        self.empty_garbage().await?;
        let now = WallTime::now();
        let root = self.storage.root.clone();
        let free_bytes = spawn_blocking(move || storage::disk(&root)).await?.map(|d| d.free_bytes);
        let believed = self.clock.is_believed(now, Instant::now());
        let newest = self.store.newest_end().await?;
        let situation = Situation {
            now,
            age_from: newest.filter(|_| believed).map(|newest| now.min(newest + PAUSE_MAX)),
            recorded_bytes: self.store.recorded_totals().await?.bytes,
            free_bytes,
        };
        let oldest = self.store.oldest_segments(PASS_MAX).await?;
        let going = plan(&oldest, &situation, &self.limits);
        if going.is_empty() {
            return Ok(());
        }
        self.store.discard(&going, now).await?;
        info!(segments = going.len(), "deleting the oldest footage");
        self.empty_garbage().await
    }

    async fn empty_garbage(&self) -> anyhow::Result<()> {
        loop {
            let garbage = self.store.garbage(PASS_MAX).await?;
            let root = self.storage.root.clone();
            let wanted = garbage.len();
            let gone = spawn_blocking(move || delete_files(&root, garbage)).await??;
            self.store.forget_garbage(&gone).await?;
            // What could not be deleted is tried again in the next pass.
            if gone.len() < wanted || gone.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Deletes files and brings their absence to disk; returns those that are gone. One that cannot be
/// deleted does not keep the others.
fn delete_files(root: &Path, garbage: Vec<(SegmentId, String)>) -> io::Result<Vec<SegmentId>> {
    let mut folders = BTreeSet::new();
    let mut gone = Vec::with_capacity(garbage.len());
    for (id, path) in garbage {
        let Some(path) = below(root, &path) else {
            warn!(path, "a row names a file outside the storage; it is left alone");
            gone.push(id);
            continue;
        };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                warn!(path = %path.display(), %error, "old footage could not be deleted");
            }
            _ => {
                gone.push(id);
                folders.extend(path.parent().map(Path::to_owned));
            }
        }
    }
    for folder in folders {
        if let Ok(folder) = File::open(&folder) {
            folder.sync_all()?;
        }
        // Only an empty folder can be removed.
        let _ = fs::remove_dir(folder);
    }
    Ok(gone)
}

/// `root` and `path` joined, where `path` is plain names only and no folder of it is a link.
fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let mut joined = root.to_owned();
    let mut names = Path::new(path).components().peekable();
    names.peek()?;
    while let Some(name) = names.next() {
        let Component::Normal(name) = name else { return None };
        joined.push(name);
        let is_link = fs::symlink_metadata(&joined).is_ok_and(|file| file.is_symlink());
        if is_link && names.peek().is_some() {
            return None;
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};
    use ronin_core::RunId;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: WallTime = WallTime::from_micros(1_700_000_000_000_000);

    fn segment(age: Duration, size_bytes: u64) -> Segment {
        Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start: NOW - age - Duration::from_secs(60),
            end: NOW - age,
            path: String::new(),
            size_bytes,
            frames: 1,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        }
    }

    fn situation(recorded_bytes: u64, free_bytes: u64) -> Situation {
        Situation { now: NOW, age_from: Some(NOW), recorded_bytes, free_bytes: Some(free_bytes) }
    }

    const UNLIMITED: Limits = Limits { max_age: None, max_bytes: None, reserve_bytes: 0 };

    #[test]
    fn each_limit_takes_the_oldest_and_no_more_than_it_must() {
        let oldest: Vec<Segment> = (0..10).map(|n| segment(HOUR * (20 - n), 100)).collect();
        let ids = |count: usize| oldest[..count].iter().map(|s| s.id).collect::<Vec<_>>();
        let cases = [
            (UNLIMITED, situation(1000, 50), 0),
            (Limits { max_age: Some(HOUR * 17), ..UNLIMITED }, situation(1000, 50), 3),
            (Limits { max_bytes: Some(750), ..UNLIMITED }, situation(1000, 50), 3),
            (Limits { max_bytes: Some(1000), ..UNLIMITED }, situation(1000, 50), 0),
            (Limits { reserve_bytes: 400, ..UNLIMITED }, situation(1000, 50), 4),
            (Limits { reserve_bytes: 50, ..UNLIMITED }, situation(1000, 50), 0),
        ];
        for (limits, situation, count) in cases {
            assert_eq!(plan(&oldest, &situation, &limits), ids(count), "{limits:?}");
        }
    }

    #[test]
    fn a_clock_that_is_not_believed_makes_nothing_old() {
        let oldest = [segment(HOUR * 10_000, 100)];
        let limits = Limits { max_age: Some(HOUR), ..UNLIMITED };
        let doubted = Situation { age_from: None, ..situation(100, 0) };
        assert!(plan(&oldest, &doubted, &limits).is_empty());

        let mut watch = ClockWatch { wall: NOW, at: Instant::now() };
        let start = watch.at;
        assert!(!watch.is_believed(NOW, start), "too early to tell");
        assert!(watch.is_believed(NOW + HOUR, start + HOUR));
        for jumped in [NOW, NOW + HOUR * 2, NOW + HOUR * 9000, NOW - HOUR * 9000] {
            assert!(!watch.is_believed(jumped, start + HOUR), "{jumped}");
        }

        // Found on the network a minute after the start: believed once it has run true for long.
        let (minute, year) = (HOUR / 60, HOUR * 9000);
        assert!(!watch.is_believed(NOW + year, start + minute));
        assert!(!watch.is_believed(NOW + year + minute, start + minute * 2));
        assert!(watch.is_believed(NOW + year + HOUR, start + minute + HOUR));
    }

    #[test]
    fn any_plan_is_a_run_of_the_oldest_that_spares_the_youngest() {
        let seed = rand::random();
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..5_000 {
            let mut ages: Vec<u64> =
                (0..random.random_range(0..40)).map(|_| random.random_range(0..400_000)).collect();
            ages.sort_unstable_by(|a, b| b.cmp(a));
            let oldest: Vec<Segment> = ages
                .iter()
                .map(|age| segment(Duration::from_secs(*age), random.random_range(0..1000)))
                .collect();
            let total =
                oldest.iter().map(|s| s.size_bytes).sum::<u64>() + random.random_range(0..9);
            let limits = Limits {
                max_age: random.random_bool(0.5).then(|| HOUR * random.random_range(0..100)),
                max_bytes: random.random_bool(0.5).then(|| random.random_range(0..20_000)),
                reserve_bytes: random.random_range(0..10_000),
            };
            let situation = situation(total, random.random_range(0..10_000));

            let going = plan(&oldest, &situation, &limits);

            let expected: Vec<SegmentId> = oldest[..going.len()].iter().map(|s| s.id).collect();
            assert_eq!(going, expected, "seed {seed}");
            for gone in &oldest[..going.len()] {
                assert!(NOW.since(gone.end) >= UNTOUCHABLE, "seed {seed}");
            }
            // Whatever stays could not have been asked for: the next one is young or fits.
            if let Some(next) = oldest.get(going.len()) {
                let freed: u64 = oldest[..going.len()].iter().map(|s| s.size_bytes).sum();
                let young = NOW.since(next.end) < UNTOUCHABLE;
                let fits = limits.max_age.is_none_or(|age| NOW.since(next.end) <= age)
                    && limits.max_bytes.is_none_or(|max| total - freed <= max)
                    && situation.free_bytes.unwrap() + freed >= limits.reserve_bytes;
                assert!(young || fits, "seed {seed}");
            }
        }
    }

    #[test]
    fn only_files_below_the_root_are_deleted_and_one_that_stays_keeps_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        let day = root.join("cam/2026-01-01");
        fs::create_dir_all(&day).unwrap();
        fs::write(day.join("a.mp4"), b"x").unwrap();
        fs::create_dir_all(root.join("cam/a-folder.mp4")).unwrap();
        fs::write(folder.path().join("outside"), b"x").unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join("link")).unwrap();
        let paths = [
            "cam/a-folder.mp4",
            "cam/2026-01-01/a.mp4",
            "cam/2026-01-01/gone.mp4",
            "../outside",
            "link/outside",
        ];
        let garbage: Vec<_> =
            paths.iter().map(|path| (SegmentId::generate(), (*path).to_owned())).collect();

        let gone = delete_files(&root, garbage.clone()).unwrap();

        let expected: Vec<SegmentId> = garbage[1..].iter().map(|(id, _)| *id).collect();
        assert_eq!(gone, expected);
        assert!(!day.exists(), "the empty day goes too");
        assert!(folder.path().join("outside").exists());
    }
}
