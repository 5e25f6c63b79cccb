//! The fake cameras and odd servers, seen by a client that is not ours: `ffmpeg`.

#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ronin_testkit::camera::{Audio, Clip, Codec, FakeCamera, MAIN, Pictures};
use ronin_testkit::dir::TestDir;
use ronin_testkit::relay::{Ending, Mode, Relay};
use ronin_testkit::rtsp_raw::{Manner, OddServer};
use ronin_testkit::wait::eventually;
use ronin_testkit::{ffprobe, numbers};

mod mischief;

const SOON: Duration = Duration::from_secs(10);

/// `ffmpeg` taking `seconds` of a stream as it is.
fn recorder(url: &str, transport: &str, seconds: f64, path: &Path) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-rtsp_transport", transport]);
    // Waits 5 s for the server, and does not look at the stream for longer than it must.
    command.args(["-timeout", "5000000", "-analyzeduration", "300000", "-i", url]);
    command.args(["-t", &seconds.to_string(), "-map", "0", "-c", "copy"]).arg(path);
    command.stdin(Stdio::null());
    command
}

/// What `ffmpeg` complained about.
fn record(url: &str, transport: &str, seconds: f64, path: &Path) -> String {
    let output = recorder(url, transport, seconds, path).output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn started(url: &str, path: &Path) -> Child {
    recorder(url, "tcp", 60.0, path).stderr(Stdio::null()).spawn().unwrap()
}

/// Stops the camera when it has sent `pictures` or more, and none of them by half.
fn stop_after(pictures: u64, camera: &mut FakeCamera) {
    eventually(SOON, "pictures", || camera.newest_picture(MAIN) >= Some(pictures));
    camera.hold_pictures(true);
    let held = camera.newest_picture(MAIN).unwrap();
    eventually(SOON, "a hold", || camera.newest_picture(MAIN) >= Some(held + 5));
    camera.stop();
    camera.hold_pictures(false);
}

fn assert_numbered(path: &Path, at_least: usize) -> Vec<u32> {
    let seen = numbers::read(path).unwrap();
    assert!(seen.len() >= at_least, "only {} pictures", seen.len());
    assert_eq!(numbers::check_continuous(std::slice::from_ref(&seen)), Ok(()));
    seen
}

/// A clip of 20 numbered pictures at 20 fps with a key frame every 10, as a camera sends them.
fn short_clip(dir: &TestDir) -> PathBuf {
    let path = dir.join("clip.mp4");
    let pictures = Pictures::Numbered { fps: 20, gop: 10, width: 160, height: 112 };
    let camera = FakeCamera::builder().main_stream(pictures).start().unwrap();
    let raw = dir.join("raw.mp4");
    record(&camera.main_url(), "tcp", 0.99, &raw);
    // ffmpeg gives the first picture of an RTSP stream no time of its own; the clip shall be
    // regular.
    let mut tidy = Command::new("ffmpeg");
    tidy.args(["-v", "error", "-nostdin", "-i"]).arg(&raw);
    tidy.args(["-c", "copy", "-bsf:v", "setts=ts=N/20/TB"]).arg(&path);
    assert!(tidy.status().unwrap().success());
    assert_numbered(&path, 20);
    path
}

#[test]
fn numbered_h264_with_g711_over_tcp_starts_at_zero_and_loses_nothing() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().audio(Audio::Pcmu).start().unwrap();

    record(&camera.main_url(), "tcp", 2.0, &path);

    let seen = assert_numbered(&path, 45);
    assert_eq!(seen[0], 0);
    let probe = ffprobe::probe(&path).unwrap();
    assert_eq!(probe.video().unwrap().codec, "h264");
    assert_eq!(probe.audio().unwrap().codec, "pcm_mulaw");
    assert!(probe.audio().unwrap().frames > 80, "{probe:?}");
    assert_eq!(ffprobe::decode_errors(&path), "");
}

