//! An H.264 rendition of recorded footage, piece by piece, for browsers that cannot play what was
//! recorded.
//!
//! ```text
//! appsrc ─ qtdemux ─ parse ─ decoder ─ videoscale ─ videoconvert ─ caps ─ encoder ─ h264parse ─ appsink
//! ```
//! Each piece is encoded when it is asked for and kept nowhere. All of one file are encoded alike, so
//! that one header is good for each. Sound passes as it is, and so do times.

use std::{fs::File, io, time::Duration};

use bytes::Bytes;
use gst::prelude::*;
use ronin_core::playback::Piece;

use super::small;
use crate::{
    boxes::{self, child},
    elements::{caps_filter, make},
    error::Error,
    live_mp4::{self, Coded, VideoTrack, fragment_of, ticks},
    recorded_frames::{Pulled, link, pull, without_end, words_of},
    segment_file::{bytes_at, strange},
    snapshot::Teardown,
    sound::Sound,
    video::{VideoCodec, live_encoder},
};

/// Longest wait for the next picture.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(20);

/// What stands before the pieces of a file of which `piece` is one.
pub fn header(file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes> {
    let coded = encode(file, header_bytes, piece, Some(1))?;
    let sound = Sound::of(file.try_clone()?, header_bytes, header_bytes)?;
    let boxes = sound.as_ref().map(|sound| (&*sound.boxes.0, &*sound.boxes.1));
    let movie = live_mp4::movie_of_file(&coded.track(), Duration::ZERO, boxes);
    Ok([live_mp4::file_type(), movie].concat().into())
}

/// The fragments of a piece. Blocks for as long as it takes to encode it.
pub fn media(file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes> {
    let coded = encode(file, header_bytes, piece, None)?;
    let end = ticks(piece.start + piece.duration);
    let last = coded.pictures.last().map_or(0, |last| last.decode);
    let mut media = fragment_of(1, &coded.pictures, end.max(last + 1));
    let whole = piece.offset + piece.size_bytes;
    if let Some(mut sound) = Sound::from(file.try_clone()?, header_bytes, piece.offset, whole)? {
        let mut number = 2;
        while let Some(fragment) = sound.take_before(Duration::MAX, number)? {
            media.extend_from_slice(&fragment);
            number += 1;
        }
    }
    Ok(media.into())
}

/// Encoded pictures and what decodes them.
struct Rendition {
    config: Vec<u8>,
    width: u16,
    height: u16,
    pictures: Vec<Coded>,
}

impl Rendition {
    fn track(&self) -> VideoTrack<'_> {
        let Self { config, width, height, .. } = self;
        VideoTrack { codec: VideoCodec::H264, config, width: *width, height: *height }
    }
}

/// Encodes the pictures of a piece, `most` of them where that is said.
fn encode(
    file: &File,
    header_bytes: u64,
    piece: &Piece,
    most: Option<usize>,
) -> io::Result<Rendition> {
    let header = bytes_at(file, 0, header_bytes)?;
    let track = boxes::VideoTrack::read(&header).ok_or_else(|| strange("no video track"))?;
    if child(&header, b"moov").is_none() {
        return Err(strange("no moov"));
    }
    let (width, height) = (track.width, track.height);
    let media = bytes_at(file, piece.offset, piece.size_bytes)?;
    let mut coded = run([header, media].concat(), width, height, most).map_err(io::Error::other)?;
    // A demuxer that begins in the middle of a file calls that the beginning.
    let first = coded.pictures.first().map_or(0, |first| first.decode);
    let begin = ticks(piece.start);
    for picture in &mut coded.pictures {
        picture.decode = begin + picture.decode.saturating_sub(first);
    }
    Ok(coded)
}

fn run(bytes: Vec<u8>, width: u16, height: u16, most: Option<usize>) -> Result<Rendition, Error> {
    let failed = |detail: &str| Error::Picture { detail: detail.to_owned() };
    let caps = gst::Caps::builder("video/quicktime").build();
    let source = gst_app::AppSrc::builder().caps(&caps).format(gst::Format::Bytes).build();
    let demux = make("qtdemux")?;
    let scale = make("videoscale")?;
    let sink = gst_app::AppSink::builder().sync(false).max_buffers(8).build();
    let tail = [
        scale.clone(),
        make("videoconvert")?,
        caps_filter(small(width, height))?,
        live_encoder()?,
        make("h264parse")?,
        caps_filter(VideoCodec::H264.access_units("avc").build())?,
        sink.upcast_ref::<gst::Element>().clone(),
    ];
    let pipeline = Teardown(gst::Pipeline::new());
    let build = "build a rendition of footage";
    pipeline.0.add_many([source.upcast_ref(), &demux]).map_err(Error::doing(build))?;
    pipeline.0.add_many(&tail).map_err(Error::doing(build))?;
    source.link(&demux).map_err(Error::doing("link a rendition of footage"))?;
    gst::Element::link_many(&tail).map_err(Error::doing("link a rendition of footage"))?;
    let own = pipeline.0.downgrade();
    demux.connect_pad_added(move |_, pad| {
        if let Some(pipeline) = own.upgrade() {
            // A stream that cannot be linked ends in an error of the demuxer.
            let _ = attach(&pipeline, pad, &scale);
        }
    });
    let started = pipeline.0.set_state(gst::State::Playing);
    started.map_err(|_| failed("the rendition did not start"))?;
    source
        .push_buffer(gst::Buffer::from_slice(bytes))
        .map_err(|_| failed("it takes no footage"))?;
    source.end_of_stream().map_err(|_| failed("it takes no end"))?;

    let mut rendition: Option<Rendition> = None;
    loop {
        let sample = match pull(&pipeline.0, &sink, PICTURE_TIMEOUT) {
            Pulled::Sample(sample) => sample,
            Pulled::End => break,
            Pulled::Nothing => return Err(failed("no picture came out in time")),
            Pulled::Failed(message) => return Err(failed(&words_of(&message))),
        };
        let picture = coded(&sample).ok_or_else(|| failed("a picture without a time"))?;
        let rendition = match &mut rendition {
            Some(rendition) => rendition,
            none => none.insert(begin(&sample).ok_or_else(|| failed("pictures of no size"))?),
        };
        rendition.pictures.push(picture);
        if most.is_some_and(|most| rendition.pictures.len() >= most) {
            break;
        }
    }
    rendition.ok_or_else(|| failed("no picture is in it"))
}

/// Decodes the video; other streams go nowhere.
fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, exit: &gst::Element) -> Result<(), Error> {
    let Some(codec) = VideoCodec::of_pad(pad) else {
        let ignored = make("fakesink")?;
        ignored.set_property("async", false);
        return link(pipeline, pad, &[ignored]);
    };
    without_end(pad);
    let decoder = codec.live_decoder()?;
    link(pipeline, pad, &[make(codec.parser())?, decoder.clone()])?;
    decoder.link(exit).map_err(Error::doing("link a rendition of footage"))
}

fn begin(sample: &gst::Sample) -> Option<Rendition> {
    let structure = sample.caps()?.structure(0)?;
    let size = |field| structure.get::<i32>(field).ok().and_then(|n| u16::try_from(n).ok());
    let config = structure.get::<gst::Buffer>("codec_data").ok()?;
    let config = config.map_readable().ok()?.to_vec();
    let (width, height) = (size("width")?, size("height")?);
    Some(Rendition { config, width, height, pictures: Vec::new() })
}

/// Nothing is decoded before it is shown: each is shown when it is decoded.
fn coded(sample: &gst::Sample) -> Option<Coded> {
    let buffer = sample.buffer()?;
    let shown = super::coder::running_time(sample, buffer.pts()?);
    Some(Coded {
        decode: ticks(Duration::from(shown)),
        composition: 0,
        key_frame: !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT),
        data: buffer.map_readable().ok()?.to_vec(),
    })
}
