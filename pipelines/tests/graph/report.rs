//! What people are shown of a graph: its numbers and its drawing.

use std::time::Duration;

use ronin_core::{
    Transport,
    status::{BranchStats, GraphStats, PacketStats},
};
use ronin_testkit::{
    camera::{Audio, FakeCamera, Wire},
    wait,
};

use crate::harness::{BOUND, NO_CUT, Recording, numbered};

fn rates(stats: &GraphStats) -> Option<Vec<(&'static str, f64, u64)>> {
    let rate = |branch: &BranchStats| {
        branch.rate.map(|rate| (branch.branch, rate.frames_per_second, rate.bits_per_second))
    };
    stats.branches.iter().map(rate).collect()
}

fn packets(recording: &Recording, media: &str) -> Option<PacketStats> {
    recording.tap.stats().source.packets.into_iter().find(|stream| stream.media == media)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_measured_for_each_branch_and_each_stream() {
    let camera = FakeCamera::builder().main_stream(numbered()).audio(Audio::Pcma).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), NO_CUT);
    assert_eq!(rates(&recording.tap.stats()), None, "nothing is measured yet");
    recording.wait_for(|status| status.recording).await;
    wait::eventually(BOUND, "rates of all branches", || {
        rates(&recording.tap.stats()).is_some_and(|rates| rates.len() == 3)
    });

    let stats = recording.tap.stats();

    for (branch, frames, bits) in rates(&stats).unwrap() {
        assert!((15.0..35.0).contains(&frames) && bits > 1000, "{branch}: {frames}, {bits}");
    }
    let most: Vec<_> = stats.branches.iter().map(|branch| branch.most_queued).collect();
    assert_eq!(most[0], None, "nothing waits at the source");
    assert!(most[1].is_some_and(|most| most.ms > 0 && most.bytes > 0), "{most:?}");
    assert!(most[1].is_some_and(|most| most.ms >= stats.branches[1].queued_ms), "{stats:?}");
    assert_eq!((stats.source.transport, stats.source.tls), (Transport::Tcp, false));
    let media: Vec<&str> = stats.source.packets.iter().map(|p| p.media.as_str()).collect();
    assert_eq!(media, ["video", "audio"]);
    for stream in &stats.source.packets {
        assert!(stream.received > 50, "{stream:?}");
        assert_eq!((stream.lost, stream.late, stream.duplicates), (0, 0, 0), "{stream:?}");
        assert!((0.0..1000.0).contains(&stream.average_jitter_ms), "{stream:?}");
    }
    recording.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_that_a_bad_line_loses_and_doubles_are_counted() {
    let camera = FakeCamera::builder().main_stream(numbered()).start().unwrap();
    let mut recording = Recording::start(&camera.main_url(), NO_CUT);
    recording.wait_for(|status| status.streaming).await;
    assert_eq!(packets(&recording, "video").unwrap().lost, 0);

    camera.set_wire(Wire { lost: 40, doubled: 40, seed: 7, ..Wire::default() });

    wait::eventually(BOUND, "packets that are missing, and some twice", || {
        let seen = packets(&recording, "video").unwrap_or_default();
        seen.lost >= 3 && seen.duplicates >= 3
    });
    let seen = packets(&recording, "video").unwrap();
    let sent = camera.wire_counts("/main").unwrap();
    assert!(seen.lost <= sent.lost, "{seen:?} of {sent:?}");
    recording.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drawing_shows_every_branch_and_neither_address_nor_password() {
    let camera = FakeCamera::builder()
        .main_stream(numbered())
        .audio(Audio::Pcma)
        .login("viewer-4711", "canary-5150")
        .start()
        .unwrap();
    let address = camera.addr().to_string();
    let url = camera.main_url().replace("rtsp://", "rtsp://viewer-4711:canary-5150@");
    let mut recording = Recording::start(&url, Duration::from_secs(2));
    recording.wait_for(|status| status.recording).await;
    // Over some cuts, so that branches were replaced.
    recording.segments(2).await;
    wait::eventually(BOUND, "a branch of each kind that is whole", || {
        let elements = recording.tap.drawing().elements;
        ["mp4mux", "hlssink2"].iter().all(|kind| elements.iter().any(|e| e.factory == *kind))
    });

    let drawing = recording.tap.drawing();

    let shown = format!("{drawing:?}");
    for secret in ["canary", "viewer-4711", "rtsp://", &address, "/main", "_0x"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert!(!shown.contains(&recording.folder.path().display().to_string()), "{shown}");
    let mut branches: Vec<(&str, &str)> =
        drawing.elements.iter().map(|e| (&*e.branch, &*e.factory)).collect();
    for (branch, factory) in [
        ("source", "rtspsrc"),
        ("source", "rtpjitterbuffer"),
        ("source", "rtph264depay"),
        ("source", "tee"),
        ("record", "queue"),
        ("record", "mp4mux"),
        ("live", "hlssink2"),
    ] {
        assert!(branches.contains(&(branch, factory)), "{branch} {factory}: {branches:?}");
    }
    branches.retain(|(branch, _)| *branch == "record");
    let place = |factory| branches.iter().position(|(_, f)| *f == factory).unwrap();
    assert!(place("queue") < place("mp4mux"), "from the entrance to the end: {branches:?}");
    assert!(drawing.dot.starts_with("digraph pipeline {"), "{shown}");
    for element in &drawing.elements {
        assert!(drawing.dot.contains(&element.name), "{} is not drawn", element.name);
    }
    recording.stop().await;
}
