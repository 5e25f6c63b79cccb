//! Files of footage: deleting them for good, and finding the oldest without an index.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use ronin_core::{Segment, SegmentId, chain};
use tracing::warn;

use crate::{disk::Disk, storage};

/// Deletes files and brings their absence to disk; returns those that are gone. One that cannot be
/// deleted does not keep the others.
pub(crate) fn delete_files(
    disk: &dyn Disk,
    root: &Path,
    garbage: Vec<(SegmentId, String)>,
) -> io::Result<Vec<SegmentId>> {
    let mut folders = BTreeSet::new();
    let mut gone = Vec::with_capacity(garbage.len());
    for (id, path) in garbage {
        let Some(path) = below(root, &path) else {
            warn!(path, "a row names a file outside the storage; it is left alone");
            gone.push(id);
            continue;
        };
        match disk.remove(&path) {
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
        disk.settle_folder(&folder)?;
    }
    Ok(gone)
}

/// `root` and `path` joined, where `path` is plain names only and no folder of it is a link.
pub(super) fn below(root: &Path, path: &str) -> Option<PathBuf> {
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

/// The oldest files of each camera, at most `count` of each, by what they say of themselves. One
/// that is being written or is not ours is left out.
pub(super) fn oldest(disk: &dyn Disk, root: &Path, count: usize) -> io::Result<Vec<Vec<Segment>>> {
    let mut cameras = Vec::new();
    for files in storage::oldest_files(disk, root, count)? {
        let segments = files.into_iter().filter_map(|relative| {
            let seen = disk.inspect(&root.join(&relative));
            let seen = seen.inspect_err(|e| warn!(error = chain(e), "an old file cannot be read"));
            let seen = seen.ok().filter(|seen| !seen.is_being_written)?;
            seen.into_segment(relative.display().to_string())
        });
        cameras.push(segments.collect());
    }
    Ok(cameras)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::RealDisk;

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

        let gone = delete_files(&RealDisk, &root, garbage.clone()).unwrap();

        let expected: Vec<SegmentId> = garbage[1..].iter().map(|(id, _)| *id).collect();
        assert_eq!(gone, expected);
        assert!(!day.exists(), "the empty day goes too");
        assert!(folder.path().join("outside").exists());
    }
}
