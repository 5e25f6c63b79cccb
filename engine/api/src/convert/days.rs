//! Days as people mean them: in their time zone, 23, 24 or 25 hours long.

use jiff::{civil::Date, tz::TimeZone};
use ronin_core::{Invalid, Span, WallTime};

/// Most days of one answer: a leap year.
const DAYS_MAX: usize = 366;
/// Years in which footage can be: a slip of a digit is told, and a day has a day after it.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=9998;

/// A day in a time zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Day {
    /// `2026-11-22`.
    pub(crate) name: String,
    /// From its first moment to that of the next day.
    pub(crate) span: Span,
}

/// The days from `start_day` to `end_day`, both in it, in the zone of this name; an empty name is
/// UTC.
pub(crate) fn days(start_day: &str, end_day: &str, zone: &str) -> Result<Vec<Day>, Invalid> {
    let mut invalid = Invalid::default();
    let first = invalid.collect(date(start_day, "start_day"));
    let last = invalid.collect(date(end_day, "end_day"));
    let zone = invalid.collect(time_zone(zone));
    if let (Some(first), Some(last)) = (first, last) {
        invalid.collect(in_order(first, last));
    }
    invalid.check()?;
    let (Some(first), Some(last), Some(zone)) = (first, last, zone) else { return Ok(Vec::new()) };
    between(first, last, &zone)
}

/// The days of the month `2026-11` in the zone of this name.
pub(crate) fn month(month: &str, zone: &str) -> Result<Vec<Day>, Invalid> {
    let mut invalid = Invalid::default();
    let text = "a month is written as 2026-11";
    let first = date(&format!("{month}-01"), "month").map_err(|_| Invalid::new("month", text));
    let first = invalid.collect(first);
    let zone = invalid.collect(time_zone(zone));
    invalid.check()?;
    let (Some(first), Some(zone)) = (first, zone) else { return Ok(Vec::new()) };
    between(first, first.last_of_month(), &zone)
}

fn date(text: &str, field: &str) -> Result<Date, Invalid> {
    // Only the one spelling that we print.
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.filter(|date| YEARS.contains(&date.year())).ok_or_else(|| {
        Invalid::new(field, "a day is written as 2026-11-22 and lies in the years 1970 to 9998")
    })
}

fn time_zone(name: &str) -> Result<TimeZone, Invalid> {
    if name.is_empty() {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        let text = "this server knows no such time zone: name one as Europe/Berlin, or leave it \
                    empty for UTC";
        Invalid::new("time_zone", text)
    })
}

fn in_order(first: Date, last: Date) -> Result<(), Invalid> {
    if last < first {
        return Err(Invalid::new("end_day", "the last day is not before the first"));
    }
    if first.series(jiff::Span::new().days(1)).take(DAYS_MAX).last() < Some(last) {
        return Err(Invalid::new("end_day", "at most 366 days at once: ask for less"));
    }
    Ok(())
}

fn between(first: Date, last: Date, zone: &TimeZone) -> Result<Vec<Day>, Invalid> {
    let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
    let day = |date: Date| -> Result<Day, jiff::Error> {
        let span = Span::new(begin(date, zone)?, begin(date.tomorrow()?, zone)?);
        Ok(Day { name: date.to_string(), span })
    };
    let days = days.map(day).collect::<Result<Vec<Day>, _>>();
    days.map_err(|_| Invalid::new("start_day", "no time zone reaches as far as this day"))
}

/// The first moment of a day: where midnight is skipped, the moment after.
fn begin(date: Date, zone: &TimeZone) -> Result<WallTime, jiff::Error> {
    Ok(WallTime::from_micros(date.to_zoned(zone.clone())?.timestamp().as_microsecond()))
}

/// How much of `span`, in seconds, is in `spans`, which are by start and may overlap.
pub(crate) fn seconds_within(spans: &[Span], span: Span) -> f64 {
    let mut covered = 0.0;
    let mut from = span.start;
    for part in spans {
        let part = Span::new(part.start.max(from), part.end).intersect(span);
        covered += part.duration().as_secs_f64();
        from = from.max(part.end);
    }
    covered
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn hours(day: &Day) -> u64 {
        day.span.duration().as_secs() / 3600
    }

    #[test]
    fn days_have_the_length_that_their_zone_gives_them() {
        let spring = days("2026-03-28", "2026-03-30", "Europe/Berlin").unwrap();
        let autumn = days("2026-10-24", "2026-10-26", "Europe/Berlin").unwrap();

        assert_eq!(spring.iter().map(hours).collect::<Vec<_>>(), [24, 23, 24]);
        assert_eq!(autumn.iter().map(hours).collect::<Vec<_>>(), [24, 25, 24]);
        assert_eq!(spring[0].span.end, spring[1].span.start);
        assert_eq!(spring[0].span.start.to_string(), "2026-03-27T23:00:00Z");
        // Where the clock skips midnight itself, the day begins at one.
        let skipped = days("2018-11-04", "2018-11-04", "America/Sao_Paulo").unwrap();
        assert_eq!(hours(&skipped[0]), 23);
        let utc = days("2026-03-29", "2026-03-29", "").unwrap();
        assert_eq!((hours(&utc[0]), utc[0].name.as_str()), (24, "2026-03-29"));
    }

    #[test]
    fn a_month_has_its_days() {
        for (name, count) in [("2026-11", 30), ("2028-02", 29), ("2026-02", 28), ("2026-12", 31)] {
            let days = month(name, "Asia/Kolkata").unwrap();
            assert_eq!(days.len(), count, "{name}");
            assert_eq!(days[0].name, format!("{name}-01"));
        }
        for bad in ["", "2026-13", "2026", "2026-1", "2026-11-01", "x", "-2026-11", "9999-12"] {
            assert_eq!(month(bad, "").unwrap_err().violations[0].field, "month", "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_a_day_is_told_at_once() {
        let fields = |start: &str, end: &str, zone: &str| -> Vec<String> {
            let invalid = days(start, end, zone).unwrap_err();
            invalid.violations.into_iter().map(|violation| violation.field).collect()
        };
        assert_eq!(
            fields("x", "2026-02-30", "Mars/Olympus"),
            ["start_day", "end_day", "time_zone"]
        );
        assert_eq!(fields("2026-11-22", "2026-11-21", ""), ["end_day"]);
        assert_eq!(fields("2025-01-01", "2026-01-02", ""), ["end_day"]);
        assert_eq!(fields("20261122", "2026-11-22T00:00", ""), ["start_day", "end_day"]);
        assert_eq!(fields("9999-12-31", "9999-12-31", ""), ["start_day", "end_day"]);
        assert_eq!(fields("2026-11-22", "2026-11-22", "../../etc/passwd"), ["time_zone"]);
        assert_eq!(days("2024-01-01", "2024-12-31", "").unwrap().len(), 366);
        assert_eq!(days("9998-12-31", "9998-12-31", "Pacific/Apia").unwrap().len(), 1);
    }

    #[test]
    fn time_that_is_covered_twice_counts_once() {
        let at = |seconds: u64| WallTime::from_micros(0) + Duration::from_secs(seconds);
        let span = |start, end| Span::new(at(start), at(end));
        let spans = [span(0, 10), span(5, 8), span(9, 20), span(30, 40)];
        assert!((seconds_within(&spans, span(2, 35)) - 23.0).abs() < 1e-9);
        assert!(seconds_within(&spans, span(20, 30)).abs() < 1e-9);
        assert!(seconds_within(&[], span(0, 9)).abs() < 1e-9);
    }
}
