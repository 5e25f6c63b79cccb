//! What waits for the database, beside the footage: one small file for each entry, in order.
//!
//! `<root>/.spool/<number>.json`. An entry is on disk before it counts as kept, and its file goes
//! after its row was written; a crash in between writes one row twice, which is writing it once.
//! Where even the spool cannot be written, as on a full disk, entries wait in memory; so they do while
//! the storage is away, lest they are written beneath it.
//!
//! Not here: who writes rows ([`crate::recorder`]).

use std::{
    collections::{HashSet, VecDeque},
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ronin_core::{CameraId, Event, MotionMinute, Notice, Recorded, RunId, SegmentId, WallTime};
use serde::{Deserialize, Serialize};
use tracing::{error, warn};
use uuid::Uuid;

use crate::{
    disk::{Disk, present},
    storage,
};

const FOLDER: &str = ".spool";
/// Entries on disk: a week of minutes of 16 cameras. Footage beyond it is adopted from its files.
const ENTRIES_MAX: usize = 200_000;
/// Where so many wait, motion and events are noted no more: footage needs the room, and comes once a
/// minute where they come each few seconds.
const MOTION_UNTIL: usize = 20_000;
/// Entries in memory while the spool cannot be written: each is a few KiB at most.
const HELD_MAX: usize = 4096;

/// Files of segments whose rows wait in the spool of the storage at `root`.
pub fn waiting_files(disk: &dyn Disk, root: &Path) -> io::Result<HashSet<PathBuf>> {
    let mut files = HashSet::new();
    for path in disk.list(&root.join(FOLDER))? {
        if path.extension().is_none_or(|ext| ext != "json") {
            continue;
        }
        // One that is gone has a row by now; one that is broken is put aside when its turn comes.
        let entry = disk.read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(Entry::Segment(recorded)) = entry {
            files.insert(PathBuf::from(recorded.segment.path));
        }
    }
    Ok(files)
}

/// Something to note in the database.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A file is finished.
    Segment(Box<Recorded>),
    /// Footage was deleted while the database was away.
    Discarded {
        /// Which.
        id: SegmentId,
        /// When.
        at: WallTime,
    },
    /// Pictures of a new connection arrive.
    RunBegan {
        /// The connection.
        run: RunId,
        /// Whose it is.
        camera: CameraId,
        /// Since when.
        at: WallTime,
    },
    /// A connection ended.
    RunEnded {
        /// The connection.
        run: RunId,
        /// When.
        at: WallTime,
        /// Machine-readable reason.
        reason: String,
    },
    /// From `at` on there is no footage, for the cause and words given; `None`: there is again.
    Outage {
        /// Whose.
        camera: CameraId,
        /// Since when.
        at: WallTime,
        /// Cause and words.
        outage: Option<(String, String)>,
    },
    /// The engine began to run.
    EngineBegan {
        /// This run of it.
        id: Uuid,
        /// When.
        at: WallTime,
    },
    /// The engine stopped as it should.
    EngineEnded {
        /// This run of it.
        id: Uuid,
        /// When.
        at: WallTime,
    },
    /// Something moved in front of a camera.
    Motion(MotionMinute),
    /// An object that came, is followed, or went.
    Event(Box<ToldEvent>),
    /// News for people.
    Notice(Notice),
}

/// An event as it is now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ToldEvent {
    /// The event.
    pub event: Event,
    /// A better picture of it than before.
    pub snapshot: Option<Jpeg>,
    /// Whether it has only grown: what follows says all of it.
    pub is_growth: bool,
}

/// A picture as JPEG. As text it is base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Jpeg(Vec<u8>);

impl Jpeg {
    /// Takes an encoded picture.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The encoded picture.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Jpeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jpeg({} bytes)", self.0.len())
    }
}

impl From<Jpeg> for String {
    fn from(jpeg: Jpeg) -> Self {
        STANDARD.encode(jpeg.0)
    }
}

impl TryFrom<String> for Jpeg {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        STANDARD.decode(text).map(Self)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Spool {
    disk: Arc<dyn Disk>,
    root: PathBuf,
    /// Whether the storage was there when it was looked for.
    is_there: bool,
    /// Numbers of the files, oldest first.
    numbers: VecDeque<u64>,
    next: u64,
    /// What could not be written, newer than every file that was seen by then.
    held: VecDeque<Entry>,
}

impl Spool {
    /// Opens the spool of a storage and finds what an earlier life left.
    pub fn open(disk: Arc<dyn Disk>, root: &Path) -> io::Result<Self> {
        let mut spool = Self {
            disk,
            root: root.to_owned(),
            is_there: false,
            numbers: VecDeque::new(),
            next: 0,
            held: VecDeque::new(),
        };
        spool.look()?;
        Ok(spool)
    }

