//! What hangs on the tee. Each branch is a bin with a gate at its entrance, and nothing that
//! happens inside one is felt outside it:
//!
//! ```text
//!  tee ─▶ gate ─ queue ─ errorignore ─ …sink
//! ```
//! - The gate opens at a key frame, counts, and drops to the next key frame where the queue is
//!   full. It never waits, so the tee never waits.
//! - errorignore turns an error of the sink into "fine" for everything upstream.
//! - A branch that failed, or whose stream changed, is replaced by a new one; see
//!   [`crate::graph`].

pub(crate) mod live;
pub(crate) mod record;

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    time::Duration,
};

use gst::prelude::*;
use ronin_core::status::BranchStats;

use crate::{audio::error_ignore, elements::make, error::Error, stats::Counters};

/// Longest wait for a branch to write its last bytes. The file is playable without them.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How much may wait at a branch's entrance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) bytes: u64,
}

/// The entrance of a branch.
pub(crate) struct Gate {
    closed: AtomicBool,
    wants_key_frame: AtomicBool,
    pub(crate) counters: Counters,
}

impl Gate {
    fn new() -> Self {
        Self {
            closed: AtomicBool::new(false),
            wants_key_frame: AtomicBool::new(true),
            counters: Counters::new(),
        }
    }

    /// Lets nothing in any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    /// Whether this picture goes in.
    fn admits(&self, buffer: &gst::BufferRef, full: bool) -> bool {
        if self.is_closed() {
            return false;
        }
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        if full {
            self.wants_key_frame.store(true, SeqCst);
        } else if key_frame {
            self.wants_key_frame.store(false, SeqCst);
        }
        if self.wants_key_frame.load(SeqCst) {
            self.counters.drop_one();
            return false;
        }
        self.counters.count(buffer.size());
        true
    }
}

/// Files that a branch has open.
#[derive(Default)]
pub(crate) struct OpenFiles {
    count: Mutex<usize>,
    changed: Condvar,
}

