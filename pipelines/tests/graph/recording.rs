//! What is recorded of a camera with and without sound, and what is shown of it.

use std::{fs::File, time::Duration};

use ronin_core::playback::{FileIndex, Part, Piece};
use ronin_pipelines::{joined, recorded_picture, segment_file};
use ronin_testkit::{
    camera::{Audio, Codec, FakeCamera},
    ffprobe, numbers,
};
use tokio::time::timeout;

use crate::harness::{BOUND, Recording, assert_continuous, numbered, paths};

#[tokio::test(flavor = "multi_thread")]
async fn no_picture_is_lost_or_doubled_over_cuts() {
    let camera = FakeCamera::builder().main_stream(numbered()).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(2));

    let mut segments = recording.segments(4).await;
    let (rest, folder, fault) = recording.stop().await;
    segments.extend(rest);

    assert_eq!(fault, None);
    assert_continuous(&folder, &mut segments);
    for (index, segment) in segments.iter().enumerate() {
        let path = folder.path().join(&segment.path);
        assert_eq!(segment.sequence as usize, index);
        assert_eq!(ffprobe::decode_errors(&path), "");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), segment.size_bytes);
        let seen = ffprobe::probe(&path).unwrap();
        let length = segment.span().duration().as_secs_f64();
        assert!((seen.duration_s - length).abs() < 0.1, "{} and {length}", seen.duration_s);
    }
    for pair in segments.windows(2) {
        let step = pair[1].start.as_micros() - pair[0].end.as_micros();
        assert!(
            (0..=1000).contains(&step),
            "{step} µs between {} and {}",
            pair[0].path,
            pair[1].path
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h265_with_g711_is_recorded_as_h265_with_aac() {
    let camera = FakeCamera::builder()
        .codec(Codec::H265)
        .main_stream(numbered())
        .audio(Audio::Pcmu)
        .start()
        .unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(3));

    let mut segments = recording.segments(2).await;
    let warnings = recording.status.borrow().warnings.clone();
    let (rest, folder, _) = recording.stop().await;
    segments.extend(rest);

    assert_eq!(warnings, Vec::<String>::new());
    assert_continuous(&folder, &mut segments);
    let seen = ffprobe::probe(&paths(&folder, &segments)[1]).unwrap();
    assert_eq!(seen.video().unwrap().codec, "hevc");
    assert_eq!(seen.audio().unwrap().codec, "aac");
    assert!(segments[0].codecs[0].starts_with("hvc1"), "{:?}", segments[0].codecs);
    assert_eq!(segments[0].codecs.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_stops_does_not_cost_a_picture() {
    let camera = FakeCamera::builder()
        .main_stream(numbered())
        .audio(Audio::Aac)
        .audio_silent_after(Duration::from_secs(3))
        .start()
        .unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));

    let mut segments = recording.segments(3).await;
    let warnings = recording.status.borrow().warnings.clone();
    let (rest, folder, fault) = recording.stop().await;
    segments.extend(rest);

    assert_eq!(fault, None);
    assert!(warnings.iter().any(|w| w.contains("sound stopped")), "{warnings:?}");
    assert_continuous(&folder, &mut segments);
    for path in paths(&folder, &segments) {
        assert_eq!(ffprobe::decode_errors(&path), "", "{}", path.display());
        assert!(ffprobe::probe(&path).unwrap().audio().is_some(), "silence stands in for it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_is_announced_and_never_comes_does_not_hold_the_pictures_up() {
    let camera = FakeCamera::builder()
        .main_stream(numbered())
        .audio(Audio::Pcmu)
        .audio_silent_after(Duration::ZERO)
        .start()
        .unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));

    let mut segments = recording.segments(2).await;
    let warnings = recording.status.borrow().warnings.clone();
    let (rest, folder, fault) = recording.stop().await;
    segments.extend(rest);

    assert_eq!(fault, None);
    assert!(warnings.iter().any(|w| w.contains("sends none")), "{warnings:?}");
    assert_continuous(&folder, &mut segments);
    assert_eq!(segments[0].codecs.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_segments_play_and_the_newest_key_frame_is_a_picture() {
    let camera = FakeCamera::builder().main_stream(numbered()).audio(Audio::Pcma).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(60));
    timeout(BOUND, recording.status.wait_for(|s| s.streaming)).await.unwrap().unwrap();

    let window = recording.channels.get(&"cam".parse().unwrap()).unwrap().window;
    let playlist = || window.playlist().unwrap_or_default();
    ronin_testkit::wait::eventually(BOUND, "three live segments", || {
        playlist().matches("#EXTINF").count() >= 3
    });

    let number = playlist().lines().last().unwrap().trim_end_matches(".ts").parse().unwrap();
    let file = recording.folder.path().join("live.ts");
    std::fs::write(&file, window.segment(number).unwrap()).unwrap();
    assert_eq!(ffprobe::decode_errors(&file), "");
    let seen = ffprobe::probe(&file).unwrap();
    assert_eq!(seen.video().unwrap().codec, "h264");
    assert_eq!(seen.audio().unwrap().codec, "aac");
    let picture = ronin_pipelines::jpeg(&recording.tap.key_frame().unwrap()).unwrap();
    assert_eq!(&picture[..3], &[0xff, 0xd8, 0xff]);
    let stats = recording.tap.stats();
    let branches: Vec<&str> = stats.branches.iter().map(|b| b.branch).collect();
    assert_eq!(branches, ["source", "record", "live"]);
    assert!(stats.branches.iter().all(|b| b.frames > 50), "{stats:?}");
    recording.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_each_piece_is_that_of_its_key_frame() {
    let h264 = FakeCamera::builder().main_stream(numbered()).audio(Audio::Aac).b_frames(2);
    let h265 = FakeCamera::builder().main_stream(numbered()).codec(Codec::H265);
    for camera in [h264.start().unwrap(), h265.start().unwrap()] {
        let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(4));
        let segment = recording.segments(2).await.remove(1);
        let (_, folder, _) = recording.stop().await;

        let path = folder.path().join(&segment.path);
        let file = File::open(&path).unwrap();
        let index = segment_file::index(&file).unwrap();
        let numbers = numbers::read(&path).unwrap();
        let rate = segment.frames as f64 / segment.span().duration().as_secs_f64();
        for piece in &index.pieces {
            let jpeg = recorded_picture::read(&file, index.header_bytes, piece, 135).unwrap();
            let picture = folder.path().join("picture.jpg");
            std::fs::write(&picture, &jpeg).unwrap();
            let at = (piece.start.as_secs_f64() * rate).round() as usize;
            // Pictures come unevenly where the machine is busy: by half a picture the next is nearer.
            let near = &numbers[at.saturating_sub(1)..numbers.len().min(at + 2)];
            let [read] = numbers::read(&picture).unwrap()[..] else { panic!("{piece:?}") };
            assert!(near.contains(&read), "{piece:?}: {read} is none of {near:?}");
            let probed = ffprobe::probe(&picture).unwrap();
            let size = probed.video().map(|video| (video.width, video.height));
            assert_eq!(size, Some((180, 135)), "{probed:?}");
        }
        assert!(index.pieces.len() >= 3, "{index:?}");
        let beyond = Piece { offset: index.pieces[0].offset + 1, ..index.pieces[0] };
        assert!(recorded_picture::read(&file, index.header_bytes, &beyond, 135).is_err());
        assert!(recorded_picture::read(&file, 8, &index.pieces[0], 135).is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_files_become_one_file_that_plays_every_picture_at_its_time() {
    let camera = FakeCamera::builder().main_stream(numbered()).audio(Audio::Aac).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), Duration::from_secs(3));
    let segments = recording.segments(3).await;
    let (_, folder, _) = recording.stop().await;
    let files = paths(&folder, &segments[1..]);
    let opened = || files.iter().map(|path| File::open(path).unwrap());
    let indexes: Vec<FileIndex> =
        opened().map(|file| segment_file::index(&file).unwrap()).collect();
    let header = |file: &File, bytes| joined::header(file, bytes, Duration::from_secs(5)).unwrap();
    let heads: Vec<_> = opened().zip(&indexes).map(|(f, i)| header(&f, i.header_bytes)).collect();
    assert_eq!(heads[0].tracks, heads[1].tracks);

    // From the second key frame of the first to the first two of the second.
    let mut whole = heads[0].bytes.to_vec();
    let (mut at, mut number) = (Duration::ZERO, 0);
    let mut numbers: Vec<u32> = Vec::new();
    for (n, (file, index)) in opened().zip(&indexes).enumerate() {
        let pieces = if n == 0 { &index.pieces[1..] } else { &index.pieces[..2] };
        let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
        let bytes = first.offset..last.offset + last.size_bytes;
        let begins = first.start;
        let length = last.start + last.duration - first.start;
        let part = Part { header_bytes: index.header_bytes, bytes, begins, at, length };
        let mut give = |bytes: bytes::Bytes| {
            whole.extend_from_slice(&bytes);
            true
        };
        joined::copy(&file, &part, &mut number, &mut give).unwrap();
        let all = numbers::read(&files[n]).unwrap();
        let picture = |time: Duration| (time.as_secs_f64() * 25.0).round() as usize;
        let end = last.start + last.duration;
        numbers.extend(&all[picture(begins)..picture(end).min(all.len())]);
        at += end - begins;
    }

    let joined = folder.path().join("joined.mp4");
    std::fs::write(&joined, &whole).unwrap();
    assert_eq!(ffprobe::decode_errors(&joined), "");
    assert_eq!(numbers::read(&joined).unwrap(), numbers);
    let times = ffprobe::packet_times(&joined).unwrap();
    for pair in times.windows(2) {
        let step = pair[1].0 - pair[0].0;
        assert!((step - 0.04).abs() < 0.01, "{step} s between two pictures at {pair:?}");
    }
    let probed = ffprobe::probe(&joined).unwrap();
    assert!((probed.duration_s - 5.0).abs() < 0.5, "{probed:?}");
    assert_eq!(probed.audio().unwrap().codec, "aac");
    assert!(segment_file::inspect(&joined).unwrap().identity.is_none(), "it is no segment");
}
