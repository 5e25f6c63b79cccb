//! What the streaming threads and the life of a graph share.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, atomic::AtomicU32},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use gst::prelude::*;
use ronin_core::{Fault, MediaStream, RecordingFault, StreamMedia, WallTime};
use tokio::sync::Notify;

use super::{GraphSpec, feed::Feeding, pace::Pace, report::Meters};
use crate::{
    branch::{
        Exit, Hurry,
        live::LiveBranch,
        record::{RecordBranch, Recording, Tracks},
    },
    clock::{RunClock, WallSource},
    error::Error,
    sink::disk::Disk,
    snapshot::KeyFrame,
    source::{RtspSrc, StreamSource},
    stats::{Counters, Flag},
    video::VideoCodec,
};

/// A fragment is written every second; a disk that stands still for a moment is no news.
const WRITTEN_LATELY: Duration = Duration::from_secs(10);

const SLOW: &str = "the disk is slower than the camera, and pictures are left out";

/// One graph. Streaming threads hold it weakly.
pub(crate) struct Shared {
    pub(super) own: Weak<Shared>,
    pub(super) spec: GraphSpec,
    pub(super) pipeline: gst::Pipeline,
    pub(super) source: OnceLock<Box<dyn StreamSource>>,
    pub(super) clock: Arc<RunClock>,
    pub(super) born_at: WallTime,
    pub(super) recording: Option<Arc<Recording>>,
    /// Pictures that came out of the source.
    pub(super) video: Counters,
    /// Pictures that came before the first key frame, and were of no use.
    pub(super) early: Counters,
    /// Encoded sound that came out of the source.
    pub(super) audio: Counters,
    /// Pictures that went into the live branches.
    pub(super) live_entered: Arc<Counters>,
    /// How fast all of them grow.
    pub(super) meters: Mutex<Meters>,
    /// Tells branches on their way out that the graph ends.
    pub(super) hurry: Hurry,
    /// The record branch is to be replaced at the next key frame.
    pub(super) renew_record: Flag,
    /// The live branch is to be replaced at the next key frame.
    pub(super) renew_live: Flag,
    /// Why the graph must end, set by streaming threads; the first wins.
    pub(super) refused: Mutex<Option<Fault>>,
    pub(super) wake: Notify,
    pub(super) state: Mutex<State>,
    pub(super) feeding: Mutex<Feeding>,
}

/// What changes while the graph lives.
#[derive(Default)]
pub(super) struct State {
    /// The codec that was chosen from the announced streams.
    pub(super) codec: Option<VideoCodec>,
    /// A video codec that was announced and cannot be recorded.
    pub(super) unsupported: Option<String>,
    /// Where packets of the video come from.
    pub(super) video_packets: Option<gst::Pad>,
    pub(super) pace: Pace,
    pub(super) video_tee: Option<gst::Element>,
    pub(super) video_caps: Option<gst::Caps>,
    /// The caps in the words of the domain, made once for each caps.
    pub(super) video_stream: Option<MediaStream>,
    pub(super) key_frame: Option<KeyFrame>,
    pub(super) first_picture: Option<Instant>,
    /// Sound that we take was announced.
    pub(super) audio_announced: bool,
    /// The elements of the sound chain, to know their messages.
    pub(super) audio_elements: Vec<gst::Element>,
    pub(super) audio_tee: Option<gst::Element>,
    pub(super) audio_caps: Option<gst::Caps>,
    pub(super) audio_stream: Option<MediaStream>,
    pub(super) record: Option<RecordBranch>,
    pub(super) record_failed: Option<Instant>,
    pub(super) live: Option<LiveBranch>,
    pub(super) live_failed: Option<Instant>,
    /// Silence that fits the sound: asked for once, and `None` where there is none.
    pub(super) silence: Option<Option<gst::Buffer>>,
    /// Where the sound track is, so that nothing in it runs back.
    pub(super) sound_position: Option<gst::ClockTime>,
    /// When a branch was last renewed to take sound in.
    pub(super) audio_renewed: Option<Instant>,
    pub(super) warnings: BTreeSet<String>,
    /// Branches on their way out.
    pub(super) retiring: Vec<JoinHandle<()>>,
}

