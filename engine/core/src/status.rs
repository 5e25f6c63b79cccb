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

/// Why footage is not being written although pictures arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordingFault {
    /// There is no room on the disk.
    DiskFull,
    /// The storage is not there, or is another than it should be.
    StorageAway,
    /// Writing fails.
    WriteFailed {
        /// What the system said.
        detail: String,
    },
}

impl RecordingFault {
    /// Machine-readable reason, the same in the API, in rows and in metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::DiskFull => "DISK_FULL",
            Self::StorageAway => "STORAGE_AWAY",
            Self::WriteFailed { .. } => "RECORDING_FAILED",
        }
    }

    /// What happened and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::DiskFull => {
                "the disk is full, and nothing on it may be deleted for new footage; \
                               recording goes on by itself when there is room. Keep less, lift a \
                               protection, or make the disk larger"
                    .to_owned()
            }
            Self::StorageAway => {
                "the storage folder is not the one it was; recording goes on by itself \
                                  when it is back. Is its disk mounted? The notices say more"
                    .to_owned()
            }
            Self::WriteFailed { detail } => format!(
                "footage cannot be written: {detail}; it is tried again every few seconds. Check \
                 the disk, its connection, and the right to write there"
            ),
        }
    }
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
    /// Why it is not, although pictures arrive and recording is on.
    pub recording_fault: Option<RecordingFault>,
    /// How far the camera's own clock is ahead of ours in seconds, in steps of 0.1 s; `None` where
    /// it does not tell its time.
    pub clock_offset: Option<f64>,
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
            recording_fault: None,
            clock_offset: None,
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
