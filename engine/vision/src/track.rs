//! Follows objects from picture to picture, in the manner of ByteTrack: what the detector is sure
//! of first finds its track, and then what it is less sure of keeps tracks alive but begins none.
//!
//! Pure: time is that of the pictures, and the same pictures give the same tracks. A place that was
//! not looked at says nothing of what is there. What does not move is remembered ([`memory`]).
//!
//! Not here: which objects make events ([`crate::judge`]).

mod assign;
mod associate;
mod filter;
mod likeness;
mod memory;
mod object;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ronin_core::{
    Grid, WallTime,
    event::{Place, Still},
};

use self::{
    associate::{FOUND_MAX, Sighting, associate, sightings},
    memory::{Memory, is_sound},
    object::{Object, Settled},
};
use crate::{clock::Clock, detector::Detection, geometry::Rect};

/// A detector that feeds tracks should tell of objects from this score on: less sure ones keep
/// tracks alive through shadows and crowds.
pub const LEAST_SCORE: f32 = 0.25;
/// From this score on an object begins a track, unless a rule asks for less.
pub const SURE_SCORE: f32 = 0.4;
/// An object that is looked for in vain for so long is gone.
pub const LOST: Duration = Duration::from_secs(3);
/// So long without a look, and whatever is seen is another object.
pub const UNKNOWN: Duration = Duration::from_secs(10);
/// An object that has not moved for so long is still.
pub const STILL: Duration = Duration::from_secs(10);

/// Those of a full picture, and as many that are out of sight.
const TRACKS_MAX: usize = 2 * FOUND_MAX;
/// What was seen once only, and not again for so long, was a mistake.
const ONCE: Duration = Duration::from_secs(1);
/// A second box of one object shares at least this with the first.
const TWICE_IOU: f32 = 0.6;
/// Looks that are remembered: the last ten seconds at most rates.
const LOOKS_MAX: usize = 64;
/// So long a camera is looked at before anything can be new.
const KNOWN_AFTER: Duration = Duration::from_secs(10);
/// Looks at a place that found nothing there, before what appears is new.
const EMPTY_LOOKS: usize = 3;
/// Looks from longer ago say nothing.
const EMPTY_AGE: Duration = Duration::from_secs(600);
/// What steps out of hiding moves in most of its own cells; what merely has somebody walk by in
/// front does not.
const MOVING_PART: f32 = 0.5;
/// Sightings in which it may do so.
const APPEARS_IN: u32 = 3;

/// One look of the detector.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Time of the picture in the stream.
    pub at: Duration,
    /// Time of the picture by the clock.
    pub wall: WallTime,
    /// The part of the picture that was looked at.
    pub region: Rect,
    /// Where something moved.
    pub motion: Grid,
    /// Whether the light has just changed, so that what is not seen may be there all the same.
    pub is_blind: bool,
}

/// A moment, by both times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Since {
    /// Media time that never goes back.
    pub at: Duration,
    /// Time by the clock.
    pub wall: WallTime,
}

/// An object that is followed, as it was when it was seen last.
#[derive(Clone, Debug)]
pub struct Track {
    /// Its own number; never that of another object.
    pub id: u64,
    /// Name of its class.
    pub label: Arc<str>,
    /// Where it was seen.
    pub place: Place,
    /// The same without the jitter of boxes.
    pub steady: Place,
    /// How sure the model was.
    pub score: f32,
    /// The mean over all pictures in which it was seen.
    pub mean_score: f32,
    /// When it was seen first.
    pub first: WallTime,
    /// When it was seen last.
    pub last: WallTime,
    /// The same in media time.
    pub last_at: Duration,
    /// Pictures in which it was seen.
    pub hits: u32,
    /// Pictures that were looked at from the first to the last with it.
    pub looked: u32,
    /// Whether it was seen in the picture that was looked at last.
    pub is_seen: bool,
    /// For how long it has been looked for in vain.
    pub unseen: Duration,
    /// How far it has been from where it was first seen, or stood still last, in its own sizes.
    pub moved: f32,
    /// Whether it came into sight, moving, where nothing had been.
    pub appeared: bool,
    /// Since when it does not move, once that is long enough; what is remembered is so at once.
    pub still: Option<Since>,
}

/// What became of the tracks.
#[derive(Clone, Debug, Default)]
pub struct Updated {
    /// For each of what was found its track; `None` where it belongs to none.
    pub ids: Vec<Option<u64>>,
    /// Tracks that ended.
    pub ended: Vec<Track>,
}

