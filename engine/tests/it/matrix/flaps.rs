//! Rows C20 and C21: connections that come and go without end, and all at once.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use ronin_proto::v1::{CameraState, RestartCameraRequest};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    relay::{Ending, Mode, Relay},
    wait,
};

use super::{SLACK, Scene, TROUBLED, UNCUT, micros, rss_kib};
use crate::sandbox::{BOUND, Sandbox, full_size};

/// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

fn entries(sandbox: &Sandbox, of: &str) -> usize {
    fs::read_dir(format!("/proc/{}/{of}", sandbox.pid())).unwrap().count()
}

/// Processor time that the engine has used, in seconds.
fn cpu_s(sandbox: &Sandbox) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", sandbox.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS_PER_SECOND
}

/// A camera that makes as little work as one can.
fn tiny(paths: usize) -> FakeCamera {
    let pictures = Pictures::Numbered { fps: 5, gop: 5, width: 64, height: 64 };
    let streams = (0..paths).map(|n| format!("/{n}"));
    streams
        .fold(FakeCamera::builder(), |builder, path| builder.stream(&path, pictures.clone()))
        .start()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c20_flaps_leave_no_memory_no_file_no_thread_and_no_more_rows_than_flaps() {
    let (warm_up, flaps) = if full_size() { (500, 10_000) } else { (30, 150) };
    let camera = tiny(1);
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &camera.url("/0")).await;
    let mut made = 0;
    let mut flap_until = async |scene: &mut Scene, count: usize| {
        while made < count {
            // A restart skips the wait, so that the connections come as fast as they can.
            let before = camera.connections().total;
            let name = format!("cameras/{TROUBLED}");
            scene.sandbox.cameras.restart_camera(RestartCameraRequest { name }).await.unwrap();
            let again = || camera.connections().total > before;
            wait::eventually_async(BOUND, "a connection", again).await;
            made += 1;
        }
        scene.sandbox.wait_recording(TROUBLED).await;
        scene.let_pass(50).await;
    };

    flap_until(&mut scene, warm_up).await;
    let sandbox = &scene.sandbox;
    let before = (rss_kib(sandbox), entries(sandbox, "fd"), entries(sandbox, "task"));
    let began = Instant::now();
    flap_until(&mut scene, warm_up + flaps).await;
    let took = began.elapsed();
    let sandbox = &scene.sandbox;
    wait::eventually_async(BOUND, "the threads of the last flaps to end", || {
        entries(sandbox, "task") <= before.2 + 2
    })
    .await;
    let after = (rss_kib(sandbox), entries(sandbox, "fd"));
    let rows = scene.sandbox.segments(TROUBLED).await.len();
    let log = scene.sandbox.log().lines().count();

    eprintln!("{flaps} flaps in {took:?}: {before:?} before, {after:?} after, {log} lines of log");
    assert!(after.0 < before.0 + (20 << 10), "{before:?} and {after:?} KiB, files");
    // Files that are being written at this moment.
    assert!(after.1 <= before.1 + 3, "{before:?} and {after:?} KiB, files");
    assert!(rows <= warm_up + flaps + 10, "{rows} rows");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c20_a_connection_that_is_cut_at_once_is_tried_ever_less_often_with_a_line_for_each() {
    let camera = tiny(1);
    let relay = Relay::start(camera.addr()).unwrap();
    relay.set(Mode::Cut(Ending::Rst));
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &relay.url("/0")).await;

    scene.sandbox.wait_for(TROUBLED, "a fourth failure", |s| s.failed_attempts >= 4).await;
    let attempts = relay.counts().total;
    let log = scene.sandbox.log();
    let lines = log.lines().filter(|line| line.contains(TROUBLED)).count();

    // After 1, 2 and 4 s; a failed attempt may look once more whether the port is open.
    assert!(attempts <= 8, "{attempts} connections in four attempts");
    assert!(lines <= 20, "{lines} lines of log:\n{log}");
    relay.restore();
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c21_thirty_two_cameras_that_return_together_come_one_after_the_other_within_15_seconds() {
    const CAMERAS: usize = 32;
    let camera = tiny(CAMERAS);
    let relay = Relay::start(camera.addr()).unwrap();
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    let ids: Vec<String> = (0..CAMERAS).map(|n| format!("cam-{n}")).collect();
    for (n, id) in ids.iter().enumerate() {
        scene.sandbox.add(id, &relay.url(&format!("/{n}"))).await;
    }
    for id in &ids {
        scene.sandbox.wait_recording(id).await;
    }

    relay.set(Mode::Cut(Ending::Rst));
    let mut attempts = BTreeSet::new();
    for id in &ids {
        let waiting = |s: &ronin_proto::v1::CameraStatus| {
            s.state() == CameraState::Backoff && s.failed_attempts >= 2
        };
        let status = scene.sandbox.wait_for(id, "a second failure", waiting).await;
        attempts.insert(micros(status.next_attempt_time.unwrap()) / 10_000);
    }
    let (returned, cpu) = (Instant::now(), cpu_s(&scene.sandbox));
    relay.restore();
    for id in &ids {
        scene.sandbox.wait_recording(id).await;
    }
    let late = returned.elapsed();
    scene.let_pass(50).await;
    let (took, cpu) = (returned.elapsed(), cpu_s(&scene.sandbox) - cpu);

    eprintln!("32 cameras in {late:?}; {cpu} s of a processor in {took:?}");
    assert!(late < Duration::from_secs(15) + SLACK, "all are back after {late:?}");
    assert!(cpu < 10.0, "{cpu} s of a processor in {took:?}");
    // Their next attempts are spread, to a hundredth of a second.
    assert!(attempts.len() > CAMERAS / 2, "{attempts:?}");
    scene.end().await;
}
