//! Turns finished files, runs, outages and notices into rows. Owns the order file → row → news.
//!
//! ```text
//!  graphs ──files──▶ ┌──────────┐ ──row──▶ database ──▶ news
//!  supervisors ────▶ │ recorder │
//!                    └──▲────┬──┘
//!                   again│   │while the database is away
//!                       spool (beside the footage)
//! ```
//! Nothing waits for the database: while it does not answer, or is slow, entries go to the
//! [`Spool`], and are written in order when it is back. Rows are written by id, so writing one twice
//! changes nothing.
//!
//! Not here: when to cut a file ([`ronin_pipelines`]), how rows are kept ([`ronin_store`]).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_core::{
    ErrorKind, Notice, NoticeKind, Recorded, SegmentId, Unindexed, chain, notice::News,
    retry::Backoff,
};
use ronin_store::Store;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::spawn_blocking,
    time::{sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

pub use crate::spool::{Entry, Spool};
use crate::{
    disk::RealDisk,
    index::{Index, Written},
    storage::Storage,
};

/// Finished segments that may wait for the recorder, which takes them within milliseconds, or within
/// [`WRITE_TIMEOUT`] where the database just went away. Full means that muxers wait before they
/// announce the next; pictures do not.
const SEGMENT_QUEUE: usize = 1024;
/// Runs, outages and notices that may wait: each is a few hundred bytes.
const ENTRY_QUEUE: usize = 4096;
/// A database that takes longer for one row counts as away. Longer than SQLite waits for a lock.
const WRITE_TIMEOUT: Duration = Duration::from_secs(6);
/// Between attempts while the database is away.
const RETRY: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
/// Attempts for a row that the database refuses although it answers.
const REFUSALS_MAX: u32 = 5;
/// Spooled entries written before new ones are looked at again.
const BATCH: usize = 64;

/// Entries that are waited for: deletions, a few in a pass.
const KEPT_QUEUE: usize = 64;

/// Keeps entries that must outlive a crash before the next step is made.
#[derive(Clone, Debug)]
pub struct Keeper(mpsc::Sender<Kept>);

/// An entry, and who waits until it is kept.
pub(crate) type Kept = (Entry, oneshot::Sender<()>);

/// The recorder is gone.
#[derive(Debug, thiserror::Error)]
#[error("the recorder is gone")]
pub struct Gone;

impl Keeper {
    /// A keeper, and where its entries come out.
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Kept>) {
        let (sender, receiver) = mpsc::channel(KEPT_QUEUE);
        (Self(sender), receiver)
    }

    /// Returns when the entry is in the database or waits in the spool.
    pub async fn keep(&self, entry: Entry) -> Result<(), Gone> {
        let (kept, is_kept) = oneshot::channel();
        self.0.send((entry, kept)).await.map_err(|_| Gone)?;
        is_kept.await.map_err(|_| Gone)
    }
}

/// The senders to a [`Recorder`].
#[derive(Clone, Debug)]
pub struct Handle {
    /// Finished segments.
    pub segments: mpsc::Sender<Recorded>,
    /// Everything else.
    pub entries: mpsc::Sender<Entry>,
    /// What is waited for.
    pub keeper: Keeper,
}

impl Handle {
    /// Tells people something, as soon as it is stored.
    pub fn tell(&self, notice: Notice) {
        if self.entries.try_send(Entry::Notice(notice)).is_err() {
            warn!("the index is behind: a notice was not stored");
        }
    }
}

/// The task that writes rows.
#[derive(Debug)]
pub struct Recorder {
    desk: Desk<Store>,
    segments: mpsc::Receiver<Recorded>,
    entries: mpsc::Receiver<Entry>,
    to_keep: mpsc::Receiver<Kept>,
}

/// Where entries become rows, or wait.
#[derive(Debug)]
pub(crate) struct Desk<I> {
    index: I,
    unindexed: Unindexed,
    news: News,
    /// Taken out while a blocking thread works on it.
    spool: Option<Spool>,
    /// Since when the database is away.
    away_since: Option<Instant>,
    /// Whether the tables are up to date; until then nothing is written.
    prepared: watch::Receiver<bool>,
}

/// What became of an attempt to write a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Written,
    /// The database does not answer: again later.
    Away,
    /// It answers, and will not have this row.
    Refused,
}

