//! Deleting while the index is away: what the reserve needs, by what the files say of themselves.
//!
//! Each deletion is kept before its file goes: a crash in between leaves a file that is adopted, and
//! not a row without one.

use std::{path::PathBuf, sync::Arc};

use ronin_core::{CameraId, Span, storage::Limits};
use tokio::task::spawn_blocking;
use tracing::info;

use super::{Situation, files, plan_without_index};
use crate::{
    disk::Disk,
    recorder::{Entry, Keeper},
};

/// Files of each camera looked at in a pass: each is read for it.
const FILES_MAX: usize = 8;

/// Footage as its files tell of it.
#[derive(Debug)]
pub(crate) struct Blind {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) root: PathBuf,
    pub(crate) keeper: Keeper,
}

impl Blind {
    /// Makes the reserve free, of space and of files; returns how many files went.
    pub(crate) async fn reclaim(
        &self,
        protected: impl Fn(&CameraId) -> Vec<Span>,
        situation: Situation,
        limits: Limits,
    ) -> anyhow::Result<usize> {
        if !situation.is_tight(&limits, 0, 0) {
            return Ok(0);
        }
        let (disk, root) = (self.disk.clone(), self.root.clone());
        let oldest = spawn_blocking(move || files::oldest(&*disk, &root, FILES_MAX)).await??;
        let going = plan_without_index(oldest, protected, &situation, &limits);
        if going.is_empty() {
            return Ok(0);
        }
        for segment in &going {
            self.keeper.keep(Entry::Discarded { id: segment.id, at: situation.now }).await?;
        }
        info!(files = going.len(), "deleting the oldest footage without the database");
        let garbage = going.iter().map(|s| (s.id, s.path.clone())).collect();
        let (disk, root) = (self.disk.clone(), self.root.clone());
        spawn_blocking(move || files::delete_files(&*disk, &root, garbage)).await??;
        Ok(going.len())
    }
}
