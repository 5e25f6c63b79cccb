//! Notices that the clock of this machine was set. Pure.

use std::time::Duration;

use ronin_core::WallTime;

/// A step beyond this cannot be made good by going a little faster or slower.
const STEP_US: i128 = 2_000_000;
/// As fast as the times of a run follow the clock.
const FOLLOW_PPM: i128 = 500;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct ClockWatch {
    /// When it was last looked at, and wall-clock time minus monotonic time then, as far as it was
    /// followed.
    last: Option<(Duration, i128)>,
}

impl ClockWatch {
    /// The clock says `wall` at the monotonic time `now`. True where it was set by more than 2 s
    /// against what is followed slowly; the new time is followed from now on.
    pub(crate) fn look(&mut self, now: Duration, wall: WallTime) -> bool {
        let elapsed = |since: Duration| micros(now.saturating_sub(since));
        let offset = i128::from(wall.as_micros()) - micros(now);
        let Some((at, followed)) = self.last else {
            self.last = Some((now, offset));
            return false;
        };
        let step = offset - followed;
        if step.abs() > STEP_US {
            self.last = Some((now, offset));
            return true;
        }
        let most = elapsed(at) * FOLLOW_PPM / 1_000_000;
        self.last = Some((now, followed + step.clamp(-most, most)));
        false
    }
}

fn micros(duration: Duration) -> i128 {
    i128::try_from(duration.as_micros()).unwrap_or(i128::MAX >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks four times a second; `offset` says in µs how far the clock is off at each second.
    fn steps(seconds: i64, offset: impl Fn(i64) -> i64) -> usize {
        let mut watch = ClockWatch::default();
        let looks = (0..seconds * 4).map(|quarter| quarter * 250_000);
        looks
            .filter(|micros| {
                let wall = 1_700_000_000_000_000 + micros + offset(micros / 1_000_000);
                let now = Duration::from_micros(u64::try_from(*micros).unwrap());
                watch.look(now, WallTime::from_micros(wall))
            })
            .count()
    }

    #[test]
    fn a_step_is_noticed_once_and_a_slew_never() {
        let step = |by: i64| move |second: i64| if second >= 100 { by } else { 0 };
        assert_eq!(steps(1000, |_| 0), 0);
        assert_eq!(steps(1000, step(1_900_000)), 0, "small enough to follow");
        for by in [2_500_000, -2_500_000, 3_600_000_000, -3_600_000_000, i64::MAX >> 8] {
            assert_eq!(steps(1000, step(by)), 1, "a step of {by} µs");
        }
        assert_eq!(steps(20_000, |second| second * 500), 0, "10 s, slewed over hours");
        assert_eq!(steps(600, |second| second / 100 * 1_900_000), 2, "small steps add up");
    }
}
