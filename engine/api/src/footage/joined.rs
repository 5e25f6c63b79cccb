//! A span of footage as files to keep: from the key frame before its start to the last piece that
//! begins before its end. Nothing is decoded: the fragments are handed on as they are, with other
//! times.
//!
//! It is one file unless the stream changes within the span: then it is one for each stretch in which
//! it does not. Gaps stay as long as they were.

use std::{fs::File, io, path::Path as FsPath, sync::Arc, time::Duration};

use bytes::Bytes;
use ronin_core::{
    CameraId, Span, WallTime, chain,
    playback::{Header, Part, ReadFootage},
};
use tokio::task::spawn_blocking;
use tracing::warn;

use super::{
    Footage,
    files::{Failed, Playable, scale, span_of},
};
use crate::beneath;

/// Parts that follow each other within this are one behind the other.
const NEAR: Duration = Duration::from_millis(100);

/// Why a span cannot be made files of.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Too many recorded files.
    #[error("the span has more than {0} recorded files: take a shorter one")]
    TooMuch(usize),
    /// The index does not answer.
    #[error(transparent)]
    Store(#[from] ronin_store::Error),
    /// The disk does not.
    #[error("the footage cannot be read")]
    Disk(#[from] io::Error),
}

/// What a span of a camera makes.
pub struct SpanFiles {
    /// The files, by time; none where there is no footage.
    pub files: Vec<Joined>,
    /// Footage that the index knows and the disk does not give: it is in no file.
    pub unreadable: Vec<Span>,
}

/// A part and the file that it is of.
struct Source {
    path: String,
    part: Part,
    span: Span,
}

/// A stretch of footage that fits into one file.
pub struct Joined {
    /// When the first picture was taken, and when the last one ended.
    pub span: Span,
    /// Gaps within it, together.
    pub gaps: Duration,
    /// Size of the file.
    pub size_bytes: u64,
    head: Bytes,
    sources: Vec<Source>,
    root: Arc<FsPath>,
    files: Arc<dyn ReadFootage>,
}

impl Footage {
    /// The files that a span of a camera makes.
    pub async fn joined(
        &self,
        camera: &CameraId,
        span: Span,
        files_max: usize,
    ) -> Result<SpanFiles, Unreadable> {
        let mut sources = Vec::new();
        let found = self.each(camera, span, files_max, |file| {
            sources.extend(source(span, file));
            true
        });
        found.await.map_err(|failed| match failed {
            Failed::TooMuch => Unreadable::TooMuch(files_max),
            Failed::Store(e) => Unreadable::Store(e),
        })?;
        let (root, files) = (self.storage_root.clone(), self.files.clone());
        let joined = spawn_blocking(move || join(&root, &files, sources)).await;
        Ok(joined.map_err(io::Error::other)?)
    }
}

impl Joined {
    /// Hands on the bytes of the file, until `give` says `false`. Blocks.
    pub fn copy(&self, give: &mut dyn FnMut(Bytes) -> bool) -> io::Result<()> {
        let mut is_wanted = give(self.head.clone());
        let mut number = 0;
        for Source { path, part, .. } in &self.sources {
            if !is_wanted {
                break;
            }
            let file = open(&self.root, path)?;
            self.files.copy(&file, part, &mut number, &mut |bytes| {
                is_wanted = give(bytes);
                is_wanted
            })?;
        }
        Ok(())
    }
}

/// What of a file lies in the span.
fn source(span: Span, file: Playable) -> Option<Source> {
    let Playable { segment, index, is_open } = file;
    let scale = if is_open { 1.0 } else { scale(&segment, &index) };
    let mut wanted = index
        .pieces
        .iter()
        .filter(|piece| !span_of(&segment, piece, scale).intersect(span).is_empty());
    let first = wanted.next()?;
    let last = wanted.next_back().unwrap_or(first);
    let (start, end) = (span_of(&segment, first, scale).start, span_of(&segment, last, scale).end);
    let part = Part {
        header_bytes: index.header_bytes,
        bytes: first.offset..last.offset + last.size_bytes,
        begins: first.start,
        at: Duration::ZERO,
        length: (last.start + last.duration).saturating_sub(first.start),
    };
    Some(Source { path: segment.path, part, span: Span::new(start, end) })
}

/// Puts parts behind each other as far as they fit together.
fn join(root: &Arc<FsPath>, files: &Arc<dyn ReadFootage>, sources: Vec<Source>) -> SpanFiles {
    let mut all: Vec<(Header, Vec<Source>)> = Vec::new();
    let mut unreadable = Vec::new();
    for source in sources {
        let header = open(root, &source.path)
            .and_then(|file| files.header(&file, source.part.header_bytes, Duration::ZERO));
        match header {
            Ok(header) => match all.last_mut() {
                Some((of_last, group)) if of_last.tracks == header.tracks => group.push(source),
                _ => all.push((header, vec![source])),
            },
            Err(e) => {
                let error = chain(&e);
                warn!(path = source.path, error, "a file to join cannot be read");
                unreadable.push(source.span);
            }
        }
    }
    let finish = |(header, sources)| place(root, files, header, sources);
    SpanFiles { files: all.into_iter().filter_map(finish).collect(), unreadable }
}

/// Gives each part its time in the new file, and the file its length.
fn place(
    root: &Arc<FsPath>,
    files: &Arc<dyn ReadFootage>,
    header: Header,
    mut sources: Vec<Source>,
) -> Option<Joined> {
    let start = sources.first()?.span.start;
    let (mut end, mut gaps, mut size) = (Duration::ZERO, Duration::ZERO, 0);
    for Source { part, span, .. } in &mut sources {
        let passed = since(span.start, start);
        let is_next = passed < end + NEAR;
        part.at = if is_next { end } else { passed };
        gaps += part.at - end;
        end = part.at + part.length;
        size += part.bytes.end - part.bytes.start;
    }
    let of_all = sources.last()?.span.end;
    // The same file as before: what it could not say then was how long the whole is.
    let first = sources.first()?;
    let head = open(root, &first.path)
        .and_then(|file| files.header(&file, first.part.header_bytes, end))
        .map_or(header.bytes, |header| header.bytes);
    Some(Joined {
        span: Span::new(start, of_all),
        gaps,
        size_bytes: size + head.len() as u64,
        head,
        sources,
        root: root.clone(),
        files: files.clone(),
    })
}

fn since(at: WallTime, start: WallTime) -> Duration {
    let micros = at.as_micros().saturating_sub(start.as_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn open(root: &FsPath, path: &str) -> io::Result<File> {
    beneath::open_file(root, FsPath::new(path))
}