/// Makes a recorder and the senders to it. What an earlier life left in the spool is written first,
/// and nothing before the tables are `prepared`.
pub fn channel(
    store: Store,
    storage: &Arc<Storage>,
    unindexed: Unindexed,
    news: News,
    prepared: watch::Receiver<bool>,
) -> std::io::Result<(Handle, Recorder)> {
    let (segments_tx, segments) = mpsc::channel(SEGMENT_QUEUE);
    let (entries_tx, entries) = mpsc::channel(ENTRY_QUEUE);
    let (keeper, to_keep) = Keeper::channel();
    let spool = Spool::open(Arc::new(RealDisk), &storage.root)?;
    if !spool.is_empty() {
        info!(entries = spool.len(), "entries of an earlier life wait for the database");
    }
    let handle = Handle { segments: segments_tx, entries: entries_tx, keeper };
    let desk = Desk::new(store, unindexed, news, spool, prepared);
    Ok((handle, Recorder { desk, segments, entries, to_keep }))
}

impl Recorder {
    /// Writes rows until every sender is gone and all is written, or `give_up` is called: what is
    /// left then waits in the spool for the next start.
    pub async fn run(mut self, give_up: CancellationToken) {
        let (mut segments_open, mut entries_open) = (true, true);
        let mut failures = 0;
        let mut retry_at = Instant::now();
        loop {
            let is_waiting = self.desk.is_waiting();
            if !(segments_open || entries_open || is_waiting) {
                return;
            }
            tokio::select! {
                biased;
                () = give_up.cancelled() => return self.put_aside().await,
                entry = self.entries.recv(), if entries_open => match entry {
                    Some(entry) => self.desk.take(entry).await,
                    None => entries_open = false,
                },
                Some(kept) = self.to_keep.recv() => self.desk.take_kept(kept).await,
                segment = self.segments.recv(), if segments_open => match segment {
                    Some(segment) => self.desk.take(Entry::Segment(Box::new(segment))).await,
                    None => segments_open = false,
                },
                () = sleep_until(retry_at.into()), if is_waiting => {
                    let went_on = self.desk.write_spooled().await;
                    failures = if went_on { 0 } else { failures + 1 };
                    let wait = if went_on { Duration::ZERO } else { RETRY.delay(failures, 0.5) };
                    retry_at = Instant::now() + wait;
                }
            }
        }
    }

    /// The engine ends and the database is away: everything goes to the spool.
    async fn put_aside(mut self) {
        self.segments.close();
        self.entries.close();
        while let Some(entry) = self.entries.recv().await {
            self.desk.keep(entry).await;
        }
        while let Some(segment) = self.segments.recv().await {
            self.desk.keep(Entry::Segment(Box::new(segment))).await;
        }
        let left = self.desk.waiting();
        warn!(left, "the database is away; rows wait in the spool for the next start");
    }
}

impl<I: Index> Desk<I> {
    /// A desk over what an earlier life left in the spool.
    pub(crate) fn new(
        index: I,
        unindexed: Unindexed,
        news: News,
        spool: Spool,
        prepared: watch::Receiver<bool>,
    ) -> Self {
        Self { index, unindexed, news, spool: Some(spool), away_since: None, prepared }
    }

