//! A disk and a database that do what the promises assume of them and no more: what was not synced
//! may be lost, an answer may not come although the work was done, and at any operation the machine
//! may stop.

mod disk;
mod index;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::Poll,
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use ronin_core::{CameraId, RunId, Segment, SegmentId, Span, WallTime, playback::FileIndex};
use ronin_pipelines::segment_file::{Identity, Inspected};
use ronin_store::Error;
use serde_json::json;

use crate::{spool::Entry, storage};

pub(super) const ROOT: &str = "/storage-of-a-simulation";

/// A file: its bytes, and what of them a power cut leaves.
#[derive(Clone, Debug, Default)]
struct File {
    bytes: Vec<u8>,
    /// `None`: not even its name.
    durable: Option<usize>,
}

/// What the disk and the database hold.
#[derive(Debug)]
pub(super) struct State {
    rng: StdRng,
    /// Operations until the machine stops.
    pub(super) stops_in: Option<u32>,
    /// The machine has stopped: nothing has an effect any more.
    pub(super) is_stopped: bool,

    files: BTreeMap<PathBuf, File>,
    /// What is in the folder that the disk is mounted on, while it is; what is on the disk, while it
    /// is not.
    hidden: BTreeMap<PathBuf, File>,
    pub(super) is_mounted: bool,
    /// Files that are being written.
    pub(super) open: BTreeSet<PathBuf>,
    /// The spool could not be written when it was last tried.
    pub(super) spool_refused: bool,
    /// Removed, and a power cut may bring them back.
    unsettled: BTreeMap<PathBuf, File>,
    pub(super) disk_is_full: bool,
    pub(super) disk_fails: bool,

    pub(super) rows: BTreeMap<SegmentId, Segment>,
    pub(super) garbage: BTreeMap<SegmentId, String>,
    /// Whatever was garbage.
    thrown: BTreeSet<SegmentId>,
    pub(super) runs: BTreeSet<RunId>,
    /// The disk was always there, so that nothing had a reason to overtake what waited on it.
    pub(super) is_order_kept: bool,
    pub(super) protected: Vec<(CameraId, Span)>,
    /// What the engine knows of it while the database is away.
    pub(super) remembered: Vec<(CameraId, Span)>,
    /// What the clock says.
    pub(super) now: WallTime,
    /// Somebody waits for the database.
    has_paused: bool,
    pub(super) database_is_away: bool,
    /// Of a hundred operations, so many fail, and so many succeed without an answer.
    pub(super) fails: u32,
    pub(super) is_mute: u32,

    /// Deleted without the index while even the spool could not be written: a crash may leave a row.
    pub(super) unkept: BTreeSet<SegmentId>,
    /// Footage whose file was deleted on purpose.
    pub(super) reclaimed: BTreeSet<SegmentId>,
    /// How many segments the reclaimer chose by the index.
    pub(super) decided: usize,
    pub(super) broken: Vec<String>,
}

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct World(Arc<Mutex<State>>);

/// A fragment of footage: ten seconds.
pub(super) const FRAGMENT: &[u8] = b"<xx>";

/// What a file of footage begins with: what it is, on one line. Fragments follow.
pub(super) fn header(segment: &Segment) -> Vec<u8> {
    let identity = json!({
        "version": 1,
        "segment": segment.id,
        "camera": segment.camera,
        "run": segment.run,
        "sequence": segment.sequence,
        "start": segment.start,
        "codecs": [],
        "width": 0,
        "height": 0,
    });
    format!("{identity}\n").into_bytes()
}

/// What a file says of itself.
pub(super) fn inspect(bytes: &[u8]) -> Inspected {
    let header = bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
    let frames = header.map_or(0, |header| (bytes.len() - header) / FRAGMENT.len());
    Inspected {
        identity: header.map(|end| serde_json::from_slice::<Identity>(&bytes[..end]).unwrap()),
        end: None,
        frames: frames as u64,
        duration: Duration::from_secs(10 * frames as u64),
        whole_bytes: header.map_or(0, |header| header + frames * FRAGMENT.len()) as u64,
        index: FileIndex::default(),
        size_bytes: bytes.len() as u64,
        is_being_written: false,
    }
}

/// What says that the disk is there.
fn proof() -> BTreeMap<PathBuf, File> {
    BTreeMap::from([(
        storage::proof(Path::new(ROOT)),
        File { durable: Some(0), ..File::default() },
    )])
}

fn relative(path: &Path) -> String {
    path.strip_prefix(ROOT).unwrap().display().to_string()
}

