//! What happens in the streaming threads: streams are linked as they arrive, and every picture
//! passes the intake before the tee.
//!
//! The intake is the only place that can act between two pictures. It lets nothing through that a
//! muxer would choke on (no key frame yet, no timestamp, time running back), and it exchanges the
//! record branch exactly at a key frame, so that no picture is lost or written twice.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Instant,
};

use gst::prelude::*;
use ronin_core::{Fault, WallTime};

use super::state::{Shared, State};
use crate::{
    audio::AudioCodec,
    branch::{live::LiveBranch, record::RecordBranch},
    clock::{camera_time, running_time},
    elements::make,
    error::Error,
    snapshot::KeyFrame,
    source::Inlet,
    video::{VideoCodec, describe},
};

/// A step back in decode time beyond this is a new clock at the camera, not a late packet.
const TIME_JUMP: gst::ClockTime = gst::ClockTime::from_seconds(3);
/// Pictures of the same time are moved apart by this,
const APART: gst::ClockTime = gst::ClockTime::from_mseconds(1);
/// and all of them by no more than this.
const CROWD: gst::ClockTime = gst::ClockTime::from_mseconds(50);
/// Record branches that may still write while another begins: each may hold a full queue. More of
/// them, and the disk stands still.
const LEAVING_MAX: usize = 3;

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
        {
            let mut state = self.state();
            state.video_tee = Some(tee);
            state.video_packets = Some(pad.clone());
        }
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

    fn watch_pictures(&self, exit: &gst::Pad, codec: VideoCodec) {
        let own = self.own.clone();
        let passage = Mutex::new(Passage::default());
        let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
        exit.add_probe(mask, move |pad, info| {
            guarded(&own, gst::PadProbeReturn::Ok, |shared| {
                let mut passage = passage.lock().unwrap_or_else(PoisonError::into_inner);
                let admitted = match &mut info.data {
                    Some(gst::PadProbeData::Buffer(buffer)) => {
                        passage.admits(shared, buffer) && shared.picture(pad, buffer, codec)
                    }
                    Some(gst::PadProbeData::Event(event)) => {
                        if let gst::EventView::Caps(caps) = event.view() {
                            shared.video_caps_changed(caps.caps());
                        }
                        true
                    }
                    _ => true,
                };
                if admitted { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Handled }
            })
        });
    }

    /// A picture is about to pass to the branches. False where it must not.
    fn picture(&self, pad: &gst::Pad, buffer: &gst::Buffer, codec: VideoCodec) -> bool {
        self.video.count(buffer.size());
        let running = running_time(pad, buffer).unwrap_or(gst::ClockTime::ZERO);
        let now = self.pipeline.current_running_time().unwrap_or(running);
        self.clock.picture(now, running, camera_time(buffer));
        let at = self.clock.wall(running).unwrap_or_else(|| self.clock.now());
        if self.clock.meets_footage(at) {
            self.refuse(Fault::ClockSet);
            return false;
        }
        if !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            self.key_frame_comes(buffer, codec, running, at);
        }
        self.feed_picture(buffer, codec, running, at);
        true
    }

    /// What can be done only between two pictures, the second of which is a key frame.
    fn key_frame_comes(
        &self,
        buffer: &gst::Buffer,
        codec: VideoCodec,
        running: gst::ClockTime,
        at: WallTime,
    ) {
        let mut state = self.state();
        let first = state.first_picture.is_none();
        state.first_picture.get_or_insert_with(Instant::now);
        if let Some(caps) = state.video_caps.clone() {
            state.key_frame = Some(KeyFrame { codec, caps, buffer: buffer.clone(), at });
        }
        let result = self
            .begin_recording(&mut state, first, running, at)
            .and_then(|()| self.begin_live(&mut state, first, at));
        drop(state);
        if first {
            self.wake.notify_one();
        }
        if let Err(error) = result {
            self.refuse(Fault::Internal { detail: ronin_core::chain(&error) });
        }
    }

    /// Puts a new record branch in the place of the old one, where one is due. Called between two
    /// pictures, the next of which is a key frame.
    fn begin_recording(
        &self,
        state: &mut State,
        first: bool,
        running: gst::ClockTime,
        at: WallTime,
    ) -> Result<(), Error> {
        let Some((tee, recording)) = state.video_tee.clone().zip(self.recording.as_ref()) else {
            return Ok(());
        };
        if recording.room.is_closed() {
            return Ok(());
        }
        let due = match &state.record {
            Some(branch) => branch.is_due(at),
            None => state.record_failed.is_none(),
        };
        if !(due || self.renew_record.is_up()) || state.leaving() >= LEAVING_MAX {
            return Ok(());
        }
        self.renew_record.take();
        state.retire_record(Some(running), &self.hurry);
        state.record_failed = None;
        let mut branch = RecordBranch::attach(&self.pipeline, &tee, recording, running, at)?;
        if !first || !self.records_sound(state) {
            self.open_record(state, &mut branch)?;
        }
        state.record = Some(branch);
        Ok(())
    }

    /// The same for the live branch.
    fn begin_live(&self, state: &mut State, first: bool, at: WallTime) -> Result<(), Error> {
        if !(self.renew_live.take() || first) {
            return Ok(());
        }
        state.retire_live(&self.hurry);
        state.live_failed = None;
        let Some((tee, _)) = state.video_tee.clone().zip(self.spec.live.as_ref()) else {
            return Ok(());
        };
        let mut branch = LiveBranch::attach(&self.pipeline, &tee, at, &self.live_entered)?;
        if !first || !state.audio_announced {
            self.open_live(state, &mut branch)?;
        }
        state.live = Some(branch);
        Ok(())
    }

    /// Lets a record branch run, with sound where sound is coming.
    pub(super) fn open_record(
        &self,
        state: &State,
        branch: &mut RecordBranch,
    ) -> Result<(), Error> {
        let Some(recording) = &self.recording else { return Ok(()) };
        let sound = self.records_sound(state) && self.has_sound(state);
        let tee = state.audio_tee.as_ref().filter(|_| sound);
        branch.open(tee, recording, state.tracks(sound))
    }

    /// Lets a live branch run, with sound where sound is coming.
    pub(super) fn open_live(&self, state: &State, branch: &mut LiveBranch) -> Result<(), Error> {
        let Some((window, codec)) = self.spec.live.as_ref().zip(state.codec) else {
            return Ok(());
        };
        let tee = state.audio_tee.as_ref().filter(|_| self.has_sound(state));
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

/// Which pictures may pass.
#[derive(Default)]
struct Passage {
    started: bool,
    last_decode: Option<gst::ClockTime>,
}

impl Passage {
    /// Whether `buffer` may pass. One with the time of the picture before it comes a moment later,
    /// since players and tools lose one of two pictures of the same time.
    fn admits(&mut self, shared: &Shared, buffer: &mut gst::Buffer) -> bool {
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let decode = buffer.dts_or_pts();
        let back = self.last_decode.zip(decode).and_then(|(last, now)| last.checked_sub(now));
        // Pictures that were moved apart may be a little ahead of the one that comes now.
        let admitted = buffer.pts().is_some()
            && (self.started || key_frame)
            && back.is_none_or(|step| step <= CROWD);
        if admitted {
            if let Some(back) = back {
                delay(buffer.make_mut(), back + APART);
            }
            self.started = true;
            self.last_decode = buffer.dts_or_pts();
            return true;
        }
        shared.video.drop_one();
        if !self.started {
            shared.early.count(buffer.size());
        }
        if back.is_some_and(|step| step > TIME_JUMP) {
            shared.refuse(Fault::TimeJump);
        }
        false
    }
}

/// Moves a picture to a later time.
fn delay(buffer: &mut gst::BufferRef, by: gst::ClockTime) {
    buffer.set_pts(buffer.pts().map(|pts| pts + by));
    buffer.set_dts(buffer.dts().map(|dts| dts + by));
}

/// Calls `f` while the graph lives. A panic must not unwind into C, which would abort the process:
/// it ends this graph.
pub(super) fn guarded<R>(own: &Weak<Shared>, otherwise: R, f: impl FnOnce(&Arc<Shared>) -> R) -> R {
    let Some(shared) = own.upgrade() else { return otherwise };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&shared))) {
        Ok(value) => value,
        Err(_) => {
            shared.refuse(Fault::Internal { detail: "the intake panicked".into() });
            otherwise
        }
    }
}
