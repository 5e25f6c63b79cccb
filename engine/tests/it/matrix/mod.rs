//! The camera rows of the fault matrix (docs/reliability.md): each test is named by its row, puts
//! one fault into a real camera's stream, and asks what the row promises. Where the row says that
//! the others lose nothing, a second camera is recorded beside the first, and its pictures are
//! counted.
//!
//! Not here: faults of the engine, the disk, the database and the clock.

mod busy;
mod clock;
mod connection;
mod flaps;
mod line;
mod load;
mod sound;
mod still;
mod stream;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use ronin_proto::v1::{CameraState, CameraStatus, Segment};
use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    numbers, wait,
};

use crate::sandbox::{BOUND, Builder, Sandbox, assert_continuous};

/// What the machine may take beyond a promised time: it is shared and slow.
const SLACK: Duration = Duration::from_secs(1);
/// Pictures on their way when the engine is told to stop: two seconds of a busy machine.
const ON_THEIR_WAY: u64 = 50;
/// A length of segments that no test is cut by, but at midnight.
const UNCUT: Duration = Duration::from_secs(24 * 3600);
const NEIGHBOUR: &str = "neighbour";
/// The camera in trouble.
const TROUBLED: &str = "troubled";

/// A camera with small numbered pictures.
fn small() -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap()
}

/// An engine that records a quiet camera beside those in trouble.
struct Scene {
    sandbox: Sandbox,
    neighbour: FakeCamera,
}

impl Scene {
    async fn start() -> Self {
        Self::start_with(Sandbox::builder()).await
    }

    async fn start_with(builder: Builder) -> Self {
        let neighbour = small();
        let mut sandbox = builder.start().await;
        sandbox.add(NEIGHBOUR, &neighbour.main_url()).await;
        sandbox.wait_recording(NEIGHBOUR).await;
        Self { sandbox, neighbour }
    }

    /// Waits until this many more pictures of the neighbour have come: time that passes while
    /// something is not to happen.
    async fn let_pass(&self, pictures: u64) {
        let newest = || self.neighbour.newest_picture(MAIN).unwrap_or(0);
        let until = newest() + pictures;
        let bound = BOUND + Duration::from_secs(pictures / 25);
        wait::eventually_async(bound, "pictures of the neighbour", || newest() >= until).await;
    }

    /// Ends the engine and proves that the neighbour lost no picture from its first to its last.
    async fn end(mut self) -> Sandbox {
        let newest = self.neighbour.newest_picture(MAIN).unwrap();
        assert!(self.sandbox.stop("TERM").success());
        let files = self.sandbox.files(NEIGHBOUR);
        assert_continuous(&files);
        let last = numbers::read(files.last().unwrap()).unwrap().pop().unwrap();
        assert!(u64::from(last) + ON_THEIR_WAY >= newest, "the neighbour ends at {last}");
        assert_eq!(self.neighbour.connections().total, 1, "the neighbour was connected again");
        self.sandbox
    }
}

/// The numbers of every picture of each file.
fn pictures(files: &[PathBuf]) -> Vec<Vec<u32>> {
    let read = |file: &PathBuf| {
        numbers::read(file).unwrap_or_else(|error| panic!("{}: {error:#}", file.display()))
    };
    files.iter().map(read).collect()
}

/// Numbers of all pictures that can be read where some were damaged. In the place of a picture that
/// is missing a decoder may show an older one once more.
fn whole_pictures(files: &[PathBuf]) -> BTreeSet<u32> {
    let read = |file: &PathBuf| {
        numbers::read_damaged(file).unwrap_or_else(|error| panic!("{}: {error:#}", file.display()))
    };
    files.iter().flat_map(read).flatten().collect()
}

/// Numbers that are missing between each file and the next, where any are. Within a file none may
/// be.
fn holes(files: &[Vec<u32>]) -> Vec<u32> {
    for file in files {
        let whole = numbers::check_continuous(std::slice::from_ref(file));
        whole.unwrap_or_else(|what| panic!("{what}: {file:?}"));
    }
    let step = |pair: &[Vec<u32>]| {
        let (last, next) = (*pair[0].last().unwrap(), pair[1][0]);
        assert!(next > last, "{next} comes after {last}");
        next - last - 1
    };
    files.windows(2).map(step).filter(|missing| *missing > 0).collect()
}

fn micros(time: prost_types::Timestamp) -> i64 {
    time.seconds * 1_000_000 + i64::from(time.nanos) / 1000
}

fn seconds(time: Option<prost_types::Timestamp>) -> f64 {
    micros(time.unwrap()) as f64 / 1e6
}

/// Proves that no two segments of a camera share a moment.
fn assert_no_overlap(segments: &[Segment]) {
    for pair in segments.windows(2) {
        let (end, next) = (seconds(pair[0].end_time), seconds(pair[1].start_time));
        // A picture's length in a file is that of the one before it.
        assert!(next > end - 0.05, "{:?} overlaps {:?}", pair[0], pair[1]);
    }
}

/// How long the camera waits before its next attempt.
fn wait_of(status: &CameraStatus) -> f64 {
    seconds(status.next_attempt_time) - seconds(status.since_time)
}

fn is_waiting(status: &CameraStatus) -> bool {
    status.state() == CameraState::Backoff
}

/// What a path of the engine answers over HTTP.
fn fetch(sandbox: &Sandbox, path: &str) -> String {
    let output = Command::new("curl")
        .args(["-s", "-H"])
        .arg(format!("Authorization: Bearer {}", sandbox.token))
        .arg(format!("http://{}{path}", sandbox.address))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Memory of the engine that is in use.
fn rss_kib(sandbox: &Sandbox) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", sandbox.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let mut code = String::new();
    for folder in ["engine", "pipelines"] {
        gather(&root.join(folder), &mut code);
    }

    let is_test = |word: &&str| word.contains('_') && word.bytes().all(is_of_a_name);
    let names: Vec<&str> = document.split('`').skip(1).step_by(2).filter(is_test).collect();

    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(code.contains(&format!("fn {name}(")), "no test is called {name}");
    }
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

fn gather(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
