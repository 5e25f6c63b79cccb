//! Recorded footage through the very stages that live pictures go through, as fast as the machine
//! can, and how the events compare with those that were recorded.
//!
//! One replay runs at a time, on a thread of low priority with a model of its own: live pictures come
//! first. Replays are kept until the engine stops.
//!
//! Not here: the stages ([`ronin_vision::chain`]), the model ([`crate::detector`]).

mod difference;
mod pass;

use std::{
    collections::VecDeque,
    path::PathBuf,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ronin_api::DetectionFacts;
use ronin_core::{
    Event, Segment, Unindexed, WallTime,
    detection::{Models, Replay, ReplayError, ReplayRequest, ReplayState},
};
use ronin_store::Store;
use ronin_vision::detector::STACK_BYTES;
use tokio::{
    sync::{Notify, oneshot},
    task::spawn_blocking,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::{
    difference::compare,
    pass::{Pass, Progress},
};
use crate::detector::{Load, ModelFiles};

/// Replays that are kept; the oldest that is over goes.
const KEPT_MAX: usize = 50;
/// Replays that wait: more is a script gone wrong.
const WAITING_MAX: usize = 10;
/// Segments of a replay: a day of minutes, and some.
const SEGMENTS_MAX: u64 = 5000;
/// The picture that a replay is at when the engine ends, or the model that it loads.
const ENDS_WITHIN: Duration = Duration::from_secs(4);
/// Events of a day that are compared.
const EVENTS_MAX: u64 = 10_000;

/// The replays. Cheap to clone.
#[derive(Clone)]
pub struct Replays(Arc<Shared>);

struct Shared {
    store: Store,
    /// Footage that has no row yet, as far as it is whole.
    unindexed: Unindexed,
    storage_root: PathBuf,
    load: Load,
    models: ModelFiles,
    /// Newest first.
    all: Mutex<VecDeque<Kept>>,
    news: Notify,
}

/// What came of a replay.
struct Made {
    events: Vec<Event>,
    /// What they are compared with: the events of the baseline, or those that were recorded.
    other: Vec<Event>,
    has_baseline: bool,
}

struct Kept {
    replay: Replay,
    is_cancelled: Arc<AtomicBool>,
}

impl Replays {
    /// No replays yet.
    pub fn new(
        store: Store,
        unindexed: Unindexed,
        storage_root: PathBuf,
        load: Load,
        models: ModelFiles,
    ) -> Self {
        let (all, news) = (Mutex::default(), Notify::new());
        Self(Arc::new(Shared { store, unindexed, storage_root, load, models, all, news }))
    }

    /// Runs what was asked for, one after the other, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let Some((id, request, model, is_cancelled)) = self.next() else {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = self.0.news.notified() => continue,
                }
            };
            let mut work = pin!(self.run_one(id, &request, &model, is_cancelled.clone()));
            tokio::select! {
                () = stop.cancelled() => {
                    is_cancelled.store(true, Ordering::Relaxed);
                    // libtorch must not be at work when the program ends.
                    let _ = timeout(ENDS_WITHIN, work).await;
                    return;
                }
                outcome = &mut work => self.finish(id, outcome),
            }
        }
    }

    /// The oldest that waits, which runs from now on.
    fn next(&self) -> Option<(Uuid, ReplayRequest, String, Arc<AtomicBool>)> {
        let mut all = self.all();
        let waiting = |kept: &&mut Kept| kept.replay.state == ReplayState::Queued;
        let kept = all.iter_mut().rev().find(waiting)?;
        let replay = &mut kept.replay;
        replay.state = ReplayState::Running;
        let (request, model) = (replay.request.clone(), replay.model.clone());
        Some((replay.id, request, model, kept.is_cancelled.clone()))
    }

    async fn run_one(
        &self,
        id: Uuid,
        request: &ReplayRequest,
        model: &str,
        is_cancelled: Arc<AtomicBool>,
    ) -> Result<Made, String> {
        let words = |e: ronin_store::Error| ronin_core::chain(&e);
        let store = &self.0.store;
        let (camera, span) = (&request.camera, request.span);
        let mut segments: Vec<Segment> =
            store.segments_in(camera, span, None, SEGMENTS_MAX).await.map_err(words)?;
        let fresh = self.0.unindexed.of(camera).into_iter();
        segments.extend(fresh.filter(|segment| !segment.span().intersect(span).is_empty()));
        segments.sort_by_key(|segment| (segment.start, segment.id));
        // One that was given its row in between.
        segments.dedup_by_key(|segment| segment.id);
        let (parts, share) = match &request.baseline {
            Some(baseline) => (vec![baseline.clone(), request.settings.clone()], 0.5),
            None => (vec![request.settings.clone()], 1.0),
        };
        let began = Instant::now();
        let mut made: Vec<Vec<Event>> = Vec::new();
        let mut before = Progress::default();
        for settings in parts {
            let pass = Pass {
                root: self.0.storage_root.clone(),
                segments: segments.clone(),
                request: ReplayRequest { settings, ..request.clone() },
                model: model.to_owned(),
                load: self.0.load.clone(),
                is_cancelled: is_cancelled.clone(),
            };
            let (own, reached) = (self.clone(), Arc::new(Mutex::new(before)));
            let newest = reached.clone();
            let note = move |progress: Progress| {
                let now = before.and(progress, share);
                *newest.lock().unwrap_or_else(PoisonError::into_inner) = now;
                own.change(id, |replay| {
                    replay.progress = now.done;
                    replay.pictures = now.pictures;
                    replay.detected = now.detected;
                    replay.speed = now.footage.as_secs_f64() / began.elapsed().as_secs_f64();
                });
            };
            let (done, is_done) = oneshot::channel();
            let work = move || drop(done.send(pass.run(note)));
            let thread = thread::Builder::new().name("replay".to_owned()).stack_size(STACK_BYTES);
            let thread = thread.spawn(work);
            let thread = thread.map_err(|e| format!("no thread can be started: {e}"))?;
            let outcome = is_done.await;
            let _ = spawn_blocking(move || thread.join()).await;
            made.push(outcome.map_err(|_| "it stopped: see the log".to_owned())??);
            before = *reached.lock().unwrap_or_else(PoisonError::into_inner);
        }
        let events = made.pop().unwrap_or_default();
        if let Some(baseline) = made.pop() {
            return Ok(Made { events, other: baseline, has_baseline: true });
        }
        // Afterwards, so that events which were still open are whole.
        let recorded = store.events_in(camera, span, EVENTS_MAX).await.map_err(words)?;
        Ok(Made { events, other: recorded, has_baseline: false })
    }

    fn finish(&self, id: Uuid, outcome: Result<Made, String>) {
        let is_cancelled = self.is_cancelled(id);
        self.change(id, |replay| match outcome {
            _ if is_cancelled => replay.state = ReplayState::Cancelled,
            Ok(Made { events, other, has_baseline }) => {
                replay.difference = compare(&events, &other);
                replay.events = events;
                replay.baseline_events = if has_baseline { other } else { Vec::new() };
                replay.progress = 1.0;
                replay.state = ReplayState::Succeeded;
            }
            Err(message) => {
                replay.state = ReplayState::Failed;
                replay.message = message;
            }
        });
    }

    fn is_cancelled(&self, id: Uuid) -> bool {
        let all = self.all();
        let kept = all.iter().find(|kept| kept.replay.id == id);
        kept.is_some_and(|kept| kept.is_cancelled.load(Ordering::Relaxed))
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Replay)) {
        if let Some(kept) = self.all().iter_mut().find(|kept| kept.replay.id == id) {
            change(&mut kept.replay);
        }
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DetectionFacts for Replays {
    fn models(&self) -> Models {
        self.0.models.list()
    }

    fn create_replay(&self, request: ReplayRequest) -> Result<Replay, ReplayError> {
        let model = match &request.model {
            Some(model) => model.clone(),
            None => self.0.models.in_use().map_err(ReplayError::NoModel)?,
        };
        if !self.0.models.has(&model) {
            return Err(ReplayError::ModelNotFound(model));
        }
        let mut all = self.all();
        let waiting = all.iter().filter(|kept| kept.replay.state == ReplayState::Queued).count();
        if waiting >= WAITING_MAX {
            return Err(ReplayError::TooMany(waiting));
        }
        let replay = Replay {
            id: Uuid::now_v7(),
            created_at: WallTime::now(),
            request,
            model,
            state: ReplayState::Queued,
            message: String::new(),
            progress: 0.0,
            pictures: 0,
            detected: 0,
            speed: 0.0,
            events: Vec::new(),
            baseline_events: Vec::new(),
            difference: ronin_core::detection::Difference::default(),
        };
        all.push_front(Kept { replay: replay.clone(), is_cancelled: Arc::default() });
        while all.len() > KEPT_MAX {
            let is_over = |kept: &Kept| {
                !matches!(kept.replay.state, ReplayState::Queued | ReplayState::Running)
            };
            let Some(oldest) = all.iter().rposition(is_over) else { break };
            all.remove(oldest);
        }
        drop(all);
        self.0.news.notify_one();
        Ok(replay)
    }

    fn replay(&self, id: Uuid) -> Option<Replay> {
        self.all().iter().find(|kept| kept.replay.id == id).map(|kept| kept.replay.clone())
    }

    fn replays(&self) -> Vec<Replay> {
        self.all().iter().map(|kept| kept.replay.clone()).collect()
    }

    fn cancel_replay(&self, id: Uuid) -> Option<Replay> {
        let mut all = self.all();
        let kept = all.iter_mut().find(|kept| kept.replay.id == id)?;
        kept.is_cancelled.store(true, Ordering::Relaxed);
        if kept.replay.state == ReplayState::Queued {
            kept.replay.state = ReplayState::Cancelled;
        }
        Some(kept.replay.clone())
    }
}