fn gone() -> io::Error {
    io::Error::other("the machine has stopped")
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng: StdRng::seed_from_u64(seed ^ 0x5eed),
            stops_in: None,
            is_stopped: false,
            files: proof(),
            hidden: BTreeMap::new(),
            is_mounted: true,
            open: BTreeSet::new(),
            spool_refused: false,
            unsettled: BTreeMap::new(),
            disk_is_full: false,
            disk_fails: false,
            rows: BTreeMap::new(),
            garbage: BTreeMap::new(),
            thrown: BTreeSet::new(),
            runs: BTreeSet::new(),
            is_order_kept: true,
            protected: Vec::new(),
            remembered: Vec::new(),
            now: WallTime::from_micros(0),
            has_paused: false,
            database_is_away: false,
            fails: 0,
            is_mute: 0,
            unkept: BTreeSet::new(),
            reclaimed: BTreeSet::new(),
            decided: 0,
            broken: Vec::new(),
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Makes an empty file of footage; its name is durable.
    pub(super) fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        state.can_write()?;
        let file = File { bytes: bytes.to_vec(), durable: Some(0) };
        let previous = state.files.insert(path.to_owned(), file);
        assert!(previous.is_none(), "a file is written over");
        state.open.insert(path.to_owned());
        Ok(())
    }

    pub(super) fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        state.can_write()?;
        state.files.get_mut(path).ok_or(io::ErrorKind::NotFound)?.bytes.extend(bytes);
        Ok(())
    }

    pub(super) fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        state.can_do()?;
        let file = state.files.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        file.durable = Some(file.bytes.len());
        Ok(())
    }

    /// How much of a file is durable.
    pub(super) fn durable_bytes(&self, path: &Path) -> usize {
        self.state().held(path).and_then(|file| file.durable).unwrap_or(0)
    }

    pub(super) fn cut(&self, path: &Path, length: usize) {
        let mut state = self.state();
        let Some(file) = state.held(path) else { return };
        file.bytes.truncate(length);
        file.durable = file.durable.map(|durable| durable.min(length));
    }

    /// Paths below the root and sizes of all files of footage.
    pub(super) fn footage(&self) -> BTreeMap<PathBuf, u64> {
        let state = self.state();
        let files = state.files.iter().filter_map(|(path, file)| {
            let relative = path.strip_prefix(ROOT).ok()?;
            let is_footage = path.extension().is_some_and(|ext| ext == "mp4");
            is_footage.then(|| (relative.to_owned(), file.bytes.len() as u64))
        });
        files.collect()
    }

    pub(super) fn bytes(&self, path: &Path) -> Vec<u8> {
        self.state().held(path).map(|file| file.bytes.clone()).unwrap_or_default()
    }

    /// Nobody writes it any more.
    pub(super) fn close(&self, path: &Path) {
        self.state().open.remove(path);
    }

    pub(super) fn remove_empty(&self, path: &Path) {
        let mut state = self.state();
        state.files.remove(path);
        state.hidden.remove(path);
    }

    /// Takes the disk away, or puts it back.
    pub(super) fn mount(&self, is_mounted: bool) {
        let mut guard = self.state();
        let state = &mut *guard;
        if state.is_mounted != is_mounted {
            state.is_mounted = is_mounted;
            state.is_order_kept = false;
            std::mem::swap(&mut state.files, &mut state.hidden);
        }
    }

    /// The machine is started again. A power cut takes what was not made durable, in part or whole,
    /// and may bring back what was removed and not settled.
    pub(super) fn start_again(&self, power_was_cut: bool) {
        let mut guard = self.state();
        let state = &mut *guard;
        (state.stops_in, state.is_stopped, state.disk_fails) = (None, false, false);
        state.spool_refused = false;
        state.open.clear();
        if !power_was_cut {
            return;
        }
        let rng = &mut state.rng;
        let on_disk = if state.is_mounted { &mut state.files } else { &mut state.hidden };
        on_disk.retain(|_, file| {
            let Some(durable) = file.durable else { return rng.random_bool(0.3) };
            let left = rng.random_range(durable..=file.bytes.len().max(durable));
            // What a file begins with is less than a block of a disk: there, or not.
            let header = file.bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
            file.bytes.truncate(if left > header { left } else { durable });
            true
        });
        for (path, file) in std::mem::take(&mut state.unsettled) {
            if rng.random_bool(0.5) {
                on_disk.entry(path).or_insert(file);
            }
        }
        for file in on_disk.values_mut() {
            file.durable = Some(file.bytes.len());
        }
    }

    /// Works on the database, which may fail before, or not answer after.
    async fn ask<T>(&self, work: impl FnOnce(&mut State) -> T + Send) -> Result<T, Error> {
        self.pause().await;
        let answer = self.answer(work);
        self.pause().await;
        answer
    }

    /// Lets others go on ([`World::take_turns`]).
    async fn pause(&self) {
        let mut has_paused = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_paused, true) {
                return Poll::Ready(());
            }
            self.state().has_paused = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Lets tasks take turns at their questions to the database, as the seed says. Whoever waits for
    /// anything else keeps his turn, so that a seed always lives the same.
    pub(super) async fn take_turns(&self, mut tasks: Vec<Task<'_>>) {
        // Some wait in the middle of a step for as long as others get on.
        let patience = [0.5, 0.95][self.state().rng.random_range(0..2)];
        let mut turn = 0;
        poll_fn(|context| {
            while !tasks.is_empty() {
                self.state().has_paused = false;
                match tasks[turn].as_mut().poll(context) {
                    Poll::Ready(()) => drop(tasks.remove(turn)),
                    Poll::Pending if !self.state().has_paused => return Poll::Pending,
                    Poll::Pending if self.state().rng.random_bool(patience) => continue,
                    Poll::Pending => {}
                }
                turn = self.state().rng.random_range(0..tasks.len().max(1));
            }
            Poll::Ready(())
        })
        .await;
    }

    fn answer<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, Error> {
        let away =
            || Error::Open { place: "a simulation".into(), advice: "wait".into(), source: None };
        let mut state = self.state().step().map_err(|_| away())?;
        let (fails, is_mute) = (state.fails, state.is_mute);
        if state.database_is_away || state.rng.random_range(0..100) < fails {
            return Err(away());
        }
        let answer = work(&mut state);
        if state.rng.random_range(0..100) < is_mute { Err(away()) } else { Ok(answer) }
    }
}

