use std::{
    fs::{self, File},
    io::Write,
};

use tempfile::TempDir;

use super::*;
use crate::wait;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

struct Place {
    folder: TempDir,
    at: TempDir,
}

/// `None` where no such disk can be mounted.
fn place() -> Option<Place> {
    let new = || tempfile::tempdir().unwrap();
    FaultyDisk::available().then(|| Place { folder: new(), at: new() })
}

impl Place {
    fn mount(&self) -> FaultyDisk {
        FaultyDisk::mount(self.folder.path(), self.at.path()).unwrap()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.at.path().join(name)
    }

    fn behind(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn files_are_as_on_any_disk_and_are_there_at_the_next_mount() {
    let Some(place) = place() else { return };
    let disk = place.mount();
    fs::create_dir_all(place.at("a/b")).unwrap();
    fs::write(place.at("a/b/one"), "one").unwrap();
    File::options().append(true).open(place.at("a/b/one")).unwrap().write_all(b" more").unwrap();
    fs::rename(place.at("a/b/one"), place.at("a/two")).unwrap();
    fs::remove_dir(place.at("a/b")).unwrap();
    let taken = File::create_new(place.at("a/two"));
    File::options().write(true).open(place.at("a/two")).unwrap().set_len(6).unwrap();
    let file = File::open(place.at("a/two")).unwrap();
    file.try_lock().unwrap();
    let locked = File::open(place.at("a/two")).unwrap().try_lock();
    drop(file);
    disk.unmount().unwrap();

    assert_eq!(fs::read_to_string(place.behind("a/two")).unwrap(), "one mo");
    assert!(taken.is_err() && locked.is_err());
    assert!(!place.behind("a/b").exists() && !place.at("a").exists());
    let _disk = place.mount();
    assert_eq!(fs::read_to_string(place.at("a/two")).unwrap(), "one mo");
}

#[test]
fn a_power_cut_leaves_what_was_synced() {
    let Some(place) = place() else { return };
    let disk = place.mount();
    fs::write(place.at("name-and-nothing-else"), "gone").unwrap();
    File::open(place.at.path()).unwrap().sync_all().unwrap();
    let mut synced = File::create(place.at("synced")).unwrap();
    synced.write_all(b"kept").unwrap();
    synced.sync_data().unwrap();
    synced.write_all(b", gone").unwrap();
    fs::write(place.at("never"), "gone").unwrap();
    drop(synced);
    disk.power_cut().unwrap();

    assert_eq!(fs::read_to_string(place.behind("synced")).unwrap(), "kept");
    assert_eq!(fs::read_to_string(place.behind("name-and-nothing-else")).unwrap(), "");
    assert!(!place.behind("never").exists());
}

#[test]
fn a_name_that_was_not_synced_away_comes_back() {
    let Some(place) = place() else { return };
    fs::write(place.behind("old"), "old").unwrap();
    fs::write(place.behind("other"), "other").unwrap();
    let disk = place.mount();
    fs::remove_file(place.at("old")).unwrap();
    fs::rename(place.at("other"), place.at("new")).unwrap();
    disk.power_cut().unwrap();

    assert_eq!(fs::read_to_string(place.behind("old")).unwrap(), "old");
    assert_eq!(fs::read_to_string(place.behind("other")).unwrap(), "other");
    assert!(!place.behind("new").exists());
}

#[test]
fn what_a_failed_sync_gave_up_is_not_written_later() {
    let Some(place) = place() else { return };
    let disk = place.mount();
    let mut file = File::create(place.at("file")).unwrap();
    file.write_all(b"kept").unwrap();
    file.sync_all().unwrap();
    file.write_all(b"lost").unwrap();
    disk.fail_syncs(Some(EIO));
    let failed = file.sync_all().unwrap_err();
    disk.fail_syncs(None);
    file.write_all(b"late").unwrap();
    file.sync_all().unwrap();
    drop(file);
    disk.power_cut().unwrap();

    assert_eq!(failed.raw_os_error(), Some(EIO));
    assert_eq!(fs::read(place.behind("file")).unwrap(), b"kept\0\0\0\0late");
}

#[test]
fn a_full_a_broken_and_a_slow_disk_say_so() {
    let Some(place) = place() else { return };
    let disk = place.mount();
    disk.space(Some(10));
    fs::write(place.at("fits"), "12345678").unwrap();
    let full = fs::write(place.at("too-much"), "123").unwrap_err();
    fs::remove_file(place.at("fits")).unwrap();
    fs::write(place.at("too-much"), "123").unwrap();
    disk.space(None);
    disk.fail_writes(Some(EIO));
    let broken = fs::write(place.at("broken"), "123").unwrap_err();
    disk.fail_writes(None);
    let began = std::time::Instant::now();
    disk.slow(Duration::from_millis(200));
    fs::write(place.at("slow"), "123").unwrap();

    assert_eq!(full.raw_os_error(), Some(ENOSPC));
    assert_eq!(broken.raw_os_error(), Some(EIO));
    assert!(began.elapsed() >= Duration::from_millis(200));
    assert_eq!((disk.counts().writes, disk.counts().failed), (5, 2));
}

#[test]
fn a_program_that_holds_a_file_open_does_not_hold_up_the_end() {
    let Some(place) = place() else { return };
    let disk = place.mount();
    let mut file = File::create(place.at("file")).unwrap();
    disk.power_cut().unwrap();

    wait::eventually(Duration::from_secs(5), "an error", || file.write_all(b"late").is_err());
}
