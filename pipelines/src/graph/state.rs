//! What the streaming threads and the life of a graph share.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, atomic::AtomicU32},
    thread::JoinHandle,
    time::Instant,
};

use gst::prelude::*;
use ronin_core::{
    Fault, MediaStream, StreamMedia, WallTime,
    status::{BranchStats, GraphStats},
};
use tokio::sync::Notify;

use super::GraphSpec;
use crate::{
    branch::{
        Trunk,
        live::LiveBranch,
        record::{RecordBranch, Recording, Tracks},
    },
    clock::RunClock,
    error::Error,
    snapshot::KeyFrame,
    source::{RtspSrc, StreamSource},
    stats::{Counters, Flag},
    video::VideoCodec,
};

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
    /// Encoded sound that came out of the source.
    pub(super) audio: Counters,
    /// The record branch is to be replaced at the next key frame.
    pub(super) renew_record: Flag,
    /// The live branch is to be replaced at the next key frame.
    pub(super) renew_live: Flag,
    /// Why the graph must end, set by streaming threads; the first wins.
    pub(super) refused: Mutex<Option<Fault>>,
    pub(super) wake: Notify,
    pub(super) state: Mutex<State>,
}

/// What changes while the graph lives.
#[derive(Default)]
pub(super) struct State {
    /// The codec that was chosen from the announced streams.
    pub(super) codec: Option<VideoCodec>,
    /// A video codec that was announced and cannot be recorded.
    pub(super) unsupported: Option<String>,
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
    pub(super) fn new(spec: GraphSpec) -> Result<Arc<Self>, Error> {
        let recording = spec.record.as_ref().map(|options| {
            Arc::new(Recording {
                camera: spec.camera.clone(),
                run: spec.run,
                root: options.root.clone(),
                segment_duration: options.segment_duration,
                sync_every: options.sync_every,
                segments: spec.segments.clone(),
                next_sequence: AtomicU32::new(0),
                written: Counters::new(),
            })
        });
        let shared = Arc::new_cyclic(|own| Self {
            own: own.clone(),
            pipeline: gst::Pipeline::new(),
            source: OnceLock::new(),
            clock: Arc::default(),
            born_at: WallTime::now(),
            recording,
            video: Counters::new(),
            audio: Counters::new(),
            renew_record: Flag::default(),
            renew_live: Flag::default(),
            refused: Mutex::default(),
            wake: Notify::new(),
            state: Mutex::default(),
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

    /// Ends the graph with `fault`, unless it is ending already.
    pub(super) fn refuse(&self, fault: Fault) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert(fault);
        self.wake.notify_one();
    }

    pub(super) fn refused(&self) -> Option<Fault> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn key_frame(&self) -> Option<KeyFrame> {
        self.state().key_frame.clone()
    }

    pub(super) fn stats(&self) -> GraphStats {
        let source = BranchStats {
            branch: "source",
            frames: self.video.frames(),
            bytes: self.video.bytes(),
            dropped_frames: self.video.dropped(),
            last_frame_age_ms: self
                .video
                .age()
                .map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
            ..BranchStats::default()
        };
        let state = self.state();
        let record = state.record.as_ref().map(|b| b.trunk.stats());
        let live = state.live.as_ref().map(|b| b.trunk.stats());
        let branches = std::iter::once(source).chain(record).chain(live).collect();
        GraphStats { run: self.spec.run, started_at: self.born_at, branches }
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

    /// Sends a branch on its way out, on a thread of its own.
    pub(super) fn retire(&mut self, trunk: Trunk) {
        trunk.gate.close();
        self.retiring.retain(|thread| !thread.is_finished());
        self.retiring.push(std::thread::spawn(move || {
            if !trunk.retire() {
                tracing::warn!("a branch did not finish in time");
            }
        }));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A playing pipeline must not be dropped.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}
