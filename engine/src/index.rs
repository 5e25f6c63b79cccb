//! What the recorder, the reclaimer and the comparison with the files ask of the index. Behind a
//! trait, so that they can be driven through thousands of failures of a database that is not there ([`crate::simulation`] in tests).

use std::future::Future;

use ronin_core::{CameraId, Segment, SegmentId, WallTime, control::KeptFootage};
use ronin_store::{Error, Outage, Store};

use crate::spool::{Entry, Jpeg};

/// What was written, where somebody is told of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// Nobody is.
    Row,
    /// A notice, in this row.
    Notice(i64),
    /// A change of an event, under this sequence.
    Event(i64),
}

/// The index of footage. Writing the same twice is writing it once.
pub trait Index: Clone + Send + Sync + 'static {
    /// Writes an entry.
    fn write(&self, entry: &Entry) -> impl Future<Output = Result<Written, Error>> + Send;

    /// Says whether it answered. True where this is news.
    fn note_available(&self, is_available: bool) -> bool;

    /// Cameras that have footage.
    fn cameras_with_footage(&self) -> impl Future<Output = Result<Vec<CameraId>, Error>> + Send;

    /// The oldest segments of a camera that are not protected, at most `limit`.
    fn oldest_unprotected(
        &self,
        camera: &CameraId,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Segment>, Error>> + Send;

    /// Segments of all cameras by id, from behind `after` on, at most `limit`.
    fn all_segments(
        &self,
        after: Option<SegmentId>,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Segment>, Error>> + Send;

    /// The newest segment of a camera.
    fn newest_segment(
        &self,
        camera: &CameraId,
    ) -> impl Future<Output = Result<Option<Segment>, Error>> + Send;

    /// Footage of a camera.
    fn footage_of(
        &self,
        camera: &CameraId,
    ) -> impl Future<Output = Result<KeptFootage, Error>> + Send;

    /// Footage of all cameras.
    fn recorded_totals(&self) -> impl Future<Output = Result<KeptFootage, Error>> + Send;

    /// Turns segments into garbage, but for what is protected by now.
    fn discard(
        &self,
        ids: &[SegmentId],
        at: WallTime,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Whether there is a row of a segment.
    fn has_segment(&self, id: SegmentId) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Marks segments as lost whose files are gone.
    fn mark_lost(
        &self,
        ids: &[SegmentId],
        at: WallTime,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Garbage whose files are to be deleted, now or later, at most `limit`.
    fn garbage(
        &self,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<(SegmentId, String)>, Error>> + Send;

    /// Of the garbage, what may be deleted at `now`, at most `limit`.
    fn garbage_due(
        &self,
        now: WallTime,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<(SegmentId, String)>, Error>> + Send;

    /// Forgets garbage whose files are gone.
    fn forget_garbage(&self, ids: &[SegmentId]) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Index for Store {
    async fn write(&self, entry: &Entry) -> Result<Written, Error> {
        match entry {
            Entry::Segment(recorded) => self.index_segment(recorded).await?,
            Entry::Discarded { id, at } => self.discard_lost(&[*id], *at).await?,
            Entry::RunBegan { run, camera, at } => self.begin_run(*run, camera, *at).await?,
            Entry::RunEnded { run, at, reason } => self.end_run(*run, *at, reason).await?,
            Entry::Outage { camera, at, outage } => {
                let outage = outage.clone().map(|(cause, message)| Outage { cause, message });
                self.set_outage(camera, *at, outage).await?;
            }
            Entry::EngineBegan { id, at } => {
                self.begin_engine_run(*id, *at).await?;
                // What an earlier life was following is gone.
                let closed = self.close_events(*at).await?;
                return Ok(closed.map_or(Written::Row, Written::Event));
            }
            Entry::EngineEnded { id, at } => self.end_engine_run(*id, *at).await?,
            Entry::Motion(minute) => self.note_motion(minute).await?,
            Entry::Event(told) => {
                let snapshot = told.snapshot.as_ref().map(Jpeg::bytes);
                return self.write_event(&told.event, snapshot).await.map(Written::Event);
            }
            Entry::Notice(notice) => return self.insert_notice(notice).await.map(Written::Notice),
        }
        Ok(Written::Row)
    }

    fn note_available(&self, is_available: bool) -> bool {
        Store::note_available(self, is_available)
    }

    async fn cameras_with_footage(&self) -> Result<Vec<CameraId>, Error> {
        Store::cameras_with_footage(self).await
    }

    async fn oldest_unprotected(
        &self,
        camera: &CameraId,
        limit: u64,
    ) -> Result<Vec<Segment>, Error> {
        Store::oldest_unprotected(self, camera, limit).await
    }

    async fn all_segments(
        &self,
        after: Option<SegmentId>,
        limit: u64,
    ) -> Result<Vec<Segment>, Error> {
        Store::all_segments(self, after, limit).await
    }

    async fn newest_segment(&self, camera: &CameraId) -> Result<Option<Segment>, Error> {
        Store::newest_segment(self, camera).await
    }

    async fn footage_of(&self, camera: &CameraId) -> Result<KeptFootage, Error> {
        Store::footage_of(self, camera).await
    }

    async fn recorded_totals(&self) -> Result<KeptFootage, Error> {
        Store::recorded_totals(self).await
    }

    async fn discard(&self, ids: &[SegmentId], at: WallTime) -> Result<(), Error> {
        Store::discard(self, ids, at).await
    }

    async fn mark_lost(&self, ids: &[SegmentId], at: WallTime) -> Result<(), Error> {
        Store::mark_lost(self, ids, at).await
    }

    async fn has_segment(&self, id: SegmentId) -> Result<bool, Error> {
        Ok(self.segment(id).await?.is_some())
    }

    async fn garbage(&self, limit: u64) -> Result<Vec<(SegmentId, String)>, Error> {
        Store::garbage(self, limit).await
    }

    async fn garbage_due(
        &self,
        now: WallTime,
        limit: u64,
    ) -> Result<Vec<(SegmentId, String)>, Error> {
        Store::garbage_due(self, now, limit).await
    }

    async fn forget_garbage(&self, ids: &[SegmentId]) -> Result<(), Error> {
        Store::forget_garbage(self, ids).await
    }
}
