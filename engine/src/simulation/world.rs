//! A disk and a database that do what the promises assume of them and no more: what was not synced
//! may be lost, an answer may not come although the work was done, and at any operation the machine
//! may stop.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use ronin_core::{CameraId, Segment, SegmentId, Span, WallTime, control::KeptFootage};
use ronin_store::Error;

use crate::{disk::Disk, index::Index, spool::Entry};

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
    /// Removed, and a power cut may bring them back.
    unsettled: BTreeMap<PathBuf, File>,
    pub(super) disk_is_full: bool,
    pub(super) disk_fails: bool,

    pub(super) rows: BTreeMap<SegmentId, Segment>,
    pub(super) garbage: BTreeMap<SegmentId, String>,
    pub(super) protected: Vec<(CameraId, Span)>,
    pub(super) database_is_away: bool,
    /// Of a hundred operations, so many fail, and so many succeed without an answer.
    pub(super) fails: u32,
    pub(super) is_mute: u32,

    /// Deleted without the index, in the right order.
    pub(super) discarded: BTreeSet<SegmentId>,
    /// Footage whose file was deleted on purpose.
    pub(super) reclaimed: BTreeSet<SegmentId>,
    pub(super) broken: Vec<String>,
}

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct World(Arc<Mutex<State>>);

/// What a file of footage holds: its description on the first line, and a byte for each fragment.
pub(super) fn header(segment: &Segment) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(segment).unwrap();
    bytes.push(b'\n');
    bytes
}

/// The row of a file, as far as it is whole; `None` where not even its header is.
pub(super) fn inspect(bytes: &[u8]) -> Option<Segment> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let segment: Segment = serde_json::from_slice(&bytes[..end]).unwrap();
    let frames = (bytes.len() - end - 1) as u64;
    let end = segment.start + std::time::Duration::from_secs(frames * 10);
    Some(Segment { end, frames, size_bytes: bytes.len() as u64, ..segment })
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
            files: BTreeMap::new(),
            unsettled: BTreeMap::new(),
            disk_is_full: false,
            disk_fails: false,
            rows: BTreeMap::new(),
            garbage: BTreeMap::new(),
            protected: Vec::new(),
            database_is_away: false,
            fails: 0,
            is_mute: 0,
            discarded: BTreeSet::new(),
            reclaimed: BTreeSet::new(),
            broken: Vec::new(),
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Makes an empty file of footage; its name is durable.
    pub(super) fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        let State { files, .. } = &mut *state;
        let previous = files.insert(path.to_owned(), File::default());
        assert!(previous.is_none(), "a file is written over");
        files.get_mut(path).unwrap().durable = Some(0);
        files.get_mut(path).unwrap().bytes = bytes.to_vec();
        Ok(())
    }

    pub(super) fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        if state.disk_is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.files.get_mut(path).ok_or(io::ErrorKind::NotFound)?.bytes.extend(bytes);
        Ok(())
    }

    pub(super) fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        if state.disk_fails {
            return Err(io::Error::from_raw_os_error(5));
        }
        let file = state.files.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        file.durable = Some(file.bytes.len());
        Ok(())
    }

    /// How much of a file is durable.
    pub(super) fn durable_bytes(&self, path: &Path) -> usize {
        self.state().files.get(path).and_then(|file| file.durable).unwrap_or(0)
    }

    pub(super) fn cut(&self, path: &Path, length: usize) {
        let mut state = self.state();
        let file = state.files.get_mut(path).unwrap();
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
        self.state().files.get(path).map(|file| file.bytes.clone()).unwrap_or_default()
    }

    pub(super) fn remove_empty(&self, path: &Path) {
        self.state().files.remove(path);
    }

    /// The machine is started again. A power cut takes what was not made durable, in part or whole,
    /// and may bring back what was removed and not settled.
    pub(super) fn start_again(&self, power_was_cut: bool) {
        let mut guard = self.state();
        let state = &mut *guard;
        (state.stops_in, state.is_stopped) = (None, false);
        if !power_was_cut {
            return;
        }
        let rng = &mut state.rng;
        state.files.retain(|_, file| {
            let Some(durable) = file.durable else { return rng.random_bool(0.3) };
            let left = rng.random_range(durable..=file.bytes.len().max(durable));
            file.bytes.truncate(left);
            true
        });
        for (path, file) in std::mem::take(&mut state.unsettled) {
            if rng.random_bool(0.5) {
                state.files.entry(path).or_insert(file);
            }
        }
        for file in state.files.values_mut() {
            file.durable = Some(file.bytes.len());
        }
    }

    /// Works on the database, which may fail before, or not answer after.
    fn ask<T>(&self, work: impl FnOnce(&mut State) -> T) -> Result<T, Error> {
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
    pub(super) fn is_protected(&self, segment: &Segment) -> bool {
        self.protected.iter().any(|(camera, span)| {
            *camera == segment.camera && !span.intersect(segment.span()).is_empty()
        })
    }

    /// Footage is about to be deleted.
    fn may_remove(&mut self, path: &Path, bytes: &[u8]) {
        let Some(segment) = inspect(bytes) else { return };
        let relative = path.strip_prefix(ROOT).unwrap().display().to_string();
        let is_garbage = self.garbage.values().any(|garbage| *garbage == relative);
        let was_noted = self.discarded.contains(&segment.id);
        if !is_garbage && !was_noted {
            self.broken.push(format!("{relative} was deleted before its row"));
        }
        self.reclaimed.insert(segment.id);
    }

    fn throw_away(&mut self, ids: &[SegmentId], protected_too: bool) {
        for id in ids {
            let goes =
                self.rows.get(id).is_some_and(|row| protected_too || !self.is_protected(row));
            if goes && let Some(row) = self.rows.remove(id) {
                self.garbage.insert(*id, row.path);
            }
        }
    }
}

