//! The live branch: HLS segments in memory.
//!
//! ```text
//!  video tee ─▶ gate ─ queue ─ errorignore ─ parse ─ caps ─┐
//!                                                          ├─ hlssink2 ─▶ Window
//!  audio tee ─▶ gate ─ queue ─ errorignore ─ parse ─ caps ─┘
//! ```
//! hlssink2 is asked for streams instead of files: the bytes of a segment are kept, and its
//! playlist is read for one thing, how long the segment plays. The playlist people see is
//! [`Window`]'s, which goes on when a graph is replaced.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use gst::prelude::*;
use ronin_core::{
    WallTime,
    live::{LiveSegment, Window},
};

use super::{Limit, Trunk};
use crate::{audio, elements::make, error::Error, stats::Counters, video::VideoCodec};

/// Live is about now: what is older than this is worth less than what comes.
///
/// hlssink2 holds a whole GOP in memory; of one that does not end, the rest is dropped.
const LIMIT: Limit = Limit { time: Duration::from_secs(3), bytes: 16 << 20, gop_bytes: 32 << 20 };

/// Planned length of an HLS segment.
const TARGET_SECONDS: u32 = 1;
/// What a segment may hold: whole GOPs of up to a second, with some slack for arrival times. Players
/// stay some segments behind, so longer ones are that much later.
const SEGMENT_MAX: gst::ClockTime = gst::ClockTime::from_mseconds(1200);

/// One live branch.
pub(crate) struct LiveBranch {
    pub(crate) trunk: Trunk,
    begins_at: WallTime,
    open: bool,
}

impl LiveBranch {
    /// Attaches the branch. It keeps what comes until [`Self::open`]. `begins_at` is the time of
    /// the first picture.
    pub(crate) fn attach(
        pipeline: &gst::Pipeline,
        tee: &gst::Element,
        begins_at: WallTime,
        entered: &Arc<Counters>,
    ) -> Result<Self, Error> {
        let trunk = Trunk::attach("live", pipeline, tee, LIMIT, entered.clone())?;
        Ok(Self { trunk, begins_at, open: false })
    }

    /// Whether it runs already.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Builds the rest and lets it run, with sound from `audio_tee` where there is some.
    pub(crate) fn open(
        &mut self,
        codec: VideoCodec,
        audio_tee: Option<&gst::Element>,
        window: &Arc<Window>,
    ) -> Result<(), Error> {
        let sink = make("hlssink2")?;
        sink.set_property("target-duration", TARGET_SECONDS);
        sink.set_property("send-keyframe-requests", false);
        sink.set_property("max-files", 0_u32);
        limit_segments(&sink);
        // The newest entry is all we read.
        sink.set_property("playlist-length", 1_u32);
        window.mark_seam();
        Publisher::connect(&sink, window, self.begins_at);

        self.trunk.bin.add(&sink).map_err(Error::doing("build the live branch"))?;
        let last = self.trunk.extend_video(&codec.to_transport_stream()?)?;
        last.link_pads(None, &sink, Some("video"))
            .map_err(Error::doing("link video to the live branch"))?;
        if let Some(tee) = audio_tee {
            let last =
                self.trunk.add_audio(tee, &audio::to_transport_stream()?, gst::ClockTime::ZERO)?;
            last.link_pads(None, &sink, Some("audio"))
                .map_err(Error::doing("link sound to the live branch"))?;
        }
        self.open = true;
        self.trunk.release()
    }
}

/// Gives the splitmuxsink inside hlssink2 a limit that hlssink2 itself, with whole seconds, cannot
/// express.
fn limit_segments(sink: &gst::Element) {
    let children = sink.downcast_ref::<gst::Bin>().map(|bin| bin.iterate_elements());
    for child in children.into_iter().flatten().flatten() {
        if child.factory().is_some_and(|factory| factory.name() == "splitmuxsink") {
            child.set_property("max-size-time", SEGMENT_MAX.nseconds());
        }
    }
}

/// Puts what hlssink2 writes into the window.
struct Publisher {
    window: Arc<Window>,
    state: Mutex<Publishing>,
}

struct Publishing {
    /// The segment that is being written. hlssink2 writes the playlist before it lets go of the
    /// segment's stream, so the bytes are kept here and not in the stream.
    bytes: Vec<u8>,
    next_start: WallTime,
}

impl Publisher {
    fn connect(sink: &gst::Element, window: &Arc<Window>, begins_at: WallTime) {
        let state = Mutex::new(Publishing { bytes: Vec::new(), next_start: begins_at });
        let publisher = Arc::new(Self { window: window.clone(), state });
        let own = publisher.clone();
        sink.connect("get-fragment-stream", false, move |_| {
            own.state().bytes = Vec::new();
            Some(gio::WriteOutputStream::new(SegmentWriter(own.clone())).to_value())
        });
        sink.connect("get-playlist-stream", false, move |_| {
            let writer = PlaylistWriter { publisher: publisher.clone(), text: Vec::new() };
            Some(gio::WriteOutputStream::new(writer).to_value())
        });
    }

    fn state(&self) -> MutexGuard<'_, Publishing> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, playlist: &[u8]) {
        let Some(duration) = last_duration(playlist) else { return };
        let mut state = self.state();
        let data = mem::take(&mut state.bytes);
        if data.is_empty() {
            return;
        }
        let start = state.next_start;
        state.next_start = start + duration;
        // Boxed: the window must not keep the room that the bytes grew into.
        let data = Bytes::from(data.into_boxed_slice());
        self.window.push(LiveSegment { data, duration, start });
    }
}

/// Duration of the last segment in an HLS playlist.
fn last_duration(playlist: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(playlist).ok()?;
    let seconds = text.lines().rev().find_map(|line| line.strip_prefix("#EXTINF:"))?;
    let seconds: f64 = seconds.split(',').next()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

struct SegmentWriter(Arc<Publisher>);

impl Write for SegmentWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.state().bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct PlaylistWriter {
    publisher: Arc<Publisher>,
    text: Vec<u8>,
}

impl Write for PlaylistWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for PlaylistWriter {
    fn drop(&mut self) {
        self.publisher.publish(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_duration_of_a_playlist_is_read() {
        let playlist = b"#EXTM3U\n#EXTINF:1.5,\na.ts\n#EXTINF:2.0400000000000005,\nb.ts\n";
        assert_eq!(last_duration(playlist), Some(Duration::from_millis(2040)));
        assert_eq!(last_duration(b"#EXTM3U\n"), None);
        assert_eq!(last_duration(b"#EXTINF:-1,\n"), None);
    }
}
