//! Which pictures the detector should look at: those in which something moves, those shortly after
//! something was seen, and one now and then.
//!
//! Not here: which part of the picture ([`crate::region`]), and whether there is a detector.

use std::time::Duration;

use ronin_core::event::Gate;

use crate::{motion::State, track::LOST};

/// After something was seen that may move again. Longer than an object may be out of sight, so that
/// it is seen and not guessed that one is gone.
const RECENT: Duration = LOST.saturating_add(Duration::from_millis(500));
/// All is looked at once in so long: what is parked is known before it is news.
const SWEEP: Duration = Duration::from_secs(60);
/// A sweep that was asked for and not made, because the detector has much to do, is asked for
/// again after so long.
const SWEEP_AGAIN: Duration = Duration::from_secs(2);
/// While the detector looks at parts, so often it looks at the whole.
const WHOLE: Duration = Duration::from_secs(1);

/// What was asked and answered, in media time that never goes back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Doorman {
    /// The last picture all of which was looked at.
    whole: Option<Duration>,
    /// The last picture for which a sweep was asked.
    sweep_asked: Option<Duration>,
    recent_until: Option<Duration>,
}

/// What the detector should do with a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Opening {
    pub(crate) gate: Gate,
    /// Whether it has to be all of the picture.
    pub(crate) is_whole: bool,
}

impl Doorman {
    /// What to do with a picture of `now`; `None`: the gate is shut.
    pub(crate) fn decide(&mut self, now: Duration, state: State) -> Option<Opening> {
        let is_older = |time: Option<Duration>, age: Duration| {
            time.is_none_or(|time| now.saturating_sub(time) >= age)
        };
        let gate = if state == State::Moving {
            Gate::Motion
        } else if self.recent_until.is_some_and(|until| now < until) {
            Gate::Recent
        } else if is_older(self.whole, SWEEP) && is_older(self.sweep_asked, SWEEP_AGAIN) {
            self.sweep_asked = Some(now);
            Gate::Sweep
        } else {
            return None;
        };
        let is_whole = gate == Gate::Sweep || is_older(self.whole, WHOLE);
        Some(Opening { gate, is_whole })
    }

    /// All of a picture of `now` was looked at.
    pub(crate) fn looked_at_all(&mut self, now: Duration) {
        self.whole = self.whole.max(Some(now));
    }

    /// Something that may move was seen, and `now` is the newest picture.
    pub(crate) fn saw(&mut self, now: Duration) {
        self.recent_until = self.recent_until.max(Some(now.saturating_add(RECENT)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens at a time in ms, and what the gate says then.
    struct Row(u64, State, Then, Option<(Gate, bool)>);

    /// What comes of the look, if there is one.
    enum Then {
        Nothing,
        NoAnswer,
        Seen,
        Part,
    }

    fn run(rows: &[Row]) {
        let mut gate = Doorman::default();
        for Row(ms, state, then, expected) in rows {
            let now = Duration::from_millis(*ms);
            let opening = gate.decide(now, *state);
            let found = opening.map(|opening| (opening.gate, opening.is_whole));
            assert_eq!(found, *expected, "at {ms} ms");
            if opening.is_some() && matches!(then, Then::Nothing | Then::Seen) {
                gate.looked_at_all(now);
            }
            if matches!(then, Then::Seen | Then::Part) {
                gate.saw(now);
            }
        }
    }

    const SWEPT: Option<(Gate, bool)> = Some((Gate::Sweep, true));

    #[test]
    fn all_is_looked_at_at_the_beginning_and_once_a_minute() {
        run(&[
            Row(0, State::Learning, Then::Nothing, SWEPT),
            Row(100, State::Learning, Then::Nothing, None),
            Row(59_900, State::Still, Then::Nothing, None),
            Row(60_000, State::Still, Then::Nothing, SWEPT),
            Row(60_100, State::LightChange, Then::Nothing, None),
        ]);
    }

    #[test]
    fn sweep_that_is_not_made_is_asked_for_again_but_not_with_each_picture() {
        run(&[
            Row(0, State::Learning, Then::NoAnswer, SWEPT),
            Row(1_900, State::Still, Then::NoAnswer, None),
            Row(2_000, State::Still, Then::NoAnswer, SWEPT),
            Row(4_000, State::Still, Then::Nothing, SWEPT),
            Row(6_000, State::Still, Then::Nothing, None),
        ]);
    }

    #[test]
    fn motion_opens_it_and_looks_at_the_whole_count_as_sweeps() {
        run(&[
            Row(0, State::Learning, Then::Nothing, SWEPT),
            Row(500, State::Moving, Then::Part, Some((Gate::Motion, false))),
            Row(900, State::Moving, Then::Part, Some((Gate::Motion, false))),
            Row(1_000, State::Moving, Then::NoAnswer, Some((Gate::Motion, true))),
            Row(1_100, State::Moving, Then::Nothing, Some((Gate::Motion, true))),
            Row(1_200, State::Moving, Then::Part, Some((Gate::Motion, false))),
            Row(61_000, State::Still, Then::Nothing, None),
            Row(61_100, State::Still, Then::Nothing, SWEPT),
        ]);
    }

    #[test]
    fn what_was_seen_keeps_it_open_a_moment_longer_than_it_may_be_out_of_sight() {
        run(&[
            Row(0, State::Learning, Then::Seen, SWEPT),
            Row(500, State::Still, Then::Nothing, Some((Gate::Recent, false))),
            Row(3_400, State::Still, Then::Nothing, Some((Gate::Recent, true))),
            Row(3_500, State::Still, Then::Nothing, None),
        ]);
    }

    #[test]
    fn answer_that_comes_late_takes_nothing_back() {
        let (mut gate, s) = (Doorman::default(), Duration::from_secs);
        gate.looked_at_all(s(100));
        gate.saw(s(100));

        gate.looked_at_all(s(10));
        gate.saw(s(10));

        let opening = gate.decide(s(102), State::Still).map(|opening| opening.gate);
        assert_eq!(opening, Some(Gate::Recent));
        assert_eq!(gate.decide(s(150), State::Still), None);
    }
}
