//! The database of the simulation.

use std::collections::BTreeSet;

use ronin_core::{CameraId, Segment, SegmentId, WallTime, control::KeptFootage};
use ronin_store::Error;

use super::{State, World};
use crate::{
    index::{Index, Written},
    spool::Entry,
};

/// Rows in an answer: few, so that there is more than one.
const PAGE: u64 = 5;

impl Index for World {
    async fn write(&self, entry: &Entry) -> Result<Written, Error> {
        self.ask(|state| match entry {
            Entry::Segment(recorded) => {
                let segment = recorded.segment.clone();
                if state.garbage.contains_key(&segment.id) {
                    return Written::Row;
                }
                let taken =
                    state.rows.values().any(|r| r.path == segment.path && r.id != segment.id);
                if taken {
                    state.broken.push(format!("{} has two rows", segment.path));
                }
                if state.thrown.contains(&segment.id) {
                    state.broken.push(format!("{} was deleted and came back", segment.path));
                }
                state.rows.insert(segment.id, segment);
                Written::Row
            }
            Entry::Discarded { id, .. } => {
                state.throw_away(&[*id], true);
                Written::Row
            }
            Entry::RunBegan { run, .. } => {
                state.runs.insert(*run);
                Written::Row
            }
            Entry::RunEnded { run, .. } => {
                if state.is_order_kept && !state.runs.contains(run) {
                    state.broken.push(format!("run {} ended before it began", run.0));
                }
                Written::Row
            }
            Entry::Notice(_) => Written::Notice(1),
            _ => Written::Row,
        })
        .await
    }

    fn note_available(&self, _: bool) -> bool {
        false
    }

    async fn cameras_with_footage(&self) -> Result<Vec<CameraId>, Error> {
        let all = |state: &mut State| -> BTreeSet<CameraId> {
            state.rows.values().map(|row| row.camera.clone()).collect()
        };
        Ok(self.ask(all).await?.into_iter().collect())
    }

    async fn oldest_unprotected(
        &self,
        camera: &CameraId,
        limit: u64,
    ) -> Result<Vec<Segment>, Error> {
        self.ask(|state| {
            let rows = state.rows.values().filter(|row| row.camera == *camera);
            let mut rows: Vec<_> = rows.filter(|row| !state.is_protected(row)).cloned().collect();
            rows.sort_by_key(|row| (row.end, row.id));
            rows.truncate(usize::try_from(limit).unwrap());
            rows
        })
        .await
    }

    async fn all_segments(
        &self,
        after: Option<SegmentId>,
        limit: u64,
    ) -> Result<Vec<Segment>, Error> {
        self.ask(|state| {
            let rows = state.rows.values().filter(|row| after.is_none_or(|after| row.id > after));
            rows.take(usize::try_from(limit.min(PAGE)).unwrap()).cloned().collect()
        })
        .await
    }

    async fn mark_lost(&self, ids: &[SegmentId], _: WallTime) -> Result<(), Error> {
        self.ask(|state| state.rows.retain(|id, _| !ids.contains(id))).await
    }

    async fn newest_segment(&self, camera: &CameraId) -> Result<Option<Segment>, Error> {
        self.ask(|state| {
            let rows = state.rows.values().filter(|row| row.camera == *camera);
            rows.max_by_key(|row| row.end).cloned()
        })
        .await
    }

    async fn footage_of(&self, camera: &CameraId) -> Result<KeptFootage, Error> {
        self.ask(|state| kept(state.rows.values().filter(|row| row.camera == *camera))).await
    }

    async fn recorded_totals(&self) -> Result<KeptFootage, Error> {
        self.ask(|state| kept(state.rows.values())).await
    }

    async fn discard(&self, ids: &[SegmentId], _: WallTime) -> Result<(), Error> {
        self.ask(|state| state.throw_away(ids, false)).await
    }

    async fn has_segment(&self, id: SegmentId) -> Result<bool, Error> {
        self.ask(|state| state.rows.contains_key(&id)).await
    }

    async fn garbage(&self, limit: u64) -> Result<Vec<(SegmentId, String)>, Error> {
        self.ask(|state| {
            let garbage = state.garbage.iter().map(|(id, path)| (*id, path.clone()));
            garbage.take(usize::try_from(limit).unwrap()).collect()
        })
        .await
    }

    async fn garbage_due(
        &self,
        _: WallTime,
        limit: u64,
    ) -> Result<Vec<(SegmentId, String)>, Error> {
        self.garbage(limit).await
    }

    async fn forget_garbage(&self, ids: &[SegmentId]) -> Result<(), Error> {
        self.ask(|state| state.garbage.retain(|id, _| !ids.contains(id))).await
    }
}

fn kept<'a>(rows: impl Iterator<Item = &'a Segment>) -> KeptFootage {
    rows.fold(KeptFootage { segments: 0, bytes: 0 }, |sum, row| KeptFootage {
        segments: sum.segments + 1,
        bytes: sum.bytes + row.size_bytes,
    })
}
