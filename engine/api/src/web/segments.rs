//! `/segments/{id}.mp4`: a recorded file, with Range; also one that is being written, as far as it
//! is whole.
//!
//! The path comes from the row, never from the request.

use std::{fs::File, io, io::Seek, path::Path as FsPath, time::UNIX_EPOCH};

use axum::{
    body::Body,
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use ronin_core::{Segment, SegmentId, chain};
use tokio::{io::AsyncReadExt, task::spawn_blocking};
use tokio_util::io::ReaderStream;
use tracing::{error, warn};

use super::{
    Context,
    range::{self, Wanted},
    words,
};
use crate::beneath;

/// Read at a time: large enough for a disk, small enough for many readers.
const CHUNK_BYTES: usize = 128 * 1024;

/// The file of a segment.
pub(super) async fn file(
    State(context): State<Context>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let id = file.strip_suffix(".mp4").and_then(|id| id.parse::<SegmentId>().ok());
    let Some(id) = id else { return words(StatusCode::NOT_FOUND, "there is no such segment") };
    let found = match find(&context, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return words(StatusCode::NOT_FOUND, "there is no such segment"),
        Err(e) => {
            error!(error = %chain(&e), "could not look up a segment");
            let text = "the database gives an error: see the log";
            return words(StatusCode::SERVICE_UNAVAILABLE, text);
        }
    };
    let root = context.storage_root.clone();
    let Found { path, name, whole_bytes } = found;
    let open = move || Opened::open(&root, FsPath::new(&path), whole_bytes);
    let opened = spawn_blocking(open).await;
    match opened.map_err(io::Error::other).flatten() {
        Ok(opened) => {
            let disposition = format!("inline; filename=\"{name}.mp4\"");
            opened.answer(&disposition, &method, &headers)
        }
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            error!(segment = %id, error = %e, "could not open a segment");
            words(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read: see the log")
        }
        Err(e) => {
            warn!(segment = %id, error = %e, "the file of a segment is not there");
            words(StatusCode::NOT_FOUND, "the file of this segment is gone from the disk")
        }
    }
}

/// Where a file is, what it is called when it is kept, and of one that is being written what is whole.
struct Found {
    path: String,
    name: String,
    whole_bytes: Option<u64>,
}

impl Found {
    fn of(segment: Segment, is_open: bool) -> Self {
        let Segment { camera, start, .. } = &segment;
        let name = format!("{camera}_{}_{}", start.utc_day(), start.utc_second());
        let whole_bytes = is_open.then_some(segment.size_bytes);
        Self { path: segment.path, name, whole_bytes }
    }
}

/// Looks for what has no row first: once it has one, it is there. A file that another took the place of
/// is there for a while for those who play it.
async fn find(context: &Context, id: SegmentId) -> Result<Option<Found>, ronin_store::Error> {
    let is_open = context.unindexed.is_open(id);
    if let Some(fresh) = context.unindexed.get(id) {
        return Ok(Some(Found::of(fresh, is_open)));
    }
    if let Some(segment) = context.store.segment(id).await? {
        return Ok(Some(Found::of(segment, false)));
    }
    let path = context.store.discarded_path(id).await?;
    Ok(path.map(|path| Found { path, name: id.to_string(), whole_bytes: None }))
}

/// An open file and what HTTP wants to know of it.
pub(super) struct Opened {
    file: File,
    size: u64,
    etag: String,
    /// Whether more is written to it.
    is_growing: bool,
}

impl Opened {
    /// Of a file that is being written, `whole_bytes` are there for good.
    pub(super) fn open(root: &FsPath, path: &FsPath, whole_bytes: Option<u64>) -> io::Result<Self> {
        let file = beneath::open_file(root, path)?;
        let meta = file.metadata()?;
        if let Some(whole_bytes) = whole_bytes {
            let size = whole_bytes.min(meta.len());
            // It is only added to: so much of it is always the same.
            let etag = format!("\"{size:x}-growing\"");
            return Ok(Self { file, size, etag, is_growing: true });
        }
        let modified = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let etag = format!("\"{:x}-{:x}\"", meta.len(), modified.as_nanos());
        Ok(Self { file, size: meta.len(), etag, is_growing: false })
    }

    /// The whole of it or the part that is asked for.
    pub(super) fn answer(self, name: &str, method: &Method, headers: &HeaderMap) -> Response {
        answer(self, name, method, headers)
    }
}

fn answer(opened: Opened, name: &str, method: &Method, headers: &HeaderMap) -> Response {
    let Opened { file, size, etag, is_growing } = opened;
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let unchanged = text(header::IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag || tag.trim() == "*"));
    let same_file = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let wanted = match text(header::RANGE) {
        Some(range) if same_file => range::parse(range, size),
        _ => Wanted::All,
    };
    let mut response = match (unchanged, wanted) {
        (true, _) => status(StatusCode::NOT_MODIFIED),
        (false, Wanted::Unsatisfiable) => {
            let mut response = words(StatusCode::RANGE_NOT_SATISFIABLE, "no such range of bytes");
            set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
            response
        }
        (false, Wanted::All) => {
            let mut response = status(StatusCode::OK);
            fill(&mut response, method, file, 0, size);
            response
        }
        (false, Wanted::Part { first, last }) => {
            let mut response = status(StatusCode::PARTIAL_CONTENT);
            let range = format!("bytes {first}-{last}/{size}");
            set(&mut response, header::CONTENT_RANGE, &range);
            fill(&mut response, method, file, first, last - first + 1);
            response
        }
    };
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::ETAG, &etag);
    // Where a browser has kept a piece of a file that has grown since, it asks for the next piece
    // under the condition that the file is the same, is sent the whole of it, and hands that to the
    // player in place of the piece.
    let cache = if is_growing { "private, no-store" } else { "private, no-cache" };
    set(&mut response, header::CACHE_CONTROL, cache);
    set(&mut response, header::CONTENT_DISPOSITION, name);
    response
}

/// Puts `length` bytes from `first` into the response; only their count for HEAD.
fn fill(response: &mut Response, method: &Method, mut file: File, first: u64, length: u64) {
    set(response, header::CONTENT_TYPE, "video/mp4");
    set(response, header::CONTENT_LENGTH, &length.to_string());
    if method == Method::HEAD {
        return;
    }
    // Setting the position touches no disk.
    if let Err(e) = file.seek(io::SeekFrom::Start(first)) {
        error!(error = %e, "could not seek in a segment");
        *response = words(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read");
        return;
    }
    let reader = tokio::fs::File::from_std(file).take(length);
    *response.body_mut() = Body::from_stream(ReaderStream::with_capacity(reader, CHUNK_BYTES));
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    // The values are digits, ids and dates, which are header values all.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
