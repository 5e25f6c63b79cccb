//! `/preview/{camera}.jpg?time=…`: a small picture of a moment of the footage, to look through it.
//!
//! It is decoded when it is asked for, from the key frame at or before the moment. So there is one
//! for every moment that is on disk, none needs room of its own, and none outlives its footage.

use std::{path::Path as FsPath, time::Duration};

use axum::{
    body::Bytes,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use ronin_core::{CameraId, Span, WallTime};
use serde::Deserialize;
use tokio::{task::spawn_blocking, time::timeout};
use tracing::warn;

use super::{
    super::{Context, words},
    DEADLINE, each, refusal,
};
use crate::{
    beneath,
    footage::{Playable, scale, span_of},
};

/// Pixels; 240 wide where the picture is 16:9.
const HEIGHT: u32 = 135;
/// What may be asked for.
const HEIGHTS: std::ops::RangeInclusive<u32> = 48..=720;
/// Footage does not change, but it goes one day.
const FOR_TEN_MINUTES: &str = "private, max-age=600";
/// A later key frame may be nearer in a moment.
const FOR_NOW: &str = "private, no-store";

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    time: String,
    height: Option<u32>,
}

/// The picture of a moment.
pub(in super::super) async fn picture(
    State(context): State<Context>,
    Path(file): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let camera = file.strip_suffix(".jpg").and_then(|camera| camera.parse::<CameraId>().ok());
    let Some(camera) = camera else {
        return words(StatusCode::NOT_FOUND, "there is no such camera");
    };
    let Some((time, height)) = query.ok().and_then(|Query(wanted)| parse(&wanted)) else {
        let text = "say when: ?time= as RFC 3339, for example 2026-11-22T13:00:00Z, and if need be \
                    &height= in pixels, 48 to 720";
        return words(StatusCode::BAD_REQUEST, text);
    };
    match timeout(DEADLINE, make(&context, &camera, time, height)).await {
        Ok(response) => response,
        Err(_) => words(StatusCode::GATEWAY_TIMEOUT, "this took too long: ask again"),
    }
}

fn parse(wanted: &Wanted) -> Option<(WallTime, u32)> {
    let height = wanted.height.unwrap_or(HEIGHT);
    HEIGHTS.contains(&height).then_some((wanted.time.parse().ok()?, height))
}

async fn make(context: &Context, camera: &CameraId, time: WallTime, height: u32) -> Response {
    let mut found = None;
    let moment = Span::new(time, time + Duration::from_micros(1));
    let files = each(context, camera, moment, |file| {
        found = Some(file);
        true
    });
    // Where it takes too long, the whole does.
    if let Some(refused) = refusal(Ok(files.await)) {
        return refused;
    }
    let Some((file, piece)) = found.and_then(|file| piece_at(&file, time).map(|at| (file, at)))
    else {
        return words(StatusCode::NOT_FOUND, "there is no footage at this moment");
    };
    let is_last = file.is_open && piece + 1 == file.index.pieces.len();
    match decode(context, file, piece, height).await {
        Some(jpeg) => {
            let mut response = jpeg.into_response();
            let cache = if is_last { FOR_NOW } else { FOR_TEN_MINUTES };
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
            response
        }
        None => words(StatusCode::NOT_FOUND, "the footage of this moment cannot be read"),
    }
}

/// The last piece that begins at `time` or before it.
fn piece_at(file: &Playable, time: WallTime) -> Option<usize> {
    let scale = if file.is_open { 1.0 } else { scale(&file.segment, &file.index) };
    let pieces = &file.index.pieces;
    let after = pieces.partition_point(|piece| span_of(&file.segment, piece, scale).start <= time);
    // What is before the first piece by the rounding of a microsecond is of the first piece.
    (!pieces.is_empty()).then(|| after.saturating_sub(1))
}

async fn decode(context: &Context, file: Playable, piece: usize, height: u32) -> Option<Bytes> {
    let _permit = context.pictures.acquire().await;
    let (root, reader) = (context.storage_root.clone(), context.files.clone());
    let id = file.segment.id;
    let read = spawn_blocking(move || {
        let opened = beneath::open_file(&root, FsPath::new(&file.segment.path))?;
        reader.picture(&opened, file.index.header_bytes, &file.index.pieces[piece], height)
    });
    match read.await.map_err(std::io::Error::other).flatten() {
        Ok(jpeg) => Some(jpeg),
        Err(e) => {
            warn!(segment = %id, error = %e, "could not make a picture of footage");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use ronin_core::{
        RunId, Segment, SegmentId,
        playback::{FileIndex, Piece},
    };

    use super::*;

    #[test]
    fn the_piece_of_a_moment_is_the_last_that_has_begun() {
        let start = WallTime::from_micros(1_700_000_000_000_000);
        let second = Duration::from_secs(1);
        let segment = Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start + second * 6 + Duration::from_millis(60),
            path: String::new(),
            size_bytes: 700,
            frames: 150,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        let piece = |n: u32| Piece {
            offset: 100 + u64::from(n) * 200,
            size_bytes: 200,
            start: second * n * 2,
            duration: second * 2,
        };
        let index = FileIndex { header_bytes: 100, pieces: (0..3).map(piece).collect() };
        let at = |file: &Playable, ms: u64| piece_at(file, start + Duration::from_millis(ms));

        let open = Playable { segment: segment.clone(), index: index.clone(), is_open: true };
        let done = Playable { is_open: false, ..open.clone() };
        let seen = [0, 1999, 2000, 2019, 2020, 6050].map(|ms| (at(&open, ms), at(&done, ms)));
        let want = [(0, 0), (0, 0), (1, 0), (1, 0), (1, 1), (2, 2)];
        assert_eq!(seen, want.map(|(open, done)| (Some(open), Some(done))));
        let before = piece_at(&open, WallTime::from_micros(start.as_micros() - 1));
        assert_eq!(before, Some(0));
        let empty = Playable { index: FileIndex::default(), ..open };
        assert_eq!(at(&empty, 0), None);
    }

    #[test]
    fn moments_and_heights_are_checked() {
        let parse = |time: &str, height| parse(&Wanted { time: time.into(), height });
        assert_eq!(parse("2026-11-22T12:00:00Z", None).unwrap().1, HEIGHT);
        assert_eq!(parse("2026-11-22T12:00:00.123+01:00", Some(720)).unwrap().1, 720);
        for (time, height) in [("", None), ("noon", None), ("2026-11-22T12:00:00Z", Some(721))] {
            assert!(parse(time, height).is_none(), "{time} {height:?}");
        }
    }
}
