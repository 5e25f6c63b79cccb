//! A disk that fails as disks do: power cuts, no room, errors, slowness.
//!
//! It is a file system of its own (FUSE), mounted over any folder. Programs see files as on every
//! disk. What they wrote is durable once it was synced: the content of a file by `fsync` of it, a
//! name by `fsync` of its folder or of the file. While it is mounted everything is kept in memory;
//! when it ends, the folder behind it gets what was written, or after a power cut only what was
//! durable. Locks are the kernel's. Not here: what a disk does that lies about its syncs.

mod memory;
mod mounted;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fuser::{BackgroundSession, Config, MountOption};

use memory::{Memory, State};
use mounted::Mounted;

/// What the disk was asked for since it was mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes that came, the failed ones among them.
    pub writes: u64,
    /// Syncs of files and folders that came, the failed ones among them.
    pub syncs: u64,
    /// Calls that were answered with an error that was asked for.
    pub failed: u64,
}

/// What is wrong with the disk.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    space: Option<u64>,
    files: Option<u64>,
    writes: Option<i32>,
    syncs: Option<i32>,
    slow: Duration,
    off: bool,
}

struct Shared {
    memory: Memory,
    faults: Faults,
    counts: Counts,
}

type Disk = Arc<Mutex<Shared>>;

fn lock(disk: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mounted disk. It is unmounted with the value; without a power cut nothing is lost then.
pub struct FaultyDisk {
    folder: PathBuf,
    at: PathBuf,
    disk: Disk,
    session: Option<BackgroundSession>,
}

impl FaultyDisk {
    /// Whether such a disk can be mounted here: that needs root and `/dev/fuse`.
    pub fn available() -> bool {
        let try_it = || -> Result<()> {
            let (folder, at) = (tempfile::tempdir()?, tempfile::tempdir()?);
            let disk = FaultyDisk::mount(folder.path(), at.path())?;
            std::fs::write(at.path().join("file"), "there")?;
            disk.unmount()
        };
        let tried = try_it();
        if let Err(error) = &tried {
            eprintln!("not run: /dev/fuse cannot be used here ({error:#})");
        }
        tried.is_ok()
    }

    /// Mounts the disk whose content is in `folder` at the folder `at`.
    pub fn mount(folder: &Path, at: &Path) -> Result<FaultyDisk> {
        let memory = Memory::load(folder).context("read the folder behind the disk")?;
        let shared = Shared { memory, faults: Faults::default(), counts: Counts::default() };
        let disk = Arc::new(Mutex::new(shared));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("faulty-disk".to_owned())];
        // A write that is slow holds up none of the others.
        config.n_threads = Some(8);
        let session = fuser::spawn_mount(Mounted::new(disk.clone()), at, &config);
        let session = Some(session.with_context(|| format!("mount at {}", at.display()))?);
        Ok(FaultyDisk { folder: folder.to_owned(), at: at.to_owned(), disk, session })
    }

    /// Room for so many bytes in all; `None`: as much as anybody wants.
    pub fn space(&self, bytes: Option<u64>) {
        lock(&self.disk).faults.space = bytes;
    }

    /// Room for so many files and folders in all; `None`: for as many as anybody wants.
    pub fn files(&self, count: Option<u64>) {
        lock(&self.disk).faults.files = count;
    }

    /// Files and folders that are there.
    pub fn used_files(&self) -> u64 {
        lock(&self.disk).memory.used_files()
    }

    /// Bytes of all files.
    pub fn used(&self) -> u64 {
        lock(&self.disk).memory.used()
    }

    /// Every write fails with this number (`EIO` is 5); `None`: none does.
    pub fn fail_writes(&self, errno: Option<i32>) {
        lock(&self.disk).faults.writes = errno;
    }

    /// Every sync fails with this number. What it should have made durable is given up, as systems
    /// do: the next sync succeeds and does not write it.
    pub fn fail_syncs(&self, errno: Option<i32>) {
        lock(&self.disk).faults.syncs = errno;
    }

    /// Every write takes so long.
    pub fn slow(&self, write: Duration) {
        lock(&self.disk).faults.slow = write;
    }

    pub fn counts(&self) -> Counts {
        lock(&self.disk).counts
    }

    /// From now on nothing reaches the disk: every call fails with `EIO`.
    pub fn power_off(&self) {
        lock(&self.disk).faults.off = true;
    }

    /// The power is cut: what was not durable is gone. The folder behind has what is left. Programs
    /// that used the disk should have ended, or see errors.
    pub fn power_cut(mut self) -> Result<()> {
        self.power_off();
        self.end()
    }

    /// Ends the disk with everything that was written.
    pub fn unmount(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let Some(session) = self.session.take() else { return Ok(()) };
        // Lazily, for programs may still hold files open; `fuser` would give up on those.
        let mut command = Command::new("umount");
        command.arg("-l").arg(&self.at).stdin(Stdio::null());
        let output = command.output().context("start umount")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "umount {}: {}", self.at.display(), words.trim());
        drop(session);
        let mut shared = lock(&self.disk);
        let state = if shared.faults.off { State::Durable } else { State::Live };
        shared.faults.off = true;
        shared.memory.store(&self.folder, state).context("write the folder behind the disk")
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(error = format!("{error:#}"), "a faulty disk was not unmounted");
        }
    }
}

#[cfg(test)]
mod tests;
