//! What stands where, remembered while the detector misses it, while nobody looks, and from one
//! start to the next, so that a parked car is no news each time it is seen.
//!
//! Not here: when a track stands still ([`super::track`]).

use std::time::Duration;

use ronin_core::{
    WallTime,
    event::{Place, Still},
};

use super::{Look, Since, Track, likeness::is_same_place, object::Anchor};
use crate::geometry::Rect;

/// A full car park has some fifty in view.
const SPOTS_MAX: usize = 100;
/// Objects whose names the model confuses, car and truck say, have nearly the same box.
const ANY_LABEL_IOU: f32 = 0.7;
/// What is hidden by more than this cannot be seen to be gone.
const HIDDEN: f32 = 0.3;
/// Told again when it was last seen so much later than it was told: after a start it counts.
const SEEN_STEP: Duration = Duration::from_secs(600);

/// How often and how long there must be nothing before something is forgotten.
struct Patience {
    looks: u32,
    time: Duration,
}

/// Detectors miss what is small or dark many times in a row, and light changes for seconds.
const STANDS: Patience = Patience { looks: 5, time: Duration::from_secs(60) };
/// It was seen to go; what had passed in front of it and was taken for it is gone by then.
const WENT: Patience = Patience { looks: 3, time: Duration::from_secs(10) };

/// A place where something stands.
#[derive(Clone, Debug)]
struct Spot {
    label: String,
    place: Place,
    since: Since,
    seen: WallTime,
    /// `seen` when it was told last.
    told: WallTime,
    /// The track that stands there now or did so last; `None` where that is not known.
    track: Option<u64>,
    state: State,
    empty: Option<Empty>,
}

impl Spot {
    fn new(track: &Track, anchor: &Anchor, state: State) -> Self {
        Self {
            label: track.label.to_string(),
            place: anchor.place,
            since: anchor.since,
            seen: track.last,
            told: track.last,
            track: Some(track.id),
            state,
            empty: None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// It stood for less than what counts as still, and was lost from sight.
    Begins,
    /// It stands still.
    Stands,
    /// It was seen to go.
    Went,
}

/// Looks at a place where nothing was.
#[derive(Clone, Copy, Debug)]
struct Empty {
    looks: u32,
    from: Duration,
}

/// What is remembered of a new object's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Where something stands.
    pub(super) place: Place,
    /// Since when.
    pub(super) since: Since,
    /// Whether that counts as still.
    pub(super) is_still: bool,
    /// The number of its track.
    pub(super) track: u64,
}

/// All that stands in front of a camera.
#[derive(Debug, Default)]
pub(super) struct Memory {
    spots: Vec<Spot>,
    version: u64,
}

impl Memory {
    /// From what [`Memory::still`] gave. It stood before this memory began, so since time zero.
    pub(super) fn new(still: Vec<Still>) -> Self {
        let mut spots: Vec<Spot> = still
            .into_iter()
            .filter(|still| is_sound(&still.place))
            .map(|Still { label, place, since, seen }| Spot {
                label,
                place,
                since: Since { at: Duration::ZERO, wall: since },
                seen,
                told: seen,
                track: None,
                state: State::Stands,
                empty: None,
            })
            .collect();
        spots.truncate(SPOTS_MAX);
        Self { spots, version: 0 }
    }

    /// What stands still, in the order in which it became known.
    pub(super) fn still(&self) -> Vec<Still> {
        let standing = self.spots.iter().filter(|spot| spot.state == State::Stands);
        let still = standing.map(|spot| Still {
            label: spot.label.clone(),
            place: spot.place,
            since: spot.since.wall,
            seen: spot.seen,
        });
        still.collect()
    }

