//! `/playback/{camera}/span.mp4?start=…&end=…`: a span of footage as one file to keep, from the key
//! frame before its start to the last piece that begins before its end. Nothing is decoded, and
//! nothing is written: the fragments are sent as they are, with other times.
//!
//! Gaps stay as long as they were. Not here: exact cuts, several cameras and what changes its
//! parameters within the span.

use std::{fs::File, io, path::Path as FsPath, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State, rejection::QueryRejection},
    response::Response,
};
use futures_util::stream;
use http::{HeaderValue, Method, StatusCode, header};
use ronin_core::{
    CameraId, Segment, Span, WallTime,
    playback::{Header, Part, ReadFootage},
};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::spawn_blocking,
    time::timeout,
};
use tracing::warn;

use super::{
    super::{Context, beneath, words},
    DEADLINE, Wanted,
    files::{self, Playable, scale, span_of},
    parse, refusal,
};

/// Parts that follow each other within this are one behind the other.
const NEAR: Duration = Duration::from_millis(100);
/// Chunks that wait for whoever downloads.
const CHUNKS: usize = 4;

/// A part and the file that it is of.
struct Source {
    segment: Segment,
    part: Part,
}

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
    let mut sources = Sources::new(span);
    let found = files::each(&context, &camera, span, |file| {
        sources.add(file);
        true
    });
    if let Some(refused) = refusal(timeout(DEADLINE, found).await) {
        return refused;
    }
    let Sources { all, end, .. } = sources;
    let Some(first) = all.first() else {
        return words(StatusCode::NOT_FOUND, "there is no footage in this span");
    };
    let name = file_name(&camera, first.segment.start + first.part.begins);
    let size: u64 = all.iter().map(|source| source.part.bytes.end - source.part.bytes.start).sum();

    let (root, reader) = (context.storage_root.clone(), context.files.clone());
    let checked = spawn_blocking(move || check(&root, &*reader, &all, end).map(|h| (h, all)));
    let (head, all) = match checked.await.map_err(io::Error::other).map_err(Unfit::Gone).flatten() {
        Ok(checked) => checked,
        Err(unfit) => return unfit.answer(),
    };
    let size = size + head.bytes.len() as u64;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        send(&context, head.bytes, all, permit)
    };
    answer(body, size, &name)
}

/// The parts of a span, by time.
struct Sources {
    span: Span,
    all: Vec<Source>,
    /// When the first one begins.
    start: Option<WallTime>,
    /// Where the last one ends in the new file.
    end: Duration,
}

impl Sources {
    fn new(span: Span) -> Self {
        Self { span, all: Vec::new(), start: None, end: Duration::ZERO }
    }

    fn add(&mut self, file: Playable) {
        let Playable { segment, index, is_open } = file;
        let scale = if is_open { 1.0 } else { scale(&segment, &index) };
        let mut wanted = index
            .pieces
            .iter()
            .filter(|piece| !span_of(&segment, piece, scale).intersect(self.span).is_empty());
        let Some(first) = wanted.next() else { return };
        let last = wanted.next_back().unwrap_or(first);
        let begins_at = span_of(&segment, first, scale).start;
        let start = *self.start.get_or_insert(begins_at);
        let passed = begins_at.as_micros().saturating_sub(start.as_micros());
        let passed = Duration::from_micros(u64::try_from(passed).unwrap_or(0));
        let at = if passed < self.end + NEAR { self.end } else { passed };
        self.end = at + (last.start + last.duration).saturating_sub(first.start);
        let bytes = first.offset..last.offset + last.size_bytes;
        let header_bytes = index.header_bytes;
        let part = Part { header_bytes, bytes, begins: first.start, at };
        self.all.push(Source { segment, part });
    }
}

/// Why there is no such file.
enum Unfit {
    /// One of the files is gone.
    Gone(io::Error),
    /// From here on the stream is another.
    Changed(WallTime),
}

impl Unfit {
    fn answer(self) -> Response {
        match self {
            Self::Gone(e) => {
                warn!(error = %e, "could not read footage for a download");
                words(StatusCode::NOT_FOUND, "a file of this span cannot be read: see the log")
            }
            Self::Changed(at) => {
                let text = format!(
                    "the camera's stream changes at {at} (size, codec or sound), and one file \
                     cannot hold both: download up to there, and from there on"
                );
                words(StatusCode::CONFLICT, &text)
            }
        }
    }
}

/// The header of the new file, if all parts fit together.
fn check(
    root: &FsPath,
    reader: &dyn ReadFootage,
    all: &[Source],
    length: Duration,
) -> Result<Header, Unfit> {
    let mut head: Option<Header> = None;
    for Source { segment, part } in all {
        let file = open(root, segment).map_err(Unfit::Gone)?;
        let of_this = reader.header(&file, part.header_bytes, length).map_err(Unfit::Gone)?;
        match &head {
            Some(head) if head.tracks != of_this.tracks => {
                return Err(Unfit::Changed(segment.start + part.begins));
            }
            Some(_) => {}
            None => head = Some(of_this),
        }
    }
    head.ok_or_else(|| Unfit::Gone(io::ErrorKind::NotFound.into()))
}

fn open(root: &FsPath, segment: &Segment) -> io::Result<File> {
    beneath::open_file(root, FsPath::new(&segment.path))
}

/// Sends the file as it is made, no faster than it is taken.
fn send(context: &Context, head: Bytes, all: Vec<Source>, permit: OwnedSemaphorePermit) -> Body {
    let (root, reader) = (context.storage_root.clone(), context.files.clone());
    let (chunks, taken) = mpsc::channel(CHUNKS);
    spawn_blocking(move || {
        let _permit = permit;
        if let Err(e) = copy(&root, &reader, head, &all, &chunks) {
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

fn copy(
    root: &FsPath,
    reader: &Arc<dyn ReadFootage>,
    head: Bytes,
    all: &[Source],
    chunks: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut give = |bytes: Bytes| chunks.blocking_send(Ok(bytes)).is_ok();
    if !give(head) {
        return Ok(());
    }
    let mut number = 0;
    for Source { segment, part } in all {
        reader.copy(&open(root, segment)?, part, &mut number, &mut give)?;
        if chunks.is_closed() {
            break;
        }
    }
    Ok(())
}

fn file_name(camera: &CameraId, start: WallTime) -> String {
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
