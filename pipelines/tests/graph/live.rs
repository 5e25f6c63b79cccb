//! Pictures as they come: what a viewer is sent is a file that plays.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use ronin_core::{
    WallTime,
    live::{Feed, Kind, Message, Reset},
};
use ronin_pipelines::rendition;
use ronin_testkit::{
    camera::{Audio, Codec, FakeCamera},
    ffprobe, numbers,
};
use tokio::time::timeout;

use crate::harness::{BOUND, NO_CUT, Recording, numbered};

/// What a viewer was sent from one beginning to the next.
#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    mime_type: String,
    pictures: usize,
    sounds: usize,
    /// Of each picture, in the stream and on the clock.
    times: Vec<(Duration, WallTime)>,
}

/// Watches until so many pictures have come behind one beginning.
async fn watch(recording: &Recording, sound: bool, pictures: usize) -> Seen {
    watch_feed(&main(recording), sound, pictures).await
}

fn main(recording: &Recording) -> Arc<Feed> {
    recording.channels.get(&"cam".parse().unwrap()).unwrap().main
}

async fn watch_feed(feed: &Arc<Feed>, sound: bool, pictures: usize) -> Seen {
    let mut viewing = feed.watch(sound);
    let mut seen = Seen::default();
    let mut last = Duration::ZERO;
    while seen.pictures < pictures {
        match timeout(BOUND, viewing.next()).await.unwrap().unwrap() {
            Message::Init(init, _) => {
                seen = Seen { mime_type: init.mime_type.clone(), ..Seen::default() };
                seen.bytes.extend(&init.data[..]);
            }
            Message::Reset(reset) => assert_eq!(reset, Reset::ParametersChanged, "sound came"),
            Message::Fragment(fragment) => {
                if fragment.kind == Kind::Sound {
                    seen.sounds += 1;
                } else {
                    assert!(seen.pictures > 0 || fragment.kind == Kind::KeyFrame);
                    seen.pictures += 1;
                    last = last.max(fragment.media_time);
                    seen.times.push((fragment.media_time, fragment.wall));
                }
                seen.bytes.extend(&fragment.data[..]);
            }
        }
    }
    assert!(last >= Duration::from_secs(1));
    assert_eq!(viewing.skipped(), 0);
    seen
}

/// The numbers of the pictures in what was seen, which must decode to the last one.
fn play(recording: &Recording, seen: &Seen) -> (Vec<u32>, ffprobe::Probe) {
    let file = recording.folder.path().join("seen.mp4");
    std::fs::write(&file, &seen.bytes).unwrap();
    assert_eq!(ffprobe::decode_errors(&file), "");
    let numbers = numbers::read(&file).unwrap();
    assert_eq!(numbers.len(), seen.pictures);
    (numbers, ffprobe::probe(&file).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_and_the_sound_reach_a_viewer_as_mp4_that_plays() {
    let camera = FakeCamera::builder().main_stream(numbered()).audio(Audio::Pcma).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), NO_CUT);
    recording.wait_for(|status| status.streams.len() == 2).await;

    let (silent, sounding) =
        tokio::join!(watch(&recording, false, 100), watch(&recording, true, 100));

    assert!(silent.mime_type.starts_with("video/mp4; codecs=\"avc1."), "{}", silent.mime_type);
    assert!(sounding.mime_type.ends_with(", mp4a.40.2\""), "{}", sounding.mime_type);
    assert_eq!(silent.sounds, 0);
    assert!(sounding.sounds > 20, "{}", sounding.sounds);
    let (numbers, probe) = play(&recording, &silent);
    numbers::check_continuous(&[numbers]).unwrap();
    assert!(probe.audio().is_none());
    let (numbers, probe) = play(&recording, &sounding);
    numbers::check_continuous(&[numbers]).unwrap();
    assert_eq!(probe.audio().unwrap().codec, "aac");
    recording.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_h265_and_reordered_ones_play_too() {
    let cameras = [
        ("hvc1.", FakeCamera::builder().main_stream(numbered()).codec(Codec::H265)),
        ("avc1.", FakeCamera::builder().main_stream(numbered()).b_frames(2)),
    ];
    for (codec, camera) in cameras {
        let camera = camera.start().unwrap();
        let recording = Recording::start(&camera.main_url(), NO_CUT);

        let seen = watch(&recording, false, 75).await;

        assert!(seen.mime_type.contains(codec), "{}", seen.mime_type);
        let (numbers, _) = play(&recording, &seen);
        // The last ones may wait for one that is shown before them.
        numbers::check_continuous(&[numbers[..70].to_vec()]).unwrap();
        recording.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
async fn h265_is_shown_as_h264_with_its_times_and_its_sound() {
    let h265 = FakeCamera::builder().main_stream(numbered()).codec(Codec::H265).audio(Audio::Pcma);
    let camera = h265.start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), NO_CUT);
    recording.wait_for(|status| status.streams.len() == 2).await;
    let (source, output) = (main(&recording), Arc::<Feed>::default());
    let rendition = tokio::spawn(rendition::run(source.watch(true), output.clone()));

    let (shown, original) =
        tokio::join!(watch_feed(&output, true, 100), watch_feed(&source, true, 100));

    assert!(shown.mime_type.contains("\"avc1."), "{}", shown.mime_type);
    assert!(shown.mime_type.ends_with(", mp4a.40.2\""), "{}", shown.mime_type);
    assert!(shown.sounds > 20, "{}", shown.sounds);
    let (numbers, probe) = play(&recording, &shown);
    numbers::check_continuous(&[numbers]).unwrap();
    assert_eq!((probe.video().unwrap().width, probe.video().unwrap().height), (160, 120));
    assert_eq!(probe.audio().unwrap().codec, "aac");
    let both = shown.times.iter().filter(|time| original.times.contains(time)).count();
    assert!(both > 80, "{both} pictures have the times of the source");
    rendition.abort();
    let _ = rendition.await;
    assert!(watch_is_empty(&output), "who joins later does not see its last picture");
    recording.stop().await;
}

fn watch_is_empty(feed: &Arc<Feed>) -> bool {
    let mut viewing = feed.watch(false);
    viewing.next().now_or_never().is_none()
}