/// The tracks of one camera.
#[derive(Debug)]
pub struct Tracker {
    /// Where a track begins.
    sure: f32,
    clock: Clock,
    /// In the order of their ids, but for those that were remembered.
    objects: Vec<Object>,
    memory: Memory,
    next_id: u64,
    /// When looks were, and where.
    looks: VecDeque<(Duration, Rect)>,
    first_look: Option<Duration>,
}

impl Tracker {
    /// Follows nothing yet. Objects begin a track from the score `sure` on.
    pub fn new(sure: f32, still: Vec<Still>) -> Self {
        Self {
            sure,
            clock: Clock::default(),
            objects: Vec::new(),
            memory: Memory::new(still),
            next_id: 1,
            looks: VecDeque::new(),
            first_look: None,
        }
    }

    /// Takes what was found in a picture. Where media time jumps back, no time has passed. What is
    /// no place in the picture, or has no score, is left out.
    pub fn update(&mut self, look: &Look, found: &[Detection]) -> Updated {
        let now = self.clock.advance(look.at);
        self.first_look.get_or_insert(now);
        let mut ended = self.expire(now);

        let seen = sightings(found, self.sure);
        let owners = associate(&self.objects, &seen, self.sure, now);
        let mut ids = vec![None; found.len()];
        for object in &mut self.objects {
            object.track.is_seen = false;
        }
        for (sighting, owner) in seen.iter().zip(&owners) {
            let Some(index) = *owner else { continue };
            let object = &mut self.objects[index];
            object.see(sighting.place, sighting.score, now, look.wall);
            ids[sighting.index] = Some(object.track.id);
        }
        self.miss(look, now);
        self.begin(look, now, &seen, &owners, &mut ids);
        self.settle(look, now);
        let places: Vec<Place> = seen.iter().map(|sighting| sighting.place).collect();
        self.memory.look(look, now, &places);
        self.looks.push_back((now, look.region));
        if self.looks.len() > LOOKS_MAX {
            self.looks.pop_front();
        }
        ended.extend(self.drop_lost());
        Updated { ids, ended }
    }

    /// Ends the tracks that nobody looked for until `now`, in media time that never goes back.
    pub fn expire(&mut self, now: Duration) -> Vec<Track> {
        self.drop_where(|object| {
            object.track.still.is_none() && now.saturating_sub(object.track.last_at) >= UNKNOWN
        })
    }

    /// Ends all tracks. What stood still is remembered.
    pub fn end(&mut self) -> Vec<Track> {
        self.drop_where(|_| true)
    }

