//! Rows C6, C9, C10, C13 and C14: streams that freeze, change, and lack key frames.

use std::time::{Duration, Instant, SystemTime};

use ronin_proto::v1::{CameraState, CameraStatus};
use ronin_testkit::{
    camera::{Codec, FakeCamera, MAIN, Pictures},
    ffprobe, numbers,
    relay::{Mode, Relay},
    wait,
};

use super::{
    SLACK, Scene, TROUBLED, UNCUT, assert_no_overlap, fetch, holes, pictures, rss_kib, seconds,
    small,
};
use crate::sandbox::{BOUND, Sandbox, full_size};

#[tokio::test(flavor = "multi_thread")]
async fn c6_a_camera_frozen_in_a_gop_is_noticed_within_five_seconds_and_costs_a_gop_and_two_seconds_after_it()
 {
    let camera = small();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    let began = SystemTime::now();
    scene.sandbox.add(TROUBLED, &relay.url(MAIN)).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    // In the middle of a GOP.
    let newest = || camera.newest_picture(MAIN).unwrap();
    wait::eventually_async(BOUND, "a GOP's middle", || newest() > 75 && newest() % 25 == 12).await;

    relay.set(Mode::Freeze);
    let (frozen, last_sent) = (Instant::now(), newest());
    let words = scene.sandbox.wait_fault(TROUBLED, "STREAM_STALLED").await;
    let noticed = frozen.elapsed();
    // As a process that is stopped: its kernel takes the connection, and nobody answers.
    scene.sandbox.wait_for(TROUBLED, "connecting", |s| s.state() == CameraState::Connecting).await;
    relay.restore();
    let first_sent = newest();
    scene.sandbox.wait_recording(TROUBLED).await;
    let rows = scene.sandbox.wait_segments(TROUBLED, 1).await;
    scene.let_pass(50).await;
    let timeline = scene.sandbox.timeline(TROUBLED, began).await;
    let sandbox = scene.end().await;

    assert!(noticed < Duration::from_secs(5) + SLACK, "noticed after {noticed:?}");
    assert!(words.contains("stopped sending"), "{words}");
    let lengths = timeline.gaps.iter().map(|gap| seconds(gap.end_time) - seconds(gap.start_time));
    assert!(lengths.fold(0.0, f64::max) > 4.0, "no row for the gap: {:?}", timeline.gaps);
    let files = sandbox.files(TROUBLED);
    let seen = pictures(&files);
    assert_eq!(rows[0].frames, seen[0].len() as u64, "the row of the first file");
    assert_eq!(ffprobe::decode_errors(&files[0]), "");
    let (last, first) = (u64::from(*seen[0].last().unwrap()), u64::from(seen[1][0]));
    assert!(last + 15 >= last_sent, "the file ends at {last}, and {last_sent} was sent");
    assert!(first <= first_sent + 25 + 50, "{first} is the first after {first_sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c9_a_change_of_size_begins_a_new_file_and_loses_no_picture() {
    let mut camera = small();
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;

    let sizes = [(320, 240), (176, 144), (160, 120)];
    for (width, height) in sizes {
        scene.let_pass(60).await;
        camera.resize(width, height).unwrap();
    }
    scene.let_pass(60).await;
    let sandbox = scene.end().await;
    assert_eq!(camera.connections().total, 1, "connected again");
    camera.stop();
    let mut sandbox = sandbox.start_again().await;
    let rows = sandbox.segments(TROUBLED).await;

    let files = sandbox.files(TROUBLED);
    let seen = pictures(&files);
    numbers::check_continuous(&seen).unwrap();
    let in_rows: Vec<_> = rows.iter().map(|row| (row.width, row.height)).collect();
    for (file, size) in files.iter().zip(std::iter::once(&(160, 120)).chain(&sizes)) {
        let video = ffprobe::probe(file).unwrap().video().unwrap().clone();
        assert_eq!((video.width, video.height), *size, "{}", file.display());
        assert_eq!(ffprobe::decode_errors(file), "", "{}", file.display());
        assert!(in_rows.contains(size), "{in_rows:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_a_camera_that_comes_back_with_another_codec_begins_a_new_file_and_the_players_are_told()
 {
    let mut camera = small();
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_recording(TROUBLED).await;
    let live = format!("/live/{TROUBLED}/index.m3u8");
    let discontinuity = "#EXT-X-DISCONTINUITY\n";
    let sandbox = &scene.sandbox;
    wait::eventually_async(BOUND, "live segments", || {
        fetch(sandbox, &live).matches("#EXTINF").count() >= 2
    })
    .await;
    assert!(!fetch(sandbox, &live).contains(discontinuity));

    camera.hold_pictures(true);
    camera.stop();
    camera.change_codec(Codec::H265);
    camera.hold_pictures(false);
    camera.start().unwrap();
    scene
        .sandbox
        .wait_for(TROUBLED, "H.265", |s| {
            s.recording && s.streams.iter().any(|stream| stream.codec.starts_with("H.265"))
        })
        .await;
    let sandbox = &scene.sandbox;
    wait::eventually_async(BOUND, "a discontinuity", || {
        fetch(sandbox, &live).contains(discontinuity)
    })
    .await;
    scene.let_pass(50).await;
    let mut rows = scene.sandbox.segments(TROUBLED).await;
    let sandbox = scene.end().await;

    let files = sandbox.files(TROUBLED);
    let codecs: Vec<String> = files
        .iter()
        .map(|file| ffprobe::probe(file).unwrap().video().unwrap().codec.clone())
        .collect();
    assert_eq!(codecs, ["h264", "hevc"]);
    assert_eq!(holes(&pictures(&files)).len(), 1);
    let first = rows.remove(0);
    assert!(first.codecs[0].starts_with("avc1"), "{first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c13_a_stream_without_a_key_frame_is_told_within_thirty_seconds_in_bounded_memory() {
    let camera = small();
    camera.withhold_key_frames(true);
    let mut scene = Scene::start().await;
    let before = rss_kib(&scene.sandbox);
    let added = Instant::now();
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;

    let words =
        |status: &CameraStatus| status.warnings.iter().any(|words| words.contains("no key frame"));
    scene.sandbox.wait_for(TROUBLED, "words", words).await;
    let told = added.elapsed();
    scene.let_pass(if full_size() { 120 * 25 } else { 100 }).await;
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);
    camera.withhold_key_frames(false);
    scene.sandbox.wait_recording(TROUBLED).await;

    assert!(told < Duration::from_secs(30), "told after {told:?}");
    assert!(grown < 64 << 10, "{grown} KiB more");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c14_long_gops_are_recorded_whole_in_segments_of_up_to_twice_their_length() {
    // A GOP that is longer than a segment shall be.
    let (gop_s, cut_s) = if full_size() { (20, 12) } else { (5, 3) };
    let pictures_of = |gop| Pictures::Numbered { fps: 10, gop, width: 160, height: 120 };
    let mut camera = FakeCamera::builder().main_stream(pictures_of(10 * gop_s)).start().unwrap();
    let mut scene = Scene::start_with(Sandbox::builder().cut(Duration::from_secs(cut_s))).await;
    let before = rss_kib(&scene.sandbox);
    scene.sandbox.add(TROUBLED, &camera.main_url()).await;
    scene.sandbox.wait_segments(TROUBLED, 2).await;
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);

    let sandbox = scene.end().await;
    assert_eq!(camera.connections().total, 1, "connected again");
    camera.stop();
    let mut sandbox = sandbox.start_again().await;
    let rows = sandbox.segments(TROUBLED).await;

    numbers::check_continuous(&pictures(&sandbox.files(TROUBLED))).unwrap();
    assert_no_overlap(&rows);
    for row in &rows {
        let length = seconds(row.end_time) - seconds(row.start_time);
        assert!(length <= 2.0 * cut_s as f64 + 0.1, "{length} s in a segment of {cut_s} s");
    }
    assert!(grown < 64 << 10, "{grown} KiB more");
}
