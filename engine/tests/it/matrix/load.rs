//! Rows C18 and C19: far too much of a camera, and far too little.

use std::time::{Duration, Instant};

use ronin_proto::v1::{CameraStatus, GetPipelineStatsRequest};
use ronin_testkit::{
    camera::MAIN,
    relay::{Mode, Relay},
};

use super::{Scene, TROUBLED, rss_kib, small, whole_pictures};
use crate::sandbox::full_size;

#[tokio::test(flavor = "multi_thread")]
async fn c18_a_picture_of_fifty_megabytes_is_one_picture_and_the_others_lose_none() {
    let camera = small();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(50).await;

    camera.swell_one_picture(50 << 20);
    scene.let_pass(6 * 25).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    let newest = camera.newest_picture(MAIN).unwrap();
    scene.let_pass(100).await;
    let rss = rss_kib(&scene.sandbox);

    let sandbox = scene.end().await;
    let last = *whole_pictures(&sandbox.files(TROUBLED)).last().unwrap();
    assert!(u64::from(last) > newest, "nothing is recorded after it: {last} of {newest}");
    assert!(rss < 640 << 10, "{rss} KiB in use afterwards");
}

#[tokio::test(flavor = "multi_thread")]
async fn c18_two_hundred_megabits_a_second_stay_within_bounds_and_the_others_lose_nothing() {
    let camera = small();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;

    camera.swell_pictures(1_000_000);
    scene.let_pass(if full_size() { 60 * 25 } else { 8 * 25 }).await;
    let rss = rss_kib(&scene.sandbox);
    let request = GetPipelineStatsRequest { camera: format!("cameras/{TROUBLED}") };
    let stats = scene.sandbox.system.get_pipeline_stats(request).await.unwrap().into_inner();
    camera.swell_pictures(0);
    scene.let_pass(50).await;

    let bytes = stats.branches.iter().map(|branch| branch.bytes).max();
    assert!(bytes > Some(20_000_000), "{stats:?}");
    assert!(rss < 640 << 10, "{rss} KiB in use");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c19_a_stream_that_trickles_is_told_costs_nobody_else_and_is_recorded_again_when_it_flows()
{
    let camera = small();
    // 50 kB a second through a pipe for 10.
    camera.swell_pictures(2_000);
    let relay = Relay::start(camera.addr()).unwrap();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &relay.url(MAIN)).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.let_pass(50).await;

    relay.set(Mode::Trickle { bytes_per_second: 10_000 });
    let slow = Instant::now();
    let told = |s: &CameraStatus| s.warnings.iter().any(|warning| warning.contains("too slowly"));
    scene.sandbox.wait_for(TROUBLED, "a warning", told).await;
    let told_after = slow.elapsed();
    scene.let_pass(if full_size() { 120 * 25 } else { 25 }).await;
    camera.swell_pictures(0);
    relay.restore();
    let restored = camera.newest_picture(MAIN).unwrap();
    scene.let_pass(100).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    scene.sandbox.wait_for(TROUBLED, "no warning", |s| s.warnings.is_empty()).await;
    scene.let_pass(50).await;

    let sandbox = scene.end().await;
    assert!(told_after < Duration::from_secs(30), "told after {told_after:?}");
    let last = *whole_pictures(&sandbox.files(TROUBLED)).last().unwrap();
    assert!(u64::from(last) > restored, "{last} is the last of {restored} and more");
}