impl OpenFiles {
    pub(crate) fn opened(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    pub(crate) fn closed(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.changed.notify_all();
    }

    /// Waits until none is open; false where that took too long.
    fn wait_for_none(&self, timeout: Duration) -> bool {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = self.changed.wait_timeout_while(count, timeout, |count| *count > 0);
        !wait.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// One leg of a branch: what it takes from one tee.
struct Leg {
    tee: gst::Element,
    tee_pad: gst::Pad,
    queue: gst::Element,
    held: Option<gst::PadProbeId>,
}

/// The part that all branches share: a bin, its gate, and its legs.
pub(crate) struct Trunk {
    pub(crate) bin: gst::Bin,
    pub(crate) gate: Arc<Gate>,
    pub(crate) files: Arc<OpenFiles>,
    video: Leg,
    audio: Option<Leg>,
    name: &'static str,
}

impl Trunk {
    /// Adds a bin to `pipeline` and links its gate and queue to `tee`. The queue keeps what comes
    /// until [`Self::release`], so that the rest can be built when it is known what sound there is.
    pub(crate) fn attach(
        name: &'static str,
        pipeline: &gst::Pipeline,
        tee: &gst::Element,
        limit: Limit,
    ) -> Result<Self, Error> {
        let bin = gst::Bin::new();
        // Its sinks wait for their first data. Without this the whole pipeline would wait with
        // them, and a branch that gets none, because its disk is dead, would hold up all others.
        bin.set_property("async-handling", true);
        let queue = unbounded_queue()?;
        bin.add(&queue).map_err(Error::doing("build a branch"))?;
        let gate = Arc::new(Gate::new());
        let entrance = ghost(&bin, "video", &queue)?;
        guard_entrance(&entrance, &queue, &gate, limit);

        pipeline.add(&bin).map_err(Error::doing("add a branch"))?;
        // The queue holds what comes until the rest of the branch is there.
        let held = hold(&queue);
        bin.sync_state_with_parent().map_err(Error::doing("start a branch"))?;
        let video = link_leg(tee, &entrance, queue, held)?;
        Ok(Self { bin, gate, files: Arc::default(), video, audio: None, name })
    }

    /// Adds elements to the bin, linked behind the video queue; returns the last.
    pub(crate) fn extend_video(&self, elements: &[gst::Element]) -> Result<gst::Element, Error> {
        self.extend(&self.video.queue, elements)
    }

    /// Adds an audio leg from `tee` with `elements` behind its queue; returns the last.
    pub(crate) fn add_audio(
        &mut self,
        tee: &gst::Element,
        elements: &[gst::Element],
    ) -> Result<gst::Element, Error> {
        let queue = make("queue")?;
        queue.set_property_from_str("leaky", "downstream");
        queue.set_property("max-size-buffers", 0_u32);
        queue.set_property("max-size-time", 10 * gst::ClockTime::SECOND.nseconds());
        self.bin.add(&queue).map_err(Error::doing("add sound to a branch"))?;
        let last = self.extend(&queue, elements)?;
        let entrance = ghost(&self.bin, "audio", &queue)?;
        let gate = self.gate.clone();
        entrance.add_probe(data_probe(), move |_, _| {
            if gate.is_closed() { gst::PadProbeReturn::Handled } else { gst::PadProbeReturn::Ok }
        });
        let held = hold(&queue);
        queue.sync_state_with_parent().map_err(Error::doing("add sound to a branch"))?;
        self.audio = Some(link_leg(tee, &entrance, queue, held)?);
        Ok(last)
    }

    fn extend(
        &self,
        queue: &gst::Element,
        elements: &[gst::Element],
    ) -> Result<gst::Element, Error> {
        let mut last = queue.clone();
        for element in std::iter::once(&error_ignore()?).chain(elements) {
            self.bin.add(element).map_err(Error::doing("build a branch"))?;
            last.link(element).map_err(Error::doing("link a branch"))?;
            last = element.clone();
        }
        Ok(last)
    }

    /// Starts everything in the bin and lets the queues run.
    pub(crate) fn release(&mut self) -> Result<(), Error> {
        // Sinks first, so that nothing flows into an element that does not run yet.
        for element in self.bin.iterate_sorted().into_iter().flatten() {
            element.sync_state_with_parent().map_err(Error::doing("start a branch"))?;
        }
        for leg in std::iter::once(&mut self.video).chain(&mut self.audio) {
            if let Some((exit, held)) = leg.queue.static_pad("src").zip(leg.held.take()) {
                exit.remove_probe(held);
            }
        }
        Ok(())
    }

    pub(crate) fn has_audio(&self) -> bool {
        self.audio.is_some()
    }

    pub(crate) fn stats(&self) -> BranchStats {
        let queue = &self.video.queue;
        let queued = gst::ClockTime::from_nseconds(queue.property("current-level-time"));
        let age = self.gate.counters.age().unwrap_or_default();
        BranchStats {
            branch: self.name,
            frames: self.gate.counters.frames(),
            bytes: self.gate.counters.bytes(),
            dropped_frames: self.gate.counters.dropped(),
            last_frame_age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            queued_ms: queued.mseconds(),
            queued_bytes: u64::from(queue.property::<u32>("current-level-bytes")),
        }
    }

    /// Closes the gate, lets what is inside reach the disk, and takes the bin out. Blocks; call it
    /// from a thread of its own. False where the last bytes did not make it in time.
    pub(crate) fn retire(self) -> bool {
        self.gate.close();
        for leg in std::iter::once(&self.video).chain(&self.audio) {
            unlink(leg);
        }
        let queues: Vec<gst::Element> =
            std::iter::once(&self.video).chain(&self.audio).map(|leg| leg.queue.clone()).collect();
        // Sending waits for the streaming thread, so it has a thread and the wait has an end.
        let (sent, done) = mpsc::channel();
        std::thread::spawn(move || {
            queues.iter().for_each(send_eos);
            let _ = sent.send(());
        });
        let drained =
            done.recv_timeout(DRAIN_TIMEOUT).is_ok() && self.files.wait_for_none(DRAIN_TIMEOUT);
        self.bin.set_locked_state(true);
        let _ = self.bin.set_state(gst::State::Null);
        if let Some(parent) = self.bin.parent().and_then(|p| p.downcast::<gst::Bin>().ok()) {
            let _ = parent.remove(&self.bin);
        }
        drained
    }
}

fn data_probe() -> gst::PadProbeType {
    gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM
}

fn guard_entrance(entrance: &gst::Pad, queue: &gst::Element, gate: &Arc<Gate>, limit: Limit) {
    let (gate, queue) = (gate.clone(), queue.downgrade());
    let limit_ns = u64::try_from(limit.time.as_nanos()).unwrap_or(u64::MAX);
    entrance.add_probe(data_probe(), move |_, info| {
        let admitted = match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => {
                let full = queue.upgrade().is_none_or(|queue| {
                    queue.property::<u64>("current-level-time") > limit_ns
                        || u64::from(queue.property::<u32>("current-level-bytes")) > limit.bytes
                });
                gate.admits(buffer, full)
            }
            // A closed branch must not see the caps of the stream that comes next.
            _ => !gate.is_closed(),
        };
        if admitted { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Handled }
    });
}

/// A queue without limits of its own: the gate before it keeps them, at key frames.
fn unbounded_queue() -> Result<gst::Element, Error> {
    let queue = make("queue")?;
    queue.set_property("max-size-buffers", 0_u32);
    queue.set_property("max-size-bytes", 0_u32);
    queue.set_property("max-size-time", 0_u64);
    Ok(queue)
}

fn ghost(bin: &gst::Bin, name: &str, queue: &gst::Element) -> Result<gst::Pad, Error> {
    let missing = || gst::glib::bool_error!("a queue without a sink pad");
    let target = queue.static_pad("sink").ok_or_else(missing);
    let target = target.map_err(Error::doing("build a branch"))?;
    let ghost = gst::GhostPad::builder_with_target(&target);
    let ghost = ghost.map_err(Error::doing("build a branch"))?.name(name).build();
    ghost.set_active(true).map_err(Error::doing("build a branch"))?;
    bin.add_pad(&ghost).map_err(Error::doing("build a branch"))?;
    Ok(ghost.upcast())
}

fn link_leg(
    tee: &gst::Element,
    entrance: &gst::Pad,
    queue: gst::Element,
    held: Option<gst::PadProbeId>,
) -> Result<Leg, Error> {
    let missing = || gst::glib::bool_error!("the tee gives no pad");
    let tee_pad = tee.request_pad_simple("src_%u").ok_or_else(missing);
    let tee_pad = tee_pad.map_err(Error::doing("link a branch"))?;
    let linked = tee_pad.link(entrance);
    linked.map_err(|e| Error::doing("link a branch")(gst::glib::bool_error!("{e}")))?;
    Ok(Leg { tee: tee.clone(), tee_pad, queue, held })
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
    if done.recv_timeout(DRAIN_TIMEOUT).is_ok() {
        leg.tee.release_request_pad(&leg.tee_pad);
    }
}

fn send_eos(queue: &gst::Element) {
    if let Some(pad) = queue.static_pad("sink") {
        pad.send_event(gst::event::Eos::new());
    }
}

/// Blocks the exit of a queue until the probe is removed.
fn hold(queue: &gst::Element) -> Option<gst::PadProbeId> {
    let exit = queue.static_pad("src")?;
    exit.add_probe(gst::PadProbeType::BLOCK_DOWNSTREAM, |_, _| gst::PadProbeReturn::Ok)
}
