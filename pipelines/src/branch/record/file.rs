//! The file of one record branch: what it is called, and who is told of it.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc},
    time::Duration,
};

use ronin_core::{CameraId, Recorded, RecordingFault, Segment, SegmentId, Span, WallTime};
use tracing::error;

use super::{Recording, Tracks};
use crate::{
    boxes::Whole,
    segment_file::{Ending, Identity},
    sink::{Listener, Opened, output::Finished},
    stats::Flag,
};

/// Files of one camera that begin in the same second, before we give up naming them.
const SAME_SECOND_MAX: u32 = 100;
/// Attempts to make a file whose name somebody else took in the meantime.
const NAMES_MAX: u32 = 3;
/// A picture may be shown this much longer than the muxer thinks without there being a hole.
const SLACK: Duration = Duration::from_millis(100);

/// See the module.
pub(super) struct SegmentFile {
    recording: Arc<Recording>,
    /// Running time of its first picture.
    begins: gst::ClockTime,
    /// Running time of the first picture of the file that follows at once.
    ends: OnceLock<gst::ClockTime>,
    /// What is still written says nothing of how the recording goes.
    is_closing: Flag,
    segment: Mutex<Segment>,
    /// The end that the file says it has, with so many pictures.
    said_end: OnceLock<(u64, WallTime)>,
    /// Dropped when the file is closed.
    ended: Mutex<Option<mpsc::Sender<()>>>,
}

impl SegmentFile {
    pub(super) fn new(
        recording: &Arc<Recording>,
        sequence: u32,
        begins: gst::ClockTime,
        tracks: Tracks,
        ended: mpsc::Sender<()>,
    ) -> Self {
        let at = recording.clock.wall(begins).unwrap_or_else(|| recording.clock.now());
        let segment = Segment {
            id: SegmentId::generate(),
            camera: recording.camera.clone(),
            run: recording.run,
            sequence,
            start: at,
            end: at,
            path: String::new(),
            size_bytes: 0,
            frames: 0,
            codecs: tracks.codecs,
            width: tracks.width,
            height: tracks.height,
        };
        Self {
            recording: recording.clone(),
            begins,
            ends: OnceLock::new(),
            is_closing: Flag::default(),
            segment: Mutex::new(segment),
            said_end: OnceLock::new(),
            ended: Mutex::new(Some(ended)),
        }
    }

    /// Nothing new comes; the next file begins at running time `cut`, where there is one.
    pub(super) fn close(&self, cut: Option<gst::ClockTime>) {
        self.is_closing.raise();
        if let Some(cut) = cut {
            let _ = self.ends.set(cut);
        }
    }

    /// Wall-clock time at which `whole` ends: where the next file begins, unless pictures are
    /// missing before it.
    fn end_of(&self, start: WallTime, whole: Whole) -> WallTime {
        let media = self.begins + clock_time(whole.duration);
        let picture = whole.duration / u32::try_from(whole.frames.max(1)).unwrap_or(u32::MAX);
        let reach = media + clock_time(SLACK.max(picture * 2));
        let end = self.ends.get().filter(|cut| **cut <= reach).copied().unwrap_or(media);
        let clock = &self.recording.clock;
        let end = clock.wall(end).unwrap_or_else(|| clock.now());
        clock.cap(start, end)
    }

    fn segment(&self) -> MutexGuard<'_, Segment> {
        self.segment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that there is footage up to `end`.
    fn reach(&self, start: WallTime, end: WallTime) {
        let mut progress = self.recording.progress();
        let footage = progress.footage.get_or_insert(Span::new(start, end));
        *footage = Span::new(footage.start.min(start), footage.end.max(end));
    }

