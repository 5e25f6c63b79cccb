//! Starts workers for the model that the settings name, and another where one hangs, panics, or the
//! file changes. Says how it goes.
//!
//! A model that cannot be used is tried again when its file changes, and the one before goes on
//! meanwhile. Where a graphics card fails, the processor takes over.

use std::{
    collections::VecDeque,
    fs, io,
    path::PathBuf,
    thread::JoinHandle,
    time::{Duration, Instant, SystemTime},
};

use ronin_core::{Notice, NoticeKind, chain};
use ronin_vision::{
    chain::ModelIdentity,
    detector::{Device, DeviceChoice, ModelInfo},
};
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    Load,
    desk::{Desk, Generation},
    worker::{self, Report},
};

/// How often it is looked whether the worker hangs and whether the file changed.
const LOOK_PERIOD: Duration = Duration::from_millis(500);
/// A picture that takes longer, and longer than 20 others, is not coming.
const HUNG_AFTER: Duration = Duration::from_secs(3);
const HUNG_AFTER_PICTURES: f64 = 20.0;
/// Loading a large model from a slow disk takes a while.
const LOADING_MAX: Duration = Duration::from_secs(60);
/// More restarts than this within [`RESTARTS_WITHIN`], and it is off.
const RESTARTS_MAX: usize = 5;
const RESTARTS_WITHIN: Duration = Duration::from_secs(60);
/// Then it is tried again: what was wrong with the machine may be over.
const OFF_FOR: Duration = Duration::from_secs(600);
/// The picture that it is at when the engine ends, or the model that it loads.
const ENDS_WITHIN: Duration = Duration::from_secs(4);
/// Pictures without an answer, one after the other, after which the model counts as failed.
const FAILURES_MAX: u32 = 3;
/// How long a failed model is left alone, where its file stays as it is.
const FAILED_FOR: Duration = Duration::from_secs(60);

/// How the detector is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The model is being loaded.
    Loading,
    /// It looks at pictures.
    Running,
    /// It should, and cannot.
    Failed,
}

/// What is known of the detector.
#[derive(Clone, Debug)]
pub struct Status {
    /// How it is doing.
    pub state: State,
    /// File name of the model.
    pub model: String,
    /// The model that looks at pictures.
    pub info: Option<ModelInfo>,
    /// What is wrong and what to do, in words; empty where nothing is.
    pub message: String,
}

impl Status {
    /// What events say of the model that looks at pictures.
    pub fn identity(&self) -> Option<ModelIdentity> {
        self.info.as_ref().filter(|_| self.state == State::Running).map(ModelIdentity::from)
    }
}

/// What tells one content of a file from another without reading it.
type Stamp = Option<(u64, SystemTime)>;

/// See the module.
pub struct Service {
    folder: PathBuf,
    model: String,
    load: Load,
    desk: Desk,
    status: watch::Sender<Status>,
    tell: Box<dyn Fn(Notice) + Send + Sync>,
    reports: (worker::Reports, mpsc::UnboundedReceiver<(Generation, Report)>),
    /// Threads that may still use libtorch, but for those that hang.
    workers: Vec<JoinHandle<()>>,
    /// The newest worker.
    newest: Generation,
    /// Since when the newest worker loads.
    loading_since: Option<Instant>,
    /// What the newest worker was started for.
    stamp: Stamp,
    device: DeviceChoice,
    restarts: VecDeque<Instant>,
    failures: u32,
    /// Until when nothing is started, where the file stays as it is.
    resting_until: Option<Instant>,
    /// Whether people were told that it failed.
    told: bool,
}

