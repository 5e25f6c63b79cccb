//! The engine from start to stop. Start order downwards, stop order upwards, on one screen.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use ronin_api::{Dependencies, Options, Service, SystemFacts, footage::Footage};
use ronin_core::{
    JobKind, Room, Unindexed, WallTime, chain, control, detection::Sightings, live::Channels,
    notice::News, storage::Policy,
};
use ronin_store::Store;
use tokio::{
    sync::{Notify, oneshot, watch},
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    camera::{analysis::Means, board::Board, latest::Latest, supervisor::Context},
    config::Config,
    control::ControlLoop,
    database::{self, Arrival, Opened},
    detector::{self, ModelFiles},
    jobs::{self, Jobs, coder::Encoders},
    memory::Memory,
    reclaim::{self, Reclaimer},
    recorder::{self, Entry},
    replay::Replays,
    storage::{self, Storage},
    system::{Facts, SegmentFiles},
    tasks::{TaskKind, Tasks},
};

/// Longest wait for the last rows.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the engine notes that it is alive: how well "engine stopped" is known after a crash.
const ALIVE_PERIOD: Duration = Duration::from_secs(10);

/// What a started engine tells.
#[derive(Debug)]
pub struct Started {
    /// Where it listens.
    pub address: SocketAddr,
    /// The one-time token of the first-run set-up, where nobody has signed up yet.
    pub setup_token: Option<String>,
}

