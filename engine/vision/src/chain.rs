//! One camera's way from pictures to events: motion, the gate of the detector, tracks, events.
//!
//! Pure: it knows no clock, no chance and no thread, so that live pictures and recorded ones go
//! through the same stages. The detector is asked by the caller: [`Chain::look`] says whether a
//! picture is worth it, and [`Chain::judge`] takes the answer, whenever it comes. One that comes
//! too late, after that for a newer picture, is shown and not followed.
//!
//! Not here: where pictures come from, what the detector sees, and what becomes of events.

#[cfg(test)]
mod tests;

use std::time::Duration;

use ronin_core::{
    CameraId, DetectSettings, Grid, WallTime,
    event::{Detections, Gate, Place, Seen, Still},
};

pub use crate::judge::{Change, Ids, ModelIdentity};
use crate::{
    clock::Clock,
    detector::Detection,
    gate::Doorman,
    geometry::{Rect, Size},
    judge::{Judge, Picture},
    motion::{Area, Luma, Motion, Settings, State},
    polygon::Polygon,
    region::region,
    track::{LEAST_SCORE, Look, SURE_SCORE, Track, Tracker, place_inside},
};

/// The detector is not believed about what is gone until the light has been the same for so long.
const BLIND: Duration = Duration::from_secs(5);
/// The lower edge of what is cut by the picture's own edge lies in the picture.
const INSIDE_MAX: f32 = 0.9999;

/// What a [`Chain`] is made of.
pub struct Options {
    /// Whose pictures.
    pub camera: CameraId,
    /// What is looked for.
    pub settings: DetectSettings,
    /// What looks for objects; `None`: nothing does.
    pub model: Option<ModelIdentity>,
    /// What [`Chain::still`] gave the last time.
    pub still: Vec<Still>,
    /// Where the ids of events come from.
    pub ids: Ids,
}

/// What the detector should look at.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// Why.
    pub gate: Gate,
    /// Parts of the picture, from 0 to 1; exactly one, so that the cost is bounded.
    pub regions: Vec<Rect>,
}

/// What was seen in a picture without the detector.
#[derive(Clone, PartialEq, Debug)]
pub struct Looked {
    /// What can be said of motion.
    pub state: State,
    /// Where something moved.
    pub motion: Grid,
    /// What the detector should look at; `None`: the gate is shut.
    pub ask: Option<Ask>,
    /// Events that ended because time went on.
    pub changes: Vec<Change>,
}

/// One camera's stages, and what they know.
pub struct Chain {
    settings: DetectSettings,
    model: Option<ModelIdentity>,
    motion: Motion,
    clock: Clock,
    gate: Doorman,
    tracker: Tracker,
    judge: Judge,
    /// The picture whose answer was judged last.
    judged: Option<Duration>,
    blind_until: Duration,
}

impl Chain {
    /// Knows nothing but what stood still before.
    pub fn new(options: Options) -> Self {
        let Options { camera, settings, model, still, ids } = options;
        let motion = Motion::new(Settings {
            sensitivity: settings.sensitivity,
            masks: settings.masks.clone(),
            ..Settings::default()
        });
        Self {
            motion,
            clock: Clock::default(),
            gate: Doorman::default(),
            tracker: Tracker::new(sure_score(&settings), still),
            judge: Judge::new(camera, settings.clone(), model.clone(), ids),
            settings,
            model,
            judged: None,
            blind_until: Duration::ZERO,
        }
    }

    /// Looks at the next picture, taken at `at` in the stream and at `_wall` by the clock, on which
    /// nothing depends before there are objects. Where media time begins anew, the tracks go on as
    /// if no time had passed.
    pub fn look(&mut self, luma: &Luma<'_>, at: Duration, _wall: WallTime) -> Looked {
        let now = self.clock.advance(at);
        let seen = self.motion.look(luma, at);
        if seen.state == State::LightChange {
            self.blind_until = now.saturating_add(BLIND);
        }
        let ended = self.tracker.expire(now);
        let changes = self.judge.pass(now, self.tracker.tracks(), &ended);
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let picture = Size { width: side(luma.width()), height: side(luma.height()) };
        let ask = self.ask(now, seen.state, picture, &seen.boxes);
        Looked { state: seen.state, motion: seen.grid, ask, changes }
    }

