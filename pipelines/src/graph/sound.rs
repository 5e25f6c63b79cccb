//! Sound on its way to the branches: counted, kept in order, and filled with silence where it stops.

use std::time::Duration;

use gst::prelude::*;
use ronin_core::chain;
use tracing::warn;

use super::{
    intake::guarded,
    state::{Shared, State},
};
use crate::{silence, video::describe};

/// Silence stands a little behind the clock, as pictures do that come through the source's buffer.
const SILENCE_LAG: gst::ClockTime = gst::ClockTime::from_mseconds(300);
/// Sound that is silent for this long has stopped: the muxer would wait for it for ever.
const SOUND_TIMEOUT: Duration = Duration::from_secs(2);

impl Shared {
    pub(super) fn watch_sound(&self, entrance: &gst::Pad) {
        let own = self.own.clone();
        let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
        entrance.add_probe(mask, move |pad, info| {
            guarded(&own, gst::PadProbeReturn::Ok, |shared| match &info.data {
                Some(gst::PadProbeData::Buffer(buffer)) => shared.sound(pad, buffer),
                Some(gst::PadProbeData::Event(event)) => {
                    if let gst::EventView::Caps(caps) = event.view() {
                        let mut state = shared.state();
                        state.audio_stream = describe(caps.caps());
                        state.audio_caps = Some(caps.caps_owned());
                    }
                    gst::PadProbeReturn::Ok
                }
                _ => gst::PadProbeReturn::Ok,
            })
        });
    }

    /// Sound of the camera, or silence of ours, is about to pass to the branches.
    fn sound(&self, pad: &gst::Pad, buffer: &gst::BufferRef) -> gst::PadProbeReturn {
        if !buffer.flags().contains(gst::BufferFlags::GAP) {
            self.audio.count(buffer.size());
        }
        let mut state = self.state();
        let back = state.sound_position.zip(buffer.pts()).is_some_and(|(last, now)| now <= last);
        if back || buffer.pts().is_none() {
            // Sound from before the silence that stood in for it.
            return gst::PadProbeReturn::Handled;
        }
        state.sound_position = buffer.pts();
        drop(state);
        self.feed_sound(pad, buffer);
        gst::PadProbeReturn::Ok
    }

    /// Puts silence where sound should be by now. False where we have none that fits.
    pub(super) fn fill_sound(&self) -> bool {
        let (tee, silence) = {
            let mut state = self.state();
            let Some((tee, caps)) = state.audio_tee.clone().zip(state.audio_caps.clone()) else {
                return false;
            };
            let silence = state.silence.get_or_insert_with(|| {
                silence::frame(&caps).unwrap_or_else(|error| {
                    warn!(camera = %self.spec.camera, error = chain(&error), "no silence");
                    None
                })
            });
            (tee, silence.clone())
        };
        let Some((mut frame, entrance)) = silence.zip(tee.static_pad("sink")) else {
            return false;
        };
        let now = self.pipeline.current_running_time().unwrap_or(gst::ClockTime::ZERO);
        let segment = entrance.sticky_event::<gst::event::Segment>(0);
        let position = segment.and_then(|event| {
            let segment = event.segment().downcast_ref::<gst::ClockTime>()?.clone();
            segment.position_from_running_time(now.saturating_sub(SILENCE_LAG))
        });
        let frame_ref = frame.make_mut();
        frame_ref.set_pts(position);
        frame_ref.set_dts(gst::ClockTime::NONE);
        frame_ref.set_flags(gst::BufferFlags::GAP);
        // Where the graph is coming down, nothing needs filling any more.
        let _ = entrance.chain(frame);
        true
    }

    /// Whether sound is announced and wanted in the recording.
    pub(super) fn records_sound(&self, state: &State) -> bool {
        state.audio_announced && self.spec.record.as_ref().is_some_and(|options| options.audio)
    }

    /// Whether sound has come lately.
    pub(super) fn sound_flows(&self) -> bool {
        self.audio.age().is_some_and(|age| age < SOUND_TIMEOUT)
    }

    /// Whether a branch that begins now will have sound: the camera's, or silence that stands in.
    pub(super) fn has_sound(&self, state: &State) -> bool {
        self.sound_flows() || matches!(state.silence, Some(Some(_)))
    }
}
