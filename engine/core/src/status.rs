//! How a camera is doing, as people see it.

use crate::{fault::Fault, id::RunId, source::Transport, stream::MediaStream, time::WallTime};

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

/// How the way of a camera's pictures does, in numbers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PipelineStats {
    /// Counters of its graph; `None` while it has none.
    pub graph: Option<GraphStats>,
    /// How often it was connected again.
    pub reconnects: Reconnects,
}

/// How often a camera was connected again since its supervisor began: with the engine, or when the
/// camera was added.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reconnects {
    /// Times that pictures came again after a connection had ended.
    pub count: u64,
    /// The last of them.
    pub last: Option<Reconnect>,
}

/// Pictures that came again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reconnect {
    /// When they did.
    pub at: WallTime,
    /// What had ended the connection before; `None` where a person or new settings had.
    pub fault: Option<Fault>,
}

/// Counters of one graph.
#[derive(Clone, PartialEq, Debug)]
pub struct GraphStats {
    /// The connection they belong to.
    pub run: RunId,
    /// When the connection was made.
    pub started_at: WallTime,
    /// How the pictures come.
    pub source: SourceStats,
    /// One for the source and each branch.
    pub branches: Vec<BranchStats>,
}

/// How a camera's packets come.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SourceStats {
    /// What carries them.
    pub transport: Transport,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// What the jitter buffers know, one for each stream; empty until packets come.
    pub packets: Vec<PacketStats>,
}

/// What a jitter buffer knows of the packets of one stream, since the connection was made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PacketStats {
    /// `video` or `audio`; empty where the camera did not say.
    pub media: String,
    /// Those that arrived: in time, late, or twice.
    pub received: u64,
    /// Those that were not there when their time came. Some may be among the late.
    pub lost: u64,
    /// Those that came when they were not waited for any more.
    pub late: u64,
    /// Those that were there already.
    pub duplicates: u64,
    /// How far their arrival strays from an even step, on average, in milliseconds.
    pub average_jitter_ms: f64,
}

/// The elements of a graph and how they hang together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GraphDrawing {
    /// The connection it belongs to.
    pub run: RunId,
    /// The same as a drawing, in the DOT language. No setting of an element is in it.
    pub dot: String,
    /// Its elements, each branch from its entrance to its end.
    pub elements: Vec<GraphElement>,
}

/// An element of a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GraphElement {
    /// `source`, `record` or `live`.
    pub branch: String,
    /// Its name in the drawing.
    pub name: String,
    /// What it is to GStreamer.
    pub factory: String,
}

/// Counters of one branch since its graph began.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
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
    /// The most that has waited; `None` for the source, where nothing does.
    pub most_queued: Option<Queued>,
    /// What went in over the last seconds; `None` until they are over.
    pub rate: Option<Rate>,
}

/// What waits in a queue. The two may be of different moments.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Queued {
    /// In milliseconds of video.
    pub ms: u64,
    /// In bytes.
    pub bytes: u64,
}

/// What goes by in a second, measured over some.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rate {
    /// Pictures.
    pub frames_per_second: f64,
    /// Bits.
    pub bits_per_second: u64,
}
