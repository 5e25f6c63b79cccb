//! Makes the index know what is on disk: files without rows are adopted, rows whose files are
//! shorter than they say are corrected, rows without files are marked as lost.
//!
//! A file says itself what it is ([`ronin_pipelines::segment_file`]), so this also makes the whole
//! index again where the database is lost. Rows are written by the segment's id: doing it twice, or
//! being interrupted, changes nothing. Where many files are missing the storage is doubted, and not
//! the rows.
//!
//! Not here: whether this is the right storage at all ([`crate::storage`]).

use std::{
    collections::{BTreeMap, HashSet},
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use ronin_core::{Recorded, Segment, SegmentId, Unindexed, WallTime, chain};
use tokio::task::{JoinError, spawn_blocking};
use tracing::{info, warn};

use crate::{
    disk::{Disk, present},
    index::Index,
    jobs::transcode,
    spool::{self, Entry},
    storage,
};

/// Rows read, and marked, at once.
const PAGE: u64 = 1000;
/// Where more than this share of all files is missing, the disk is more likely to be wrong than the
/// index: nothing is marked.
const MISSING_MAX: f64 = 0.05;

/// What to do with rows without files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// Mark them, unless they are too many to be believed.
    Doubt,
    /// Mark them all: a person said so.
    Believe,
}

/// What was found and done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reconciled {
    /// Files that have a row now.
    pub files: u64,
    /// Of these, files that ended in the middle of a fragment and were cut to the last whole one.
    pub cut: u64,
    /// Files of ours without a picture, which were removed.
    pub empty: u64,
    /// Files that should have taken the place of others that are still there; they were removed too.
    pub unneeded: u64,
    /// Files that do not say what they are, or say what does not fit; they are left alone.
    pub strange: Vec<PathBuf>,
    /// Rows whose files were shorter than they said, and that say now what is there.
    pub corrected: u64,
    /// Rows without files.
    pub missing: u64,
    /// Whether these were marked as lost. False also where there are none.
    pub marked: bool,
    /// Rows looked at.
    pub rows: u64,
}

impl fmt::Display for Reconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} files adopted ({} cut to their last whole fragment), {} empty ones and {} that nobody \
             needs removed, {} not ours; {} rows corrected, {} without a file{}",
            self.files,
            self.cut,
            self.empty,
            self.unneeded,
            self.strange.len(),
            self.corrected,
            self.missing,
            match (self.missing, self.marked) {
                (0, _) => "",
                (_, true) => " (marked as lost)",
                (_, false) => " (too many to be believed: not marked)",
            }
        )
    }
}

/// Compares all files and rows, and puts right what can be. Files whose rows wait in the spool, or
/// are `unindexed` in this life, are left to the recorder: a row that came twice could come the
/// second time when the file is deleted already.
pub async fn reconcile<I: Index>(
    index: &I,
    disk: &Arc<dyn Disk>,
    root: &Path,
    unindexed: &Unindexed,
    missing: Missing,
) -> anyhow::Result<Reconciled> {
    let place = Place { disk: disk.clone(), root: root.to_owned() };
    let listed = place.on_thread(|place| {
        // In this order: a row that is written in between is seen, or its file is.
        let waiting = spool::waiting_files(&*place.disk, &place.root)?;
        Ok::<_, io::Error>((waiting, storage::recorded_files(&*place.disk, &place.root)?))
    });
    let listed = listed.await?;
    let (waiting, files) = listed.with_context(|| format!("could not read {}", root.display()))?;
    let mut result = Reconciled::default();
    let mut rows = compare(index, &files, &mut result).await?;
    for (id, path) in rows.short {
        match take_in(&place, &path, &mut result).await? {
            Some(recorded) => {
                let entry = Entry::Segment(recorded);
                index.write(&entry).await.context("could not correct a row")?;
                result.corrected += 1;
            }
            // Where nothing was left of it, it is gone now.
            None => rows.missing.push((id, path.display().to_string())),
        }
    }
    mark_missing(index, &place, rows.missing, missing, &mut result).await?;
    rows.known.extend(waiting);
    let unknown = files.into_keys().filter(|path| !rows.known.contains(path.as_path()));
    // Files that were to take the place of others come last: then it is known whether those are there.
    let (later, first): (Vec<_>, Vec<_>) = unknown.partition(|path| is_replacement(path));
    for relative in first.into_iter().chain(later) {
        if relative.to_str().is_some_and(|path| unindexed.has_file(path)) {
            continue;
        }
        if let Some(old) = place.replaced_by(&relative).await?
            && index.has_segment(old).await?
        {
            // The recorded one is there, whole: the other never took its place.
            let path = relative.clone();
            let removed = place.on_thread(move |place| place.disk.remove(&place.root.join(path)));
            present(removed.await?).context("could not remove a file that nobody needs")?;
            result.unneeded += 1;
            continue;
        }
        let Some(recorded) = take_in(&place, &relative, &mut result).await? else { continue };
        let path = recorded.segment.path.clone();
        if let Err(error) = index.write(&Entry::Segment(recorded)).await {
            if error.kind() == ronin_core::ErrorKind::Unavailable {
                return Err(error).context("could not write a row");
            }
            warn!(path, error = chain(&error), "a file was not adopted");
            result.strange.push(relative);
            continue;
        }
        result.files += 1;
    }
    let rows = result.rows;
    if result != (Reconciled { rows, ..Reconciled::default() }) {
        info!(%result, "files and rows compared");
    }
    Ok(result)
}

/// Where the files are.
#[derive(Clone)]
struct Place {
    disk: Arc<dyn Disk>,
    root: PathBuf,
}

