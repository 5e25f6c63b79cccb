//! Where in a recorded file each piece of footage lies, so that any span can be played by byte
//! ranges of the files as they are.

use std::{fs::File, io, ops::Range, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Layout of [`FileIndex::to_bytes`].
const LAYOUT: u64 = 1;

/// The pieces of one file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FileIndex {
    /// Bytes before the first fragment: what a player needs to understand the others.
    pub header_bytes: u64,
    /// Fragments in the order of the file, each beginning with a key frame.
    pub pieces: Vec<Piece>,
}

/// Fragments from one key frame to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Piece {
    /// Where it begins in the file.
    pub offset: u64,
    /// How long it is.
    pub size_bytes: u64,
    /// When it plays, after the first picture of the file.
    pub start: Duration,
    /// How long it plays.
    pub duration: Duration,
}

impl FileIndex {
    /// Takes in a fragment. One with a key frame begins a new piece; others belong to the piece
    /// before.
    pub fn add(&mut self, key_frame: bool, fragment: Piece) {
        match self.pieces.last_mut() {
            Some(last) if !key_frame => {
                last.size_bytes = fragment.offset + fragment.size_bytes - last.offset;
                last.duration = (fragment.start + fragment.duration).saturating_sub(last.start);
            }
            _ => self.pieces.push(fragment),
        }
    }

    /// The index in a few bytes a piece: a layout number, the header's length, and for each piece
    /// its distance from the end of the one before, in bytes and microseconds, its size and its
    /// duration; all of them as LEB128, the distance in time with a sign (zigzag).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.pieces.len() * 7);
        put(&mut bytes, LAYOUT);
        put(&mut bytes, self.header_bytes);
        let (mut offset, mut time) = (self.header_bytes, 0);
        for piece in &self.pieces {
            let (start, duration) = (micros(piece.start), micros(piece.duration));
            put(&mut bytes, piece.offset.saturating_sub(offset));
            put(&mut bytes, piece.size_bytes);
            put(&mut bytes, zigzag(start.wrapping_sub(time).cast_signed()));
            put(&mut bytes, duration);
            offset = piece.offset + piece.size_bytes;
            time = start + duration;
        }
        bytes
    }

    /// What [`Self::to_bytes`] wrote; `None` where it is something else.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        if take(&mut bytes)? != LAYOUT {
            return None;
        }
        let mut index = Self { header_bytes: take(&mut bytes)?, pieces: Vec::new() };
        let (mut offset, mut time) = (index.header_bytes, 0_u64);
        while !bytes.is_empty() {
            offset = offset.checked_add(take(&mut bytes)?)?;
            let size_bytes = take(&mut bytes)?;
            let start = time.checked_add_signed(unzigzag(take(&mut bytes)?))?;
            let duration = take(&mut bytes)?;
            index.pieces.push(Piece {
                offset,
                size_bytes,
                start: Duration::from_micros(start),
                duration: Duration::from_micros(duration),
            });
            offset = offset.checked_add(size_bytes)?;
            time = start.checked_add(duration)?;
        }
        Some(index)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX >> 1)
}

/// Small numbers of either sign as small numbers.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Reads recorded files. Blocks.
pub trait ReadFootage: Send + Sync + 'static {
    /// The pieces of `file`, of which only the boxes are read: a few milliseconds.
    fn index(&self, file: &File) -> io::Result<FileIndex>;

    /// The picture that a piece of `file` begins with, as JPEG, `height` pixels high: some 10 ms.
    fn picture(
        &self,
        file: &File,
        header_bytes: u64,
        piece: &Piece,
        height: u32,
    ) -> io::Result<Bytes>;

    /// What stands before pieces of `file` that are encoded as H.264; `piece` is one of it.
    fn h264_header(&self, file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes>;

    /// A piece of `file` encoded as H.264, with its times: as long as it takes.
    fn h264(&self, file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes>;

    /// What stands before the fragments of `file`, for a new file of `length`.
    fn header(&self, file: &File, header_bytes: u64, length: Duration) -> io::Result<Header>;

    /// Hands on the fragments of a part of `file`, with their times in the new file; `number` is
    /// that of the last fragment before. Ends early where `give` says `false`.
    fn copy(
        &self,
        file: &File,
        part: &Part,
        number: &mut u32,
        give: &mut dyn FnMut(Bytes) -> bool,
    ) -> io::Result<()>;
}

/// What stands before the fragments of a file that is joined of parts of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The header itself.
    pub bytes: Bytes,
    /// What its tracks are. Only parts of files that agree in this can be joined.
    pub tracks: Vec<u8>,
}

/// Whole pieces of a file, one behind the other, for a new file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Bytes before the first fragment of the file.
    pub header_bytes: u64,
    /// Where the pieces lie.
    pub bytes: Range<u64>,
    /// When the first piece plays in the file,
    pub begins: Duration,
    /// and when in the new one.
    pub at: Duration,
    /// How long the pieces play together.
    pub length: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> FileIndex {
        let mut index = FileIndex { header_bytes: 1200, pieces: Vec::new() };
        let mut offset = 1200;
        for n in 0..900_u64 {
            let size_bytes = 100_000 + n * 37;
            let start = Duration::from_micros(n * 1_000_033);
            let duration = Duration::from_micros(1_000_000 + n % 40);
            index.add(n % 2 == 0, Piece { offset, size_bytes, start, duration });
            offset += size_bytes + n % 3;
        }
        index
    }

    #[test]
    fn an_index_survives_its_bytes_and_they_are_few() {
        let index = index();
        let bytes = index.to_bytes();
        assert_eq!(index.pieces.len(), 450, "one piece a key frame");
        assert!(FileIndex::from_bytes(&bytes) == Some(index));
        assert!(bytes.len() < 450 * 11, "{} bytes", bytes.len());
        assert_eq!(
            FileIndex::from_bytes(&FileIndex::default().to_bytes()),
            Some(FileIndex::default())
        );
    }

    #[test]
    fn other_bytes_are_refused_and_none_panics() {
        let bytes = index().to_bytes();
        assert_eq!(FileIndex::from_bytes(&[]), None);
        assert_eq!(FileIndex::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(FileIndex::from_bytes(&[9, 1]), None);
        assert_eq!(FileIndex::from_bytes(&[0xff; 40]), None);
        for at in 0..bytes.len().min(200) {
            let mut broken = bytes.clone();
            broken[at] ^= 0xff;
            let _ = FileIndex::from_bytes(&broken);
        }
    }
}
