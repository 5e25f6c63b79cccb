//! Faults put into a living graph from inside, where no camera can reach.

use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use gst::prelude::*;
use ronin_core::{
    Fault, Recorded, RecordingFault, Room, RunId, Segment, Source, Span, Unindexed, WallTime,
    live::{Channels, Window},
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    numbers, wait,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Graph, GraphSpec, GraphStatus, RecordOptions, Tap};
use crate::{
    branch::Trunk,
    clock::WallSource,
    sink::disk::{Disk, Medium, RealDisk},
    stats::Flag,
};

/// No test runs over a whole multiple of this.
const NO_CUT: Duration = Duration::from_secs(1_000_000_000);
const BOUND: Duration = Duration::from_secs(40);

/// A disk that refuses what it is told to.
#[derive(Default)]
struct Moody(Arc<Mood>);

#[derive(Default)]
struct Mood {
    is_full: Flag,
    loses_writes: Flag,
    /// Held by a test while writes are to wait.
    stands_still: Mutex<()>,
}

impl Disk for Moody {
    fn create(&self, root: &Path, relative: &Path) -> io::Result<Box<dyn Medium>> {
        Ok(Box::new(MoodyFile(RealDisk.create(root, relative)?, self.0.clone())))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
}

struct MoodyFile(Box<dyn Medium>, Arc<Mood>);

impl Medium for MoodyFile {
    fn append(&mut self, buffers: &[io::IoSlice<'_>]) -> io::Result<usize> {
        if self.1.is_full.is_up() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        drop(self.1.stands_still.lock().unwrap());
        self.0.append(buffers)
    }

    fn rewrite(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.rewrite(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.1.loses_writes.take() {
            true => Err(io::Error::from_raw_os_error(5)),
            false => self.0.sync(),
        }
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.cut(bytes)
    }
}

/// A clock that is set by so many µs.
#[derive(Clone, Default)]
struct SetClock(Arc<AtomicI64>);

impl SetClock {
    fn set(&self, by: i64) {
        self.0.fetch_add(by, SeqCst);
    }
}

impl WallSource for SetClock {
    fn now(&self) -> WallTime {
        WallTime::from_micros(WallTime::now().as_micros() + self.0.load(SeqCst))
    }
}

struct Living {
    _camera: FakeCamera,
    disk: Arc<Mood>,
    room: Room,
    folder: tempfile::TempDir,
    segments: mpsc::Receiver<Recorded>,
    window: Arc<Window>,
    status: watch::Receiver<GraphStatus>,
    tap: Tap,
    cancel: CancellationToken,
    task: JoinHandle<Option<Fault>>,
}

impl Living {
    async fn start() -> Self {
        Self::start_at(SetClock::default(), None).await
    }

    /// Starts under a clock that can be set, and with footage that is ahead of it.
    #[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
    async fn start_at(wall: SetClock, latest: Option<Span>) -> Self {
        crate::init().unwrap();
        let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (segments_tx, segments) = mpsc::channel(100);
        let id = "cam".parse().unwrap();
        let window = Channels::default().open(&id).window;
        let (disk, room) = (Moody::default(), Room::default());
        let mood = disk.0.clone();
        let spec = GraphSpec {
            camera: id,
            run: RunId::generate(),
            source: Source::parse_url(&camera.main_url()).unwrap(),
            record: Some(RecordOptions {
                root: folder.path().to_owned(),
                segment_duration: NO_CUT,
                sync_every: Duration::from_secs(1),
                audio: false,
            }),
            live: Some(window.clone()),
            feed: None,
            segments: segments_tx,
            unindexed: Unindexed::default(),
            room: room.clone(),
            latest,
        };
        let graph = Graph::on(spec, Arc::new(disk), Arc::new(wall.clone())).unwrap();
        let (mut status, tap, cancel) = (graph.status(), graph.tap(), CancellationToken::new());
        let task = tokio::spawn(graph.run(cancel.clone()));
        timeout(BOUND, status.wait_for(|s| s.recording)).await.unwrap().unwrap();
        Self {
            _camera: camera,
            disk: mood,
            room,
            folder,
            segments,
            window,
            status,
            tap,
            cancel,
            task,
        }
    }

    async fn wait_for(&mut self, wanted: impl FnMut(&GraphStatus) -> bool) -> GraphStatus {
        timeout(BOUND, self.status.wait_for(wanted)).await.unwrap().unwrap().clone()
    }

    /// Waits until the graph ends by itself.
    async fn ended(&mut self) -> Option<Fault> {
        timeout(BOUND, &mut self.task).await.unwrap().unwrap()
    }

    /// Its segments, each proven to hold every picture once.
    fn segments(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        while let Ok(Recorded { segment, .. }) = self.segments.try_recv() {
            let pictures = numbers::read(&self.folder.path().join(&segment.path)).unwrap();
            numbers::check_continuous(&[pictures]).unwrap();
            segments.push(segment);
        }
        segments
    }

    /// Ends the graph; returns its segments, each proven to hold every picture once.
    async fn end(mut self) -> Vec<Segment> {
        self.cancel.cancel();
        assert_eq!(self.ended().await, None);
        self.segments()
    }
}

/// Lets every buffer that leaves the errorignore of a branch meet an error, as a dead sink would.
fn break_branch(trunk: &Trunk) {
    let guard = trunk
        .bin
        .iterate_elements()
        .into_iter()
        .flatten()
        .find(|element| element.factory().is_some_and(|factory| factory.name() == "errorignore"))
        .unwrap();
    guard.static_pad("src").unwrap().add_probe(gst::PadProbeType::BUFFER, |_, info| {
        info.flow_res = Err(gst::FlowError::Error);
        gst::PadProbeReturn::Handled
    });
    gst::element_error!(guard, gst::ResourceError::Write, ["broken by the test"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_the_live_branch_is_mended_and_never_felt_by_the_recording() {
    let living = Living::start().await;
    let window = living.window.clone();
    wait::eventually(BOUND, "a live segment", || window.playlist().is_some());

    break_branch(&living.tap.0.state().live.as_ref().unwrap().trunk);
    wait::eventually(BOUND, "the live branch mended, and the players told of the seam", || {
        window.playlist().is_some_and(|p| p.contains("#EXT-X-DISCONTINUITY\n"))
    });

    assert_eq!(living.end().await.len(), 1, "one file: the recording noticed nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_fails_is_begun_again_while_the_live_view_goes_on() {
    let mut living = Living::start().await;
    let window = living.window.clone();

    break_branch(&living.tap.0.state().record.as_ref().unwrap().trunk);
    let failed = living.wait_for(|s| !s.recording).await;
    living.wait_for(|s| s.recording && s.warnings.is_empty()).await;
    wait::eventually(BOUND, "live segments", || {
        window.playlist().is_some_and(|p| p.matches("#EXTINF").count() >= 5)
    });

    assert!(failed.streaming && failed.warnings[0].contains("recording failed"), "{failed:?}");
    assert!(!window.playlist().unwrap().contains("#EXT-X-DISCONTINUITY\n"));
    assert!(!living.end().await.is_empty(), "it records again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_is_told_at_once_and_recording_goes_on_when_it_is_not() {
    let mut living = Living::start().await;

    living.disk.is_full.raise();
    let failed = living.wait_for(|s| !s.recording).await;
    timeout(BOUND, living.room.wanted()).await.unwrap();
    living.disk.is_full.take();
    living.wait_for(|s| s.recording && s.recording_fault.is_none()).await;

    assert_eq!(failed.recording_fault, Some(RecordingFault::DiskFull));
    assert!(failed.streaming && failed.warnings[0].contains("the disk is full"), "{failed:?}");
    let segments = living.end().await;
    assert_eq!(segments.len(), 2, "what was whole, and what came after");
    assert!(segments[0].end <= segments[1].start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_costs_what_it_was_for_and_no_more() {
    let mut living = Living::start().await;

    living.disk.loses_writes.raise();
    let failed = living.wait_for(|s| !s.recording).await;
    living.wait_for(|s| s.recording && s.recording_fault.is_none()).await;

    let fault = failed.recording_fault.unwrap();
    assert_eq!(fault.reason(), "RECORDING_FAILED");
    assert!(fault.message().contains("os error 5"), "{}", fault.message());
    assert!(!living.end().await.is_empty(), "each file decodes as it was announced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_stands_still_leaves_a_hole_that_is_seen_and_told() {
    let mut living = Living::start().await;

    let (release, released) = std::sync::mpsc::channel::<()>();
    let disk = living.disk.clone();
    std::thread::spawn(move || {
        let _held = disk.stands_still.lock().unwrap();
        let _ = released.recv();
    });
    let slow = living.wait_for(|s| s.recording_fault.is_some()).await;
    drop(release);
    living.wait_for(|s| s.recording && s.recording_fault.is_none()).await;
    let dropped = living.status.borrow().dropped_frames;
    let mut segments = living.end().await;

    assert!(slow.recording_fault.unwrap().message().contains("slower than the camera"));
    segments.sort_by_key(|segment| segment.sequence);
    assert_eq!(segments.len(), 2);
    let hole = segments[1].start.since(segments[0].end).as_secs_f64();
    assert!((hole - dropped as f64 / 25.0).abs() < 0.2, "{hole} s, {dropped} pictures");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_dead_does_not_hold_up_the_end() {
    let mut living = Living::start().await;
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (disk, (hold, held)) = (living.disk.clone(), std::sync::mpsc::channel());
    std::thread::spawn(move || {
        let _held = disk.stands_still.lock().unwrap();
        let _ = hold.send(());
        let _ = released.recv();
    });
    held.recv().unwrap();

    living.cancel.cancel();
    let ended = living.ended().await;

    drop(release);
    assert_eq!(ended, None);
}

const HOUR_US: i64 = 3_600_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_ends_the_run_and_its_times_stay_as_they_were() {
    for by in [HOUR_US, -HOUR_US] {
        let wall = SetClock::default();
        let mut living = Living::start_at(wall.clone(), None).await;
        let before = WallTime::now();

        wall.set(by);

        assert_eq!(living.ended().await, Some(Fault::ClockSet));
        let segments = living.segments();
        assert_eq!(segments.len(), 1);
        let (start, end) = (segments[0].start, segments[0].end);
        assert!(start < before && end.since(start) < Duration::from_secs(30), "{start} {end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_after_the_clock_was_set_back_is_recorded_behind_the_footage() {
    let wall = SetClock::default();
    let living = Living::start_at(wall.clone(), None).await;
    let tap = living.tap.clone();
    let first = living.end().await;
    let footage = tap.footage().unwrap();
    // Older footage before it, so that the clock falls back into the stretch.
    let footage = Span::new(footage.start - Duration::from_secs(60), footage.end);
    wall.set(-30_000_000);

    let mut living = Living::start_at(wall.clone(), Some(footage)).await;
    let told = living.wait_for(|s| !s.warnings.is_empty()).await;
    let second = living.end().await;

    assert_eq!(footage.end, first[0].end);
    assert_eq!(second[0].start, footage.end, "nothing between, nothing twice");
    assert!(told.warnings[0].contains("s ahead, because the clock was set back"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_comes_to_footage_from_before_ends_there() {
    let ahead = WallTime::now() + Duration::from_secs(12);
    let ahead = Span::new(ahead, ahead + Duration::from_secs(3600));
    let mut living = Living::start_at(SetClock::default(), Some(ahead)).await;

    assert_eq!(living.ended().await, Some(Fault::ClockSet));
    let segments = living.segments();
    let end = segments.last().unwrap().end;
    assert!(end <= ahead.start && ahead.start.since(end) < Duration::from_secs(1), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_the_camera_is_compared_with_ours() {
    let wall = SetClock::default();
    wall.set(-5 * HOUR_US);
    let mut living = Living::start_at(wall, None).await;

    let told = living.wait_for(|s| s.clock_offset.is_some()).await;

    let hours = told.clock_offset.unwrap() / 3600.0;
    assert!((hours - 5.0).abs() < 0.001, "{hours} h");
    living.end().await;
}
