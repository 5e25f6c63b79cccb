//! Turns finished files, runs and outages into rows. Owns the order file → row.
//!
//! Nothing waits for the database but this task: while it does not answer, entries wait in the
//! channels and are written, in order, when it comes back. Rows are written by id, so writing one
//! twice changes nothing.
//!
//! Not here: when to cut a file ([`ronin_pipelines`]), how rows are kept ([`ronin_store`]).

use std::{future::Future, time::Duration};

use ronin_core::{CameraId, Recorded, RunId, Segment, WallTime, chain, retry::Backoff};
use ronin_store::{Outage, Store};
use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

/// Finished segments that may wait for the database: hours of 15-minute files for 100 cameras.
/// Full means that muxers wait before they announce the next; pictures do not.
const SEGMENT_QUEUE: usize = 1024;
/// Runs and outages that may wait: each is a few hundred bytes.
const ENTRY_QUEUE: usize = 4096;
/// Between attempts while the database is away.
const RETRY: Backoff =
    Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(5) };
/// Attempts for a row that the database refuses although it answers.
const REFUSALS_MAX: u32 = 5;

/// Something to note about a camera.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// Pictures of a new connection arrive.
    RunBegan {
        /// The connection.
        run: RunId,
        /// Whose it is.
        camera: CameraId,
        /// Since when.
        at: WallTime,
    },
    /// A connection ended.
    RunEnded {
        /// The connection.
        run: RunId,
        /// When.
        at: WallTime,
        /// Machine-readable reason.
        reason: String,
    },
    /// From `at` on there is no footage, for the cause and words given; `None`: there is again.
    Outage {
        /// Whose.
        camera: CameraId,
        /// Since when.
        at: WallTime,
        /// Cause and words.
        outage: Option<(String, String)>,
    },
}

/// The senders to a [`Recorder`].
#[derive(Clone, Debug)]
pub struct Handle {
    /// Finished segments.
    pub segments: mpsc::Sender<Recorded>,
    /// Runs and outages.
    pub entries: mpsc::Sender<Entry>,
}

/// The task that writes rows.
#[derive(Debug)]
pub struct Recorder {
    store: Store,
    segments: mpsc::Receiver<Recorded>,
    entries: mpsc::Receiver<Entry>,
}

/// Makes a recorder and the senders to it.
pub fn channel(store: Store) -> (Handle, Recorder) {
    let (segments_tx, segments) = mpsc::channel(SEGMENT_QUEUE);
    let (entries_tx, entries) = mpsc::channel(ENTRY_QUEUE);
    let handle = Handle { segments: segments_tx, entries: entries_tx };
    (handle, Recorder { store, segments, entries })
}

impl Recorder {
    /// Writes rows until every sender is gone and all is written, or `give_up` is called.
    pub async fn run(mut self, give_up: CancellationToken) {
        let (mut segments_open, mut entries_open) = (true, true);
        while segments_open || entries_open {
            tokio::select! {
                biased;
                () = give_up.cancelled() => {
                    let left = self.segments.len() + self.entries.len();
                    error!(left, "rows were not written; `ronin check` shows what is missing");
                    return;
                }
                segment = self.segments.recv(), if segments_open => match segment {
                    Some(recorded) => self.write_segment(recorded.segment, &give_up).await,
                    None => segments_open = false,
                },
                entry = self.entries.recv(), if entries_open => match entry {
                    Some(entry) => self.write_entry(entry, &give_up).await,
                    None => entries_open = false,
                },
            }
        }
    }

    async fn write_segment(&self, segment: Segment, give_up: &CancellationToken) {
        let written = persist(give_up, || self.store.upsert_segment(&segment)).await;
        if written {
            debug!(camera = %segment.camera, path = segment.path, "segment indexed");
        } else {
            error!(camera = %segment.camera, path = segment.path, "a segment has no row");
        }
    }

    async fn write_entry(&self, entry: Entry, give_up: &CancellationToken) {
        let store = &self.store;
        let written = match &entry {
            Entry::RunBegan { run, camera, at } => {
                persist(give_up, || store.begin_run(*run, camera, *at)).await
            }
            Entry::RunEnded { run, at, reason } => {
                persist(give_up, || store.end_run(*run, *at, reason)).await
            }
            Entry::Outage { camera, at, outage } => {
                let outage = outage.as_ref().map(|(cause, message)| Outage {
                    cause: cause.clone(),
                    message: message.clone(),
                });
                persist(give_up, || store.set_outage(camera, *at, outage.clone())).await
            }
        };
        if !written {
            error!(?entry, "an entry about a camera was not written");
        }
    }
}

/// Repeats `write` until it succeeds. Gives up where told to, or where the database answers and
/// refuses again and again: one bad row must not hold up all others.
async fn persist<F>(give_up: &CancellationToken, mut write: impl FnMut() -> F) -> bool
where
    F: Future<Output = Result<(), ronin_store::Error>>,
{
    let mut failures = 0;
    let mut refusals = 0;
    loop {
        let failure = match write().await {
            Ok(()) => return true,
            Err(failure) => failure,
        };
        failures += 1;
        if failure.kind() != ronin_core::ErrorKind::Unavailable {
            refusals += 1;
        }
        warn!(error = chain(&failure), failures, "could not write a row");
        if refusals >= REFUSALS_MAX {
            return false;
        }
        tokio::select! {
            () = give_up.cancelled() => return false,
            () = sleep(RETRY.delay(failures, 0.5)) => {}
        }
    }
}
