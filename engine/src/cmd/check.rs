//! `ronin check`: do the files on disk and the rows of the index say the same?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use ronin_core::WallTime;

use crate::{
    config::Config,
    reconcile,
    run::open_store,
    storage::{self, Storage},
};

/// Rows read at once.
const PAGE: u64 = 1000;

pub(super) async fn run(config: Config, rebuild: bool) -> anyhow::Result<ExitCode> {
    let store = open_store(&config).await?;
    if rebuild {
        // Held for as long as rows are made: an engine that starts now would write files we see.
        let storage =
            Storage::open(&config.storage_root, config.segment_duration, config.sync_every)?;
        let adopted = reconcile::adopt(&store, &storage.root, WallTime::now()).await?;
        println!("{adopted}");
    }
    let root = config.storage_root.canonicalize().with_context(|| {
        format!("the storage folder {} is not there", config.storage_root.display())
    })?;
    let mut on_disk =
        storage::recorded_files(&root).context("could not read the storage folder")?;
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
