//! What happens in the streaming threads: streams are linked as they arrive, and every picture
//! passes the intake before the tee.
//!
//! The intake is the only place that can act between two pictures. It lets nothing through that a
//! muxer would choke on (no key frame yet, no timestamp, time running back), and it exchanges the
//! record branch exactly at a key frame, so that no picture is lost or written twice.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use gst::prelude::*;
use ronin_core::{Fault, WallTime, chain};
use tracing::warn;

use super::state::{Shared, State};
use crate::{
    audio::AudioCodec,
    branch::{live::LiveBranch, record::RecordBranch},
    elements::make,
    error::Error,
    silence,
    snapshot::KeyFrame,
    source::Inlet,
    video::{VideoCodec, describe},
};

/// A step back in decode time beyond this is a new clock at the camera, not a late packet.
const TIME_JUMP: gst::ClockTime = gst::ClockTime::from_seconds(3);
/// Silence stands a little behind the clock, as pictures do that come through the source's buffer.
const SILENCE_LAG: gst::ClockTime = gst::ClockTime::from_mseconds(300);
/// Sound that is silent for this long has stopped: the muxer would wait for it for ever.
const SOUND_TIMEOUT: Duration = Duration::from_secs(2);

impl Inlet for Shared {
    fn announced(&self, caps: &gst::StructureRef) -> bool {
        let encoding = caps.get::<&str>("encoding-name").unwrap_or("an unnamed codec");
        let mut state = self.state();
        match caps.get::<&str>("media") {
            Ok("video") if state.codec.is_none() => {
                state.codec = VideoCodec::from_rtp(caps);
                if state.codec.is_none() {
                    state.unsupported = Some(encoding.to_owned());
                }
                state.codec.is_some()
            }
            Ok("audio") if !state.audio_announced => {
                state.audio_announced = AudioCodec::from_rtp(caps).is_some();
                if !state.audio_announced {
                    let text = format!("the camera's sound ({encoding}) cannot be recorded");
                    state.warnings.insert(text);
                }
                state.audio_announced
            }
            _ => false,
        }
    }

    fn arrived(&self, pad: &gst::Pad) {
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let Some(structure) = caps.structure(0) else { return };
        let result = match structure.get::<&str>("media") {
            Ok("video") => self.link_video(pad, structure),
            Ok("audio") => self.link_audio(pad, structure),
            _ => Ok(()),
        };
        if let Err(error) = result {
            self.refuse(Fault::Internal { detail: ronin_core::chain(&error) });
        }
    }

    fn refused(&self, fault: Fault) {
        self.refuse(fault);
    }
}

impl Shared {
    fn link_video(&self, pad: &gst::Pad, rtp: &gst::StructureRef) -> Result<(), Error> {
        let Some(codec) = VideoCodec::from_rtp(rtp) else { return Ok(()) };
        let mut chain = codec.tail()?;
        let tee = make("tee")?;
        tee.set_property("allow-not-linked", true);
        let caps = chain.last().cloned();
        chain.push(tee.clone());
        if let Some(exit) = caps.and_then(|caps| caps.static_pad("src")) {
            self.watch_pictures(&exit, codec);
        }
        self.state().video_tee = Some(tee);
        self.link_chain(pad, &chain)
    }

    fn link_audio(&self, pad: &gst::Pad, rtp: &gst::StructureRef) -> Result<(), Error> {
        let Some(codec) = AudioCodec::from_rtp(rtp) else { return Ok(()) };
        let mut chain = codec.chain()?;
        let tee = make("tee")?;
        tee.set_property("allow-not-linked", true);
        if let Some(entrance) = tee.static_pad("sink") {
            self.watch_sound(&entrance);
        }
        chain.push(tee.clone());
        {
            let mut state = self.state();
            state.audio_tee = Some(tee);
            state.audio_elements = chain.clone();
        }
        self.link_chain(pad, &chain)
    }

