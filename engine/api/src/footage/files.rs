//! The files of a span, finished or being written, one after the other with their pieces: from the
//! database where it has them, else from the boxes of the file.
//!
//! They are handed on in small groups, so that a long span takes no more memory than a short one.

use std::{collections::HashSet, io, path::Path as FsPath, sync::Arc, time::Duration};

use ronin_core::{
    CameraId, Segment, SegmentId, Span, Unindexed, WallTime,
    playback::{FileIndex, Piece, ReadFootage},
};
use tokio::task::spawn_blocking;
use tracing::warn;

use super::Footage;
use crate::beneath;

/// Files whose pieces are held at once: some megabytes where the camera sends key frames only.
const GROUP: usize = 32;
/// Clock and media that differ by less agree.
const SAME: Duration = Duration::from_millis(1);
/// A clock is corrected by far less: where more is missing, something else is the matter.
const CORRECTION_MAX: f64 = 0.05;

/// A file to play.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Playable {
    pub(crate) segment: Segment,
    pub(crate) index: FileIndex,
    /// It is being written: its last piece may still grow.
    pub(crate) is_open: bool,
}

/// Why the files of a span are not to be had.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Too many files, or too many pieces.
    TooMuch,
    Store(ronin_store::Error),
}

/// A file whose pieces are to be found.
struct Found {
    segment: Segment,
    is_open: bool,
    index: Option<FileIndex>,
}

/// Hands every file of a camera that overlaps `span`, at most `files_max`, to `take`, by start, until
/// that says `false`: it is too much.
pub(super) async fn each(
    footage: &Footage,
    camera: &CameraId,
    span: Span,
    files_max: usize,
    mut take: impl FnMut(Playable) -> bool,
) -> Result<(), Failed> {
    let mut found = find(footage, camera, span, files_max).await?;
    while !found.is_empty() {
        let mut group: Vec<Found> = found.drain(..GROUP.min(found.len())).collect();
        let ids: Vec<SegmentId> = group.iter().map(|found| found.segment.id).collect();
        let mut known = footage.store.pieces_of(&ids).await.map_err(Failed::Store)?;
        for found in &mut group {
            found.index = known.remove(&found.segment.id).filter(|_| !found.is_open);
        }
        let (root, reader) = (footage.storage_root.clone(), footage.files.clone());
        let files = spawn_blocking(move || read_all(&root, &reader, group)).await;
        for file in files.unwrap_or_default() {
            if !take(file) {
                return Err(Failed::TooMuch);
            }
        }
    }
    Ok(())
}

/// One file and its pieces.
pub(super) async fn one(
    footage: &Footage,
    id: SegmentId,
) -> Result<Option<Playable>, ronin_store::Error> {
    // As below: what has no row first.
    let is_open = footage.unindexed.is_open(id);
    let segment = match footage.unindexed.get(id) {
        Some(fresh) => Some((fresh, is_open)),
        None => footage.store.segment(id).await?.map(|segment| (segment, false)),
    };
    let Some((segment, is_open)) = segment else { return Ok(None) };
    let index = footage.store.pieces_of(&[id]).await?.remove(&id).filter(|_| !is_open);
    let group = vec![Found { segment, is_open, index }];
    let (root, reader) = (footage.storage_root.clone(), footage.files.clone());
    let read = spawn_blocking(move || read_all(&root, &reader, group)).await;
    Ok(read.unwrap_or_default().pop())
}

async fn find(
    footage: &Footage,
    camera: &CameraId,
    span: Span,
    files_max: usize,
) -> Result<Vec<Found>, Failed> {
    // Before the question: a file that gets its row in between is then in both, and never in
    // neither.
    let fresh = fresh(&footage.unindexed, camera);
    let rows = footage.store.segments_in(camera, span, None, files_max as u64 + 1).await;
    let rows = rows.map_err(Failed::Store)?;
    let indexed: HashSet<SegmentId> = rows.iter().map(|segment| segment.id).collect();
    let fresh = fresh.into_iter().filter(|(segment, _)| {
        !indexed.contains(&segment.id) && !segment.span().intersect(span).is_empty()
    });
    let rows = rows.into_iter().map(|segment| (segment, false));
    let mut found: Vec<Found> = rows
        .chain(fresh)
        .map(|(segment, is_open)| Found { segment, is_open, index: None })
        .collect();
    found.sort_by_key(|found| (found.segment.start, found.segment.id));
    if found.len() > files_max { Err(Failed::TooMuch) } else { Ok(found) }
}

