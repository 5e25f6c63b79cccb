//! What happened in front of a camera: an object that came, was followed, and went.
//!
//! Not here: when an object becomes an event (`ronin_vision`), and how events are kept
//! (`ronin_store`).

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    detect::{ObjectRule, ZoneName},
    error::Invalid,
    id::{CameraId, EventId},
    time::{Span, WallTime},
};

/// Moments of a path that are kept; of a longer one every second is left out again and again.
pub const PATH_MAX: usize = 200;

/// A rectangle in the picture, upright. Lengths are parts of the picture, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Place {
    /// Part of the picture that it covers.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The middle of its lower edge: where an object stands.
    pub fn foot(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height)
    }
}

/// Why a picture was looked at by the detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Gate {
    /// Something moved in it.
    Motion,
    /// Something was seen in the seconds before.
    Recent,
    /// Nothing of that; once in a while the whole picture is looked at all the same.
    Sweep,
}

impl Gate {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Motion => "MOTION",
            Self::Recent => "RECENT",
            Self::Sweep => "SWEEP",
        }
    }
}

/// Where an event stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventState {
    /// It goes on.
    Open,
    /// The object is gone, or came to rest.
    Closed,
    /// An object was seen that made no event; `why` says which check it failed.
    Rejected,
}

impl EventState {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Rejected => "REJECTED",
        }
    }
}

impl FromStr for EventState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Open, Self::Closed, Self::Rejected]
            .into_iter()
            .find(|state| state.name() == text)
            .ok_or_else(|| Invalid::new("state", "a state is OPEN, CLOSED or REJECTED"))
    }
}

/// The object in one picture.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// When the picture was taken.
    pub at: WallTime,
    /// Where the object was.
    pub place: Place,
    /// How sure the model was, from 0 to 1.
    pub score: f32,
}

/// A stay in a zone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ZoneVisit {
    /// Which zone.
    pub zone: ZoneName,
    /// When the object came into it.
    pub entered: WallTime,
    /// When it left; `None` while it is there.
    pub left: Option<WallTime>,
    /// Whether it stayed as long as the zone asks for.
    pub loitered: bool,
}

/// One thing that was asked of an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckKind {
    /// The model was sure enough.
    Score,
    /// It was neither too small nor too large.
    Size,
    /// It was seen in more than a picture or two.
    Persistence,
    /// It moved, and was not there all along.
    Movement,
    /// It was in a zone.
    Zone,
    /// It was the time for it.
    Schedule,
}

impl CheckKind {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "SCORE",
            Self::Size => "SIZE",
            Self::Persistence => "PERSISTENCE",
            Self::Movement => "MOVEMENT",
            Self::Zone => "ZONE",
            Self::Schedule => "SCHEDULE",
        }
    }
}

impl fmt::Display for CheckKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a check ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// What was asked.
    pub kind: CheckKind,
    /// Whether the answer was yes.
    pub passed: bool,
    /// The answer in words, with the numbers.
    pub text: String,
}

/// What led to an event, or kept one from being made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Why {
    /// Why the detector looked at the first picture with the object.
    pub gate: Gate,
    /// File name of the model.
    pub model: String,
    /// SHA-256 of the model, lower-case hexadecimal.
    pub model_sha256: String,
    /// The rule for objects of this class.
    pub rule: ObjectRule,
    /// Pictures in which the object was seen.
    pub seen: u32,
    /// Pictures that were looked at from the first to the last with the object.
    pub looked_at: u32,
    /// Every check, in the order of [`CheckKind`], as it stood at the decision.
    pub checks: Vec<Check>,
}

impl Why {
    /// The first check that failed.
    pub fn failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| !check.passed)
    }
}

/// An object that came, was followed, and went; or one that made no event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The same while it grows.
    pub id: EventId,
    /// Whose pictures.
    pub camera: CameraId,
    /// Where it stands.
    pub state: EventState,
    /// Name of the class.
    pub label: String,
    /// The number of its track in [`Detections`].
    pub track: u64,
    /// The first picture with the object.
    pub start: WallTime,
    /// The last one so far.
    pub end: WallTime,
    /// The object where it was seen best; the picture of it is the snapshot.
    pub best: Moment,
    /// Stays in zones, in the order of coming into them.
    pub zones: Vec<ZoneVisit>,
    /// Where it was, in order; [`PATH_MAX`] at most.
    pub path: Vec<Moment>,
    /// What led to it.
    pub why: Why,
    /// Footage before it that belongs to it.
    pub pre_roll: Duration,
    /// Footage behind it.
    pub post_roll: Duration,
}

impl Event {
    /// The footage that belongs to it.
    pub fn clip(&self) -> Span {
        Span::new(self.start - self.pre_roll, self.end + self.post_roll)
    }
}

/// An object in a picture, as people see it over the picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
    /// Name of the class.
    pub label: String,
    /// How sure the model is, from 0 to 1.
    pub score: f32,
    /// Where.
    pub place: Place,
    /// The same for the same object from picture to picture; `None`: seen for the first time.
    pub track: Option<u64>,
    /// Whether it has not moved for a while.
    pub is_still: bool,
}

/// What was seen in one picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Detections {
    /// When it was taken.
    pub at: WallTime,
    /// Why the detector looked at it; `None`: it did not.
    pub gate: Option<Gate>,
    /// The objects.
    pub objects: Vec<Seen>,
    /// Where something moved.
    pub motion: crate::grid::Grid,
    /// How long the detector took.
    pub took: Duration,
}

/// An object that does not move, remembered so that it is no news when it is seen again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Still {
    /// Name of the class.
    pub label: String,
    /// Where.
    pub place: Place,
    /// Since when.
    pub since: WallTime,
    /// When it was seen last.
    pub seen: WallTime,
}
