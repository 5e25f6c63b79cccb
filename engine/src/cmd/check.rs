//! `ronin check`: do the files on disk and the rows of the index say the same?

use std::{fs, path::Path, process::ExitCode};

use anyhow::Context;
use ronin_pipelines::segment_file;

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
        let adopted = reconcile::adopt(&store, &storage.root).await?;
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
    let without_a_row = on_disk.len();
    on_disk.retain(|path| {
        !segment_file::inspect(&root.join(path)).is_ok_and(|seen| seen.is_being_written)
    });
    for path in &on_disk {
        println!("{}: on disk, but not in the index", path.display());
    }
    println!(
        "{rows} segments in the index, {problems} that do not fit, {} files without a row, {} being \
         written",
        on_disk.len(),
        without_a_row - on_disk.len()
    );
    store.close().await?;
    Ok(if problems == 0 && on_disk.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