/// Something that goes on beside others.
pub(super) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// One operation further.
trait Step: Sized {
    fn step(self) -> io::Result<Self>;
}

impl Step for MutexGuard<'_, State> {
    fn step(mut self) -> io::Result<Self> {
        if self.stops_in == Some(0) {
            self.is_stopped = true;
        }
        self.stops_in = self.stops_in.map(|left| left.saturating_sub(1));
        if self.is_stopped { Err(gone()) } else { Ok(self) }
    }
}

impl State {
    /// The disk answers: one that fails does so now and then.
    fn can_do(&mut self) -> io::Result<()> {
        if self.disk_fails && self.rng.random_bool(0.6) {
            Err(io::Error::from_raw_os_error(5))
        } else {
            Ok(())
        }
    }

    /// A file as its writer holds it, whether its disk is still mounted or not.
    fn held(&mut self, path: &Path) -> Option<&mut File> {
        self.files.get_mut(path).or(self.hidden.get_mut(path))
    }

    fn can_write(&self) -> io::Result<()> {
        if self.disk_is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    pub(super) fn is_protected(&self, segment: &Segment) -> bool {
        is_within(&self.protected, segment)
    }

    /// Footage is about to be deleted.
    fn may_remove(&mut self, path: &Path, bytes: &[u8]) {
        let path = relative(path);
        let Some(segment) = inspect(bytes).into_segment(path.clone()) else { return };
        self.reclaimed.insert(segment.id);
        if self.garbage.contains_key(&segment.id) {
            return;
        }
        let is_noted = !self.rows.contains_key(&segment.id) || self.is_discard_spooled(segment.id);
        if !is_noted && self.spool_refused {
            self.unkept.insert(segment.id);
        } else if !is_noted {
            self.broken.push(format!("{path} was deleted before its row"));
        }
        if is_within(&self.remembered, &segment) {
            self.broken.push(format!("{path} was deleted, and is protected"));
        }
        self.may_go(&segment);
    }

    fn is_discard_spooled(&self, wanted: SegmentId) -> bool {
        let spooled = self.files.iter().filter(|(path, _)| is_spool(path));
        let mut entries = spooled.filter_map(|(_, file)| serde_json::from_slice(&file.bytes).ok());
        entries.any(|entry| matches!(entry, Entry::Discarded { id, .. } if id == wanted))
    }

    /// It was decided that footage goes.
    fn may_go(&mut self, segment: &Segment) {
        if self.now.since(segment.end) < Duration::from_secs(600) {
            self.broken.push(format!("{} goes, and is young", segment.path));
        }
    }

    fn throw_away(&mut self, ids: &[SegmentId], protected_too: bool) {
        for id in ids {
            let goes =
                self.rows.get(id).is_some_and(|row| protected_too || !self.is_protected(row));
            if goes && let Some(row) = self.rows.remove(id) {
                if !protected_too {
                    self.decided += 1;
                    self.may_go(&row);
                }
                self.garbage.insert(*id, row.path);
                self.thrown.insert(*id);
            }
        }
    }
}

fn is_within(spans: &[(CameraId, Span)], segment: &Segment) -> bool {
    spans.iter().any(|(camera, span)| {
        *camera == segment.camera && !span.intersect(segment.span()).is_empty()
    })
}

fn is_spool(path: &Path) -> bool {
    path.extension().is_some_and(|ext| ext == "json")
}
