//! The loop of a graph's life: messages, the clock, the end.
//!
//! Everything that may wait for a streaming thread or a disk happens on blocking threads, so that
//! one camera never holds up another.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use gst::prelude::*;
use ronin_core::{Fault, MediaStream, Source, StreamMedia, status::Rate};
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::{
    GraphStatus,
    care::{care, needs_care, open_waiting},
    state::Shared,
};
use crate::{
    clock::watch::ClockWatch,
    messages::{is_from, source_fault},
    preflight,
};

/// No picture within this after connecting: the attempt has failed.
const FIRST_PICTURE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pictures come, but none to begin with. Cameras that save on key frames send one in a minute or
/// two; a new connection would only begin the wait again.
const KEY_FRAME_TIMEOUT: Duration = Duration::from_secs(130);
/// After this much of that wait people are told.
const KEY_FRAME_LATE: Duration = Duration::from_secs(8);
/// No picture for this long: the camera is frozen or the cable is out. rtspsrc alone needs 25 s.
const STALL_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE_PERIOD: Duration = Duration::from_secs(20);
/// Longest time between two clocks that are read together.
const READING_MAX: Duration = Duration::from_millis(100);
const TICK: Duration = Duration::from_millis(250);
/// Going to Null waits for the camera's answer to TEARDOWN, and then for threads.
const TEARDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for branches on their way out; their files are playable without.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(9);
const KEY_FRAME_MISSING: &str = "pictures arrive, but no key frame to begin with yet. Set a shorter \
                                 interval of key frames (I-frame interval, GOP) in the camera";

pub(super) async fn run(
    shared: &Arc<Shared>,
    status: &watch::Sender<GraphStatus>,
    cancel: CancellationToken,
) -> Option<Fault> {
    let refused = tokio::select! {
        biased;
        // Nothing was started, so nothing is to be shut down.
        () = cancel.cancelled() => return None,
        fault = preflight::look(&shared.spec.source) => fault,
    };
    if refused.is_some() {
        return refused;
    }
    let fault = match start(shared).await {
        Ok(()) => live(shared, status, &cancel).await,
        Err(fault) => Some(fault),
    };
    shut_down(shared).await;
    match fault {
        Some(Fault::Unreachable) => Some(tell_closed_port(&shared.spec.source).await),
        fault => fault,
    }
}

async fn start(shared: &Arc<Shared>) -> Result<(), Fault> {
    let pipeline = shared.pipeline.clone();
    let started = spawn_blocking(move || pipeline.set_state(gst::State::Playing)).await;
    match started {
        Ok(Ok(_)) => Ok(()),
        _ => Err(shared.refused().unwrap_or(Fault::Unreachable)),
    }
}

async fn live(
    shared: &Arc<Shared>,
    status: &watch::Sender<GraphStatus>,
    cancel: &CancellationToken,
) -> Option<Fault> {
    let Some(bus) = shared.pipeline.bus() else {
        return Some(Fault::Internal { detail: "the graph has no bus".into() });
    };
    let mut messages = bus.stream();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut watcher = Watcher::new();
    loop {
        let fault = tokio::select! {
            biased;
            () = cancel.cancelled() => return None,
            message = messages.next() => message.and_then(|m| hear(shared, &m)),
            () = shared.wake.notified() => watcher.look(shared, status).await,
            _ = tick.tick() => watcher.look(shared, status).await,
        };
        if let Some(fault) = shared.refused().or(fault) {
            return Some(fault);
        }
    }
}

/// What a message of the bus means; a fault where it ends the graph.
fn hear(shared: &Shared, message: &gst::Message) -> Option<Fault> {
    match message.view() {
        gst::MessageView::Eos(_) => Some(Fault::Ended),
        gst::MessageView::Error(error) => hear_error(shared, error),
        gst::MessageView::Warning(warning) => {
            debug!(camera = %shared.spec.camera, text = %warning.error(), "graph warning");
            None
        }
        gst::MessageView::Latency(_) => {
            let _ = shared.pipeline.recalculate_latency();
            None
        }
        _ => None,
    }
}

