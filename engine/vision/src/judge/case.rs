//! What is known of one track since it became interesting, and the event it made, if any.
//!
//! Not here: when an event opens and closes ([`super`]).

use std::time::Duration;

use ronin_core::{
    DetectSettings, EventId, WallTime,
    detect::ObjectRule,
    event::{Check, Gate, Moment},
};

use super::{
    Picture,
    checks::{Facts, checks},
    path::Path,
    visits::Visits,
};
use crate::track::Track;

/// What touches the edge of the picture is not all there, and shows that much less.
const CUT: f32 = 0.7;
/// Parts of the picture.
const EDGE: f32 = 0.005;

/// An event that is open.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) id: EventId,
    /// As it stood when it opened.
    pub(super) checks: Vec<Check>,
    /// When it was told last.
    pub(super) told: Duration,
}

/// One track, from when it was first seen, or last came to rest.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) rule: ObjectRule,
    /// Why the detector looked at the first picture.
    pub(super) gate: Gate,
    pub(super) start: WallTime,
    pub(super) best: Moment,
    pub(super) path: Path,
    pub(super) visits: Visits,
    pub(super) event: Option<Open>,
    /// The answers when it was seen last without an event.
    pub(super) answers: Vec<Check>,
    /// Whether an event was made of it already, open or rejected.
    pub(super) is_told: bool,
    /// Whether it stood there before it was seen for the first time.
    pub(super) is_old: bool,
    pub(super) start_at: Duration,
    seen: u32,
    score_sum: f32,
    /// Pictures of the track that were looked at before this case.
    looked_before: u32,
}

impl Case {
    pub(super) fn new(
        track: &Track,
        rule: ObjectRule,
        picture: &Picture,
        settings: &DetectSettings,
    ) -> Self {
        let moment = moment(track);
        Self {
            rule,
            gate: picture.gate,
            start: track.last,
            best: moment,
            path: Path::new(moment),
            visits: Visits::new(&settings.zones),
            event: None,
            answers: Vec::new(),
            is_told: false,
            is_old: track.still.is_some(),
            start_at: picture.now,
            seen: 0,
            score_sum: 0.0,
            looked_before: track.looked.saturating_sub(1),
        }
    }

    /// The track is seen in a picture. Returns whether a zone makes this news.
    pub(super) fn see(
        &mut self,
        track: &Track,
        picture: &Picture,
        settings: &DetectSettings,
    ) -> bool {
        if self.seen > 0 {
            self.path.push(moment(track));
        }
        self.seen = self.seen.saturating_add(1);
        self.score_sum += track.score;
        let (now, wall) = (picture.now, track.last);
        self.visits.see(&settings.zones, &track.label, &track.steady, now, wall)
    }

    /// It rests: what it does next begins here.
    pub(super) fn rest(&mut self, track: &Track, picture: &Picture) {
        let moment = moment(track);
        self.gate = picture.gate;
        self.start = track.last;
        self.best = moment;
        self.path = Path::new(moment);
        self.visits.forget_ended();
        self.answers.clear();
        (self.start_at, self.seen, self.score_sum) = (picture.now, 1, track.score);
        self.looked_before = track.looked.saturating_sub(1);
    }

    pub(super) fn mean_score(&self) -> f32 {
        self.score_sum / self.seen.max(1) as f32
    }

    /// Pictures in which it was seen.
    pub(super) fn seen(&self) -> u32 {
        self.seen
    }

    /// Pictures that were looked at from the first to the last with it.
    pub(super) fn looked(&self, track: &Track) -> u32 {
        track.looked.saturating_sub(self.looked_before).max(self.seen)
    }

    /// The answers as they are now.
    pub(super) fn checks(
        &self,
        track: &Track,
        picture: &Picture,
        settings: &DetectSettings,
    ) -> Vec<Check> {
        let facts = Facts {
            label: &track.label,
            rule: &self.rule,
            mean_score: self.mean_score(),
            area: track.steady.area(),
            seen: self.seen,
            looked: self.looked(track),
            time: picture.now.saturating_sub(self.start_at),
            moved: track.moved,
            appeared: track.appeared,
            still: track.still,
            visits: &self.visits,
            now: picture.now,
            wall: picture.wall,
        };
        checks(&facts, settings)
    }
}

/// The object as it was seen last.
pub(super) fn moment(track: &Track) -> Moment {
    Moment { at: track.last, place: track.place, score: track.score }
}

/// How much a picture of it shows: large, whole, and sure is best.
pub(super) fn quality(moment: &Moment) -> f32 {
    let place = moment.place;
    let is_cut = place.x < EDGE
        || place.y < EDGE
        || place.x + place.width > 1.0 - EDGE
        || place.y + place.height > 1.0 - EDGE;
    moment.score * place.area().sqrt() * if is_cut { CUT } else { 1.0 }
}
