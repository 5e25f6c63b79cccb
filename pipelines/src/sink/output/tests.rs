//! A disk that fails at a chosen call, under a real file.

use std::{
    collections::VecDeque,
    fs::File,
    path::Path,
    sync::{Arc, Mutex},
};

use super::*;
use crate::{segment_file, sink::disk::RealDisk};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// What happens at the next calls; when the list is empty, all goes well.
#[derive(Default)]
struct Script {
    /// For each write: how many bytes go, and then the error.
    writes: VecDeque<Result<usize, i32>>,
    syncs: VecDeque<Result<(), i32>>,
    syncs_done: usize,
}

struct Faulty(File, Arc<Mutex<Script>>);

impl Medium for Faulty {
    fn append(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let step = self.1.lock().unwrap().writes.pop_front();
        match step {
            None => self.0.append(buffers),
            Some(Ok(bytes)) => {
                let all: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.to_vec()).collect();
                self.0.append(&[IoSlice::new(&all[..bytes.min(all.len())])])
            }
            Some(Err(code)) => Err(io::Error::from_raw_os_error(code)),
        }
    }

    fn rewrite(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.rewrite(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut script = self.1.lock().unwrap();
        script.syncs_done += 1;
        match script.syncs.pop_front() {
            Some(Err(code)) => Err(io::Error::from_raw_os_error(code)),
            _ => Ok(()),
        }
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.cut(bytes)
    }
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
    [&size[..], kind, body].concat()
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

/// What a muxer sends first.
fn header() -> Vec<u8> {
    let tkhd = boxed(b"tkhd", &words(&[0, 0, 0, 1, 0]));
    let mdhd = boxed(b"mdhd", &words(&[0, 0, 0, 1000, 0]));
    let hdlr = boxed(b"hdlr", &[&words(&[0, 0])[..], b"vide"].concat());
    let trak = boxed(b"trak", &[tkhd, boxed(b"mdia", &[mdhd, hdlr].concat())].concat());
    let mvex = boxed(b"mvex", &boxed(b"trex", &words(&[0, 1, 1, 40, 0, 0])));
    [boxed(b"ftyp", b"iso5"), boxed(b"moov", &[trak, mvex].concat())].concat()
}

/// A second of 25 pictures.
fn fragment(second: u32) -> Vec<u8> {
    let tfhd = boxed(b"tfhd", &words(&[0, 1]));
    let tfdt = boxed(b"tfdt", &words(&[0, second * 1000]));
    let trun = boxed(b"trun", &words(&[0, 25]));
    let traf = boxed(b"traf", &[tfhd, tfdt, trun].concat());
    [boxed(b"moof", &traf), boxed(b"mdat", &[7; 500])].concat()
}

struct World {
    folder: tempfile::TempDir,
    script: Arc<Mutex<Script>>,
    output: Output<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let path = folder.path().join("file");
        let medium = Faulty(File::create(&path).unwrap(), script.clone());
        let mut output = Output::new(path, Box::new(medium));
        output.begin(header(), &boxed(b"uuid", b"identity")).unwrap();
        Self { folder, script, output }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("file")
    }

    fn fragments(&mut self, seconds: std::ops::Range<u32>) -> io::Result<()> {
        for second in seconds {
            self.output.take(fragment(second))?;
        }
        Ok(())
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Finishes the file; what is told of it is what is in it.
    fn finish(self) -> (Ending, usize) {
        let ending = self.output.finish(&RealDisk, |_| boxed(b"free", b"the end"));
        let path = self.folder.path().join("file");
        if let Some(finished) = &ending.finished {
            assert_file(&path, finished);
        } else {
            assert!(!path.exists());
        }
        (ending, self.script.lock().unwrap().syncs_done)
    }
}

fn assert_file(path: &Path, finished: &Finished) {
    let seen = segment_file::inspect(path).unwrap();
    assert_eq!(seen.size_bytes, finished.whole.bytes);
    assert_eq!(seen.whole_bytes, finished.whole.bytes);
    assert_eq!(seen.frames, finished.whole.frames);
    assert_eq!(seen.duration, finished.whole.duration);
    assert_eq!(seen.index, finished.index);
}

fn frames(ending: &Ending) -> Option<u64> {
    ending.finished.as_ref().map(|finished| finished.whole.frames)
}

fn code(error: &io::Error) -> Option<i32> {
    error.raw_os_error()
}

#[test]
fn a_file_without_trouble_is_told_as_it_is() {
    let mut world = World::new();
    world.fragments(0..3).unwrap();

    let (ending, syncs) = world.finish();

    assert_eq!((frames(&ending), syncs), (Some(75), 1));
    assert!(ending.error.is_none());
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_fragment_leaves_the_whole_ones() {
    let mut world = World::new();
    world.fragments(0..3).unwrap();
    world.script().writes = VecDeque::from([Ok(100), Err(ENOSPC)]);

    let error = world.fragments(3..4).unwrap_err();
    let size = std::fs::metadata(world.path()).unwrap().len();
    let again = world.fragments(4..5);
    let (ending, _) = world.finish();

    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(again.is_err(), "a file that failed takes no more");
    assert_eq!(frames(&ending), Some(75));
    assert_eq!(size, ending.finished.unwrap().whole.bytes);
}

#[test]
fn a_disk_that_is_full_before_the_first_fragment_leaves_no_file() {
    let mut world = World::new();
    world.script().writes = VecDeque::from([Ok(1), Err(ENOSPC)]);
    world.fragments(0..1).unwrap_err();
    assert_eq!(frames(&world.finish().0), None);
}

#[test]
fn a_sync_that_fails_ends_the_file_at_the_last_one_that_did_not() {
    let mut world = World::new();
    world.fragments(0..2).unwrap();
    world.output.sync_if_due(Duration::ZERO).unwrap();
    world.fragments(2..5).unwrap();
    world.script().syncs = VecDeque::from([Err(EIO)]);

    let error = world.output.sync_if_due(Duration::ZERO).unwrap_err();
    let again = world.fragments(5..6);
    let (ending, syncs) = world.finish();

    assert_eq!(code(&error), Some(EIO));
    assert!(again.is_err());
    assert_eq!(frames(&ending), Some(50));
    assert_eq!(ending.finished.unwrap().index.pieces.len(), 2);
    assert_eq!(syncs, 2, "a sync that failed is never tried again");
}

#[test]
fn the_last_sync_of_a_file_may_fail_too() {
    let mut world = World::new();
    world.fragments(0..2).unwrap();
    world.output.sync_if_due(Duration::ZERO).unwrap();
    world.fragments(2..5).unwrap();
    world.script().syncs = VecDeque::from([Err(EIO)]);

    let (ending, syncs) = world.finish();

    assert_eq!((frames(&ending), syncs), (Some(50), 2));
    assert_eq!(ending.error.as_ref().and_then(code), Some(EIO));
}

#[test]
fn a_file_of_which_nothing_is_durable_is_no_file() {
    let mut world = World::new();
    world.fragments(0..5).unwrap();
    world.script().syncs = VecDeque::from([Err(EIO)]);

    let (ending, syncs) = world.finish();

    assert_eq!((frames(&ending), syncs), (None, 1));
    assert_eq!(ending.error.as_ref().and_then(code), Some(EIO));
}

#[test]
fn half_a_fragment_at_the_end_is_cut_off() {
    let mut world = World::new();
    world.fragments(0..2).unwrap();
    let half = fragment(2);
    world.output.take(half[..half.len() / 2].to_vec()).unwrap();

    let (ending, _) = world.finish();

    assert_eq!(frames(&ending), Some(50));
    assert!(ending.error.is_none());
}

#[test]
fn the_header_is_completed_behind_the_identity() {
    let mut world = World::new();
    world.fragments(0..1).unwrap();
    let before = std::fs::read(world.path()).unwrap();
    world.output.seek(12);

    world.output.take(b"XXXX".to_vec()).unwrap();

    let after = std::fs::read(world.path()).unwrap();
    let identity = boxed(b"uuid", b"identity").len();
    assert_eq!(after[12..12 + identity], before[12..12 + identity]);
    assert_eq!(&after[12 + identity..16 + identity], b"XXXX");
    assert_eq!(after.len(), before.len());
}

#[test]
fn a_fragment_that_is_far_too_large_is_not_held_until_it_ends() {
    let mut world = World::new();
    world.fragments(0..1).unwrap();
    let before = std::fs::metadata(world.path()).unwrap().len();
    let mut huge = fragment(1);
    let body = 40 << 20;
    // Its media box is the last one, of 508 bytes.
    let head = huge.len() - 508;
    huge.truncate(head);
    huge.extend_from_slice(&boxed(b"mdat", &vec![7; body]));

    let mut longest_wait = 0;
    for piece in huge.chunks(1 << 20) {
        let taken = world.output.take(piece.to_vec()).unwrap();
        longest_wait = if taken.written > 0 { 0 } else { longest_wait + piece.len() };
        assert!(longest_wait < 16 << 20);
    }
    let size = std::fs::metadata(world.path()).unwrap().len();
    let (ending, _) = world.finish();

    assert_eq!(size - before, huge.len() as u64);
    assert_eq!(frames(&ending), Some(50));
}
