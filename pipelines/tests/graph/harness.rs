//! A graph that records, and proofs of what it recorded.

use std::{fs::File, path::PathBuf, time::Duration};

use ronin_core::{Fault, Recorded, Room, RunId, Segment, Source, Unindexed, live::Channels};
use ronin_pipelines::{
    GraphSpec, GraphStatus, RecordOptions,
    graph::{Graph, Tap},
    segment_file,
};
use ronin_testkit::{camera::Pictures, numbers};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// No test runs over a whole multiple of this.
pub(crate) const NO_CUT: Duration = Duration::from_secs(1_000_000_000);
pub(crate) const BOUND: Duration = Duration::from_secs(40);

/// A graph that records into a folder of its own.
pub(crate) struct Recording {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) recorded: mpsc::Receiver<Recorded>,
    pub(crate) status: watch::Receiver<GraphStatus>,
    pub(crate) tap: Tap,
    pub(crate) unindexed: Unindexed,
    pub(crate) room: Room,
    pub(crate) channels: Channels,
    pub(crate) cancel: CancellationToken,
    pub(crate) task: JoinHandle<Option<Fault>>,
}

impl Recording {
    #[expect(clippy::disallowed_methods, reason = "tests have no task registry")]
    pub(crate) fn start(url: &str, cut: Duration) -> Self {
        ronin_pipelines::init().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (segments_tx, recorded) = mpsc::channel(1000);
        let camera = "cam".parse().unwrap();
        let channels = Channels::default();
        let (unindexed, room) = (Unindexed::default(), Room::default());
        let graph = Graph::new(GraphSpec {
            live: Some(channels.open(&camera).window),
            feed: Some(channels.open(&camera).main),
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
            unindexed: unindexed.clone(),
            room: room.clone(),
            latest: None,
        })
        .unwrap();
        let (status, tap, cancel) = (graph.status(), graph.tap(), CancellationToken::new());
        let task = tokio::spawn(graph.run(cancel.clone()));
        Self { folder, recorded, status, tap, unindexed, room, channels, cancel, task }
    }

    pub(crate) async fn segments(&mut self, count: usize) -> Vec<Segment> {
        let mut segments = Vec::new();
        while segments.len() < count {
            let next = timeout(BOUND, self.recorded.recv()).await;
            let seen = self.status.borrow().clone();
            let next = next.unwrap_or_else(|_| panic!("no segment; {seen:?}"));
            segments.push(proven(&self.folder, next.unwrap()));
        }
        segments
    }

    /// Waits until the status is as wanted.
    pub(crate) async fn wait_for(
        &mut self,
        wanted: impl FnMut(&GraphStatus) -> bool,
    ) -> GraphStatus {
        timeout(BOUND, self.status.wait_for(wanted)).await.unwrap().unwrap().clone()
    }

    /// The file that is being written.
    pub(crate) fn open_file(&self) -> Option<Segment> {
        let newest = self.unindexed.of(&"cam".parse().unwrap()).pop();
        newest.filter(|segment| self.unindexed.is_open(segment.id))
    }

    /// Ends the graph and returns the segments that were still open.
    pub(crate) async fn stop(mut self) -> (Vec<Segment>, tempfile::TempDir, Option<Fault>) {
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
pub(crate) fn proven(folder: &tempfile::TempDir, recorded: Recorded) -> Segment {
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

pub(crate) fn paths(folder: &tempfile::TempDir, segments: &[Segment]) -> Vec<PathBuf> {
    segments.iter().map(|segment| folder.path().join(&segment.path)).collect()
}

/// A replaced branch may finish its last file after the first of its successor.
pub(crate) fn assert_continuous(folder: &tempfile::TempDir, segments: &mut [Segment]) {
    segments.sort_by_key(|segment| segment.sequence);
    let files: Vec<Vec<u32>> =
        paths(folder, segments).iter().map(|path| numbers::read(path).unwrap()).collect();
    numbers::check_continuous(&files).unwrap();
    for (segment, pictures) in segments.iter().zip(&files) {
        assert_eq!(segment.frames, pictures.len() as u64, "{}", segment.path);
    }
}

pub(crate) fn numbered() -> Pictures {
    Pictures::SMALL
}
