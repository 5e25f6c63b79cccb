//! Deletes what no job needs: exports whose time is over, folders of attempts that came to nothing, and
//! what the queue keeps of work that is done.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use ronin_core::{JobKind, WallTime, chain, job::EXPORTS, transcode::TRANSCODING};
use ronin_store::{Queue, Store};
use tokio::task::spawn_blocking;
use tracing::{info, warn};
use uuid::Uuid;

use crate::disk::present;

/// Jobs that a policy made are listed so long. What came of their files is counted elsewhere.
const KEEP_TRANSCODES: Duration = Duration::from_secs(7 * 24 * 3600);

/// Deletes it; failures are told and tried again.
pub(super) async fn tidy(store: &Store, root: &Path, queue: Option<&Queue>) {
    if let Some(queue) = queue {
        if let Err(e) = queue.forget_done().await {
            warn!(error = chain(&e), "could not tidy the queue");
        }
        if let Err(e) = expire(store).await {
            warn!(error = chain(&e), "could not delete exports whose time is over");
        }
    }
    // Before the question: who makes a folder has the claim before.
    let [exports, transcoding] = [EXPORTS, TRANSCODING].map(|name| root.join(name));
    let there = spawn_blocking(move || {
        let mut there = folders(&exports)?;
        there.append(&mut folders(&transcoding)?);
        Ok(there)
    });
    let there = there.await.map_err(io::Error::other).flatten();
    let there = match there {
        Ok(there) if there.is_empty() => return,
        Ok(there) => there,
        Err(e) => return warn!(error = %e, "could not look for what no job needs"),
    };
    let claims = match store.job_claims().await {
        Ok(claims) => claims,
        Err(e) => return warn!(error = chain(&e), "could not look for what no job needs"),
    };
    let gone: Vec<PathBuf> =
        there.into_iter().filter(|(id, _)| !claims.contains(id)).map(|(_, path)| path).collect();
    let removed = spawn_blocking(move || {
        for path in gone {
            match present(fs::remove_dir_all(&path)) {
                Ok(_) => info!(folder = %path.display(), "what no job needs is deleted"),
                Err(e) => warn!(folder = %path.display(), error = %e, "could not delete it"),
            }
        }
    });
    let _ = removed.await;
}

async fn expire(store: &Store) -> Result<(), ronin_store::Error> {
    store.forget_jobs(JobKind::Transcode, WallTime::now() - KEEP_TRANSCODES).await?;
    for id in store.jobs_expired(WallTime::now()).await? {
        if store.delete_job(id).await? {
            info!(job = %id, "the time of an export is over");
        }
    }
    Ok(())
}

/// Folders that are named after a claim; others are somebody else's.
fn folders(folder: &Path) -> io::Result<Vec<(Uuid, PathBuf)>> {
    let mut found = Vec::new();
    for entry in present(fs::read_dir(folder))?.into_iter().flatten() {
        let entry = entry?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| Uuid::try_parse(name).ok());
        if let Some(id) = id.filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            found.push((id, entry.path()));
        }
    }
    Ok(found)
}
