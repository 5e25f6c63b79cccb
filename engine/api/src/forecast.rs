//! How long the disk will do: what is written a day, what the limits need, and when it is full.
//!
//! Everything here is a pure function. Not here: the numbers it is made of (`crate::grpc`), and
//! which footage goes (the engine).

use std::time::Duration;

use ronin_core::{Span, WallTime, storage::Limits};

const DAY: Duration = Duration::from_secs(86_400);
/// Days that are looked at for what a camera writes: a week holds every day of it.
const DAYS_LOOKED_AT: u32 = 7;
/// Less than this tells nothing.
const TELLING: Duration = Duration::from_secs(3600);

/// A camera that is being recorded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Writer {
    /// What it writes a day; 0 where that is not known yet.
    pub(crate) bytes_per_day: u64,
    /// Its own limit of age.
    pub(crate) max_age: Option<Duration>,
    /// Its own limit of size.
    pub(crate) max_bytes: Option<u64>,
}

/// How things stand.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) now: WallTime,
    /// All footage.
    pub(crate) recorded_bytes: u64,
    /// What of it stays in any case.
    pub(crate) protected_bytes: u64,
    /// What is free on the disk; `None` where it does not answer.
    pub(crate) free_bytes: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) writers: Vec<Writer>,
}

/// See `v1::Forecast`.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Forecast {
    pub(crate) bytes_per_day: u64,
    pub(crate) full_at: Option<WallTime>,
    pub(crate) needed_bytes: u64,
    pub(crate) days_that_fit: f64,
    pub(crate) message: String,
}

/// The days before `now` that tell what a camera writes, oldest first.
pub(crate) fn days_looked_at(now: WallTime) -> Vec<Span> {
    let begin = |days_ago: u32| now - DAY * days_ago;
    (0..DAYS_LOOKED_AT).rev().map(|ago| Span::new(begin(ago + 1), begin(ago))).collect()
}

/// What a camera writes a day, from what it wrote on `days`; its footage began at `oldest`. Days on
/// which it wrote nothing do not count: it was off. 0 where less than an hour tells.
pub(crate) fn bytes_per_day(days: &[(Span, u64)], oldest: WallTime) -> u64 {
    let written = days.iter().filter(|(_, bytes)| *bytes > 0);
    let (mut time, mut total) = (Duration::ZERO, 0_u64);
    for (day, bytes) in written {
        time += day.end.since(day.start.max(oldest));
        total = total.saturating_add(*bytes);
    }
    if time < TELLING {
        return 0;
    }
    (total as f64 * DAY.as_secs_f64() / time.as_secs_f64()) as u64
}

/// The forecast of how things stand.
pub(crate) fn forecast(standing: &Standing) -> Forecast {
    let Standing { limits, writers, .. } = standing;
    let bytes_per_day: u64 = writers.iter().map(|w| w.bytes_per_day).fold(0, u64::saturating_add);
    let needed_bytes = needed(limits, writers);
    let known = Forecast { bytes_per_day, needed_bytes, ..Forecast::default() };
    let told = |message: &str| Forecast { message: message.to_owned(), ..known.clone() };
    if writers.is_empty() {
        return told("no camera is being recorded");
    }
    if bytes_per_day == 0 {
        return told("not known yet: the first hour of recording tells");
    }
    let need = need_in_words(limits, writers, needed_bytes);
    let Some(free_bytes) = standing.free_bytes else {
        return told(&format!("the disk does not answer{}", behind("; ", need.as_deref())));
    };

    let on_disk = standing.recorded_bytes.saturating_add(free_bytes);
    let on_disk = on_disk.saturating_sub(limits.reserve_bytes);
    let capacity = limits.max_bytes.map_or(on_disk, |max_bytes| max_bytes.min(on_disk));
    let usable = capacity.saturating_sub(standing.protected_bytes);
    let days_that_fit = usable as f64 / bytes_per_day as f64;
    if needed_bytes > 0 && needed_bytes <= usable {
        let subject = if is_alike(writers) {
            format!("footage of {}", time(days_of(limits.max_age.unwrap_or_default())))
        } else {
            "what is to be kept".to_owned()
        };
        let (needs, there) = (size(needed_bytes), size(usable));
        let message = format!("{subject} needs {needs}, and {there} are there");
        return Forecast { days_that_fit, message, ..known };
    }
    let left = capacity.saturating_sub(standing.recorded_bytes);
    let days_left = left as f64 / bytes_per_day as f64;
    let full_at = standing.now + Duration::try_from_secs_f64(days_left * 86_400.0).unwrap_or(DAY);
    let is_size_limit = capacity < on_disk;
    let when = match (left, is_size_limit) {
        (0, false) => "full".to_owned(),
        (0, true) => "the size limit is reached".to_owned(),
        (_, false) => format!("full in {}", time(days_left)),
        (_, true) => format!("the size limit is reached in {}", time(days_left)),
    };
    let fit = format!("{} of footage fit", time(days_that_fit));
    let message = match (need, left) {
        (Some(need), 0) => format!("{when}: {fit}; {need}"),
        (Some(need), _) => format!("{when}; {need}"),
        (None, _) => format!("{when}; then the oldest goes, and {fit}"),
    };
    Forecast { full_at: Some(full_at), days_that_fit, message, ..known }
}

