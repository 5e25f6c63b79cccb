//! The engine ends, as it should or as it must not, and the footage is there.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use ronin_proto::v1::{Camera, DetectSettings, UpdateCameraRequest};
use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    ffprobe, numbers, wait,
};

use crate::sandbox::{BOUND, Sandbox, assert_continuous, full_size, ronin};

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_finishes_every_file_of_every_camera() {
    let camera = FakeCamera::builder()
        .main_stream(Pictures::SMALL)
        .audio(Audio::Aac)
        .stream("/second", Pictures::SMALL)
        .start()
        .unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(600)).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.add("two", &camera.url("/second")).await;
    sandbox.wait_recording("one").await;
    sandbox.wait_recording("two").await;
    // Whoever looks at pictures ends with their camera.
    let detect = DetectSettings { motion: Some(true), ..DetectSettings::default() };
    let camera_of =
        Camera { name: "cameras/one".into(), detect: Some(detect), ..Camera::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["detect.motion".into()] });
    let request = UpdateCameraRequest { camera: Some(camera_of), update_mask };
    sandbox.cameras.update_camera(request).await.unwrap();
    wait::eventually(BOUND, "pictures that are looked at", || {
        sandbox.log().contains("pictures are looked at")
    });
    let from = camera.newest_picture("/main").unwrap();
    sandbox
        .wait_for("one", "two seconds of pictures", |_| {
            camera.newest_picture("/main").unwrap() > from + 50
        })
        .await;

    let newest = camera.newest_picture("/main").unwrap();
    let stopped = Instant::now();
    assert!(sandbox.stop("TERM").success());

    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
    for id in ["one", "two"] {
        let files = sandbox.files(id);
        assert_continuous(&files);
        for file in &files {
            assert_eq!(ffprobe::decode_errors(file), "", "{}", file.display());
        }
    }
    let last = *numbers::read(sandbox.files("one").last().unwrap()).unwrap().last().unwrap();
    // What was on the way: the source's buffer of 200 ms, and a moment for the signal.
    assert!(u64::from(last) + 10 >= newest, "the last picture is {last} of {newest}");
    let check = ronin(sandbox.folder.path()).arg("check").output().unwrap();
    let words = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success(), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_recording("one").await;
    sandbox.signal("INT");
    let status = sandbox.stop("INT");
    // Either the first was quick enough or the second cut it short; it never hangs.
    assert!(matches!(status.code(), Some(0 | 130)), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_costs_a_second_at_most() {
    let kills = if full_size() { 20 } else { 3 };
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(600)).start().await;
    sandbox.add("one", &camera.main_url()).await;
    let mut worst = 0;
    for round in 0..kills {
        sandbox.wait_recording("one").await;
        let from = camera.newest_picture("/main").unwrap();
        // Another point of the GOP each time.
        let until = from + 90 + 7 * round;
        sandbox
            .wait_for("one", "pictures", |_| camera.newest_picture("/main").unwrap() >= until)
            .await;

        let newest = camera.newest_picture("/main").unwrap();
        sandbox.stop("KILL");

        let files = sandbox.files("one");
        let pictures = numbers::read(files.last().unwrap()).unwrap();
        numbers::check_continuous(std::slice::from_ref(&pictures)).unwrap();
        let lost = newest.saturating_sub(u64::from(*pictures.last().unwrap()));
        worst = worst.max(lost);
        sandbox = sandbox.start_again().await;
    }
    // Every file has a row again, cut to what is whole.
    assert!(sandbox.stop("TERM").success());
    let check = ronin(sandbox.folder.path()).arg("check").output().unwrap();
    let words = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success(), "{words}");
    for file in sandbox.files("one") {
        assert_eq!(ffprobe::decode_errors(&file), "", "{}", file.display());
    }
    eprintln!("kill -9, {kills} times: {worst} pictures of 25 a second lost at most");
    // A fragment of 1 s, and what was on the way (200 ms and a moment).
    assert!(worst <= 25 + 13, "{worst} pictures are lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_index_is_made_again_from_the_files_alone() {
    let camera =
        FakeCamera::builder().main_stream(Pictures::SMALL).audio(Audio::Aac).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 3).await;
    assert!(sandbox.stop("TERM").success());
    let mut sandbox = sandbox.start_again().await;
    let before = sandbox.segments("one").await;
    assert!(sandbox.stop("TERM").success());

    let folder = sandbox.folder.path().to_owned();
    for file in ["ronin.db", "ronin.db-wal", "ronin.db-shm"] {
        let _ = std::fs::remove_file(folder.join("data").join(file));
    }
    let foreign = folder.join("storage/one/2020-01-01");
    std::fs::create_dir_all(&foreign).unwrap();
    std::fs::write(foreign.join("00-00-00.mp4"), b"not a segment").unwrap();
    let rebuild = ronin(&folder).args(["check", "--rebuild"]).output().unwrap();
    let words = String::from_utf8_lossy(&rebuild.stdout).into_owned();
    let mut sandbox = sandbox.start_again().await;
    let after = sandbox.segments("one").await;

    assert!(words.contains("1 not ours"), "{words}");
    assert!(!rebuild.status.success(), "the foreign file does not fit: {words}");
    for segment in &before {
        assert!(after.contains(segment), "{segment:?} is not in {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_needs_and_lacks_is_told_in_words() {
    let sandbox = Sandbox::start().await;
    let folder = sandbox.folder.path();
    let file = folder.join("a-file");
    std::fs::write(&file, b"").unwrap();
    let port = sandbox.address.port().to_string();
    let other = folder.join("other");
    let fresh = |command: &mut Command| {
        command
            .env("RONIN_DATA_DIR", other.join("data"))
            .env("STORAGE_ROOT", other.join("storage"));
    };
    type Setup<'a> = Box<dyn Fn(&mut Command) + 'a>;
    let cases: Vec<(&str, Setup<'_>, &str)> = vec![
        (
            "two engines on one storage",
            Box::new(|c| {
                c.env("RONIN_DATA_DIR", other.join("data2"));
            }),
            "another RoninNVR is recording",
        ),
        (
            "storage that cannot be made",
            Box::new(|c| {
                fresh(c);
                c.env("STORAGE_ROOT", file.join("below"));
            }),
            "STORAGE_ROOT",
        ),
        (
            "data folder that cannot be made",
            Box::new(|c| {
                fresh(c);
                c.env("RONIN_DATA_DIR", file.join("below"));
            }),
            "RONIN_DATA_DIR",
        ),
        (
            "port in use",
            Box::new(|c| {
                fresh(c);
                c.env("PORT", &port);
            }),
            "in use",
        ),
        (
            "database that is not there",
            Box::new(|c| {
                fresh(c);
                c.env("DATABASE_URL", "postgres://ronin:canary-77@127.0.0.1:1/ronin");
            }),
            "database",
        ),
        (
            "database of another kind",
            Box::new(|c| {
                fresh(c);
                c.env("DATABASE_URL", "mysql://x/y");
            }),
            "postgres://",
        ),
        (
            "segments of no length",
            Box::new(|c| {
                fresh(c);
                c.env("SEGMENT_DURATION_MINUTES", "0");
            }),
            "segment",
        ),
    ];

    for (what, setup, words) in cases {
        let mut command = ronin(folder);
        setup(&mut command);
        let output = command.arg("serve").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(!output.status.success(), "{what}: started");
        assert!(said.contains(&words.to_lowercase()), "{what}: {said}");
        assert!(!said.contains("canary-77") && !said.contains("panicked"), "{what}: {said}");
    }
}
