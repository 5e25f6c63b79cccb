//! What there is of a span of a camera's footage, piece by piece, and as files to keep.
//!
//! Not here: how it is played or downloaded (`crate::web`), and who makes files of it (the engine).

mod files;
mod joined;

use std::{path::Path as FsPath, sync::Arc};

use ronin_core::{CameraId, SegmentId, Span, Unindexed, playback::ReadFootage};
use ronin_store::Store;

pub(crate) use self::files::{Failed, Playable, scale, span_of};
pub use self::joined::{Joined, SpanFiles, Unreadable};

/// The footage of all cameras, finished or being written. Cheap to clone.
#[derive(Clone)]
pub struct Footage {
    store: Store,
    unindexed: Unindexed,
    files: Arc<dyn ReadFootage>,
    storage_root: Arc<FsPath>,
}

impl Footage {
    /// Of the index, what has no row yet, and the files below `storage_root`.
    pub fn new(
        store: Store,
        unindexed: Unindexed,
        files: Arc<dyn ReadFootage>,
        storage_root: Arc<FsPath>,
    ) -> Self {
        Self { store, unindexed, files, storage_root }
    }

    /// One file; `None` where there is none of this id, or it cannot be read.
    pub(crate) async fn one(&self, id: SegmentId) -> ronin_store::Result<Option<Playable>> {
        files::one(self, id).await
    }

    /// Hands every file of a camera that overlaps `span`, at most `files_max`, to `take`, by start,
    /// until that says `false`: it is too much.
    pub(crate) async fn each(
        &self,
        camera: &CameraId,
        span: Span,
        files_max: usize,
        take: impl FnMut(Playable) -> bool,
    ) -> Result<(), Failed> {
        files::each(self, camera, span, files_max, take).await
    }
}
