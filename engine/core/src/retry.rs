//! Back-off: how long to wait before the next attempt.

use std::time::Duration;

/// Failures in a row after which nobody expects an end soon.
const SOON: u32 = 20;

/// A back-off that doubles from `first` to `longest` and is spread by ±20 %, so that cameras that
/// failed together do not come back together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// Wait after the first failure.
    first: Duration,
    /// Longest wait of the first [`SOON`] failures, before the spread.
    longest_at_first: Duration,
    /// Longest wait before the spread.
    longest: Duration,
}

impl Backoff {
    /// Waits that double from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest_at_first: longest, longest }
    }

    /// The same, but at most `longest` for the time in which an end is expected soon, as of a
    /// camera that restarts.
    pub const fn at_first_at_most(self, longest: Duration) -> Self {
        Self { longest_at_first: longest, ..self }
    }

    /// The wait after `failures` failures in a row (1 is the first). `jitter` is a random number
    /// from 0 to 1.
    pub fn delay(self, failures: u32, jitter: f64) -> Duration {
        let longest = if failures <= SOON { self.longest_at_first } else { self.longest };
        let doublings = failures.saturating_sub(1).min(16);
        let wait = self.first.saturating_mul(1 << doublings).min(longest);
        wait.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wait_doubles_to_its_limit_and_never_ends() {
        let backoff = Backoff::new(seconds(1), seconds(30));
        let waits: Vec<u64> = (1..=7).map(|n| backoff.delay(n, 0.5).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.delay(u32::MAX, 0.5), seconds(30));
    }

    #[test]
    fn while_an_end_is_expected_soon_waits_are_short() {
        let backoff = Backoff::new(seconds(1), seconds(30)).at_first_at_most(seconds(4));
        let waits: Vec<u64> = (1..=22).map(|n| backoff.delay(n, 0.5).as_secs()).collect();
        assert_eq!(waits[..4], [1, 2, 4, 4]);
        assert_eq!(waits[18..], [4, 4, 30, 30]);
    }

    #[test]
    fn the_spread_is_a_fifth_each_way() {
        let backoff = Backoff::new(seconds(10), seconds(10));
        assert_eq!(backoff.delay(1, 0.0), seconds(8));
        assert_eq!(backoff.delay(1, 1.0), seconds(12));
        assert_eq!(backoff.delay(1, f64::NAN.max(0.0)), seconds(8));
    }
}
