//! A process that does nothing but long work, for a server on another machine or on this one.
//!
//! It shares the database and the storage folder with the server, and leaves everything else to it: it
//! makes no job, reads no password of a camera and listens on no port.

use std::sync::Arc;

use anyhow::{Context, bail};
use ronin_api::footage::Footage;
use ronin_core::{JobKind, Unindexed, notice::News, storage::Policy};
use ronin_store::{MasterKey, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::{
    config::Config,
    jobs::{self, Jobs, coder::Encoders},
    storage,
    system::SegmentFiles,
    tasks::{TaskKind, Tasks},
};

/// Works until `stop`. `started` is called when it takes jobs.
pub async fn run(
    config: Config,
    kinds: Vec<JobKind>,
    stop: CancellationToken,
    started: impl FnOnce(),
) -> anyhow::Result<()> {
    if !config.database_url.expose().starts_with("postgres") {
        bail!(
            "a worker needs the Postgres database of its server: set DATABASE_URL. With SQLite the \
             server does all work itself"
        );
    }
    // What only the server's key opens is not read here.
    let store = Store::connect(config.database_url.expose(), MasterKey::ephemeral()?).await?;
    let missing = store.migration_status().await?.iter().filter(|(_, applied)| !applied).count();
    if missing > 0 {
        bail!("the database is older than this program: start the server of this version first");
    }
    let root = config.storage_root.canonicalize().with_context(|| {
        format!("the storage folder {} is not there", config.storage_root.display())
    })?;
    let here = storage::identity(&root)
        .with_context(|| format!("the storage folder {} cannot be read", root.display()))?;
    if here.is_none() || here != store.storage_id().await? {
        bail!(
            "{} is not the storage folder of the server that uses this database: mount that one, \
             and set STORAGE_ROOT",
            root.display()
        );
    }
    let footage = Footage::new(
        store.clone(),
        Unindexed::default(),
        Arc::new(SegmentFiles),
        root.as_path().into(),
    );
    let (_prepared, is_prepared) = watch::channel(true);
    let encoders = Encoders::default();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    info!(queues = names.join(", "), storage = %root.display(), "worker started");
    let jobs = Jobs::new(jobs::Needs {
        store: store.clone(),
        footage,
        storage_root: root,
        policy: Policy::new(config.limits),
        news: News::default(),
        is_prepared,
        kinds,
        at_once: config.jobs_at_once.max(1),
        encoders: encoders.clone(),
        manner: config.manner,
        keep_exports: config.keep_exports,
    });
    let tasks = Tasks::default();
    let trial = tasks.spawn(TaskKind::Engine, "encoders", encoders.try_all(stop.clone()));
    let work = tasks.spawn(TaskKind::Engine, "jobs", jobs.run(None, stop.clone()));
    started();
    tokio::select! {
        () = stop.cancelled() => {}
        () = tasks.failed() => stop.cancel(),
    }
    // What is at work is put back, for another or for the next start.
    let _ = work.await;
    let _ = trial.await;
    store.close().await?;
    info!("stopped");
    Ok(())
}
