//! One way through the footage of a span.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ronin_core::{Event, EventId, Segment, chain, detection::ReplayRequest, event::EventState};
use ronin_pipelines::{
    Picture,
    recorded_frames::{Next, look_through},
};
use ronin_vision::{
    chain::{Chain, Change, ModelIdentity, Options},
    detector::{Detect, DeviceChoice},
    motion::Luma,
};
use rustix::process::setpriority_process;
use tracing::warn;
use uuid::Uuid;

use crate::{camera::analysis::RATE, detector::Load};

/// Lower than everything else of this program, which is at 0.
const NICENESS: i32 = 10;

/// What a pass is made of.
pub(super) struct Pass {
    pub(super) root: PathBuf,
    /// By when they begin.
    pub(super) segments: Vec<Segment>,
    pub(super) request: ReplayRequest,
    pub(super) model: String,
    pub(super) load: Load,
    pub(super) is_cancelled: Arc<AtomicBool>,
}

/// How far a pass is.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Progress {
    /// Part of the footage, 0 to 1.
    pub(super) done: f64,
    /// Footage that is done.
    pub(super) footage: Duration,
    /// Pictures that were looked at.
    pub(super) pictures: u64,
    /// Pictures that the detector looked at.
    pub(super) detected: u64,
}

impl Progress {
    /// Both together, where `next` is this share of the whole.
    pub(super) fn and(self, next: Self, share: f64) -> Self {
        Self {
            done: self.done + share * next.done,
            footage: self.footage + next.footage,
            pictures: self.pictures + next.pictures,
            detected: self.detected + next.detected,
        }
    }
}

impl Pass {
    /// Returns the events, oldest first. Blocks for as long as it takes; `note` is told how far it is.
    pub(super) fn run(self, note: impl Fn(Progress)) -> Result<Vec<Event>, String> {
        // Of this thread alone; where it is refused, it is as fast as everything else.
        let _ = setpriority_process(None, NICENESS);
        let detector = (self.load)(&self.model, DeviceChoice::Auto).map_err(|e| chain(&e))?;
        let mut ids = 0_u128;
        let stages = Chain::new(Options {
            camera: self.request.camera.clone(),
            settings: self.request.settings.clone(),
            model: Some(ModelIdentity::from(detector.info())),
            still: Vec::new(),
            // The same in each pass over the same footage.
            ids: Box::new(move || {
                ids += 1;
                EventId(Uuid::from_u128(ids))
            }),
        });
        let mut looker = Looker {
            stages,
            detector,
            events: Vec::new(),
            progress: Progress::default(),
            failure: None,
        };
        let span = self.request.span;
        let mut unreadable = 0;
        for segment in &self.segments {
            let before = looker.progress.footage;
            let look = |picture: Picture<'_>| {
                if self.is_cancelled.load(Ordering::Relaxed) || picture.wall >= span.end {
                    return Next::Stop;
                }
                if picture.wall < span.start {
                    return Next::Go;
                }
                looker.progress.done =
                    picture.wall.since(span.start).as_secs_f64() / span.duration().as_secs_f64();
                looker.progress.footage =
                    before + picture.wall.since(segment.start.max(span.start));
                looker.look(picture, picture.wall.since(span.start));
                note(looker.progress);
                if looker.failure.is_some() { Next::Stop } else { Next::Go }
            };
            if let Err(error) =
                look_through(&self.root.join(&segment.path), segment.start, RATE, look)
            {
                warn!(path = segment.path, error = chain(&error), "a file cannot be replayed");
                unreadable += 1;
            }
            if let Some(failure) = looker.failure {
                return Err(failure);
            }
        }
        if unreadable == self.segments.len() {
            return Err("no file of this span can be read: see the log".to_owned());
        }
        let changes = looker.stages.end();
        looker.take(changes);
        let mut events = looker.events;
        events.retain(|event| event.state != EventState::Rejected);
        events.sort_by_key(|event| (event.start, event.id));
        Ok(events)
    }
}

/// The stages and what came of them.
struct Looker {
    stages: Chain,
    detector: Box<dyn Detect>,
    events: Vec<Event>,
    progress: Progress,
    failure: Option<String>,
}

impl Looker {
    /// Looks at a picture, `at` so long after the beginning of the span.
    fn look(&mut self, picture: Picture<'_>, at: Duration) {
        let Picture { luma, stride_bytes, width, height, wall, .. } = picture;
        // What decoders give is whole.
        let Ok(luma) = Luma::new(luma, stride_bytes, width, height) else { return };
        self.progress.pictures += 1;
        let looked = self.stages.look(&luma, at, wall);
        self.take(looked.changes);
        let Some(ask) = looked.ask else { return };
        let (Some(frame), Some(region)) = (picture.rgb(), ask.regions.first()) else { return };
        match self.detector.detect_in(&frame, *region) {
            Ok(found) => {
                self.progress.detected += 1;
                let took = Duration::ZERO;
                let (_, changes) = self.stages.judge(at, wall, &ask, looked.motion, &found, took);
                self.take(changes);
            }
            Err(error) => self.failure = Some(chain(&error)),
        }
    }

    /// Keeps how each event is now.
    fn take(&mut self, changes: Vec<Change>) {
        for Change { event, .. } in changes {
            match self.events.iter_mut().rev().find(|known| known.id == event.id) {
                Some(known) => *known = event,
                None => self.events.push(event),
            }
        }
    }
}
