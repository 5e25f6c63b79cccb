//! The record branch: segments on disk.
//!
//! ```text
//!  video tee ─▶ gate ─ queue ─ errorignore ─┐
//!                                           ├─ splitmuxsink (mp4mux → segment sink)
//!  audio tee ─▶ gate ─ queue ─ errorignore ─┘
//! ```
//! Cut at the first key frame after each wall-clock boundary. A file is named by the time of its
//! first picture, which is the running time of the sample that opens it, never "now": splitmuxsink
//! opens a file a whole GOP later.
//!
//! Not here: when the branch is replaced ([`crate::graph`]).

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use gst::{glib, prelude::*};
use ronin_core::{CameraId, Recorded, RunId, Segment, SegmentId, WallTime};
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::{Limit, OpenFiles, Trunk};
use crate::{
    boxes::Whole,
    clock::RunClock,
    elements::make,
    error::Error,
    segment_file::Identity,
    sink::{FACTORY, Finished, Listener, SegmentSink},
    stats::Counters,
};

/// What may wait for the disk: two long GOPs. More means the disk is slower than the camera.
const LIMIT: Limit = Limit { time: Duration::from_secs(10), bytes: 32 << 20 };

/// One fragment a second: what a crash can cost beyond the GOP that splitmuxsink holds back.
const FRAGMENT_MS: u32 = 1000;

/// Files of one camera that begin in the same second, before we give up naming them.
const SAME_SECOND_MAX: u32 = 100;

/// What a run's segments have in common, across all record branches of the run.
pub(crate) struct Recording {
    pub(crate) camera: CameraId,
    pub(crate) run: RunId,
    pub(crate) root: PathBuf,
    pub(crate) segment_duration: Duration,
    pub(crate) sync_every: Duration,
    pub(crate) segments: mpsc::Sender<Recorded>,
    pub(crate) next_sequence: AtomicU32,
    /// Writes that reached the disk.
    pub(crate) written: Counters,
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
    splitmux: Option<gst::Element>,
}

impl RecordBranch {
    /// Attaches the branch. It keeps what comes until [`Self::open`].
    pub(crate) fn attach(pipeline: &gst::Pipeline, tee: &gst::Element) -> Result<Self, Error> {
        Ok(Self { trunk: Trunk::attach("record", pipeline, tee, LIMIT)?, splitmux: None })
    }

    /// Whether it writes already.
    pub(crate) fn is_open(&self) -> bool {
        self.splitmux.is_some()
    }

    /// Builds the rest and lets it run, with sound from `audio_tee` where there is some.
    pub(crate) fn open(
        &mut self,
        audio_tee: Option<&gst::Element>,
        recording: &Arc<Recording>,
        clock: &Arc<RunClock>,
        tracks: Tracks,
    ) -> Result<(), Error> {
        let splitmux = splitmux(recording.segment_duration)?;
        let files = self.trunk.files.clone();
        let naming = Arc::new(Naming {
            recording: recording.clone(),
            clock: clock.clone(),
            tracks,
            files,
            started: Mutex::default(),
        });
        naming.connect(&splitmux);

        // Both pads before it starts: it takes no new one later.
        self.trunk.bin.add(&splitmux).map_err(Error::doing("build the record branch"))?;
        let last = self.trunk.extend_video(&[])?;
        last.link_pads(None, &splitmux, Some("video"))
            .map_err(Error::doing("link video to the record branch"))?;
        if let Some(tee) = audio_tee {
            let last = self.trunk.add_audio(tee, &[])?;
            last.link_pads(None, &splitmux, Some("audio_%u"))
                .map_err(Error::doing("link sound to the record branch"))?;
        }
        self.splitmux = Some(splitmux);
        self.trunk.release()
    }

    /// A file was opened: plans the next cut. `message` is any element message of the bus.
    pub(crate) fn plan_cut(
        &self,
        message: &gst::MessageRef,
        clock: &RunClock,
        segment_duration: Duration,
    ) {
        let Some(splitmux) = &self.splitmux else { return };
        let Some(structure) = message.structure() else { return };
        if structure.name() != "splitmuxsink-fragment-opened"
            || message.src() != Some(splitmux.upcast_ref())
        {
            return;
        }
        let Ok(opened) = structure.get::<gst::ClockTime>("running-time") else { return };
        let cut =
            clock.wall(opened).and_then(|wall| clock.running(wall.next_multiple(segment_duration)));
        if let Some(cut) = cut {
            splitmux.emit_by_name::<()>("split-at-running-time", &[&cut.nseconds()]);
        }
    }
}

