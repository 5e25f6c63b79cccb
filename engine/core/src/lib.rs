//! The words of the domain: ids, time, cameras, faults, status, and the handles that carry
//! commands and news between the other crates.
//!
//! Not here: GStreamer, the database, the wire. This crate knows no foreign library beyond the
//! few its manifest names, so that every other crate can know it.

pub mod camera;
pub mod coder;
pub mod control;
pub mod detect;
pub mod detection;
pub mod error;
pub mod event;
pub mod fault;
pub mod frame;
pub mod grid;
pub mod id;
pub mod job;
pub mod live;
pub mod motion;
pub mod notice;
pub mod playback;
pub mod polygon;
pub mod retry;
pub mod room;
pub mod secret;
pub mod segment;
pub mod source;
pub mod status;
pub mod storage;
pub mod stream;
pub mod time;
pub mod transcode;
pub mod unindexed;

pub use camera::{CameraConfig, RecordSettings, Sensitivity};
pub use coder::{Coder, RunsOn};
pub use detect::DetectSettings;
pub use error::{ErrorKind, FieldViolation, Invalid};
pub use event::Event;
pub use fault::Fault;
pub use grid::Grid;
pub use id::{CameraId, EventId, JobId, RunId, SegmentId};
pub use job::{Job, JobKind, JobState};
pub use motion::MotionMinute;
pub use notice::{Notice, NoticeKind};
pub use room::Room;
pub use secret::Secret;
pub use segment::{Recorded, Segment};
pub use source::{Credentials, JitterBuffer, Source, Transport};
pub use status::{CameraState, CameraStatus, RecordingFault};
pub use stream::{MediaStream, StreamMedia};
pub use time::{Span, WallTime};
pub use unindexed::Unindexed;

/// The error's own text followed by those of its causes, on one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
