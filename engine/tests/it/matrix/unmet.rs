//! Rows of the fault matrix that the engine does not hold yet, as tests that say so when they are
//! added to the module list.

use std::{
    fs,
    time::{Duration, Instant, SystemTime},
};

use ronin_proto::v1::{CameraTimeline, GetPipelineStatsRequest};
use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    relay::{Mode, Relay},
    wait,
};

use super::{NEIGHBOUR, SLACK, Scene, TROUBLED, UNCUT, rss_kib, small};
use crate::sandbox::{BOUND, Sandbox, assert_continuous, full_size};

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
    // Between two attempts, which are 1, 3, 7, 15 s after the loss.
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
async fn c13_a_stream_without_a_key_frame_is_told_in_these_words() {
    let camera = small();
    camera.withhold_key_frames(true);
    let mut sandbox = Sandbox::start().await;
    sandbox.add(TROUBLED, &camera.main_url()).await;

    let fault = sandbox.wait_for(TROUBLED, "a fault", |s| s.fault.is_some()).await.fault.unwrap();

    assert!(fault.message.contains("key frame"), "{fault:?}");
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

/// Every picture arrives over TCP, so none may be missing because this machine had no time for the
/// engine for a moment.
#[tokio::test(flavor = "multi_thread")]
async fn c12_a_second_without_the_processor_loses_no_picture_over_tcp() {
    let camera = small();
    let mut sandbox = Sandbox::start().await;
    sandbox.add(NEIGHBOUR, &camera.main_url()).await;
    sandbox.wait_recording(NEIGHBOUR).await;
    let newest = || camera.newest_picture(MAIN).unwrap();
    for _ in 0..3 {
        let from = newest();
        wait::eventually_async(BOUND, "two seconds", || newest() >= from + 50).await;
        sandbox.signal("STOP");
        let from = newest();
        wait::eventually_async(BOUND, "a second", || newest() >= from + 25).await;
        sandbox.signal("CONT");
    }
    let from = newest();
    wait::eventually_async(BOUND, "two seconds", || newest() >= from + 50).await;

    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files(NEIGHBOUR));
}

#[tokio::test(flavor = "multi_thread")]
async fn c18_a_picture_of_fifty_megabytes_is_dropped_and_counted() {
    let camera = small();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(50).await;
    let before = rss_kib(&scene.sandbox);

    camera.swell_one_picture(50 << 20);
    scene.let_pass(6 * 25).await;
    let request = GetPipelineStatsRequest { camera: format!("cameras/{TROUBLED}") };
    let stats = scene.sandbox.system.get_pipeline_stats(request).await.unwrap().into_inner();
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);

    let record = stats.branches.iter().find(|branch| branch.branch == "record").unwrap();
    assert!(record.dropped_frames > 0, "{grown} KiB more, {stats:?}");
    assert!(grown < 128 << 10, "{grown} KiB more");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c18_what_a_camera_of_two_hundred_megabits_costs_in_memory_is_bounded() {
    let camera = small();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    let before = rss_kib(&scene.sandbox);

    camera.swell_pictures(1_000_000);
    scene.let_pass(14 * 25).await;
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);

    assert!(grown < 128 << 10, "{grown} KiB more");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c19_a_stream_that_trickles_is_told_within_thirty_seconds() {
    let camera = small();
    // 50 kB a second through a pipe for 10.
    camera.swell_pictures(2_000);
    let relay = Relay::start(camera.addr()).unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add(TROUBLED, &relay.url(MAIN)).await;
    sandbox.wait_recording(TROUBLED).await;
    let until = camera.newest_picture(MAIN).unwrap() + 250;
    let newest = || camera.newest_picture(MAIN).unwrap();
    wait::eventually_async(BOUND, "ten seconds at its rate", || newest() >= until).await;

    relay.set(Mode::Trickle { bytes_per_second: 10_000 });
    let slow = Instant::now();
    let told = |s: &ronin_proto::v1::CameraStatus| !s.warnings.is_empty() || s.fault.is_some();
    sandbox.wait_for(TROUBLED, "a warning or a fault", told).await;

    assert!(slow.elapsed() < Duration::from_secs(30), "told after {:?}", slow.elapsed());
}
