//! Deleting by the index, in the order that a crash cannot spoil: the row becomes garbage, the file
//! goes, the garbage is forgotten.
//!
//! Not here: when ([`super::pass`]), and which ([`super::plan`]).

use std::{path::PathBuf, sync::Arc, time::Duration};

use ronin_core::{CameraId, WallTime, storage::Limits};
use tokio::task::spawn_blocking;
use tracing::info;

use super::{CameraFootage, OwnLimits, Situation, files, plan};
use crate::{disk::Disk, index::Index};

/// Segments looked at in one pass, of all cameras: bounds what one wrong decision can cost.
const PASS_MAX: u64 = 1000;
/// Of each camera at least so many, so that many cameras get on too.
const CAMERA_MIN: u64 = 20;
/// Age counts from the newest footage at most this far: after a year in a drawer, nothing is old
/// until something new is recorded.
const PAUSE_MAX: Duration = Duration::from_secs(24 * 3600);
/// The footage that the index knows, and the disk that it is on.
#[derive(Debug)]
pub(crate) struct Shelf<I> {
    pub(crate) index: I,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) root: PathBuf,
}

impl<I: Index> Shelf<I> {
    /// Deletes what is beyond the limits; returns how many segments went. `age_from` of the
    /// situation is the present, where the clock is believed.
    pub(crate) async fn reclaim(
        &self,
        situation: Situation,
        limits: Limits,
        own_limits: impl Fn(&CameraId) -> OwnLimits,
    ) -> anyhow::Result<usize> {
        let index = &self.index;
        let ids = index.cameras_with_footage().await?;
        let count = (PASS_MAX / (ids.len().max(1) as u64)).max(CAMERA_MIN);
        let mut newest: Option<WallTime> = None;
        let mut cameras = Vec::with_capacity(ids.len());
        for id in &ids {
            let own = own_limits(id);
            let recorded_bytes = match own.max_bytes {
                Some(_) => index.footage_of(id).await?.bytes,
                None => 0,
            };
            newest = newest.max(index.newest_segment(id).await?.map(|segment| segment.end));
            let oldest = index.oldest_unprotected(id, count).await?;
            cameras.push(CameraFootage { own, recorded_bytes, oldest });
        }
        let age_from = newest.zip(situation.age_from);
        let situation = Situation {
            age_from: age_from.map(|(newest, now)| now.min(newest + PAUSE_MAX)),
            recorded_bytes: match limits.max_bytes {
                Some(_) => index.recorded_totals().await?.bytes,
                None => 0,
            },
            ..situation
        };
        let going = plan(&cameras, &situation, &limits);
        if !going.is_empty() {
            index.discard(&going, situation.now).await?;
            info!(segments = going.len(), "deleting the oldest footage");
            self.empty_garbage().await?;
        }
        Ok(going.len())
    }

    /// Deletes the files of what is garbage already.
    pub(crate) async fn empty_garbage(&self) -> anyhow::Result<()> {
        loop {
            let garbage = self.index.garbage_due(WallTime::now(), PASS_MAX).await?;
            let (disk, root) = (self.disk.clone(), self.root.clone());
            let wanted = garbage.len();
            let delete = move || files::delete_files(&*disk, &root, garbage);
            let gone = spawn_blocking(delete).await??;
            self.index.forget_garbage(&gone).await?;
            // What could not be deleted is tried again in the next pass.
            if gone.len() < wanted || gone.is_empty() {
                return Ok(());
            }
        }
    }
}
