//! One task for each camera: carries out what [`super::life`] decides, and says how it goes.
//!
//! Nothing here waits for the database or for another camera. A panic in the graph's task is this
//! camera's fault and leads to a new graph.

use std::{sync::Arc, time::Instant};

use ronin_core::{
    CameraConfig, CameraState, CameraStatus, Fault, Recorded, Room, RunId, Source, Span, Unindexed,
    WallTime,
    live::{Channel, Channels},
    status::SeenFault,
};
use ronin_pipelines::{
    GraphSpec, GraphStatus, RecordOptions,
    analysis::Tally as LookedAt,
    graph::{Graph, Tap},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep_until,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{info, warn};

pub use super::handle::Handle;
use super::{
    analysis, answers,
    board::Board,
    handle::{self, Order, Question},
    latest::Latest,
    life::{Action, Chance, Input, Life, Next, step},
    outage::{self, Said},
    reconnects::Tally,
    rendition, sub, telling,
    told::Told,
};
use crate::{
    recorder::Entry,
    storage::Storage,
    tasks::{Panicked, TaskKind, Tasks},
};

/// What every supervisor needs of the engine.
#[derive(Clone)]
pub struct Context {
    /// Starts graphs.
    pub tasks: Tasks,
    /// Where and how footage is written.
    pub storage: Arc<Storage>,
    /// What each camera shows now.
    pub live: Channels,
    /// Where finished segments go.
    pub segments: mpsc::Sender<Recorded>,
    /// Where files are listed until they have a row.
    pub unindexed: Unindexed,
    /// The room on the disk.
    pub room: Room,
    /// What each camera has recorded last.
    pub latest: Latest,
    /// Where runs and outages go.
    pub entries: mpsc::Sender<Entry>,
    /// Where the status of each camera is posted.
    pub board: Board,
    /// For those who look at the pictures.
    pub means: analysis::Means,
}

/// Starts the supervisor of a camera. `after`: a supervisor of the same camera that must end first.
pub fn start(
    context: Context,
    config: CameraConfig,
    after: Option<JoinHandle<Result<(), Panicked>>>,
) -> (Handle, JoinHandle<Result<(), Panicked>>) {
    let (handle, orders) = handle::channel();
    let tasks = context.tasks.clone();
    let task = tasks.spawn(TaskKind::Camera, "camera", async move {
        if let Some(after) = after {
            let _ = after.await;
        }
        Supervisor::new(context, config).run(orders).await;
    });
    (handle, task)
}

/// Where the sub stream comes from, while it may be watched.
fn sub_source(config: &CameraConfig) -> Option<Source> {
    config.sub.clone().filter(|_| config.enabled)
}

struct Running {
    run: RunId,
    cancel: CancellationToken,
    task: JoinHandle<Result<Option<Fault>, Panicked>>,
    status: watch::Receiver<GraphStatus>,
    tap: Tap,
}

struct Supervisor {
    context: Context,
    config: CameraConfig,
    life: Life,
    channel: Channel,
    /// The source of the sub stream, where it may be watched; and the task that follows it.
    sub: watch::Sender<Option<Source>>,
    sub_task: JoinHandle<Result<(), Panicked>>,
    /// Ends the renditions.
    renditions: DropGuard,
    /// What is looked for in the pictures; and the task that does.
    analysis: watch::Sender<Option<analysis::Wanted>>,
    analysis_task: JoinHandle<Result<(), Panicked>>,
    /// Hands on what became of events.
    telling_task: JoinHandle<Result<(), Panicked>>,
    looked: Arc<LookedAt>,
    graph: Option<Running>,
    status: CameraStatus,
    /// Where the footage of the last graph that recorded ends.
    footage_end: Option<WallTime>,
    said: Said,
    told: Told,
    tally: Tally,
}

impl Supervisor {
    fn new(context: Context, config: CameraConfig) -> Self {
        let channel = context.live.open(&config.id);
        let status = CameraStatus::new(CameraState::Disabled, WallTime::now());
        let sub = watch::channel(sub_source(&config)).0;
        let follow =
            sub::run(context.clone(), config.id.clone(), sub.subscribe(), channel.sub.clone());
        let sub_task = context.tasks.spawn(TaskKind::Camera, "sub stream", follow);
        let renditions = CancellationToken::new();
        for (input, output) in
            [(&channel.main, &channel.main_h264), (&channel.sub, &channel.sub_h264)]
        {
            let (input, output) = (input.clone(), output.clone());
            let run = rendition::run(config.id.clone(), input, output, renditions.clone());
            context.tasks.spawn(TaskKind::Camera, "rendition", run);
        }
        let analysis = watch::channel(analysis::Wanted::of(&config)).0;
        let looked = Arc::<LookedAt>::default();
        let (teller, hand_on) = telling::channel(context.entries.clone());
        let telling_task = context.tasks.spawn(TaskKind::Camera, "events", hand_on);
        let look = analysis::run(
            context.means.clone(),
            teller,
            config.id.clone(),
            analysis.subscribe(),
            channel.clone(),
            looked.clone(),
        );
        let analysis_task = context.tasks.spawn(TaskKind::Camera, "analysis", look);
        Self {
            context,
            config,
            life: Life::Disabled,
            channel,
            sub,
            sub_task,
            renditions: renditions.drop_guard(),
            analysis,
            analysis_task,
            telling_task,
            looked,
            graph: None,
            status,
            footage_end: None,
            said: Said::default(),
            told: Told::default(),
            tally: Tally::default(),
        }
    }

    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        if self.config.enabled {
            self.input(Input::Enable);
        }
        self.publish(true);
        while self.life != Life::Over {
            let retry_at = match self.life {
                Life::Backoff { until, .. } => Some(until),
                _ => None,
            };
            tokio::select! {
                order = orders.recv() => self.obey(order.unwrap_or(Order::End)),
                news = next_news(&mut self.graph) => match news {
                    News::Ended(ended) => self.graph_ended(ended),
                    News::Status(status) => self.graph_changed(status),
                },
                () = sleep_until(retry_at.unwrap_or_else(Instant::now).into()),
                    if retry_at.is_some() => self.input(Input::Timer),
            }
        }
        self.channel.window.clear();
        drop(self.analysis);
        let _ = self.analysis_task.await;
        let _ = self.telling_task.await;
        drop(self.renditions);
        drop(self.sub);
        let _ = self.sub_task.await;
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Configure(new) => {
                let old = std::mem::replace(&mut self.config, *new);
                self.sub.send_replace(sub_source(&self.config));
                let wanted = analysis::Wanted::of(&self.config);
                self.analysis.send_if_modified(|now| {
                    let is_news = *now != wanted;
                    *now = wanted;
                    is_news
                });
                if !self.config.enabled {
                    self.input(Input::Disable);
                    self.channel.window.clear();
                } else if !old.enabled {
                    self.input(Input::Enable);
                } else if old.needs_new_life(&self.config) {
                    self.input(Input::Restart);
                }
            }
            Order::Restart if self.config.enabled => self.input(Input::Restart),
            Order::Restart => {}
            Order::End => self.input(Input::End),
            Order::Answer(question) => self.answer(question),
        }
    }

    fn input(&mut self, input: Input) {
        let chance = Chance { run: RunId::generate(), jitter: rand::random() };
        let (life, action) = step(self.life.clone(), input, Instant::now(), chance);
        let changed = life != self.life;
        self.life = life;
        match action {
            Some(Action::Start(run)) => self.start_graph(run),
            Some(Action::Cancel(run)) => {
                if let Some(graph) = self.graph.as_ref().filter(|graph| graph.run == run) {
                    graph.cancel.cancel();
                }
            }
            None => {}
        }
        if changed {
            self.publish(true);
        }
    }

    fn start_graph(&mut self, run: RunId) {
        let storage = &self.context.storage;
        let record = self.config.record.enabled.then(|| RecordOptions {
            root: storage.root.clone(),
            segment_duration: storage.segment_duration,
            sync_every: storage.sync_every,
            audio: self.config.record.audio,
        });
        let graph = Graph::new(GraphSpec {
            camera: self.config.id.clone(),
            run,
            source: self.config.main.clone(),
            record,
            live: Some(self.channel.window.clone()),
            feed: Some(self.channel.main.clone()),
            segments: self.context.segments.clone(),
            unindexed: self.context.unindexed.clone(),
            room: self.context.room.clone(),
            latest: self.context.latest.ahead_of(&self.config.id, WallTime::now()),
        });
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        let tasks = &self.context.tasks;
        self.graph = match graph {
            Ok(graph) => {
                let (status, tap) = (graph.status(), graph.tap());
                let task = tasks.spawn(TaskKind::Camera, "graph", graph.run(token));
                Some(Running { run, cancel, task, status, tap })
            }
            Err(error) => {
                // The same way back as any other fault: through the end of a task.
                let fault = Fault::Internal { detail: ronin_core::chain(&error) };
                warn!(camera = %self.config.id, error = ronin_core::chain(&error), "no graph");
                self.life = Life::Backoff {
                    until: Instant::now() + fault.backoff().delay(1, 0.5),
                    fault,
                    failures: 1,
                };
                None
            }
        };
    }

    fn graph_changed(&mut self, status: GraphStatus) {
        let Some(graph) = &self.graph else { return };
        let (run, footage) = (graph.run, graph.tap.footage());
        let first = status.streaming && matches!(self.life, Life::Connecting { .. });
        self.status.streams = status.streams;
        self.status.recording = status.recording;
        self.status.recording_fault = status.recording_fault;
        self.status.clock_offset = status.clock_offset;
        self.status.dropped_frames = status.dropped_frames;
        self.status.warnings = status.warnings;
        self.note_footage(footage);
        if first {
            info!(camera = %self.config.id, %run, "camera streams");
            let at = WallTime::now();
            self.tally.streams(at);
            self.log(Entry::RunBegan { run, camera: self.config.id.clone(), at });
            self.input(Input::Picture(run));
        } else {
            if self.said.differs(&outage::of(&self.life, &self.status, &self.config)) {
                self.log_outage(WallTime::now());
            }
            self.publish(false);
        }
    }

    fn graph_ended(&mut self, ended: Ended) {
        let Ended { run, outcome, streamed, footage } = ended;
        self.note_footage(footage);
        let fault = outcome.unwrap_or_else(|Panicked| {
            Some(Fault::Internal { detail: "its task panicked".into() })
        });
        let reason = match (&fault, &self.life) {
            (Some(fault), _) => fault.reason(),
            (None, Life::Stopping { next: Next::Disable, .. }) => "CAMERA_DISABLED",
            (None, Life::Stopping { next: Next::Connect, .. }) => "RESTARTED",
            _ => "STOPPED",
        };
        if let Some(fault) = &fault {
            let message = fault.message(&self.config.main);
            if fault.is_of_camera() {
                warn!(camera = %self.config.id, reason, message, "camera lost");
            } else {
                info!(camera = %self.config.id, reason, message, "a new run begins");
            }
        }
        if streamed {
            self.tally.ended(fault.clone());
            let (at, reason) = (WallTime::now(), reason.to_owned());
            self.log(Entry::RunEnded { run, at, reason });
        }
        self.status.streams.clear();
        self.status.recording = false;
        self.status.recording_fault = None;
        self.status.clock_offset = None;
        self.status.warnings.clear();
        self.input(Input::Ended(run, fault));
    }

    /// Brings the status up to date with the life and posts it.
    fn publish(&mut self, state_changed: bool) {
        let now = WallTime::now();
        let status = &mut self.status;
        let (state, failures) = match &self.life {
            Life::Disabled | Life::Over => (CameraState::Disabled, 0),
            Life::Connecting { failures, .. } => (CameraState::Connecting, *failures),
            Life::Streaming { .. } => (CameraState::Streaming, 0),
            Life::Stopping { .. } => (CameraState::Stopping, 0),
            Life::Backoff { until, failures, .. } => {
                let wait = until.saturating_duration_since(Instant::now());
                (CameraState::Backoff { next_attempt_at: now + wait }, *failures)
            }
        };
        status.run = self.graph.as_ref().map(|graph| graph.run);
        status.failed_attempts = failures;
        match &self.life {
            Life::Backoff { fault, .. } => {
                let same = status.fault.as_ref().is_some_and(|seen| seen.fault == *fault);
                if !same {
                    status.fault = Some(SeenFault { fault: fault.clone(), at: now });
                }
            }
            Life::Streaming { .. } | Life::Disabled | Life::Over => status.fault = None,
            Life::Connecting { .. } | Life::Stopping { .. } => {}
        }
        if state_changed {
            if std::mem::discriminant(&status.state) != std::mem::discriminant(&state) {
                status.since = now;
            }
            status.state = state;
            self.log_outage(now);
        }
        for notice in self.told.news(&self.life, &self.status, &self.config, Instant::now()) {
            self.log(Entry::Notice(notice));
        }
        self.context.board.post(self.config.id.clone(), self.status.clone());
    }

    /// Says since when, and why, there is no footage, or that there is again.
    fn log_outage(&mut self, now: WallTime) {
        if self.life == Life::Over {
            return;
        }
        let outage = outage::of(&self.life, &self.status, &self.config);
        let at = self.said.say(&outage, self.footage_end, now);
        self.log(Entry::Outage { camera: self.config.id.clone(), at, outage });
    }

    /// Notes how far the footage of this graph goes.
    fn note_footage(&mut self, footage: Option<Span>) {
        if let Some(footage) = footage {
            self.context.latest.recorded(&self.config.id, footage);
            self.footage_end = Some(footage.end);
        }
    }

    fn log(&self, entry: Entry) {
        // Footage does not depend on these rows, so a full queue costs a row and not a wait.
        if self.context.entries.try_send(entry).is_err() {
            warn!(camera = %self.config.id, "the index is behind: an outage was not noted");
        }
    }

    /// Answers a question that does not change the camera's life.
    fn answer(&self, question: Question) {
        let tap = self.graph.as_ref().map(|graph| graph.tap.clone());
        match question {
            Question::Stats(reply) => {
                let looked = self.analysis.borrow().is_some().then(|| self.looked.stats());
                answers::stats(tap, looked, self.tally.reconnects(), reply);
            }
            Question::Graph(reply) => answers::drawing(tap, reply),
            Question::Snapshot(reply) => {
                answers::snapshot(tap, &self.config, self.status.fault.as_ref(), reply);
            }
        }
    }
}

struct Ended {
    run: RunId,
    outcome: Result<Option<Fault>, Panicked>,
    streamed: bool,
    footage: Option<Span>,
}

/// What a graph says.
enum News {
    Status(GraphStatus),
    Ended(Ended),
}

/// The next news of the graph, where there is one; else never.
async fn next_news(graph: &mut Option<Running>) -> News {
    let Some(running) = graph else { return std::future::pending().await };
    tokio::select! {
        biased;
        Ok(()) = running.status.changed() => {
            News::Status(running.status.borrow_and_update().clone())
        }
        outcome = &mut running.task => {
            let (run, streamed) = (running.run, running.status.borrow().streaming);
            let footage = running.tap.footage();
            *graph = None;
            News::Ended(Ended { run, outcome: outcome.unwrap_or(Err(Panicked)), streamed, footage })
        }
    }
}
