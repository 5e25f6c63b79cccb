//! Looks at the pictures of a camera, in those of the sub stream where there is one: what moves, what
//! it is, and whether that is an event.
//!
//! It watches live pictures as a browser does, so whatever happens here costs the recording nothing.
//! Not here: how pictures are decoded ([`ronin_pipelines::analysis`]), what counts
//! ([`ronin_vision::chain`]), who finds objects ([`crate::detector`]), how events reach the index
//! ([`super::telling`]).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use ronin_core::{
    CameraConfig, CameraId, DetectSettings, EventId, Grid, MotionMinute, WallTime, chain,
    detection::Sightings,
    event::{Detections, Still},
    frame::VideoFrame,
    live::{Channel, Feed},
};
use ronin_pipelines::{
    Picture,
    analysis::{self, Tally},
};
use ronin_vision::{
    chain::{Ask, Chain, Change, ModelIdentity, Options},
    motion::{Luma, State},
};
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{interval, sleep, sleep_until, timeout},
};
use tracing::{debug, warn};

use super::telling::Teller;
use crate::{
    detector::{Answer, Desk, Job, Status},
    memory::Memory,
    recorder::Entry,
};

/// Pictures a second: a walker is in some of them wherever they look.
pub(crate) const RATE: u32 = 5;
/// After a failure: a decoder that others hold comes free, a stream that cannot be decoded changes.
const RETRY: Duration = Duration::from_secs(5);
/// Motion is noted no later than this: people look at what has just happened.
const NOTE_AFTER: Duration = Duration::from_secs(5);
/// Without a picture for so long the camera is gone, and what was followed with it.
const GONE_AFTER: Duration = Duration::from_secs(5);
/// A sub stream that gives no picture for so long is given up for the main one…
const SUB_PATIENCE: Duration = Duration::from_secs(20);
/// …which takes much of a processor to decode, so the sub stream is tried again.
const SUB_AGAIN: Duration = Duration::from_secs(600);
/// How often it is looked whether the camera is gone and what stands still.
const LOOK_PERIOD: Duration = Duration::from_secs(2);

/// What is looked for, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    settings: DetectSettings,
    in_sub: bool,
}

impl Wanted {
    /// What these settings want; `None`: nothing.
    pub(super) fn of(config: &CameraConfig) -> Option<Self> {
        let wanted = Self { settings: config.detect.clone(), in_sub: config.sub.is_some() };
        Some(wanted).filter(|_| config.enabled && config.detect.motion)
    }
}

/// What those who look need of the engine.
#[derive(Clone)]
pub struct Means {
    /// Who finds objects; `None` where no model is set.
    pub detector: Option<(Desk, watch::Receiver<Status>)>,
    /// Where what is seen is told.
    pub sightings: Sightings,
    /// What stood still before.
    pub memory: Arc<Memory>,
    /// Where rows go.
    pub entries: mpsc::Sender<Entry>,
}

/// Does what is `wanted`, until the sender of that is gone.
pub(super) async fn run(
    means: Means,
    teller: Teller,
    camera: CameraId,
    mut wanted: watch::Receiver<Option<Wanted>>,
    channel: Channel,
    tally: Arc<Tally>,
) {
    // Until when the sub stream is left alone.
    let mut avoided: Option<Instant> = None;
    loop {
        let Ok(now) = wanted.wait_for(Option::is_some).await.map(|wanted| wanted.clone()) else {
            return;
        };
        let Some(Wanted { settings, in_sub }) = now.clone() else { continue };
        avoided = avoided.filter(|until| in_sub && *until > Instant::now());
        let in_sub = in_sub && avoided.is_none();
        let feed = if in_sub { &channel.sub } else { &channel.main };
        let watcher = Watcher::new(&means, &teller, &camera, settings);
        let look = {
            let watcher = watcher.clone();
            move |picture: Picture<'_>| watcher.look(picture)
        };
        debug!(%camera, in_sub, "pictures are looked at");
        let mut is_over = false;
        let ended = tokio::select! {
            ended = analysis::run(feed.watch(false), RATE, tally.clone(), look) => Some(ended),
            is_there = another(&mut wanted, &now) => {
                is_over = !is_there;
                None
            }
            () = watcher.look_after() => None,
            () = watcher.sees_less_than(&channel.main), if in_sub => {
                warn!(%camera, "the sub stream gives no pictures: the main stream is looked at");
                avoided = Some(Instant::now() + SUB_AGAIN);
                None
            }
            () = sleep_until(avoided.unwrap_or_else(Instant::now).into()), if avoided.is_some() => {
                None
            }
        };
        watcher.finish().await;
        // The last wish stands for as long as somebody asks, so it would be followed for ever.
        if is_over {
            return;
        }
        let Some(ended) = ended else { continue };
        if let Err(error) = ended {
            warn!(%camera, error = chain(&error), "could not look at the pictures");
        }
        if let Ok(false) = timeout(RETRY, another(&mut wanted, &now)).await {
            return;
        }
    }
}

