//! An open segment file and what has gone into it.
//!
//! At every moment it is known what is *whole* (fragments that were written) and what is *durable*
//! (what the last sync that succeeded covered). A write that fails leaves the file at what is whole.
//! A sync that fails leaves it at what is durable, and is never tried again: the kernel may have
//! thrown away what it could not write, and would report the next sync as a success.

use std::{
    io::{self, IoSlice},
    path::PathBuf,
    time::{Duration, Instant},
};

use ronin_core::playback::FileIndex;

use super::{
    cadence::Cadence,
    disk::{Disk, Medium},
};
use crate::boxes::{Scanner, Whole};

/// Buffers held before they are written although no fragment has ended: a guard against a muxer
/// that never ends one, at about 8 s of 120 pictures a second.
const PENDING_MAX: usize = 1000;
/// Bytes held likewise.
const PENDING_BYTES_MAX: u64 = 16 << 20;

/// A file that is closed and on disk.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) whole: Whole,
    pub(crate) index: FileIndex,
}

/// How a file ended: what is in it, `None` where that is nothing and it was removed; and what went
/// wrong at the end.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) finished: Option<Finished>,
    pub(crate) error: Option<io::Error>,
}

/// What was done with a buffer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Bytes that went to the file.
    pub(crate) written: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Health {
    Good,
    /// A write failed; the file ends at what is whole.
    WriteFailed,
    /// A sync failed; the file ends at what is durable.
    SyncFailed,
}

/// See the module. `B` is a buffer.
pub(crate) struct Output<B> {
    path: PathBuf,
    medium: Box<dyn Medium>,
    /// Where the next buffer goes, as the muxer says.
    position: u64,
    /// End of what the muxer has sent.
    end: u64,
    /// End of what was written of that.
    flushed: u64,
    /// Bytes of ours behind `ftyp`, which the muxer does not know of.
    shift: u64,
    pending: Vec<B>,
    scanner: Scanner,
    /// Bytes in the file.
    written: u64,
    whole: Whole,
    durable: Whole,
    health: Health,
    syncs: Cadence,
}

impl<B: AsRef<[u8]>> Output<B> {
    pub(crate) fn new(path: PathBuf, medium: Box<dyn Medium>) -> Self {
        Self {
            path,
            medium,
            position: 0,
            end: 0,
            flushed: 0,
            shift: 0,
            pending: Vec::new(),
            scanner: Scanner::default(),
            written: 0,
            whole: Whole::default(),
            durable: Whole::default(),
            health: Health::Good,
            syncs: Cadence::from(Instant::now()),
        }
    }

    /// What was written and is whole.
    pub(crate) fn whole(&self) -> Whole {
        self.whole
    }

    /// The muxer goes on at `position`.
    pub(crate) fn seek(&mut self, position: u64) {
        self.position = position;
    }

    /// Takes the first buffer, and puts `identity` behind its first box, where that is a whole
    /// `ftyp`.
    pub(crate) fn begin(&mut self, buffer: B, identity: &[u8]) -> io::Result<Taken> {
        let bytes = buffer.as_ref();
        let size = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
        if bytes.get(4..8) != Some(b"ftyp") || size > bytes.len() {
            return self.take(buffer);
        }
        let (first, rest) = bytes.split_at(size);
        self.write(&[first, identity, rest])?;
        for bytes in [first, identity, rest] {
            self.scanner.push(bytes);
        }
        self.shift = identity.len() as u64;
        self.whole = self.scanner.whole();
        self.position = bytes.len() as u64;
        self.end = self.position;
        self.flushed = self.end;
        Ok(Taken { written: bytes.len() + identity.len() })
    }

