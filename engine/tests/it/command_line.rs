//! `ronin` as people type it.

use std::process::{Command, Output};

use ronin_testkit::camera::{FakeCamera, Pictures};

use crate::sandbox::{Sandbox, ronin};

fn run(command: &mut Command) -> (bool, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.success(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_are_added_listed_and_removed_from_the_command_line() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    let server = format!("http://{}", sandbox.address);
    let token = sandbox.token.clone();
    let folder = sandbox.folder.path().to_owned();
    let ronin = |args: &[&str]| {
        let mut command = ronin(&folder);
        command.args(args).env("RONIN_SERVER", &server).env("RONIN_TOKEN", &token);
        run(&mut command)
    };

    let (ok, said) = ronin(&["camera", "add", "Front door", &camera.main_url(), "--dry-run"]);
    assert!(ok && said.contains("could add front-door"), "{said}");
    let (ok, said) = ronin(&["camera", "add", "Front door", &camera.main_url()]);
    assert!(ok && said.contains("added front-door"), "{said}");
    sandbox.wait_recording("front-door").await;
    let (ok, said) = ronin(&["camera", "list"]);
    assert!(ok && said.contains("front-door") && said.contains("recording"), "{said}");
    let (ok, said) = ronin(&["coverage", "--days", "2", "--camera", "front-door"]);
    assert!(
        ok && said.lines().filter(|line| line.starts_with("front-door ")).count() == 2,
        "{said}"
    );
    let (ok, said) = ronin(&["coverage", "--days", "1", "--time-zone", "Europe/Berlin", "--json"]);
    assert!(ok && said.starts_with(r#"{"camera":"front-door","day":""#), "{said}");
    let (ok, said) = ronin(&["coverage", "--from", "yesterday", "--to", "2026-11-22"]);
    assert!(!ok && said.contains("2026-11-22"), "{said}");
    let (ok, said) = ronin(&["camera", "add", "Other", "file:///etc/passwd"]);
    assert!(!ok && said.contains("rtsp://"), "{said}");
    let (ok, said) = ronin(&["healthcheck"]);
    assert!(ok && said.contains("SERVING"), "{said}");
    let (ok, said) = ronin(&["camera", "remove", "front-door"]);
    assert!(ok && said.contains("removed front-door"), "{said}");
    let (ok, said) = ronin(&["camera", "remove", "front-door"]);
    assert!(!ok && said.contains("no camera front-door"), "{said}");

    let mut stranger = crate::sandbox::ronin(&folder);
    let (ok, said) = run(stranger.args(["camera", "list"]).env("RONIN_SERVER", &server));
    assert!(!ok && said.contains("RONIN_TOKEN"), "{said}");
    sandbox.stop("TERM");
    let (ok, said) = ronin(&["healthcheck"]);
    assert!(!ok && said.contains("Is `ronin serve` running"), "{said}");
}

#[test]
fn a_camera_is_probed_without_a_server() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.jpg");

    let (ok, said) =
        run(ronin(folder.path()).args(["probe", &camera.main_url(), "--snapshot"]).arg(&picture));
    assert!(ok && said.contains("video: H.264") && said.contains("160x120"), "{said}");
    assert!(std::fs::read(&picture).unwrap().starts_with(&[0xff, 0xd8, 0xff]));
    let (ok, said) = run(ronin(folder.path()).args(["probe", &camera.url("/nothing")]));
    assert!(!ok && said.contains("CAMERA_PATH_NOT_FOUND"), "{said}");
}

#[test]
fn settings_and_migrations_are_checked_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let (ok, said) = run(ronin(folder.path()).args(["config", "check"]));
    assert!(ok && said.contains("segment_duration: 900s") && !said.contains("horse"), "{said}");

    let file = folder.path().join("ronin.toml");
    std::fs::write(&file, "segment_duration_minutes = 0\ntls = \"files\"\n").unwrap();
    let (ok, said) = run(ronin(folder.path()).args(["config", "check", "--config"]).arg(&file));
    assert!(!ok && said.contains("segment_duration_minutes") && said.contains("tls"), "{said}");

    let (ok, said) = run(ronin(folder.path()).args(["migrate"]));
    assert!(ok && said.contains("applied") && !said.contains("pending"), "{said}");
    let (ok, said) = run(ronin(folder.path()).args(["--help"]));
    assert!(ok && said.contains("Start here"), "{said}");
}
