//! Where in a recorded file each piece of footage lies, so that any span can be played by byte
//! ranges of the files as they are.

use std::{fs::File, io, time::Duration};

/// The pieces of one file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FileIndex {
    /// Bytes before the first fragment: what a player needs to understand the others.
    pub header_bytes: u64,
    /// Fragments in the order of the file, each beginning with a key frame.
    pub pieces: Vec<Piece>,
}

/// Fragments from one key frame to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// Reads the index of a recorded file. Blocks for a few milliseconds.
pub trait IndexFile: Send + Sync + 'static {
    /// The pieces of `file`, of which only the boxes are read.
    fn index(&self, file: &File) -> io::Result<FileIndex>;
}
