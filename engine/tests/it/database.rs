//! The database is away, and the recording does not know.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use ronin_testkit::camera::{FakeCamera, Pictures};

use crate::sandbox::{Sandbox, assert_continuous};

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
