//! What the API asks the engine about the machine.

use std::time::Duration;

use ronin_core::{
    Coder, WallTime,
    detection::{Models, Replay, ReplayError, ReplayRequest},
};
use uuid::Uuid;

/// Facts about the machine and the engine. Every function answers at once, except [`Self::disk`],
/// which may ask the file system and is called off the async threads.
pub trait SystemFacts: Send + Sync + 'static {
    /// Version of GStreamer in use.
    fn gstreamer_version(&self) -> String;
    /// H.264 and H.265 encoders that GStreamer offers here.
    fn encoders(&self) -> Vec<Coder>;
    /// H.264 and H.265 decoders that GStreamer offers here.
    fn decoders(&self) -> Vec<Coder>;
    /// The object detector.
    fn detector(&self) -> DetectorFacts;
    /// The processor and what the program takes.
    fn machine(&self) -> MachineFacts;
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
    /// What is missing and what to do, in words; empty where nothing is.
    pub message: String,
    /// What a model runs on, or would: `cpu` or `cuda`; empty in a program that can run none.
    pub inference_device: String,
    /// Whether it does less than it should; `message` says what.
    pub degraded: bool,
}

/// What the API asks the engine about models and replays.
pub trait DetectionFacts: Send + Sync + 'static {
    /// The files in the model folder. Asks the file system: called off the async threads.
    fn models(&self) -> Models;
    /// Starts a replay, or puts it behind those that wait. Asks the file system.
    fn create_replay(&self, request: ReplayRequest) -> Result<Replay, ReplayError>;
    /// One replay.
    fn replay(&self, id: Uuid) -> Option<Replay>;
    /// Every replay, newest first.
    fn replays(&self) -> Vec<Replay>;
    /// Stops a replay; returns it as it is then.
    fn cancel_replay(&self, id: Uuid) -> Option<Replay>;
}

/// The processor and what the program takes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct MachineFacts {
    /// Cores that the program may use.
    pub cores: u32,
    /// Memory that the program holds; `None` where the system does not say.
    pub process_memory_bytes: Option<u64>,
    /// Tasks that run or want to, on average over 1, 5 and 15 minutes; `None` where the system does
    /// not say.
    pub load: Option<[f64; 3]>,
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