    /// Takes what the detector found in the picture of `at` and `wall`, where it was asked `ask`
    /// and took `took`. `motion` is what [`Chain::look`] said of that picture.
    pub fn judge(
        &mut self,
        at: Duration,
        wall: WallTime,
        ask: &Ask,
        motion: Grid,
        found: &[Detection],
        took: Duration,
    ) -> (Detections, Vec<Change>) {
        let is_open = |found: &&Detection| !is_masked(&self.settings.masks, found);
        let found: Vec<Detection> = found.iter().filter(is_open).cloned().collect();
        let newer = |now: &Duration| self.judged.is_none_or(|judged| *now > judged);
        let Some(now) = self.clock.time_of(at).filter(newer) else {
            return (detections(wall, ask.gate, motion, took, &found, |_| None), Vec::new());
        };
        self.judged = Some(now);
        let region = ask.regions.first().copied().unwrap_or(Rect::WHOLE);
        if region.contains(&Rect::WHOLE) {
            self.gate.looked_at_all(now);
        }
        let is_blind = now < self.blind_until;
        let look = Look { at: now, wall, region, motion, is_blind };
        let updated = self.tracker.update(&look, &found);
        let picture = Picture { now, wall, gate: ask.gate };
        let changes = self.judge.judge(&picture, self.tracker.tracks(), &updated.ended);
        let may_move = |track: &Track| track.is_seen && track.still.is_none();
        if self.tracker.tracks().any(|track| may_move(track) && self.is_wanted(&track.label)) {
            self.gate.saw(self.clock.now());
        }
        let track_of = |index: usize| {
            let id = updated.ids.get(index).copied().flatten()?;
            let track = self.tracker.tracks().find(|track| track.id == id)?;
            Some((id, track.hits > 1, track.still.is_some()))
        };
        (detections(wall, ask.gate, motion, took, &found, track_of), changes)
    }

    /// The camera is gone: open events end, and tracks are forgotten. What stands is remembered.
    pub fn end(&mut self) -> Vec<Change> {
        let ended = self.tracker.end();
        self.judge.end(self.clock.now(), &ended)
    }

    /// Another model, or none, looks from now on.
    pub fn set_model(&mut self, model: Option<ModelIdentity>) {
        self.judge.set_model(model.clone());
        self.model = model;
    }

    /// What does not move, to be given to the next chain of this camera.
    pub fn still(&self) -> Vec<Still> {
        self.tracker.still()
    }

    /// Another number than before where [`Chain::still`] is worth storing again.
    pub fn still_version(&self) -> u64 {
        self.tracker.still_version()
    }

    /// Rejected objects that were not told because there were too many.
    pub fn left_out(&self) -> u64 {
        self.judge.left_out()
    }

    /// What the detector should look at in a picture.
    fn ask(&mut self, now: Duration, state: State, picture: Size, moving: &[Area]) -> Option<Ask> {
        let model =
            self.model.as_ref().filter(|_| self.settings.motion && self.settings.objects)?;
        let input = model.input;
        let opening = self.gate.decide(now, state)?;
        let region = if opening.is_whole {
            Rect::WHOLE
        } else {
            let moving = moving
                .iter()
                .map(|&Area { x, y, width, height }| Rect::from(Place { x, y, width, height }));
            let interest: Vec<Rect> = moving.chain(self.interest()).collect();
            region(picture, input, &interest)
        };
        Some(Ask { gate: opening.gate, regions: vec![region] })
    }

    /// Where objects are that may make events, and are not still.
    fn interest(&self) -> impl Iterator<Item = Rect> {
        let objects = self.tracker.expected(self.clock.now());
        objects.filter(|(track, _)| self.is_wanted(&track.label)).map(|(_, place)| place)
    }

    /// Whether objects of a class may make events.
    fn is_wanted(&self, label: &str) -> bool {
        self.settings.rule(label).is_some()
    }
}

/// From which score on an object begins a track: as soon as any rule may be content with it.
fn sure_score(settings: &DetectSettings) -> f32 {
    let wanted = settings.rules.iter().map(|rule| rule.min_score.get());
    wanted.fold(SURE_SCORE, f32::min).max(LEAST_SCORE)
}

/// Whether what was found stands, or has its middle, where nothing counts.
fn is_masked(masks: &[Polygon], found: &Detection) -> bool {
    let middle = found.x + found.width / 2.0;
    let is_in = |mask: &Polygon, y: f32| {
        mask.contains(middle.clamp(0.0, INSIDE_MAX), y.clamp(0.0, INSIDE_MAX))
    };
    masks.iter().any(|mask| {
        is_in(mask, found.y + found.height) || is_in(mask, found.y + found.height / 2.0)
    })
}

/// What people see over the picture. `track_of` gives for a position in what was found the number
/// of its track, whether it was seen before, and whether it is still.
fn detections(
    at: WallTime,
    gate: Gate,
    motion: Grid,
    took: Duration,
    found: &[Detection],
    track_of: impl Fn(usize) -> Option<(u64, bool, bool)>,
) -> Detections {
    let seen = found.iter().enumerate().filter_map(|(index, detection)| {
        let Detection { label, score, x, y, width, height, .. } = detection;
        let place = place_inside(Place { x: *x, y: *y, width: *width, height: *height })?;
        let track = track_of(index);
        Some(Seen {
            label: label.to_string(),
            score: *score,
            place,
            track: track.filter(|(_, is_known, _)| *is_known).map(|(id, ..)| id),
            is_still: track.is_some_and(|(_, _, is_still)| is_still),
        })
    });
    Detections { at, gate: Some(gate), objects: seen.collect(), motion, took }
}
