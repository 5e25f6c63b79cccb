//! A control loop that keeps cameras in memory and connects to none.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use ronin_core::{
    CameraConfig, CameraId, CameraState, CameraStatus, Fault, MediaStream, RunId, Source,
    StreamMedia, WallTime,
    control::{self, CameraView, Cameras, Command, Endpoint, KeptFootage, Probe, Snapshot},
    status::GraphStats,
};
use tokio::sync::oneshot;

/// Where the answer to a probe goes.
type ProbeReply = oneshot::Sender<Result<Probe, control::Error>>;

/// What the loop was asked to do.
#[derive(Clone, Default)]
pub(crate) struct FakeControl {
    /// Sources that were probed.
    pub(crate) probed: Arc<Mutex<Vec<Source>>>,
    /// Commands that are never answered: those about the host or camera `hang`.
    hanging: Arc<Mutex<Vec<ProbeReply>>>,
    /// How many of the next updates find that somebody else was faster.
    pub(crate) conflicts: Arc<Mutex<u32>>,
}

/// The password that is stored for the main stream of a camera.
pub(crate) fn stored_password(handle: &control::Handle, id: &str) -> String {
    let view = handle.camera(&id.parse().unwrap()).unwrap();
    view.config
        .main
        .credentials
        .as_ref()
        .map(|c| c.password.expose().to_owned())
        .unwrap_or_default()
}

impl FakeControl {
    /// Serves commands until every handle is gone.
    pub(crate) fn start(&self, mut endpoint: Endpoint) {
        let fake = self.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "the engine's registry is not in this crate"
        )]
        tokio::spawn(async move {
            let mut cameras = BTreeMap::new();
            while let Some(command) = endpoint.commands.recv().await {
                fake.serve(command, &mut cameras, &endpoint);
            }
        });
    }

    fn serve(&self, command: Command, cameras: &mut Cameras, endpoint: &Endpoint) {
        let known = |cameras: &Cameras, id: &CameraId| {
            cameras.get(id).cloned().ok_or_else(|| control::Error::NotFound(id.clone()))
        };
        match command {
            Command::Create(config, reply) => {
                let result = if cameras.contains_key(&config.id) {
                    Err(control::Error::AlreadyExists(config.id.clone()))
                } else {
                    Ok(put(cameras, *config))
                };
                endpoint.cameras.send_replace(Arc::new(cameras.clone()));
                let _ = reply.send(result);
            }
            Command::Update { config, expected_version, reply } => {
                let mut conflicts = self.conflicts.lock().unwrap();
                let result = known(cameras, &config.id).and_then(|old| {
                    if *conflicts > 0 || old.config.version != expected_version {
                        *conflicts = conflicts.saturating_sub(1);
                        return Err(control::Error::Changed(config.id.clone()));
                    }
                    Ok(put(cameras, *config))
                });
                endpoint.cameras.send_replace(Arc::new(cameras.clone()));
                let _ = reply.send(result);
            }
            Command::Delete(id, reply) => {
                let result = known(cameras, &id).map(|_| KeptFootage { segments: 3, bytes: 7 });
                cameras.remove(&id);
                endpoint.cameras.send_replace(Arc::new(cameras.clone()));
                let _ = reply.send(result);
            }
            Command::Restart(id, reply) => {
                let _ = reply.send(known(cameras, &id).map(|_| ()));
            }
            Command::Probe(source, reply) => {
                self.probed.lock().unwrap().push((*source).clone());
                match source.host() {
                    "hang" => self.hanging.lock().unwrap().push(reply),
                    "refuses" => {
                        let fault = Fault::Unauthorized;
                        let message = fault.message(&source);
                        let _ = reply.send(Err(control::Error::Camera { fault, message }));
                    }
                    _ => {
                        let _ = reply.send(Ok(probe()));
                    }
                }
            }
            Command::Snapshot(id, reply) => {
                let jpeg = Bytes::from_static(b"\xff\xd8jpeg");
                let at = WallTime::from_micros(1);
                let _ = reply.send(known(cameras, &id).map(|_| Snapshot { jpeg, at }));
            }
            Command::Stats(id, reply) => {
                let stats = GraphStats {
                    run: RunId::generate(),
                    started_at: WallTime::from_micros(1),
                    branches: Vec::new(),
                };
                let _ = reply.send(known(cameras, &id).map(|_| Some(stats)));
            }
        }
    }
}

fn put(cameras: &mut Cameras, config: CameraConfig) -> Arc<CameraView> {
    let mut status = CameraStatus::new(CameraState::Streaming, WallTime::from_micros(1));
    status.streams = probe().streams;
    let view = Arc::new(CameraView { config, status });
    cameras.insert(view.config.id.clone(), view.clone());
    view
}

fn probe() -> Probe {
    let video = MediaStream {
        codec: "H.264 (High Profile)".into(),
        codec_string: "avc1.64001f".into(),
        bits_per_second: 1000,
        media: StreamMedia::Video { width: 640, height: 360, frames_per_second: 25.0 },
    };
    Probe { streams: vec![video], snapshot: None, warnings: Vec::new() }
}