    /// Whether something waits for the database.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting() > 0
    }

    fn waiting(&self) -> usize {
        self.spool.as_ref().map_or(0, Spool::len)
    }

    /// Writes an entry at once where nothing waits before it and the database answers.
    pub(crate) async fn take(&mut self, entry: Entry) {
        let is_first = self.with_spool(Spool::is_clear).await != Some(false);
        if is_first && self.write(&entry).await != Outcome::Away {
            return;
        }
        self.keep(entry).await;
    }

    /// As [`Desk::take`], for somebody who waits for it.
    pub(crate) async fn take_kept(&mut self, (entry, kept): Kept) {
        self.take(entry).await;
        let _ = kept.send(());
    }

    /// Writes the oldest spooled entries. False where the database is still away.
    pub(crate) async fn write_spooled(&mut self) -> bool {
        for _ in 0..BATCH {
            let next = self.with_spool(|spool| {
                let entry = spool.front()?;
                let is_outdated = spool.is_outdated(&entry);
                Some((entry, is_outdated))
            });
            match next.await.flatten() {
                None => break,
                Some((Entry::Segment(recorded), true)) => {
                    self.unindexed.forget(recorded.segment.id);
                }
                Some((entry, _)) if self.write(&entry).await == Outcome::Away => return false,
                Some(_) => {}
            }
            self.with_spool(Spool::pop).await;
        }
        if self.spool.as_ref().is_none_or(Spool::is_empty) {
            self.came_back().await;
        }
        true
    }

    /// Writes one row, and tells what was waiting for it.
    async fn write(&mut self, entry: &Entry) -> Outcome {
        let mut refusals = 0;
        if !*self.prepared.borrow() {
            return self.went_away("it did not answer at the start").await;
        }
        loop {
            let failure = match timeout(WRITE_TIMEOUT, self.attempt(entry)).await {
                Ok(Ok(())) => {
                    self.index.note_available(true);
                    return Outcome::Written;
                }
                Ok(Err(failure)) => failure,
                Err(_) => return self.went_away("no answer in time").await,
            };
            if failure.kind() == ErrorKind::Unavailable {
                return self.went_away(&chain(&failure)).await;
            }
            refusals += 1;
            warn!(error = chain(&failure), refusals, "could not write a row");
            if refusals >= REFUSALS_MAX {
                error!(?entry, "the database refuses a row; it is left out");
                if let Entry::Segment(recorded) = entry {
                    self.unindexed.forget(recorded.segment.id);
                }
                return Outcome::Refused;
            }
            sleep_until((Instant::now() + RETRY.delay(refusals, 0.5)).into()).await;
        }
    }

    async fn attempt(&self, entry: &Entry) -> Result<(), ronin_store::Error> {
        let written = self.index.write(entry).await?;
        if let Entry::Segment(recorded) = entry {
            let segment = &recorded.segment;
            debug!(camera = %segment.camera, path = segment.path, "segment indexed");
            self.unindexed.forget(segment.id);
            self.news.segment_indexed(segment);
        }
        match written {
            Written::Row => {}
            Written::Notice(row) => self.news.notice_stored(row),
            Written::Event(sequence) => self.news.event_stored(sequence),
        }
        Ok(())
    }

    async fn went_away(&mut self, why: &str) -> Outcome {
        self.index.note_available(false);
        if self.away_since.is_none() {
            self.away_since = Some(Instant::now());
            warn!(
                error = why,
                "could not write a row: the database is away, rows wait in the spool"
            );
            let text =
                "The database did not answer. Recording went on; rows waited beside the footage";
            let notice = Notice::new(NoticeKind::DatabaseAway, None, "", text);
            self.keep(Entry::Notice(notice)).await;
        }
        Outcome::Away
    }

    /// Everything that waited is written.
    async fn came_back(&mut self) {
        let Some(since) = self.away_since.take() else { return };
        let seconds = since.elapsed().as_secs();
        info!(seconds, "the database answers again, and every row is written");
        let text = format!(
            "The database did not answer for {seconds} s. Recording went on, and every row of that \
             time is written now"
        );
        let notice = Notice::new(NoticeKind::DatabaseBack, None, "", text);
        // Where it goes away again at this moment, this is the first that waits.
        if self.write(&Entry::Notice(notice.clone())).await == Outcome::Away {
            self.keep(Entry::Notice(notice)).await;
        }
    }

    /// Keeps an entry in the spool.
    async fn keep(&mut self, entry: Entry) {
        let segment = match &entry {
            Entry::Segment(recorded) => Some(recorded.segment.id),
            _ => None,
        };
        let kept = self.with_spool(move |spool| spool.push(entry)).await;
        if kept == Some(true) {
            return;
        }
        error!("there is no place for rows that wait; footage is adopted at the next start");
        self.forget(segment);
    }

    fn forget(&self, segment: Option<SegmentId>) {
        if let Some(id) = segment {
            self.unindexed.forget(id);
        }
    }

    /// Works on the spool on a thread that may block. `None` where that thread panicked.
    async fn with_spool<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Spool) -> T + Send + 'static,
    ) -> Option<T> {
        let mut spool = self.spool.take()?;
        let done = spawn_blocking(move || {
            let value = work(&mut spool);
            (spool, value)
        });
        let (spool, value) = done.await.ok()?;
        self.spool = Some(spool);
        Some(value)
    }
}
