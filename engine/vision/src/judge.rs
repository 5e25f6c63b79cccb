//! Turns tracks into events: what is asked of an object ([`checks`]), when its event opens, grows
//! and closes, and which objects that made none are told all the same.
//!
//! Pure, like [`crate::track`]. Not here: where objects are, and what becomes of events.

mod case;
mod checks;
mod path;
mod quota;
#[cfg(test)]
mod tests;
mod visits;

use std::{collections::BTreeMap, time::Duration};

use ronin_core::{
    CameraId, DetectSettings, Event, EventId, WallTime,
    event::{CheckKind, EventState, Gate, Why},
};

use self::{
    case::{Case, Open, moment, quality},
    checks::is_sure_enough,
    quota::Quota,
};
use crate::{
    detector::ModelInfo,
    geometry::Size,
    track::{STILL, Track},
};

/// An event closes when its object has not moved for so long.
pub const REST: Duration = Duration::from_secs(60);
/// An event that grows is told no more often…
const TOLD_EACH: Duration = Duration::from_secs(1);
/// …and the longer it lasts, the more seldom, up to this: each is a row that is written.
const TOLD_EACH_MAX: Duration = Duration::from_secs(5);
/// A picture that is better by less than this factor is not worth another snapshot.
const BETTER: f32 = 1.1;
/// One that is better by this factor is worth to be told sooner.
const MUCH_BETTER: f32 = 1.5;

/// Where the ids of events come from.
pub type Ids = Box<dyn FnMut() -> EventId + Send>;

/// What is told of the model in events, and needed to choose what it looks at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelIdentity {
    /// Name of the file in the model folder.
    pub file_name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Pixels of the network's input.
    pub input: Size,
}

impl From<&ModelInfo> for ModelIdentity {
    fn from(info: &ModelInfo) -> Self {
        Self { file_name: info.file_name.clone(), sha256: info.sha256.clone(), input: info.input }
    }
}

/// An event that began, grew, ended, or was rejected.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// As it is now.
    pub event: Event,
    /// Whether the picture that was just judged shows it best so far: its snapshot is to be made
    /// of that picture.
    pub is_best: bool,
}

/// A picture that was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// Media time that never goes back.
    pub now: Duration,
    /// Time by the clock.
    pub wall: WallTime,
    /// Why it was looked at.
    pub gate: Gate,
}

/// Judges the tracks of one camera.
pub struct Judge {
    camera: CameraId,
    settings: DetectSettings,
    model: Option<ModelIdentity>,
    ids: Ids,
    cases: BTreeMap<u64, Case>,
    quota: Quota,
}

impl Judge {
    /// Knows no object yet.
    pub fn new(
        camera: CameraId,
        settings: DetectSettings,
        model: Option<ModelIdentity>,
        ids: Ids,
    ) -> Self {
        let (cases, quota) = (BTreeMap::new(), Quota::default());
        Self { camera, settings, model, ids, cases, quota }
    }

    /// Another model looks from now on.
    pub fn set_model(&mut self, model: Option<ModelIdentity>) {
        self.model = model;
    }

    /// Rejected objects that were not told because there were too many.
    pub fn left_out(&self) -> u64 {
        self.quota.left_out()
    }

