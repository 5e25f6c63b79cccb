//! One recorded file, as the recorder tells the store and the store tells everyone.

use serde::{Deserialize, Serialize};

use crate::{
    id::{CameraId, RunId, SegmentId},
    playback::FileIndex,
    time::{Span, WallTime},
};

/// A finished file of footage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// Whose pictures it holds.
    pub camera: CameraId,
    /// The connection it was recorded over.
    pub run: RunId,
    /// Its number in the run, from 0.
    pub sequence: u32,
    /// Wall-clock time of its first picture.
    pub start: WallTime,
    /// Wall-clock time at which its last picture ends.
    pub end: WallTime,
    /// Path under the storage root, with `/`: `<camera>/<YYYY-MM-DD>/<HH-MM-SS>.mp4`.
    pub path: String,
    /// Size of the file.
    pub size_bytes: u64,
    /// Pictures in it.
    pub frames: u64,
    /// RFC 6381 strings of its tracks, video first.
    pub codecs: Vec<String>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Segment {
    /// The time it covers.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A finished file and where the pieces of footage lie in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// The file.
    pub segment: Segment,
    /// Its pieces.
    pub index: FileIndex,
}