/// Waits until something else is wanted; `false`: nobody is left to want anything.
async fn another(wanted: &mut watch::Receiver<Option<Wanted>>, now: &Option<Wanted>) -> bool {
    wanted.wait_for(|wanted| wanted != now).await.is_ok()
}

/// Sees pictures and tells what is in them. Cheap to clone.
#[derive(Clone)]
struct Watcher {
    camera: CameraId,
    detector: Option<(Desk, watch::Receiver<Status>)>,
    sightings: Sightings,
    memory: Arc<Memory>,
    stages: Arc<Mutex<Stages>>,
}

/// What is known from picture to picture.
struct Stages {
    chain: Chain,
    model: Option<ModelIdentity>,
    notes: Notes,
    teller: Teller,
    last: Instant,
    /// Whether others look by now: what comes late from a decoder or the detector begins nothing.
    is_over: bool,
    still_version: u64,
}

impl Watcher {
    fn new(means: &Means, teller: &Teller, camera: &CameraId, settings: DetectSettings) -> Self {
        let Means { detector, sightings, memory, entries } = means.clone();
        let model = detector.as_ref().and_then(|(_, status)| status.borrow().identity());
        let chain = Chain::new(Options {
            camera: camera.clone(),
            settings,
            model: model.clone(),
            still: memory.still(camera),
            ids: Box::new(EventId::generate),
        });
        let stages = Stages {
            still_version: chain.still_version(),
            chain,
            model,
            notes: Notes::new(entries),
            teller: teller.clone(),
            last: Instant::now(),
            is_over: false,
        };
        let stages = Arc::new(Mutex::new(stages));
        Self { camera: camera.clone(), detector, sightings, memory, stages }
    }

    fn look(&self, picture: Picture<'_>) {
        let Picture { luma, stride_bytes, width, height, media_time, wall, .. } = picture;
        // What decoders give is whole.
        let Ok(luma) = Luma::new(luma, stride_bytes, width, height) else { return };
        let model = self.detector.as_ref().and_then(|(_, status)| status.borrow().identity());
        let looked = {
            let mut stages = self.stages();
            if stages.is_over {
                return;
            }
            stages.last = Instant::now();
            if stages.model != model {
                stages.model = model.clone();
                stages.chain.set_model(model);
            }
            let mut looked = stages.chain.look(&luma, media_time, wall);
            if looked.state == State::Moving {
                stages.notes.add(&self.camera, wall, &looked.motion);
            }
            stages.notes.note_in_time();
            stages.tell(std::mem::take(&mut looked.changes), None);
            looked
        };
        let asked = looked.ask.is_some_and(|ask| self.ask(&picture, ask, looked.motion));
        if !asked {
            self.sightings.tell(&self.camera, || Detections {
                at: wall,
                gate: None,
                objects: Vec::new(),
                motion: looked.motion,
                took: Duration::ZERO,
            });
        }
    }

    /// Has the detector look at a picture; false where it cannot.
    fn ask(&self, picture: &Picture<'_>, ask: Ask, motion: Grid) -> bool {
        let Some((desk, _)) = &self.detector else { return false };
        let (Some(frame), Some(region)) = (picture.rgb(), ask.regions.first().copied()) else {
            return false;
        };
        let (at, wall, shown) = (picture.media_time, picture.wall, frame.clone());
        // The answer may come when nobody looks any more.
        let stages = Arc::downgrade(&self.stages);
        let (camera, sightings) = (self.camera.clone(), self.sightings.clone());
        let answer = Box::new(move |Answer { found, took }: Answer| {
            let Some(stages) = Weak::upgrade(&stages) else { return };
            let mut stages = stages.lock().unwrap_or_else(PoisonError::into_inner);
            if stages.is_over {
                return;
            }
            let (seen, changes) = stages.chain.judge(at, wall, &ask, motion, &found, took);
            stages.tell(changes, Some(&shown));
            drop(stages);
            sightings.tell(&camera, || seen);
        });
        desk.leave(&self.camera, Job { frame, region, answer });
        true
    }

