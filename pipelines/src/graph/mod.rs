//! One life of a camera: connect, feed the branches, end with the reason.
//!
//! ```text
//!  rtspsrc ─ depay ─ parse ─ timestamper ─ caps ─ [intake] ─ tee ─▶ record, live
//!       └─── queue ─ errorignore ─ depay ─ … ─ AAC ─ [sound] ─ tee ─▶ record, live
//! ```
//! Intake and sound also hand each picture to those who watch live ([`feed`]):
//! ```text
//!  [intake], [sound] ─▶ Feed ─▶ a bounded queue for each viewer
//! ```
//! [`Graph::run`] is the only one that acts; streaming threads do what must happen between two
//! pictures ([`intake`]). A graph is never repaired at its source: a fault there ends it.
//!
//! Invariant: nothing is decoded here, and the tee waits for nobody.

mod care;
mod feed;
mod intake;
mod life;
mod pace;
mod report;
mod sound;
mod state;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

use std::{path::PathBuf, sync::Arc, time::Duration};

use ronin_core::{
    CameraId, Fault, MediaStream, Recorded, RecordingFault, Room, RunId, Source, Span, Unindexed,
    live::{Feed, Window},
    status::{GraphDrawing, GraphStats},
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use self::state::Shared;
use crate::{
    clock::{SystemClock, WallSource},
    error::Error,
    sink::disk::{Disk, RealDisk},
    snapshot::KeyFrame,
};

/// What a graph is to do.
#[derive(Clone, Debug)]
pub struct GraphSpec {
    /// Whose graph it is.
    pub camera: CameraId,
    /// The life it is.
    pub run: RunId,
    /// Where the stream comes from.
    pub source: Source,
    /// How it is recorded; `None`: not at all.
    pub record: Option<RecordOptions>,
    /// Where its live segments go; `None`: nowhere.
    pub live: Option<Arc<Window>>,
    /// Where its pictures go as they come; `None`: nowhere.
    pub feed: Option<Arc<Feed>>,
    /// Where finished segments are announced. The graph waits when it is full; pictures do not.
    pub segments: mpsc::Sender<Recorded>,
    /// Where files are listed until they have a row.
    pub unindexed: Unindexed,
    /// The room on the disk.
    pub room: Room,
    /// Footage of this camera that ends after now, if there is some: the clock was set back. What is
    /// recorded now goes behind it, so that the times of a camera stay in order.
    pub latest: Option<Span>,
}

/// How a graph records.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// The storage root.
    pub root: PathBuf,
    /// Files are cut at whole multiples of this, counted from midnight UTC.
    pub segment_duration: Duration,
    /// How often data is forced to disk.
    pub sync_every: Duration,
    /// Whether sound is recorded.
    pub audio: bool,
}

/// How a graph is doing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct GraphStatus {
    /// Pictures arrive.
    pub streaming: bool,
    /// What arrives.
    pub streams: Vec<MediaStream>,
    /// Footage is being written.
    pub recording: bool,
    /// Why it is not, although it should be.
    pub recording_fault: Option<RecordingFault>,
    /// How far the camera's own clock is ahead of ours in seconds, in steps of 0.1 s; `None` where
    /// it does not tell its time.
    pub clock_offset: Option<f64>,
    /// Pictures dropped before the recorder.
    pub dropped_frames: u64,
    /// Trouble that does not stop the video, in words.
    pub warnings: Vec<String>,
}

/// A graph that is ready to run.
pub struct Graph {
    shared: Arc<Shared>,
    status: watch::Sender<GraphStatus>,
}

/// A look into a graph, while it lives and after.
#[derive(Clone)]
pub struct Tap(Arc<Shared>);

impl Graph {
    /// Builds the graph; nothing is connected yet.
    pub fn new(spec: GraphSpec) -> Result<Self, Error> {
        Self::on(spec, Arc::new(RealDisk), Arc::new(SystemClock))
    }

    fn on(spec: GraphSpec, disk: Arc<dyn Disk>, wall: Arc<dyn WallSource>) -> Result<Self, Error> {
        let shared = Shared::new(spec, disk, wall)?;
        Ok(Self { shared, status: watch::channel(GraphStatus::default()).0 })
    }

    /// Follows how it is doing.
    pub fn status(&self) -> watch::Receiver<GraphStatus> {
        self.status.subscribe()
    }

    /// A look into it.
    pub fn tap(&self) -> Tap {
        Tap(self.shared.clone())
    }

    /// Connects and runs until the camera fails or `cancel` is called; returns the fault, or `None`
    /// where it was cancelled. Every file is finished when it returns.
    pub async fn run(self, cancel: CancellationToken) -> Option<Fault> {
        life::run(&self.shared, &self.status, cancel).await
    }
}

impl Tap {
    /// Counters of the source and each branch. May wait a moment for a streaming thread.
    pub fn stats(&self) -> GraphStats {
        self.0.stats()
    }

    /// The graph as a drawing, without any setting. May wait a moment for streaming threads.
    pub fn drawing(&self) -> GraphDrawing {
        self.0.drawing()
    }

    /// From the start of the run's first footage to the end of its last; `None` where there is none.
    pub fn footage(&self) -> Option<Span> {
        self.0.recording.as_ref()?.progress().footage
    }

    /// The latest key frame, where there was one.
    pub fn key_frame(&self) -> Option<KeyFrame> {
        self.0.key_frame()
    }
}
