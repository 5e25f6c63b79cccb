//! A segment file says what it is: who it belongs to, when it began, and what is whole in it.
//!
//! Behind `ftyp` stands a `uuid` box with JSON. From it and from the fragments the index can be
//! made again without a database, also for a file that was open when the engine was killed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    time::Duration,
};

use ronin_core::{CameraId, Recorded, RunId, Segment, SegmentId, WallTime, playback::FileIndex};
use serde::{Deserialize, Serialize};

use crate::{
    boxes::{Scanner, be_u32, be_u64},
    sink::disk::O_NOFOLLOW,
};

/// User type of our `uuid` box.
const BOX_TYPE: [u8; 16] = *b"RoninNVR-segment";
/// User type of the `uuid` box at the end of a file that was finished.
const END_TYPE: [u8; 16] = *b"RoninNVR-the-end";
/// Layout of the JSON. A newer one is not read by an older program.
const VERSION: u32 = 1;
/// Largest `moov` or `moof` read; an hour of one-picture fragments is far below.
const BODY_MAX: u64 = 4 << 20;
/// Largest header, `moof`, key frame or piece of media read at once: far above what a camera makes.
const READ_MAX: u64 = 16 << 20;
/// Largest identity read.
const IDENTITY_MAX: u64 = 16 << 10;

/// What a segment file says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Identity {
    version: u32,
    /// The segment's id.
    pub segment: SegmentId,
    /// Whose pictures it holds.
    pub camera: CameraId,
    /// The connection it was recorded over.
    pub run: RunId,
    /// Its number in the run.
    pub sequence: u32,
    /// Wall-clock time of its first picture.
    pub start: WallTime,
    /// RFC 6381 strings of its tracks.
    pub codecs: Vec<String>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The segment whose place it takes, where it was encoded anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SegmentId>,
}

impl Identity {
    /// The identity of a segment that is about to be written.
    pub(crate) fn of(segment: &Segment) -> Self {
        Self {
            version: VERSION,
            segment: segment.id,
            camera: segment.camera.clone(),
            run: segment.run,
            sequence: segment.sequence,
            start: segment.start,
            codecs: segment.codecs.clone(),
            width: segment.width,
            height: segment.height,
            replaces: None,
        }
    }

    /// The same, of a segment that takes the place of `old`.
    pub(crate) fn replacing(self, old: SegmentId) -> Self {
        Self { replaces: Some(old), ..self }
    }

    /// The box that carries it.
    pub(crate) fn to_box(&self) -> Vec<u8> {
        to_box(BOX_TYPE, self)
    }

    fn from_body(body: &[u8]) -> Option<Self> {
        let json = body.strip_prefix(&BOX_TYPE)?;
        let identity: Self = serde_json::from_slice(json).ok()?;
        (identity.version == VERSION).then_some(identity)
    }
}

/// What a file says of its end. The times of a run are corrected slowly, so it is not quite its
/// start and what it plays.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ending {
    /// Wall-clock time at which its last picture ends.
    pub(crate) end: WallTime,
}

impl Ending {
    /// The box that carries it.
    pub(crate) fn to_box(&self) -> Vec<u8> {
        to_box(END_TYPE, self)
    }

    fn from_body(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body.strip_prefix(&END_TYPE)?).ok()
    }
}

fn to_box(user_type: [u8; 16], content: &impl Serialize) -> Vec<u8> {
    // Numbers and short texts: it always fits JSON and 32 bits.
    let json = serde_json::to_vec(content).unwrap_or_default();
    let size = u32::try_from(8 + user_type.len() + json.len()).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], b"uuid", &user_type, &json].concat()
}

/// What is in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspected {
    /// What it says it is; `None` where it says nothing that we understand.
    pub identity: Option<Identity>,
    /// Wall-clock time at which its last picture ends, where it was finished.
    pub end: Option<WallTime>,
    /// Pictures in its whole fragments.
    pub frames: u64,
    /// How long they play.
    pub duration: Duration,
    /// Where the last whole fragment ends. What is behind it was being written at a crash.
    pub whole_bytes: u64,
    /// Where the whole fragments lie.
    pub index: FileIndex,
    /// Size of the file.
    pub size_bytes: u64,
    /// Somebody writes it right now.
    pub is_being_written: bool,
}

impl Inspected {
    /// The row of the file, as far as it is whole; `None` where it has no identity or no picture.
    pub fn into_segment(self, path: String) -> Option<Segment> {
        let identity = self.identity.filter(|_| self.frames > 0)?;
        Some(Segment {
            id: identity.segment,
            camera: identity.camera,
            run: identity.run,
            sequence: identity.sequence,
            start: identity.start,
            end: self.end.unwrap_or(identity.start + self.duration),
            path,
            size_bytes: self.whole_bytes,
            frames: self.frames,
            codecs: identity.codecs,
            width: identity.width,
            height: identity.height,
        })
    }

    /// The row of the file and the pieces of footage in it, as far as it is whole; `None` where it
    /// has no identity or no picture.
    pub fn into_recorded(mut self, path: String) -> Option<Recorded> {
        let index = std::mem::take(&mut self.index);
        let segment = self.into_segment(path)?;
        Some(Recorded { segment, index })
    }
}

