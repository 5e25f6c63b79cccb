//! One object that is followed: where it is expected, and whether it stands still.
//!
//! Not here: which sighting is its own ([`super`]).

use std::{sync::Arc, time::Duration};

use ronin_core::{WallTime, event::Place};

use super::{
    STILL, Since, Track,
    associate::Sighting,
    filter::Filter,
    likeness::{distance, is_same_place},
    memory::Known,
};

/// How far from where it is expected an object may be, in its own sizes ...
const REACH: f32 = 0.5;
/// ... and further for each second: a walker goes three of his widths in a second, of which he has
/// told some by having been seen before ...
const REACH_PER_S: f32 = 1.2;
/// ... unless he was seen once only.
const REACH_AT_FIRST_PER_S: f32 = 2.5;
/// Beyond this it is anybody's guess.
const REACH_MAX: f32 = 2.5;
/// Between two looks that are further apart, an object may have been away and back.
const STEP_MAX: Duration = Duration::from_secs(1);
/// Two boxes in a row that lie elsewhere are no jitter.
const AWAY: u32 = 2;
/// Boxes whose mean is where something stands.
const ANCHOR_HITS: u32 = 8;
/// Sizes. Less is not worth to be called movement.
const UNMOVED: f32 = 0.5;

/// Where an object stands, as long as it does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) place: Place,
    pub(super) since: Since,
    hits: u32,
    /// Sightings elsewhere in a row.
    away: u32,
}

/// What [`Object::settle`] found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Settled {
    /// It moves, or has not stood for long.
    Moves,
    /// From now on it counts as still.
    Stands,
    /// It is still as before.
    Still,
    /// It was still, and is so no more.
    Went,
}

/// A track, and what is needed to go on with it.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) track: Track,
    pub(super) anchor: Anchor,
    /// Whether nothing had been where it was first seen.
    pub(super) is_from_nothing: bool,
    filter: Filter,
    /// Where it was first, or stood still last.
    origin: Place,
    /// Pictures that were looked at since the last with it.
    missed: u32,
    /// When it, or its place, was looked at last.
    looked_at: Duration,
    score_sum: f32,
}

impl Object {
    pub(super) fn new(
        id: u64,
        sighting: &Sighting<'_>,
        now: Duration,
        wall: WallTime,
        is_from_nothing: bool,
    ) -> Self {
        let Sighting { label, place, score, .. } = *sighting;
        let track = Track {
            id,
            label: Arc::clone(label),
            place,
            steady: place,
            score,
            mean_score: score,
            first: wall,
            last: wall,
            last_at: now,
            hits: 1,
            looked: 1,
            is_seen: true,
            unseen: Duration::ZERO,
            moved: 0.0,
            appeared: false,
            still: None,
        };
        Self {
            track,
            anchor: Anchor { place, since: Since { at: now, wall }, hits: 0, away: 0 },
            is_from_nothing,
            filter: Filter::new(place),
            origin: place,
            missed: 0,
            looked_at: now,
            score_sum: score,
        }
    }

    /// It stands where something stood before, since then.
    pub(super) fn remember(&mut self, known: &Known) {
        let Known { place, since, is_still, .. } = *known;
        self.anchor = Anchor { place, since, hits: ANCHOR_HITS, away: 0 };
        self.origin = place;
        self.track.still = is_still.then_some(since);
    }

    /// Where it should be, so long after it was seen last.
    pub(super) fn expect(&self, age: Duration) -> Place {
        if self.track.still.is_some() { self.anchor.place } else { self.filter.predict(age) }
    }

    /// How far from there it may be.
    pub(super) fn reach(&self, age: Duration) -> f32 {
        let per_s = if self.track.hits == 1 { REACH_AT_FIRST_PER_S } else { REACH_PER_S };
        // Nobody saw a parked car go, and another one is no reason to think so.
        let age_s = if self.track.still.is_some() { 0.0 } else { age.as_secs_f32() };
        (REACH + per_s * age_s).min(REACH_MAX)
    }

    pub(super) fn see(&mut self, place: Place, score: f32, now: Duration, wall: WallTime) {
        let track = &mut self.track;
        self.filter.correct(place, now.saturating_sub(track.last_at));
        track.place = place;
        track.steady = self.filter.place();
        track.score = score;
        track.last = wall.max(track.last);
        track.last_at = now;
        track.hits = track.hits.saturating_add(1);
        track.looked = track.looked.saturating_add(1 + self.missed);
        track.is_seen = true;
        track.unseen = Duration::ZERO;
        (self.missed, self.looked_at) = (0, now);
        self.score_sum += score;
        track.mean_score = self.score_sum / track.hits as f32;
        track.moved = track.moved.max(distance(&self.origin, &track.steady));
    }

    /// It was looked for in vain, or, where the light has just changed, with closed eyes.
    pub(super) fn miss(&mut self, now: Duration, is_blind: bool) {
        self.missed = self.missed.saturating_add(1);
        if !is_blind {
            self.track.unseen += now.saturating_sub(self.looked_at).min(STEP_MAX);
        }
        self.looked_at = now;
    }

    /// Compares where it was seen with where it stands.
    pub(super) fn settle(&mut self, now: Duration, wall: WallTime) -> Settled {
        let anchor = &mut self.anchor;
        if is_same_place(&anchor.place, &self.track.place) {
            anchor.away = 0;
            anchor.hits = anchor.hits.saturating_add(1);
            if anchor.hits <= ANCHOR_HITS {
                anchor.place = towards(anchor.place, self.track.place, 1.0 / anchor.hits as f32);
            }
        } else {
            anchor.away += 1;
            if anchor.away >= AWAY {
                let place = self.track.place;
                *anchor = Anchor { place, since: Since { at: now, wall }, hits: 1, away: 0 };
                return match self.track.still.take() {
                    Some(_) => Settled::Went,
                    None => Settled::Moves,
                };
            }
        }
        if self.track.still.is_some() {
            return Settled::Still;
        }
        let is_long = now.saturating_sub(anchor.since.at) >= STILL;
        if !is_long || anchor.away > 0 || anchor.hits < 2 {
            return Settled::Moves;
        }
        self.track.still = Some(anchor.since);
        // What it does next is news of its own.
        self.origin = anchor.place;
        (self.track.moved, self.track.appeared) = (0.0, false);
        Settled::Stands
    }

    /// Whether it was where it was all the time, and not long enough for still.
    pub(super) fn has_stood(&self) -> bool {
        let track = &self.track;
        track.still.is_none() && track.hits > 1 && track.moved < UNMOVED && !track.appeared
    }
}

fn towards(from: Place, to: Place, part: f32) -> Place {
    let mix = |from: f32, to: f32| from + part * (to - from);
    Place {
        x: mix(from.x, to.x),
        y: mix(from.y, to.y),
        width: mix(from.width, to.width),
        height: mix(from.height, to.height),
    }
}
