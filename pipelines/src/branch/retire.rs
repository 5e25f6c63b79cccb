//! The way out of a branch: closed, unlinked, drained, taken down.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use gst::prelude::*;

use super::{Leg, Trunk};

/// Longest wait for a branch to write what is in it while the graph goes on: the queue's length on
/// a disk that is slower than the camera. The file is playable without it.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// The same when the graph ends, or the branch has failed and nothing will come of it.
const SHORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for sound to come to the cut: beyond this it has stopped, and silence takes over.
const SOUND_TIMEOUT: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

/// Says to branches on their way out that the graph ends. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hurry(Arc<Mutex<Option<Instant>>>);

impl Hurry {
    /// From now on there is little time.
    pub(crate) fn up(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.get_or_insert_with(Instant::now);
    }

    /// Whether a wait that began then is too long.
    fn is_over(&self, began: Instant, timeout: Duration) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        began.elapsed() > timeout || since.is_some_and(|since| since.elapsed() > SHORT_TIMEOUT)
    }
}

/// How a branch goes.
pub(crate) struct Exit {
    /// Sound before this running time still goes in; `None`: no sound any more.
    pub(crate) cut: Option<gst::ClockTime>,
    /// Ends when the last bytes are on disk; `None`: nobody waits for any.
    pub(crate) done: Option<mpsc::Receiver<()>>,
    /// Nothing will come of a wait.
    pub(crate) has_failed: bool,
    pub(crate) hurry: Hurry,
}

impl Trunk {
    /// Closes the gates, lets what is inside reach the disk, and takes the bin out. Blocks; call it
    /// from a thread of its own. False where the last bytes did not make it in time.
    pub(crate) fn retire(self, exit: Exit) -> bool {
        let Exit { cut, done, has_failed, hurry } = exit;
        self.gate.close();
        unlink(&self.video);
        if let Some((leg, sound)) = &self.audio {
            // The gate knows the cut since the moment of the exchange.
            if cut.is_some() && !has_failed {
                sound.wait_for_end(SOUND_TIMEOUT);
            }
            sound.end(None);
            unlink(leg);
        }
        let ends: Vec<_> = self.legs().map(|leg| (leg.tee.clone(), leg.queue.clone())).collect();
        // Sending waits for the streaming thread, so it has a thread and the wait has an end.
        std::thread::spawn(move || ends.iter().for_each(|(tee, queue)| send_end(tee, queue)));
        let timeout = if has_failed { SHORT_TIMEOUT } else { DRAIN_TIMEOUT };
        let drained = done.is_none_or(|done| wait(&done, &hurry, timeout));
        self.bin.set_locked_state(true);
        let _ = self.bin.set_state(gst::State::Null);
        if let Some(parent) = self.bin.parent().and_then(|p| p.downcast::<gst::Bin>().ok()) {
            let _ = parent.remove(&self.bin);
        }
        drained
    }
}

/// Waits until the other end is gone; false where that takes too long.
fn wait(done: &mpsc::Receiver<()>, hurry: &Hurry, timeout: Duration) -> bool {
    let began = Instant::now();
    loop {
        match done.recv_timeout(LOOK) {
            Err(mpsc::RecvTimeoutError::Timeout) if hurry.is_over(began, timeout) => return false,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            _ => return true,
        }
    }
}

/// Takes a leg off its tee while data flows.
fn unlink(leg: &Leg) {
    let (sender, done) = mpsc::channel();
    leg.tee_pad.add_probe(gst::PadProbeType::IDLE, move |pad, _| {
        if let Some(peer) = pad.peer() {
            let _ = pad.unlink(&peer);
        }
        let _ = sender.send(());
        gst::PadProbeReturn::Remove
    });
    if done.recv_timeout(SHORT_TIMEOUT).is_ok() {
        leg.tee.release_request_pad(&leg.tee_pad);
    }
}

/// Ends a leg. What its stream is goes before, where nothing has come since the leg was linked: of a
/// track that has no caps a muxer writes a header that makes the whole file unreadable.
fn send_end(tee: &gst::Element, queue: &gst::Element) {
    let Some(entrance) = queue.static_pad("sink") else { return };
    if let Some(source) = tee.static_pad("sink").filter(|_| entrance.current_caps().is_none()) {
        source.sticky_events_foreach(|event| {
            if event.type_() != gst::EventType::Eos {
                entrance.send_event(event.clone());
            }
            std::ops::ControlFlow::Continue(gst::EventForeachAction::Keep)
        });
    }
    entrance.send_event(gst::event::Eos::new());
}