/// Runs the engine until `stop`. `started` is told when it is ready.
pub async fn run(
    config: Config,
    stop: CancellationToken,
    started: oneshot::Sender<Started>,
) -> anyhow::Result<()> {
    let started_at = WallTime::now();
    let tasks = Tasks::default();

    // The things everything stands on: the disk, the key, the database or what is known of it.
    let storage = Storage::open(&config.storage_root, config.segment_duration, config.sync_every)?;
    let storage = Arc::new(storage);
    let memory = Arc::new(Memory::open(&config.data_dir));
    let Opened { store, cameras, is_there } = database::open(&config, &memory).await?;

    // What tasks tell each other.
    let (unindexed, news, room) = (Unindexed::default(), News::default(), Room::default());
    let (policy, latest) = (Policy::new(config.limits), Latest::default());
    let (prepared, is_prepared) = watch::channel(false);
    let reread = Arc::new(Notify::new());
    let (handle, endpoint) = control::channel();
    let live = Channels::default();
    let (entries, recorder) = recorder::channel(
        store.clone(),
        &storage,
        unindexed.clone(),
        news.clone(),
        is_prepared.clone(),
    )?;
    let arrival = Arrival {
        config: config.clone(),
        store: store.clone(),
        storage: storage.clone(),
        memory: memory.clone(),
        policy: policy.clone(),
        latest: latest.clone(),
        unindexed: unindexed.clone(),
        recorder: entries.clone(),
    };
    if is_there {
        arrival.settle().await?;
        prepared.send_replace(true);
    } else {
        arrival.make_do();
    }

    room.set_proof(storage::proof(&storage.root));

    // What looks for objects, where a model is set; it is loaded beside everything else.
    let load = detector::load_from(config.model_dir.clone());
    let tell = {
        let recorder = entries.clone();
        move |notice| recorder.tell(notice)
    };
    let detector = config
        .detect_model
        .clone()
        .map(|model| detector::Service::new(config.model_dir.clone(), model, load.clone(), tell));
    let watched = detector.as_ref().map(|service| (service.status(), service.desk()));
    let models = ModelFiles::new(config.model_dir.clone(), watched);
    let replays =
        Replays::new(store.clone(), unindexed.clone(), storage.root.clone(), load, models.clone());
    let sightings = Sightings::default();
    if detector.is_none() {
        info!(reason = models.facts().message, "no object detection");
    }

    let encoders = Encoders::default();
    let footage = Footage::new(
        store.clone(),
        unindexed.clone(),
        Arc::new(SegmentFiles),
        storage.root.as_path().into(),
    );
    let jobs = Jobs::new(jobs::Needs {
        store: store.clone(),
        footage,
        storage_root: storage.root.clone(),
        policy: policy.clone(),
        news: news.clone(),
        is_prepared,
        kinds: JobKind::all().collect(),
        at_once: config.jobs_at_once,
        encoders: encoders.clone(),
        manner: config.manner,
        keep_exports: config.keep_exports,
    });

    // The address, before any camera: a port in use must not cost a connection.
    let system: Arc<dyn SystemFacts> = Arc::new(Facts {
        storage: storage.clone(),
        started_at,
        models,
        encoders: encoders.clone(),
    });
    let options = Options {
        bind: config.bind,
        tls: config.tls.clone(),
        web_root: config.web_root.clone(),
        storage_root: storage.root.clone(),
        reflection: config.reflection,
    };
    let dependencies = Dependencies {
        control: handle.clone(),
        store: store.clone(),
        live: live.clone(),
        files: Arc::new(SegmentFiles),
        system,
        unindexed: unindexed.clone(),
        news,
        room: room.clone(),
        policy: policy.clone(),
        sightings: sightings.clone(),
        detection: Arc::new(replays.clone()),
    };
    let service = Service::bind(options, dependencies).await?;
    let facts = Started { address: service.local_addr(), setup_token: service.setup_token() };

    // Rows, cameras, people.
    let engine_run = Uuid::now_v7();
    entries.entries.send(Entry::EngineBegan { id: engine_run, at: started_at }).await?;
    let give_up = CancellationToken::new();
    let recorder = tasks.spawn(TaskKind::Engine, "recorder", recorder.run(give_up.clone()));
    let mut reclaimer = Reclaimer::new(reclaim::Needs {
        store: store.clone(),
        storage: storage.clone(),
        policy,
        room: room.clone(),
        memory: memory.clone(),
        cameras: handle.watch(),
        recorder: entries.clone(),
    });
    // Nothing is written where the disk is not the one it should be.
    reclaimer.check_storage().await?;
    let means = Means {
        detector: detector.as_ref().map(|service| (service.desk(), service.status())),
        sightings,
        memory: memory.clone(),
        entries: entries.entries.clone(),
    };
    let context = Context {
        tasks: tasks.clone(),
        storage: storage.clone(),
        live,
        segments: entries.segments.clone(),
        unindexed,
        room,
        latest,
        entries: entries.entries.clone(),
        board: Board::default(),
        means,
    };
    info!(cameras = cameras.len(), storage = %storage.root.display(), "engine started");
    let stop_cameras = CancellationToken::new();
    let control = ControlLoop::new(store.clone(), context, endpoint, memory, reread.clone());
    let control =
        tasks.spawn(TaskKind::Engine, "control", control.run(cameras, stop_cameras.clone()));
    // Files of an earlier life, while the cameras already record.
    let settling = arrival.follow(is_there, prepared, reread, stop_cameras.clone());
    let settling = tasks.spawn(TaskKind::Engine, "database", settling);
    let reclaimer = tasks.spawn(TaskKind::Engine, "reclaimer", reclaimer.run(stop_cameras.clone()));
    let looking: Vec<_> = [
        detector.map(|d| tasks.spawn(TaskKind::Engine, "detector", d.run(stop_cameras.clone()))),
        Some(tasks.spawn(TaskKind::Engine, "replays", replays.run(stop_cameras.clone()))),
        Some(tasks.spawn(
            TaskKind::Engine,
            "jobs",
            jobs.run(Some(handle.watch()), stop_cameras.clone()),
        )),
        Some(tasks.spawn(TaskKind::Engine, "encoders", encoders.try_all(stop_cameras.clone()))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let stop_service = CancellationToken::new();
    let service = tasks.spawn(TaskKind::Engine, "service", service.serve(stop_service.clone()));
    let alive = tasks.spawn(
        TaskKind::Engine,
        "alive",
        note_alive(store.clone(), engine_run, stop_cameras.clone()),
    );
    let _ = started.send(facts);

    let failed = tokio::select! {
        () = stop.cancelled() => false,
        () = tasks.failed() => true,
    };

    // In reverse: no new requests, finish every file, write the last rows, close the database.
    info!("stopping: finishing every file");
    stop_service.cancel();
    stop_cameras.cancel();
    let _ = control.await;
    for task in looking {
        let _ = timeout(DRAIN_TIMEOUT, task).await;
    }
    let _ = timeout(DRAIN_TIMEOUT, reclaimer).await;
    let _ = timeout(DRAIN_TIMEOUT, settling).await;
    let ended = Entry::EngineEnded { id: engine_run, at: WallTime::now() };
    if entries.entries.send(ended).await.is_err() {
        warn!("could not note the end of the engine");
    }
    drop(entries);
    let mut recorder = recorder;
    if timeout(DRAIN_TIMEOUT, &mut recorder).await.is_err() {
        // What is left goes to the spool.
        give_up.cancel();
        let _ = timeout(DRAIN_TIMEOUT, recorder).await;
    }
    let served = service.await;
    let _ = alive.await;
    store.close().await?;
    info!("stopped");
    if failed {
        anyhow::bail!("a task that the engine cannot do without has failed; see the log");
    }
    if let Ok(Ok(Err(error))) = served {
        return Err(error.into());
    }
    Ok(())
}

async fn note_alive(store: Store, engine_run: Uuid, stop: CancellationToken) {
    let mut period = interval(ALIVE_PERIOD);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = period.tick() => {
                let noted = timeout(DRAIN_TIMEOUT, store.engine_alive(engine_run, WallTime::now()));
                let noted = noted.await;
                store.note_available(matches!(noted, Ok(Ok(()))));
                if let Ok(Err(error)) = noted {
                    warn!(error = chain(&error), "the database does not answer");
                }
            }
        }
    }
}
