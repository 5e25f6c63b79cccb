//! What is told of the detector: its models, what it sees, and what it would have seen.
//!
//! Not here: how it works (`ronin_vision`), and who runs it (the engine).

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    detect::DetectSettings,
    error::ErrorKind,
    event::{Detections, Event},
    id::{CameraId, EventId},
    time::{Span, WallTime},
};

/// How a model is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelState {
    /// A file that is not in use.
    Available,
    /// It is being loaded.
    Loading,
    /// It looks at pictures.
    Running,
    /// It should, and cannot.
    Failed,
}

/// A file in the model folder.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// Name of the file.
    pub file_name: String,
    /// Size of the file.
    pub size_bytes: u64,
    /// How it is doing.
    pub state: ModelState,
    /// What is wrong and what to do, in words; empty where nothing is.
    pub message: String,
    /// What is known of one that was loaded.
    pub loaded: Option<LoadedModel>,
}

/// What is known of a model that was loaded, and how it has done since.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoadedModel {
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Names of its classes.
    pub labels: Vec<String>,
    /// Width of its input in pixels.
    pub input_width: u32,
    /// Height of its input in pixels.
    pub input_height: u32,
    /// What it runs on: `cpu`, or `cuda:` and the number of the card.
    pub device: String,
    /// Time for a picture, mean over the last ones.
    pub took: Duration,
    /// Pictures that were looked at.
    pub pictures: u64,
    /// Pictures that a newer one replaced before there was time for them.
    pub replaced: u64,
}

/// The models there are.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Models {
    /// By name of the file.
    pub models: Vec<Model>,
    /// Where they lie.
    pub folder: PathBuf,
    /// Why no objects are looked for, or not as they should be, and what to do, in words; else empty.
    pub message: String,
}

/// What is to be run once more.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplayRequest {
    /// Whose footage.
    pub camera: CameraId,
    /// Which of it.
    pub span: Span,
    /// File name of the model; `None`: the one in use.
    pub model: Option<String>,
    /// What to look for.
    pub settings: DetectSettings,
    /// What to compare with; `None`: with what was recorded.
    pub baseline: Option<DetectSettings>,
}

/// How a replay is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayState {
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It is done.
    Succeeded,
    /// It could not go on.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// Footage that goes through the stages of detection once more.
#[derive(Clone, PartialEq, Debug)]
pub struct Replay {
    /// Its id.
    pub id: Uuid,
    /// When it was asked for.
    pub created_at: WallTime,
    /// What was asked for.
    pub request: ReplayRequest,
    /// File name of the model.
    pub model: String,
    /// How it is doing.
    pub state: ReplayState,
    /// What went wrong and what to do, in words.
    pub message: String,
    /// How much of the footage is done, 0 to 1.
    pub progress: f64,
    /// Pictures that were looked at for motion.
    pub pictures: u64,
    /// Pictures that the detector looked at.
    pub detected: u64,
    /// Footage in each unit of the time that it took.
    pub speed: f64,
    /// The events that it made, oldest first.
    pub events: Vec<Event>,
    /// The events that the baseline made, oldest first.
    pub baseline_events: Vec<Event>,
    /// How they compare with those of the baseline, or those that were recorded.
    pub difference: Difference,
}

/// How two lists of events compare.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Events that are in both.
    pub same: u32,
    /// Those that were not recorded, as positions in the new list.
    pub new: Vec<usize>,
    /// Those that were recorded and are not in the new list.
    pub missing: Vec<EventId>,
}

/// Why a replay cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no model to run.
    #[error("there is no model to run: {0}")]
    NoModel(String),
    /// There is no file of this name in the model folder.
    #[error("there is no model {0} in the model folder: see ListModels")]
    ModelNotFound(String),
    /// Too many wait.
    #[error("{0} replays wait already: stop some, or wait until they are done")]
    TooMany(usize),
}

impl ReplayError {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoModel(_) => ErrorKind::FailedPrecondition,
            Self::ModelNotFound(_) => ErrorKind::NotFound,
            Self::TooMany(_) => ErrorKind::ResourceExhausted,
        }
    }

    /// Machine-readable reason.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoModel(_) => "NO_MODEL",
            Self::ModelNotFound(_) => "MODEL_NOT_FOUND",
            Self::TooMany(_) => "TOO_MANY_REPLAYS",
        }
    }
}

/// What was seen in the newest picture of each camera. Cheap to clone; whoever reads slowly gets the
/// newest.
#[derive(Clone, Debug, Default)]
pub struct Sightings(Arc<Mutex<BTreeMap<CameraId, Sender>>>);

type Sender = watch::Sender<Option<Arc<Detections>>>;

impl Sightings {
    /// Follows a camera.
    pub fn watch(&self, camera: &CameraId) -> watch::Receiver<Option<Arc<Detections>>> {
        let mut cameras = self.cameras();
        // Nobody looks at those any more.
        cameras.retain(|_, sender| sender.receiver_count() > 0);
        cameras.entry(camera.clone()).or_insert_with(|| watch::channel(None).0).subscribe()
    }

    /// Tells those who follow the camera; costs next to nothing where nobody does.
    pub fn tell(&self, camera: &CameraId, seen: impl FnOnce() -> Detections) {
        if let Some(sender) = self.cameras().get(camera) {
            sender.send_replace(Some(Arc::new(seen())));
        }
    }

    fn cameras(&self) -> MutexGuard<'_, BTreeMap<CameraId, Sender>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Grid;

    fn seen(ms: i64) -> Detections {
        Detections {
            at: WallTime::from_micros(ms * 1000),
            gate: None,
            objects: Vec::new(),
            motion: Grid::EMPTY,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn whoever_follows_a_camera_gets_the_newest_and_nobody_costs_nothing() {
        let (sightings, yard) = (Sightings::default(), "yard".parse().unwrap());
        sightings.tell(&yard, || panic!("nobody looks"));

        let watching = sightings.watch(&yard);
        for ms in [1, 2, 3] {
            sightings.tell(&yard, || seen(ms));
        }
        assert_eq!(watching.borrow().as_deref(), Some(&seen(3)));

        drop(watching);
        let _other = sightings.watch(&"gate".parse().unwrap());
        sightings.tell(&yard, || panic!("nobody looks any more"));
    }
}
