//! `/live/{camera}/…`: the live window of a camera as HLS.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use ronin_core::CameraId;

use super::{Context, words};

/// The playlist, or one of its segments.
pub(super) async fn file(
    State(context): State<Context>,
    Path((camera, file)): Path<(String, String)>,
) -> Response {
    let window = camera.parse::<CameraId>().ok().and_then(|id| context.live.get(&id));
    let window = window.map(|channel| channel.window);
    let Some(window) = window else {
        return words(StatusCode::NOT_FOUND, "no camera of this name is live");
    };
    if file == "index.m3u8" {
        let Some(playlist) = window.playlist() else {
            let text = "no live picture yet: the camera is off, connecting or in trouble";
            return words(StatusCode::NOT_FOUND, text);
        };
        let kind = (header::CONTENT_TYPE, "application/vnd.apple.mpegurl");
        return ([kind, (header::CACHE_CONTROL, "no-store")], playlist).into_response();
    }
    let number = file.strip_suffix(".ts").and_then(parse_number);
    match number.and_then(|number| window.segment(number)) {
        Some(data) => {
            let kind = (header::CONTENT_TYPE, "video/mp2t");
            ([kind, (header::CACHE_CONTROL, "no-store")], data).into_response()
        }
        None => words(StatusCode::NOT_FOUND, "this live segment is gone: load the playlist again"),
    }
}

/// Digits only: one spelling for each number.
fn parse_number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