fn hear_error(shared: &Shared, error: &gst::message::Error) -> Option<Fault> {
    let text = error.error().message().to_owned();
    let mut state = shared.state();
    if state.record.as_ref().is_some_and(|b| is_from(error, &b.trunk.bin)) {
        if state.record_failed.is_none() {
            warn!(camera = %shared.spec.camera, error = text, "recording failed; trying again");
            state.record_failed = Some(Instant::now());
            shared.note_recording_fault(text);
        }
        return None;
    }
    if state.live.as_ref().is_some_and(|b| is_from(error, &b.trunk.bin)) {
        if state.live_failed.is_none() {
            warn!(camera = %shared.spec.camera, error = text, "live view failed; trying again");
            state.live_failed = Some(Instant::now());
        }
        return None;
    }
    if state.audio_elements.iter().any(|element| is_from(error, element)) {
        warn!(camera = %shared.spec.camera, error = text, "sound failed");
        state.warnings.insert(format!("the camera's sound cannot be used: {text}"));
        return None;
    }
    if let Some(codec) = state.unsupported.clone().filter(|_| state.codec.is_none()) {
        return Some(Fault::Unsupported { codec });
    }
    // A branch that is on its way out may still complain.
    let from_source = shared.source.get().is_some_and(|s| is_from(error, s.element()));
    let from_tail =
        error.src().is_some_and(|src| src.parent().as_ref() == Some(shared.pipeline.upcast_ref()));
    (from_source || from_tail).then(|| source_fault(error))
}

/// Looks at the graph a few times a second.
struct Watcher {
    keep_alive: Instant,
    began: Instant,
    clock: ClockWatch,
}

impl Watcher {
    fn new() -> Self {
        Self { keep_alive: Instant::now(), began: Instant::now(), clock: ClockWatch::default() }
    }

    async fn look(
        &mut self,
        shared: &Arc<Shared>,
        status: &watch::Sender<GraphStatus>,
    ) -> Option<Fault> {
        if let Some(fault) = overdue(shared, self.began.elapsed()) {
            return Some(fault);
        }
        if self.clock_was_set(shared) {
            return Some(Fault::ClockSet);
        }
        if self.keep_alive.elapsed() >= KEEP_ALIVE_PERIOD {
            self.keep_alive = Instant::now();
            let shared = shared.clone();
            spawn_blocking(move || shared.source.get().map(|source| source.keep_alive()));
        }
        if needs_care(shared) {
            let shared = shared.clone();
            // A panic in there is this camera's fault alone.
            if spawn_blocking(move || care(&shared)).await.is_err() {
                return Some(Fault::Internal { detail: "the care of a branch panicked".into() });
            }
        }
        shared.measure();
        shared.read_pace(self.began);
        self.publish(shared, status);
        None
    }

    /// Whether our clock was set since the run was anchored by it.
    fn clock_was_set(&mut self, shared: &Shared) -> bool {
        let before = self.began.elapsed();
        let wall = shared.clock.now();
        let after = self.began.elapsed();
        // Held up in between, we would see a step that was none.
        let was_set = after - before < READING_MAX && self.clock.look(after, wall);
        was_set && shared.clock.wall(gst::ClockTime::ZERO).is_some()
    }

    fn publish(&self, shared: &Shared, status: &watch::Sender<GraphStatus>) {
        let now = self.status(shared);
        status.send_if_modified(|old| {
            let changed = *old != now;
            if changed {
                *old = now;
            }
            changed
        });
    }

