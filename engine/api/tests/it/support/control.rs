//! A control loop that keeps cameras in memory and connects to none.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use ronin_core::{
    CameraConfig, CameraId, CameraState, CameraStatus, Fault, MediaStream, RunId, Source,
    StreamMedia, Transport, WallTime,
    control::{self, CameraView, Cameras, Command, Endpoint, KeptFootage, Probe, Snapshot},
    status::{
        BranchStats, GraphDrawing, GraphElement, GraphStats, PacketStats, PipelineStats, Queued,
        Rate, Reconnect, Reconnects, SourceStats,
    },
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
                let _ = reply.send(known(cameras, &id).map(|view| stats(view.config.enabled)));
            }
            Command::Graph(id, reply) => {
                let drawing = |view: Arc<CameraView>| view.config.enabled.then(drawing);
                let _ = reply.send(known(cameras, &id).map(drawing));
            }
        }
    }
}

/// A camera that was connected again once, and has a graph where it is switched on.
fn stats(enabled: bool) -> PipelineStats {
    let source = BranchStats {
        branch: "source",
        frames: 100,
        rate: Some(Rate { frames_per_second: 24.5, bits_per_second: 2_000_000 }),
        ..BranchStats::default()
    };
    let record = BranchStats {
        branch: "record",
        dropped_frames: 3,
        queued_ms: 40,
        most_queued: Some(Queued { ms: 900, bytes: 70_000 }),
        ..BranchStats::default()
    };
    let video = PacketStats {
        media: "video".into(),
        received: 500,
        lost: 4,
        late: 3,
        duplicates: 2,
        average_jitter_ms: 1.5,
    };
    let graph = GraphStats {
        run: RunId::generate(),
        started_at: WallTime::from_micros(1),
        source: SourceStats { transport: Transport::Udp, tls: false, packets: vec![video] },
        branches: vec![source, record],
    };
    let last = Reconnect { at: WallTime::from_micros(7_000_000), fault: Some(Fault::Stalled) };
    PipelineStats {
        graph: enabled.then_some(graph),
        reconnects: Reconnects { count: 1, last: Some(last) },
    }
}

fn drawing() -> GraphDrawing {
    let element = |branch: &str, name: &str, factory: &str| GraphElement {
        branch: branch.into(),
        name: name.into(),
        factory: factory.into(),
    };
    GraphDrawing {
        run: RunId::generate(),
        dot: "digraph pipeline { rtspsrc0 -> mp4mux0 }".into(),
        elements: vec![
            element("source", "rtspsrc0", "rtspsrc"),
            element("record", "mp4mux0", "mp4mux"),
        ],
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
