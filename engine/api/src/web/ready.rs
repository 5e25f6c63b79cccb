//! `/readyz`: whether the database answers and footage can be written.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{extract::State, response::Response};
use http::StatusCode;
use ronin_core::chain;
use ronin_store::Store;
use tokio::{
    task::spawn_blocking,
    time::{Instant, timeout},
};
use tracing::warn;

use super::{Context, words};

/// Anybody may ask, so an answer serves for a while.
const FRESH: Duration = Duration::from_secs(2);
/// A disk or database that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is wrong in words; `None` when all is well.
type Verdict = Option<&'static str>;

/// Knows whether the server is ready. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Ready {
    store: Store,
    storage_root: Arc<Path>,
    last: Arc<Mutex<Option<(Instant, Verdict)>>>,
}

pub(super) async fn readyz(State(context): State<Context>) -> Response {
    match context.ready.check().await {
        None => words(StatusCode::OK, "ready"),
        Some(trouble) => words(StatusCode::SERVICE_UNAVAILABLE, trouble),
    }
}

impl Ready {
    pub(super) fn new(store: Store, storage_root: Arc<Path>) -> Self {
        Self { store, storage_root, last: Arc::default() }
    }

    async fn check(&self) -> Verdict {
        let now = Instant::now();
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, verdict)) = last
            && now.saturating_duration_since(at) < FRESH
        {
            return verdict;
        }
        let verdict = self.ask().await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, verdict));
        verdict
    }

    async fn ask(&self) -> Verdict {
        match timeout(PATIENCE, self.store.ping()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(error = %chain(&error), "not ready: database");
                return Some("the database gives an error: see the log");
            }
            Err(_) => return Some("the database does not answer"),
        }
        let root = self.storage_root.clone();
        match timeout(PATIENCE, spawn_blocking(move || write_and_remove(&root))).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(error))) => {
                warn!(%error, "not ready: storage");
                Some("the storage cannot be written: see the log")
            }
            Ok(Err(_)) | Err(_) => Some("the storage does not answer"),
        }
    }
}

fn write_and_remove(root: &Path) -> io::Result<()> {
    let path = root.join(format!(".ronin-ready-{}", std::process::id()));
    std::fs::write(&path, b"ready")?;
    std::fs::remove_file(&path)
}
