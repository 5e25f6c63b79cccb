//! Cameras fail in every way they do; each is told apart, and no other camera notices.

use std::time::{Duration, Instant, SystemTime};

use ronin_proto::v1::{
    CameraState, ProbeCameraRequest, RestartCameraRequest, watch_cameras_response::Event,
};
use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    relay::{Ending, Mode, Relay},
    rtsp_raw::{Manner, OddServer},
    wait,
};
use tonic_types::StatusExt;

use crate::sandbox::{Sandbox, assert_continuous, source};

fn small() -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_cut_frozen_and_back_is_recorded_again_and_its_neighbour_loses_nothing() {
    let neighbour = small();
    let camera = small();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut sandbox = Sandbox::start().await;
    let began = SystemTime::now();
    sandbox.add("neighbour", &neighbour.main_url()).await;
    sandbox.add("troubled", &relay.url("/main")).await;
    sandbox.wait_recording("neighbour").await;
    sandbox.wait_recording("troubled").await;

    relay.set(Mode::Cut(Ending::Fin));
    sandbox.wait_for("troubled", "lost", |s| s.state() != CameraState::Streaming).await;
    relay.restore();
    sandbox.wait_recording("troubled").await;

    relay.set(Mode::Freeze);
    let frozen = Instant::now();
    let words = sandbox.wait_fault("troubled", "STREAM_STALLED").await;
    let noticed = frozen.elapsed();
    relay.restore();
    sandbox.wait_recording("troubled").await;

    relay.set(Mode::Cut(Ending::Rst));
    sandbox.wait_for("troubled", "lost", |s| s.state() != CameraState::Streaming).await;
    relay.restore();
    sandbox.wait_recording("troubled").await;
    let known = sandbox.segments("neighbour").await.len();
    sandbox.wait_segments("neighbour", known + 1).await;
    let timeline = sandbox.timeline("troubled", began).await;

    assert!(noticed < Duration::from_secs(10), "noticed after {noticed:?}");
    assert!(words.contains("stopped sending"), "{words}");
    let causes: Vec<&str> = timeline.gaps.iter().map(|gap| gap.cause.as_str()).collect();
    assert!(causes.contains(&"STREAM_STALLED"), "{causes:?}");
    assert!(timeline.coverage > 0.0 && timeline.coverage < 1.0, "{}", timeline.coverage);
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("neighbour"));
    assert_eq!(neighbour.connections().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_away_at_the_start_is_recorded_when_it_comes() {
    let mut camera = small();
    let url = camera.main_url();
    camera.stop();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("late", &url).await;

    let words = sandbox.wait_fault("late", "CAMERA_PORT_CLOSED").await;
    sandbox.wait_for("late", "a third attempt", |s| s.failed_attempts >= 3).await;
    camera.start().unwrap();
    let status = sandbox.wait_recording("late").await;

    assert!(words.contains("is closed"), "{words}");
    assert_eq!(status.fault, None);
    assert_eq!(status.failed_attempts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_told_apart_in_words() {
    let mut sandbox = Sandbox::start().await;
    let locked =
        FakeCamera::builder().main_stream(Pictures::SMALL).login("admin", "right").start().unwrap();
    let target = OddServer::start(Manner::Silent).unwrap();
    let redirect = OddServer::start(Manner::Redirect(target.url("/elsewhere"))).unwrap();
    let basic = OddServer::start(Manner::BasicOnly).unwrap();
    let busy = OddServer::start(Manner::Status(453)).unwrap();
    let web = OddServer::start(Manner::Http).unwrap();
    let silent = OddServer::start(Manner::Silent).unwrap();
    let with_login = |url: String, login: &str| url.replace("rtsp://", &format!("rtsp://{login}@"));
    let cases = [
        ("locked", with_login(locked.main_url(), "admin:wrong"), "CAMERA_UNAUTHORIZED"),
        ("wrong-path", with_login(locked.url("/nothing"), "admin:right"), "CAMERA_PATH_NOT_FOUND"),
        ("redirect", redirect.url("/main"), "CAMERA_REDIRECTED"),
        ("basic", with_login(basic.url("/main"), "admin:canary-3"), "CAMERA_BASIC_AUTH_ONLY"),
        ("busy", busy.url("/main"), "CAMERA_TOO_MANY_SESSIONS"),
        ("web", web.url("/main"), "CAMERA_NOT_RTSP"),
        ("silent", silent.url("/main"), "CAMERA_UNREACHABLE"),
        ("nobody", "rtsp://name.invalid/main".to_owned(), "CAMERA_UNREACHABLE"),
    ];

    for (id, url, _) in &cases {
        sandbox.add(id, url).await;
    }
    for (id, _, reason) in &cases {
        let words = sandbox.wait_fault(id, reason).await;
        assert!(words.len() > 20 && !words.contains("canary"), "{id}: {words}");
    }

    assert!(target.requests().is_empty(), "a request went to the redirect's target");
    assert!(!basic.saw_basic_login(), "the password was sent readable");
    let status = sandbox.camera("locked").await.status.unwrap();
    let wait = status.next_attempt_time.unwrap().seconds - status.since_time.unwrap().seconds;
    assert!(wait >= 59, "a wrong password is tried again after {wait} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_names_the_streams_and_shows_a_picture_or_says_why_not() {
    let camera = FakeCamera::builder()
        .main_stream(Pictures::Numbered { fps: 10, gop: 10, width: 320, height: 240 })
        .audio(Audio::Pcmu)
        .login("admin", "right")
        .start()
        .unwrap();
    let mut sandbox = Sandbox::start().await;
    let probe =
        |url: String| ProbeCameraRequest { source: Some(source(&url)), camera: String::new() };
    let url = |login: &str| camera.main_url().replace("rtsp://", &format!("rtsp://{login}@"));

    let seen = sandbox.cameras.probe_camera(probe(url("admin:right"))).await.unwrap().into_inner();
    let refused = sandbox.cameras.probe_camera(probe(url("admin:wrong"))).await.unwrap_err();

    assert!(seen.streams[0].codec.starts_with("H.264"), "{:?}", seen.streams);
    assert_eq!((seen.streams[0].width, seen.streams[0].height), (320, 240));
    assert_eq!(seen.streams.len(), 2);
    assert_eq!(&seen.snapshot[..3], &[0xff, 0xd8, 0xff], "a JPEG");
    assert_eq!(refused.get_error_details().error_info().unwrap().reason, "CAMERA_UNAUTHORIZED");
    assert!(refused.message().contains("password"), "{}", refused.message());
    assert!(sandbox.files("probe").is_empty(), "a probe records nothing");
    wait::eventually(Duration::from_secs(10), "the probe to hang up", || {
        camera.connections().current == 0
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_see_each_change_and_a_restart_skips_the_wait() {
    let mut camera = small();
    let url = camera.main_url();
    let mut sandbox = Sandbox::start().await;
    let request = ronin_proto::v1::WatchCamerasRequest {};
    let mut watch = sandbox.cameras.watch_cameras(request).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap().event.unwrap();
    assert!(matches!(&first, Event::Snapshot(all) if all.cameras.is_empty()), "{first:?}");

    sandbox.add("seen", &url).await;
    let mut states = Vec::new();
    while !states.contains(&CameraState::Streaming) {
        let message = watch.message().await.unwrap().unwrap();
        if let Some(Event::Changed(camera)) = message.event {
            states.push(camera.status.unwrap().state());
        }
    }
    camera.stop();
    sandbox.wait_for("seen", "a long wait", |s| s.failed_attempts >= 4).await;
    camera.start().unwrap();
    let name = "cameras/seen".to_owned();
    sandbox.cameras.restart_camera(RestartCameraRequest { name }).await.unwrap();
    sandbox.wait_recording("seen").await;
    let name = "cameras/seen".to_owned();
    let delete = ronin_proto::v1::DeleteCameraRequest { name };
    let kept = sandbox.cameras.delete_camera(delete).await.unwrap().into_inner();
    loop {
        let message = watch.message().await.unwrap().unwrap();
        if matches!(&message.event, Some(Event::Removed(name)) if name == "cameras/seen") {
            break;
        }
    }
    assert!(kept.kept_segments > 0 && kept.kept_bytes > 0);
    assert!(!sandbox.segments("seen").await.is_empty(), "its footage stays");
}
