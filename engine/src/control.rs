//! The control loop: the one owner of the cameras. Carries out commands, keeps the picture of how
//! every camera is doing, and is the only writer of the camera table.
//!
//! A command about one camera touches no other. What takes long (probes, pictures) is answered by
//! tasks of their own.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ronin_core::{
    CameraConfig, CameraId, CameraState, CameraStatus, WallTime,
    control::{CameraView, Cameras, Command, Endpoint, Error, KeptFootage},
};
use ronin_store::Store;
use tokio::{
    sync::{Notify, Semaphore, mpsc, watch},
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    camera::supervisor::{self, Context},
    memory::Memory,
    tasks::{Panicked, TaskKind},
};

/// Probes at the same time: each holds a connection and may decode a picture.
const PROBES_MAX: usize = 4;
/// Longest wait for every camera to finish its files.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

struct Supervised {
    handle: supervisor::Handle,
    task: JoinHandle<Result<(), Panicked>>,
}

/// See the module.
pub struct ControlLoop {
    store: Store,
    context: Context,
    commands: mpsc::Receiver<Command>,
    published: watch::Sender<Arc<Cameras>>,
    supervised: HashMap<CameraId, Supervised>,
    /// Supervisors of removed cameras that still finish their files.
    leaving: HashMap<CameraId, JoinHandle<Result<(), Panicked>>>,
    probes: Arc<Semaphore>,
    memory: Arc<Memory>,
    /// The database is there, and may know other cameras than were remembered.
    reread: Arc<Notify>,
}

impl ControlLoop {
    /// A control loop that starts its cameras when it runs.
    pub fn new(
        store: Store,
        context: Context,
        endpoint: Endpoint,
        memory: Arc<Memory>,
        reread: Arc<Notify>,
    ) -> Self {
        Self {
            store,
            context,
            commands: endpoint.commands,
            published: endpoint.cameras,
            supervised: HashMap::new(),
            leaving: HashMap::new(),
            probes: Arc::new(Semaphore::new(PROBES_MAX)),
            memory,
            reread,
        }
    }

