//! When an open file is forced to disk.

use std::time::{Duration, Instant};

/// Beats at an even distance, asked about at moments that come when they come.
///
/// A moment a tenth of the distance before a beat counts as it: writes arrive once a second with a
/// little jitter, and a cadence of a second would else miss every other one. Beats that were missed
/// are not made up for.
pub(crate) struct Cadence {
    last: Instant,
}

impl Cadence {
    pub(crate) fn from(start: Instant) -> Self {
        Self { last: start }
    }

    /// Whether a beat is due at `now`, which then counts as done.
    pub(crate) fn beats(&mut self, now: Instant, every: Duration) -> bool {
        let since = now.saturating_duration_since(self.last);
        if since < every - every / 10 {
            return false;
        }
        let is_late = since >= 2 * every;
        self.last = if is_late { now } else { self.last + every };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The moments of these, in milliseconds, at which a beat was due.
    fn beats_of(every: Duration, moments_ms: &[u64]) -> Vec<u64> {
        let start = Instant::now();
        let mut cadence = Cadence::from(start);
        let is_due = |ms: &u64| cadence.beats(start + Duration::from_millis(*ms), every);
        moments_ms.iter().copied().filter(is_due).collect()
    }

    #[test]
    fn writes_once_a_second_with_jitter_are_each_synced_where_that_is_the_cadence() {
        let writes = [990, 2_010, 2_970, 4_000, 4_950, 6_040];
        assert_eq!(beats_of(SECOND, &writes), writes);
    }

    #[test]
    fn what_comes_oftener_is_synced_at_the_cadence_and_does_not_drift() {
        let writes: Vec<u64> = (1..=600).map(|n| n * 100).collect();
        let beats = beats_of(5 * SECOND, &writes);
        assert_eq!(beats.len(), 12, "{beats:?}");
        assert_eq!(beats.last(), Some(&59_500));
    }

    #[test]
    fn beats_that_were_missed_are_not_made_up_for() {
        assert_eq!(beats_of(SECOND, &[1_000, 9_500, 9_600, 9_700, 10_500]), [1_000, 9_500, 10_500]);
    }

    #[test]
    fn without_a_distance_every_moment_is_one() {
        assert_eq!(beats_of(Duration::ZERO, &[0, 0, 5]), [0, 0, 5]);
    }

    #[test]
    fn a_moment_before_the_last_beat_is_none() {
        assert_eq!(beats_of(SECOND, &[950, 960, 1_100, 1_950]), [950, 1_950]);
    }
}
