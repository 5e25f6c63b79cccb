//! What has to hold between the files and the index after whatever happened.
//!
//! I1: a row has a file of its size, and the file says that it is this segment. I2: a finished file
//! has exactly one row. I3: no two segments of a camera overlap. An engine that runs is asked until
//! they hold, for files and rows are read one after the other while it writes both.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
};

use ronin_core::Segment;
use ronin_pipelines::segment_file;
use ronin_store::{MasterKey, Store};
use ronin_testkit::{camera::Pictures, ffprobe, numbers, wait};

use crate::sandbox::{BOUND, Sandbox, ronin};

/// Rows read at once.
const PAGE: u64 = 1000;
/// What two segments of a camera may share, in microseconds.
const OVERLAP_MAX_US: i64 = 1000;
/// What is told of a long list.
const TOLD_MAX: usize = 12;

/// The index of an engine that runs.
pub(crate) async fn store(sandbox: &Sandbox) -> Store {
    let data = sandbox.folder.path().join("data");
    let key = MasterKey::load_or_create(&data.join("master.key")).unwrap();
    let url = format!("sqlite://{}/ronin.db?mode=rwc", data.display());
    Store::connect(&url, key).await.unwrap()
}

/// Waits until the invariants hold; says how many rows there are.
pub(crate) async fn eventually_hold(sandbox: &Sandbox, cameras: &[String]) -> usize {
    let store = store(sandbox).await;
    let end = std::time::Instant::now() + BOUND;
    let rows = wait::eventually_some(BOUND * 2, "I1, I2 and I3", || async {
        let files = files(sandbox, cameras);
        let rows = rows(&store).await;
        let mut problems = problems(&sandbox.storage(), &rows, &files);
        let count = problems.len();
        problems.truncate(TOLD_MAX);
        let late = std::time::Instant::now() > end;
        assert!(!late || count == 0, "{count} problems stay:\n{}", problems.join("\n"));
        (count == 0).then_some(rows.len())
    })
    .await;
    store.close().await.unwrap();
    rows
}

/// Files of all cameras, as paths below the root of the storage.
fn files(sandbox: &Sandbox, cameras: &[String]) -> Vec<PathBuf> {
    let root = sandbox.storage();
    let files = cameras.iter().flat_map(|id| sandbox.files(id));
    files.map(|path| path.strip_prefix(&root).unwrap().to_owned()).collect()
}

async fn rows(store: &Store) -> Vec<Segment> {
    let mut rows: Vec<Segment> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.id);
        let page = store.all_segments(after, PAGE).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

fn problems(root: &Path, rows: &[Segment], files: &[PathBuf]) -> Vec<String> {
    let mut problems: Vec<String> = rows.iter().filter_map(|row| misfit(root, row)).collect();
    let mut named: HashMap<&Path, usize> = HashMap::new();
    for row in rows {
        *named.entry(Path::new(&row.path)).or_default() += 1;
    }
    for file in files {
        let count = named.get(file.as_path()).copied().unwrap_or(0);
        if count != 1 && is_finished(&root.join(file)) {
            problems.push(format!("I2: {} has {count} rows", file.display()));
        }
    }
    problems.extend(overlaps(rows));
    problems
}

/// What is wrong with the file of a row (I1).
fn misfit(root: &Path, row: &Segment) -> Option<String> {
    let seen = match segment_file::inspect(&root.join(&row.path)) {
        Ok(seen) => seen,
        Err(error) => return Some(format!("I1: {}: {error}", row.path)),
    };
    if seen.size_bytes != row.size_bytes {
        let (file, row_says) = (seen.size_bytes, row.size_bytes);
        return Some(format!("I1: {}: {file} bytes, its row says {row_says}", row.path));
    }
    let says = seen.identity.map(|identity| (identity.segment, identity.camera));
    (says.as_ref() != Some(&(row.id, row.camera.clone())))
        .then(|| format!("I1: {} says that it is {says:?}", row.path))
}

fn is_finished(path: &Path) -> bool {
    // One that is gone was deleted meanwhile.
    segment_file::inspect(path).is_ok_and(|seen| !seen.is_being_written)
}

fn overlaps(rows: &[Segment]) -> Vec<String> {
    let mut rows: Vec<&Segment> = rows.iter().collect();
    rows.sort_by_key(|row| (row.camera.clone(), row.start, row.end));
    let pairs = rows.windows(2).filter(|pair| {
        let shared = pair[0].end.as_micros() - pair[1].start.as_micros();
        pair[0].camera == pair[1].camera && shared > OVERLAP_MAX_US
    });
    pairs.map(|pair| format!("I3: {} begins before {} ends", pair[1].path, pair[0].path)).collect()
}

/// Checks an engine that has ended: every file decodes, and `ronin check` finds nothing.
pub(crate) fn assert_sound(sandbox: &Sandbox, cameras: &[String]) -> usize {
    let files: Vec<PathBuf> = cameras.iter().flat_map(|id| sandbox.files(id)).collect();
    for file in &files {
        assert_eq!(ffprobe::decode_errors(file), "", "{}", file.display());
    }
    assert_check_is_clean(sandbox);
    files.len()
}

/// `ronin check` looks into every file and finds nothing. The engine has ended.
pub(crate) fn assert_check_is_clean(sandbox: &Sandbox) {
    let check = ronin(sandbox.folder.path()).args(["check", "--fragments"]).output().unwrap();
    let words = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success(), "{words}\n{}", String::from_utf8_lossy(&check.stderr));
}

/// The number of the last picture that a camera's files hold after a crash, as far as they are
/// whole. `None` where no file has a picture.
pub(crate) fn last_picture(sandbox: &Sandbox, id: &str) -> Option<u64> {
    sandbox.files(id).iter().rev().find_map(|file| {
        let seen = segment_file::inspect(file).ok()?;
        let piece = seen.index.pieces.last()?;
        let bytes = std::fs::read(file).unwrap();
        let part = |from: u64, size: u64| &bytes[from as usize..(from + size) as usize];
        let whole = [part(0, seen.index.header_bytes), part(piece.offset, piece.size_bytes)];
        let copy = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
        std::fs::write(copy.path(), whole.concat()).unwrap();
        let numbers = numbers_of(copy.path());
        if numbers.contains(&None) {
            eprintln!("{}: not every picture can be read: {numbers:?}", file.display());
        }
        numbers.into_iter().flatten().last().map(u64::from)
    })
}

/// The numbers of the pictures of a small stream; `None` where one cannot be read, as the first
/// ones behind pictures that the camera could not send.
fn numbers_of(path: &Path) -> Vec<Option<u32>> {
    let Pictures::Numbered { width, height, .. } = Pictures::SMALL else { unreachable!() };
    let (width, height) = (width as usize, height as usize);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    let output = command.args(["-f", "rawvideo", "-pix_fmt", "gray", "-"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "", "{}", path.display());
    let pictures = output.stdout.chunks_exact(width * height);
    pictures.map(|luma| numbers::read_picture(luma, width, height).ok()).collect()
}

/// The middle and the largest of what was measured.
pub(crate) fn median_and_max(values: &mut [f64]) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[values.len() - 1])
}
