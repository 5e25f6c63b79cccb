//! What is on disk is what the camera sent: every picture, once, in order.

use std::time::{Duration, SystemTime};

use ronin_proto::v1::{
    Camera, CameraState, CreateCameraRequest, GetPipelineGraphRequest, GetPipelineStatsRequest,
    GetPipelineStatsResponse, GetPlaybackRequest, GetSystemInfoRequest, RecordSettings, Segment,
    Source, Transport, UpdateCameraRequest,
};
use ronin_testkit::{
    camera::{Audio, Codec, FakeCamera, Pictures},
    ffprobe, numbers,
    postgres::Postgres,
    wait,
};

use crate::sandbox::{BOUND, Sandbox, assert_continuous, full_size, source};

#[tokio::test(flavor = "multi_thread")]
async fn two_minutes_over_many_cuts_lose_and_double_no_picture() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(4)).start().await;
    let began = SystemTime::now();
    sandbox.add("front", &camera.main_url()).await;

    let cuts = if full_size() { 31 } else { 8 };
    sandbox.wait_segments("front", cuts).await;
    let connections = camera.connections().total;
    let timeline = sandbox.timeline("front", began).await;
    assert!(sandbox.stop("TERM").success());
    let files = sandbox.files("front");
    let mut sandbox = sandbox.start_again().await;
    let mut segments = sandbox.segments("front").await;
    let run = segments[0].run_id.clone();
    segments.retain(|segment| segment.run_id == run);

    assert_eq!(files.len(), segments.len(), "a row for each file");
    let pictures = assert_continuous(&files);
    assert!(pictures >= (cuts - 1) * 4 * 25 - 50, "only {pictures} pictures");
    assert_eq!(connections, 1, "one connection per camera");
    for (file, segment) in files.iter().zip(&segments) {
        assert_eq!(ffprobe::decode_errors(file), "", "{}", file.display());
        assert_eq!(std::fs::metadata(file).unwrap().len(), segment.size_bytes);
        let duration = ffprobe::probe(file).unwrap().duration_s;
        let row = seconds(segment.end_time.unwrap()) - seconds(segment.start_time.unwrap());
        assert!((duration - row).abs() < 0.1, "{duration} s in the file, {row} s in the row");
        assert!((row - 4.0).abs() < 1.5 || segment.sequence == 0 || file == files.last().unwrap());
    }
    assert_eq!(timeline.recorded.len(), 1, "one piece: {timeline:?}");
}

