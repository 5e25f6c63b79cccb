//! The database's arrival: at the start, or later where it is away then. Until it is there the
//! engine records what it remembers.
//!
//! Not here: rows that wait ([`crate::recorder`]), questions ([`ronin_store`]).

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use ronin_core::{
    CameraConfig, ErrorKind, Notice, NoticeKind, Unindexed, chain, retry::Backoff, storage::Policy,
};
use ronin_store::{MasterKey, Store};
use tokio::{
    sync::{Notify, watch},
    task::spawn_blocking,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    camera::latest::Latest,
    config::Config,
    disk::{Disk, RealDisk},
    memory::Memory,
    reconcile::{self, Missing},
    recorder,
    storage::{self, Storage},
};

/// Between looks for a database that is away.
const RETRY: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(5));

/// A database, and the cameras that are known of it.
pub struct Opened {
    /// The database. Where it is not there yet, its questions fail until it is.
    pub store: Store,
    /// The cameras, of the database or remembered.
    pub cameras: Vec<CameraConfig>,
    /// Whether it is there and up to date.
    pub is_there: bool,
}

/// Opens the database and brings it up to date. One that is away is no obstacle where the cameras
/// are remembered.
pub async fn open(config: &Config, memory: &Memory) -> anyhow::Result<Opened> {
    let error = match open_store(config).await {
        Ok(store) => {
            let cameras = store.cameras().await?;
            return Ok(Opened { store, cameras, is_there: true });
        }
        Err(error) => error,
    };
    let kind = error.downcast_ref::<ronin_store::Error>().map(ronin_store::Error::kind);
    if kind != Some(ErrorKind::Unavailable) {
        return Err(error);
    }
    let key = MasterKey::load_or_create(&config.data_dir.join("master.key"))?;
    let store = Store::connect_later(config.database_url.expose(), key)?;
    let Some(cameras) = memory.cameras(&store) else { return Err(error) };
    warn!(
        error = chain(error.as_ref()),
        cameras = cameras.len(),
        "the database is away: recording begins with the cameras as they were remembered"
    );
    Ok(Opened { store, cameras, is_there: false })
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
    bring_up_to_date(&store, config).await?;
    Ok(store)
}

async fn bring_up_to_date(store: &Store, config: &Config) -> anyhow::Result<()> {
    store.migrate().await?;
    if let Some(password) = &config.admin_password
        && !store.has_users().await?
    {
        ronin_api::auth::create_first_admin(store, "admin", password.expose()).await?;
        info!("made the first administrator: admin");
    }
    Ok(())
}

/// What is to be done once the database is there.
pub struct Arrival {
    /// The settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Where footage is.
    pub storage: Arc<Storage>,
    /// What is remembered of the database.
    pub memory: Arc<Memory>,
    /// What may be kept.
    pub policy: Policy,
    /// What each camera has recorded last.
    pub latest: Latest,
    /// Files that have no row yet.
    pub unindexed: Unindexed,
    /// Where notices go.
    pub recorder: recorder::Handle,
}

impl Arrival {
    /// Takes over what the database knows: which storage is ours, the limits, how far the footage
    /// of each camera reaches.
    pub async fn settle(&self) -> anyhow::Result<()> {
        self.claim().await?;
        if let Some(limits) = self.store.storage_limits().await? {
            self.policy.set(limits);
        }
        for camera in self.store.cameras_with_footage().await? {
            if let Some(newest) = self.store.newest_segment(&camera).await? {
                self.latest.recorded(&camera, newest.span());
            }
        }
        Ok(())
    }

    /// Goes by what is remembered.
    pub fn make_do(&self) {
        if let Some(limits) = self.memory.limits() {
            self.policy.set(limits);
        }
    }

    /// Waits for a database that is away, then compares files and rows, once.
    pub async fn follow(
        self,
        is_there: bool,
        prepared: watch::Sender<bool>,
        reread: Arc<Notify>,
        stop: CancellationToken,
    ) {
        if !is_there {
            let arrived = tokio::select! {
                () = stop.cancelled() => false,
                arrived = self.arrive() => arrived,
            };
            if !arrived {
                return;
            }
            prepared.send_replace(true);
            reread.notify_one();
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.reconcile() => {}
        }
    }

