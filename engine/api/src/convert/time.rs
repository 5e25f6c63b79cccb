//! Points in time on the wire: seconds and nanoseconds, years 1 to 9999.

use prost_types::Timestamp;
use ronin_core::{Invalid, WallTime};

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the bounds of `google.protobuf.Timestamp`.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

/// Earlier than any footage.
pub(crate) const EARLIEST: WallTime = WallTime::from_micros(FIRST_SECOND * 1_000_000);
/// Later than any footage.
pub(crate) const LATEST: WallTime = WallTime::from_micros(LAST_SECOND * 1_000_000);

/// A time for the wire. What the wire cannot say becomes its nearest bound.
pub(crate) fn to_wire(time: WallTime) -> Timestamp {
    let micros = time.clamp(EARLIEST, LATEST).as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000);
    Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: nanos.expect("less than a second in nanoseconds fits"),
    }
}

/// A time from the wire; what is finer than a microsecond is cut off.
pub(crate) fn from_wire(time: &Timestamp, field: &str) -> Result<WallTime, Invalid> {
    let fits = (FIRST_SECOND..=LAST_SECOND).contains(&time.seconds)
        && (0..1_000_000_000).contains(&time.nanos);
    if !fits {
        let text = "a time lies in the years 1 to 9999, with nanos from 0 to 999999999";
        return Err(Invalid::new(field, text));
    }
    Ok(WallTime::from_micros(time.seconds * 1_000_000 + i64::from(time.nanos) / 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_both_ways_and_extremes_are_refused() {
        for micros in [0, 1, -1, 1_700_000_000_123_456] {
            let time = WallTime::from_micros(micros);
            assert_eq!(from_wire(&to_wire(time), "t").unwrap(), time);
        }
        for micros in [i64::MIN, i64::MAX] {
            assert!(from_wire(&to_wire(WallTime::from_micros(micros)), "t").is_ok());
        }
        for seconds in [i64::MIN, i64::MAX, 102_481_911_520_608, FIRST_SECOND - 1, LAST_SECOND + 1]
        {
            assert!(from_wire(&Timestamp { seconds, nanos: 0 }, "t").is_err());
        }
        for nanos in [-1, 1_000_000_000, i32::MIN] {
            assert!(from_wire(&Timestamp { seconds: 0, nanos }, "t").is_err());
        }
    }
}