/// Reads the boxes of a file, not its media. A link is not followed.
pub fn inspect(path: &Path) -> io::Result<Inspected> {
    let file = OpenOptions::new().read(true).custom_flags(O_NOFOLLOW).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let is_being_written = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let size_bytes = metadata.len();
    let Scan { scanner, identity, ending } = scan(&file, size_bytes)?;
    let whole = scanner.whole();
    Ok(Inspected {
        identity,
        end: ending.map(|ending| ending.end),
        frames: whole.frames,
        duration: whole.duration,
        whole_bytes: whole.bytes,
        index: scanner.index(whole.bytes),
        size_bytes,
        is_being_written,
    })
}

/// Finds the pieces of a file that playback addresses, from one key frame to the next. Only boxes
/// are read, and nothing counts that is not whole.
pub fn index(file: &File) -> io::Result<FileIndex> {
    let end = file.metadata()?.len();
    Ok(scan(file, end)?.scanner.index(end))
}

/// What is in a file, and what it says of itself.
#[derive(Default)]
struct Scan {
    scanner: Scanner,
    identity: Option<Identity>,
    ending: Option<Ending>,
}

/// Goes through the first `end` bytes of a file.
fn scan(file: &File, end: u64) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let mut at = 0;
    while let Some((kind, header, size)) = read_header(file, at, end)? {
        let body = size - header;
        let wanted = match &kind {
            b"moov" | b"moof" => body <= BODY_MAX,
            b"uuid" => body <= IDENTITY_MAX,
            _ => false,
        };
        let mut bytes = vec![0; if wanted { usize::try_from(body).unwrap_or(0) } else { 0 }];
        file.read_exact_at(&mut bytes, at + header)?;
        if &kind == b"uuid" {
            scan.identity = scan.identity.or_else(|| Identity::from_body(&bytes));
            scan.ending = scan.ending.or_else(|| Ending::from_body(&bytes));
        }
        scan.scanner.take_box(&kind, at, at + size, &bytes);
        at += size;
    }
    Ok(scan)
}

/// Bytes of a file; an error where they are more than any part of one should have.
pub(crate) fn bytes_at(file: &File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    if size > READ_MAX {
        return Err(strange("a part that is larger than any should be"));
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// What is in a file is not what should be.
pub(crate) fn strange(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Kind, header length and size of the box at `at`; `None` where no whole box is there.
pub(crate) fn read_header(
    file: &File,
    at: u64,
    end: u64,
) -> io::Result<Option<([u8; 4], u64, u64)>> {
    let mut header = [0; 16];
    let available = usize::try_from(end.saturating_sub(at)).unwrap_or(16).min(16);
    if available < 8 {
        return Ok(None);
    }
    file.read_exact_at(&mut header[..available], at)?;
    let (length, size) = match be_u32(&header, 0) {
        Some(1) if available == 16 => (16, be_u64(&header, 8).unwrap_or(0)),
        Some(size) => (8, u64::from(size)),
        None => return Ok(None),
    };
    let whole = size >= length && at.checked_add(size).is_some_and(|box_end| box_end <= end);
    let mut kind = [0; 4];
    kind.copy_from_slice(&header[4..8]);
    Ok(whole.then_some((kind, length, size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment() -> Segment {
        Segment {
            id: SegmentId::generate(),
            camera: "front".parse().unwrap(),
            run: RunId::generate(),
            sequence: 7,
            start: WallTime::from_micros(1_700_000_000_000_000),
            end: WallTime::from_micros(1_700_000_001_000_000),
            path: "front/x.mp4".into(),
            size_bytes: 0,
            frames: 25,
            codecs: vec!["avc1.64001f".into()],
            width: 640,
            height: 360,
        }
    }

    #[test]
    fn an_identity_survives_the_box_and_a_strange_one_is_not_believed() {
        let identity = Identity::of(&segment());
        let bytes = identity.to_box();
        assert_eq!(be_u32(&bytes, 0), Some(u32::try_from(bytes.len()).unwrap()));
        assert_eq!(Identity::from_body(&bytes[8..]), Some(identity));
        assert_eq!(Identity::from_body(b"RoninNVR-segment{}"), None);
        assert_eq!(Identity::from_body(b"somebody-else-00{}"), None);
        let newer = bytes[8..].to_vec();
        let newer = String::from_utf8(newer).unwrap().replace("\"version\":1", "\"version\":2");
        assert_eq!(Identity::from_body(newer.as_bytes()), None);
    }

    #[test]
    fn strange_files_are_inspected_without_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for bytes in [
            &b""[..],
            b"short",
            b"\0\0\0\0free",
            b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xff\xff\xff\xffmoof",
            b"\0\0\0\x08free\0\0\0\x09moof",
        ] {
            std::fs::write(&path, bytes).unwrap();
            let seen = inspect(&path).unwrap();
            assert_eq!((seen.identity, seen.frames), (None, 0), "{bytes:?}");
            assert!(!seen.is_being_written);
            assert!(seen.whole_bytes <= seen.size_bytes);
        }
        let writer = File::open(&path).unwrap();
        writer.try_lock().unwrap();
        assert!(inspect(&path).unwrap().is_being_written);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(inspect(&link).is_err());
        assert!(inspect(folder.path()).is_err());
    }
}