    /// Looks whether the storage is there, and answers. What waits on it is found again when it is back.
    fn look(&mut self) -> io::Result<()> {
        let was_there = self.is_there;
        let seen = present(self.disk.size(&storage::proof(&self.root)));
        self.is_there = matches!(seen, Ok(Some(_)));
        if !self.is_there {
            self.numbers.clear();
        } else if !was_there {
            self.is_there = false;
            self.numbers = self.found()?;
            self.next = self.next.max(self.numbers.back().map_or(0, |last| last + 1));
            self.is_there = true;
        }
        seen.map(drop)
    }

    fn found(&self) -> io::Result<VecDeque<u64>> {
        let mut numbers: Vec<u64> = Vec::new();
        for path in self.disk.list(&self.root.join(FOLDER))? {
            let is_entry = path.extension().is_some_and(|ext| ext == "json");
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            numbers.extend(number.filter(|_| is_entry));
        }
        numbers.sort_unstable();
        Ok(numbers.into())
    }

    /// Whether nothing waits, nor on a storage that is back.
    pub fn is_clear(&mut self) -> bool {
        let _ = self.look();
        self.is_empty()
    }

    /// How many entries wait.
    pub fn len(&self) -> usize {
        self.numbers.len() + self.held.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.held.is_empty()
    }

    /// Keeps an entry behind all others. False where there was no place for it at all.
    pub fn push(&mut self, entry: Entry) -> bool {
        self.write_held();
        let is_motion = matches!(entry, Entry::Motion(_) | Entry::Event(_));
        if is_motion && self.len() >= MOTION_UNTIL {
            return true;
        }
        if matches!(&entry, Entry::Event(told) if told.is_growth) {
            return true;
        }
        if self.held.is_empty() {
            match self.write(&entry) {
                Ok(()) => return true,
                Err(error) => {
                    warn!(%error, "an entry waits in memory: the spool cannot be written")
                }
            }
        }
        // Neither is held in memory, which is for footage.
        if is_motion {
            return true;
        }
        if self.held.len() >= HELD_MAX {
            return false;
        }
        self.held.push_back(entry);
        true
    }

