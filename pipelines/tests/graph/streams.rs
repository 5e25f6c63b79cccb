//! Streams that are unlike the usual one: reordered pictures, few or many a second, key frames far
//! apart or never.

use std::time::Duration;

use ronin_core::WallTime;
use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    ffprobe, numbers, wait,
};

use crate::harness::{BOUND, Recording, assert_continuous, paths};

fn pictures(fps: u32, gop: u32) -> Pictures {
    Pictures::Numbered { fps, gop, width: 160, height: 120 }
}

#[tokio::test(flavor = "multi_thread")]
async fn reordered_pictures_are_recorded_in_order_over_cuts() {
    let camera = FakeCamera::builder().main_stream(pictures(25, 25)).b_frames(2).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(3));

    let mut segments = recording.segments(3).await;
    let (rest, folder, _) = recording.stop().await;
    segments.extend(rest);

    assert_continuous(&folder, &mut segments);
    for (segment, path) in segments.iter().zip(paths(&folder, &segments)) {
        assert_eq!(ffprobe::decode_errors(&path), "", "{}", path.display());
        let packets = ffprobe::packet_times(&path).unwrap();
        let first = packets.iter().map(|(pts, _)| *pts).fold(f64::MAX, f64::min);
        assert!((-0.01..0.2).contains(&first), "{} begins at {first} s", segment.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_and_120_pictures_a_second_are_as_long_as_they_took() {
    for (fps, gop) in [(1, 2), (120, 120)] {
        let camera = FakeCamera::builder().main_stream(pictures(fps, gop)).start().unwrap();
        let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));

        let mut segments = recording.segments(3).await;
        let (rest, folder, _) = recording.stop().await;
        segments.extend(rest);

        assert_continuous(&folder, &mut segments);
        for segment in &segments[1..segments.len() - 1] {
            let counted = segment.frames as f64 / f64::from(fps);
            let length = segment.span().duration().as_secs_f64();
            let picture = 1.0 / f64::from(fps);
            assert!(
                (counted - length).abs() <= picture,
                "{counted} and {length} at {fps} a second"
            );
        }
        for pair in segments.windows(2) {
            let step = pair[1].start.as_micros() - pair[0].end.as_micros();
            assert!((0..=1000).contains(&step), "{step} µs at {fps} pictures a second");
        }
    }
}

/// How far what is whole on disk is behind now.
fn lag(recording: &Recording) -> Option<Duration> {
    recording.open_file().map(|segment| WallTime::now().since(segment.end))
}

#[tokio::test(flavor = "multi_thread")]
async fn key_frames_20_s_apart_cost_a_crash_no_more_than_others() {
    let camera = FakeCamera::builder().main_stream(pictures(10, 200)).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));

    wait::eventually(BOUND, "10 s on disk before the second key frame", || {
        let reached = recording.open_file().is_some_and(|open| open.frames >= 100);
        assert!(lag(&recording).is_none_or(|lag| lag < Duration::from_secs(5)));
        reached
    });
    let open = recording.open_file().unwrap();
    let on_disk = numbers::read(&recording.folder.path().join(&open.path)).unwrap();
    let mut segments = recording.segments(1).await;
    let (rest, folder, _) = recording.stop().await;
    segments.extend(rest);

    assert!(on_disk.len() >= 100 && open.sequence == 0, "{} pictures", on_disk.len());
    assert_eq!(segments[0].frames, 200, "cut at the second key frame");
    assert_continuous(&folder, &mut segments);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_second_key_frame_is_one_file_with_sound_that_grows() {
    let endless = pictures(25, 1_000_000);
    let camera = FakeCamera::builder().main_stream(endless).audio(Audio::Pcmu).start().unwrap();
    let recording = Recording::start(&camera.main_url(), Duration::from_secs(3));

    wait::eventually(BOUND, "10 s on disk", || {
        recording.open_file().is_some_and(|open| open.frames >= 250)
    });
    let (mut segments, folder, fault) = recording.stop().await;

    assert_eq!((fault, segments.len()), (None, 1));
    assert_continuous(&folder, &mut segments);
    assert!(ffprobe::probe(&paths(&folder, &segments)[0]).unwrap().audio().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_joined_in_a_gop_without_end_is_waited_for_in_words() {
    let camera = FakeCamera::builder().main_stream(pictures(25, 1_000_000)).start().unwrap();
    let mut first = Recording::start(&camera.main_url(), Duration::from_secs(3));
    first.wait_for(|status| status.recording).await;

    let mut second = Recording::start(&camera.main_url(), Duration::from_secs(3));
    let seen = second.wait_for(|status| !status.warnings.is_empty()).await;

    assert!(seen.warnings[0].contains("key frame") && !seen.streaming, "{seen:?}");
    assert!(!second.task.is_finished(), "it waits");
    let (segments, _, fault) = second.stop().await;
    assert_eq!((segments.len(), fault), (0, None));
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_goes_on_over_cuts() {
    let camera =
        FakeCamera::builder().main_stream(pictures(25, 25)).audio(Audio::Pcma).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(3));

    let mut segments = recording.segments(3).await;
    let (rest, folder, _) = recording.stop().await;
    segments.extend(rest);

    assert_continuous(&folder, &mut segments);
    for (segment, path) in segments.iter().zip(paths(&folder, &segments)).skip(1) {
        let seen = ffprobe::probe(&path).unwrap();
        let (sound, pictures) = (seen.audio().unwrap(), seen.video().unwrap());
        let (start, end) = (sound.start_s, sound.start_s + sound.duration_s);
        let frame = 1024.0 / f64::from(sound.sample_rate_hz);
        assert!(start.abs() <= frame + 0.02, "{} has sound from {start} s on", segment.path);
        assert!((end - pictures.duration_s).abs() < 0.2, "{} has sound to {end} s", segment.path);
    }
}
