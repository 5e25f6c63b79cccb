//! Wall-clock time of a run: one anchor, set when the first picture arrives and never moved.
//!
//! A moved anchor would make segments of one run overlap or leave holes that are not there.

use std::{sync::OnceLock, time::Duration};

use gst::prelude::*;
use ronin_core::WallTime;

/// Running time of a buffer at `pad`.
pub(crate) fn running_time(pad: &gst::Pad, buffer: &gst::BufferRef) -> Option<gst::ClockTime> {
    let event = pad.sticky_event::<gst::event::Segment>(0)?;
    let segment = event.segment().downcast_ref::<gst::ClockTime>()?.clone();
    segment.to_running_time(buffer.pts()?)
}

/// Maps the running time of a graph to wall-clock time.
#[derive(Debug, Default)]
pub(crate) struct RunClock(OnceLock<WallTime>);

impl RunClock {
    /// Fixes running time zero by the system's clock now. Later calls change nothing.
    pub(crate) fn anchor(&self, pipeline: &gst::Pipeline) {
        let running = pipeline.current_running_time().unwrap_or(gst::ClockTime::ZERO);
        self.0.get_or_init(|| WallTime::now() - Duration::from(running));
    }

    /// Wall-clock time at `running`; `None` before the first picture.
    pub(crate) fn wall(&self, running: gst::ClockTime) -> Option<WallTime> {
        self.0.get().map(|zero| *zero + Duration::from(running))
    }
}
