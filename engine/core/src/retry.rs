//! Back-off: how long to wait before the next attempt.

use std::time::Duration;

/// A back-off that doubles from `first` to `longest` and is spread by ±20 %, so that cameras that
/// failed together do not come back together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// Wait after the first failure.
    pub first: Duration,
    /// Longest wait before the spread.
    pub longest: Duration,
}

impl Backoff {
    /// The wait after `failures` failures in a row (1 is the first). `jitter` is a random number
    /// from 0 to 1.
    pub fn delay(self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let wait = self.first.saturating_mul(1 << doublings).min(self.longest);
        wait.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_its_limit_and_never_ends() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        let waits: Vec<u64> = (1..=7).map(|n| backoff.delay(n, 0.5).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.delay(u32::MAX, 0.5), Duration::from_secs(30));
    }

    #[test]
    fn the_spread_is_a_fifth_each_way() {
        let backoff = Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(10) };
        assert_eq!(backoff.delay(1, 0.0), Duration::from_secs(8));
        assert_eq!(backoff.delay(1, 1.0), Duration::from_secs(12));
        assert_eq!(backoff.delay(1, f64::NAN.max(0.0)), Duration::from_secs(8));
    }
}
