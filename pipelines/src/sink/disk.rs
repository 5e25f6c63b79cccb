//! The disk as the segment sink sees it: the few calls that can fail, so that tests can let them.

use std::{
    fs::{File, OpenOptions},
    io::{self, IoSlice, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// `O_NOFOLLOW` of Linux: a link planted in the storage is not followed.
pub(crate) const O_NOFOLLOW: i32 = 0o400_000;

/// Where files are made.
pub(crate) trait Disk: Send + Sync + 'static {
    /// Makes the file `relative` under `root`, which is there; the folders between are made too.
    /// When it returns, the name is on disk: only data can be missing after a power cut.
    fn create(&self, root: &Path, relative: &Path) -> io::Result<Box<dyn Medium>>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// An open file.
pub(crate) trait Medium: Send {
    /// Writes at the end, as much as can be in one call.
    fn append(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize>;
    /// Writes over what is there.
    fn rewrite(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Forces what was written to disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Ends the file after `bytes`.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, root: &Path, relative: &Path) -> io::Result<Box<dyn Medium>> {
        Ok(Box::new(create(root, relative, sync_folder)?))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}

impl Medium for File {
    fn append(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.write_vectored(buffers)
    }

    fn rewrite(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Never writes over a file and never follows a link. Where a folder cannot be synced, the file is
/// not begun.
fn create(
    root: &Path,
    relative: &Path,
    sync_folder: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<File> {
    let mut folder = root.to_owned();
    for name in relative.parent().into_iter().flat_map(Path::components) {
        let parent = folder.clone();
        folder.push(name);
        // Not the root itself: where it is gone, its disk is not mounted.
        match std::fs::create_dir(&folder) {
            Ok(()) => sync_folder(&parent)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let path = root.join(relative);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o640)
        .custom_flags(O_NOFOLLOW)
        .open(&path)?;
    // Says to others that the file is being written. Where locks are not known, it is only looked
    // at a little early.
    let _ = file.try_lock();
    if let Err(error) = sync_folder(&folder) {
        // Nothing is in it, so nothing is lost where it stays.
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_brought_to_disk_is_no_file() {
        let root = tempfile::tempdir().unwrap();
        let relative = Path::new("front/2026-01-01/00-00-00.mp4");
        let day = root.path().join("front/2026-01-01");
        let broken = |folder: &Path| match folder == day {
            true => Err(io::Error::from_raw_os_error(5)),
            false => Ok(()),
        };

        let error = create(root.path(), relative, broken).unwrap_err();

        assert_eq!(error.raw_os_error(), Some(5));
        assert!(day.is_dir() && !root.path().join(relative).exists());
        assert!(create(root.path(), relative, sync_folder).is_ok());
    }

    #[test]
    fn nothing_is_written_over_or_through_a_link_or_where_the_root_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (Path::new("a/b/file"), root.path().join("a/b/link"));
        create(root.path(), file, sync_folder).unwrap();
        std::os::unix::fs::symlink(root.path().join("elsewhere"), &link).unwrap();

        for relative in [file, Path::new("a/b/link")] {
            let error = create(root.path(), relative, sync_folder).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        }
        let gone = root.path().join("gone");
        assert!(create(&gone, file, sync_folder).is_err() && !gone.exists());
    }
}