fn seconds(time: prost_types::Timestamp) -> f64 {
    time.seconds as f64 + f64::from(time.nanos) / 1e9
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_one_camera_change_while_another_records_every_picture() {
    let still = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let changed = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("still", &still.main_url()).await;
    sandbox.add("changed", &changed.main_url()).await;
    sandbox.wait_recording("still").await;
    sandbox.wait_recording("changed").await;

    // A new name needs no new connection; no recording does; off and on again does.
    let update = |camera: Camera| UpdateCameraRequest { camera: Some(camera), update_mask: None };
    let name = || "cameras/changed".to_owned();
    let renamed = Camera { name: name(), display_name: "Renamed".into(), ..Camera::default() };
    sandbox.cameras.update_camera(update(renamed)).await.unwrap();
    assert_eq!(changed.connections().total, 1);
    let silent = RecordSettings { enabled: Some(false), ..RecordSettings::default() };
    let unrecorded = Camera { name: name(), record: Some(silent), ..Camera::default() };
    sandbox.cameras.update_camera(update(unrecorded)).await.unwrap();
    sandbox
        .wait_for("changed", "live without recording", |status| {
            status.state() == CameraState::Streaming && !status.recording
        })
        .await;
    let off = Camera { name: name(), enabled: Some(false), ..Camera::default() };
    sandbox.cameras.update_camera(update(off)).await.unwrap();
    sandbox.wait_for("changed", "off", |s| s.state() == CameraState::Disabled).await;
    let again = Camera {
        name: name(),
        enabled: Some(true),
        record: Some(RecordSettings { enabled: Some(true), ..RecordSettings::default() }),
        main: Some(source(&changed.main_url())),
        ..Camera::default()
    };
    sandbox.cameras.update_camera(update(again)).await.unwrap();
    sandbox.wait_recording("changed").await;
    let known = sandbox.segments("still").await.len();
    sandbox.wait_segments("still", known + 1).await;

    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("still"));
    assert_eq!(still.connections().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn h265_g711_silence_and_udp_are_recorded_side_by_side() {
    let hevc = FakeCamera::builder()
        .codec(Codec::H265)
        .main_stream(Pictures::SMALL)
        .audio(Audio::Pcma)
        .start()
        .unwrap();
    let silent = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("hevc", &hevc.main_url()).await;
    sandbox.add("silent", &silent.main_url()).await;
    let datagrams = Camera {
        display_name: "Over UDP".into(),
        main: Some(Source {
            url: silent.main_url(),
            transport: Transport::Udp.into(),
            ..Source::default()
        }),
        ..Camera::default()
    };
    let request = CreateCameraRequest {
        camera_id: "udp".into(),
        camera: Some(datagrams),
        validate_only: false,
    };
    sandbox.cameras.create_camera(request).await.unwrap();
    sandbox.wait_segments("udp", 2).await;

    let with_sound = sandbox.wait_segments("hevc", 2).await;
    let without = sandbox.wait_segments("silent", 2).await;
    let stats = measured_stats(&sandbox, "hevc").await;

    assert!(with_sound[0].codecs[0].starts_with("hvc1"), "{:?}", with_sound[0].codecs);
    assert_eq!(with_sound[0].codecs[1], "mp4a.40.2");
    assert_eq!(without[0].codecs.len(), 1);
    assert_eq!((without[0].width, without[0].height), (160, 120));
    assert!(stats.branches.iter().all(|branch| branch.dropped_frames == 0), "{stats:?}");
    assert!(stats.branches.iter().all(|branch| branch.bits_per_second() > 0), "{stats:?}");
    assert!(stats.source.unwrap().packets.iter().all(|stream| stream.received > 0));
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("hevc"));
    assert_continuous(&sandbox.files("silent"));
    assert_continuous(&sandbox.files("udp"));
}

/// Statistics of a camera's pipeline, once each branch has run for long enough to have rates.
async fn measured_stats(sandbox: &Sandbox, id: &str) -> GetPipelineStatsResponse {
    wait::eventually_some(BOUND, "rates of every branch", || {
        let mut system = sandbox.system.clone();
        let request = GetPipelineStatsRequest { camera: format!("cameras/{id}") };
        async move {
            let stats = system.get_pipeline_stats(request).await.unwrap().into_inner();
            let measured = stats.branches.iter().all(|b| b.bits_per_second.is_some());
            measured.then_some(stats)
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_again_after_a_restart_on_postgres_as_on_sqlite() {
    let url = Postgres::shared().create_database().unwrap();
    let camera = FakeCamera::builder()
        .main_stream(Pictures::SMALL)
        .login("viewer", "canary-5150")
        .start()
        .unwrap();
    let with_login = camera.main_url().replace("rtsp://", "rtsp://viewer:canary-5150@");
    for (backend, database) in [("postgres", Some(url)), ("sqlite", None)] {
        let mut builder = Sandbox::builder();
        if let Some(url) = database {
            builder = builder.env("DATABASE_URL", url);
        }
        let mut sandbox = builder.start().await;
        sandbox.add("front", &with_login).await;
        sandbox.wait_segments("front", 2).await;

        let mut sandbox = sandbox.restart().await;
        sandbox.wait_recording("front").await;
        let info = sandbox.system.get_system_info(GetSystemInfoRequest {}).await.unwrap();
        let info = info.into_inner();
        let main = sandbox.camera("front").await.main.unwrap();
        let graph = GetPipelineGraphRequest { camera: "cameras/front".into() };
        let graph = sandbox.system.get_pipeline_graph(graph).await.unwrap().into_inner();

        assert_eq!(info.database, backend);
        let database = info.database_details.unwrap();
        assert!(database.size_bytes() > 50_000 && !database.version().is_empty(), "{database:?}");
        let machine = info.machine.unwrap();
        assert!(machine.cores > 0 && machine.process_memory_bytes() > 1_000_000, "{machine:?}");
        assert!(info.decoder_details.iter().any(|c| c.name == "avdec_h264" && c.used));
        assert!(graph.dot.contains("mp4mux") && graph.elements.len() > 10, "{graph:?}");
        let shown = format!("{graph:?}");
        assert!(!shown.contains("canary-5150") && !shown.contains("rtsp://"), "{shown}");
        assert!(info.storage.unwrap().segments >= 2);
        assert!(main.has_password && main.password.is_empty() && main.url.is_empty());
        assert!(!sandbox.log().contains("canary-5150"), "a password is in the log");
        assert!(sandbox.segments("front").await.len() >= 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_span_plays_over_cuts_from_the_files_as_they_are() {
    let camera =
        FakeCamera::builder().main_stream(Pictures::SMALL).audio(Audio::Pcmu).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("front", &camera.main_url()).await;
    let segments = sandbox.wait_segments("front", 4).await;
    let first = numbers::read(&sandbox.files("front")[0]).unwrap();

    // From the middle of the first file to the middle of the fourth.
    let middle = |segment: &Segment| {
        let (start, end) =
            (seconds(segment.start_time.unwrap()), seconds(segment.end_time.unwrap()));
        let middle = f64::midpoint(start, end);
        prost_types::Timestamp { seconds: middle as i64, nanos: (middle.fract() * 1e9) as i32 }
    };
    let request = GetPlaybackRequest {
        camera: "cameras/front".into(),
        start_time: Some(middle(&segments[0])),
        end_time: Some(middle(&segments[3])),
        h264: false,
    };
    let playback = sandbox.recordings.get_playback(request).await.unwrap().into_inner();
    let file = sandbox.folder.path().join("played.mp4");
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-headers"])
        .arg(format!("Authorization: Bearer {}\r\n", sandbox.token))
        .arg("-i")
        .arg(format!("http://{}{}", sandbox.address, playback.hls_path))
        .args(["-map", "0:v", "-c", "copy"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    assert_eq!(playback.codecs.len(), 2, "{:?}", playback.codecs);
    let played = numbers::read(&file).unwrap();
    numbers::check_continuous(std::slice::from_ref(&played)).unwrap();
    // The key frame before the middle of the first file is the first picture played.
    let from_start = played[0] - first[0];
    let half = first.len() as u32 / 2;
    assert!(from_start <= half && from_start + 25 >= half, "{from_start} of {half}");
    assert!(played.len() > segments[1].frames as usize + segments[2].frames as usize);
    let anonymous = std::process::Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}"])
        .arg(format!("http://{}{}", sandbox.address, playback.hls_path))
        .output()
        .unwrap();
    assert_eq!(anonymous.stdout, b"401");
}