    /// Adds `chain`, starts it from its end, and links `pad` to its head.
    fn link_chain(&self, pad: &gst::Pad, chain: &[gst::Element]) -> Result<(), Error> {
        self.pipeline.add_many(chain).map_err(Error::doing("add a stream to its graph"))?;
        gst::Element::link_many(chain).map_err(Error::doing("link a stream"))?;
        for element in chain.iter().rev() {
            element.sync_state_with_parent().map_err(Error::doing("start a stream"))?;
        }
        let head = chain.first().and_then(|element| element.static_pad("sink"));
        let linked = head.is_some_and(|head| pad.link(&head).is_ok());
        let failed = || gst::glib::bool_error!("the pads do not fit");
        linked.then_some(()).ok_or_else(failed).map_err(Error::doing("link a stream"))
    }

    fn watch_sound(&self, entrance: &gst::Pad) {
        let own = self.own.clone();
        let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
        entrance.add_probe(mask, move |_, info| {
            guarded(&own, gst::PadProbeReturn::Ok, |shared| match &info.data {
                Some(gst::PadProbeData::Buffer(buffer)) => shared.sound(buffer),
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
    fn sound(&self, buffer: &gst::BufferRef) -> gst::PadProbeReturn {
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

    fn watch_pictures(&self, exit: &gst::Pad, codec: VideoCodec) {
        let own = self.own.clone();
        let passage = Mutex::new(Passage::default());
        let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
        exit.add_probe(mask, move |pad, info| {
            guarded(&own, gst::PadProbeReturn::Ok, |shared| {
                let mut passage = passage.lock().unwrap_or_else(PoisonError::into_inner);
                match &info.data {
                    Some(gst::PadProbeData::Buffer(buffer)) => {
                        if !passage.admits(shared, buffer) {
                            return gst::PadProbeReturn::Handled;
                        }
                        shared.picture(pad, buffer, codec);
                    }
                    Some(gst::PadProbeData::Event(event)) => {
                        if let gst::EventView::Caps(caps) = event.view() {
                            shared.video_caps_changed(caps.caps());
                        }
                    }
                    _ => {}
                }
                gst::PadProbeReturn::Ok
            })
        });
    }

    /// A picture is about to pass to the branches.
    fn picture(&self, pad: &gst::Pad, buffer: &gst::Buffer, codec: VideoCodec) {
        self.video.count(buffer.size());
        if buffer.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            return;
        }
        self.clock.anchor(&self.pipeline);
        let running = running_time(pad, buffer);
        let at = running.and_then(|r| self.clock.wall(r)).unwrap_or_else(WallTime::now);
        let mut state = self.state();
        let first = state.first_picture.is_none();
        state.first_picture.get_or_insert_with(Instant::now);
        if let Some(caps) = state.video_caps.clone() {
            state.key_frame = Some(KeyFrame { codec, caps, buffer: buffer.clone(), at });
        }
        let renew_record = self.renew_record.take();
        let renew_live = self.renew_live.take();
        let result = (|| {
            if first || renew_record {
                self.renew_record(&mut state, !first)?;
            }
            if first || renew_live {
                self.renew_live(&mut state, !first, at)?;
            }
            Ok::<(), Error>(())
        })();
        drop(state);
        if first {
            self.wake.notify_one();
        }
        if let Err(error) = result {
            self.refuse(Fault::Internal { detail: ronin_core::chain(&error) });
        }
    }

    /// Puts a new record branch in the place of the old one. Called between two pictures, the
    /// next of which is a key frame.
    fn renew_record(&self, state: &mut State, sound_is_known: bool) -> Result<(), Error> {
        if let Some(old) = state.record.take() {
            state.retire(old.trunk);
        }
        state.record_failed = None;
        let Some((tee, _)) = state.video_tee.clone().zip(self.recording.as_ref()) else {
            return Ok(());
        };
        let mut branch = RecordBranch::attach(&self.pipeline, &tee)?;
        if sound_is_known || !self.records_sound(state) {
            self.open_record(state, &mut branch)?;
        }
        state.record = Some(branch);
        Ok(())
    }

    fn renew_live(
        &self,
        state: &mut State,
        sound_is_known: bool,
        at: WallTime,
    ) -> Result<(), Error> {
        if let Some(old) = state.live.take() {
            state.retire(old.trunk);
        }
        state.live_failed = None;
        let Some((tee, _)) = state.video_tee.clone().zip(self.spec.live.as_ref()) else {
            return Ok(());
        };
        let mut branch = LiveBranch::attach(&self.pipeline, &tee, at)?;
        if sound_is_known || !state.audio_announced {
            self.open_live(state, &mut branch)?;
        }
        state.live = Some(branch);
        Ok(())
    }

    /// Whether sound is announced and wanted in the recording.
    pub(super) fn records_sound(&self, state: &State) -> bool {
        state.audio_announced && self.spec.record.as_ref().is_some_and(|options| options.audio)
    }

    /// Whether sound has come lately.
    pub(super) fn sound_flows(&self) -> bool {
        self.audio.age().is_some_and(|age| age < SOUND_TIMEOUT)
    }

    /// Lets a record branch run, with sound where sound is coming.
    pub(super) fn open_record(
        &self,
        state: &State,
        branch: &mut RecordBranch,
    ) -> Result<(), Error> {
        let Some(recording) = &self.recording else { return Ok(()) };
        let sound = self.records_sound(state) && self.sound_flows();
        let tee = state.audio_tee.as_ref().filter(|_| sound);
        branch.open(tee, recording, &self.clock, state.tracks(sound))
    }

    /// Lets a live branch run, with sound where sound is coming.
    pub(super) fn open_live(&self, state: &State, branch: &mut LiveBranch) -> Result<(), Error> {
        let Some((window, codec)) = self.spec.live.as_ref().zip(state.codec) else {
            return Ok(());
        };
        let tee = state.audio_tee.as_ref().filter(|_| self.sound_flows());
        branch.open(codec, tee, window)
    }

    /// The stream's parameters are about to change. The old file must not see them: it would be
    /// unreadable as a whole.
    fn video_caps_changed(&self, caps: &gst::CapsRef) {
        let mut state = self.state();
        let changed = state.video_caps.as_ref().is_some_and(|old| !same_stream(old, caps));
        if changed {
            if let Some(record) = &state.record {
                record.trunk.gate.close();
            }
            self.renew_record.raise();
        }
        state.video_stream = describe(caps);
        state.video_caps = Some(caps.to_owned());
    }
}

/// Whether pictures of `new` can go into a file that was begun with `old`.
fn same_stream(old: &gst::CapsRef, new: &gst::CapsRef) -> bool {
    let fields = |caps: &gst::CapsRef| {
        let structure = caps.structure(0)?;
        let codec_data = structure.get::<gst::Buffer>("codec_data").ok();
        let codec_data = codec_data.and_then(|b| b.map_readable().ok().map(|m| m.to_vec()));
        let size = (structure.get::<i32>("width").ok(), structure.get::<i32>("height").ok());
        Some((structure.name().to_string(), codec_data, size))
    };
    fields(old) == fields(new)
}

fn running_time(pad: &gst::Pad, buffer: &gst::Buffer) -> Option<gst::ClockTime> {
    let event = pad.sticky_event::<gst::event::Segment>(0)?;
    let segment = event.segment().downcast_ref::<gst::ClockTime>()?.clone();
    segment.to_running_time(buffer.pts()?)
}

/// Which pictures may pass.
#[derive(Default)]
struct Passage {
    started: bool,
    last_decode: Option<gst::ClockTime>,
}

impl Passage {
    fn admits(&mut self, shared: &Shared, buffer: &gst::BufferRef) -> bool {
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let decode = buffer.dts_or_pts();
        let back = self.last_decode.zip(decode).and_then(|(last, now)| last.checked_sub(now));
        let admitted = buffer.pts().is_some()
            && (self.started || key_frame)
            && back.is_none_or(|step| step.is_zero());
        if admitted {
            self.started = true;
            self.last_decode = decode;
            return true;
        }
        shared.video.drop_one();
        if back.is_some_and(|step| step > TIME_JUMP) {
            shared.refuse(Fault::TimeJump);
        }
        false
    }
}

/// Calls `f` while the graph lives. A panic must not unwind into C, which would abort the process:
/// it ends this graph.
fn guarded<R>(own: &Weak<Shared>, otherwise: R, f: impl FnOnce(&Arc<Shared>) -> R) -> R {
    let Some(shared) = own.upgrade() else { return otherwise };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&shared))) {
        Ok(value) => value,
        Err(_) => {
            shared.refuse(Fault::Internal { detail: "the intake panicked".into() });
            otherwise
        }
    }
}
