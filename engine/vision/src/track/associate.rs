//! Which object each of the things found in a picture is: sure ones first, then less sure ones for
//! those who are left.
//!
//! Not here: the best choice among pairs ([`super::assign`]), and what becomes of the objects.

use std::{sync::Arc, time::Duration};

use ronin_core::event::Place;

use super::{
    assign::{Pair, assign},
    likeness::likeness,
    object::Object,
    place_inside,
};
use crate::{detector::Detection, geometry::Rect};

/// The detector's own limit for one picture.
pub(super) const FOUND_MAX: usize = 300;
/// Of a less sure box, this much lies in that of which it shows a part.
const PART: f32 = 0.8;
/// Less sure ones must fit better: they are often shadows of their neighbours ...
const UNSURE_LIKENESS: f32 = 0.3;
/// ... and only what was seen a moment ago.
const UNSURE_AGE: Duration = Duration::from_millis(1500);
/// Each second out of sight makes an object less likely to be the one that is seen.
const LOST_COST: f32 = 0.25;

/// What was found, as far as it is sound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<'a> {
    pub(super) label: &'a Arc<str>,
    pub(super) place: Place,
    pub(super) score: f32,
    /// Position in what was found.
    pub(super) index: usize,
}

/// What was found, without what is no place in the picture or has no score, and without parts of
/// what was found as a whole.
pub(super) fn sightings(found: &[Detection], sure: f32) -> Vec<Sighting<'_>> {
    let sound = found.iter().enumerate().filter_map(|(index, detection)| {
        let Detection { label, score, x, y, width, height, .. } = detection;
        let place = place_inside(Place { x: *x, y: *y, width: *width, height: *height })?;
        let is_score = *score > 0.0 && *score <= 1.0;
        is_score.then_some(Sighting { label, place, score: *score, index })
    });
    without_parts(sound.take(FOUND_MAX).collect(), sure)
}

/// What is less sure and lies in a surer one of its class is a part of that: a body without
/// its legs.
fn without_parts<'a>(seen: Vec<Sighting<'a>>, sure: f32) -> Vec<Sighting<'a>> {
    let is_part = |one: &Sighting<'_>| {
        let place = Rect::from(one.place);
        seen.iter().any(|other| {
            let is_surer = other.score >= sure && other.score > one.score;
            let share = place.share_in(&Rect::from(other.place));
            is_surer && other.label == one.label && share > PART
        })
    };
    seen.iter().filter(|one| one.score >= sure || !is_part(one)).copied().collect()
}

/// For each sighting the object that it is of.
pub(super) fn associate(
    objects: &[Object],
    seen: &[Sighting<'_>],
    sure: f32,
    now: Duration,
) -> Vec<Option<usize>> {
    let mut owners = vec![None; seen.len()];
    let is_sure = |sighting: &Sighting<'_>| sighting.score >= sure;
    // What has been seen twice is there; then what keeps it alive; then what is quite new.
    match_where(objects, seen, &mut owners, now, |object, sighting| {
        (object.track.hits > 1 && is_sure(sighting)).then_some(0.0)
    });
    match_where(objects, seen, &mut owners, now, |object, sighting| {
        let age = now.saturating_sub(object.track.last_at);
        let is_near = object.track.still.is_some() || age <= UNSURE_AGE;
        (object.track.hits > 1 && is_near && !is_sure(sighting)).then_some(UNSURE_LIKENESS)
    });
    match_where(objects, seen, &mut owners, now, |object, sighting| {
        (object.track.hits == 1 && is_sure(sighting)).then_some(0.0)
    });
    owners
}

/// Matches what is not yet matched, as far as `least` gives a likeness that is needed.
fn match_where(
    objects: &[Object],
    seen: &[Sighting<'_>],
    owners: &mut [Option<usize>],
    now: Duration,
    least: impl Fn(&Object, &Sighting<'_>) -> Option<f32>,
) {
    let mut is_taken = vec![false; objects.len()];
    for index in owners.iter().flatten() {
        is_taken[*index] = true;
    }
    let mut pairs = Vec::new();
    for (row, object) in objects.iter().enumerate().filter(|(row, _)| !is_taken[*row]) {
        let age = now.saturating_sub(object.track.last_at);
        let (expected, reach) = (object.expect(age), object.reach(age));
        let cost = 1.0 + LOST_COST * age.as_secs_f32();
        for (column, sighting) in seen.iter().enumerate() {
            if owners[column].is_some() || **sighting.label != *object.track.label {
                continue;
            }
            let Some(least) = least(object, sighting) else { continue };
            let likeness = likeness(&expected, &sighting.place, reach);
            if let Some(likeness) = likeness.filter(|likeness| *likeness > least) {
                pairs.push(Pair { row, column, likeness: likeness / cost });
            }
        }
    }
    for (row, column) in assign(objects.len(), seen.len(), &pairs) {
        owners[column] = Some(row);
    }
}
