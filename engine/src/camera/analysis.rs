//! Looks for motion in the pictures of a camera: in those of the sub stream where there is one.
//!
//! It watches live pictures as a browser does, so whatever happens here costs the recording nothing.
//! Not here: how pictures are decoded ([`ronin_pipelines::analysis`]), what counts as motion
//! ([`ronin_vision::motion`]).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_core::{
    CameraConfig, CameraId, DetectSettings, Grid, MotionMinute, WallTime, chain, live::Channel,
};
use ronin_pipelines::analysis::{self, Picture, Tally};
use ronin_vision::motion::{Luma, Motion, Settings, State};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tracing::{debug, warn};

use crate::recorder::Entry;

/// Pictures a second: a walker is in some of them wherever they look.
const RATE: u32 = 5;
/// After a failure: a decoder that others hold comes free, a stream that cannot be decoded changes.
const RETRY: Duration = Duration::from_secs(5);
/// Motion is noted no later than this: people look at what has just happened.
const NOTE_AFTER: Duration = Duration::from_secs(5);

/// What is looked for, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    settings: DetectSettings,
    in_sub: bool,
}

impl Wanted {
    /// What these settings want; `None`: nothing.
    pub(super) fn of(config: &CameraConfig) -> Option<Self> {
        let wanted = Self { settings: config.detect, in_sub: config.sub.is_some() };
        Some(wanted).filter(|_| config.enabled && config.detect.motion)
    }
}

/// Does what is `wanted`, until the sender of that is gone.
pub(super) async fn run(
    entries: mpsc::Sender<Entry>,
    camera: CameraId,
    mut wanted: watch::Receiver<Option<Wanted>>,
    channel: Channel,
    tally: Arc<Tally>,
) {
    loop {
        let Ok(now) = wanted.wait_for(Option::is_some).await.map(|wanted| *wanted) else { return };
        let Some(Wanted { settings, in_sub }) = now else { continue };
        let feed = if in_sub { &channel.sub } else { &channel.main };
        let mut watcher = Watcher::new(camera.clone(), settings, entries.clone());
        let look = move |picture: Picture<'_>| watcher.look(picture);
        debug!(%camera, in_sub, "motion is looked for");
        let ended = tokio::select! {
            ended = analysis::run(feed.watch(false), RATE, tally.clone(), look) => ended,
            changed = wanted.wait_for(|wanted| *wanted != now) => match changed {
                Ok(_) => continue,
                Err(_) => return,
            },
        };
        if let Err(error) = ended {
            warn!(%camera, error = chain(&error), "could not look for motion");
        }
        let changed = timeout(RETRY, wanted.wait_for(|wanted| *wanted != now)).await;
        if matches!(changed, Ok(Err(_))) {
            return;
        }
    }
}

/// Sees pictures and notes what moves. What is not yet noted is noted when it goes.
struct Watcher {
    camera: CameraId,
    motion: Motion,
    notes: Notes,
}

impl Watcher {
    fn new(camera: CameraId, settings: DetectSettings, entries: mpsc::Sender<Entry>) -> Self {
        let motion =
            Motion::new(Settings { sensitivity: settings.sensitivity, ..Settings::default() });
        Self { camera, motion, notes: Notes::new(entries) }
    }

    fn look(&mut self, picture: Picture<'_>) {
        let Picture { luma, stride_bytes, width, height, media_time, wall } = picture;
        // What decoders give is whole.
        let Ok(luma) = Luma::new(luma, stride_bytes, width, height) else { return };
        let seen = self.motion.look(&luma, media_time);
        if seen.state == State::Moving {
            self.notes.add(&self.camera, wall, &seen.grid);
        }
        self.notes.note_in_time();
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
