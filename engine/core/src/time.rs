//! Wall-clock time as stored and shown, spans of it, and the folder and file names made of it.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::error::Invalid;

/// Microseconds since 1970 UTC: what people ask for, and the finest that both databases keep.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct WallTime(i64);

impl WallTime {
    /// The time now.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// From microseconds since 1970 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970 UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// How much later `self` is than `earlier`; zero where it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `YYYY-MM-DD` in UTC: the folder a segment that starts now belongs to.
    pub fn utc_day(self) -> String {
        self.zoned().strftime("%Y-%m-%d").to_string()
    }

    /// `HH-MM-SS` in UTC: the file name of a segment that starts now.
    pub fn utc_second(self) -> String {
        self.zoned().strftime("%H-%M-%S").to_string()
    }

    /// The next whole multiple of `step`, counted from midnight UTC, that is later than `self`.
    /// `step` is at least a microsecond.
    pub fn next_multiple(self, step: Duration) -> Self {
        let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        Self((self.0.div_euclid(step) + 1).saturating_mul(step))
    }

    fn zoned(self) -> jiff::Zoned {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC)
    }
}

impl From<SystemTime> for WallTime {
    fn from(time: SystemTime) -> Self {
        let micros = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |m| -m),
        };
        Self(micros)
    }
}

impl FromStr for WallTime {
    type Err = Invalid;

    /// RFC 3339, with `Z` or an offset.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let time: Timestamp = text.parse().map_err(|_| {
            Invalid::new("time", "a time is written as 2026-11-22T13:00:00Z (RFC 3339)")
        })?;
        Ok(Self(time.as_microsecond()))
    }
}

impl Add<Duration> for WallTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for WallTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.zoned().timestamp().fmt(f)
    }
}

/// A span of time: `start` is in it, `end` is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// First moment.
    pub start: WallTime,
    /// First moment after it.
    pub end: WallTime,
}

impl Span {
    /// The span from `start` to `end`; empty where `end` is not later.
    pub fn new(start: WallTime, end: WallTime) -> Self {
        Self { start, end: end.max(start) }
    }

    /// How long it is.
    pub fn duration(self) -> Duration {
        self.end.since(self.start)
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// What `self` and `other` share; empty where they share nothing.
    pub fn intersect(self, other: Self) -> Self {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_utc() {
        let time = WallTime::from_micros(1_700_000_000_123_456);
        assert_eq!(time.utc_day(), "2023-11-14");
        assert_eq!(time.utc_second(), "22-13-20");
        assert_eq!(WallTime::from_micros(0).utc_day(), "1970-01-01");
    }

    #[test]
    fn times_are_read_as_they_are_printed() {
        let time = WallTime::from_micros(1_700_000_000_123_456);
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!("2023-11-14T23:13:20.123456+01:00".parse(), Ok(time));
        for bad in ["", "now", "2023-11-14", "2023-11-14T22:13:20", "1700000000"] {
            assert!(bad.parse::<WallTime>().is_err(), "{bad}");
        }
    }

    #[test]
    fn cuts_fall_on_whole_steps_of_the_clock() {
        let quarter = Duration::from_secs(900);
        let time = WallTime::from_micros(1_700_000_000_000_000);
        let cut = time.next_multiple(quarter);
        assert_eq!(cut.utc_second(), "22-15-00");
        assert_eq!(cut.next_multiple(quarter).utc_second(), "22-30-00");
        let before_1970 = WallTime::from_micros(-1);
        assert_eq!(before_1970.next_multiple(quarter), WallTime::from_micros(0));
    }

    #[test]
    fn extremes_do_not_panic() {
        for micros in [i64::MIN, -1, 0, i64::MAX] {
            let time = WallTime::from_micros(micros);
            let _ = (time.utc_day(), time.utc_second(), time.to_string());
            let _ = time + Duration::MAX;
            let _ = time - Duration::MAX;
            let _ = time.next_multiple(Duration::from_secs(1));
        }
    }

    #[test]
    fn spans_meet_without_overlap() {
        let at = WallTime::from_micros;
        let a = Span::new(at(0), at(10));
        assert!(a.intersect(Span::new(at(10), at(20))).is_empty());
        assert_eq!(a.intersect(Span::new(at(4), at(20))), Span::new(at(4), at(10)));
        assert!(Span::new(at(5), at(3)).is_empty());
    }
}
