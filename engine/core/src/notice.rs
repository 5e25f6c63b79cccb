//! What people are told about: a camera that went away, a disk that is full, a database that does
//! not answer.
//!
//! A notice is told once it is stored. Not here: how a camera is doing now ([`crate::status`]), and
//! why there is no footage of a time (the timeline).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::{error::Invalid, id::CameraId, segment::Segment, time::WallTime};

/// Rows of footage that a slow watcher may miss before it is told to list again.
const SEGMENT_NEWS: usize = 256;

/// What kind of news it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeKind {
    /// A camera that sent pictures does not any more, or one that was switched on cannot be reached.
    CameraLost,
    /// It sends pictures again.
    CameraBack,
    /// Pictures arrive and are not written.
    RecordingFailed,
    /// They are written again.
    RecordingResumed,
    /// There is no room for footage, and nothing that may be deleted for it.
    StorageFull,
    /// There is room again.
    StorageFree,
    /// Files are missing, or the storage is not the one it was.
    StorageDamaged,
    /// The database did not answer; rows waited beside the footage.
    DatabaseAway,
    /// The database answers again, and every row is written.
    DatabaseBack,
    /// The clock of this machine was set.
    ClockSet,
    /// Objects are not looked for any more, or only slower.
    DetectorFailed,
    /// They are looked for again.
    DetectorBack,
}

/// Every kind and its name.
const NAMES: [(NoticeKind, &str); 12] = [
    (NoticeKind::CameraLost, "CAMERA_LOST"),
    (NoticeKind::CameraBack, "CAMERA_BACK"),
    (NoticeKind::RecordingFailed, "RECORDING_FAILED"),
    (NoticeKind::RecordingResumed, "RECORDING_RESUMED"),
    (NoticeKind::StorageFull, "STORAGE_FULL"),
    (NoticeKind::StorageFree, "STORAGE_FREE"),
    (NoticeKind::StorageDamaged, "STORAGE_DAMAGED"),
    (NoticeKind::DatabaseAway, "DATABASE_AWAY"),
    (NoticeKind::DatabaseBack, "DATABASE_BACK"),
    (NoticeKind::ClockSet, "CLOCK_SET"),
    (NoticeKind::DetectorFailed, "DETECTOR_FAILED"),
    (NoticeKind::DetectorBack, "DETECTOR_BACK"),
];

impl NoticeKind {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for NoticeKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = NAMES.iter().find(|(_, name)| *name == text);
        known.map(|(kind, _)| *kind).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
            Invalid::new("kinds", format!("a kind is one of {}", names.join(", ")))
        })
    }
}

/// A piece of news.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Its own, so that telling it twice is telling it once.
    pub id: Uuid,
    /// When it happened.
    pub at: WallTime,
    /// What kind of news it is.
    pub kind: NoticeKind,
    /// Which camera it is about, if it is about one.
    pub camera: Option<CameraId>,
    /// Machine-readable cause, for example a fault's reason; empty where the kind says it all.
    pub cause: String,
    /// What happened and what to do, in words.
    pub message: String,
}

impl Notice {
    /// News of now, about everything or one camera.
    pub fn new(
        kind: NoticeKind,
        camera: Option<CameraId>,
        cause: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id: Uuid::now_v7(),
            at: WallTime::now(),
            kind,
            camera,
            cause: cause.into(),
            message: message.into(),
        }
    }
}

/// Where what was stored is announced, and heard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct News {
    notices: watch::Sender<i64>,
    events: watch::Sender<i64>,
    jobs: watch::Sender<i64>,
    segments: broadcast::Sender<Segment>,
}

impl Default for News {
    fn default() -> Self {
        Self {
            notices: watch::channel(0).0,
            events: watch::channel(0).0,
            jobs: watch::channel(0).0,
            segments: broadcast::channel(SEGMENT_NEWS).0,
        }
    }
}

impl News {
    /// The notice in this row was stored.
    pub fn notice_stored(&self, row: i64) {
        self.notices.send_replace(row);
    }

    /// A change of an event was stored under this sequence.
    pub fn event_stored(&self, sequence: i64) {
        self.events.send_replace(sequence);
    }

    /// A job is new, changed or is gone, in whatever process: whoever follows them looks.
    pub fn jobs_changed(&self) {
        self.jobs.send_modify(|count| *count += 1);
    }

    /// A segment is in the index.
    pub fn segment_indexed(&self, segment: &Segment) {
        // Nobody listening is no trouble.
        let _ = self.segments.send(segment.clone());
    }

    /// Follows the newest stored notice by its row.
    pub fn notices(&self) -> watch::Receiver<i64> {
        self.notices.subscribe()
    }

    /// Follows the newest stored change of an event by its sequence.
    pub fn events(&self) -> watch::Receiver<i64> {
        self.events.subscribe()
    }

    /// Wakes whenever a job changed.
    pub fn jobs(&self) -> watch::Receiver<i64> {
        self.jobs.subscribe()
    }

    /// Follows segments as they are indexed. One that falls behind by 256 is told so.
    pub fn segments(&self) -> broadcast::Receiver<Segment> {
        self.segments.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_named() {
        for (kind, name) in NAMES {
            assert_eq!((kind.name(), name.parse()), (name, Ok(kind)));
            assert_eq!(serde_name(kind), name);
        }
        assert!("CAMERA".parse::<NoticeKind>().is_err());
    }

    /// The name that serde gives, through the one format that needs no other crate.
    fn serde_name(kind: NoticeKind) -> String {
        use serde::de::value::{Error, StrDeserializer};
        let name = kind.name();
        let parsed: Result<NoticeKind, Error> =
            NoticeKind::deserialize(StrDeserializer::<Error>::new(name));
        assert_eq!(parsed.ok(), Some(kind), "{name}");
        name.to_owned()
    }
}
