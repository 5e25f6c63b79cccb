//! `/playback/{camera}/index.m3u8?start=…&end=…`: any span of footage as HLS, by byte ranges of the
//! recorded files as they are. Nothing is copied and nothing is decoded.
//!
//! Beside it `master.m3u8`, the multivariant playlist that names the codecs, and small pictures of
//! moments, and a span as one file to keep. Not here: the bytes
//! ([`super::segments`]), which files there are ([`crate::footage`]), the text ([`playlist`]).

mod h264;
mod master;
mod playlist;
mod preview;
mod span;

use std::time::Duration;

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use ronin_core::{CameraId, Span, WallTime, chain};
use serde::Deserialize;
use tokio::time::{error::Elapsed, timeout};
use tracing::error;

pub(crate) use self::h264::as_h264;
pub(super) use self::{h264::piece as h264_piece, preview::picture as preview, span::span};
use self::{
    master::Master,
    playlist::{Growth, Playlist},
};
use super::{Context, words};
use crate::footage::{Failed, Playable};

/// Longest span of one playlist.
pub(crate) const SPAN_MAX: Duration = Duration::from_secs(24 * 3600);
/// Files of one answer: a day of minutes and room for the restless.
const FILES_MAX: usize = 2000;
/// As for every call.
const DEADLINE: Duration = Duration::from_secs(10);
/// A playlist that grew until its span ended is asked for once more within this time, and must not
/// become another.
const LAST_RELOAD: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
pub(super) struct Wanted {
    start: String,
    end: String,
    #[serde(default)]
    h264: bool,
}

/// The playlist of a span.
pub(super) async fn index(
    State(context): State<Context>,
    Path(camera): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let h264 = query.as_ref().is_ok_and(|Query(wanted)| wanted.h264);
    let (camera, span) = match parse(&camera, query) {
        Ok(wanted) => wanted,
        Err((status, text)) => return words(status, text),
    };
    let is_recording = context.unindexed.is_recording(&camera);
    let growth = growth(span, is_recording, WallTime::now());
    let mut playlist = Playlist::new(span, growth, h264);
    let files = each(&context, &camera, span, |file| playlist.add(file));
    let read = timeout(DEADLINE, files).await;
    answer(read, playlist.finish())
}

/// The multivariant playlist of a span.
pub(super) async fn master(
    State(context): State<Context>,
    Path(camera): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let h264 = query.as_ref().is_ok_and(|Query(wanted)| wanted.h264);
    let (camera, span) = match parse(&camera, query) {
        Ok(wanted) => wanted,
        Err((status, text)) => return words(status, text),
    };
    let mut master = Master::new(span, h264);
    let files = each(&context, &camera, span, |mut file| {
        if h264 {
            as_h264(&mut file.segment);
        }
        master.add(file);
        true
    });
    let read = timeout(DEADLINE, files).await;
    answer(read, master.finish())
}

/// Hands the files of a span to `take`, until that says `false`. Waits where others are at it: each
/// takes memory.
async fn each(
    context: &Context,
    camera: &CameraId,
    span: Span,
    take: impl FnMut(Playable) -> bool,
) -> Result<(), Failed> {
    let _permit = context.playlists.acquire().await;
    context.footage.each(camera, span, FILES_MAX, take).await
}

fn parse(
    camera: &str,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<(CameraId, Span), (StatusCode, &'static str)> {
    let Ok(camera) = camera.parse::<CameraId>() else {
        return Err((StatusCode::NOT_FOUND, "there is no such camera"));
    };
    let span = query.ok().and_then(|Query(wanted)| parse_span(&wanted));
    let text = "say when: ?start= and &end= as RFC 3339, for example 2026-11-22T13:00:00Z, the end \
                later than the start and at most 24 hours after it";
    Ok((camera, span.ok_or((StatusCode::BAD_REQUEST, text))?))
}

fn parse_span(wanted: &Wanted) -> Option<Span> {
    let start: WallTime = wanted.start.parse().ok()?;
    let end: WallTime = wanted.end.parse().ok()?;
    let span = Span::new(start, end);
    (!span.is_empty() && span.duration() <= SPAN_MAX).then_some(span)
}

fn growth(span: Span, is_recording: bool, now: WallTime) -> Growth {
    if span.end > now && is_recording {
        return Growth::Grows;
    }
    // Also a span that reaches beyond now, of a camera that stopped.
    if span.end + LAST_RELOAD > now { Growth::Ended } else { Growth::Never }
}

fn answer(read: Result<Result<(), Failed>, Elapsed>, text: Option<String>) -> Response {
    if let Some(refused) = refusal(read) {
        return refused;
    }
    let Some(text) = text else {
        return words(StatusCode::NOT_FOUND, "there is no footage in this span");
    };
    let kind = (header::CONTENT_TYPE, "application/vnd.apple.mpegurl");
    ([kind, (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// What is answered where the files of a span could not be found out.
fn refusal(read: Result<Result<(), Failed>, Elapsed>) -> Option<Response> {
    Some(match read {
        Ok(Ok(())) => return None,
        Ok(Err(Failed::TooMuch)) => {
            words(StatusCode::BAD_REQUEST, "this span has too many files: ask for less")
        }
        Ok(Err(Failed::Store(e))) => {
            error!(error = %chain(&e), "could not list the segments of a span");
            let text = "the database gives an error: see the log";
            words(StatusCode::SERVICE_UNAVAILABLE, text)
        }
        Err(_) => {
            let text = "this took too long: ask again, or for less";
            words(StatusCode::GATEWAY_TIMEOUT, text)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_checked() {
        let parse = |start: &str, end: &str| {
            parse_span(&Wanted { start: start.into(), end: end.into(), h264: false })
        };
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

    #[test]
    fn a_playlist_grows_while_its_span_and_the_recording_last() {
        let now = WallTime::from_micros(1_700_000_000_000_000);
        let until = |end: WallTime| Span::new(now - Duration::from_secs(300), end);
        let second = Duration::from_secs(1);
        let cases = [
            (now + second, true, Growth::Grows),
            (now + second, false, Growth::Ended),
            (now, true, Growth::Ended),
            (now - second * 59, true, Growth::Ended),
            (now - second * 60, true, Growth::Never),
        ];
        for (end, is_recording, want) in cases {
            assert_eq!(growth(until(end), is_recording, now), want, "{end} {is_recording}");
        }
    }
}
