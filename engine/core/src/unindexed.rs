//! Footage that the index does not hold yet: files being written, and finished ones whose rows wait
//! for the database.
//!
//! Written by record branches and the recorder, read by whoever plays or lists footage, so that the
//! newest minutes are there while they are recorded. Nothing here outlives the engine: after a crash
//! the files themselves say what they are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    id::{CameraId, SegmentId},
    segment::Segment,
    time::WallTime,
};

/// See the module. Cheap to clone; every clone is the same list.
#[derive(Clone, Debug, Default)]
pub struct Unindexed(Arc<Mutex<HashMap<SegmentId, Entry>>>);

#[derive(Debug)]
struct Entry {
    segment: Segment,
    is_open: bool,
}

impl Unindexed {
    /// A file was begun.
    pub fn opened(&self, segment: Segment) {
        self.entries().insert(segment.id, Entry { segment, is_open: true });
    }

    /// An open file is whole up to `end`, with so many bytes and pictures.
    pub fn grew(&self, id: SegmentId, end: WallTime, size_bytes: u64, frames: u64) {
        if let Some(Entry { segment, .. }) = self.entries().get_mut(&id) {
            segment.end = end;
            segment.size_bytes = size_bytes;
            segment.frames = frames;
        }
    }

    /// A file is finished; its row is to follow.
    pub fn finished(&self, segment: Segment) {
        self.entries().insert(segment.id, Entry { segment, is_open: false });
    }

    /// The row is there, or the file is gone.
    pub fn forget(&self, id: SegmentId) {
        self.entries().remove(&id);
    }

    /// One of them, with a picture in it.
    pub fn get(&self, id: SegmentId) -> Option<Segment> {
        self.entries().get(&id).map(|entry| entry.segment.clone()).filter(|s| s.frames > 0)
    }

    /// Whether this file is one of them.
    pub fn has_file(&self, path: &str) -> bool {
        self.entries().values().any(|entry| entry.segment.path == path)
    }

    /// Whether this file is being written.
    pub fn is_open(&self, id: SegmentId) -> bool {
        self.entries().get(&id).is_some_and(|entry| entry.is_open)
    }

    /// Whether a file of this camera is being written.
    pub fn is_recording(&self, camera: &CameraId) -> bool {
        self.entries().values().any(|entry| entry.is_open && entry.segment.camera == *camera)
    }

    /// Those of a camera that hold a picture, by start.
    pub fn of(&self, camera: &CameraId) -> Vec<Segment> {
        let entries = self.entries();
        let ours = entries.values().map(|entry| &entry.segment);
        let ours = ours.filter(|segment| segment.camera == *camera && segment.frames > 0);
        let mut ours: Vec<Segment> = ours.cloned().collect();
        ours.sort_by_key(|segment| (segment.start, segment.id));
        ours
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<SegmentId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::id::RunId;

    fn segment(camera: &str, start: i64) -> Segment {
        let start = WallTime::from_micros(start);
        Segment {
            id: SegmentId::generate(),
            camera: camera.parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start,
            path: String::new(),
            size_bytes: 0,
            frames: 0,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        }
    }

    #[test]
    fn a_file_is_listed_from_its_first_picture_until_it_has_a_row() {
        let list = Unindexed::default();
        let (a, b) = (segment("front", 10), segment("front", 5));
        list.opened(a.clone());
        assert_eq!(list.of(&a.camera), []);
        assert!(list.is_recording(&a.camera));

        let end = a.start + Duration::from_secs(1);
        list.grew(a.id, end, 100, 25);
        list.finished(Segment { frames: 3, ..b.clone() });
        list.finished(Segment { frames: 3, ..segment("back", 1) });

        let starts: Vec<_> = list.of(&a.camera).iter().map(|s| (s.id, s.end)).collect();
        assert_eq!(starts, [(b.id, b.end), (a.id, end)]);
        assert!(list.is_open(a.id) && !list.is_open(b.id));
        list.forget(a.id);
        assert_eq!(list.get(a.id), None);
        assert!(!list.is_recording(&a.camera));
    }
}
