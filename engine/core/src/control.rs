//! The way in to the engine: commands about cameras, and the picture of how they are doing.
//!
//! The control loop (`ronin::control`) is the only writer of the camera table and the only one that
//! starts and stops graphs. Everyone else holds a [`Handle`].

use std::{collections::BTreeMap, error::Error as StdError, sync::Arc};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    camera::CameraConfig,
    error::ErrorKind,
    fault::Fault,
    id::CameraId,
    source::Source,
    status::{CameraStatus, GraphDrawing, PipelineStats},
    stream::MediaStream,
    time::WallTime,
};

/// Commands that may wait for the control loop. Each is a person's click or a script's call: more
/// waiting means the loop hangs, and the caller waits.
const COMMAND_QUEUE: usize = 64;

/// A camera's settings and how it is doing.
#[derive(Clone, PartialEq, Debug)]
pub struct CameraView {
    /// Its settings.
    pub config: CameraConfig,
    /// How it is doing.
    pub status: CameraStatus,
}

/// Every camera by id. An entry that did not change keeps its `Arc`.
pub type Cameras = BTreeMap<CameraId, Arc<CameraView>>;

/// What a camera offers.
#[derive(Clone, PartialEq, Debug)]
pub struct Probe {
    /// Its streams, video first.
    pub streams: Vec<MediaStream>,
    /// A picture, JPEG; `None` where none could be decoded.
    pub snapshot: Option<Bytes>,
    /// What works but could be better, in words.
    pub warnings: Vec<String>,
}

/// A picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// JPEG.
    pub jpeg: Bytes,
    /// When it was taken.
    pub at: WallTime,
}

/// What is kept of a removed camera.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KeptFootage {
    /// Segments in the index.
    pub segments: u64,
    /// Their size.
    pub bytes: u64,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such camera.
    #[error("there is no camera {0}")]
    NotFound(CameraId),
    /// There is such a camera already.
    #[error("there is a camera {0} already: choose another id")]
    AlreadyExists(CameraId),
    /// Somebody else changed the camera since it was read.
    #[error(
        "camera {0} was changed by someone else in between: read it again and repeat the change"
    )]
    Changed(CameraId),
    /// The camera does not give what was asked for.
    #[error("{message}")]
    Camera {
        /// What is wrong with it.
        fault: Fault,
        /// The same in words.
        message: String,
    },
    /// The camera has no picture to give yet.
    #[error("camera {0} has sent no picture yet: try again when it streams")]
    NoPicture(CameraId),
    /// The store failed.
    #[error("could not {doing}")]
    Store {
        /// What the control loop was doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The engine is shutting down.
    #[error("the server is shutting down: try again in a moment")]
    Stopped,
    /// A mistake of ours or of a library.
    #[error("could not {doing}")]
    Internal {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::AlreadyExists(_) => ErrorKind::AlreadyExists,
            Self::Changed(_) => ErrorKind::Aborted,
            Self::Camera { .. } | Self::NoPicture(_) => ErrorKind::FailedPrecondition,
            Self::Store { .. } | Self::Stopped => ErrorKind::Unavailable,
            Self::Internal { .. } => ErrorKind::Internal,
        }
    }
}

type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A command and where its answer goes.
#[derive(Debug)]
pub enum Command {
    /// Add a camera and start it.
    Create(Box<CameraConfig>, Reply<Arc<CameraView>>),
    /// Replace the settings of a camera whose version is still `expected_version`.
    Update {
        /// The new settings.
        config: Box<CameraConfig>,
        /// The version they were made from.
        expected_version: i64,
        /// The answer.
        reply: Reply<Arc<CameraView>>,
    },
    /// Stop a camera and forget its settings.
    Delete(CameraId, Reply<KeptFootage>),
    /// End the camera's life and begin a new one at once.
    Restart(CameraId, Reply<()>),
    /// Connect to a source and say what it offers.
    Probe(Box<Source>, Reply<Probe>),
    /// The latest key frame as JPEG.
    Snapshot(CameraId, Reply<Snapshot>),
    /// How the way of the camera's pictures does, in numbers.
    Stats(CameraId, Reply<PipelineStats>),
    /// A drawing of the camera's graph; `None` while it has none.
    Graph(CameraId, Reply<Option<GraphDrawing>>),
}

/// The way in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    cameras: watch::Receiver<Arc<Cameras>>,
}

/// The control loop's ends of a [`Handle`].
#[derive(Debug)]
pub struct Endpoint {
    /// Commands to carry out.
    pub commands: mpsc::Receiver<Command>,
    /// Where the state of every camera is published.
    pub cameras: watch::Sender<Arc<Cameras>>,
}

/// Makes a handle and the ends that serve it.
pub fn channel() -> (Handle, Endpoint) {
    let (commands_tx, commands_rx) = mpsc::channel(COMMAND_QUEUE);
    let (cameras_tx, cameras_rx) = watch::channel(Arc::default());
    let handle = Handle { commands: commands_tx, cameras: cameras_rx };
    (handle, Endpoint { commands: commands_rx, cameras: cameras_tx })
}

impl Handle {
    /// Every camera as it is now.
    pub fn cameras(&self) -> Arc<Cameras> {
        self.cameras.borrow().clone()
    }

    /// One camera as it is now.
    pub fn camera(&self, id: &CameraId) -> Result<Arc<CameraView>, Error> {
        self.cameras.borrow().get(id).cloned().ok_or_else(|| Error::NotFound(id.clone()))
    }

    /// Follows every camera. A slow reader skips states, never the last one.
    pub fn watch(&self) -> watch::Receiver<Arc<Cameras>> {
        self.cameras.clone()
    }

    /// Adds a camera. Returns after it is stored.
    pub async fn create(&self, config: CameraConfig) -> Result<Arc<CameraView>, Error> {
        self.call(|reply| Command::Create(Box::new(config), reply)).await
    }

    /// Replaces a camera's settings, made from those of version `expected_version`. Returns after
    /// they are stored.
    pub async fn update(
        &self,
        config: CameraConfig,
        expected_version: i64,
    ) -> Result<Arc<CameraView>, Error> {
        let config = Box::new(config);
        self.call(|reply| Command::Update { config, expected_version, reply }).await
    }

    /// Removes a camera. Its footage stays.
    pub async fn delete(&self, id: CameraId) -> Result<KeptFootage, Error> {
        self.call(|reply| Command::Delete(id, reply)).await
    }

    /// Ends a camera's connection and makes a new one at once.
    pub async fn restart(&self, id: CameraId) -> Result<(), Error> {
        self.call(|reply| Command::Restart(id, reply)).await
    }

    /// Connects to a source and says what it offers; takes up to 15 s.
    pub async fn probe(&self, source: Source) -> Result<Probe, Error> {
        self.call(|reply| Command::Probe(Box::new(source), reply)).await
    }

    /// The latest key frame of a camera.
    pub async fn snapshot(&self, id: CameraId) -> Result<Snapshot, Error> {
        self.call(|reply| Command::Snapshot(id, reply)).await
    }

    /// How the way of a camera's pictures does, in numbers.
    pub async fn stats(&self, id: CameraId) -> Result<PipelineStats, Error> {
        self.call(|reply| Command::Stats(id, reply)).await
    }

    /// A drawing of a camera's graph; `None` while it has none.
    pub async fn graph(&self, id: CameraId) -> Result<Option<GraphDrawing>, Error> {
        self.call(|reply| Command::Graph(id, reply)).await
    }

    async fn call<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)?
    }
}