/// What of a camera has no row, and whether it is being written. What got its row while we looked
/// is left out.
fn fresh(unindexed: &Unindexed, camera: &CameraId) -> Vec<(Segment, bool)> {
    let again = |segment: Segment| {
        let is_open = unindexed.is_open(segment.id);
        Some((unindexed.get(segment.id)?, is_open))
    };
    unindexed.of(camera).into_iter().filter_map(again).collect()
}

/// Those whose pieces are known or can be read.
fn read_all(root: &FsPath, reader: &Arc<dyn ReadFootage>, group: Vec<Found>) -> Vec<Playable> {
    let read = |segment: &Segment| -> io::Result<FileIndex> {
        reader.index(&beneath::open_file(root, FsPath::new(&segment.path))?)
    };
    let mut files = Vec::with_capacity(group.len());
    for Found { segment, is_open, index } in group {
        match index.map_or_else(|| read(&segment), Ok) {
            Ok(mut index) => {
                if is_open {
                    cut(&mut index, &segment);
                }
                files.push(Playable { segment, index, is_open });
            }
            Err(e) => warn!(segment = %segment.id, error = %e, "a file to play is not there"),
        }
    }
    files
}

/// Leaves what of an open file is told to be whole: more may have been written since.
fn cut(index: &mut FileIndex, segment: &Segment) {
    let (whole, duration) = (segment.size_bytes, segment.span().duration());
    index.pieces.retain(|piece| piece.offset < whole);
    if let Some(last) = index.pieces.last_mut()
        && last.offset + last.size_bytes > whole
    {
        last.size_bytes = whole - last.offset;
        last.duration = duration.saturating_sub(last.start).min(last.duration);
    }
    index.pieces.retain(|piece| !piece.duration.is_zero());
}

/// How much longer a finished file is by the clock than its media plays: the clock of a run is
/// corrected as it goes.
pub(crate) fn scale(segment: &Segment, index: &FileIndex) -> f64 {
    let media = index.pieces.last().map(|last| last.start + last.duration).unwrap_or_default();
    let clock = segment.span().duration();
    if media.is_zero() || media.abs_diff(clock) <= SAME {
        return 1.0;
    }
    let scale = clock.as_secs_f64() / media.as_secs_f64();
    if (scale - 1.0).abs() <= CORRECTION_MAX { scale } else { 1.0 }
}

/// When a piece begins and ends; `scale` is that of its file.
pub(crate) fn span_of(segment: &Segment, piece: &Piece, scale: f64) -> Span {
    let at = |time: Duration| -> WallTime {
        segment.start + if scale == 1.0 { time } else { time.mul_f64(scale) }
    };
    Span::new(at(piece.start), at(piece.start + piece.duration))
}

#[cfg(test)]
mod tests {
    use ronin_core::RunId;

    use super::*;

    fn segment(size_bytes: u64, seconds: u64) -> Segment {
        let start = WallTime::from_micros(0);
        Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start + Duration::from_secs(seconds),
            path: String::new(),
            size_bytes,
            frames: 1,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        }
    }

    #[test]
    fn an_open_file_is_cut_to_what_is_whole() {
        let piece = |n: u64| Piece {
            offset: 100 + n * 200,
            size_bytes: 200,
            start: Duration::from_secs(n * 2),
            duration: Duration::from_secs(2),
        };
        let index = FileIndex { header_bytes: 100, pieces: (0..3).map(piece).collect() };
        let cases = [
            (700, 6, vec![(200, 2), (200, 2), (200, 2)]),
            (600, 5, vec![(200, 2), (200, 2), (100, 1)]),
            (500, 4, vec![(200, 2), (200, 2)]),
            (100, 0, vec![]),
            (0, 0, vec![]),
        ];
        for (size_bytes, seconds, want) in cases {
            let mut index = index.clone();
            cut(&mut index, &segment(size_bytes, seconds));
            let left = index.pieces.iter().map(|p| (p.size_bytes, p.duration.as_secs()));
            assert_eq!(left.collect::<Vec<_>>(), want, "{size_bytes} bytes");
        }
    }

    #[test]
    fn a_file_that_got_its_row_meanwhile_is_left_out() {
        let unindexed = Unindexed::default();
        let (open, done) = (segment(10, 5), segment(10, 9));
        unindexed.opened(open.clone());
        unindexed.finished(done.clone());
        let mut seen = fresh(&unindexed, &open.camera);
        seen.sort_by_key(|(segment, _)| segment.end);
        assert_eq!(seen, [(open.clone(), true), (done.clone(), false)]);
        unindexed.forget(done.id);
        assert_eq!(fresh(&unindexed, &open.camera), [(open, true)]);
    }
}
