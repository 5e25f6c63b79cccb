//! The record branch: one segment on disk.
//!
//! ```text
//!  video tee ─▶ gate ─ queue ─ errorignore ─┐
//!                                           ├─ mp4mux ─ segment sink
//!  audio tee ─▶ gate ─ queue ─ errorignore ─┘
//! ```
//! A branch writes one file, from the key frame it was made for to the key frame its successor is
//! made for. It is due to be succeeded at the first key frame after each wall-clock boundary.
//!
//! Not here: when the branch is replaced ([`crate::graph`]), what its file is called and told
//! ([`file`]).

mod file;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    time::{Duration, Instant},
};

use gst::prelude::*;
use ronin_core::{CameraId, Recorded, RecordingFault, Room, RunId, Span, Unindexed, WallTime};

use self::file::SegmentFile;
use super::{Exit, Hurry, Limit, Trunk};
use crate::{
    clock::RunClock,
    elements::make,
    error::Error,
    sink::{SegmentSink, disk::Disk},
    stats::Counters,
};

/// What may wait for the disk: more means the disk is slower than the camera. Nothing behind the
/// queue holds more than a fragment, so a GOP may be as long as it likes.
const LIMIT: Limit = Limit { time: Duration::from_secs(10), bytes: 32 << 20, gop_bytes: u64::MAX };

/// One fragment a second, and one more at each key frame: what a crash can cost.
const FRAGMENT_MS: u32 = 1000;

/// What a run's segments have in common, across all record branches of the run.
pub(crate) struct Recording {
    pub(crate) camera: CameraId,
    pub(crate) run: RunId,
    pub(crate) root: PathBuf,
    pub(crate) segment_duration: Duration,
    pub(crate) sync_every: Duration,
    pub(crate) segments: tokio::sync::mpsc::Sender<Recorded>,
    pub(crate) unindexed: Unindexed,
    pub(crate) room: Room,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) clock: Arc<RunClock>,
    pub(crate) next_sequence: AtomicU32,
    /// Pictures that went in.
    pub(crate) entered: Arc<Counters>,
    /// Fragments that reached the disk.
    pub(crate) written: Counters,
    pub(crate) progress: Mutex<Progress>,
}

/// How far a run's recording has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// From the start of its first segment to the end of its last.
    pub(crate) footage: Option<Span>,
    /// What went wrong since a fragment was last written.
    pub(crate) fault: Option<RecordingFault>,
    /// Recording was paused, and no fragment has been written since.
    pub(crate) is_paused: bool,
}

impl Recording {
    pub(crate) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the tracks of a branch are, for the rows of its segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracks {
    pub(crate) codecs: Vec<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// One record branch.
pub(crate) struct RecordBranch {
    pub(crate) trunk: Trunk,
    /// Running time of its first picture.
    begins: gst::ClockTime,
    cut_at: WallTime,
    born: Instant,
    open: Option<Open>,
}

/// What a branch that writes has.
struct Open {
    file: Arc<SegmentFile>,
    done: mpsc::Receiver<()>,
}

impl RecordBranch {
    /// Attaches the branch, just before the key frame at running time `begins` and wall-clock time
    /// `at`. It keeps what comes until [`Self::open`].
    pub(crate) fn attach(
        pipeline: &gst::Pipeline,
        tee: &gst::Element,
        recording: &Recording,
        begins: gst::ClockTime,
        at: WallTime,
    ) -> Result<Self, Error> {
        let trunk = Trunk::attach("record", pipeline, tee, LIMIT, recording.entered.clone())?;
        let cut_at = at.next_multiple(recording.segment_duration);
        Ok(Self { trunk, begins, cut_at, born: Instant::now(), open: None })
    }

    /// Whether it writes already.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How long it has been there.
    pub(crate) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// Whether a key frame at `at` belongs into the next file: the planned one, or, where pictures
    /// were dropped, one of its own, so that the hole is seen.
    pub(crate) fn is_due(&self, at: WallTime) -> bool {
        self.is_open() && (at >= self.cut_at || self.trunk.could_go_on())
    }

    /// Builds the rest and lets it run, with sound from `audio_tee` where there is some.
    pub(crate) fn open(
        &mut self,
        audio_tee: Option<&gst::Element>,
        recording: &Arc<Recording>,
        tracks: Tracks,
    ) -> Result<(), Error> {
        let (ended, done) = mpsc::channel();
        let sequence = recording.next_sequence.fetch_add(1, Relaxed);
        let file = SegmentFile::new(recording, sequence, self.begins, tracks, ended);
        let file = Arc::new(file);
        let sink = SegmentSink::new(file.clone(), recording.disk.clone(), recording.sync_every);
        let muxer = make("mp4mux")?;
        muxer.set_property("fragment-duration", FRAGMENT_MS);
        let bin = &self.trunk.bin;
        bin.add_many([&muxer, sink.upcast_ref()]).map_err(Error::doing("build a record branch"))?;
        muxer.link(&sink).map_err(Error::doing("link the segment sink"))?;

        // Both pads before it starts: it takes no new one later.
        let last = self.trunk.extend_video(&[])?;
        self.link(&last, &muxer, "video_%u")?;
        if let Some(tee) = audio_tee {
            let last = self.trunk.add_audio(tee, &[], self.begins)?;
            self.link(&last, &muxer, "audio_%u")?;
        }
        self.open = Some(Open { file, done });
        self.trunk.release()
    }

    /// Links to a new pad of the muxer, for which the branch's first picture is at zero.
    fn link(
        &self,
        last: &gst::Element,
        muxer: &gst::Element,
        name: &'static str,
    ) -> Result<(), Error> {
        let missing = || gst::glib::bool_error!("the muxer gives no pad");
        let pad = muxer.request_pad_simple(name).ok_or_else(missing);
        let pad = pad.map_err(Error::doing("link the muxer"))?;
        pad.set_offset(-i64::try_from(self.begins.nseconds()).unwrap_or(i64::MAX));
        last.link_pads(None, muxer, Some(&pad.name())).map_err(Error::doing("link the muxer"))
    }

    /// Takes no more: pictures at once, sound from running time `cut` on, which is where a successor
    /// begins.
    pub(crate) fn close(&self, cut: Option<gst::ClockTime>) {
        self.trunk.close(cut);
        if let Some(open) = &self.open {
            open.file.close(cut);
        }
    }

    /// The way out; it was closed before. Blocks.
    pub(crate) fn retire(
        self,
        cut: Option<gst::ClockTime>,
        has_failed: bool,
        hurry: Hurry,
    ) -> bool {
        let done = self.open.map(|open| open.done);
        self.trunk.retire(Exit { cut, done, has_failed, hurry })
    }
}

#[cfg(test)]
mod tests;
