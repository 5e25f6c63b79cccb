//! Hands pictures and sound to those who watch, one fragment each, between the source and the tees.
//! Nothing here waits: a viewer's queue takes what it has room for.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use ronin_core::{
    WallTime,
    live::{Feed, Fragment, Init, Inits, Kind, Reset},
};

use super::state::{Shared, State};
use crate::{
    live_mp4::{self, AUDIO_TRACK, AudioTrack, Sample, Steps, USUAL, VIDEO_TRACK, VideoTrack},
    video::VideoCodec,
};

/// What was sent to viewers in this life of the graph.
#[derive(Default)]
pub(super) struct Feeding {
    /// The stream that was announced last.
    begun: Option<Begun>,
    sequence: u32,
    steps: Steps,
    last_sound: Option<Duration>,
}

struct Begun {
    video: gst::Caps,
    sound: Option<gst::Caps>,
    silent: Arc<Init>,
    /// Time of the stream at running time zero, in nanoseconds. Running times before the graph began
    /// are not negative, since a stream begins after its first second.
    offset_ns: i128,
}

impl Begun {
    fn media_time(&self, running: gst::ClockTime) -> Duration {
        let nanos = i128::from(running.nseconds()) + self.offset_ns;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }
}

impl Shared {
    /// A picture goes by.
    pub(super) fn feed_picture(
        &self,
        buffer: &gst::BufferRef,
        codec: VideoCodec,
        running: gst::ClockTime,
        at: WallTime,
    ) {
        let Some(feed) = &self.spec.feed else { return };
        let Ok(data) = buffer.map_readable() else { return };
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let mut feeding = self.feeding();
        if key_frame {
            self.begin_feed(feed, &mut feeding, codec, running, at);
        }
        let Some(begun) = &feeding.begun else { return };
        let shown = begun.media_time(running);
        let composition = buffer.pts().zip(buffer.dts()).and_then(|(p, d)| p.checked_sub(d));
        let composition = Duration::from(composition.unwrap_or_default());
        let decode = shown.saturating_sub(composition);
        let duration = feeding.steps.next(decode);
        feeding.sequence = feeding.sequence.wrapping_add(1);
        let sample = Sample {
            track: VIDEO_TRACK,
            sequence: feeding.sequence,
            decode,
            composition,
            duration,
            key_frame,
            data: &data,
        };
        let kind = if key_frame { Kind::KeyFrame } else { Kind::Picture };
        let data = Bytes::from(live_mp4::fragment(&sample));
        feed.push(Fragment { data, wall: at, media_time: shown, kind });
    }

    /// Sound goes by.
    pub(super) fn feed_sound(&self, pad: &gst::Pad, buffer: &gst::BufferRef) {
        let Some(feed) = &self.spec.feed else { return };
        let running = crate::clock::running_time(pad, buffer);
        let (Some(running), Ok(data)) = (running, buffer.map_readable()) else { return };
        let mut feeding = self.feeding();
        let Some(begun) = feeding.begun.as_ref().filter(|begun| begun.sound.is_some()) else {
            return;
        };
        let shown = begun.media_time(running);
        if feeding.last_sound.is_some_and(|last| shown <= last) {
            return;
        }
        feeding.last_sound = Some(shown);
        feeding.sequence = feeding.sequence.wrapping_add(1);
        let sample = Sample {
            track: AUDIO_TRACK,
            sequence: feeding.sequence,
            decode: shown,
            composition: Duration::ZERO,
            duration: buffer.duration().map_or(USUAL, Duration::from),
            key_frame: true,
            data: &data,
        };
        let data = Bytes::from(live_mp4::fragment(&sample));
        let wall = self.clock.wall(running).unwrap_or_else(|| self.clock.now());
        feed.push(Fragment { data, wall, media_time: shown, kind: Kind::Sound });
    }

    /// Announces the stream, before its first key frame and where it is no longer what it was.
    fn begin_feed(
        &self,
        feed: &Feed,
        feeding: &mut Feeding,
        codec: VideoCodec,
        running: gst::ClockTime,
        at: WallTime,
    ) {
        let state = self.state();
        let Some(video) = state.video_caps.clone() else { return };
        // Sound that stops is not taken back: what was announced and is not there harms nobody who
        // did not ask for it.
        let sound = state.audio_caps.clone().filter(|_| self.has_sound(&state));
        let sound = sound.or_else(|| feeding.begun.as_ref().and_then(|begun| begun.sound.clone()));
        let same_video = feeding.begun.as_ref().filter(|begun| begun.video == video);
        if same_video.is_some_and(|begun| begun.sound == sound) {
            return;
        }
        let reason =
            if feeding.begun.is_some() { Reset::ParametersChanged } else { Reset::Reconnected };
        let silent = match same_video {
            Some(begun) => begun.silent.clone(),
            None => match make_init(&state, codec, &video, None) {
                Some(init) => Arc::new(init),
                None => return,
            },
        };
        let sounding = sound.as_ref().and_then(|caps| make_init(&state, codec, &video, Some(caps)));
        let streams = state.video_stream.clone().into_iter();
        let streams = streams.chain(state.audio_stream.clone().filter(|_| sounding.is_some()));
        let inits = Inits {
            silent: silent.clone(),
            sounding: sounding.map(Arc::new),
            streams: streams.collect(),
        };
        drop(state);
        let offset_ns = feeding.begun.as_ref().map_or_else(
            || i128::from(nanos(feed.position(at))) - i128::from(running.nseconds()),
            |begun| begun.offset_ns,
        );
        feeding.begun = Some(Begun { video, sound, silent, offset_ns });
        feed.begin(inits, reason);
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The beginning of a stream; `None` where the caps do not say enough.
fn make_init(
    state: &State,
    codec: VideoCodec,
    video: &gst::Caps,
    sound: Option<&gst::Caps>,
) -> Option<Init> {
    let config = codec_data(video)?;
    let structure = video.structure(0)?;
    let size = |field| structure.get::<i32>(field).ok().and_then(|n| u16::try_from(n).ok());
    let video =
        VideoTrack { codec, config: &config, width: size("width")?, height: size("height")? };
    let mut codecs = vec![state.video_stream.as_ref()?.codec_string.as_str()];
    let data = match sound {
        None => live_mp4::init(&video, None),
        Some(sound) => {
            codecs.push(&state.audio_stream.as_ref()?.codec_string);
            let config = codec_data(sound)?;
            let structure = sound.structure(0)?;
            let number = |field| structure.get::<i32>(field).ok();
            let audio = AudioTrack {
                config: &config,
                rate_hz: u32::try_from(number("rate")?).ok()?,
                channels: u16::try_from(number("channels")?).ok()?,
            };
            live_mp4::init(&video, Some(&audio))
        }
    };
    Some(Init { data: data.into(), mime_type: live_mp4::mime_type(&codecs) })
}

fn codec_data(caps: &gst::Caps) -> Option<Vec<u8>> {
    let buffer = caps.structure(0)?.get::<gst::Buffer>("codec_data").ok()?;
    buffer.map_readable().ok().map(|data| data.to_vec())
}