    async fn arrive(&self) -> bool {
        let mut failures = 0;
        loop {
            let arrived = match bring_up_to_date(&self.store, &self.config).await {
                Ok(()) => self.settle().await,
                Err(error) => Err(error),
            };
            let Err(error) = arrived else {
                self.store.note_available(true);
                info!("the database is there");
                return true;
            };
            failures += 1;
            if failures == 1 {
                warn!(error = chain(error.as_ref()), "the database is still away");
            }
            sleep(RETRY.delay(failures, 0.5)).await;
        }
    }

    /// Compares files and rows. Footage is safe without, so a failure is told and no more.
    async fn reconcile(&self) {
        if !self.is_ours() {
            return;
        }
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        match reconcile::reconcile(
            &self.store,
            &disk,
            &self.storage.root,
            &self.unindexed,
            Missing::Doubt,
        )
        .await
        {
            Err(error) => warn!(error = chain(error.as_ref()), "files and rows were not compared"),
            Ok(result) if result.missing > 0 => {
                let (missing, rows) = (result.missing, result.rows);
                let text = if result.marked {
                    format!(
                        "{missing} of {rows} files are gone from the storage, and marked as lost"
                    )
                } else {
                    format!(
                        "{missing} of {rows} files are missing from {}, too many to be believed: \
                         nothing was marked. Is the right disk mounted there? Where they are gone \
                         for good, stop the engine and run `ronin check --mark-missing`",
                        self.storage.root.display()
                    )
                };
                warn!(missing, rows, marked = result.marked, "files are missing");
                let kind = NoticeKind::StorageDamaged;
                self.recorder.tell(Notice::new(kind, None, "FILES_MISSING", text));
            }
            Ok(_) => {}
        }
    }

    fn is_ours(&self) -> bool {
        let seen = storage::identity(&self.storage.root);
        self.memory.storage().is_none_or(|ours| seen.is_ok_and(|seen| seen == Some(ours)))
    }

    /// Makes out which storage the index belongs to, and has a new one say so. Where the folder is
    /// empty although there is footage in the index, nothing is changed: the disk is not mounted.
    async fn claim(&self) -> anyhow::Result<()> {
        let root = self.storage.root.clone();
        let on_disk = spawn_blocking(move || storage::identity(&root)).await??;
        let in_index = self.store.storage_id().await?;
        let is_index_empty = self.store.cameras_with_footage().await?.is_empty();
        let id = match (in_index, on_disk) {
            (Some(ours), Some(seen)) if ours == seen => ours,
            // A new or lost database takes the storage that is there.
            (None, Some(seen)) => seen,
            (Some(_), Some(seen)) if is_index_empty => seen,
            (Some(ours), Some(_)) => return self.remember(ours).await,
            // A new storage, or footage of a version that wrote no sentinel.
            (ours, None) => {
                let id = ours.unwrap_or_else(Uuid::now_v7);
                let root = self.storage.root.clone();
                let is_folder_empty =
                    spawn_blocking(move || storage::oldest_files(&RealDisk, &root, 1)).await??;
                let is_folder_empty = is_folder_empty.iter().all(Vec::is_empty);
                if !is_index_empty && is_folder_empty {
                    if ours.is_none() {
                        self.store.set_storage_id(id).await?;
                    }
                    return self.remember(id).await;
                }
                let root = self.storage.root.clone();
                spawn_blocking(move || storage::write_identity(&root, id)).await??;
                id
            }
        };
        if in_index != Some(id) {
            self.store.set_storage_id(id).await?;
        }
        self.remember(id).await
    }

    async fn remember(&self, id: Uuid) -> anyhow::Result<()> {
        let memory = self.memory.clone();
        Ok(spawn_blocking(move || memory.set_storage(id)).await?)
    }
}