    /// All that is followed, also what is out of sight.
    pub fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.objects.iter().map(|object| &object.track)
    }

    /// Where to look for what is not still: from where it was seen last to where it should be at
    /// `now`, in media time that never goes back.
    pub fn expected(&self, now: Duration) -> impl Iterator<Item = (&Track, Rect)> {
        let moving = self.objects.iter().filter(|object| object.track.still.is_none());
        moving.map(move |object| {
            let expected = object.expect(now.saturating_sub(object.track.last_at));
            let last = Rect::from(object.track.place);
            (&object.track, last.around_both(&Rect::from(expected)))
        })
    }

    /// What does not move, to be given to the next tracker of this camera.
    pub fn still(&self) -> Vec<Still> {
        self.memory.still()
    }

    /// Another number than before where [`Tracker::still`] is worth storing again.
    pub fn still_version(&self) -> u64 {
        self.memory.version()
    }

    /// Counts the look for those who should have been seen in it.
    fn miss(&mut self, look: &Look, now: Duration) {
        for object in self.objects.iter_mut().filter(|object| !object.track.is_seen) {
            let age = now.saturating_sub(object.track.last_at);
            let inside = Rect::WHOLE.intersect(&Rect::from(object.expect(age)));
            if look.region.contains(&inside) {
                object.miss(now, look.is_blind);
            }
        }
    }

    /// Begins tracks for what is sure and belongs to none.
    fn begin(
        &mut self,
        look: &Look,
        now: Duration,
        seen: &[Sighting<'_>],
        owners: &[Option<usize>],
        ids: &mut [Option<u64>],
    ) {
        let old: Vec<_> = seen.iter().zip(owners).filter(|(_, owner)| owner.is_some()).collect();
        let is_second = |new: &Sighting<'_>| {
            old.iter().any(|(sighting, _)| {
                let iou = Rect::from(sighting.place).iou(&Rect::from(new.place));
                sighting.label == new.label && iou > TWICE_IOU
            })
        };
        let mut live: Vec<u64> = self.tracks().map(|track| track.id).collect();
        for (sighting, owner) in seen.iter().zip(owners) {
            let is_new = owner.is_none() && sighting.score >= self.sure && !is_second(sighting);
            if !is_new || self.objects.len() >= TRACKS_MAX {
                continue;
            }
            let (label, place) = (sighting.label, &sighting.place);
            let known = self.memory.find(label, place, &live, self.next_id);
            let id = known.map_or(self.next_id, |known| known.track);
            self.next_id = self.next_id.max(id + 1);
            let is_from_nothing = known.is_none() && self.was_empty(place, now);
            let mut object = Object::new(id, sighting, now, look.wall, is_from_nothing);
            if let Some(known) = known {
                object.remember(&known);
            }
            live.push(id);
            ids[sighting.index] = Some(id);
            self.objects.push(object);
        }
    }

    /// Whether the place has been looked at for a while, and nothing was there. A track of the same
    /// class would have taken what is seen, and so would what is remembered.
    fn was_empty(&self, place: &Place, now: Duration) -> bool {
        let place = Rect::WHOLE.intersect(&Rect::from(*place));
        let is_known = self.first_look.is_some_and(|first| now - first >= KNOWN_AFTER);
        let looks = self
            .looks
            .iter()
            .filter(|(at, region)| now.saturating_sub(*at) <= EMPTY_AGE && region.contains(&place));
        let is_renamed = |track: &Track| Rect::from(track.place).iou(&place) >= TWICE_IOU;
        is_known && looks.count() >= EMPTY_LOOKS && !self.tracks().any(is_renamed)
    }

    /// Notes who appears, who comes to stand still, and who goes.
    fn settle(&mut self, look: &Look, now: Duration) {
        for object in self.objects.iter_mut().filter(|object| object.track.is_seen) {
            if object.is_from_nothing
                && object.track.hits <= APPEARS_IN
                && moving_part(&look.motion, &object.track.place) >= MOVING_PART
            {
                object.track.appeared = true;
            }
            match object.settle(now, look.wall) {
                Settled::Stands => self.memory.stands(&object.track, &object.anchor),
                Settled::Still => self.memory.seen(object.track.id, look.wall),
                Settled::Went => self.memory.went(object.track.id),
                Settled::Moves => {}
            }
        }
    }

    fn drop_lost(&mut self) -> Vec<Track> {
        self.drop_where(|object| {
            object.track.unseen >= if object.track.hits > 1 { LOST } else { ONCE }
        })
    }

    fn drop_where(&mut self, is_gone: impl Fn(&Object) -> bool) -> Vec<Track> {
        let (gone, kept) = std::mem::take(&mut self.objects).into_iter().partition(is_gone);
        self.objects = kept;
        for object in &gone {
            // What flickers where it stands is the same each time.
            if object.has_stood() {
                self.memory.begins(&object.track, &object.anchor);
            }
        }
        gone.into_iter().map(|object| object.track).collect()
    }
}

/// What of a place is inside the picture; `None` where nothing is.
pub(crate) fn place_inside(place: Place) -> Option<Place> {
    if !is_sound(&place) {
        return None;
    }
    let Rect { left, top, right, bottom } = Rect::WHOLE.intersect(&Rect::from(place));
    let inside = Place { x: left, y: top, width: right - left, height: bottom - top };
    is_sound(&inside).then_some(inside)
}

/// Part of the cells under a place in which something moves.
fn moving_part(motion: &Grid, place: &Place) -> f32 {
    let cells = |from: f32, length: f32| {
        let side = ronin_core::grid::SIDE as f32;
        let first = (from * side).floor().clamp(0.0, side - 1.0) as usize;
        let last = ((from + length) * side - 1e-3).floor().clamp(0.0, side - 1.0) as usize;
        first..=last.max(first)
    };
    let (columns, rows) = (cells(place.x, place.width), cells(place.y, place.height));
    let all = columns.clone().count() * rows.clone().count();
    let moving = rows.flat_map(|row| columns.clone().map(move |column| (column, row)));
    moving.filter(|&(column, row)| motion.is_set(column, row)).count() as f32 / all as f32
}
