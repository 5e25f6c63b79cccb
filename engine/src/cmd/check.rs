//! `ronin check`: do the files on disk and the rows of the index say the same?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use ronin_core::CameraId;

use crate::{config::Config, run::open_store, storage::Storage};

/// Rows read at once.
const PAGE: u64 = 1000;

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let store = open_store(&config).await?;
    let root = config.storage_root.canonicalize().with_context(|| {
        format!("the storage folder {} is not there", config.storage_root.display())
    })?;
    let mut on_disk = files_under(&root).context("could not read the storage folder")?;
    let (mut rows, mut problems) = (0_u64, 0_u64);
    let mut after = None;
    loop {
        let page = store.all_segments(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for segment in &page {
            rows += 1;
            on_disk.remove(Path::new(&segment.path));
            match fs::symlink_metadata(root.join(&segment.path)) {
                Ok(file) if !file.is_file() => {
                    problems += 1;
                    println!("{}: not a file", segment.path);
                }
                Ok(file) if file.len() != segment.size_bytes => {
                    problems += 1;
                    println!(
                        "{}: {} bytes on disk, {} in the index",
                        segment.path,
                        file.len(),
                        segment.size_bytes
                    );
                }
                Ok(_) => {}
                Err(error) => {
                    problems += 1;
                    println!("{}: in the index, but not on disk ({error})", segment.path);
                }
            }
        }
    }
    let being_written =
        if Storage::is_in_use(&root) { newest_of_each_camera(&on_disk) } else { BTreeSet::new() };
    on_disk.retain(|path| !being_written.contains(path));
    for path in &on_disk {
        println!("{}: on disk, but not in the index", path.display());
    }
    println!(
        "{rows} segments in the index, {problems} that do not fit, {} files without a row, {} being \
         written",
        on_disk.len(),
        being_written.len()
    );
    store.close().await?;
    Ok(if problems == 0 && on_disk.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a running engine has open: of the files without a row, the newest of each camera.
fn newest_of_each_camera(files: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let mut newest = BTreeMap::new();
    for path in files {
        // In order, so that a later file replaces an earlier one.
        newest.insert(path.components().next(), path.clone());
    }
    newest.into_values().collect()
}

/// Recorded files, relative to `root`: `<camera>/<day>/<time>.mp4`. Links are not followed.
fn files_under(root: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for camera in folders(root)? {
        let name = camera.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if name.parse::<CameraId>().is_err() {
            continue;
        }
        for day in folders(&camera)? {
            for entry in fs::read_dir(&day)? {
                let path = entry?.path();
                let recorded = path.extension().is_some_and(|ext| ext == "mp4");
                if recorded && let Ok(relative) = path.strip_prefix(root) {
                    files.insert(relative.to_owned());
                }
            }
        }
    }
    Ok(files)
}

fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