    /// Takes one buffer. A fragment is written when it is whole.
    pub(crate) fn take(&mut self, buffer: B) -> io::Result<Taken> {
        self.check()?;
        let bytes = buffer.as_ref();
        let length = bytes.len() as u64;
        if self.position != self.end {
            // The muxer went back to complete the header.
            let Taken { written } = self.flush()?;
            let rewritten = self.medium.rewrite(bytes, self.position + self.shift);
            self.position += length;
            return match rewritten {
                Ok(()) => Ok(Taken { written: written + bytes.len() }),
                Err(error) => Err(self.fail(Health::WriteFailed, error)),
            };
        }
        self.position += length;
        self.end += length;
        if self.scanner.is_between_boxes() && bytes.get(4..8) == Some(b"mfra") {
            // An index at the end, of positions that our box has moved. Nobody needs it.
            return Ok(Taken::default());
        }
        let fragment_ended = self.scanner.push(bytes);
        self.pending.push(buffer);
        let is_much =
            self.pending.len() >= PENDING_MAX || self.end - self.flushed >= PENDING_BYTES_MAX;
        let write = fragment_ended || is_much;
        if write { self.flush() } else { Ok(Taken::default()) }
    }

    /// Forces data to disk where that is due, at a cadence of `every`.
    pub(crate) fn sync_if_due(&mut self, every: Duration) -> io::Result<()> {
        if self.syncs.beats(Instant::now(), every) { self.sync() } else { Ok(()) }
    }

    /// Brings everything to disk, and before that what `last_words` makes of what is there.
    pub(crate) fn finish(
        mut self,
        disk: &dyn Disk,
        last_words: impl FnOnce(Whole) -> Vec<u8>,
    ) -> Ending {
        let mut error = None;
        if self.health == Health::Good {
            error = self.flush().err();
        }
        if self.health == Health::Good && self.whole.frames > 0 && self.written == self.whole.bytes
        {
            let words = last_words(self.whole);
            // Where there is no room for them, the file is good without.
            if self.write(&[&words]).is_ok() {
                self.scanner.push(&words);
                self.whole = self.scanner.whole();
            }
        }
        if self.written > self.whole.bytes {
            // Half a fragment: nobody could play it.
            error = self.cut().err().or(error);
        }
        if self.health != Health::SyncFailed && self.whole.frames > 0 {
            error = self.sync().err().or(error);
        }
        if self.whole.frames == 0 {
            error = disk.remove(&self.path).err().or(error);
            return Ending { finished: None, error };
        }
        let index = self.scanner.index(self.whole.bytes);
        Ending { finished: Some(Finished { whole: self.whole, index }), error }
    }

    fn check(&self) -> io::Result<()> {
        match self.health {
            Health::Good => Ok(()),
            _ => Err(io::Error::other("an earlier write failed")),
        }
    }

    fn flush(&mut self) -> io::Result<Taken> {
        self.check()?;
        let pending = std::mem::take(&mut self.pending);
        let buffers: Vec<&[u8]> = pending.iter().map(AsRef::as_ref).collect();
        self.write(&buffers)?;
        self.flushed = self.end;
        self.whole = self.scanner.whole();
        Ok(Taken { written: buffers.iter().map(|buffer| buffer.len()).sum() })
    }

    /// Writes buffers one behind the other, with as few calls as the kernel allows.
    fn write(&mut self, buffers: &[&[u8]]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = buffers.iter().map(|b| IoSlice::new(b)).collect();
        let mut left = slices.as_mut_slice();
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.medium.append(left) {
                Ok(0) => {
                    let error = io::ErrorKind::WriteZero.into();
                    return Err(self.fail(Health::WriteFailed, error));
                }
                Ok(written) => {
                    self.written += written as u64;
                    IoSlice::advance_slices(&mut left, written);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fail(Health::WriteFailed, error)),
            }
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Err(error) = self.medium.sync() {
            return Err(self.fail(Health::SyncFailed, error));
        }
        self.durable = self.whole;
        Ok(())
    }

    /// The file takes no more, and is cut to what can be believed.
    fn fail(&mut self, health: Health, error: io::Error) -> io::Error {
        self.health = health;
        if health == Health::SyncFailed {
            self.whole = self.durable;
        }
        // Where not even that works, the row says how much of the file counts.
        let _ = self.cut();
        error
    }

    fn cut(&mut self) -> io::Result<()> {
        self.medium.cut(self.whole.bytes)?;
        self.written = self.whole.bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
