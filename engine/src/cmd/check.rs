//! `ronin check`: do the files on disk and the rows of the index say the same?

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use ronin_core::{CameraId, Segment, Unindexed, WallTime};
use ronin_pipelines::{segment_file, verify};
use ronin_store::Store;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::{
    config::Config,
    database::open_store,
    disk::{Disk, RealDisk},
    reconcile::{self, Missing},
    spool::Spool,
    storage::{self, Storage},
};

/// Rows read at once.
const PAGE: u64 = 1000;
/// Segments of a camera that share more than this, in microseconds, do not fit together.
const OVERLAP_MAX_US: i64 = 1000;

/// What is to be done.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Copy, Debug)]
pub(super) struct What {
    pub(super) rebuild: bool,
    pub(super) mark_missing: bool,
    pub(super) accept_storage: bool,
    pub(super) fragments: bool,
    pub(super) content: bool,
}

pub(super) async fn run(config: Config, what: What) -> anyhow::Result<ExitCode> {
    if what.content {
        ronin_pipelines::init()?;
    }
    let store = open_store(&config).await?;
    if what.accept_storage {
        accept_storage(&config, &store).await?;
    }
    if what.rebuild || what.mark_missing {
        // Held for as long as rows are made: an engine that starts now would write files we see.
        let storage =
            Storage::open(&config.storage_root, config.segment_duration, config.sync_every)?;
        let missing = if what.mark_missing { Missing::Believe } else { Missing::Doubt };
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        println!(
            "{}",
            reconcile::reconcile(&store, &disk, &storage.root, &Unindexed::default(), missing)
                .await?
        );
        if what.rebuild {
            store.recount_footage().await?;
        }
    }
    let root = config.storage_root.canonicalize().with_context(|| {
        format!("the storage folder {} is not there", config.storage_root.display())
    })?;
    let files =
        storage::recorded_files(&RealDisk, &root).context("could not read the storage folder")?;
    let mut check = Check { root, what, files, rows: 0, problems: 0, recorded: HashMap::new() };
    // Files that are on their way out.
    for (_, path) in store.garbage(u64::from(u32::MAX)).await? {
        check.files.remove(Path::new(&path));
    }
    let mut after = None;
    loop {
        let page = store.all_segments(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        check = spawn_blocking(move || {
            page.into_iter().for_each(|segment| check.row(&segment));
            check
        })
        .await?;
    }
    check.overlaps();
    check.sums(&store.miscounted_footage().await?);
    let fits = check.tell(store.lost_files().await?);
    store.close().await?;
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Has the folder say that it is the storage of this index.
async fn accept_storage(config: &Config, store: &Store) -> anyhow::Result<()> {
    let root = &config.storage_root;
    let id = match store.storage_id().await? {
        Some(id) => id,
        None => {
            let id = Uuid::now_v7();
            store.set_storage_id(id).await?;
            id
        }
    };
    storage::write_identity(root, id)
        .with_context(|| format!("could not write to {}", root.display()))?;
    println!("{} is the storage of this index now", root.display());
    Ok(())
}

struct Check {
    root: PathBuf,
    what: What,
    /// Files that no row has named yet, and their sizes.
    files: BTreeMap<PathBuf, u64>,
    rows: u64,
    problems: u64,
    recorded: HashMap<CameraId, Vec<(WallTime, WallTime, String)>>,
}

impl Check {
    fn row(&mut self, segment: &Segment) {
        self.rows += 1;
        let size = self.files.remove(Path::new(&segment.path));
        let span = (segment.start, segment.end, segment.path.clone());
        self.recorded.entry(segment.camera.clone()).or_default().push(span);
        let path = self.root.join(&segment.path);
        let problem = match std::fs::symlink_metadata(&path) {
            Err(error) => Some(format!("in the index, but not on disk ({error})")),
            Ok(file) if !file.is_file() => Some("not a file".to_owned()),
            Ok(file) if file.len() != segment.size_bytes => {
                Some(format!("{} bytes on disk, {} in the index", file.len(), segment.size_bytes))
            }
            Ok(_) if size.is_none() => Some("two rows name this file".to_owned()),
            Ok(_) => self.inside(segment, &path),
        };
        if let Some(problem) = problem {
            self.problems += 1;
            println!("{}: {problem}", segment.path);
        }
    }

    /// What does not fit inside the file, as far as that was asked for.
    fn inside(&self, segment: &Segment, path: &Path) -> Option<String> {
        if !(self.what.fragments || self.what.content) {
            return None;
        }
        let seen = match segment_file::inspect(path) {
            Ok(seen) => seen,
            Err(error) => return Some(format!("cannot be read ({error})")),
        };
        let Some(identity) = &seen.identity else {
            return Some("does not say what it is".to_owned());
        };
        if (identity.segment, &identity.camera) != (segment.id, &segment.camera) {
            return Some("says that it is another segment".to_owned());
        }
        if seen.whole_bytes != seen.size_bytes {
            return Some(format!(
                "{} bytes behind its last box",
                seen.size_bytes - seen.whole_bytes
            ));
        }
        if seen.frames != segment.frames {
            return Some(format!("{} pictures, {} in the index", seen.frames, segment.frames));
        }
        if !self.what.content {
            return None;
        }
        match verify::decode(path) {
            Ok(frames) if frames == segment.frames => None,
            Ok(frames) => Some(format!("{frames} of {} pictures decode", segment.frames)),
            Err(error) => Some(format!("does not decode ({})", ronin_core::chain(&error))),
        }
    }

    fn overlaps(&mut self) {
        for spans in self.recorded.values_mut() {
            spans.sort();
            for pair in spans.windows(2) {
                let shared = pair[0].1.as_micros().saturating_sub(pair[1].0.as_micros());
                if shared > OVERLAP_MAX_US {
                    self.problems += 1;
                    println!("{}: begins before {} ends", pair[1].2, pair[0].2);
                }
            }
        }
    }

    fn sums(&mut self, miscounted: &[CameraId]) {
        self.problems += miscounted.len() as u64;
        for camera in miscounted {
            println!("{camera}: its sums are not those of its segments (--rebuild counts again)");
        }
    }

    /// Says what was found; true where everything fits.
    fn tell(mut self, lost: u64) -> bool {
        let without_a_row = self.files.len();
        let root = &self.root;
        self.files.retain(|path, _| match segment_file::inspect(&root.join(path)) {
            Ok(seen) => !seen.is_being_written,
            // Deleted meanwhile.
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        });
        for path in self.files.keys() {
            println!("{}: on disk, but not in the index", path.display());
        }
        let waiting = Spool::open(Arc::new(RealDisk), root).map_or(0, |spool| spool.len());
        if waiting > 0 {
            println!("{waiting} rows wait in the spool for the database");
        }
        if lost > 0 {
            println!("{lost} files are marked as lost");
        }
        println!(
            "{} segments in the index, {} that do not fit, {} files without a row, {} being written",
            self.rows,
            self.problems,
            self.files.len(),
            without_a_row - self.files.len()
        );
        self.problems == 0 && self.files.is_empty()
    }
}
