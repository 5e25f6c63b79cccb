//! The engine from start to stop. Start order downwards, stop order upwards, on one screen.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use ronin_api::{Dependencies, Options, Service, SystemFacts};
use ronin_core::{Room, Unindexed, WallTime, chain, control, live::Windows};
use ronin_store::{MasterKey, Store};
use tokio::{
    sync::oneshot,
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    camera::{board::Board, latest::Latest, supervisor::Context},
    config::Config,
    control::ControlLoop,
    detector,
    reclaim::Reclaimer,
    reconcile, recorder,
    storage::Storage,
    system::{Facts, SegmentIndex},
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

    // The things everything stands on: the disk, the key, the database.
    let storage = Storage::open(&config.storage_root, config.segment_duration, config.sync_every)?;
    let storage = Arc::new(storage);
    let store = open_store(&config).await?;
    let engine_run = store.begin_engine_run(started_at).await?;

    // The address, before any camera: a port in use must not cost a connection.
    let (handle, endpoint) = control::channel();
    let live = Windows::default();
    let system = system_facts(&config, &storage, started_at).await;
    let options = Options {
        bind: config.bind,
        tls: config.tls.clone(),
        web_root: config.web_root.clone(),
        storage_root: storage.root.clone(),
        reflection: config.reflection,
    };
    let dependencies = Dependencies {
        control: handle,
        store: store.clone(),
        live: live.clone(),
        index: Arc::new(SegmentIndex),
        system,
    };
    let service = Service::bind(options, dependencies).await?;
    let facts = Started { address: service.local_addr(), setup_token: service.setup_token() };

    // Rows, cameras, people.
    let (entries, recorder) = recorder::channel(store.clone());
    let give_up = CancellationToken::new();
    let recorder = tasks.spawn(TaskKind::Engine, "recorder", recorder.run(give_up.clone()));
    let context = Context {
        tasks: tasks.clone(),
        storage: storage.clone(),
        live,
        segments: entries.segments,
        unindexed: Unindexed::default(),
        room: Room::default(),
        latest: Latest::default(),
        entries: entries.entries,
        board: Board::default(),
    };
    let cameras = store.cameras().await?;
    info!(cameras = cameras.len(), storage = %storage.root.display(), "engine started");
    let stop_cameras = CancellationToken::new();
    let control = ControlLoop::new(store.clone(), context, endpoint);
    let control =
        tasks.spawn(TaskKind::Engine, "control", control.run(cameras, stop_cameras.clone()));
    // Files of an earlier life, while the cameras already record.
    let adopting = adopt(store.clone(), storage.clone());
    tasks.spawn(TaskKind::Camera, "adopt", adopting);
    let reclaimer = Reclaimer::new(store.clone(), storage.clone(), config.limits);
    let reclaimer = tasks.spawn(TaskKind::Engine, "reclaimer", reclaimer.run(stop_cameras.clone()));
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
    let _ = timeout(DRAIN_TIMEOUT, reclaimer).await;
    if timeout(DRAIN_TIMEOUT, recorder).await.is_err() {
        give_up.cancel();
    }
    let served = service.await;
    let _ = alive.await;
    if let Err(error) = store.end_engine_run(engine_run, WallTime::now()).await {
        warn!(error = chain(&error), "could not note the end of the engine");
    }
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

/// Opens the database, brings it up to date, and makes the administrator that the settings name.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let data_dir = &config.data_dir;
    std::fs::create_dir_all(data_dir).with_context(|| {
        format!(
            "the data folder {} cannot be made. Give this user the right to write there, or set \
             RONIN_DATA_DIR to another folder",
            data_dir.display()
        )
    })?;
    let key = MasterKey::load_or_create(&data_dir.join("master.key"))?;
    let store = Store::connect(config.database_url.expose(), key).await?;
    store.migrate().await?;
    if let Some(password) = &config.admin_password
        && !store.has_users().await?
    {
        ronin_api::auth::create_first_admin(&store, "admin", password.expose()).await?;
        info!("made the first administrator: admin");
    }
    Ok(store)
}

async fn system_facts(
    config: &Config,
    storage: &Arc<Storage>,
    started_at: WallTime,
) -> Arc<dyn SystemFacts> {
    let (model_dir, model) = (config.model_dir.clone(), config.detect_model.clone());
    // Loading a model takes a second or two, on a thread that may block.
    let detector =
        tokio::task::spawn_blocking(move || detector::describe(&model_dir, model.as_deref()));
    let detector = detector.await.unwrap_or_default();
    if detector.available {
        info!(model = detector.model, device = detector.device, "detector model loaded");
    } else {
        info!(reason = detector.message, "no object detection");
    }
    Arc::new(Facts { storage: storage.clone(), started_at, detector })
}

/// Gives rows to files that have none. Footage is safe without, so a failure is told and no more.
async fn adopt(store: Store, storage: Arc<Storage>) {
    if let Err(error) = reconcile::adopt(&store, &storage.root).await {
        warn!(error = chain(error.as_ref()), "files without rows were not adopted");
    }
}

async fn note_alive(store: Store, engine_run: Uuid, stop: CancellationToken) {
    let mut period = interval(ALIVE_PERIOD);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = period.tick() => {
                if let Err(error) = store.engine_alive(engine_run, WallTime::now()).await {
                    warn!(error = chain(&error), "the database does not answer");
                }
            }
        }
    }
}