    /// The oldest entry. One that the disk does not give waits for the next start, one that is broken
    /// is put aside; the next is taken.
    pub fn front(&mut self) -> Option<Entry> {
        let _ = self.look();
        while let Some(number) = self.numbers.front() {
            let path = self.path(*number);
            let read = self.disk.read(&path);
            let is_read = read.is_ok();
            match read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)) {
                Ok(entry) => return Some(entry),
                Err(error) => {
                    error!(path = %path.display(), %error, "a spooled entry cannot be read");
                    if is_read {
                        let _ = self.disk.rename(&path, &path.with_extension("broken"));
                    }
                    self.numbers.pop_front();
                }
            }
        }
        self.held.front().cloned()
    }

    /// Whether the file of this entry was deleted while the entry waited. Its row may have been
    /// there without our knowing, and must not come back.
    pub fn is_outdated(&self, entry: &Entry) -> bool {
        let Entry::Segment(recorded) = entry else { return false };
        present(self.disk.size(&self.root.join(&recorded.segment.path)))
            .is_ok_and(|file| file.is_none())
    }

    /// The oldest entry is in the database.
    pub fn pop(&mut self) {
        match self.numbers.pop_front() {
            Some(number) => {
                // One that stays is written again at the next start, which changes nothing.
                if let Err(error) = self.disk.remove(&self.path(number)) {
                    warn!(%error, "a spooled entry could not be removed");
                }
            }
            None => drop(self.held.pop_front()),
        }
    }

    fn write_held(&mut self) {
        while let Some(entry) = self.held.front().cloned() {
            if self.write(&entry).is_err() {
                return;
            }
            self.held.pop_front();
        }
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        self.look()?;
        if !self.is_there {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the storage is not there"));
        }
        if self.numbers.len() >= ENTRIES_MAX {
            return Err(io::Error::other("it holds as many entries as it may"));
        }
        self.disk.write_whole(&self.path(self.next), &serde_json::to_vec(entry)?)?;
        self.numbers.push_back(self.next);
        self.next += 1;
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.root.join(FOLDER).join(format!("{number:020}.json"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ronin_core::{EventId, Span};

    use super::*;
    use crate::disk::RealDisk;

    fn open(root: &Path) -> Spool {
        fs::write(storage::proof(root), b"").unwrap();
        Spool::open(Arc::new(RealDisk), root).unwrap()
    }

    fn entry(n: i64) -> Entry {
        let (camera, at) = ("front".parse().unwrap(), WallTime::from_micros(n));
        Entry::Outage { camera, at, outage: Some(("CAUSE".into(), "words".into())) }
    }

    fn drain(spool: &mut Spool) -> Vec<Entry> {
        let mut all = Vec::new();
        while let Some(entry) = spool.front() {
            all.push(entry);
            spool.pop();
        }
        all
    }

    #[test]
    fn entries_outlive_the_engine_in_their_order() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = open(root.path());
        assert!(spool.is_empty() && spool.front().is_none());
        for n in 0..12 {
            assert!(spool.push(entry(n)));
        }
        spool.pop();
        drop(spool);

        let mut spool = open(root.path());
        assert_eq!(spool.len(), 11);
        assert!(spool.push(entry(12)));
        assert_eq!(drain(&mut spool), (1..=12).map(entry).collect::<Vec<_>>());
        assert!(open(root.path()).is_empty());
    }

    #[test]
    fn a_broken_entry_is_put_aside_and_holds_up_no_other() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = open(root.path());
        for n in 0..3 {
            spool.push(entry(n));
        }
        fs::write(spool.path(0), b"{\"entry\":").unwrap();
        fs::write(root.path().join(FOLDER).join("note.txt"), b"").unwrap();

        let mut spool = open(root.path());

        assert_eq!(drain(&mut spool), [entry(1), entry(2)]);
        assert!(spool.path(0).with_extension("broken").exists());
    }

    #[test]
    fn while_the_storage_is_away_entries_wait_in_memory_and_those_on_it_are_found_again() {
        let root = tempfile::tempdir().unwrap();
        open(root.path()).push(entry(0));
        fs::remove_file(storage::proof(root.path())).unwrap();

        let mut spool = Spool::open(Arc::new(RealDisk), root.path()).unwrap();
        assert!(spool.is_clear());
        assert!(spool.push(entry(1)));
        assert_eq!((spool.len(), spool.front()), (1, Some(entry(1))));

        fs::write(storage::proof(root.path()), b"").unwrap();
        assert!(!spool.is_clear());
        assert_eq!(drain(&mut spool), [entry(0), entry(1)]);
    }

    fn motion() -> Entry {
        let at = WallTime::from_micros(1_700_000_040_000_000);
        let mut cell = ronin_core::Grid::EMPTY;
        cell.set(1, 1);
        let mut minute = MotionMinute::of("front".parse().unwrap(), at);
        minute.add(at, &cell);
        Entry::Motion(minute)
    }

    fn told(is_growth: bool) -> Entry {
        let at = |n: i64| WallTime::from_micros(n * 1_000_000);
        let event = ronin_testkit::events::event("front", "person", Span::new(at(1), at(9)));
        let event = Event { id: EventId(Uuid::nil()), ..event };
        let snapshot = Some(Jpeg::new(vec![0xff, 0xd8, 0, 1, 2]));
        Entry::Event(Box::new(ToldEvent { event, snapshot, is_growth }))
    }

    #[test]
    fn events_wait_with_their_picture_and_what_only_grew_does_not() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = open(root.path());
        for is_growth in [true, false, true] {
            assert!(spool.push(told(is_growth)));
        }
        assert_eq!(drain(&mut spool), [told(false)]);
    }

    #[test]
    fn motion_and_events_leave_the_room_to_footage() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = open(root.path());
        spool.numbers = (0..MOTION_UNTIL as u64).collect();
        spool.next = MOTION_UNTIL as u64;

        assert!(spool.push(motion()) && spool.push(told(false)));
        assert_eq!(spool.len(), MOTION_UNTIL);
        assert!(spool.push(entry(1)));
        assert_eq!(spool.len(), MOTION_UNTIL + 1);

        spool.numbers.clear();
        fs::remove_file(storage::proof(root.path())).unwrap();
        assert!(spool.push(motion()) && spool.push(told(false)) && spool.push(entry(2)));
        assert_eq!(spool.held, [entry(2)]);
    }

    #[test]
    fn what_cannot_be_written_waits_in_memory_and_keeps_its_place() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = open(root.path());
        spool.push(entry(0));
        // A folder in the way of the next entry's draft.
        let obstacle = spool.path(1).with_extension("draft");
        fs::create_dir(&obstacle).unwrap();
        assert!(spool.push(entry(1)) && spool.push(entry(2)));
        assert_eq!((spool.len(), spool.held.len()), (3, 2));

        fs::remove_dir(&obstacle).unwrap();
        assert!(spool.push(entry(3)));

        assert_eq!(spool.held.len(), 0);
        assert_eq!(drain(&mut spool), (0..4).map(entry).collect::<Vec<_>>());
    }
}