#[test]
fn numbered_h265_with_aac_loses_nothing() {
    let dir = TestDir::new();
    let path = dir.join("a.mp4");
    let builder = FakeCamera::builder().codec(Codec::H265).audio(Audio::Aac);
    let camera = builder.start().unwrap();

    record(&camera.main_url(), "tcp", 2.0, &path);

    assert_numbered(&path, 45);
    let probe = ffprobe::probe(&path).unwrap();
    assert_eq!(probe.video().unwrap().codec, "hevc");
    let audio = probe.audio().unwrap();
    assert_eq!((audio.codec.as_str(), audio.sample_rate_hz), ("aac", 16000));
    assert_eq!(ffprobe::decode_errors(&path), "");
}

#[test]
fn udp_clients_are_served_too() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().audio(Audio::Pcma).start().unwrap();

    record(&camera.main_url(), "udp", 2.0, &path);

    assert_numbered(&path, 45);
    assert_eq!(ffprobe::probe(&path).unwrap().audio().unwrap().codec, "pcm_alaw");
}

#[test]
fn b_frames_are_sent_when_asked_for() {
    let dir = TestDir::new();
    // Bare pictures: ffmpeg puts no order of decoding beside what comes over RTP.
    let path = dir.join("a.h264");
    let camera = FakeCamera::builder().b_frames(2).start().unwrap();

    record(&camera.main_url(), "tcp", 2.0, &path);

    let seen = numbers::read(&path).unwrap();
    assert!(seen.len() > 40, "{seen:?}");
    // The recording ends amid pictures that refer to each other.
    let whole = seen[..seen.len() - 4].to_vec();
    assert_eq!(numbers::check_continuous(&[whole]), Ok(()));
    assert!(ffprobe::probe(&path).unwrap().video().unwrap().reorder > 0);
}

#[test]
fn many_clients_share_one_stream_and_main_and_sub_differ() {
    let dir = TestDir::new();
    let small = Pictures::Numbered { fps: 10, gop: 10, width: 64, height: 64 };
    let camera =
        FakeCamera::builder().main_stream(Pictures::SMALL).sub_stream(small).start().unwrap();
    let urls = [camera.main_url(), camera.main_url(), camera.sub_url()];

    let paths: Vec<_> = (0..3).map(|n| dir.join(format!("{n}.mp4"))).collect();
    let clients =
        urls.iter().zip(&paths).map(|(url, path)| recorder(url, "tcp", 2.0, path).spawn());
    let clients: Vec<Child> = clients.collect::<Result<_, _>>().unwrap();
    eventually(SOON, "three clients", || camera.connections().current == 3);
    clients.into_iter().for_each(|mut client| assert!(client.wait().unwrap().success()));

    assert_numbered(&paths[0], 25);
    assert_numbered(&paths[1], 25);
    assert_numbered(&paths[2], 15);
    assert_eq!(ffprobe::probe(&paths[2]).unwrap().video().unwrap().width, 64);
    eventually(SOON, "all to leave", || camera.connections().current == 0);
    assert_eq!(camera.connections().total, 3);
}

#[test]
fn only_the_right_login_is_let_in() {
    let dir = TestDir::new();
    let path = dir.join("a.mp4");
    for builder in [
        FakeCamera::builder().login("viewer", "secret"),
        FakeCamera::builder().basic_login("viewer", "secret"),
    ] {
        let camera = builder.start().unwrap();
        let with = |login: &str| camera.main_url().replace("rtsp://", &format!("rtsp://{login}@"));

        let refused = record(&with("viewer:wrong"), "tcp", 0.5, &path);
        assert!(refused.contains("401 Unauthorized"), "{refused}");
        let refused = record(&camera.main_url(), "tcp", 0.5, &path);
        assert!(refused.contains("401 Unauthorized"), "{refused}");
        record(&with("viewer:secret"), "tcp", 0.5, &path);
        assert_numbered(&path, 8);
    }
}

