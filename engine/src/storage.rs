//! The storage root: checked, claimed and described.
//!
//! One root has one writer: the lock is held for as long as [`Storage`] lives. A sentinel file says
//! which storage it is, so that an empty folder where a disk should be mounted is not taken for it.
//! Not here: what is deleted when.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ronin_api::DiskFacts;
use ronin_core::CameraId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::disk::{Disk, RealDisk, present};

const LOCK_FILE: &str = ".ronin.lock";
const SENTINEL_FILE: &str = ".ronin.store";

#[derive(Serialize, Deserialize)]
struct Sentinel {
    store: Uuid,
}

/// Where and how footage is written.
#[derive(Debug)]
pub struct Storage {
    /// The folder that every segment's path is under.
    pub root: PathBuf,
    /// Files are cut at whole multiples of this.
    pub segment_duration: Duration,
    /// How often open files are forced to disk.
    pub sync_every: Duration,
    lock: Mutex<File>,
}

/// Why the storage cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made or written.
    #[error(
        "the storage folder {} cannot be written. Give this user the right to write there, or set \
         STORAGE_ROOT to another folder",
        path.display()
    )]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another engine writes there.
    #[error(
        "another RoninNVR is recording into {}. Stop it, or set STORAGE_ROOT to another folder",
        .0.display()
    )]
    InUse(PathBuf),
}

impl Storage {
    /// Makes the folder where it is missing, proves that it can be written, and claims it.
    pub fn open(
        root: &Path,
        segment_duration: Duration,
        sync_every: Duration,
    ) -> Result<Self, Error> {
        let failed = |source| Error::NotWritable { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(failed)?;
        let root = root.canonicalize().map_err(failed)?;
        let lock = Mutex::new(take_lock(&root)?);
        Ok(Self { root, segment_duration, sync_every, lock })
    }

    /// Claims the root again, which another disk may have been mounted on meanwhile.
    pub fn claim_again(&self) -> Result<(), Error> {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = open_lock(&self.root)?;
        let failed = |source| Error::NotWritable { path: self.root.clone(), source };
        let same = |a: &File, b: &File| -> io::Result<bool> {
            use std::os::unix::fs::MetadataExt;
            let (a, b) = (a.metadata()?, b.metadata()?);
            Ok(a.dev() == b.dev() && a.ino() == b.ino())
        };
        if !same(&held, &lock).map_err(failed)? {
            *held = locked(lock, &self.root)?;
        }
        Ok(())
    }
}

fn take_lock(root: &Path) -> Result<File, Error> {
    locked(open_lock(root)?, root)
}

fn open_lock(root: &Path) -> Result<File, Error> {
    let failed = |source| Error::NotWritable { path: root.to_owned(), source };
    let path = root.join(LOCK_FILE);
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)
}

fn locked(lock: File, root: &Path) -> Result<File, Error> {
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(root.to_owned())),
        Err(TryLockError::Error(source)) => {
            Err(Error::NotWritable { path: root.to_owned(), source })
        }
    }
}

/// The file that is there for as long as the storage is.
pub fn proof(root: &Path) -> PathBuf {
    root.join(SENTINEL_FILE)
}

/// Which storage this is; `None` where it does not say.
pub fn identity(root: &Path) -> io::Result<Option<Uuid>> {
    let text = match fs::read_to_string(root.join(SENTINEL_FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // One that a power cut left empty says nothing.
    Ok(serde_json::from_str::<Sentinel>(&text).ok().map(|sentinel| sentinel.store))
}

/// Has the storage say which it is.
pub fn write_identity(root: &Path, store: Uuid) -> io::Result<()> {
    let text = serde_json::to_string(&Sentinel { store })?;
    RealDisk.write_whole(&root.join(SENTINEL_FILE), text.as_bytes())
}

/// Size and free space of the file system that holds `path`; `None` where it does not answer.
pub fn disk(path: &Path) -> Option<DiskFacts> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(DiskFacts {
        total_bytes: stat.f_blocks.saturating_mul(stat.f_frsize),
        free_bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
        free_files: (stat.f_files > 0).then_some(stat.f_favail),
    })
}

/// Recorded files and their sizes, relative to `root`: `<camera>/<day>/<time>.mp4`. Links are not
/// followed. Folders and files that go away meanwhile are left out.
pub fn recorded_files(disk: &dyn Disk, root: &Path) -> io::Result<BTreeMap<PathBuf, u64>> {
    let mut files = BTreeMap::new();
    for camera in camera_folders(disk, root)? {
        for day in disk.folders(&camera)? {
            for path in footage_in(disk, &day)? {
                if let Ok(relative) = path.strip_prefix(root)
                    && let Some(size) = present(disk.size(&path))?
                {
                    files.insert(relative.to_owned(), size);
                }
            }
        }
    }
    Ok(files)
}

/// The files of each camera that were begun first, by their names, at most `count` of each.
pub fn oldest_files(disk: &dyn Disk, root: &Path, count: usize) -> io::Result<Vec<Vec<PathBuf>>> {
    let mut cameras = Vec::new();
    for camera in camera_folders(disk, root)? {
        let mut days = disk.folders(&camera)?;
        days.sort();
        let mut oldest = Vec::new();
        for day in days {
            let mut files = footage_in(disk, &day)?;
            // Without the extension: `12-00-00` comes before `12-00-00-2`.
            files.sort_by_key(|path| path.with_extension(""));
            let relative = files.iter().filter_map(|path| path.strip_prefix(root).ok());
            oldest.extend(relative.map(Path::to_owned).take(count - oldest.len()));
            if oldest.len() >= count {
                break;
            }
        }
        cameras.push(oldest);
    }
    Ok(cameras)
}

fn camera_folders(disk: &dyn Disk, root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = disk.folders(root)?;
    folders.retain(|folder| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.parse::<CameraId>().is_ok()
    });
    Ok(folders)
}

fn footage_in(disk: &dyn Disk, day: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = disk.list(day)?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "mp4"));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: &Path) -> Result<Storage, Error> {
        Storage::open(root, Duration::from_secs(900), Duration::from_secs(5))
    }

    #[test]
    fn one_root_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        assert!(matches!(open(folder.path()), Err(Error::InUse(_))));
        drop(first);
        assert!(open(folder.path()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = open(&file.join("below")).unwrap_err().to_string();
        assert!(error.contains("STORAGE_ROOT"), "{error}");
    }

    #[test]
    fn the_storage_says_which_it_is_and_another_disk_is_claimed_anew() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(identity(folder.path()).unwrap(), None);
        let id = Uuid::now_v7();
        write_identity(folder.path(), id).unwrap();
        assert_eq!(identity(folder.path()).unwrap(), Some(id));
        fs::write(folder.path().join(SENTINEL_FILE), "").unwrap();
        assert_eq!(identity(folder.path()).unwrap(), None);

        let storage = open(folder.path()).unwrap();
        storage.claim_again().unwrap();
        // As if another file system were mounted over it.
        fs::remove_file(storage.root.join(LOCK_FILE)).unwrap();
        storage.claim_again().unwrap();
        assert!(matches!(open(folder.path()), Err(Error::InUse(_))));
    }

    #[test]
    fn the_disk_is_described() {
        let disk = disk(Path::new("/")).unwrap();
        assert!(disk.total_bytes > 0 && disk.free_bytes <= disk.total_bytes);
    }
}
