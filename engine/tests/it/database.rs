//! The database is away, and the recording does not know.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    postgres::Postgres,
    wait,
};

use crate::sandbox::{BOUND, Sandbox, assert_continuous, full_size, ronin};

/// Takes the whole database for itself, says so, and gives it back when its input ends.
const LOCK: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute('BEGIN EXCLUSIVE')
print('locked', flush=True)
sys.stdin.read()
database.execute('ROLLBACK')
";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_locked_for_long_costs_no_picture_and_no_row() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(2)).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;
    let known = sandbox.files("one").len();

    let database = sandbox.folder.path().join("data/ronin.db");
    let mut lock = Command::new("python3")
        .args(["-c", LOCK])
        .arg(&database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(lock.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "locked\n");
    // Beyond the 5 s that a connection waits by itself.
    let files = || sandbox.files("one").len();
    ronin_testkit::wait::eventually(Duration::from_secs(60), "five files more", || {
        files() >= known + 5
    });
    assert!(sandbox.log().contains("could not write a row"), "the lock was not felt");
    lock.stdin.take().unwrap().flush().unwrap();
    assert!(lock.wait().unwrap().success());

    let rows = sandbox.wait_segments("one", known + 4).await.len();
    assert!(rows >= known + 4);
    assert!(sandbox.stop("TERM").success());
    let files = sandbox.files("one");
    assert_continuous(&files);
    let mut sandbox = sandbox.start_again().await;
    let rows = sandbox.segments("one").await;
    assert!(rows.len() >= files.len(), "{} rows for {} files", rows.len(), files.len());
    assert_eq!(camera.connections().total, 2, "one before and one after the restart");
}

/// Rows complete within this after the database is back.
const ROWS_BACK: Duration = Duration::from_secs(30);

fn spooled(sandbox: &Sandbox) -> usize {
    let files = std::fs::read_dir(sandbox.storage().join(".spool")).into_iter().flatten();
    files
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "json"))
        .count()
}

/// Of an engine that has stopped: nothing waits any more, and files and rows say the same.
fn assert_complete(sandbox: &Sandbox) {
    assert_eq!(spooled(sandbox), 0);
    let mut check = ronin(sandbox.folder.path());
    check.env("DATABASE_URL", sandbox.setting("DATABASE_URL").unwrap());
    let output = check.arg("check").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_a_database_that_goes_away_costs_no_picture_and_its_rows_come_later() {
    let away = Duration::from_secs(if full_size() { 600 } else { 12 });
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let cut = Duration::from_secs(2);
    let mut sandbox = Sandbox::builder().cut(cut).env("DATABASE_URL", url).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 2).await;
    let known = sandbox.files("one").len();

    postgres.go_down().unwrap();
    let wanted = known + (away.as_secs() / cut.as_secs()) as usize;
    wait::eventually(away + BOUND, "files without a database", || {
        sandbox.files("one").len() >= wanted
    });
    assert!(spooled(&sandbox) >= 3, "{} rows wait", spooled(&sandbox));
    postgres.come_up().unwrap();

    wait::eventually(ROWS_BACK, "every row to be written", || spooled(&sandbox) == 0);
    sandbox.wait_segments("one", wanted - 1).await;
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("one"));
    assert_eq!(camera.connections().total, 1, "the camera noticed nothing");
    assert_complete(&sandbox);
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_without_its_database_the_engine_records_the_cameras_it_remembers() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder()
        .main_stream(Pictures::SMALL)
        .login("viewer", "canary-3131")
        .start()
        .unwrap();
    let with_login = camera.main_url().replace("rtsp://", "rtsp://viewer:canary-3131@");
    let cut = Duration::from_secs(2);
    let mut sandbox = Sandbox::builder().cut(cut).env("DATABASE_URL", url).start().await;
    sandbox.add("one", &with_login).await;
    sandbox.wait_segments("one", 1).await;
    assert!(sandbox.stop("TERM").success());
    let remembered = sandbox.folder.path().join("data/remembered.json");
    assert!(!std::fs::read_to_string(remembered).unwrap().contains("canary-3131"));

    postgres.go_down().unwrap();
    let known = sandbox.files("one").len();
    let mut sandbox = sandbox.start_again_signed_in().await;
    wait::eventually(BOUND, "files without a database", || sandbox.files("one").len() >= known + 3);
    // Killed in the middle of it, what waited still waits.
    sandbox.stop("KILL");
    let mut sandbox = sandbox.start_again_signed_in().await;
    let known = sandbox.files("one").len();
    wait::eventually(BOUND, "files of a second start", || sandbox.files("one").len() >= known + 2);
    postgres.come_up().unwrap();

    wait::eventually(ROWS_BACK, "every row to be written", || spooled(&sandbox) == 0);
    sandbox.wait_segments("one", known).await;
    assert!(sandbox.stop("TERM").success());
    assert_complete(&sandbox);
    let log = sandbox.log();
    assert!(log.contains("as they were remembered") && !log.contains("canary-3131"));
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_what_waits_when_the_engine_stops_is_written_at_the_next_start() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let cut = Duration::from_secs(2);
    let mut sandbox = Sandbox::builder().cut(cut).env("DATABASE_URL", url).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;
    let known = sandbox.files("one").len();
    postgres.go_down().unwrap();
    wait::eventually(BOUND, "files without a database", || sandbox.files("one").len() >= known + 2);

    assert!(sandbox.stop("TERM").success());
    assert!(spooled(&sandbox) >= 2);
    postgres.come_up().unwrap();
    let mut sandbox = sandbox.start_again().await;

    sandbox.wait_segments("one", known + 2).await;
    assert!(sandbox.stop("TERM").success());
    assert_complete(&sandbox);
}