    fn status(&self, shared: &Shared) -> GraphStatus {
        let state = shared.state();
        let rate = shared.rate().unwrap_or_default();
        let video = state.video_stream.clone().map(|stream| with_rates(stream, rate));
        let audio = state.audio_stream.clone();
        let recording_fault = shared.recording_fault(&state);
        let mut warnings: Vec<String> = state.warnings.iter().cloned().collect();
        let now = shared.pipeline.current_running_time();
        if let Some(ahead) = now.and_then(|now| shared.clock.ahead(now)) {
            warnings.push(format!(
                "times of this camera are {} s ahead, because the clock was set back",
                ahead.as_secs()
            ));
        }
        let is_late = self.began.elapsed() > KEY_FRAME_LATE;
        if is_late && state.first_picture.is_none() && shared.early.age().is_some() {
            warnings.push(KEY_FRAME_MISSING.to_owned());
        }
        warnings.extend(state.pace.warning());
        if let Some(fault) = &recording_fault {
            warnings.push(format!("recording failed: {}", fault.message()));
        }
        GraphStatus {
            streaming: state.first_picture.is_some(),
            streams: video.into_iter().chain(audio).collect(),
            recording: recording_fault.is_none() && shared.writes(),
            recording_fault,
            clock_offset: shared.clock.camera_ahead_s(),
            dropped_frames: shared.recording.as_ref().map_or(0, |r| r.entered.dropped()),
            warnings,
        }
    }
}

/// Measured rates, rounded so that a steady stream does not look changed at every reading.
fn with_rates(mut stream: MediaStream, rate: Rate) -> MediaStream {
    let bits = rate.bits_per_second;
    if bits > 0 {
        let step = 10_u64.pow(bits.ilog10().saturating_sub(1));
        stream.bits_per_second = bits.div_ceil(step) * step;
    }
    if let StreamMedia::Video { frames_per_second, .. } = &mut stream.media
        && rate.frames_per_second > 0.0
    {
        *frames_per_second = rate.frames_per_second.round();
    }
    stream
}

/// The fault of a camera that does not do what it should in time.
fn overdue(shared: &Shared, connecting_for: Duration) -> Option<Fault> {
    if let Some(age) = shared.video.age() {
        return (age > STALL_TIMEOUT).then_some(Fault::Stalled);
    }
    if let Some(age) = shared.early.age() {
        return match age {
            age if age > STALL_TIMEOUT => Some(Fault::Stalled),
            _ if connecting_for > KEY_FRAME_TIMEOUT => Some(Fault::NoKeyFrame),
            _ => None,
        };
    }
    (connecting_for > FIRST_PICTURE_TIMEOUT).then(|| {
        let state = shared.state();
        match (&state.unsupported, state.codec) {
            (Some(codec), None) => Fault::Unsupported { codec: codec.clone() },
            (None, None) => Fault::Unreachable,
            _ => Fault::NoVideo,
        }
    })
}

/// Lets the branches finish and takes the graph down, in bounded time.
async fn shut_down(shared: &Arc<Shared>) {
    let own = shared.clone();
    let down = spawn_blocking(move || {
        let threads = {
            let mut state = own.state();
            // What waits for sound is footage too.
            let _ = open_waiting(&own, &mut state);
            own.hurry.up();
            state.retire_record(None, &own.hurry);
            if let Some(live) = &state.live {
                live.trunk.gate.close();
            }
            std::mem::take(&mut state.retiring)
        };
        // Each has its own bound, but a disk that is dead keeps even the state of an element.
        let began = Instant::now();
        while threads.iter().any(|thread| !thread.is_finished()) && began.elapsed() < LEAVE_TIMEOUT
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        let pipeline = own.pipeline.clone();
        let (sent, done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _ = pipeline.set_state(gst::State::Null);
            let _ = sent.send(());
        });
        let down = done.recv_timeout(TEARDOWN_TIMEOUT).is_ok();
        own.state().live = None;
        if let Some(feed) = &own.spec.feed {
            feed.pause();
        }
        down
    });
    if !matches!(down.await, Ok(true)) {
        warn!(camera = %shared.spec.camera, "a graph did not stop in time and was left behind");
    }
}

/// rtspsrc says "could not connect" for everything; one connection of our own tells a closed port
/// from a host that is not there.
async fn tell_closed_port(source: &Source) -> Fault {
    let connect = tokio::net::TcpStream::connect((source.host(), source.port()));
    match timeout(Duration::from_secs(3), connect).await {
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Fault::PortClosed
        }
        _ => Fault::Unreachable,
    }
}