#[test]
fn an_unknown_path_is_not_found() {
    let dir = TestDir::new();
    let camera = FakeCamera::builder().start().unwrap();

    let refused = record(&camera.url("/nothing"), "tcp", 0.5, &dir.join("a.mp4"));

    assert!(refused.contains("404"), "{refused}");
}

#[test]
fn a_file_is_looped_without_a_step_in_time() {
    let dir = TestDir::new();
    let clip = Arc::new(Clip::load(&short_clip(&dir)).unwrap());
    let length = clip.pictures();
    let camera = FakeCamera::builder().main_stream(Pictures::Clip(clip)).start().unwrap();
    let path = dir.join("looped.mp4");

    record(&camera.main_url(), "tcp", 3.0, &path);

    let seen = numbers::read(&path).unwrap();
    assert!(seen.len() > 2 * length, "{} of {length} pictures", seen.len());
    for (n, pair) in seen.windows(2).enumerate() {
        let expected = seen[(n + 1) % length];
        assert_eq!(pair[1], expected, "picture {} of {seen:?}", n + 1);
    }
    let times = ffprobe::packet_times(&path).unwrap();
    // The first picture's time is made up by ffmpeg.
    for pair in times[1..].windows(2) {
        let step = pair[1].1 - pair[0].1;
        assert!((step - 0.05).abs() < 0.002, "a step of {step} s");
    }
    assert_eq!(ffprobe::decode_errors(&path), "");
}

#[test]
fn a_camera_that_stops_comes_back_on_its_port_with_higher_numbers() {
    let dir = TestDir::new();
    let (before, after) = (dir.join("before.mkv"), dir.join("after.mkv"));
    let mut camera = FakeCamera::builder().start().unwrap();
    let addr = camera.addr();
    let mut client = started(&camera.main_url(), &before);

    stop_after(25, &mut camera);

    client.wait().unwrap();
    assert!(!camera.is_running());
    assert_eq!(camera.connections().current, 0);
    assert!(std::net::TcpStream::connect(addr).is_err());
    camera.start().unwrap();
    assert_eq!(camera.addr(), addr);
    record(&camera.main_url(), "tcp", 1.0, &after);
    let (before, after) = (assert_numbered(&before, 10), assert_numbered(&after, 20));
    assert!(after[0] > before[before.len() - 1], "{after:?} after {before:?}");
}

#[test]
fn a_camera_may_start_late() {
    let dir = TestDir::new();
    let delay = Duration::from_secs(3);
    let camera = FakeCamera::builder().start_delay(delay).start().unwrap();

    let refused = record(&camera.main_url(), "tcp", 0.5, &dir.join("a.mp4"));
    assert!(refused.contains("refused"), "{refused}");
    let is_there = || std::net::TcpStream::connect(camera.addr()).is_ok();
    eventually(SOON, "the camera to start", is_there);
}

#[test]
fn sound_can_be_announced_and_never_come_or_stop() {
    let dir = TestDir::new();
    for (after, packets) in [(Duration::ZERO, 0..1), (Duration::from_millis(700), 15..60)] {
        let path = dir.join(format!("{}.mkv", after.as_millis()));
        let builder = FakeCamera::builder().audio(Audio::Pcmu).audio_silent_after(after);
        let mut camera = builder.start().unwrap();

        // Left to itself, ffmpeg would wait for the sound's end for ever.
        let mut client = started(&camera.main_url(), &path);
        stop_after(50, &mut camera);
        client.wait().unwrap();

        assert_numbered(&path, 40);
        let probe = ffprobe::probe(&path).unwrap();
        assert!(packets.contains(&probe.audio().unwrap().frames), "{probe:?}");
    }
}

