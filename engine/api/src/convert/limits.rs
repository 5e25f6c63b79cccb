//! What may be kept, on the wire: an age in days and sizes in bytes, where 0 means no limit.

use std::time::Duration;

use ronin_core::Invalid;

const DAY: Duration = Duration::from_secs(86_400);
/// Shortest age that is a limit: less keeps nothing.
const AGE_MIN: Duration = Duration::from_secs(1);
/// Longest: a hundred years.
const AGE_MAX: Duration = Duration::from_secs(36_500 * 86_400);
/// Largest size: what both databases hold.
const BYTES_MAX: u64 = i64::MAX as u64;

/// The age that `days`, of the field `retention_days`, mean; `None` where they are 0.
pub(crate) fn max_age(days: f64) -> Result<Option<Duration>, Invalid> {
    if days == 0.0 {
        return Ok(None);
    }
    let age = Duration::try_from_secs_f64(days * DAY.as_secs_f64()).ok();
    match age.filter(|age| (AGE_MIN..=AGE_MAX).contains(age)) {
        Some(age) => Ok(Some(age)),
        None => {
            let text = "days are a number from 0, which means no limit of age, to 36500";
            Err(Invalid::new("retention_days", text))
        }
    }
}

/// The size that `bytes`, of the field `retention_max_bytes`, mean; `None` where they are 0.
pub(crate) fn max_bytes(bytes: u64) -> Result<Option<u64>, Invalid> {
    Ok(Some(checked_bytes(bytes, "retention_max_bytes")?).filter(|bytes| *bytes > 0))
}

/// A size that can be stored.
pub(crate) fn checked_bytes(bytes: u64, field: &str) -> Result<u64, Invalid> {
    let text = "a size in bytes is at most 9223372036854775807";
    (bytes <= BYTES_MAX).then_some(bytes).ok_or_else(|| Invalid::new(field, text))
}

/// An age in days; 0 where there is no limit.
pub(crate) fn days(max_age: Option<Duration>) -> f64 {
    max_age.map_or(0.0, |age| age.as_secs_f64() / DAY.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes_are_bounded_and_zero_means_none() {
        assert_eq!(max_age(0.0).unwrap(), None);
        assert_eq!(max_age(7.0).unwrap(), Some(DAY * 7));
        assert_eq!(max_age(0.5).unwrap(), Some(DAY / 2));
        for bad in [-1.0, 0.000_001, f64::NAN, f64::INFINITY, 1e300, 36_501.0, f64::MIN_POSITIVE] {
            let invalid = max_age(bad).unwrap_err();
            assert_eq!(invalid.violations[0].field, "retention_days", "{bad}");
        }
        assert_eq!(max_bytes(0).unwrap(), None);
        assert_eq!(max_bytes(1_000_000_000).unwrap(), Some(1_000_000_000));
        for bad in [BYTES_MAX + 1, u64::MAX] {
            let invalid = max_bytes(bad).unwrap_err();
            assert_eq!(invalid.violations[0].field, "retention_max_bytes", "{bad}");
        }
        assert!((days(Some(DAY * 3)) - 3.0).abs() < 1e-9);
    }
}
