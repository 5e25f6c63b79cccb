//! Pictures that stop, and a GOP that never does: what of it is on disk, and how the rest is told.

use std::{
    fs,
    time::{Duration, Instant, SystemTime},
};

use ronin_proto::v1::CameraTimeline;
use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    relay::{Mode, Relay},
    wait,
};

use super::{SLACK, Scene, TROUBLED, UNCUT, rss_kib, small};
use crate::sandbox::{BOUND, Sandbox, full_size};

/// Why footage is missing, for each gap but the one at the end, where files are being written, and
/// the one at the beginning, where the camera was being added.
fn causes(timeline: &CameraTimeline) -> Vec<&str> {
    let usual = ["NOT_YET_INDEXED", "CAMERA_NOT_ADDED", "CONNECTING"];
    let causes = timeline.gaps.iter().map(|gap| gap.cause.as_str());
    causes.filter(|cause| !usual.contains(cause)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_all_that_is_missing_after_a_freeze_is_told_as_the_freeze() {
    let camera = small();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    let began = SystemTime::now();
    scene.sandbox.add(TROUBLED, &relay.url(MAIN)).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(75).await;

    relay.set(Mode::Freeze);
    scene.sandbox.wait_fault(TROUBLED, "STREAM_STALLED").await;
    relay.restore();
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(50).await;
    let timeline = scene.sandbox.timeline(TROUBLED, began).await;

    assert_eq!(causes(&timeline), ["STREAM_STALLED"], "{:?}", timeline.gaps);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_a_camera_that_restarts_leaves_one_gap_that_ends_five_seconds_after_it_is_back() {
    // Between two attempts, which are 1, 3, 7, 11 s after the loss.
    let outage = if full_size() { 60 } else { 9 };
    let mut camera = small();
    let mut scene = Scene::start().await;
    let began = SystemTime::now();
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(100).await;

    camera.stop();
    scene.let_pass(outage * 25).await;
    camera.start().unwrap();
    let returned = Instant::now();
    scene.sandbox.wait_recording(TROUBLED).await;
    let late = returned.elapsed();
    let known = scene.sandbox.segments(TROUBLED).await.len();
    scene.sandbox.wait_segments(TROUBLED, known + 1).await;
    let timeline = scene.sandbox.timeline(TROUBLED, began).await;

    assert_eq!(causes(&timeline).len(), 1, "{:?}", timeline.gaps);
    assert!(late < Duration::from_secs(5) + SLACK, "recorded {late:?} after its return");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c14_a_gop_that_never_ends_reaches_the_disk_as_it_goes_on() {
    let pictures = Pictures::Numbered { fps: 25, gop: 1_000_000, width: 160, height: 120 };
    let camera = FakeCamera::builder().main_stream(pictures).start().unwrap();
    let mut scene = Scene::start().await;
    let before = rss_kib(&scene.sandbox);
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    // 40 Mbit/s.
    camera.swell_pictures(200_000);

    scene.let_pass(15 * 25).await;
    let on_disk = |sandbox: &Sandbox| -> u64 {
        let files = sandbox.files(TROUBLED);
        files.iter().map(|file| fs::metadata(file).map_or(0, |m| m.len())).sum()
    };
    let first = on_disk(&scene.sandbox);
    let status = scene.sandbox.camera(TROUBLED).await.status.unwrap();
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);

    assert!(first > 10_000, "{first} bytes on disk after 15 s; {status:?}, {grown} KiB more");
    assert!(grown < 64 << 10, "{grown} KiB more");
    wait::eventually_async(BOUND, "more on disk", || on_disk(&scene.sandbox) > first).await;
    scene.end().await;
}
