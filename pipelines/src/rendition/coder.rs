//! Decodes pictures and encodes them as H.264, and makes fragments of them.
//!
//! ```text
//!  appsrc ─ decoder ─ videoscale ─ videoconvert ─ caps ─ encoder ─ h264parse ─ caps ─ appsink
//! ```

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gst::prelude::*;
use ronin_core::{
    MediaStream,
    live::{Feed, Fragment, Init, Inits, Kind, Reset},
};

use crate::{
    elements::{caps_filter, make},
    error::Error,
    feed_source::{FeedSource, error_of},
    live_mp4::{self, Sample, Steps, VIDEO_TRACK, VideoTrack},
    snapshot::Teardown,
    video::{VideoCodec, describe, live_encoder},
};

/// Lines of a rendition: more costs more than it shows in a browser.
const LINES_MAX: u32 = 720;
/// See the module. Stops when it is dropped.
pub(super) struct Coder {
    pipeline: Option<Teardown>,
    source: Arc<FeedSource>,
    out: Arc<Out>,
}

/// What the end of the pipeline works with.
struct Out {
    source: Arc<FeedSource>,
    feed: Arc<Feed>,
    state: Mutex<State>,
}

struct State {
    /// The beginning of the source.
    beginning: Arc<Init>,
    streams: Vec<MediaStream>,
    reason: Reset,
    caps: Option<gst::Caps>,
    sequence: u32,
    steps: Steps,
    /// Another takes its place, or nobody watches: nothing more comes of it.
    is_over: bool,
}

impl Coder {
    /// Starts for a stream that begins with `init`; those who watch `feed` are told `reason`.
    pub(super) fn start(
        init: &Arc<Init>,
        streams: &[MediaStream],
        reason: Reset,
        feed: Arc<Feed>,
    ) -> Result<Self, Error> {
        let source = Arc::new(FeedSource::new(init)?);
        let sink = gst_app::AppSink::builder().sync(false).build();
        let elements = [
            source.element.upcast_ref::<gst::Element>().clone(),
            source.codec.live_decoder()?,
            make("videoscale")?,
            make("videoconvert")?,
            caps_filter(small(source.width, source.height))?,
            live_encoder()?,
            make("h264parse")?,
            caps_filter(VideoCodec::H264.access_units("avc").build())?,
            sink.upcast_ref::<gst::Element>().clone(),
        ];
        let out = Arc::new(Out {
            source: source.clone(),
            feed,
            state: Mutex::new(State {
                beginning: init.clone(),
                streams: streams.to_vec(),
                reason,
                caps: None,
                sequence: 0,
                steps: Steps::default(),
                is_over: false,
            }),
        });
        let pipeline = Teardown(gst::Pipeline::new());
        pipeline.0.add_many(&elements).map_err(Error::doing("build a rendition"))?;
        gst::Element::link_many(&elements).map_err(Error::doing("link a rendition"))?;
        let to = out.clone();
        let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            to.take(&sample);
            Ok(gst::FlowSuccess::Ok)
        });
        sink.set_callbacks(callbacks.build());
        let started = pipeline.0.set_state(gst::State::Playing);
        started.map_err(|_| Error::Picture { detail: "the rendition did not start".into() })?;
        Ok(Self { pipeline: Some(pipeline), source, out })
    }

    /// What went wrong since the last question.
    pub(super) fn error(&self) -> Option<Error> {
        self.pipeline.as_ref().and_then(|pipeline| error_of(&pipeline.0))
    }

    /// Hands a picture over, or leaves it out; does not wait.
    pub(super) fn encode(&self, picture: &Fragment) -> Result<(), Error> {
        self.source.give(picture).map_err(|refused| self.error().unwrap_or(refused))
    }

    /// Passes sound on, where the rendition has begun.
    pub(super) fn pass(&self, sound: Fragment) {
        if self.out.state().caps.is_some() {
            self.out.feed.push(sound);
        }
    }
}

impl Drop for Coder {
    fn drop(&mut self) {
        self.out.state().is_over = true;
        // It waits for the threads of the pipeline, and whoever drops it may not wait.
        let pipeline = self.pipeline.take();
        std::thread::spawn(move || drop(pipeline));
    }
}