impl Shared {
    pub(super) fn new(
        spec: GraphSpec,
        disk: Arc<dyn Disk>,
        wall: Arc<dyn WallSource>,
    ) -> Result<Arc<Self>, Error> {
        let clock = Arc::new(RunClock::new(wall, spec.latest));
        let recording = spec.record.as_ref().map(|options| {
            Arc::new(Recording {
                camera: spec.camera.clone(),
                run: spec.run,
                root: options.root.clone(),
                segment_duration: options.segment_duration,
                sync_every: options.sync_every,
                segments: spec.segments.clone(),
                unindexed: spec.unindexed.clone(),
                room: spec.room.clone(),
                disk,
                clock: clock.clone(),
                next_sequence: AtomicU32::new(0),
                entered: Arc::new(Counters::new()),
                written: Counters::new(),
                progress: Mutex::default(),
            })
        });
        let shared = Arc::new_cyclic(|own| Self {
            own: own.clone(),
            pipeline: gst::Pipeline::new(),
            source: OnceLock::new(),
            clock,
            born_at: WallTime::now(),
            recording,
            video: Counters::new(),
            early: Counters::new(),
            audio: Counters::new(),
            live_entered: Arc::new(Counters::new()),
            meters: Mutex::new(Meters::new(Instant::now())),
            hurry: Hurry::default(),
            renew_record: Flag::default(),
            renew_live: Flag::default(),
            refused: Mutex::default(),
            wake: Notify::new(),
            state: Mutex::default(),
            feeding: Mutex::default(),
            spec,
        });
        let source = RtspSrc::new(&shared.spec.source, &shared)?;
        shared
            .pipeline
            .add(source.element())
            .map_err(Error::doing("add the source to its graph"))?;
        let _ = shared.source.set(Box::new(source));
        Ok(shared)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn feeding(&self) -> MutexGuard<'_, Feeding> {
        self.feeding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the graph with `fault`, unless it is ending already.
    pub(super) fn refuse(&self, fault: Fault) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert(fault);
        self.wake.notify_one();
    }

    pub(super) fn refused(&self) -> Option<Fault> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Recording has failed in another way than by the disk's word.
    pub(super) fn note_recording_fault(&self, detail: String) {
        if let Some(recording) = &self.recording {
            // What the disk said is nearer to the cause.
            let fault = RecordingFault::WriteFailed { detail };
            recording.progress().fault.get_or_insert(fault);
        }
    }

    /// Why nothing is recorded, where something should be.
    pub(super) fn recording_fault(&self, state: &State) -> Option<RecordingFault> {
        let recording = self.recording.as_ref()?;
        if recording.room.is_away() {
            return Some(RecordingFault::StorageAway);
        }
        if recording.room.is_full() {
            return Some(RecordingFault::DiskFull);
        }
        let is_slow = state.record.as_ref().is_some_and(|b| b.trunk.gate.is_dropping());
        let fault = recording.progress().fault.clone();
        fault.or_else(|| is_slow.then(|| RecordingFault::WriteFailed { detail: SLOW.to_owned() }))
    }

    /// Whether footage has reached the disk lately.
    pub(super) fn writes(&self) -> bool {
        let Some(recording) = &self.recording else { return false };
        let written = recording.written.age();
        !recording.progress().is_paused && written.is_some_and(|age| age < WRITTEN_LATELY)
    }

    pub(super) fn key_frame(&self) -> Option<KeyFrame> {
        self.state().key_frame.clone()
    }
}

impl State {
    /// What is recorded, for the rows of segments.
    pub(super) fn tracks(&self, with_audio: bool) -> Tracks {
        let mut tracks = Tracks::default();
        if let Some(stream) = &self.video_stream {
            tracks.codecs.push(stream.codec_string.clone());
            if let StreamMedia::Video { width, height, .. } = stream.media {
                (tracks.width, tracks.height) = (width, height);
            }
        }
        if let Some(stream) = self.audio_stream.as_ref().filter(|_| with_audio) {
            tracks.codecs.push(stream.codec_string.clone());
        }
        tracks
    }

    /// Branches on their way out that still have something to write.
    pub(super) fn leaving(&mut self) -> usize {
        self.retiring.retain(|thread| !thread.is_finished());
        self.retiring.len()
    }

    /// Sends the record branch on its way out, on a thread of its own. At running time `cut` another
    /// one begins.
    pub(super) fn retire_record(&mut self, cut: Option<gst::ClockTime>, hurry: &Hurry) {
        let Some(branch) = self.record.take() else { return };
        branch.close(cut);
        let (has_failed, hurry) = (self.record_failed.is_some(), hurry.clone());
        self.retiring.push(std::thread::spawn(move || {
            if !branch.retire(cut, has_failed, hurry) {
                tracing::warn!("a record branch did not finish in time");
            }
        }));
    }

    /// Sends the live branch on its way out, on a thread of its own.
    pub(super) fn retire_live(&mut self, hurry: &Hurry) {
        let Some(branch) = self.live.take() else { return };
        branch.trunk.close(None);
        let exit = Exit { cut: None, done: None, has_failed: false, hurry: hurry.clone() };
        self.retiring.push(std::thread::spawn(move || {
            branch.trunk.retire(exit);
        }));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A playing pipeline must not be dropped.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}