impl Place {
    /// Works there on a thread that may block.
    async fn on_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let place = self.clone();
        spawn_blocking(move || work(&place)).await
    }
}

impl Place {
    /// The segment whose place the file was made to take; `None` where it was not.
    async fn replaced_by(&self, relative: &Path) -> anyhow::Result<Option<SegmentId>> {
        if !is_replacement(relative) {
            return Ok(None);
        }
        let path = relative.to_owned();
        let seen = self.on_thread(move |place| place.disk.inspect(&place.root.join(path))).await?;
        Ok(seen.ok().and_then(|seen| seen.identity).and_then(|identity| identity.replaces))
    }
}

/// Whether its name says that it was made to take the place of another.
fn is_replacement(relative: &Path) -> bool {
    let name = relative.file_name().unwrap_or_default();
    name.to_string_lossy().contains(transcode::MARK)
}

/// What the rows say of the files.
struct Rows {
    /// Paths that have a row, or are on their way out.
    known: HashSet<PathBuf>,
    /// Files that are shorter than their row says.
    short: Vec<(SegmentId, PathBuf)>,
    /// Rows without a file.
    missing: Vec<(SegmentId, String)>,
}

impl Rows {
    /// No row was looked at; what is `garbage` goes anyway.
    fn new(garbage: Vec<(SegmentId, String)>) -> Self {
        let known = garbage.into_iter().map(|(_, path)| PathBuf::from(path)).collect();
        Self { known, short: Vec::new(), missing: Vec::new() }
    }

    /// Looks at one row beside the sizes of all files.
    fn compare(&mut self, segment: Segment, files: &BTreeMap<PathBuf, u64>) {
        let path = PathBuf::from(&segment.path);
        match files.get(&path) {
            None => self.missing.push((segment.id, segment.path)),
            Some(size) if *size < segment.size_bytes => {
                self.short.push((segment.id, path.clone()));
            }
            Some(_) => {}
        }
        self.known.insert(path);
    }
}

async fn compare<I: Index>(
    index: &I,
    files: &BTreeMap<PathBuf, u64>,
    result: &mut Reconciled,
) -> anyhow::Result<Rows> {
    let mut rows = Rows::new(index.garbage(u64::from(u32::MAX)).await?);
    let mut after = None;
    loop {
        let page = index.all_segments(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = Some(last.id);
        result.rows += page.len() as u64;
        page.into_iter().for_each(|segment| rows.compare(segment, files));
    }
}

async fn mark_missing<I: Index>(
    index: &I,
    place: &Place,
    mut missing: Vec<(SegmentId, String)>,
    how: Missing,
    result: &mut Reconciled,
) -> anyhow::Result<()> {
    // One that was written after the files were listed is not missing.
    let missing = place.on_thread(|place| {
        // Nor one of which the disk says nothing.
        missing.retain(|(_, path)| {
            present(place.disk.size(&place.root.join(path))).is_ok_and(|size| size.is_none())
        });
        missing
    });
    let missing = missing.await?;
    result.missing = missing.len() as u64;
    let share = missing.len() as f64 / result.rows.max(1) as f64;
    if missing.is_empty() || (how == Missing::Doubt && share > MISSING_MAX) {
        return Ok(());
    }
    for page in missing.chunks(PAGE as usize) {
        let ids: Vec<SegmentId> = page.iter().map(|(id, _)| *id).collect();
        index.mark_lost(&ids, WallTime::now()).await.context("could not mark lost files")?;
    }
    result.marked = true;
    Ok(())
}

/// Reads a file and cuts it to what is whole; `None` where there is nothing to index.
async fn take_in(
    place: &Place,
    relative: &Path,
    result: &mut Reconciled,
) -> anyhow::Result<Option<Box<Recorded>>> {
    let path = relative.to_owned();
    match place.on_thread(move |place| prepare(place, &path)).await? {
        Ok(Found::Footage(recorded, was_cut)) => {
            result.cut += u64::from(was_cut);
            return Ok(Some(recorded));
        }
        Ok(Found::Nothing) => result.empty += 1,
        Ok(Found::BeingWritten) => {}
        Ok(Found::Strange) => result.strange.push(relative.to_owned()),
        // Deleted meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            warn!(path = %relative.display(), %error, "a file could not be read");
            result.strange.push(relative.to_owned());
        }
    }
    Ok(None)
}

enum Found {
    /// The row, and whether the file was cut to its last whole fragment.
    Footage(Box<Recorded>, bool),
    /// A file of ours without a picture; it is gone now.
    Nothing,
    BeingWritten,
    Strange,
}

fn prepare(place: &Place, relative: &Path) -> io::Result<Found> {
    let path = place.root.join(relative);
    let seen = place.disk.inspect(&path)?;
    if seen.is_being_written {
        return Ok(Found::BeingWritten);
    }
    if seen.size_bytes == 0 {
        // All that a power cut leaves of a file that was just begun.
        place.disk.remove(&path)?;
        return Ok(Found::Nothing);
    }
    let folder = relative.components().next().map(|c| c.as_os_str().to_owned());
    let Some(identity) = &seen.identity else { return Ok(Found::Strange) };
    if folder.is_none_or(|folder| folder != identity.camera.as_str()) {
        return Ok(Found::Strange);
    }
    if seen.frames == 0 {
        place.disk.remove(&path)?;
        return Ok(Found::Nothing);
    }
    let cut = seen.whole_bytes < seen.size_bytes;
    // A crash left it; nobody has synced its end, and a row must not promise more than is there.
    place.disk.settle_file(&path, seen.whole_bytes)?;
    let recorded = seen.into_recorded(relative.display().to_string());
    Ok(recorded.map_or(Found::Strange, |recorded| Found::Footage(Box::new(recorded), cut)))
}
