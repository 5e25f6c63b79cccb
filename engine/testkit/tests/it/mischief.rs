//! Cameras that misbehave on purpose: what comes out of them is what was asked for.

use ronin_testkit::camera::Wire;

use super::*;

fn wait_pictures(camera: &FakeCamera, more: u64) {
    let from = camera.newest_picture(MAIN).unwrap_or(0);
    eventually(SOON, "pictures", || camera.newest_picture(MAIN) >= Some(from + more));
}

/// Sizes of pictures, in the order of the file, each once.
fn sizes(path: &Path) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "frame=width,height", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut sizes: Vec<String> = text.lines().map(|l| l.trim_end_matches(',').into()).collect();
    // Side data of a picture has a line too.
    sizes.retain(|size| !size.is_empty());
    sizes.dedup();
    sizes
}

#[test]
fn the_size_changes_in_mid_stream() {
    let dir = TestDir::new();
    let path = dir.join("a.h264");
    let camera = FakeCamera::builder().start().unwrap();
    let mut client = recorder(&camera.main_url(), "tcp", 2.5, &path).spawn().unwrap();
    wait_pictures(&camera, 25);

    camera.resize(320, 240).unwrap();

    assert!(client.wait().unwrap().success());
    assert_eq!(sizes(&path), ["160,120", "320,240"]);
    assert!(camera.resize(321, 240).is_err());
}

#[test]
fn codec_and_sound_are_others_after_a_reconnect() {
    let dir = TestDir::new();
    let mut camera = FakeCamera::builder().audio(Audio::Pcmu).start().unwrap();
    let codecs = |camera: &FakeCamera| {
        let path = dir.join("a.mkv");
        record(&camera.main_url(), "tcp", 1.0, &path);
        eventually(SOON, "the client to leave", || camera.connections().current == 0);
        let streams = ffprobe::probe(&path).unwrap().streams;
        streams.into_iter().map(|s| s.codec).collect::<Vec<_>>()
    };
    assert_eq!(codecs(&camera), ["h264", "pcm_mulaw"]);

    camera.change_codec(Codec::H265);
    camera.change_audio(Audio::Aac);
    assert_eq!(codecs(&camera), ["hevc", "aac"]);

    camera.change_audio(Audio::None);
    assert_eq!(codecs(&camera), ["hevc"]);
    camera.change_audio(Audio::Pcm24);
    assert_eq!(codecs(&camera), ["hevc", "pcm_s24be"]);
}

#[test]
fn key_frames_can_be_withheld_from_a_stream() {
    let dir = TestDir::new();
    let path = dir.join("a.h264");
    let camera = FakeCamera::builder().start().unwrap();
    let mut client = recorder(&camera.main_url(), "tcp", 3.0, &path).spawn().unwrap();
    wait_pictures(&camera, 30);

    camera.withhold_key_frames(true);

    assert!(client.wait().unwrap().success());
    let units = std::fs::read(&path).unwrap();
    let count = |kind: u8| {
        units.windows(4).filter(move |u| u[..3] == [0, 0, 1] && u[3] & 0x1F == kind).count()
    };
    assert!((1..=2).contains(&count(5)), "{} key frames", count(5));
    assert!(count(1) > 50, "{} other pictures", count(1));
}

#[test]
fn a_stream_can_be_without_key_frames_from_its_beginning() {
    let camera = FakeCamera::builder().start().unwrap();
    camera.withhold_key_frames(true);
    let dir = TestDir::new();
    let mut client = started(&camera.main_url(), &dir.join("a.h264"));

    wait_pictures(&camera, 50);

    client.kill().unwrap();
    client.wait().unwrap();
    let units = std::fs::read(dir.join("a.h264")).unwrap_or_default();
    let keys = units.windows(4).filter(|u| u[..3] == [0, 0, 1] && u[3] & 0x1F == 5);
    assert_eq!(keys.count(), 0);
    assert_eq!(camera.connections().total, 1);
}

#[test]
fn pictures_swell_and_are_still_pictures() {
    let dir = TestDir::new();
    let path = dir.join("a.mp4");
    for codec in [Codec::H264, Codec::H265] {
        let camera = FakeCamera::builder().codec(codec).start().unwrap();
        camera.swell_pictures(50_000);

        record(&camera.main_url(), "tcp", 2.0, &path);

        let seen = assert_numbered(&path, 40);
        let bytes = std::fs::metadata(&path).unwrap().len() as usize;
        assert!(bytes > (seen.len() - 1) * 50_000, "{bytes} bytes in {} pictures", seen.len());
    }
}

#[test]
fn a_goodbye_ends_the_stream_and_the_next_connection_begins_it_again() {
    let dir = TestDir::new();
    let camera = FakeCamera::builder().start().unwrap();
    let mut client = started(&camera.main_url(), &dir.join("a.mkv"));
    wait_pictures(&camera, 25);

    camera.say_goodbye();
    eventually(SOON, "the end of the stream", || !camera.is_sending());

    // ffmpeg understands, and leaves.
    assert!(client.wait().unwrap().success());
    let ended = camera.newest_picture(MAIN);
    eventually(SOON, "the client to leave", || camera.connections().current == 0);
    let path = dir.join("b.mkv");
    record(&camera.main_url(), "tcp", 1.0, &path);
    assert!(Some(u64::from(assert_numbered(&path, 15)[0])) > ended);
}

#[test]
fn a_bad_line_over_udp_loses_what_it_counts() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().start().unwrap();
    camera.set_wire(Wire { lost: 100, doubled: 50, swapped: 50, seed: 3, ..Wire::default() });

    record(&camera.main_url(), "udp", 4.0, &path);

    let counts = camera.wire_counts(MAIN).unwrap();
    assert!(counts.sent > 80 && counts.lost > 0, "{counts:?}");
    let seen = numbers::read_damaged(&path).unwrap();
    let whole: Vec<u32> = seen.into_iter().flatten().collect();
    assert!(numbers::check_continuous(&[whole]).is_err(), "nothing is missing: {counts:?}");
}

#[test]
fn a_rate_may_be_uneven_and_a_clock_may_begin_before_its_end() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().uneven_rate().first_rtp_time(u32::MAX - 90_000).start();
    let camera = camera.unwrap();

    record(&camera.main_url(), "tcp", 3.5, &path);

    assert_numbered(&path, 40);
    let times = ffprobe::packet_times(&path).unwrap();
    let steps: Vec<f64> = times[1..].windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    let count = |step: f64| steps.iter().filter(|s| (*s - step).abs() < 0.01).count();
    assert!(count(0.04) > 30 && count(0.2) >= 4, "{steps:?}");
    assert_eq!(count(0.04) + count(0.2), steps.len(), "{steps:?}");
}

#[test]
fn a_clock_that_jumps_is_seen_in_the_packets() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().start().unwrap();
    let mut client = recorder(&camera.main_url(), "tcp", 3600.0, &path).spawn().unwrap();
    wait_pictures(&camera, 25);

    camera.jump_clock(3600);

    // ffmpeg believes the timestamps, so the hour that it was told to record is over at once.
    eventually(SOON, "an end of the recording", || client.try_wait().unwrap().is_some());
}