    /// Another number than before where [`Memory::still`] is worth storing again.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// What is known of the place of a new object, unless a track of `live` has it already. From
    /// now on the place is that of the new object, which gets the number `next` if it has none.
    pub(super) fn find(
        &mut self,
        label: &str,
        place: &Place,
        live: &[u64],
        next: u64,
    ) -> Option<Known> {
        let near = |spot: &Spot| {
            let iou = Rect::from(spot.place).iou(&Rect::from(*place));
            let is_it =
                iou >= ANY_LABEL_IOU || (spot.label == label && is_same_place(&spot.place, place));
            let is_taken = spot.track.is_some_and(|track| live.contains(&track));
            (is_it && !is_taken).then_some(iou)
        };
        let all = self.spots.iter().enumerate();
        let fitting = all.filter_map(|(index, spot)| Some((index, near(spot)?)));
        let (index, _) = fitting.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let spot = &mut self.spots[index];
        if spot.state == State::Went {
            spot.state = State::Stands;
            self.version += 1;
        }
        // One that was lost before it counted as still has no name by which to be known again.
        let track = spot.track.filter(|_| spot.state == State::Stands).unwrap_or(next);
        spot.track = Some(track);
        let is_still = spot.state == State::Stands;
        Some(Known { place: spot.place, since: spot.since, is_still, track })
    }

    /// A track stands still.
    pub(super) fn stands(&mut self, track: &Track, anchor: &Anchor) {
        self.keep(Spot::new(track, anchor, State::Stands));
        self.version += 1;
    }

    /// A track was lost that had not moved, and had not stood long enough to count as still.
    pub(super) fn begins(&mut self, track: &Track, anchor: &Anchor) {
        self.keep(Spot { track: None, ..Spot::new(track, anchor, State::Begins) });
    }

    /// A track that stood still was seen there again.
    pub(super) fn seen(&mut self, track: u64, at: WallTime) {
        for spot in self.spots.iter_mut().filter(|spot| spot.track == Some(track)) {
            spot.seen = at;
            spot.empty = None;
            if spot.state == State::Stands && at.since(spot.told) >= SEEN_STEP {
                spot.told = at;
                self.version += 1;
            }
        }
    }

    /// A track that stood still has gone away.
    pub(super) fn went(&mut self, track: u64) {
        for spot in self.spots.iter_mut().filter(|spot| spot.track == Some(track)) {
            (spot.state, spot.track, spot.empty) = (State::Went, None, None);
            self.version += 1;
        }
    }

    /// Something was looked at, and what was found is in `places`: forgets what is gone.
    pub(super) fn look(&mut self, look: &Look, now: Duration, places: &[Place]) {
        if look.is_blind {
            return;
        }
        let before = self.spots.len();
        self.spots.retain_mut(|spot| {
            let place = Rect::from(spot.place);
            let is_there = |seen: &Place| is_same_place(&spot.place, seen);
            if places.iter().any(is_there) {
                spot.empty = None;
                return true;
            }
            let hides = |seen: &Place| place.share_in(&Rect::from(*seen)) > HIDDEN;
            if !look.region.contains(&place) || places.iter().any(hides) {
                return true;
            }
            let empty = spot.empty.get_or_insert(Empty { looks: 0, from: now });
            empty.looks += 1;
            let patience = if spot.state == State::Went { WENT } else { STANDS };
            empty.looks < patience.looks || now.saturating_sub(empty.from) < patience.time
        });
        self.version += u64::from(self.spots.len() != before);
    }

    /// In place of what stood there; where there are too many, the one seen longest ago goes.
    fn keep(&mut self, new: Spot) {
        self.spots.retain(|spot| {
            let is_same = spot.label == new.label && is_same_place(&spot.place, &new.place);
            !is_same && (spot.track.is_none() || spot.track != new.track)
        });
        self.spots.push(new);
        if self.spots.len() > SPOTS_MAX {
            let oldest = self.spots.iter().enumerate().min_by_key(|(_, spot)| spot.seen);
            if let Some(index) = oldest.map(|(index, _)| index) {
                self.spots.remove(index);
            }
        }
    }
}

/// Whether a place from outside is one.
pub(super) fn is_sound(place: &Place) -> bool {
    Rect::from(*place).is_finite() && place.width > 0.0 && place.height > 0.0
}
