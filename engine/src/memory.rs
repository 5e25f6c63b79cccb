//! What the engine remembers of the database for the time that it is away: cameras, limits,
//! protected spans, which storage is ours; and what stands still before the cameras. One file in the data folder, replaced as a whole.
//!
//! It is a copy: the database is right wherever it answers. Not here: what waits to be written to
//! the database ([`crate::spool`]).

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ronin_core::{CameraConfig, CameraId, Span, WallTime, chain, event::Still, storage::Limits};
use ronin_store::Store;
use serde::{Deserialize, Serialize};
use tracing::warn;
use uuid::Uuid;

use crate::disk::{Disk, RealDisk};

const FILE: &str = "remembered.json";
/// Layout of the file. One of another layout is forgotten.
const VERSION: u32 = 1;

/// What is remembered.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
struct Contents {
    version: u32,
    /// As [`Store::seal_cameras`] writes them.
    cameras: Option<String>,
    storage: Option<Uuid>,
    limits: Option<Limits>,
    protected: BTreeMap<CameraId, Vec<(WallTime, WallTime)>>,
    /// Nowhere else: worth little, and known again within a minute.
    #[serde(default)]
    still: BTreeMap<CameraId, Vec<Still>>,
}

/// See the module.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    contents: Mutex<Contents>,
}

impl Memory {
    /// Reads what an earlier life left; nothing where there is none or it cannot be read.
    pub fn open(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let read = fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        let contents = match read {
            Ok(Contents { version, .. }) if version != VERSION => Contents::default(),
            Ok(contents) => contents,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Contents::default(),
            Err(error) => {
                warn!(path = %path.display(), %error, "what was remembered cannot be read");
                Contents::default()
            }
        };
        Self { path, contents: Mutex::new(contents) }
    }

    /// The cameras; `None` where none were ever remembered.
    pub fn cameras(&self, store: &Store) -> Option<Vec<CameraConfig>> {
        let text = self.contents().cameras.clone()?;
        store.open_cameras(&text).map_err(|e| warn!(error = chain(&e), "no cameras")).ok()
    }

    /// Remembers the cameras. Blocks.
    pub fn set_cameras(&self, store: &Store, cameras: &[CameraConfig]) {
        match store.seal_cameras(cameras) {
            // Encryption gives another text each time, so it is written each time.
            Ok(text) => self.change(|contents| contents.cameras = Some(text)),
            Err(error) => warn!(error = chain(&error), "the cameras cannot be remembered"),
        }
    }

    /// The storage that is ours.
    pub fn storage(&self) -> Option<Uuid> {
        self.contents().storage
    }

    /// Remembers which storage is ours. Blocks where it changed.
    pub fn set_storage(&self, id: Uuid) {
        self.change(|contents| contents.storage = Some(id));
    }

    /// Limits that a person set.
    pub fn limits(&self) -> Option<Limits> {
        self.contents().limits
    }

    /// Protected spans of a camera.
    pub fn protected(&self, camera: &CameraId) -> Vec<Span> {
        let contents = self.contents();
        let spans = contents.protected.get(camera).into_iter().flatten();
        spans.map(|(start, end)| Span::new(*start, *end)).collect()
    }

    /// Remembers what is kept, and where. Blocks where it changed.
    pub fn set_keeping(
        &self,
        storage: Option<Uuid>,
        limits: Option<Limits>,
        protected: impl IntoIterator<Item = (CameraId, Span)>,
    ) {
        let mut spans: BTreeMap<CameraId, Vec<(WallTime, WallTime)>> = BTreeMap::new();
        for (camera, span) in protected {
            spans.entry(camera).or_default().push((span.start, span.end));
        }
        self.change(|contents| {
            contents.storage = storage.or(contents.storage);
            contents.limits = limits;
            contents.protected = spans;
        });
    }

    /// What stood still before a camera.
    pub fn still(&self, camera: &CameraId) -> Vec<Still> {
        self.contents().still.get(camera).cloned().unwrap_or_default()
    }

    /// Remembers what stands still before a camera. Blocks where it changed.
    pub fn set_still(&self, camera: &CameraId, still: Vec<Still>) {
        self.change(|contents| match still.is_empty() {
            true => drop(contents.still.remove(camera)),
            false => drop(contents.still.insert(camera.clone(), still)),
        });
    }

    fn change(&self, change: impl FnOnce(&mut Contents)) {
        let mut contents = self.contents();
        let before = contents.clone();
        change(&mut contents);
        contents.version = VERSION;
        if *contents == before {
            return;
        }
        let written = serde_json::to_vec(&*contents).map_err(io::Error::other);
        if let Err(error) = written.and_then(|bytes| RealDisk.write_whole(&self.path, &bytes)) {
            warn!(path = %self.path.display(), %error, "nothing can be remembered there");
        }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_remembered_outlives_the_engine_and_rubbish_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let camera: CameraId = "front".parse().unwrap();
        let span = Span::new(WallTime::from_micros(5), WallTime::from_micros(9));
        let limits = Limits { max_age: None, max_bytes: Some(5), reserve_bytes: 1 };
        let storage = Uuid::now_v7();
        let memory = Memory::open(folder.path());
        assert_eq!((memory.storage(), memory.limits()), (None, None));
        memory.set_keeping(Some(storage), Some(limits), [(camera.clone(), span)]);

        let place = ronin_core::event::Place { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
        let (since, seen) = (WallTime::from_micros(5), WallTime::from_micros(9));
        let car = Still { label: "car".into(), place, since, seen };
        memory.set_still(&camera, vec![car.clone()]);

        let memory = Memory::open(folder.path());
        assert_eq!(memory.still(&camera), [car]);
        assert_eq!((memory.storage(), memory.limits()), (Some(storage), Some(limits)));
        assert_eq!(memory.protected(&camera), [span]);

        fs::write(folder.path().join(FILE), b"{").unwrap();
        assert_eq!(Memory::open(folder.path()).storage(), None);
    }
}