#[test]
fn pictures_can_be_held_while_the_connection_lives() {
    let dir = TestDir::new();
    let path = dir.join("a.mkv");
    let camera = FakeCamera::builder().start().unwrap();
    let mut client = recorder(&camera.main_url(), "tcp", 2.5, &path).spawn().unwrap();
    eventually(SOON, "20 pictures", || camera.newest_picture(MAIN) >= Some(20));

    camera.hold_pictures(true);
    eventually(SOON, "20 more", || camera.newest_picture(MAIN) >= Some(40));
    assert_eq!(camera.connections().current, 1);
    camera.hold_pictures(false);

    assert!(client.wait().unwrap().success());
    let seen = numbers::read(&path).unwrap();
    let error = numbers::check_continuous(std::slice::from_ref(&seen)).unwrap_err();
    assert!(error.contains("are missing") && !error.contains(';'), "{error}");
}

#[test]
fn a_relay_cuts_a_camera_off_and_lets_it_through_again() {
    let dir = TestDir::new();
    let camera = FakeCamera::builder().start().unwrap();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut client = started(&relay.url(MAIN), &dir.join("a.mkv"));
    eventually(SOON, "a second of pictures", || camera.newest_picture(MAIN) >= Some(25));

    relay.set(Mode::Cut(Ending::Rst));

    client.wait().unwrap();
    eventually(SOON, "the camera to notice", || camera.connections().current == 0);
    relay.restore();
    let path = dir.join("b.mkv");
    record(&relay.url(MAIN), "tcp", 1.0, &path);
    assert_numbered(&path, 20);
    assert!(relay.counts().to_client_bytes > 1000);
}

#[test]
fn odd_servers_do_as_they_say() {
    let dir = TestDir::new();
    let try_it = |server: &OddServer| record(&server.url(MAIN), "tcp", 0.5, &dir.join("a.mp4"));
    for (status, text) in [(403, "403 Forbidden"), (404, "404 Not Found"), (503, "503")] {
        let server = OddServer::start(Manner::Status(status)).unwrap();
        let said = try_it(&server);
        assert!(said.contains(text) || said.contains("5XX"), "{said}");
    }
    for manner in [Manner::SSH, Manner::Http] {
        let server = OddServer::start(manner).unwrap();
        let mut client = started(&server.url(MAIN), &dir.join("a.mp4"));
        eventually(SOON, "a request", || !server.requests().is_empty());
        drop(server);
        assert!(!client.wait().unwrap().success());
    }
}

#[test]
fn a_silent_server_keeps_its_clients_waiting() {
    let dir = TestDir::new();
    let server = OddServer::start(Manner::Silent).unwrap();
    let mut client = started(&server.url(MAIN), &dir.join("a.mp4"));

    eventually(SOON, "a request", || !server.requests().is_empty());

    assert!(client.try_wait().unwrap().is_none());
    drop(server);
    assert!(!client.wait().unwrap().success());
}

#[test]
fn a_redirect_shows_whether_somebody_followed() {
    let dir = TestDir::new();
    let target = OddServer::start(Manner::Status(404)).unwrap();
    let server = OddServer::start(Manner::Redirect(target.url("/other"))).unwrap();

    record(&server.url(MAIN), "tcp", 0.5, &dir.join("a.mp4"));

    assert_eq!(target.connections(), 1, "ffmpeg follows");
    assert!(target.requests()[0].contains("/other"));
}

#[test]
fn a_password_in_clear_text_is_noticed() {
    let dir = TestDir::new();
    let server = OddServer::start(Manner::BasicOnly).unwrap();
    let url = server.url(MAIN);
    record(&url, "tcp", 0.5, &dir.join("a.mp4"));
    assert!(!server.saw_basic_login());

    record(&url.replace("rtsp://", "rtsp://u:p@"), "tcp", 0.5, &dir.join("a.mp4"));

    assert!(server.saw_basic_login(), "{:?}", server.requests());
}

#[test]
fn a_client_that_looks_and_leaves_harms_nobody() {
    let camera = FakeCamera::builder().start().unwrap();
    for _ in 0..3 {
        drop(std::net::TcpStream::connect(camera.addr()).unwrap());
    }
    eventually(SOON, "all to leave", || {
        let seen = camera.connections();
        seen.current == 0 && seen.total == 3
    });
}