/// What the limits of age let be kept; 0 where there is none for all cameras.
fn needed(limits: &Limits, writers: &[Writer]) -> u64 {
    let Some(of_all) = limits.max_age else { return 0 };
    let need = |writer: &Writer| {
        let days = days_of(writer.max_age.unwrap_or(of_all));
        let bytes = (writer.bytes_per_day as f64 * days) as u64;
        writer.max_bytes.map_or(bytes, |max_bytes| bytes.min(max_bytes))
    };
    writers.iter().map(need).fold(0, u64::saturating_add)
}

fn need_in_words(limits: &Limits, writers: &[Writer], bytes: u64) -> Option<String> {
    let days = days_of(limits.max_age?);
    Some(if is_alike(writers) {
        format!("{} need {}", time(days), size(bytes))
    } else {
        format!("what is to be kept needs {}", size(bytes))
    })
}

/// Whether no camera has limits of its own.
fn is_alike(writers: &[Writer]) -> bool {
    writers.iter().all(|writer| writer.max_age.is_none() && writer.max_bytes.is_none())
}

fn days_of(age: Duration) -> f64 {
    age.as_secs_f64() / DAY.as_secs_f64()
}

fn behind(separator: &str, text: Option<&str>) -> String {
    text.map(|text| format!("{separator}{text}")).unwrap_or_default()
}

/// Footage that goes for new limits: `aged_bytes` for its age, and the rest for size and room. What
/// goes for one of them makes room for the others.
pub(crate) fn beyond(
    limits: &Limits,
    aged_bytes: u64,
    recorded_bytes: u64,
    protected_bytes: u64,
    free_bytes: Option<u64>,
) -> u64 {
    let too_much = limits.max_bytes.map_or(0, |max_bytes| recorded_bytes.saturating_sub(max_bytes));
    let too_tight = free_bytes.map_or(0, |free| limits.reserve_bytes.saturating_sub(free));
    let going = aged_bytes.max(too_much).max(too_tight);
    going.min(recorded_bytes.saturating_sub(protected_bytes))
}

/// A size in words: GB of 1000 MB, as disks are sold.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    // What would be rounded to 1000 belongs to the next unit.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let rounded = if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{} {}", rounded.strip_suffix(".0").unwrap_or(&rounded), units[unit])
}

/// A length of time in words.
fn time(days: f64) -> String {
    let count = |number: f64, unit: &str| {
        let number = number.floor();
        format!("{number} {unit}{}", if number == 1.0 { "" } else { "s" })
    };
    // A day that is given as a fraction of one may lie a hair below it.
    let days = days + 1e-6;
    match days * 24.0 {
        hours if hours < 1.0 => "less than an hour".to_owned(),
        hours if hours < 24.0 => count(hours, "hour"),
        _ if days < 730.0 => count(days, "day"),
        _ => count(days / 365.25, "year"),
    }
}

#[cfg(test)]
mod tests;