fn splitmux(segment_duration: Duration) -> Result<gst::Element, Error> {
    let splitmux = make("splitmuxsink")?;
    // Without async-finalize the factories and the muxer's properties are ignored in silence.
    splitmux.set_property("async-finalize", true);
    splitmux.set_property("muxer-factory", "mp4mux");
    let muxer = gst::Structure::builder("properties").field("fragment-duration", FRAGMENT_MS);
    splitmux.set_property("muxer-properties", muxer.build());
    splitmux.set_property("sink-factory", FACTORY);
    splitmux.set_property("send-keyframe-requests", false);
    // Only a net under the cuts by the clock.
    let net = segment_duration.saturating_mul(2) + Duration::from_secs(60);
    splitmux.set_property("max-size-time", u64::try_from(net.as_nanos()).unwrap_or(u64::MAX));
    Ok(splitmux)
}

/// Names files when they are opened and describes them when they are closed.
struct Naming {
    recording: Arc<Recording>,
    clock: Arc<RunClock>,
    tracks: Tracks,
    files: Arc<OpenFiles>,
    started: Mutex<HashMap<PathBuf, Segment>>,
}

impl Naming {
    fn connect(self: &Arc<Self>, splitmux: &gst::Element) {
        let naming = self.clone();
        splitmux.connect("format-location-full", false, move |values| {
            let sample = values.get(2).and_then(|v| v.get::<gst::Sample>().ok());
            Some(naming.name(sample.as_ref()).display().to_string().to_value())
        });
        let naming = self.clone();
        splitmux.connect("sink-added", false, move |values| {
            if let Ok(sink) = values[1].get::<SegmentSink>() {
                sink.configure(naming.clone(), naming.recording.sync_every);
            }
            None::<glib::Value>
        });
    }

    fn name(&self, sample: Option<&gst::Sample>) -> PathBuf {
        let running = sample.and_then(|sample| {
            let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
            segment.to_running_time(sample.buffer()?.pts()?)
        });
        let at = running.and_then(|r| self.clock.wall(r)).unwrap_or_else(WallTime::now);
        let relative = free_name(&self.recording.root, &self.recording.camera, at);
        let path = self.recording.root.join(&relative);
        let segment = Segment {
            id: SegmentId::generate(),
            camera: self.recording.camera.clone(),
            run: self.recording.run,
            sequence: self.recording.next_sequence.fetch_add(1, Relaxed),
            start: at,
            end: at,
            path: relative,
            size_bytes: 0,
            frames: 0,
            codecs: self.tracks.codecs.clone(),
            width: self.tracks.width,
            height: self.tracks.height,
        };
        self.started().insert(path.clone(), segment);
        path
    }

    fn started(&self) -> MutexGuard<'_, HashMap<PathBuf, Segment>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `<camera>/<YYYY-MM-DD>/<HH-MM-SS>.mp4`; `-2` and so on follow where a file has that name.
fn free_name(root: &Path, camera: &CameraId, at: WallTime) -> String {
    let stem = format!("{camera}/{}/{}", at.utc_day(), at.utc_second());
    for attempt in 2..SAME_SECOND_MAX {
        let name = match attempt {
            2 => format!("{stem}.mp4"),
            n => format!("{stem}-{}.mp4", n - 1),
        };
        if std::fs::symlink_metadata(root.join(&name)).is_err() {
            return name;
        }
    }
    format!("{stem}-{}.mp4", SegmentId::generate())
}

impl Listener for Naming {
    fn opened(&self, path: &Path) -> Vec<u8> {
        self.files.opened();
        self.started().get(path).map(|s| Identity::of(s).to_box()).unwrap_or_default()
    }

    fn wrote(&self, bytes: usize) {
        self.recording.written.count(bytes);
    }

    fn closed(&self, finished: Option<Finished>) {
        if let Some(finished) = finished {
            self.announce(finished);
        }
        self.files.closed();
    }
}

impl Naming {
    /// Hands the finished segment to the recorder. Waits where the recorder is behind: this is the
    /// muxer's clean-up thread, which nothing else waits for.
    fn announce(&self, finished: Finished) {
        let Some(mut segment) = self.started().remove(&finished.path) else {
            warn!(path = %finished.path.display(), "a file was closed that nobody named");
            return;
        };
        let Whole { bytes, frames, duration } = finished.whole;
        let index = finished.index;
        segment.end = segment.start + duration;
        segment.size_bytes = bytes;
        segment.frames = frames;
        if let Err(unsent) = self.recording.segments.blocking_send(Recorded { segment, index }) {
            // The file stays; `ronin check` finds it.
            error!(path = unsent.0.segment.path, "the recorder is gone: a segment has no row");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_first_picture_and_never_twice() {
        let root = tempfile::tempdir().unwrap();
        let camera: CameraId = "front".parse().unwrap();
        let at = WallTime::from_micros(1_700_000_000_000_000);
        for want in ["22-13-20.mp4", "22-13-20-2.mp4", "22-13-20-3.mp4"] {
            let name = free_name(root.path(), &camera, at);
            assert_eq!(name, format!("front/2023-11-14/{want}"));
            let path = root.path().join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
    }
}
