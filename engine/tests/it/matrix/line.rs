//! Rows C12 and C17: lines that lose, swap, double and damage packets, and descriptions that are
//! nonsense.

use ronin_proto::v1::{
    Camera, CreateCameraRequest, RecordSettings, RestartCameraRequest, Source, Transport,
};
use ronin_testkit::{
    camera::{Codec, FakeCamera, MAIN, Pictures, Wire},
    relay::{Mode, Relay},
    rtsp_raw::{Manner, OddServer},
    wait,
};

use super::{Scene, TROUBLED, rss_kib, small, whole_pictures};
use crate::sandbox::{BOUND, Sandbox, full_size};

/// What a stream of damaged packets may cost in memory.
const GROWTH_KIB: u64 = 50 << 10;

async fn add_over_udp(sandbox: &mut Sandbox, id: &str, url: String) {
    let camera = Camera {
        display_name: id.into(),
        main: Some(Source { url, transport: Transport::Udp.into(), ..Source::default() }),
        record: Some(RecordSettings { enabled: Some(true), ..RecordSettings::default() }),
        ..Camera::default()
    };
    let request =
        CreateCameraRequest { camera_id: id.into(), camera: Some(camera), validate_only: false };
    sandbox.cameras.create_camera(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_loss_disorder_and_doubles_over_udp_cost_those_pictures_and_never_the_recording() {
    let wires = [
        ("one-percent", Wire { lost: 10, seed: 1, ..Wire::default() }),
        ("ten-percent", Wire { lost: 100, seed: 2, ..Wire::default() }),
        ("disorder", Wire { swapped: 50, doubled: 50, seed: 3, ..Wire::default() }),
    ];
    let mut scene = Scene::start().await;
    let cameras = wires.map(|(id, wire)| (id, small(), wire));
    for (id, camera, _) in &cameras {
        add_over_udp(&mut scene.sandbox, id, camera.main_url()).await;
    }
    for (id, camera, wire) in &cameras {
        scene.sandbox.wait_recording(id).await;
        camera.set_wire(*wire);
    }
    scene.let_pass(if full_size() { 600 * 25 } else { 14 * 25 }).await;
    let sandbox = scene.end().await;

    for (id, camera, wire) in &cameras {
        assert_eq!(camera.connections().total, 1, "{id} was connected again");
        let counts = camera.wire_counts(MAIN).unwrap();
        // ffmpeg decodes each file to its end, whatever it says of it.
        let seen = whole_pictures(&sandbox.files(id));
        let sent = (seen.last().unwrap() - seen.first().unwrap() + 1) as usize;
        let lost = sent - seen.len();
        if wire.lost == 0 {
            assert!(counts.swapped > 5 && counts.doubled > 5, "{counts:?}");
            // Everything arrived, if in disorder; but a busy machine itself may lose over UDP.
            assert!(lost <= 25, "{id}: {lost} of {sent}, {counts:?}");
        } else {
            // A lost packet may cost the rest of its GOP.
            assert!(lost <= counts.lost as usize * 25, "{id}: {lost} of {sent}, {counts:?}");
        }
        assert!(seen.len() * 10 > sent, "{id}: {} of {sent} pictures", seen.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c17_damaged_packets_harm_nobody_else_and_leave_no_memory_behind() {
    let seconds = if full_size() { 300 } else { 12 };
    let fast = Pictures::Numbered { fps: 60, gop: 15, width: 96, height: 64 };
    let camera = |codec, seed| {
        let camera = FakeCamera::builder().codec(codec).main_stream(fast.clone()).start().unwrap();
        camera.set_wire(Wire { damaged: 300, lost: 10, swapped: 10, doubled: 10, seed });
        camera
    };
    let cameras = [
        ("avc", camera(Codec::H264, 171)),
        ("hevc", camera(Codec::H265, 172)),
        ("udp", camera(Codec::H264, 173)),
    ];
    let mut scene = Scene::start().await;
    for (id, camera) in &cameras {
        match *id {
            "udp" => add_over_udp(&mut scene.sandbox, id, camera.main_url()).await,
            _ => scene.sandbox.add(id, &camera.main_url()).await,
        }
    }
    scene.let_pass(4 * 25).await;
    let before = rss_kib(&scene.sandbox);
    scene.let_pass(seconds * 25).await;
    let grown = rss_kib(&scene.sandbox).saturating_sub(before);

    let damaged = |camera: &FakeCamera| camera.wire_counts(MAIN).unwrap().damaged;
    let cases: Vec<u64> = cameras.iter().map(|(_, camera)| damaged(camera)).collect();
    assert!(cases.iter().all(|cases| *cases > 4 * seconds), "{cases:?} damaged packets");
    assert!(grown < GROWTH_KIB, "{grown} KiB more after {cases:?} damaged packets");
    // On a good line they are cameras as any other.
    for (id, camera) in &cameras {
        camera.set_wire(Wire::default());
        let name = format!("cameras/{id}");
        scene.sandbox.cameras.restart_camera(RestartCameraRequest { name }).await.unwrap();
        scene.sandbox.wait_recording(id).await;
    }
    assert!(!scene.sandbox.log().contains("panicked"), "{}", scene.sandbox.log());
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c17_garbage_between_the_packets_ends_the_connection_and_a_new_one_is_made() {
    let camera = small();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &relay.url(MAIN)).await;
    scene.sandbox.wait_recording(TROUBLED).await;

    relay.set(Mode::Garbage);
    let status = scene.sandbox.wait_for(TROUBLED, "a fault", |s| s.fault.is_some()).await;
    relay.restore();
    scene.sandbox.wait_recording(TROUBLED).await;

    let reason = status.fault.unwrap().reason;
    assert!(["CAMERA_NOT_RTSP", "STREAM_ENDED", "STREAM_STALLED"].contains(&reason.as_str()));
    scene.end().await;
}

/// A description as cameras send it.
const DESCRIPTION: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Session\r\nt=0 0\r\n\
    a=control:*\r\na=range:npt=now-\r\nm=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\nb=AS:5000\r\n\
    a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42c01e;\
    sprop-parameter-sets=Z0LAC9oKD2hAAAADAEAAAAyjxQqo,aM4PyA==\r\na=control:stream=0\r\n\
    m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000/1\r\n\
    a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1408;sizelength=13;indexlength=3\r\n\
    a=control:stream=1\r\n";

/// Descriptions that lack lines, have them twice, in another order, cut short, or with numbers and
/// words that do not belong there.
fn broken_descriptions() -> Vec<String> {
    let lines: Vec<&str> = DESCRIPTION.split_inclusive("\r\n").collect();
    let mut all = vec![String::new(), "\r\n".into(), "\0".repeat(4000), "v=".repeat(100_000)];
    for index in 0..lines.len() {
        let with = |replaced: String| {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[index] = replaced;
            lines.concat()
        };
        let line = lines[index];
        all.push(with(String::new()));
        all.push(with(line.repeat(50)));
        all.push(with(line[..line.len() / 2].to_owned()));
        all.push(with(line.replace(['0', '1', '9'], "99999999999999999999")));
        all.push(with(line.replace(['0', '1', '9'], "-1")));
        all.push(with(line.replace(['=', '/', ';'], "%n%s\u{fffd}")));
        all.push(lines[..index].concat());
        all.push(lines.iter().rev().skip(index).copied().collect());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn c17_descriptions_that_are_nonsense_are_refused_in_words_one_after_the_other() {
    let rounds = if full_size() { 20 } else { 1 };
    let descriptions = broken_descriptions();
    let wanted = descriptions.len() * rounds;
    let cameras = 4;
    let server = OddServer::start(Manner::Describes(descriptions)).unwrap();
    let mut scene = Scene::start().await;
    for n in 0..cameras {
        scene.sandbox.add(&format!("odd-{n}"), &server.url(MAIN)).await;
    }

    let before = rss_kib(&scene.sandbox);
    let described = || server.requests().iter().filter(|r| r.starts_with("DESCRIBE")).count();
    while described() < wanted {
        let known = described();
        for n in 0..cameras {
            // A restart skips the wait.
            let name = format!("cameras/odd-{n}");
            scene.sandbox.cameras.restart_camera(RestartCameraRequest { name }).await.unwrap();
        }
        wait::eventually_async(BOUND, "an attempt", || described() > known).await;
    }
    scene.sandbox.wait_for("odd-0", "a fault", |status| status.fault.is_some()).await;

    let grown = rss_kib(&scene.sandbox).saturating_sub(before);
    assert!(grown < GROWTH_KIB, "{grown} KiB more after {wanted} descriptions");
    assert!(!scene.sandbox.log().contains("panicked"), "{}", scene.sandbox.log());
    scene.let_pass(50).await;
    scene.end().await;
}