    /// Starts `cameras`, obeys until `cancel`, then lets every camera finish its files.
    pub async fn run(mut self, cameras: Vec<CameraConfig>, cancel: CancellationToken) {
        for config in cameras {
            self.start(config);
        }
        self.remember().await;
        let (board, reread) = (self.context.board.clone(), self.reread.clone());
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                statuses = board.take() => {
                    for (id, status) in statuses {
                        self.note(&id, status);
                    }
                }
                () = reread.notified() => self.reread().await,
                Some(command) = self.commands.recv() => self.obey(command).await,
            }
        }
        self.stop().await;
    }

    /// Brings the cameras in line with the database, after a start without it.
    async fn reread(&mut self) {
        let cameras = match self.store.cameras().await {
            Ok(cameras) => cameras,
            Err(error) => {
                warn!(error = ronin_core::chain(&error), "the cameras could not be read");
                return;
            }
        };
        let known = self.published.borrow().clone();
        for id in known.keys().filter(|id| !cameras.iter().any(|camera| camera.id == **id)) {
            info!(camera = %id, "the camera is not in the database");
            self.dismiss(id).await;
        }
        for config in cameras {
            match known.get(&config.id) {
                None => drop(self.start(config)),
                Some(view) if view.config != config => drop(self.apply(config).await),
                Some(_) => {}
            }
        }
        self.remember().await;
    }

    /// Keeps the cameras beside the database, for a start without it.
    async fn remember(&self) {
        let (memory, store) = (self.memory.clone(), self.store.clone());
        let configs = self.published.borrow().values().map(|view| view.config.clone()).collect();
        let write = spawn_blocking(move || {
            let configs: Vec<CameraConfig> = configs;
            memory.set_cameras(&store, &configs);
        });
        if write.await.is_err() {
            warn!("the cameras could not be remembered");
        }
    }

    async fn obey(&mut self, command: Command) {
        // A caller that went away needs no answer.
        match command {
            Command::Create(config, reply) => drop(reply.send(self.create(*config).await)),
            Command::Update { config, expected_version, reply } => {
                drop(reply.send(self.update(*config, expected_version).await));
            }
            Command::Delete(id, reply) => drop(reply.send(self.delete(&id).await)),
            Command::Restart(id, reply) => {
                let result = match self.supervised.get(&id) {
                    Some(camera) => {
                        camera.handle.restart().await;
                        Ok(())
                    }
                    None => Err(Error::NotFound(id)),
                };
                drop(reply.send(result));
            }
            Command::Stats(id, reply) => match self.supervised.get(&id) {
                Some(camera) => camera.handle.stats(reply).await,
                None => drop(reply.send(Err(Error::NotFound(id)))),
            },
            Command::Graph(id, reply) => match self.supervised.get(&id) {
                Some(camera) => camera.handle.graph(reply).await,
                None => drop(reply.send(Err(Error::NotFound(id)))),
            },
            Command::Snapshot(id, reply) => match self.supervised.get(&id) {
                Some(camera) => camera.handle.snapshot(reply).await,
                None => drop(reply.send(Err(Error::NotFound(id)))),
            },
            Command::Probe(source, reply) => {
                let probes = self.probes.clone();
                self.context.tasks.spawn(TaskKind::Camera, "probe", async move {
                    let _permit = probes.acquire().await;
                    let probe = ronin_pipelines::probe::probe(&source).await;
                    drop(reply.send(probe.map_err(|fault| Error::Camera {
                        message: fault.message(&source),
                        fault,
                    })));
                });
            }
        }
    }

    async fn create(&mut self, config: CameraConfig) -> Result<Arc<CameraView>, Error> {
        let stored = self.store.insert_camera(&config).await;
        if !stored.map_err(|e| store_error("store the camera", e))? {
            return Err(Error::AlreadyExists(config.id));
        }
        info!(camera = %config.id, source = %config.main, "camera added");
        let view = self.start(config);
        self.remember().await;
        Ok(view)
    }

    async fn update(
        &mut self,
        config: CameraConfig,
        expected_version: i64,
    ) -> Result<Arc<CameraView>, Error> {
        if !self.supervised.contains_key(&config.id) {
            return Err(Error::NotFound(config.id));
        }
        let stored = self.store.update_camera(&config, expected_version).await;
        if !stored.map_err(|e| store_error("store the camera", e))? {
            return Err(Error::Changed(config.id));
        }
        info!(camera = %config.id, version = config.version, "camera changed");
        let view = self.apply(config).await;
        self.remember().await;
        view
    }

    /// Has a camera go by new settings.
    async fn apply(&mut self, config: CameraConfig) -> Result<Arc<CameraView>, Error> {
        if let Some(camera) = self.supervised.get(&config.id) {
            camera.handle.configure(config.clone()).await;
        }
        let id = config.id.clone();
        self.publish(&id, |old| {
            let status = old.map_or_else(first_status, |view| view.status.clone());
            CameraView { config, status }
        })
    }

    async fn delete(&mut self, id: &CameraId) -> Result<KeptFootage, Error> {
        if !self.supervised.contains_key(id) {
            return Err(Error::NotFound(id.clone()));
        }
        let deleted = self.store.delete_camera(id).await;
        deleted.map_err(|e| store_error("remove the camera", e))?;
        self.dismiss(id).await;
        self.remember().await;
        info!(camera = %id, "camera removed");
        self.store.footage_of(id).await.map_err(|e| store_error("count the footage kept", e))
    }

    /// Lets a camera finish its files, and shows it no more.
    async fn dismiss(&mut self, id: &CameraId) {
        if let Some(camera) = self.supervised.remove(id) {
            camera.handle.end().await;
            self.leaving.insert(id.clone(), camera.task);
        }
        self.context.live.remove(id);
        self.published.send_modify(|cameras| {
            Arc::make_mut(cameras).remove(id);
        });
    }

    /// Starts the supervisor of a camera.
    fn start(&mut self, config: CameraConfig) -> Arc<CameraView> {
        let id = config.id.clone();
        self.leaving.retain(|_, task| !task.is_finished());
        let after = self.leaving.remove(&id);
        let (handle, task) = supervisor::start(self.context.clone(), config.clone(), after);
        self.supervised.insert(id.clone(), Supervised { handle, task });
        let view = Arc::new(CameraView { config, status: first_status() });
        self.published.send_modify(|cameras| {
            Arc::make_mut(cameras).insert(id, view.clone());
        });
        view
    }

    /// A supervisor says how its camera is doing.
    fn note(&mut self, id: &CameraId, status: CameraStatus) {
        if !self.supervised.contains_key(id) {
            // The last word of a camera that was removed.
            return;
        }
        self.published.send_if_modified(|cameras| {
            let Some(old) = cameras.get(id).filter(|view| view.status != status) else {
                return false;
            };
            let view = CameraView { config: old.config.clone(), status };
            Arc::make_mut(cameras).insert(id.clone(), Arc::new(view));
            true
        });
    }

    fn publish(
        &self,
        id: &CameraId,
        view: impl FnOnce(Option<&CameraView>) -> CameraView,
    ) -> Result<Arc<CameraView>, Error> {
        let old = self.published.borrow().get(id).cloned();
        let view = Arc::new(view(old.as_deref()));
        self.published.send_modify(|cameras| {
            Arc::make_mut(cameras).insert(id.clone(), view.clone());
        });
        Ok(view)
    }

    /// Lets every camera finish its files, all at the same time.
    async fn stop(mut self) {
        for camera in self.supervised.values() {
            camera.handle.end().await;
        }
        let tasks = self.supervised.drain().map(|(_, camera)| camera.task);
        let tasks: Vec<_> = tasks.chain(self.leaving.drain().map(|(_, task)| task)).collect();
        let all = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        if timeout(STOP_TIMEOUT, all).await.is_err() {
            warn!("some cameras did not finish in time; their files are playable all the same");
        }
    }
}

fn first_status() -> CameraStatus {
    CameraStatus::new(CameraState::Connecting, WallTime::now())
}

fn store_error(doing: &'static str, source: ronin_store::Error) -> Error {
    Error::Store { doing, source: Box::new(source) }
}
