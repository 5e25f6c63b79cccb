//! `/segments/{id}/h264/{header,a-b}.mp4`: recorded H.265 as H.264, for players without H.265.
//!
//! A piece is encoded when it is asked for, and kept nowhere but in the cache of whoever asked: a
//! person looks at little of what is recorded.

use std::{io, path::Path as FsPath};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use ronin_core::{Segment, SegmentId, chain, playback::Piece};
use tokio::{task::spawn_blocking, time::timeout};
use tracing::{error, warn};

use super::super::{Context, words};
use crate::{beneath, footage::Playable};

/// Longest wait for a piece: a slow machine plays slowly, and not never.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(60);
/// Pieces asked for in one: some seconds.
const PIECES_MAX: usize = 60;
/// What a rendition of at most 720 lines is: High profile, level 3.1.
const CODEC: &str = "avc1.64001f";
/// Footage does not change, but it goes one day.
const FOR_TEN_MINUTES: HeaderValue = HeaderValue::from_static("private, max-age=600");

/// Whether the pictures of a segment are H.265.
pub(super) fn is_h265(segment: &Segment) -> bool {
    segment.codecs.iter().any(|codec| is_h265_string(codec))
}

fn is_h265_string(codec: &str) -> bool {
    ["hvc1", "hev1"].iter().any(|entry| codec.starts_with(entry))
}

/// Says of a segment what is played of it where H.265 cannot be.
pub(crate) fn as_h264(segment: &mut Segment) {
    for codec in segment.codecs.iter_mut().filter(|codec| is_h265_string(codec)) {
        CODEC.clone_into(codec);
    }
}

/// Where the header of a rendition is.
pub(super) fn header_path(id: SegmentId) -> String {
    format!("/segments/{id}/h264/header.mp4")
}

/// Where pieces of it are, from one to another.
pub(super) fn piece_path(id: SegmentId, first: usize, last: usize) -> String {
    format!("/segments/{id}/h264/{first}-{last}.mp4")
}

/// What is asked for of a rendition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    Header,
    Pieces(usize, usize),
}

fn parse(name: &str) -> Option<Wanted> {
    let name = name.strip_suffix(".mp4")?;
    if name == "header" {
        return Some(Wanted::Header);
    }
    let (first, last) = name.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last - first < PIECES_MAX).then_some(Wanted::Pieces(first, last))
}

/// A part of a rendition.
pub(in super::super) async fn piece(
    State(context): State<Context>,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let gone = || words(StatusCode::NOT_FOUND, "there is no such segment");
    let (Ok(id), Some(wanted)) = (id.parse::<SegmentId>(), parse(&name)) else { return gone() };
    let found = match context.footage.one(id).await {
        Ok(Some(found)) => found,
        Ok(None) => return gone(),
        Err(e) => {
            error!(error = %chain(&e), "could not look up a segment");
            let text = "the database gives an error: see the log";
            return words(StatusCode::SERVICE_UNAVAILABLE, text);
        }
    };
    let Some(piece) = pieces(&found, wanted) else {
        return words(StatusCode::NOT_FOUND, "the segment has no such piece");
    };
    match timeout(DEADLINE, encode(&context, found, wanted, piece)).await {
        Ok(Ok(bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("video/mp4")),
                (header::CACHE_CONTROL, FOR_TEN_MINUTES),
            ];
            (headers, bytes).into_response()
        }
        Ok(Err(e)) => {
            warn!(segment = %id, error = %e, "footage could not be encoded for a browser");
            words(StatusCode::NOT_FOUND, "the footage cannot be encoded: see the log")
        }
        Err(_) => words(StatusCode::GATEWAY_TIMEOUT, "this took too long: ask again"),
    }
}

/// The wanted pieces as one; of a header the first.
fn pieces(found: &Playable, wanted: Wanted) -> Option<Piece> {
    let (first, last) = match wanted {
        Wanted::Header => (0, 0),
        Wanted::Pieces(first, last) => (first, last),
    };
    let pieces = found.index.pieces.get(first..=last)?;
    let (begin, end) = (pieces.first()?, pieces.last()?);
    Some(Piece {
        offset: begin.offset,
        size_bytes: end.offset + end.size_bytes - begin.offset,
        start: begin.start,
        duration: (end.start + end.duration).saturating_sub(begin.start),
    })
}

async fn encode(
    context: &Context,
    found: Playable,
    wanted: Wanted,
    piece: Piece,
) -> io::Result<Bytes> {
    let _permit = context.renditions.acquire().await;
    let (root, reader) = (context.storage_root.clone(), context.files.clone());
    let encoded = spawn_blocking(move || {
        let file = beneath::open_file(&root, FsPath::new(&found.segment.path))?;
        let header_bytes = found.index.header_bytes;
        match wanted {
            Wanted::Header => reader.h264_header(&file, header_bytes, &piece),
            Wanted::Pieces(..) => reader.h264(&file, header_bytes, &piece),
        }
    });
    encoded.await.map_err(io::Error::other).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_are_read_as_they_are_written() {
        let id = SegmentId::generate();
        let name = |path: String| path.rsplit_once('/').unwrap().1.to_owned();
        assert_eq!(parse(&name(header_path(id))), Some(Wanted::Header));
        assert_eq!(parse(&name(piece_path(id, 3, 5))), Some(Wanted::Pieces(3, 5)));
        for bad in ["", ".mp4", "3.mp4", "5-3.mp4", "0-60.mp4", "-1-2.mp4", "0-1", "header"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
