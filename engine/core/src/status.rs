//! How a camera is doing, as people see it.

use crate::{fault::Fault, id::RunId, stream::MediaStream, time::WallTime};

/// Where a camera is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CameraState {
    /// Switched off by a person.
    Disabled,
    /// Connecting; no picture yet.
    Connecting,
    /// Pictures arrive.
    Streaming,
    /// Waiting for the next attempt.
    Backoff {
        /// When it is made.
        next_attempt_at: WallTime,
    },
    /// The last graph is being shut down.
    Stopping,
}

/// A fault and when it was first seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenFault {
    /// What it is.
    pub fault: Fault,
    /// When it was first seen.
    pub at: WallTime,
}

/// How a camera is doing.
#[derive(Clone, PartialEq, Debug)]
pub struct CameraStatus {
    /// Where it is in its life.
    pub state: CameraState,
    /// Since when.
    pub since: WallTime,
    /// The connection it has, if any.
    pub run: Option<RunId>,
    /// The last fault; `None` while pictures arrive.
    pub fault: Option<SeenFault>,
    /// What it sends, while pictures arrive.
    pub streams: Vec<MediaStream>,
    /// Attempts that failed since pictures last arrived.
    pub failed_attempts: u32,
    /// Whether footage is being written.
    pub recording: bool,
    /// Trouble that does not stop the video, in words.
    pub warnings: Vec<String>,
    /// Pictures dropped before the recorder because the disk was too slow, since connection.
    pub dropped_frames: u64,
}

impl CameraStatus {
    /// The status of a camera before anything was tried.
    pub fn new(state: CameraState, since: WallTime) -> Self {
        Self {
            state,
            since,
            run: None,
            fault: None,
            streams: Vec::new(),
            failed_attempts: 0,
            recording: false,
            warnings: Vec::new(),
            dropped_frames: 0,
        }
    }
}

/// Counters of one graph.
#[derive(Clone, PartialEq, Debug)]
pub struct GraphStats {
    /// The connection they belong to.
    pub run: RunId,
    /// When the connection was made.
    pub started_at: WallTime,
    /// One for the source and each branch.
    pub branches: Vec<BranchStats>,
}

/// Counters of one branch since its graph began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BranchStats {
    /// `source`, `record` or `live`.
    pub branch: &'static str,
    /// Pictures that went in.
    pub frames: u64,
    /// Bytes that went in.
    pub bytes: u64,
    /// Pictures dropped at the entrance.
    pub dropped_frames: u64,
    /// Age of the last picture in milliseconds.
    pub last_frame_age_ms: u64,
    /// What waits, in milliseconds of video.
    pub queued_ms: u64,
    /// What waits, in bytes.
    pub queued_bytes: u64,
}
