//! Makes the index know what is on disk: files without rows are adopted.
//!
//! A file says itself what it is ([`ronin_pipelines::segment_file`]), so this also makes the whole
//! index again where the database is lost. Rows are written by the segment's id: doing it twice, or
//! being interrupted, changes nothing.
//!
//! Not here: rows without files (`ronin check` lists them).

use std::{
    collections::HashSet,
    fmt,
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ronin_core::{Segment, chain};
use ronin_pipelines::segment_file;
use ronin_store::Store;
use tokio::task::spawn_blocking;
use tracing::{info, warn};

use crate::storage;

/// Rows read at once.
const PAGE: u64 = 1000;

/// What was found and done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Adopted {
    /// Files that have a row now.
    pub files: u64,
    /// Of these, files that ended in the middle of a fragment and were cut to the last whole one.
    pub cut: u64,
    /// Files of ours without a picture, which were removed.
    pub empty: u64,
    /// Files that do not say what they are, or say what does not fit; they are left alone.
    pub strange: Vec<PathBuf>,
}

impl fmt::Display for Adopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} files adopted ({} cut to their last whole fragment), {} empty ones removed, {} not \
             ours",
            self.files,
            self.cut,
            self.empty,
            self.strange.len()
        )
    }
}

/// Adopts every file that has no row and that nobody is writing.
pub async fn adopt(store: &Store, root: &Path) -> anyhow::Result<Adopted> {
    let known = known_paths(store).await?;
    let folder = root.to_owned();
    let files = spawn_blocking(move || storage::recorded_files(&folder)).await?;
    let files = files.with_context(|| format!("could not read {}", root.display()))?;
    let mut adopted = Adopted::default();
    for relative in files {
        if relative.to_str().is_none_or(|path| known.contains(path)) {
            continue;
        }
        let (folder, path) = (root.to_owned(), relative.clone());
        match spawn_blocking(move || prepare(&folder, &path)).await? {
            Ok(Found::Footage(segment, was_cut)) => {
                if let Err(error) = store.upsert_segment(&segment).await {
                    if error.kind() == ronin_core::ErrorKind::Unavailable {
                        return Err(error).context("could not write a row");
                    }
                    warn!(path = segment.path, error = chain(&error), "a file was not adopted");
                    adopted.strange.push(relative);
                    continue;
                }
                adopted.files += 1;
                adopted.cut += u64::from(was_cut);
            }
            Ok(Found::Nothing) => adopted.empty += 1,
            Ok(Found::BeingWritten) => {}
            Ok(Found::Strange) => adopted.strange.push(relative),
            Err(error) => {
                warn!(path = %relative.display(), %error, "a file could not be read");
                adopted.strange.push(relative);
            }
        }
    }
    if adopted != Adopted::default() {
        info!(result = %adopted, "files without rows");
    }
    Ok(adopted)
}

/// Paths with a row, those on their way out included.
async fn known_paths(store: &Store) -> anyhow::Result<HashSet<String>> {
    let garbage = store.garbage(u64::from(u32::MAX)).await?;
    let mut known: HashSet<String> = garbage.into_iter().map(|(_, path)| path).collect();
    let mut after = None;
    loop {
        let page = store.all_segments(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(known) };
        after = Some(last.id);
        known.extend(page.into_iter().map(|segment| segment.path));
    }
}

enum Found {
    /// The row, and whether the file was cut to its last whole fragment.
    Footage(Box<Segment>, bool),
    /// A file of ours without a picture; it is gone now.
    Nothing,
    BeingWritten,
    Strange,
}

fn prepare(root: &Path, relative: &Path) -> io::Result<Found> {
    let path = root.join(relative);
    let seen = segment_file::inspect(&path)?;
    if seen.is_being_written {
        return Ok(Found::BeingWritten);
    }
    if seen.size_bytes == 0 {
        // All that a power cut leaves of a file that was just begun.
        std::fs::remove_file(&path)?;
        return Ok(Found::Nothing);
    }
    let folder = relative.components().next().map(|c| c.as_os_str().to_owned());
    let Some(identity) = &seen.identity else { return Ok(Found::Strange) };
    if folder.is_none_or(|folder| folder != identity.camera.as_str()) {
        return Ok(Found::Strange);
    }
    if seen.frames == 0 {
        std::fs::remove_file(&path)?;
        return Ok(Found::Nothing);
    }
    let cut = seen.whole_bytes < seen.size_bytes;
    if cut {
        let file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(seen.whole_bytes)?;
        file.sync_all()?;
    }
    let segment = seen.into_segment(relative.display().to_string());
    Ok(segment.map_or(Found::Strange, |segment| Found::Footage(Box::new(segment), cut)))
}
