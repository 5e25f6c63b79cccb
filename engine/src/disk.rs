//! The few things that are done to files besides recording into them. Behind a trait, so that tests
//! can let a disk fail, and a power cut take what was not made durable.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use ronin_pipelines::segment_file::{self, Inspected};

/// See the module.
pub trait Disk: Send + Sync + fmt::Debug + 'static {
    /// Paths in a folder; none where it is not there.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// Folders in a folder; none where it is not there. Links are not followed.
    fn folders(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
    /// The size of a file.
    fn size(&self, path: &Path) -> io::Result<u64>;
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// What a file of footage says of itself.
    fn inspect(&self, path: &Path) -> io::Result<Inspected>;
    /// Cuts a file to so many bytes, and makes them durable.
    fn settle_file(&self, path: &Path, length: u64) -> io::Result<()>;
    /// Writes a file so that, whatever happens, the old or the new one is there as a whole; durable
    /// when it returns. Its folder is made where it is missing.
    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Gives a file another name in its folder.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. Durable once its folder is synced.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes durable what names are in a folder, and removes it where it is empty.
    fn settle_folder(&self, folder: &Path) -> io::Result<()>;
}

/// `None` where it is not there.
pub fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The disk of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = present(fs::read_dir(folder))?.into_iter().flatten();
        entries.map(|entry| entry.map(|entry| entry.path())).collect()
    }

    fn folders(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for entry in present(fs::read_dir(folder))?.into_iter().flatten() {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        Ok(folders)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::symlink_metadata(path)?.len())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn inspect(&self, path: &Path) -> io::Result<Inspected> {
        segment_file::inspect(path)
    }

    fn settle_file(&self, path: &Path, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        if length < file.metadata()?.len() {
            file.set_len(length)?;
        }
        file.sync_all()
    }

    /// The owner alone may read it.
    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
            if let Some(above) = folder.parent() {
                File::open(above)?.sync_all()?;
            }
        }
        let draft = path.with_extension("draft");
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(folder)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn settle_folder(&self, folder: &Path) -> io::Result<()> {
        if let Ok(folder) = File::open(folder) {
            folder.sync_all()?;
        }
        // Only an empty folder can be removed.
        let _ = fs::remove_dir(folder);
        Ok(())
    }
}
