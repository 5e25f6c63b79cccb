//! Recorded footage: spans asked for, segments and timelines for the wire.

use std::time::Duration;

use prost_types::Timestamp;
use ronin_core::{CameraId, Event, Invalid, Segment, Span};
use ronin_proto::v1;
use ronin_store::CameraTimeline;

use super::{event, name, time};
use crate::web::playback;

/// Longest span of a timeline.
const TIMELINE_MAX: Duration = Duration::from_secs(366 * 24 * 3600);

/// The span of a list: what is unset reaches as far as footage can.
pub(crate) fn open_span(
    start: Option<&Timestamp>,
    end: Option<&Timestamp>,
) -> Result<Span, Invalid> {
    let mut invalid = Invalid::default();
    let bound =
        |time: Option<&Timestamp>, field| time.map(|t| time::from_wire(t, field)).transpose();
    let start = invalid.collect(bound(start, "start_time")).flatten().unwrap_or(time::EARLIEST);
    let end = invalid.collect(bound(end, "end_time")).flatten().unwrap_or(time::LATEST);
    invalid.check()?;
    ordered(Span { start, end })
}

/// The span of a timeline: both ends are needed, and it is not too long.
pub(crate) fn closed_span(
    start: Option<&Timestamp>,
    end: Option<&Timestamp>,
) -> Result<Span, Invalid> {
    let mut invalid = Invalid::default();
    for (time, field) in [(start, "start_time"), (end, "end_time")] {
        if time.is_none() {
            invalid.collect::<()>(Err(Invalid::new(field, "say when the span begins and ends")));
        }
    }
    invalid.check()?;
    let span = open_span(start, end)?;
    if span.duration() > TIMELINE_MAX {
        return Err(Invalid::new("end_time", "a timeline covers at most 366 days: ask for less"));
    }
    Ok(span)
}

/// The span of a playlist.
pub(crate) fn playback_span(
    start: Option<&Timestamp>,
    end: Option<&Timestamp>,
) -> Result<Span, Invalid> {
    let span = closed_span(start, end)?;
    if span.duration() > playback::SPAN_MAX {
        return Err(Invalid::new("end_time", "a playlist covers at most 24 hours: ask for less"));
    }
    Ok(span)
}

fn ordered(span: Span) -> Result<Span, Invalid> {
    if span.is_empty() {
        return Err(Invalid::new("end_time", "the end of a span is later than its start"));
    }
    Ok(span)
}

/// A segment.
pub(crate) fn segment(segment: &Segment) -> v1::Segment {
    let camera = name::camera(&segment.camera);
    v1::Segment {
        name: format!("{camera}/segments/{}", segment.id),
        camera,
        run_id: segment.run.to_string(),
        sequence: segment.sequence,
        start_time: Some(time::to_wire(segment.start)),
        end_time: Some(time::to_wire(segment.end)),
        size_bytes: segment.size_bytes,
        frames: segment.frames,
        codecs: segment.codecs.clone(),
        width: segment.width,
        height: segment.height,
        download_path: format!("/segments/{}.mp4", segment.id),
    }
}

/// The codecs of segments, each once, those of pictures first.
pub(crate) fn codecs(segments: &[Segment]) -> Vec<String> {
    let mut codecs: Vec<String> = Vec::new();
    for codec in segments.iter().flat_map(|segment| &segment.codecs) {
        if !codecs.contains(codec) {
            codecs.push(codec.clone());
        }
    }
    video_first(&mut codecs);
    codecs
}

/// Puts the codecs of pictures before those of sound; within each they keep their order.
pub(crate) fn video_first(codecs: &mut [String]) {
    let is_video = |codec: &String| ["avc", "hvc", "hev"].iter().any(|v| codec.starts_with(v));
    codecs.sort_by_key(|codec| !is_video(codec));
}

/// The timeline of a camera.
pub(crate) fn timeline(
    camera: &CameraId,
    timeline: CameraTimeline,
    motion: Vec<Span>,
    events: &[Event],
) -> v1::CameraTimeline {
    let recorded = timeline.recorded.into_iter().map(time_span);
    let gaps = timeline.gaps.into_iter().map(|gap| v1::Gap {
        start_time: Some(time::to_wire(gap.span.start)),
        end_time: Some(time::to_wire(gap.span.end)),
        cause: gap.cause,
        message: gap.message,
    });
    v1::CameraTimeline {
        camera: name::camera(camera),
        recorded: recorded.collect(),
        gaps: gaps.collect(),
        coverage: timeline.coverage,
        motion: motion.into_iter().map(time_span).collect(),
        events: events.iter().map(event::on_timeline).collect(),
    }
}

fn time_span(span: Span) -> v1::TimeSpan {
    v1::TimeSpan {
        start_time: Some(time::to_wire(span.start)),
        end_time: Some(time::to_wire(span.end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp { seconds, nanos: 0 }
    }

    #[test]
    fn spans_are_bounded() {
        assert!(open_span(None, None).is_ok());
        let day = 24 * 3600;
        assert!(closed_span(Some(&at(0)), Some(&at(366 * day))).is_ok());
        let cases = [
            (Some(at(0)), Some(at(366 * day + 1)), "end_time"),
            (Some(at(5)), Some(at(5)), "end_time"),
            (Some(at(5)), Some(at(4)), "end_time"),
            (None, Some(at(4)), "start_time"),
            (Some(at(i64::MIN)), Some(at(4)), "start_time"),
            (Some(at(0)), Some(at(i64::MAX)), "end_time"),
            (Some(at(-62_135_596_800)), Some(at(253_402_300_799)), "end_time"),
        ];
        for (start, end, field) in cases {
            let invalid = closed_span(start.as_ref(), end.as_ref()).unwrap_err();
            assert_eq!(invalid.violations[0].field, field, "{start:?} {end:?}");
        }
    }
}
