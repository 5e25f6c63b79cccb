//! `/playback/{camera}/index.m3u8?start=…&end=…`: any span of footage as HLS, by byte ranges of the
//! recorded files as they are. Nothing is copied and nothing is decoded.
//!
//! Not here: the bytes ([`super::segments`]), where pieces lie in a file
//! ([`ronin_core::playback::IndexFile`]).

use std::{fmt::Write, io, path::Path as FsPath, sync::Arc, time::Duration};

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use ronin_core::{
    CameraId, Segment, Span, WallTime, chain,
    playback::{FileIndex, IndexFile},
};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use tracing::{error, warn};

use super::{Context, beneath, words};

/// Longest span of one playlist.
pub(crate) const SPAN_MAX: Duration = Duration::from_secs(24 * 3600);
/// Files of one playlist: a day of minutes and room for the restless. Each costs a few milliseconds.
const FILES_MAX: usize = 2000;

#[derive(Deserialize)]
pub(super) struct Wanted {
    start: String,
    end: String,
}

/// The playlist of a span.
pub(super) async fn playlist(
    State(context): State<Context>,
    Path(camera): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Ok(camera) = camera.parse::<CameraId>() else {
        return words(StatusCode::NOT_FOUND, "there is no such camera");
    };
    let span = query.ok().and_then(|Query(wanted)| parse_span(&wanted));
    let Some(span) = span else {
        let text = "say when: ?start= and &end= as RFC 3339, for example 2026-11-22T13:00:00Z, the \
                    end later than the start and at most 24 hours after it";
        return words(StatusCode::BAD_REQUEST, text);
    };
    let segments = context.store.segments_in(&camera, span, None, FILES_MAX as u64 + 1).await;
    let segments = match segments {
        Ok(segments) if segments.len() > FILES_MAX => {
            let text = "this span has too many files for one playlist: ask for less";
            return words(StatusCode::BAD_REQUEST, text);
        }
        Ok(segments) => segments,
        Err(e) => {
            error!(error = %chain(&e), "could not list the segments to play");
            let text = "the database gives an error: see the log";
            return words(StatusCode::SERVICE_UNAVAILABLE, text);
        }
    };
    let (root, index) = (context.storage_root.clone(), context.index.clone());
    let files = spawn_blocking(move || read_all(&root, &index, segments)).await;
    let files = files.unwrap_or_default();
    match render(&files, span) {
        Some(text) => {
            let kind = (header::CONTENT_TYPE, "application/vnd.apple.mpegurl");
            ([kind, (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        None => words(StatusCode::NOT_FOUND, "there is no finished footage in this span"),
    }
}

fn parse_span(wanted: &Wanted) -> Option<Span> {
    let start: WallTime = wanted.start.parse().ok()?;
    let end: WallTime = wanted.end.parse().ok()?;
    let span = Span::new(start, end);
    (!span.is_empty() && span.duration() <= SPAN_MAX).then_some(span)
}

/// Segments whose files can be read, with their pieces.
fn read_all(
    root: &FsPath,
    index: &Arc<dyn IndexFile>,
    segments: Vec<Segment>,
) -> Vec<(Segment, FileIndex)> {
    let read = |segment: &Segment| -> io::Result<FileIndex> {
        index.index(&beneath::open_file(root, FsPath::new(&segment.path))?)
    };
    let mut files = Vec::with_capacity(segments.len());
    for segment in segments {
        match read(&segment) {
            Ok(pieces) => files.push((segment, pieces)),
            Err(e) => warn!(segment = %segment.id, error = %e, "a file to play is not there"),
        }
    }
    files
}

/// The playlist; `None` where no piece of the files is in the span. Each file restarts its time, so
/// there is a discontinuity before each but the first.
fn render(files: &[(Segment, FileIndex)], span: Span) -> Option<String> {
    let mut body = String::new();
    let mut longest = Duration::ZERO;
    let mut is_first = true;
    for (segment, index) in files {
        let mut pieces = index
            .pieces
            .iter()
            .filter(|piece| {
                let start = segment.start + piece.start;
                !Span::new(start, start + piece.duration).intersect(span).is_empty()
            })
            .peekable();
        let Some(first) = pieces.peek() else { continue };
        // Writing to a String cannot fail.
        if !is_first {
            body.push_str("#EXT-X-DISCONTINUITY\n");
        }
        is_first = false;
        let uri = format!("/segments/{}.mp4", segment.id);
        let _ = write!(
            body,
            "#EXT-X-MAP:URI=\"{uri}\",BYTERANGE=\"{}@0\"\n#EXT-X-PROGRAM-DATE-TIME:{}\n",
            index.header_bytes,
            segment.start + first.start,
        );
        for piece in pieces {
            longest = longest.max(piece.duration);
            let _ = write!(
                body,
                "#EXTINF:{:.6},\n#EXT-X-BYTERANGE:{}@{}\n{uri}\n",
                piece.duration.as_secs_f64(),
                piece.size_bytes,
                piece.offset,
            );
        }
    }
    let target = longest.as_secs_f64().round().max(1.0);
    (!body.is_empty()).then(|| {
        format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n{body}#EXT-X-ENDLIST\n"
        )
    })
}

#[cfg(test)]
mod tests {
    use ronin_core::{RunId, SegmentId, playback::Piece};

    use super::*;

    const NOON: WallTime = WallTime::from_micros(1_700_000_000_000_000);

    /// A file of three pieces of 2 s.
    fn file(start_seconds: u64) -> (Segment, FileIndex) {
        let start = NOON + Duration::from_secs(start_seconds);
        let segment = Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start + Duration::from_secs(6),
            path: String::new(),
            size_bytes: 700,
            frames: 150,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        let piece = |n: u64| Piece {
            offset: 100 + n * 200,
            size_bytes: 200,
            start: Duration::from_secs(n * 2),
            duration: Duration::from_secs(2),
        };
        (segment, FileIndex { header_bytes: 100, pieces: (0..3).map(piece).collect() })
    }

    fn span(start: u64, end: u64) -> Span {
        Span::new(NOON + Duration::from_secs(start), NOON + Duration::from_secs(end))
    }

    #[test]
    fn a_span_takes_the_pieces_it_touches_and_marks_each_seam() {
        let files = [file(0), file(6), file(60)];

        let text = render(&files, span(3, 61)).unwrap();

        assert_eq!(text.matches("#EXTINF:2.000000,").count(), 2 + 3 + 1, "{text}");
        assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 2);
        assert_eq!(text.matches("BYTERANGE=\"100@0\"").count(), 3);
        assert!(text.contains("#EXT-X-BYTERANGE:200@300\n"), "{text}");
        assert!(!text.contains(&format!("200@100\n/segments/{}", files[0].0.id)), "{text}");
        let first = NOON + Duration::from_secs(2);
        assert!(text.contains(&format!("PROGRAM-DATE-TIME:{first}\n")), "{text}");
        assert!(text.ends_with("#EXT-X-ENDLIST\n"));
    }

    #[test]
    fn a_span_without_footage_has_no_playlist() {
        assert_eq!(render(&[file(0)], span(6, 60)), None);
        assert_eq!(render(&[], span(0, 60)), None);
    }

    #[test]
    fn spans_are_checked() {
        let parse =
            |start: &str, end: &str| parse_span(&Wanted { start: start.into(), end: end.into() });
        let noon = "2026-11-22T12:00:00Z";
        assert!(parse(noon, "2026-11-22T14:00:00.5+01:00").is_some());
        for (start, end) in [
            (noon, noon),
            (noon, "2026-11-22T11:00:00Z"),
            (noon, "2026-11-23T12:00:01Z"),
            ("", noon),
            ("yesterday", noon),
            ("-9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ] {
            assert!(parse(start, end).is_none(), "{start} {end}");
        }
    }
}