    /// Hands the finished segment to the recorder. Waits where the recorder is behind: this is a
    /// branch's own thread, which nothing else waits for.
    fn announce(&self, Finished { whole, index }: Finished) {
        let mut segment = self.segment().clone();
        let said = self.said_end.get().filter(|(frames, _)| *frames == whole.frames);
        segment.end = said.map_or_else(|| self.end_of(segment.start, whole), |(_, end)| *end);
        segment.size_bytes = whole.bytes;
        segment.frames = whole.frames;
        self.reach(segment.start, segment.end);
        self.recording.unindexed.finished(segment.clone());
        let sent = self.recording.segments.blocking_send(Recorded { segment, index });
        if let Err(unsent) = sent {
            // The file stays, and is adopted at the next start.
            error!(path = unsent.0.segment.path, "the recorder is gone: a segment has no row");
        }
    }
}

fn clock_time(duration: Duration) -> gst::ClockTime {
    gst::ClockTime::try_from(duration).unwrap_or(gst::ClockTime::MAX)
}

impl Listener for SegmentFile {
    fn open(&self) -> io::Result<Opened> {
        let Recording { root, camera, disk, unindexed, room, .. } = &*self.recording;
        if !room.is_proven() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the storage is not there"));
        }
        let mut segment = self.segment();
        for attempt in 1.. {
            segment.path = free_name(root, camera, segment.start);
            let medium = match disk.create(root, Path::new(&segment.path)) {
                Ok(medium) => medium,
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && attempt < NAMES_MAX =>
                {
                    continue;
                }
                Err(error) => return Err(error),
            };
            unindexed.opened(segment.clone());
            let identity = Identity::of(&segment).to_box();
            return Ok(Opened { path: root.join(&segment.path), medium, identity });
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn wrote(&self, bytes: usize, whole: Whole) {
        let Recording { room, unindexed, written, .. } = &*self.recording;
        room.wrote(bytes as u64);
        // A header alone is no footage.
        if whole.frames > 0 {
            written.count(bytes);
            let (id, start) = {
                let segment = self.segment();
                (segment.id, segment.start)
            };
            let end = self.end_of(start, whole);
            unindexed.grew(id, end, whole.bytes, whole.frames);
            self.reach(start, end);
            if !self.is_closing.is_up() {
                let mut progress = self.recording.progress();
                progress.fault = None;
                progress.is_paused = false;
            }
        }
    }

    fn last_words(&self, whole: Whole) -> Vec<u8> {
        let end = self.end_of(self.segment().start, whole);
        let _ = self.said_end.set((whole.frames, end));
        Ending { end }.to_box()
    }

    fn failed(&self, error: &io::Error) {
        let is_full =
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let fault = if is_full {
            self.recording.room.want();
            RecordingFault::DiskFull
        } else {
            RecordingFault::WriteFailed { detail: error.to_string() }
        };
        self.recording.progress().fault = Some(fault);
    }

    fn closed(&self, finished: Option<Finished>) {
        match finished {
            Some(finished) => self.announce(finished),
            None => {
                let id = self.segment().id;
                self.recording.unindexed.forget(id);
            }
        }
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// `<camera>/<YYYY-MM-DD>/<HH-MM-SS>.mp4`; `-2` and so on follow where a file has that name.
fn free_name(root: &Path, camera: &CameraId, at: WallTime) -> String {
    let stem = format!("{camera}/{}/{}", at.utc_day(), at.utc_second());
    for attempt in 2..SAME_SECOND_MAX {
        let name = match attempt {
            2 => format!("{stem}.mp4"),
            n => format!("{stem}-{}.mp4", n - 1),
        };
        if std::fs::symlink_metadata(root.join(&name)).is_err() {
            return name;
        }
    }
    format!("{stem}-{}.mp4", SegmentId::generate())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_first_picture_and_never_twice() {
        let root = tempfile::tempdir().unwrap();
        let camera: CameraId = "front".parse().unwrap();
        let at = WallTime::from_micros(1_700_000_000_000_000);
        for want in ["22-13-20.mp4", "22-13-20-2.mp4", "22-13-20-3.mp4"] {
            let name = free_name(root.path(), &camera, at);
            assert_eq!(name, format!("front/2023-11-14/{want}"));
            let path = root.path().join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
    }
}