impl Out {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A picture was encoded.
    fn take(&self, sample: &gst::SampleRef) {
        let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return };
        let (Some(pts), Ok(data)) = (buffer.pts(), buffer.map_readable()) else { return };
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let mut state = self.state();
        if state.is_over {
            return;
        }
        if state.caps.as_deref() != Some(caps) && !(key_frame && self.begin(&mut state, caps)) {
            return;
        }
        let pts = running_time(sample, pts);
        let (shown, wall) = (Duration::from(pts), self.source.wall_of(pts));
        state.sequence = state.sequence.wrapping_add(1);
        let fragment = live_mp4::fragment(&Sample {
            track: VIDEO_TRACK,
            sequence: state.sequence,
            decode: shown,
            composition: Duration::ZERO,
            duration: state.steps.next(shown),
            key_frame,
            data: &data,
        });
        let kind = if key_frame { Kind::KeyFrame } else { Kind::Picture };
        // Under the lock, so that nothing comes after the end.
        self.feed.push(Fragment { data: fragment.into(), wall, media_time: shown, kind });
    }

    /// Tells those who watch what comes. False where the caps do not say enough.
    fn begin(&self, state: &mut State, caps: &gst::CapsRef) -> bool {
        let Some(inits) = inits(state, caps) else { return false };
        self.feed.begin(inits, state.reason);
        state.reason = Reset::ParametersChanged;
        state.caps = Some(caps.to_owned());
        true
    }
}

/// Time of the source: encoders move their times by hours to stay above zero, and the segment with
/// them.
pub(super) fn running_time(sample: &gst::SampleRef, pts: gst::ClockTime) -> gst::ClockTime {
    let segment = sample.segment().and_then(|s| s.downcast_ref::<gst::ClockTime>());
    segment.and_then(|segment| segment.to_running_time(pts)).unwrap_or(pts)
}

/// The beginning of the rendition: that of the source, with other pictures.
fn inits(state: &State, caps: &gst::CapsRef) -> Option<Inits> {
    let stream = describe(caps)?;
    let structure = caps.structure(0)?;
    let size = |field| structure.get::<i32>(field).ok().and_then(|n| u16::try_from(n).ok());
    let config = structure.get::<gst::Buffer>("codec_data").ok()?;
    let config = config.map_readable().ok()?;
    let codec = VideoCodec::H264;
    let video =
        VideoTrack { codec, config: &config, width: size("width")?, height: size("height")? };
    let silent = live_mp4::init(&video, None);
    let sound = state.streams.get(1);
    let sounding = sound.and_then(|sound| {
        let data = live_mp4::with_sound_of(&silent, &state.beginning.data)?;
        let mime_type = live_mp4::mime_type(&[&stream.codec_string, &sound.codec_string]);
        Some(Arc::new(Init { data: data.into(), mime_type }))
    });
    let mime_type = live_mp4::mime_type(&[&stream.codec_string]);
    let silent = Init { data: silent.into(), mime_type };
    let sound = sound.cloned().filter(|_| sounding.is_some());
    let streams = std::iter::once(stream).chain(sound).collect();
    Some(Inits { silent: Arc::new(silent), sounding, streams })
}

/// The size of the rendition: that of the source, but no more than [`LINES_MAX`], and even.
pub(super) fn small(width: u16, height: u16) -> gst::Caps {
    let (width, height) = (u32::from(width.max(16)), u32::from(height.max(16)));
    let lines = height.min(LINES_MAX);
    let even = |n: u32| i32::try_from((n / 2).max(8) * 2).unwrap_or(i32::MAX);
    gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", even(width * lines / height))
        .field("height", even(lines))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendition_is_as_large_as_its_source_or_has_720_lines() {
        gst::init().unwrap();
        let cases = [
            ((3840, 2160), (1280, 720)),
            ((1920, 1080), (1280, 720)),
            ((640, 360), (640, 360)),
            ((353, 289), (352, 288)),
            ((0, 0), (16, 16)),
            ((1080, 1920), (404, 720)),
        ];
        for ((width, height), want) in cases {
            let caps = small(width, height);
            let structure = caps.structure(0).unwrap();
            let seen = ["width", "height"].map(|field| structure.get::<i32>(field).unwrap());
            assert_eq!((seen[0], seen[1]), want, "{width}x{height}");
        }
    }
}
