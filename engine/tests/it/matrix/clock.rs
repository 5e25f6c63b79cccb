//! Rows C11 and C15: clocks that jump and wrap, and rates of every kind.

use std::time::SystemTime;

use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    ffprobe, numbers, wait,
};

use super::{Scene, UNCUT, assert_no_overlap, seconds, small, whole_pictures};
use crate::sandbox::{BOUND, Sandbox};

/// Ticks of RTP's clock of pictures.
const TICKS_PER_SECOND: u32 = 90_000;
/// How often each clock jumps.
const JUMPS: u32 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn c11_a_clock_that_jumps_an_hour_or_wraps_costs_a_gop_at_most_and_time_stays_straight() {
    let wraps = FakeCamera::builder().first_rtp_time(u32::MAX - 8 * TICKS_PER_SECOND);
    let mut cameras = [
        ("back", small(), -3600),
        ("forward", small(), 3600),
        ("wraps", wraps.main_stream(Pictures::SMALL).start().unwrap(), 0),
    ];
    let mut scene = Scene::start().await;
    let began = SystemTime::now();
    for (id, camera, _) in &cameras {
        scene.sandbox.add(id, &camera.main_url()).await;
    }
    for (id, ..) in &cameras {
        scene.sandbox.wait_recording(id).await;
    }
    for _ in 0..JUMPS {
        scene.let_pass(100).await;
        for (_, camera, seconds) in &cameras {
            camera.jump_clock(*seconds);
        }
    }
    scene.let_pass(150).await;
    let sandbox = scene.end().await;
    let took = began.elapsed().unwrap().as_secs_f64();

    let connections = cameras.each_ref().map(|(_, camera, _)| camera.connections().total);
    cameras.iter_mut().for_each(|(_, camera, _)| camera.stop());
    let mut sandbox = sandbox.start_again().await;
    for ((id, ..), connections) in cameras.iter().zip(connections) {
        let rows = sandbox.segments(id).await;
        assert_no_overlap(&rows);
        let length = seconds(rows.last().unwrap().end_time) - seconds(rows[0].start_time);
        assert!(length < took, "{id}: {length} s of footage in {took} s: {rows:?}");
        // Each jump may cost or damage pictures up to the next key frame.
        let seen = whole_pictures(&sandbox.files(id));
        let sent = seen.last().unwrap() - seen.first().unwrap() + 1;
        let lost = sent - seen.len() as u32;
        assert!(sent > 300 && lost <= JUMPS * 25, "{id}: {lost} of {sent} pictures are lost");
        assert!(connections <= 1 + JUMPS as usize, "{id}: {connections} connections");
        if *id == "wraps" {
            assert_eq!((lost, connections), (0, 1), "a clock that wraps is no fault");
        }
    }
}

/// 20 pictures in one second, 4 in the next.
pub(super) fn uneven(n: u32) -> f64 {
    let (round, rest) = (f64::from(n / 24), f64::from(n % 24));
    2.0 * round + if rest < 20.0 { rest / 20.0 } else { 1.0 + (rest - 20.0) / 4.0 }
}

/// The steps between pictures are those at which the camera sent them.
#[tokio::test(flavor = "multi_thread")]
async fn c15_the_times_of_uneven_pictures_are_kept() {
    let pictures = Pictures::Numbered { fps: 20, gop: 24, width: 160, height: 120 };
    let camera = FakeCamera::builder().main_stream(pictures).uneven_rate().start().unwrap();
    let mut sandbox = Sandbox::builder().cut(UNCUT).start().await;
    sandbox.add("uneven", &camera.main_url()).await;
    sandbox.wait_recording("uneven").await;
    let newest = || camera.newest_picture(MAIN).unwrap();
    wait::eventually_async(BOUND, "four rounds", || newest() >= 4 * 24).await;

    assert!(sandbox.stop("TERM").success());

    let file = &sandbox.files("uneven")[0];
    let first = numbers::read(file).unwrap()[0];
    let times = ffprobe::packet_times(file).unwrap();
    for (n, (_, shown)) in times.iter().enumerate() {
        let expected = uneven(first + n as u32) - uneven(first);
        let is = shown - times[0].1;
        assert!((is - expected).abs() < 0.1, "picture {n}: {is} s instead of {expected} s");
    }
}
