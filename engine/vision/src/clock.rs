//! Media time that only goes forward, made of one that may jump back when a stream begins anew.

use std::time::Duration;

/// Adds up the steps forward.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    last: Duration,
    now: Duration,
}

impl Clock {
    /// The time at `at`; where that lies before the last, no time has passed.
    pub(crate) fn advance(&mut self, at: Duration) -> Duration {
        self.now = self.now.saturating_add(at.saturating_sub(self.last));
        self.last = at;
        self.now
    }

    /// The time of a picture of the past; `None` where it is none of this stream, because media
    /// time began anew since.
    pub(crate) fn time_of(&self, at: Duration) -> Option<Duration> {
        self.now.checked_sub(self.last.checked_sub(at)?)
    }

    /// The time that was reached.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_while_media_time_goes_back_and_goes_on_from_there() {
        let s = Duration::from_secs;
        let mut clock = Clock::default();

        for (at, now) in [(5, 5), (9, 9), (2, 9), (2, 9), (4, 11), (100, 107)] {
            assert_eq!(clock.advance(s(at)), s(now));
        }
        assert_eq!(clock.time_of(s(99)), Some(s(106)));
        assert_eq!(clock.time_of(s(101)), None);
        clock.advance(Duration::ZERO);
        assert_eq!(clock.time_of(s(99)), None);
        clock.advance(Duration::MAX);
        clock.advance(Duration::ZERO);
        assert_eq!(clock.advance(Duration::MAX), Duration::MAX);
    }
}
