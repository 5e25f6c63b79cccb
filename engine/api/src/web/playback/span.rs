//! `/playback/{camera}/span.mp4?start=…&end=…`: a span of footage as one file, made while it is
//! downloaded ([`crate::footage`]). Nothing is written.
//!
//! Not here: several cameras, what changes its parameters within the span (an export).

use std::io;

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::Response,
};
use futures_util::stream;
use http::{HeaderValue, Method, StatusCode, header};
use ronin_core::{CameraId, chain};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::spawn_blocking,
    time::timeout,
};
use tracing::{error, warn};

use super::{
    super::{Context, words},
    DEADLINE, FILES_MAX, Wanted, parse, refusal,
};
use crate::footage::{Failed, Joined, SpanFiles, Unreadable};

/// Chunks that wait for whoever downloads.
const CHUNKS: usize = 4;

/// The span as one file.
pub(in super::super) async fn span(
    State(context): State<Context>,
    Path(camera): Path<String>,
    method: Method,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let (camera, span) = match parse(&camera, query) {
        Ok(wanted) => wanted,
        Err((status, text)) => return words(status, text),
    };
    let Ok(permit) = context.downloads.clone().try_acquire_owned() else {
        let text = "too many downloads are under way: try again when one has ended";
        return words(StatusCode::SERVICE_UNAVAILABLE, text);
    };
    let joined = timeout(DEADLINE, context.footage.joined(&camera, span, FILES_MAX)).await;
    let SpanFiles { files: mut joined, unreadable } = match joined {
        Ok(Ok(joined)) => joined,
        Ok(Err(unreadable)) => return unreadable_answer(unreadable),
        Err(elapsed) => return refusal(Err(elapsed)).unwrap_or_else(gone),
    };
    if !unreadable.is_empty() {
        return gone();
    }
    if let [_, next, ..] = &joined[..] {
        let text = format!(
            "the camera's stream changes at {} (size, codec or sound), and one file cannot hold \
             both: download up to there, and from there on; or make an export, which has as many \
             files as it needs",
            next.span.start
        );
        return words(StatusCode::CONFLICT, &text);
    }
    let Some(file) = joined.pop() else {
        return words(StatusCode::NOT_FOUND, "there is no footage in this span");
    };
    let (size, name) = (file.size_bytes, file_name(&camera, &file));
    let body = if method == Method::HEAD { Body::empty() } else { send(file, permit) };
    answer(body, size, &name)
}

fn unreadable_answer(unreadable: Unreadable) -> Response {
    match unreadable {
        Unreadable::TooMuch(_) => refusal(Ok(Err(Failed::TooMuch))).unwrap_or_else(gone),
        Unreadable::Store(e) => refusal(Ok(Err(Failed::Store(e)))).unwrap_or_else(gone),
        Unreadable::Disk(e) => {
            error!(error = chain(&e), "could not read footage for a download");
            gone()
        }
    }
}

fn gone() -> Response {
    words(StatusCode::NOT_FOUND, "a file of this span cannot be read: see the log")
}

/// Sends the file as it is made, no faster than it is taken.
fn send(file: Joined, permit: OwnedSemaphorePermit) -> Body {
    let (chunks, taken) = mpsc::channel(CHUNKS);
    spawn_blocking(move || {
        let _permit = permit;
        let copied = file.copy(&mut |bytes| chunks.blocking_send(io::Result::Ok(bytes)).is_ok());
        if let Err(e) = copied {
            warn!(error = %e, "a download ended early: its footage could not be read");
            // The length was told, so whoever downloads knows that it is not whole.
            let _ = chunks.blocking_send(Err(e));
        }
    });
    Body::from_stream(stream::unfold(taken, async |mut taken| {
        let chunk = taken.recv().await?;
        Some((chunk, taken))
    }))
}

fn file_name(camera: &CameraId, file: &Joined) -> String {
    let start = file.span.start;
    format!("{camera}_{}_{}.mp4", start.utc_day(), start.utc_second())
}

fn answer(body: Body, size: u64, name: &str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    headers.insert(header::CONTENT_LENGTH, size.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    // Ids and dates are header values.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