impl Disk for World {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.state().step()?;
        let within = state.files.keys().filter(|path| path.parent() == Some(folder));
        Ok(within.cloned().collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.state().step()?.files.contains_key(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state().step()?;
        let file = state.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(file.bytes.clone())
    }

    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        if state.disk_is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let file = File { bytes: bytes.to_vec(), durable: Some(bytes.len()) };
        state.files.insert(path.to_owned(), file);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        if state.disk_fails {
            return Err(io::Error::from_raw_os_error(5));
        }
        let file = state.files.remove(path).ok_or(io::ErrorKind::NotFound)?;
        if path.extension().is_some_and(|ext| ext == "mp4") {
            state.may_remove(path, &file.bytes);
        }
        state.unsettled.insert(path.to_owned(), file);
        Ok(())
    }

    fn settle_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        if state.disk_fails {
            return Err(io::Error::from_raw_os_error(5));
        }
        state.unsettled.retain(|path, _| path.parent() != Some(folder));
        Ok(())
    }
}

impl Index for World {
    async fn write(&self, entry: &Entry) -> Result<Option<i64>, Error> {
        self.ask(|state| match entry {
            Entry::Segment(recorded) => {
                let segment = recorded.segment.clone();
                if state.garbage.contains_key(&segment.id) {
                    return None;
                }
                let taken =
                    state.rows.values().any(|r| r.path == segment.path && r.id != segment.id);
                if taken {
                    state.broken.push(format!("{} has two rows", segment.path));
                }
                state.rows.insert(segment.id, segment);
                None
            }
            Entry::Discarded { id, .. } => {
                state.throw_away(&[*id], true);
                None
            }
            Entry::Notice(_) => Some(1),
            _ => None,
        })
    }

    fn note_available(&self, _: bool) -> bool {
        false
    }

    async fn cameras_with_footage(&self) -> Result<Vec<CameraId>, Error> {
        let all = |state: &mut State| -> BTreeSet<CameraId> {
            state.rows.values().map(|row| row.camera.clone()).collect()
        };
        Ok(self.ask(all)?.into_iter().collect())
    }

    async fn oldest_unprotected(
        &self,
        camera: &CameraId,
        limit: u64,
    ) -> Result<Vec<Segment>, Error> {
        self.ask(|state| {
            let rows = state.rows.values().filter(|row| row.camera == *camera);
            let mut rows: Vec<_> = rows.filter(|row| !state.is_protected(row)).cloned().collect();
            rows.sort_by_key(|row| (row.end, row.id));
            rows.truncate(usize::try_from(limit).unwrap());
            rows
        })
    }

    async fn newest_segment(&self, camera: &CameraId) -> Result<Option<Segment>, Error> {
        self.ask(|state| {
            let rows = state.rows.values().filter(|row| row.camera == *camera);
            rows.max_by_key(|row| row.end).cloned()
        })
    }

    async fn footage_of(&self, camera: &CameraId) -> Result<KeptFootage, Error> {
        self.ask(|state| kept(state.rows.values().filter(|row| row.camera == *camera)))
    }

    async fn recorded_totals(&self) -> Result<KeptFootage, Error> {
        self.ask(|state| kept(state.rows.values()))
    }

    async fn discard(&self, ids: &[SegmentId], _: WallTime) -> Result<(), Error> {
        self.ask(|state| state.throw_away(ids, false))
    }

    async fn garbage(&self, limit: u64) -> Result<Vec<(SegmentId, String)>, Error> {
        self.ask(|state| {
            let garbage = state.garbage.iter().map(|(id, path)| (*id, path.clone()));
            garbage.take(usize::try_from(limit).unwrap()).collect()
        })
    }

    async fn forget_garbage(&self, ids: &[SegmentId]) -> Result<(), Error> {
        self.ask(|state| state.garbage.retain(|id, _| !ids.contains(id)))
    }
}

fn kept<'a>(rows: impl Iterator<Item = &'a Segment>) -> KeptFootage {
    rows.fold(KeptFootage { segments: 0, bytes: 0 }, |sum, row| KeptFootage {
        segments: sum.segments + 1,
        bytes: sum.bytes + row.size_bytes,
    })
}
