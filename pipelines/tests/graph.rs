//! One graph against a real RTSP camera: what is recorded, read back picture by picture.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs::File, path::PathBuf, time::Duration};

use ronin_core::{Fault, Recorded, Room, RunId, Segment, Source, Unindexed, live::Windows};
use ronin_pipelines::{
    GraphSpec, GraphStatus, RecordOptions,
    graph::{Graph, Tap},
    segment_file,
};
use ronin_testkit::{
    camera::{Audio, Codec, FakeCamera, Pictures},
    ffprobe, numbers,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const BOUND: Duration = Duration::from_secs(40);

/// A graph that records into a folder of its own.
struct Recording {
    folder: tempfile::TempDir,
    recorded: mpsc::Receiver<Recorded>,
    status: watch::Receiver<GraphStatus>,
    tap: Tap,
    windows: Windows,
    cancel: CancellationToken,
    task: JoinHandle<Option<Fault>>,
}

impl Recording {
    #[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
    fn start(url: &str, cut: Duration) -> Self {
        ronin_pipelines::init().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (segments_tx, recorded) = mpsc::channel(1000);
        let camera = "cam".parse().unwrap();
        let windows = Windows::default();
        let graph = Graph::new(GraphSpec {
            live: Some(windows.open(&camera)),
            camera,
            run: RunId::generate(),
            source: Source::parse_url(url).unwrap(),
            record: Some(RecordOptions {
                root: folder.path().to_owned(),
                segment_duration: cut,
                sync_every: Duration::from_secs(1),
                audio: true,
            }),
            segments: segments_tx,
            unindexed: Unindexed::default(),
            room: Room::default(),
            latest: None,
        })
        .unwrap();
        let (status, tap, cancel) = (graph.status(), graph.tap(), CancellationToken::new());
        let task = tokio::spawn(graph.run(cancel.clone()));
        Self { folder, recorded, status, tap, windows, cancel, task }
    }

    async fn segments(&mut self, count: usize) -> Vec<Segment> {
        let mut segments = Vec::new();
        while segments.len() < count {
            let next = timeout(BOUND, self.recorded.recv()).await;
            let seen = self.status.borrow().clone();
            let next = next.unwrap_or_else(|_| panic!("no segment; {seen:?}"));
            segments.push(proven(&self.folder, next.unwrap()));
        }
        segments
    }

    /// Ends the graph and returns the segments that were still open.
    async fn stop(mut self) -> (Vec<Segment>, tempfile::TempDir, Option<Fault>) {
        self.cancel.cancel();
        let fault = timeout(BOUND, self.task).await.unwrap().unwrap();
        let mut rest = Vec::new();
        drop(self.tap);
        while let Ok(recorded) = self.recorded.try_recv() {
            rest.push(proven(&self.folder, recorded));
        }
        (rest, self.folder, fault)
    }
}

/// A segment whose file says of itself what was announced, and has the pieces that were.
fn proven(folder: &tempfile::TempDir, recorded: Recorded) -> Segment {
    let path = recorded.segment.path.clone();
    let file = folder.path().join(&path);
    let index = segment_file::index(&File::open(&file).unwrap()).unwrap();
    assert_eq!(recorded.index, index, "{path}");
    assert!(!index.pieces.is_empty(), "{path}");
    let seen = segment_file::inspect(&file).unwrap();
    assert_eq!(seen.whole_bytes, seen.size_bytes, "{path}");
    assert_eq!(seen.into_recorded(path), Some(recorded.clone()));
    recorded.segment
}

fn paths(folder: &tempfile::TempDir, segments: &[Segment]) -> Vec<PathBuf> {
    segments.iter().map(|segment| folder.path().join(&segment.path)).collect()
}

/// A replaced branch may finish its last file after the first of its successor.
fn assert_continuous(folder: &tempfile::TempDir, segments: &mut [Segment]) {
    segments.sort_by_key(|segment| segment.sequence);
    let files: Vec<Vec<u32>> =
        paths(folder, segments).iter().map(|path| numbers::read(path).unwrap()).collect();
    numbers::check_continuous(&files).unwrap();
    for (segment, pictures) in segments.iter().zip(&files) {
        assert_eq!(segment.frames, pictures.len() as u64, "{}", segment.path);
    }
}

fn numbered() -> Pictures {
    Pictures::SMALL
}

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
        assert!(step.abs() < 100_000, "{step} µs between {} and {}", pair[0].path, pair[1].path);
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

    let window = recording.windows.get(&"cam".parse().unwrap()).unwrap();
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
