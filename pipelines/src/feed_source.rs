//! The entrance of a pipeline that takes its pictures from a live feed.
//!
//! It never waits: where the pipeline is too slow for what comes, pictures are left out up to the
//! next key frame. Not here: what becomes of the pictures ([`crate::rendition`],
//! [`crate::analysis`]).

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gst::prelude::*;
use ronin_core::{
    WallTime,
    live::{Fragment, Init, Kind},
};

use crate::{boxes::VideoTrack, error::Error, live_mp4, video::VideoCodec};

/// Pictures that wait for the decoder: half a second of the fastest cameras. More, and the machine
/// is too slow.
const WAITING_MAX: u64 = 60;
/// Pictures on their way through the pipeline, whose times are remembered.
const UNDERWAY_MAX: usize = 200;

/// See the module.
pub(crate) struct FeedSource {
    pub(crate) element: gst_app::AppSrc,
    pub(crate) codec: VideoCodec,
    /// Pixels of the pictures.
    pub(crate) width: u16,
    pub(crate) height: u16,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Times of the pictures that went in.
    underway: VecDeque<(gst::ClockTime, WallTime)>,
    lags: bool,
    dropped: u64,
}

impl FeedSource {
    /// For a stream that begins with `init`.
    pub(crate) fn new(init: &Init) -> Result<Self, Error> {
        let strange = || Error::Picture { detail: "a stream without a video track".into() };
        let track = VideoTrack::read(&init.data).ok_or_else(strange)?;
        let (codec, format) = VideoCodec::from_sample_entry(track.entry).ok_or_else(strange)?;
        let configuration = gst::Buffer::from_slice(track.configuration.to_vec());
        let caps = codec.access_units(format).field("codec_data", configuration).build();
        let element = gst_app::AppSrc::builder().caps(&caps).format(gst::Format::Time).build();
        element.set_is_live(true);
        let (width, height) = (track.width, track.height);
        Ok(Self { element, codec, width, height, state: Mutex::default() })
    }

    /// Hands a picture over, or leaves it out; does not wait.
    pub(crate) fn give(&self, picture: &Fragment) -> Result<(), Error> {
        let key_frame = picture.kind == Kind::KeyFrame;
        let waits = self.element.current_level_buffers() >= WAITING_MAX;
        let data = live_mp4::sample_of(&picture.data);
        let pts = gst::ClockTime::try_from(picture.media_time).unwrap_or(gst::ClockTime::ZERO);
        let data = {
            let mut state = self.state();
            state.lags = waits || state.lags && !key_frame;
            let Some(data) = data.filter(|_| !state.lags) else {
                state.dropped += 1;
                return Ok(());
            };
            state.underway.push_back((pts, picture.wall));
            if state.underway.len() > UNDERWAY_MAX {
                state.underway.pop_front();
            }
            data
        };
        let mut buffer = gst::Buffer::from_slice(data);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(pts);
            if !key_frame {
                buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
        }
        let refused = || Error::Picture { detail: "the pipeline takes no more pictures".into() };
        self.element.push_buffer(buffer).map(|_| ()).map_err(|_| refused())
    }

    /// Pictures that were left out.
    pub(crate) fn dropped(&self) -> u64 {
        self.state().dropped
    }

    /// When the picture that went in with this time was taken.
    pub(crate) fn wall_of(&self, pts: gst::ClockTime) -> WallTime {
        let mut state = self.state();
        let mut newest = WallTime::now();
        while let Some((at, wall)) = state.underway.front().copied() {
            if at > pts {
                break;
            }
            newest = wall;
            if at == pts {
                break;
            }
            state.underway.pop_front();
        }
        newest
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What went wrong in a pipeline since the last question.
pub(crate) fn error_of(pipeline: &gst::Pipeline) -> Option<Error> {
    let message = pipeline.bus()?.pop_filtered(&[gst::MessageType::Error])?;
    match message.view() {
        gst::MessageView::Error(error) => {
            Some(Error::Picture { detail: error.error().message().to_owned() })
        }
        _ => None,
    }
}
