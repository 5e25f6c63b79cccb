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

mod gate;
pub(crate) mod live;
pub(crate) mod record;
mod retire;

use std::sync::Arc;

use gst::prelude::*;
use ronin_core::status::BranchStats;

use self::gate::{Gate, SoundGate, Waiting, guard_pictures, guard_sound};
pub(crate) use self::{
    gate::Limit,
    retire::{Exit, Hurry},
};
use crate::{audio::error_ignore, elements::make, error::Error, stats::Counters};

/// Packets of sound that may wait in a branch: 10 s at the highest rate there is.
const SOUND_MAX: u32 = 1000;

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
    waiting: Arc<Waiting>,
    limit: Limit,
    video: Leg,
    audio: Option<(Leg, Arc<SoundGate>)>,
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
        counters: Arc<Counters>,
    ) -> Result<Self, Error> {
        let bin = gst::Bin::with_name(&free_name(pipeline, name));
        // Its sinks wait for their first data. Without this the whole pipeline would wait with
        // them, and a branch that gets none, because its disk is dead, would hold up all others.
        bin.set_property("async-handling", true);
        let queue = unbounded_queue()?;
        bin.add(&queue).map_err(Error::doing("build a branch"))?;
        let gate = Arc::new(Gate::new(counters));
        let entrance = ghost(&bin, "video", &queue)?;
        let waiting = guard_pictures(&entrance, &queue, &gate, limit);

        pipeline.add(&bin).map_err(Error::doing("add a branch"))?;
        // The queue holds what comes until the rest of the branch is there.
        let held = hold(&queue);
        bin.sync_state_with_parent().map_err(Error::doing("start a branch"))?;
        let video = link_leg(tee, &entrance, queue, held)?;
        Ok(Self { bin, gate, waiting, limit, video, audio: None, name })
    }

    /// Adds elements to the bin, linked behind the video queue; returns the last.
    pub(crate) fn extend_video(&self, elements: &[gst::Element]) -> Result<gst::Element, Error> {
        self.extend(&self.video.queue, elements)
    }

    /// Adds an audio leg from `tee` with `elements` behind its queue, for sound from running time
    /// `from` on; returns the last.
    pub(crate) fn add_audio(
        &mut self,
        tee: &gst::Element,
        elements: &[gst::Element],
        from: gst::ClockTime,
    ) -> Result<gst::Element, Error> {
        let queue = make("queue")?;
        queue.set_property_from_str("leaky", "downstream");
        // Not by time, see [`gate::Waiting`].
        queue.set_property("max-size-buffers", SOUND_MAX);
        queue.set_property("max-size-time", 0_u64);
        self.bin.add(&queue).map_err(Error::doing("add sound to a branch"))?;
        let last = self.extend(&queue, elements)?;
        let entrance = ghost(&self.bin, "audio", &queue)?;
        let gate = Arc::new(SoundGate::new(from));
        guard_sound(&entrance, &gate);
        let held = hold(&queue);
        queue.sync_state_with_parent().map_err(Error::doing("add sound to a branch"))?;
        self.audio = Some((link_leg(tee, &entrance, queue, held)?, gate));
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
        let audio = self.audio.as_mut().map(|(leg, _)| leg);
        for leg in std::iter::once(&mut self.video).chain(audio) {
            if let Some((exit, held)) = leg.queue.static_pad("src").zip(leg.held.take()) {
                exit.remove_probe(held);
            }
        }
        Ok(())
    }

    /// Whether pictures were dropped, and there is room for new ones.
    pub(crate) fn could_go_on(&self) -> bool {
        self.gate.is_dropping() && !self.waiting.is_beyond(self.limit)
    }

    pub(crate) fn has_audio(&self) -> bool {
        self.audio.is_some()
    }

    pub(crate) fn stats(&self) -> BranchStats {
        let age = self.gate.counters.age().unwrap_or_default();
        BranchStats {
            branch: self.name,
            frames: self.gate.counters.frames(),
            bytes: self.gate.counters.bytes(),
            dropped_frames: self.gate.counters.dropped(),
            last_frame_age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            queued_ms: u64::try_from(self.waiting.time().as_millis()).unwrap_or(u64::MAX),
            queued_bytes: self.waiting.bytes(),
            most_queued: Some(self.gate.counters.most_queued()),
            // What is measured goes on when a branch is replaced; see [`crate::graph`].
            rate: None,
        }
    }

    /// Takes no more pictures, and no sound from `cut` on; `None`: no more sound. At once.
    pub(crate) fn close(&self, cut: Option<gst::ClockTime>) {
        self.gate.close();
        if let Some((_, sound)) = &self.audio {
            sound.end(cut);
        }
    }

    fn legs(&self) -> impl Iterator<Item = &Leg> {
        std::iter::once(&self.video).chain(self.audio.as_ref().map(|(leg, _)| leg))
    }
}

/// A name for a bin of this branch: one that is on its way out has its name still.
fn free_name(pipeline: &gst::Pipeline, branch: &str) -> String {
    let taken: Vec<_> = pipeline.children().iter().map(|child| child.name()).collect();
    let names = (0..=taken.len()).map(|number| format!("{branch}-{number}"));
    let mut free = names.filter(|name| !taken.iter().any(|taken| taken == name));
    free.next().expect("there are more numbers than names taken")
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

/// Blocks the exit of a queue until the probe is removed.
fn hold(queue: &gst::Element) -> Option<gst::PadProbeId> {
    let exit = queue.static_pad("src")?;
    exit.add_probe(gst::PadProbeType::BLOCK_DOWNSTREAM, |_, _| gst::PadProbeReturn::Ok)
}