    /// Judges the tracks after a picture, `ended` among them no more.
    pub fn judge<'a>(
        &mut self,
        picture: &Picture,
        tracks: impl Iterator<Item = &'a Track>,
        ended: &[Track],
    ) -> Vec<Change> {
        let mut changes = self.end(picture.now, ended);
        for track in tracks {
            let Some(mut case) = self.take_case(track, picture) else { continue };
            let change = if case.event.is_some() {
                self.go_on(&mut case, track, picture)
            } else if track.is_seen {
                self.ask(&mut case, track, picture)
            } else {
                None
            };
            changes.extend(change);
            self.cases.insert(track.id, case);
        }
        changes
    }

    /// Time has gone on to `now` without a look.
    pub fn pass<'a>(
        &mut self,
        now: Duration,
        tracks: impl Iterator<Item = &'a Track>,
        ended: &[Track],
    ) -> Vec<Change> {
        let mut changes = self.end(now, ended);
        for track in tracks.filter(|track| rests(track, now)) {
            if let Some(mut case) = self.cases.remove(&track.id) {
                changes.extend(self.close(&mut case, track));
                self.cases.insert(track.id, case);
            }
        }
        changes
    }

    /// Tracks have ended: their events close, and those that made none are told why.
    pub fn end(&mut self, now: Duration, ended: &[Track]) -> Vec<Change> {
        let mut changes = Vec::new();
        for track in ended {
            let Some(mut case) = self.cases.remove(&track.id) else { continue };
            let change = match case.event {
                Some(_) => self.close(&mut case, track),
                None => self.reject(&mut case, track, now),
            };
            changes.extend(change);
        }
        changes
    }

    /// The case of a track; `None` where objects of its class make no events.
    fn take_case(&mut self, track: &Track, picture: &Picture) -> Option<Case> {
        if let Some(case) = self.cases.remove(&track.id) {
            return Some(case);
        }
        let rule = self.settings.rule(&track.label)?;
        Some(Case::new(track, rule, picture, &self.settings))
    }

    /// An object without an event is seen: opens one if nothing speaks against it.
    fn ask(&mut self, case: &mut Case, track: &Track, picture: &Picture) -> Option<Change> {
        case.see(track, picture, &self.settings);
        if quality(&moment(track)) > quality(&case.best) {
            case.best = moment(track);
        }
        let is_known = track.still.is_some() && (case.is_old || case.is_told);
        if is_known {
            case.rest(track, picture);
            return None;
        }
        let checks = case.checks(track, picture, &self.settings);
        if checks.iter().all(|check| check.passed) {
            (case.is_told, case.best) = (true, moment(track));
            let open = Open { id: (self.ids)(), checks, told: picture.now };
            let event = self.event(case, &open, track, EventState::Open);
            case.event = Some(open);
            return Some(Change { event, is_best: true });
        }
        case.answers = checks;
        track.still?;
        // Whoever asks why a parked car, or a guest on a bench, made no event finds this.
        let change = self.reject(case, track, picture.now);
        case.is_old = true;
        case.rest(track, picture);
        change
    }

    /// An object with an event is seen, or not seen.
    fn go_on(&self, case: &mut Case, track: &Track, picture: &Picture) -> Option<Change> {
        if !track.is_seen {
            return None;
        }
        let is_news = case.see(track, picture, &self.settings);
        let is_sure = is_sure_enough(case.mean_score(), &case.rule);
        if !is_sure || rests(track, picture.now) {
            let change = self.close(case, track);
            case.rest(track, picture);
            return change;
        }
        let open = case.event.as_mut()?;
        let age = picture.now.saturating_sub(open.told);
        let better = quality(&moment(track)) / quality(&case.best);
        let lasts = picture.now.saturating_sub(case.start_at);
        let each = (lasts / 10).clamp(TOLD_EACH, TOLD_EACH_MAX);
        let is_due = age >= each || (better > MUCH_BETTER && age >= TOLD_EACH / 2);
        if !is_news && !is_due {
            return None;
        }
        open.told = picture.now;
        let is_best = better > BETTER;
        if is_best {
            case.best = moment(track);
        }
        let event = self.event(case, case.event.as_ref()?, track, EventState::Open);
        Some(Change { event, is_best })
    }

    /// Closes the event of a case; the track may go on.
    fn close(&self, case: &mut Case, track: &Track) -> Option<Change> {
        let open = case.event.take()?;
        let event = self.event(case, &open, track, EventState::Closed);
        Some(Change { event, is_best: false })
    }

    /// Tells why a track made no event, unless that is known or there is too much of it.
    fn reject(&mut self, case: &mut Case, track: &Track, now: Duration) -> Option<Change> {
        let failed = case.answers.iter().find(|check| !check.passed)?;
        // What stood there before is expected to go on standing.
        let is_expected = case.is_old && (failed.kind as u8) <= CheckKind::Movement as u8;
        if case.is_told || is_expected || !self.quota.allows(now) {
            return None;
        }
        case.is_told = true;
        let made = Open { id: (self.ids)(), checks: case.answers.clone(), told: now };
        let event = self.event(case, &made, track, EventState::Rejected);
        Some(Change { event, is_best: false })
    }

    fn event(&self, case: &Case, open: &Open, track: &Track, state: EventState) -> Event {
        let model = self.model.as_ref();
        let zones = match state {
            EventState::Open => case.visits.list().to_vec(),
            EventState::Closed | EventState::Rejected => case.visits.ended(track.last),
        };
        Event {
            id: open.id,
            camera: self.camera.clone(),
            state,
            label: track.label.to_string(),
            track: track.id,
            start: case.start,
            end: track.last.max(case.start),
            best: case.best,
            zones,
            path: case.path.moments(),
            why: Why {
                gate: case.gate,
                model: model.map(|model| model.file_name.clone()).unwrap_or_default(),
                model_sha256: model.map(|model| model.sha256.clone()).unwrap_or_default(),
                rule: case.rule.clone(),
                seen: case.seen(),
                looked_at: case.looked(track),
                checks: open.checks.clone(),
            },
            pre_roll: self.settings.pre_roll,
            post_roll: self.settings.post_roll,
        }
    }
}

/// Whether an object has not moved for so long that its event is over.
fn rests(track: &Track, now: Duration) -> bool {
    track.still.is_some_and(|still| now.saturating_sub(still.at) >= REST.max(STILL))
}
