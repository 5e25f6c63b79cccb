//! What the API asks the engine about the machine.

use std::time::Duration;

use ronin_core::WallTime;

/// Facts about the machine and the engine. Every function answers at once, except [`Self::disk`],
/// which may ask the file system and is called off the async threads.
pub trait SystemFacts: Send + Sync + 'static {
    /// Version of GStreamer in use.
    fn gstreamer_version(&self) -> String;
    /// H.264 and H.265 encoders that GStreamer offers here.
    fn encoders(&self) -> Vec<String>;
    /// H.264 and H.265 decoders that GStreamer offers here.
    fn decoders(&self) -> Vec<String>;
    /// The object detector.
    fn detector(&self) -> DetectorFacts;
    /// Planned length of a segment.
    fn segment_duration(&self) -> Duration;
    /// When the engine started.
    fn start_time(&self) -> WallTime;
    /// The file system that footage is written to; `None` where it does not answer.
    fn disk(&self) -> Option<DiskFacts>;
}

/// The object detector.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DetectorFacts {
    /// Whether a model is loaded and usable.
    pub available: bool,
    /// `cpu` or `cuda`; empty where there is none.
    pub device: String,
    /// File name of the model; empty where none is set.
    pub model: String,
    /// What is missing and what to do, in words; empty when available.
    pub message: String,
}

/// A file system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiskFacts {
    /// Its size.
    pub total_bytes: u64,
    /// What is free of it.
    pub free_bytes: u64,
    /// Files that can still be made; `None` where it has no limit of its own.
    pub free_files: Option<u64>,
}
