//! How much of each day is on disk, for the wire.

use std::time::Duration;

use ronin_core::{CameraId, Span};
use ronin_proto::v1;
use ronin_store::{CameraTimeline, Gap, cause};

use super::{
    days::{Day, seconds_within},
    name, time,
};

/// Holes shorter than this are not told: the seam between two files is none.
pub(crate) const RESOLUTION: Duration = Duration::from_millis(100);

/// The days of a camera.
pub(crate) fn camera(
    id: &CameraId,
    days: &[Day],
    timelines: Vec<CameraTimeline>,
) -> v1::CameraCoverage {
    let days = days.iter().zip(timelines).map(|(d, timeline)| day(d, timeline)).collect();
    v1::CameraCoverage { camera: name::camera(id), days }
}

/// What is on disk and what is missing make together what was to be expected.
fn day(day: &Day, timeline: CameraTimeline) -> v1::DayCoverage {
    let recorded: f64 = timeline.recorded.iter().map(seconds).sum();
    let missing = missing(timeline.gaps);
    let expected = recorded + missing.iter().map(|missing| missing.seconds).sum::<f64>();
    v1::DayCoverage {
        day: day.name.clone(),
        start_time: Some(time::to_wire(day.span.start)),
        end_time: Some(time::to_wire(day.span.end)),
        recorded_seconds: recorded,
        expected_seconds: expected,
        coverage: if expected > 0.0 { recorded / expected } else { 0.0 },
        missing,
    }
}

/// Gaps by cause, the longest first. Nobody expects footage of before a camera was added, nor what
/// is being written at this moment.
fn missing(gaps: Vec<Gap>) -> Vec<v1::MissingTime> {
    let is_expected =
        |gap: &Gap| ![cause::CAMERA_NOT_ADDED, cause::NOT_YET_INDEXED].contains(&&*gap.cause);
    let mut gaps: Vec<Gap> = gaps.into_iter().filter(is_expected).collect();
    // The words are those of the longest.
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.span.duration()));
    let mut missing: Vec<v1::MissingTime> = Vec::new();
    for gap in gaps {
        let seconds = seconds(&gap.span);
        match missing.iter_mut().find(|missing| missing.cause == gap.cause) {
            Some(known) => {
                known.seconds += seconds;
                known.gaps += 1;
            }
            None => missing.push(v1::MissingTime {
                cause: gap.cause,
                message: gap.message,
                seconds,
                gaps: 1,
            }),
        }
    }
    missing.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    missing
}

/// The days on which there is footage, which lies in `stretches`, by start.
pub(crate) fn recording_days(days: &[Day], stretches: &[Span]) -> v1::ListRecordingDaysResponse {
    let days = days.iter().map(|day| v1::RecordingDay {
        day: day.name.clone(),
        start_time: Some(time::to_wire(day.span.start)),
        end_time: Some(time::to_wire(day.span.end)),
        recorded_seconds: seconds_within(stretches, day.span),
    });
    let days = days.filter(|day| day.recorded_seconds > 0.0).collect();
    v1::ListRecordingDaysResponse { days }
}

fn seconds(span: &Span) -> f64 {
    span.duration().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use ronin_core::WallTime;

    use super::*;
    use crate::convert::days;

    #[test]
    fn a_day_is_what_is_there_and_what_is_missing_by_cause() {
        let days = days::days("2026-10-25", "2026-10-25", "Europe/Berlin").unwrap();
        let at = |hours: u64| days[0].span.start + Duration::from_secs(hours * 3600);
        let gap = |start, end, cause: &str, message: &str| Gap {
            span: Span::new(at(start), at(end)),
            cause: cause.to_owned(),
            message: message.to_owned(),
        };
        let timeline = CameraTimeline {
            recorded: vec![Span::new(at(5), at(10)), Span::new(at(12), at(20))],
            gaps: vec![
                gap(0, 4, cause::CAMERA_NOT_ADDED, ""),
                gap(4, 5, "CAMERA_UNREACHABLE", "short"),
                gap(10, 12, "CAMERA_UNREACHABLE", "long"),
                gap(20, 24, cause::ENGINE_STOPPED, "off"),
                gap(24, 25, cause::NOT_YET_INDEXED, ""),
            ],
            coverage: 0.0,
        };

        let wire = camera(&"front".parse().unwrap(), &days, vec![timeline]);

        let day = &wire.days[0];
        let hours = |seconds: f64| (seconds / 3600.0).round() as i64;
        assert_eq!((hours(day.recorded_seconds), hours(day.expected_seconds)), (13, 20));
        assert!((day.coverage - 0.65).abs() < 1e-9);
        let missing: Vec<_> = day
            .missing
            .iter()
            .map(|m| (m.cause.as_str(), m.message.as_str(), hours(m.seconds), m.gaps))
            .collect();
        assert_eq!(
            missing,
            [("ENGINE_STOPPED", "off", 4, 1), ("CAMERA_UNREACHABLE", "long", 3, 2)]
        );
    }

    #[test]
    fn a_day_that_is_to_come_expects_nothing() {
        let days = days::days("2026-11-22", "2026-11-22", "").unwrap();
        let empty = CameraTimeline { recorded: Vec::new(), gaps: Vec::new(), coverage: 0.0 };
        let wire = camera(&"front".parse().unwrap(), &days, vec![empty]);
        assert_eq!((wire.days[0].expected_seconds, wire.days[0].coverage), (0.0, 0.0));
        let none = recording_days(&days, &[Span::new(WallTime::default(), WallTime::default())]);
        assert!(none.days.is_empty());
    }
}