impl Service {
    /// A service for the model of this name in `folder`. `tell` takes what people should know.
    pub fn new(
        folder: PathBuf,
        model: String,
        load: Load,
        tell: impl Fn(Notice) + Send + Sync + 'static,
    ) -> Self {
        let status = Status {
            state: State::Loading,
            model: model.clone(),
            info: None,
            message: "the model is being loaded".to_owned(),
        };
        Self {
            folder,
            model,
            load,
            desk: Desk::default(),
            status: watch::channel(status).0,
            tell: Box::new(tell),
            reports: mpsc::unbounded_channel(),
            workers: Vec::new(),
            newest: Generation::default(),
            loading_since: None,
            stamp: None,
            device: DeviceChoice::Auto,
            restarts: VecDeque::new(),
            failures: 0,
            resting_until: None,
            told: false,
        }
    }

    /// Where pictures are left.
    pub fn desk(&self) -> Desk {
        self.desk.clone()
    }

    /// How it is doing.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Keeps a worker going until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        self.stamp = self.look_at_file().await;
        self.start();
        let mut looks = interval(LOOK_PERIOD);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((of, report)) = self.reports.1.recv() => self.hear(of, report),
                _ = looks.tick() => {
                    let stamp = self.look_at_file().await;
                    self.look(stamp);
                }
            }
        }
        self.desk.close(Generation(u64::MAX));
        // libtorch must not be at work when the program ends, which takes away what it stands on.
        let workers = std::mem::take(&mut self.workers);
        let end = move || workers.into_iter().for_each(|worker| drop(worker.join()));
        if timeout(ENDS_WITHIN, spawn_blocking(end)).await.is_err() {
            warn!("the detector does not come to an end");
        }
    }

    fn start(&mut self) {
        self.newest.0 += 1;
        self.loading_since = Some(Instant::now());
        self.resting_until = None;
        self.failures = 0;
        self.workers.retain(|worker| !worker.is_finished());
        let worker = worker::start(
            self.newest,
            self.model.clone(),
            self.device,
            self.load.clone(),
            self.desk.clone(),
            self.reports.0.clone(),
        );
        self.workers.extend(worker);
    }

    fn hear(&mut self, of: Generation, report: Report) {
        // What a worker says that was given up does not count; one whose successor is refused goes on.
        match report {
            Report::Loaded(info) if of == self.newest => self.loaded(info),
            Report::Refused(error) if of == self.newest => self.refused(&chain(&error)),
            Report::Failed(why) if self.works(of) => self.failed(&why),
            Report::Recovered if self.works(of) => self.failures = 0,
            Report::Panicked(why) if of == self.newest || self.works(of) => {
                self.again(&format!("the detector stopped ({why})"));
            }
            _ => {}
        }
    }

    /// Whether this worker is the one that looks at pictures.
    fn works(&self, of: Generation) -> bool {
        self.desk.current() == Some(of)
    }

    fn loaded(&mut self, info: ModelInfo) {
        info!(model = self.model, device = %info.device, sha256 = info.sha256, "the detector runs");
        self.loading_since = None;
        self.failures = 0;
        if std::mem::take(&mut self.told) {
            let text = format!("Objects are looked for again, with {}", self.model);
            (self.tell)(Notice::new(NoticeKind::DetectorBack, None, "", text));
        }
        let on_processor = self.device == DeviceChoice::Cpu && info.device == Device::Cpu;
        let message = match on_processor {
            true => {
                "the graphics card failed; the processor looks at pictures, more slowly. See the \
                     log, and restart when the card is back"
            }
            false => "",
        };
        self.status.send_replace(Status {
            state: State::Running,
            model: self.model.clone(),
            info: Some(info),
            message: message.to_owned(),
        });
    }

    /// The file cannot be used. What looks at pictures already goes on.
    fn refused(&mut self, why: &str) {
        self.loading_since = None;
        let goes_on = self.desk.current().is_some();
        let rest = match goes_on {
            true => {
                "; the model that was loaded before goes on. It is tried again when the file changes"
            }
            false => ". It is tried again when the file changes",
        };
        let message = format!("{why}{rest}");
        self.status.send_modify(|status| {
            status.state = if goes_on { State::Running } else { State::Failed };
            status.message.clone_from(&message);
        });
        self.complain("MODEL_UNUSABLE", &message);
    }

    /// A picture got no answer.
    fn failed(&mut self, why: &str) {
        self.failures += 1;
        warn!(error = why, failures = self.failures, "the detector gave no answer");
        if self.failures < FAILURES_MAX {
            return;
        }
        let is_on_card =
            self.status.borrow().info.as_ref().is_some_and(|i| i.device != Device::Cpu);
        if is_on_card {
            self.device = DeviceChoice::Cpu;
            let text = format!("the graphics card gives no answers ({why})");
            self.complain("CARD_FAILED", &format!("{text}; the processor takes over, more slowly"));
            return self.again(&text);
        }
        self.desk.close(Generation(self.newest.0 + 1));
        self.resting_until = Some(Instant::now() + FAILED_FOR);
        self.fail("MODEL_UNUSABLE", &format!("the model gives no answers: {why}"));
    }

    /// The worker is lost: another one takes its place, unless that happens too often.
    fn again(&mut self, why: &str) {
        self.desk.close(Generation(self.newest.0 + 1));
        self.loading_since = None;
        let now = Instant::now();
        self.restarts.push_back(now);
        while self.restarts.front().is_some_and(|at| now.duration_since(*at) > RESTARTS_WITHIN) {
            self.restarts.pop_front();
        }
        if self.restarts.len() > RESTARTS_MAX {
            self.restarts.clear();
            self.resting_until = Some(now + OFF_FOR);
            let text = format!(
                "{why}, and did so {RESTARTS_MAX} times before within a minute: it is off for {} min, \
                 or until the model's file changes",
                OFF_FOR.as_secs() / 60
            );
            return self.fail("DETECTOR_OFF", &text);
        }
        warn!(why, restarts = self.restarts.len(), "the detector is started again");
        self.status.send_modify(|status| {
            status.state = State::Loading;
            status.message = format!("{why}; it is started again");
        });
        self.start();
    }

    fn fail(&mut self, cause: &str, text: &str) {
        self.status.send_modify(|status| {
            status.state = State::Failed;
            status.message = text.to_owned();
        });
        self.complain(cause, text);
    }

    fn complain(&mut self, cause: &str, text: &str) {
        error!(cause, text, "objects are not looked for as they should be");
        self.told = true;
        let text = format!(
            "Objects are not looked for as they should be: {text}. Recording, live view and motion go on"
        );
        (self.tell)(Notice::new(NoticeKind::DetectorFailed, None, cause, text));
    }

    /// Looks whether the worker hangs, and whether there is something new to try.
    fn look(&mut self, stamp: Stamp) {
        if stamp != self.stamp {
            info!(model = self.model, "the file of the model changed");
            self.stamp = stamp;
            self.device = DeviceChoice::Auto;
            self.restarts.clear();
            return self.start();
        }
        let now = Instant::now();
        if self.resting_until.is_some_and(|until| until <= now) {
            return self.start();
        }
        let patience =
            HUNG_AFTER.as_secs_f64().max(HUNG_AFTER_PICTURES * self.desk.counts().mean_s);
        let hangs = self.desk.busy_for().is_some_and(|busy| busy.as_secs_f64() > patience);
        let loads_for_ever = self.loading_since.is_some_and(|since| since.elapsed() > LOADING_MAX);
        if hangs || loads_for_ever {
            // A thread cannot be ended from outside: it is left alone, and its answer is not heard.
            self.workers.clear();
            let what = if hangs { "over a picture" } else { "loading the model" };
            self.again(&format!("the detector hangs {what}"));
        }
    }

    async fn look_at_file(&self) -> Stamp {
        let path = self.folder.join(&self.model);
        let stamp = spawn_blocking(move || -> io::Result<(u64, SystemTime)> {
            let meta = fs::symlink_metadata(path)?;
            Ok((meta.len(), meta.modified()?))
        });
        stamp.await.ok().and_then(Result::ok)
    }
}
