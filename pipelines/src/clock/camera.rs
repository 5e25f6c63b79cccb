//! The camera's own clock, as its RTCP sender reports tell it, against ours. Pure.

use std::{collections::VecDeque, time::Duration};

/// Readings of this long ago still count.
const WINDOW: Duration = Duration::from_secs(30);
/// The readings must reach over this: several reports, which come every 5 s or so.
const STABLE_FOR: Duration = Duration::from_secs(12);
/// A clock that is off by more is wrong.
const SANE_S: f64 = 2.0;
/// Readings that differ by more are no clock.
const SPREAD_S: f64 = 0.25;
/// What people are told changes in these steps.
const STEP_S: f64 = 0.1;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct CameraClock {
    /// When each was taken, and how far the camera was ahead.
    readings: VecDeque<(Duration, f64)>,
    told: Option<f64>,
}

impl CameraClock {
    /// At `now`, the camera's clock is `ahead_s` seconds ahead of ours; `None`: it does not say.
    pub(crate) fn read(&mut self, now: Duration, ahead_s: Option<f64>) {
        self.readings.extend(ahead_s.map(|ahead_s| (now, ahead_s)));
        while self.readings.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            self.readings.pop_front();
        }
        let ahead_s = self.ahead_s();
        self.told = match (self.told, ahead_s) {
            // A reading on the edge of two steps does not go to and fro.
            (Some(told), Some(ahead_s)) if (told - ahead_s).abs() < STEP_S => Some(told),
            (_, ahead_s) => ahead_s.map(|ahead_s| (ahead_s / STEP_S).round() * STEP_S),
        };
    }

    /// How far it is ahead, in seconds, for people; `None` where it does not tell its time.
    pub(crate) fn told(&self) -> Option<f64> {
        self.told
    }

    /// How far it is ahead, in seconds, where it can be believed.
    pub(crate) fn trusted(&self) -> Option<f64> {
        let ((first, _), (last, _)) = self.readings.front().zip(self.readings.back())?;
        let values = || self.readings.iter().map(|(_, ahead_s)| *ahead_s);
        let (least, most) =
            values().fold((f64::MAX, f64::MIN), |(least, most), v| (least.min(v), most.max(v)));
        let is_sane = values().all(|ahead_s| ahead_s.abs() < SANE_S);
        let is_stable = *last >= *first + STABLE_FOR && most - least < SPREAD_S;
        self.ahead_s().filter(|_| is_sane && is_stable)
    }

    /// The middle of the readings: one that is far off moves nothing.
    fn ahead_s(&self) -> Option<f64> {
        let mut values: Vec<f64> = self.readings.iter().map(|(_, ahead_s)| *ahead_s).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(readings: impl IntoIterator<Item = Option<f64>>) -> CameraClock {
        let mut clock = CameraClock::default();
        for (second, ahead_s) in readings.into_iter().enumerate() {
            clock.read(Duration::from_secs(second as u64), ahead_s);
        }
        clock
    }

    #[test]
    fn a_clock_is_believed_when_it_is_near_and_steady() {
        let steady = |ahead_s: f64, seconds| (0..seconds).map(move |_| Some(ahead_s));
        let jumpy = (0..30).map(|n| Some(if n % 2 == 0 { 0.0 } else { 0.4 }));
        let drifting = (0..200).map(|n| Some(f64::from(n) * 0.001));
        let cases = [
            ("near and steady", after(steady(-0.15, 30)), Some(-0.15), Some(-0.1)),
            ("too few reports", after(steady(-0.15, 10)), None, Some(-0.1)),
            ("an hour ahead", after(steady(3600.04, 30)), None, Some(3600.0)),
            ("no clock", after(jumpy), None, Some(0.4)),
            ("drifting", after(drifting), Some(0.184), Some(0.1)),
            ("silent", after([None; 30]), None, None),
            ("silent now", after(steady(0.5, 30).chain([None; 40])), None, None),
        ];
        for (what, clock, trusted, told) in cases {
            let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 0.051,
                (a, b) => a.is_none() && b.is_none(),
            };
            assert!(near(clock.trusted(), trusted), "{what}: {:?}", clock.trusted());
            assert!(near(clock.told(), told), "{what}: {:?}", clock.told());
        }
    }

    #[test]
    fn what_people_are_told_does_not_flicker() {
        let mut clock = CameraClock::default();
        let mut told = Vec::new();
        for second in 0..300_u64 {
            let noise = if second % 2 == 0 { 0.003 } else { -0.003 };
            clock.read(Duration::from_secs(second), Some(0.25 + noise));
            told.push(clock.told());
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
    }
}
