//! The storage root: checked, claimed and described.
//!
//! One root has one writer: the lock is held for as long as [`Storage`] lives. Not here: what is
//! deleted when.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use ronin_api::DiskFacts;
use ronin_core::CameraId;

const LOCK_FILE: &str = ".ronin.lock";

/// Where and how footage is written.
#[derive(Debug)]
pub struct Storage {
    /// The folder that every segment's path is under.
    pub root: PathBuf,
    /// Files are cut at whole multiples of this.
    pub segment_duration: Duration,
    /// How often open files are forced to disk.
    pub sync_every: Duration,
    _lock: File,
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
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(LOCK_FILE))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, segment_duration, sync_every, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(root)),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// Size and free space of the file system that holds `path`; `None` where it does not answer.
pub fn disk(path: &Path) -> Option<DiskFacts> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(DiskFacts {
        total_bytes: stat.f_blocks.saturating_mul(stat.f_frsize),
        free_bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
    })
}

/// Recorded files, relative to `root`: `<camera>/<day>/<time>.mp4`. Links are not followed.
pub fn recorded_files(root: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for camera in folders(root)? {
        let name = camera.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if name.parse::<CameraId>().is_err() {
            continue;
        }
        for day in folders(&camera)? {
            for entry in fs::read_dir(&day)? {
                let path = entry?.path();
                let recorded = path.extension().is_some_and(|ext| ext == "mp4");
                if recorded && let Ok(relative) = path.strip_prefix(root) {
                    files.insert(relative.to_owned());
                }
            }
        }
    }
    Ok(files)
}

fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
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
    fn the_disk_is_described() {
        let disk = disk(Path::new("/")).unwrap();
        assert!(disk.total_bytes > 0 && disk.free_bytes <= disk.total_bytes);
    }
}
