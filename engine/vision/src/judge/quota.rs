//! How many rejected objects are told, so that noise does not fill the index.

use std::{collections::VecDeque, time::Duration};

/// One in so long.
const EACH: Duration = Duration::from_secs(5);
/// So many in an hour: one a minute is more than anybody reads.
const HOURLY: usize = 60;
const HOUR: Duration = Duration::from_secs(3600);

/// Counts what is told and what is not, in media time that never goes back.
#[derive(Debug, Default)]
pub(super) struct Quota {
    told: VecDeque<Duration>,
    left_out: u64,
}

impl Quota {
    /// Whether one more may be told; where not, it counts as left out.
    pub(super) fn allows(&mut self, now: Duration) -> bool {
        while self.told.front().is_some_and(|told| now.saturating_sub(*told) >= HOUR) {
            self.told.pop_front();
        }
        let is_soon = self.told.back().is_some_and(|told| now.saturating_sub(*told) < EACH);
        let is_allowed = !is_soon && self.told.len() < HOURLY;
        if is_allowed {
            self.told.push_back(now);
        } else {
            self.left_out += 1;
        }
        is_allowed
    }

    /// How many were not told.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_five_seconds_and_sixty_in_an_hour_are_told() {
        let mut quota = Quota::default();

        let times = (0..7_200).map(Duration::from_secs);
        let told: Vec<_> = times.filter(|now| quota.allows(*now)).map(|t| t.as_secs()).collect();

        let expected: Vec<_> =
            (0..60).map(|n| 5 * n).chain((0..60).map(|n| 3_600 + 5 * n)).collect();
        assert_eq!(told, expected);
        assert_eq!(quota.left_out(), 7_200 - 120);
    }
}
