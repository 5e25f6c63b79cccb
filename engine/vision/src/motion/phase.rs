//! Whether the background is being learnt, trusted, or in doubt because the light has changed.

use std::time::Duration;

use super::State;

/// Learning at the start: long enough to see a lamp flicker and leaves sway.
const START: Duration = Duration::from_millis(3000);
/// Learning anew after a change of light, when blindness is worse than a mistake.
const ANEW: Duration = Duration::from_millis(1500);
/// Both at least this many pictures.
const PICTURES: u32 = 5;
/// Lightning and headlights are over by then.
const PASSING: Duration = Duration::from_millis(700);
/// Nothing that walks or drives covers more of the picture.
const MOST: f32 = 0.5;
/// What lasts, and leaves less than this unexplained, was light alone.
const LITTLE: f32 = 0.15;
/// A lamp that flickers by a tenth each way makes 1.22 of it.
const LEVEL_RATIO: f32 = 1.3;
/// Grey levels; at night a small step is a large ratio.
const LEVEL_STEP: f32 = 12.0;

/// Where things stand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Phase {
    /// Nothing is said.
    Learning { since: Duration, pictures: u32, is_start: bool },
    /// Motion is looked for; `level` is the light of the last picture.
    Watching { level: f32 },
    /// The light has changed; it was `level` before.
    Changed { since: Duration, level: f32 },
}

/// What a picture is like against the background.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance {
    /// Its time.
    pub(super) at: Duration,
    /// Its light in grey levels.
    pub(super) level: f32,
    /// How much of it differs when its light is taken out, from 0 to 1.
    pub(super) changed: f32,
}

/// What to do with a picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Action {
    /// Learn it whole, and say no more than this.
    Learn(State),
    /// Look for motion in it.
    Watch,
    /// Leave the background as it is.
    Hold,
    /// Give the background this picture's light at once.
    Follow,
    /// Take it as the new background.
    BeginAnew,
}

impl Phase {
    /// With the first picture.
    pub(super) fn start(at: Duration) -> Self {
        Self::Learning { since: at, pictures: 1, is_start: true }
    }

    /// With the next picture.
    pub(super) fn step(self, glance: Glance) -> (Self, Action) {
        let Glance { at, level, changed } = glance;
        match self {
            Self::Learning { since, pictures, is_start } => {
                let (enough, state) =
                    if is_start { (START, State::Learning) } else { (ANEW, State::LightChange) };
                let next = if at.saturating_sub(since) >= enough && pictures >= PICTURES {
                    Self::Watching { level }
                } else {
                    Self::Learning { since, pictures: pictures + 1, is_start }
                };
                (next, Action::Learn(state))
            }
            Self::Watching { level: before } => {
                if changed > MOST || is_other_light(before, level) {
                    (Self::Changed { since: at, level: before }, Action::Hold)
                } else {
                    (Self::Watching { level }, Action::Watch)
                }
            }
            Self::Changed { since, level: before } => {
                let lasts = at.saturating_sub(since) >= PASSING;
                if changed <= MOST && !is_other_light(before, level) {
                    (Self::Watching { level }, Action::Watch)
                } else if lasts && changed <= LITTLE {
                    (Self::Watching { level }, Action::Follow)
                } else if lasts {
                    let learning = Self::Learning { since: at, pictures: 1, is_start: false };
                    (learning, Action::BeginAnew)
                } else {
                    (self, Action::Hold)
                }
            }
        }
    }
}

fn is_other_light(before: f32, now: f32) -> bool {
    let (low, high) = (before.min(now), before.max(now));
    high - low > LEVEL_STEP && high > LEVEL_RATIO * low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds, level, changed.
    type Picture = (u64, f32, f32);

    /// The actions for pictures, one after the other.
    fn actions(mut phase: Phase, pictures: &[Picture]) -> Vec<Action> {
        let step = |&(at_ms, level, changed): &Picture| {
            let action;
            (phase, action) =
                phase.step(Glance { at: Duration::from_millis(at_ms), level, changed });
            action
        };
        pictures.iter().map(step).collect()
    }

    #[test]
    fn light_that_passes_is_waited_out_and_light_that_lasts_is_followed() {
        use Action::{BeginAnew, Follow, Hold, Learn, Watch};
        let watching = Phase::Watching { level: 100.0 };
        let anew = Learn(State::LightChange);
        let table: [(&[Picture], &[Action]); 6] = [
            // A flickering lamp, and a truck.
            (&[(0, 110.0, 0.0), (100, 91.0, 0.0), (200, 100.0, 0.45)], &[Watch, Watch, Watch]),
            // Lightning.
            (&[(0, 200.0, 0.3), (100, 190.0, 0.3), (200, 101.0, 0.0)], &[Hold, Hold, Watch]),
            // Exposure.
            (&[(0, 150.0, 0.0), (400, 150.0, 0.0), (700, 150.0, 0.0)], &[Hold, Hold, Follow]),
            // Infrared; the first picture after it is the first to be learnt.
            (&[(0, 90.0, 0.8), (700, 90.0, 0.8), (800, 90.0, 0.0)], &[Hold, BeginAnew, anew]),
            // One picture a second.
            (&[(0, 90.0, 0.8), (1000, 90.0, 0.8), (2000, 90.0, 0.0)], &[Hold, BeginAnew, anew]),
            // A small step by night.
            (&[(0, 100.0, 0.0), (100, 110.0, 0.0)], &[Watch, Watch]),
        ];

        for (pictures, expected) in table {
            assert_eq!(actions(watching, pictures), expected, "{pictures:?}");
        }
    }

    #[test]
    fn learning_takes_its_time_and_enough_pictures() {
        let ends = |step_ms: u64, count: u64| {
            let pictures: Vec<_> = (1..=count).map(|n| (n * step_ms, 100.0, 1.0)).collect();
            let actions = actions(Phase::start(Duration::ZERO), &pictures);
            actions.iter().take_while(|action| matches!(action, Action::Learn(_))).count()
        };

        assert_eq!(ends(100, 40), 30);
        assert_eq!(ends(2000, 40), 5);
    }
}
