//! Wall-clock time of a run. It is anchored when the first picture arrives, goes on without a jump
//! for as long as the run lives, and is corrected slowly: towards the camera's own clock where that
//! can be believed, else towards ours.
//!
//! A moved anchor would make segments of one run overlap or leave holes that are not there. Where
//! our clock is set by more than can be made good slowly, the run ends and another begins
//! ([`watch`]); see docs/adr/0009-time.md.

mod camera;
mod mapping;
pub(crate) mod watch;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gst::prelude::*;
use ronin_core::{Span, WallTime};

use self::{camera::CameraClock, mapping::Mapping};

/// From 1900, where NTP begins, to 1970.
const NTP_EPOCH: Duration = Duration::from_secs(2_208_988_800);
/// The clocks are compared this often.
const STEER_PERIOD: Duration = Duration::from_secs(1);
/// Comparisons of which the least delayed counts.
const READINGS: usize = 8;
/// Where the camera's footage from before a clock was set back would be this near, the run ends.
const NEAR: Duration = Duration::from_millis(100);
/// Times that are ahead by less are not worth a word.
const AHEAD_TOLD: Duration = Duration::from_secs(3);

/// The clock of this machine, which people and programs set. Tests have their own.
pub(crate) trait WallSource: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> WallTime;
}

/// The system's clock.
pub(crate) struct SystemClock;

impl WallSource for SystemClock {
    fn now(&self) -> WallTime {
        WallTime::now()
    }
}

/// Running time of a buffer at `pad`.
pub(crate) fn running_time(pad: &gst::Pad, buffer: &gst::BufferRef) -> Option<gst::ClockTime> {
    let event = pad.sticky_event::<gst::event::Segment>(0)?;
    let segment = event.segment().downcast_ref::<gst::ClockTime>()?.clone();
    segment.to_running_time(buffer.pts()?)
}

/// Time at the camera when it took a picture, where its sender reports have told.
pub(crate) fn camera_time(buffer: &gst::BufferRef) -> Option<WallTime> {
    let is_ntp = |meta: &gst::MetaRef<'_, gst::ReferenceTimestampMeta>| {
        meta.reference().structure(0).is_some_and(|s| s.name() == "timestamp/x-ntp")
    };
    let meta = buffer.iter_meta::<gst::ReferenceTimestampMeta>().find(is_ntp)?;
    let since_1970 = Duration::from(meta.timestamp()).checked_sub(NTP_EPOCH)?;
    Some(WallTime::default() + since_1970)
}

/// Maps the running time of a graph to wall-clock time.
pub(crate) struct RunClock {
    wall: Arc<dyn WallSource>,
    /// Footage of the camera that ends after the run began: the clock was set back.
    latest: Option<Span>,
    state: Mutex<Option<State>>,
}

struct State {
    mapping: Mapping,
    /// Begun behind footage that is ahead of our clock.
    is_ahead: bool,
    camera: CameraClock,
    /// Our clock minus running time in µs, the newest last.
    readings: VecDeque<i64>,
    steered_at: Duration,
}

impl RunClock {
    pub(crate) fn new(wall: Arc<dyn WallSource>, latest: Option<Span>) -> Self {
        Self { wall, latest, state: Mutex::default() }
    }

    /// Our clock.
    pub(crate) fn now(&self) -> WallTime {
        self.wall.now()
    }

    /// A picture with running time `picture` has come at running time `now`; the camera says that it
    /// was taken at `taken`. The first one, which is to be a key frame, is the anchor.
    pub(crate) fn picture(
        &self,
        now: gst::ClockTime,
        picture: gst::ClockTime,
        taken: Option<WallTime>,
    ) {
        let (now, picture) = (Duration::from(now), Duration::from(picture));
        let mut state = self.state();
        match &mut *state {
            None => *state = Some(self.anchor(now, picture)),
            Some(state) if now >= state.steered_at + STEER_PERIOD => {
                state.steer(now, picture, self.wall.now(), taken);
            }
            Some(_) => {}
        }
    }

    fn anchor(&self, now: Duration, picture: Duration) -> State {
        let arrival = self.wall.now() + picture - now;
        let behind = self.latest.filter(|span| span.start <= arrival && arrival < span.end);
        let anchor = behind.map_or(arrival, |span| span.end);
        State {
            mapping: Mapping::new(picture, anchor),
            is_ahead: behind.is_some(),
            camera: CameraClock::default(),
            readings: VecDeque::new(),
            steered_at: now,
        }
    }

    /// Wall-clock time at `running`; `None` before the first picture.
    pub(crate) fn wall(&self, running: gst::ClockTime) -> Option<WallTime> {
        self.state().as_ref().map(|state| state.mapping.wall(running.into()))
    }

    /// Whether a picture at `at` would be recorded over footage that is there.
    pub(crate) fn meets_footage(&self, at: WallTime) -> bool {
        let Some(latest) = self.latest else { return false };
        // Behind it, there is nothing to meet.
        at + NEAR >= latest.start && at < latest.end
    }

    /// The end of a segment, which reaches no further than to footage that is there.
    pub(crate) fn cap(&self, start: WallTime, end: WallTime) -> WallTime {
        let ahead = self.latest.filter(|latest| start < latest.start);
        ahead.map_or(end, |latest| end.min(latest.start))
    }

    /// How far the camera's clock is ahead of ours, in seconds.
    pub(crate) fn camera_ahead_s(&self) -> Option<f64> {
        self.state().as_ref()?.camera.told()
    }

    /// How far the times of this run are ahead of our clock, where that is because it was set back.
    pub(crate) fn ahead(&self, now: gst::ClockTime) -> Option<Duration> {
        let state = self.state();
        let state = state.as_ref().filter(|state| state.is_ahead)?;
        let ahead = state.mapping.wall(now.into()).since(self.wall.now());
        (ahead >= AHEAD_TOLD).then_some(ahead)
    }

    fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn steer(&mut self, now: Duration, picture: Duration, wall: WallTime, taken: Option<WallTime>) {
        self.steered_at = now;
        let running_us = |running: Duration| i64::try_from(running.as_micros()).unwrap_or(i64::MAX);
        self.readings.push_back(wall.as_micros().saturating_sub(running_us(now)));
        if self.readings.len() > READINGS {
            self.readings.pop_front();
        }
        // A thread that was held up between two readings sees a later time, never an earlier one.
        let least = self.readings.iter().copied().min().unwrap_or_default();
        let arrival = |running: Duration| least.saturating_add(running_us(running));
        let ahead_us = taken.map(|taken| taken.as_micros().saturating_sub(arrival(picture)));
        self.camera.read(now, ahead_us.map(|us| us as f64 / 1e6));
        let camera_us = self.camera.trusted().map_or(0, |seconds| (seconds * 1e6) as i64);
        let target = arrival(now).saturating_add(camera_us);
        self.mapping.steer(now, WallTime::from_micros(target));
    }
}

#[cfg(test)]
mod tests;
