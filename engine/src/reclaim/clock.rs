//! Whether the system's clock can be believed: what is deleted for its age cannot be brought back.

use std::time::{Duration, Instant};

use ronin_core::WallTime;

/// Age counts only after the clock has run true for this long. Until then it may be set right, as
/// machines without a clock of their own do when they find the network.
const CLOCK_GRACE: Duration = Duration::from_secs(600);
/// A clock that has gone this much further, or less, than time has passed, was set. Set that late,
/// it is not believed again before the next start.
const CLOCK_JUMP: Duration = Duration::from_secs(300);
/// Whether the clock has run as time has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockWatch {
    wall: WallTime,
    at: Instant,
}

impl ClockWatch {
    /// A watch that begins to look at a clock which says `wall` at `at`.
    pub(crate) fn start(wall: WallTime, at: Instant) -> Self {
        Self { wall, at }
    }

    /// Whether the clock, which says `now` at `at`, has run true for long enough.
    pub(crate) fn is_believed(&mut self, now: WallTime, at: Instant) -> bool {
        let passed = at.saturating_duration_since(self.at);
        let expected = self.wall + passed;
        let off = expected.since(now).max(now.since(expected));
        let was_set = off >= CLOCK_JUMP;
        if was_set && passed < CLOCK_GRACE {
            *self = Self { wall: now, at };
        }
        passed >= CLOCK_GRACE && !was_set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: WallTime = WallTime::from_micros(1_700_000_000_000_000);

    #[test]
    fn a_clock_is_believed_once_it_has_run_true_and_not_after_it_was_set() {
        let mut watch = ClockWatch::start(NOW, Instant::now());
        let start = watch.at;
        assert!(!watch.is_believed(NOW, start), "too early to tell");
        assert!(watch.is_believed(NOW + HOUR, start + HOUR));
        for jumped in [NOW, NOW + HOUR * 2, NOW + HOUR * 9000, NOW - HOUR * 9000] {
            assert!(!watch.is_believed(jumped, start + HOUR), "{jumped}");
        }

        // Found on the network a minute after the start: believed once it has run true for long.
        let (minute, year) = (HOUR / 60, HOUR * 9000);
        assert!(!watch.is_believed(NOW + year, start + minute));
        assert!(!watch.is_believed(NOW + year + minute, start + minute * 2));
        assert!(watch.is_believed(NOW + year + HOUR, start + minute + HOUR));
    }
}
