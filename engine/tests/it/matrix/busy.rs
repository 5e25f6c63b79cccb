//! The tests of C12, C15 and C16 that keep a machine busy, or give the engine no processor at all:
//! with them a graph that loses pictures when it waits for a moment is found out.

use std::time::Duration;

use ronin_testkit::{
    camera::{Audio, Builder, FakeCamera, MAIN, Pictures},
    ffprobe, numbers, wait,
};

use super::{
    NEIGHBOUR, Scene,
    clock::uneven,
    pictures, seconds, small,
    sound::{sound, with},
};
use crate::sandbox::{BOUND, Sandbox, full_size};

/// When a camera sends the picture of this number, in seconds.
type Due = Box<dyn Fn(u32) -> f64>;

#[tokio::test(flavor = "multi_thread")]
async fn c15_slow_fast_uneven_and_reordered_pictures_last_as_long_as_they_did() {
    let of = |fps, gop| Pictures::Numbered { fps, gop, width: 160, height: 120 };
    let build = FakeCamera::builder;
    let even = |fps: f64| move |n: u32| f64::from(n) / fps;
    let cameras: [(_, Builder, Due); 4] = [
        ("slow", build().main_stream(of(1, 2)), Box::new(even(1.0))),
        ("fast", build().main_stream(of(120, 120)), Box::new(even(120.0))),
        ("reordered", build().main_stream(of(25, 25)).b_frames(2), Box::new(even(25.0))),
        ("uneven", build().main_stream(of(20, 24)).uneven_rate(), Box::new(uneven)),
    ];
    let mut cameras = cameras.map(|(id, builder, due)| (id, builder.start().unwrap(), due));
    let mut scene = Scene::start_with(Sandbox::builder().cut(Duration::from_secs(5))).await;
    for (id, camera, _) in &cameras {
        scene.sandbox.add(id, &camera.main_url()).await;
    }
    for (id, ..) in &cameras {
        scene.sandbox.wait_recording(id).await;
    }
    scene.let_pass(if full_size() { 600 * 25 } else { 12 * 25 }).await;
    let sandbox = scene.end().await;

    for (id, camera, _) in &mut cameras {
        assert_eq!(camera.connections().total, 1, "{id} was connected again");
        camera.stop();
    }
    let mut sandbox = sandbox.start_again().await;
    for (id, _, due) in &cameras {
        let (mut rows, mut files) = (sandbox.segments(id).await, sandbox.files(id));
        if *id == "reordered" {
            // In its first seconds times may still be put right by more than a picture's length.
            (rows, files) = (rows.split_off(1), files.split_off(1));
        }
        let seen = pictures(&files);
        let mut whole = seen.clone();
        if *id == "reordered" {
            // The end comes between two pictures as they are sent, not as they are shown.
            for _ in 0..3 {
                whole.last_mut().unwrap().pop();
                whole.retain(|file| !file.is_empty());
            }
        }
        numbers::check_continuous(&whole).unwrap_or_else(|what| panic!("{id}: {what}"));
        for (row, file) in rows.iter().zip(&files) {
            let in_file = ffprobe::probe(file).unwrap().duration_s;
            let in_row = seconds(row.end_time) - seconds(row.start_time);
            assert!((in_file - in_row).abs() < 0.1, "{id}: {in_file} s, {in_row} s in the row");
        }
        // From the second file on: in the first seconds the times of pictures that waited for the
        // connection still move closer to when they were taken.
        let (first, last) = (seen[1][0], *seen.concat().last().unwrap());
        let shown: Vec<f64> =
            ffprobe::packet_times(files.last().unwrap()).unwrap().iter().map(|t| t.1).collect();
        let in_last = shown.iter().fold(0.0, |a: f64, b| a.max(*b))
            - shown.iter().fold(f64::MAX, |a, b| a.min(*b));
        let is = seconds(rows.last().unwrap().start_time) + in_last - seconds(rows[1].start_time);
        let was = due(last) - due(first);
        let one = due(last) - due(last - 1);
        // A picture more or less; a busy machine sends a picture later than it was due; and a clock
        // that began late is put right by 500 ppm.
        assert!(
            (is - was).abs() <= one.max(0.1) + was * 500e-6,
            "{id}: {is} s, and {was} s were sent"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c16_whatever_happens_to_the_sound_every_picture_is_recorded() {
    let cameras = [
        ("absent", with(Audio::None)),
        ("unknown", with(Audio::Pcm24)),
        ("late", with(Audio::Pcmu)),
        ("comes-and-goes", with(Audio::Pcma)),
        ("aac-goes", with(Audio::Aac)),
    ];
    let [_, _, (_, late), (_, flickers), (_, goes)] = &cameras;
    late.mute_audio(true);
    let mut scene = Scene::start_with(Sandbox::builder().cut(Duration::from_secs(8))).await;
    for (id, camera) in &cameras {
        scene.sandbox.add(id, &camera.main_url()).await;
    }
    for (id, _) in &cameras {
        scene.sandbox.wait_recording(id).await;
    }

    scene.let_pass(100).await;
    goes.mute_audio(true);
    for mute in [true, false, true, false] {
        flickers.mute_audio(mute);
        scene.let_pass(40).await;
    }
    late.mute_audio(false);
    let warned = |id: &'static str, words: &'static str| (id, words);
    for (id, words) in
        [warned("unknown", "cannot be recorded"), warned("aac-goes", "sound stopped")]
    {
        scene
            .sandbox
            .wait_for(id, words, |s| s.warnings.iter().any(|warning| warning.contains(words)))
            .await;
    }
    scene.let_pass(6 * 25).await;

    let sandbox = scene.end().await;
    let mut sounds = Vec::new();
    for (id, camera) in &cameras {
        let files = sandbox.files(id);
        let seen = pictures(&files);
        numbers::check_continuous(&seen).unwrap_or_else(|what| panic!("{id}: {what}"));
        assert_eq!(camera.connections().total, 1, "{id} was connected again");
        let last = files.last().unwrap();
        assert_eq!(ffprobe::decode_errors(last), "", "{id}: {}", last.display());
        sounds.push((*id, sound(&files[0]), sound(last)));
    }
    let aac = || Some("aac".to_owned());
    let expected = [
        ("absent", None, None),
        ("unknown", None, None),
        ("late", None, aac()),
        ("comes-and-goes", aac(), aac()),
        ("aac-goes", aac(), aac()),
    ];
    assert_eq!(sounds, expected);
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
    numbers::check_continuous(&pictures(&sandbox.files(NEIGHBOUR))).unwrap();
}
