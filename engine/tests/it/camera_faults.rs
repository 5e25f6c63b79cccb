//! Faults of cameras are told apart in words, by the status, by a probe and to watchers. What each
//! fault costs is in [`crate::matrix`].

use std::time::Duration;

use ronin_proto::v1::{
    CameraState, GetPipelineStatsRequest, ProbeCameraRequest, RestartCameraRequest,
    watch_cameras_response::Event,
};
use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    rtsp_raw::{Manner, OddServer},
    wait,
};
use tonic_types::StatusExt;

use crate::sandbox::{Sandbox, source};

fn small() -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap()
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
    let stats = GetPipelineStatsRequest { camera: "cameras/seen".into() };
    let stats = sandbox.system.get_pipeline_stats(stats).await.unwrap().into_inner();
    assert_eq!(stats.reconnects, 1, "attempts that failed are none: {stats:?}");
    assert!(stats.last_reconnect_time.unwrap().seconds >= stats.start_time.unwrap().seconds);
    let fault = stats.last_reconnect_fault.unwrap();
    assert!(fault.reason.starts_with("STREAM_") && !fault.message.is_empty(), "{fault:?}");
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