    /// Ends what is followed while no pictures come, and remembers what stands still. Never returns.
    async fn look_after(&self) {
        let mut looks = interval(LOOK_PERIOD);
        loop {
            looks.tick().await;
            let still = {
                let mut stages = self.stages();
                if stages.last.elapsed() > GONE_AFTER {
                    stages.end();
                }
                stages.news_of_still()
            };
            self.remember(still).await;
        }
    }

    /// Returns when no picture has come for long, though those of the main stream come.
    async fn sees_less_than(&self, main: &Feed) {
        let mut since = Instant::now();
        while since.elapsed() < SUB_PATIENCE {
            sleep(LOOK_PERIOD).await;
            let main_comes = main.age().is_some_and(|age| age < GONE_AFTER);
            if !main_comes || self.stages().last.elapsed() < GONE_AFTER {
                since = Instant::now();
            }
        }
    }

    /// Nobody looks any more.
    async fn finish(&self) {
        let still = {
            let mut stages = self.stages();
            stages.is_over = true;
            stages.end();
            stages.news_of_still()
        };
        self.remember(still).await;
    }

    async fn remember(&self, still: Option<Vec<Still>>) {
        let Some(still) = still else { return };
        let (memory, camera) = (self.memory.clone(), self.camera.clone());
        // A file is written.
        let _ = spawn_blocking(move || memory.set_still(&camera, still)).await;
    }

    fn stages(&self) -> MutexGuard<'_, Stages> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stages {
    fn end(&mut self) {
        let changes = self.chain.end();
        self.tell(changes, None);
        self.notes.note();
    }

    /// Tells what became of events. `shown` is the picture that was judged.
    fn tell(&self, changes: Vec<Change>, shown: Option<&VideoFrame>) {
        for Change { event, is_best } in changes {
            let picture = shown.filter(|_| is_best).cloned();
            self.teller.tell(event, picture);
        }
    }

    fn news_of_still(&mut self) -> Option<Vec<Still>> {
        let version = self.chain.still_version();
        let is_new = std::mem::replace(&mut self.still_version, version) != version;
        is_new.then(|| self.chain.still())
    }
}

/// Motion on its way to the index.
struct Notes {
    entries: mpsc::Sender<Entry>,
    open: Option<MotionMinute>,
    since: Instant,
}

impl Notes {
    fn new(entries: mpsc::Sender<Entry>) -> Self {
        Self { entries, open: None, since: Instant::now() }
    }

    fn add(&mut self, camera: &CameraId, at: WallTime, grid: &Grid) {
        if self.open.as_ref().is_some_and(|minute| !minute.contains(at)) {
            self.note();
        }
        let minute = self.open.get_or_insert_with(|| {
            self.since = Instant::now();
            MotionMinute::of(camera.clone(), at)
        });
        minute.add(at, grid);
    }

    /// The same minute is noted several times, each time with what is new.
    fn note_in_time(&mut self) {
        if self.since.elapsed() >= NOTE_AFTER {
            self.note();
        }
    }

    fn note(&mut self) {
        let Some(minute) = self.open.take() else { return };
        // Pictures do not wait for the index.
        if self.entries.try_send(Entry::Motion(minute)).is_err() {
            warn!("the index is behind: motion was not noted");
        }
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        self.note();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> WallTime {
        WallTime::from_micros(1_700_000_040_000_000 + ms * 1000)
    }

    #[test]
    fn motion_is_noted_minute_by_minute_and_the_last_when_it_ends() {
        let (sender, mut entries) = mpsc::channel(10);
        let mut notes = Notes::new(sender);
        let mut cell = Grid::EMPTY;
        cell.set(3, 4);
        let camera: CameraId = "yard".parse().unwrap();
        for ms in [58_000, 59_900, 60_100] {
            notes.add(&camera, at(ms), &cell);
        }

        let minute = |entry| match entry {
            Ok(Entry::Motion(minute)) => minute.seconds().map(|(at, _)| at).collect(),
            _ => Vec::new(),
        };
        assert_eq!(minute(entries.try_recv()), [at(58_000), at(59_000)]);
        assert!(entries.try_recv().is_err());
        drop(notes);
        assert_eq!(minute(entries.try_recv()), [at(60_000)]);
        assert!(entries.try_recv().is_err());
    }

    #[test]
    fn a_full_queue_costs_motion_and_no_wait() {
        let (sender, mut entries) = mpsc::channel(1);
        let mut notes = Notes::new(sender);
        let mut cell = Grid::EMPTY;
        cell.set(3, 4);
        for minute in 0..5 {
            notes.add(&"yard".parse().unwrap(), at(minute * 60_000), &cell);
        }
        drop(notes);
        assert!(entries.try_recv().is_ok());
        assert!(entries.try_recv().is_err());
    }
}
