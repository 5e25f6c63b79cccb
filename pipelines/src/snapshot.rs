//! Pictures as JPEG: a key frame, which is decoded for it, and one that somebody has looked at.

use std::time::Duration;

use bytes::Bytes;
use gst::prelude::*;
use ronin_core::{WallTime, frame::VideoFrame};

use crate::{
    elements::{caps_filter, make},
    error::Error,
    video::VideoCodec,
};

/// Longest a picture may take to decode; a 4K key frame takes a tenth of a second.
const DECODE_TIMEOUT: Duration = Duration::from_secs(10);

/// The latest key frame of a camera, still encoded.
#[derive(Clone, Debug)]
pub struct KeyFrame {
    pub(crate) codec: VideoCodec,
    pub(crate) caps: gst::Caps,
    pub(crate) buffer: gst::Buffer,
    /// When it was taken.
    pub at: WallTime,
}

/// Decodes a key frame and encodes it as JPEG, as it is. Blocks for as long as that takes.
pub fn jpeg(key_frame: &KeyFrame) -> Result<Bytes, Error> {
    encode(key_frame, None)
}

/// Decodes a key frame and encodes it as JPEG, `height` pixels high, at least 16. Blocks for as long
/// as that takes.
pub(crate) fn small_jpeg(key_frame: &KeyFrame, height: u32) -> Result<Bytes, Error> {
    encode(key_frame, Some(height.max(16)))
}

/// Encodes a picture as JPEG, at most `width_max` pixels wide. Blocks for some milliseconds.
pub fn jpeg_of(frame: &VideoFrame, width_max: u32) -> Result<Bytes, Error> {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let caps = gst_video::VideoCapsBuilder::new()
        .format(gst_video::VideoFormat::Rgb)
        .width(side(frame.width()))
        .height(side(frame.height()))
        .framerate(gst::Fraction::new(0, 1))
        .build();
    let source = gst_app::AppSrc::builder().caps(&caps).format(gst::Format::Time).build();
    let sink = gst_app::AppSink::builder().sync(false).build();
    let scale = make("videoscale")?;
    let width = frame.width().min(width_max.max(16));
    let height = (u64::from(frame.height()) * u64::from(width)).div_ceil(frame.width().into());
    let small = gst::Caps::builder("video/x-raw")
        .field("width", side(width))
        .field("height", i32::try_from(height.max(1)).unwrap_or(i32::MAX))
        .build();
    let encoder = make("jpegenc")?;
    encoder.set_property("quality", 70_i32);
    let elements = [
        source.upcast_ref::<gst::Element>().clone(),
        scale,
        caps_filter(small)?,
        make("videoconvert")?,
        encoder,
        sink.upcast_ref::<gst::Element>().clone(),
    ];
    let mut buffer = gst::Buffer::from_slice(packed(frame));
    if let Some(buffer) = buffer.get_mut() {
        buffer.set_pts(gst::ClockTime::ZERO);
    }
    run(&elements, &source, &sink, buffer)
}

/// Rows as GStreamer has them in RGB: each a whole multiple of 4 bytes.
fn packed(frame: &VideoFrame) -> Vec<u8> {
    let row = 3 * usize::try_from(frame.width()).unwrap_or(0);
    let stride = row.next_multiple_of(4);
    let mut data = Vec::with_capacity(stride * usize::try_from(frame.height()).unwrap_or(0));
    for y in 0..frame.height() {
        data.extend_from_slice(frame.row(y));
        data.resize(data.len() + stride - row, 0);
    }
    data
}

/// ```text
/// appsrc ─ decoder ─ videoscale ─ caps (square pixels) ─ videoconvert ─ jpegenc ─ appsink
/// ```
/// Where a height is asked for; without, there is no videoscale and no caps.
fn encode(key_frame: &KeyFrame, height: Option<u32>) -> Result<Bytes, Error> {
    let source = gst_app::AppSrc::builder().caps(&key_frame.caps).format(gst::Format::Time).build();
    let sink = gst_app::AppSink::builder().sync(false).build();
    let decoder = make(key_frame.codec.decoder())?;
    decoder.set_property("max-threads", 1_i32);
    let encoder = make("jpegenc")?;
    encoder.set_property("quality", 80_i32);
    let mut elements = vec![source.upcast_ref::<gst::Element>().clone(), decoder];
    if let Some(height) = height {
        elements.extend([make("videoscale")?, caps_filter(size(height))?]);
    }
    elements.extend([make("videoconvert")?, encoder, sink.upcast_ref::<gst::Element>().clone()]);

    let mut buffer = key_frame.buffer.copy();
    if let Some(buffer) = buffer.get_mut() {
        buffer.set_pts(gst::ClockTime::ZERO);
        buffer.set_dts(gst::ClockTime::ZERO);
    }
    run(&elements, &source, &sink, buffer)
}

/// Sends one buffer through the elements and returns what comes out.
fn run(
    elements: &[gst::Element],
    source: &gst_app::AppSrc,
    sink: &gst_app::AppSink,
    buffer: gst::Buffer,
) -> Result<Bytes, Error> {
    let pipeline = Teardown(gst::Pipeline::new());
    pipeline.0.add_many(elements).map_err(Error::doing("build the picture encoder"))?;
    gst::Element::link_many(elements).map_err(Error::doing("link the picture encoder"))?;
    let state = pipeline.0.set_state(gst::State::Playing);
    let failed = |detail: &str| Error::Picture { detail: detail.to_owned() };
    state.map_err(|_| failed("the decoder did not start"))?;

    source.push_buffer(buffer).map_err(|_| failed("the decoder took no picture"))?;
    source.end_of_stream().map_err(|_| failed("the decoder took no end of stream"))?;
    let timeout = gst::ClockTime::try_from(DECODE_TIMEOUT).ok();
    let sample = sink.try_pull_sample(timeout).ok_or_else(|| {
        let error = pipeline.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match error.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => failed(error.error().message()),
            _ => failed("no picture came out"),
        }
    })?;
    let data = sample.buffer().and_then(|b| b.map_readable().ok());
    data.map(|d| Bytes::copy_from_slice(&d)).ok_or_else(|| failed("the picture is empty"))
}

/// Of a height, the width as the shape of the picture wants it.
fn size(height: u32) -> gst::Caps {
    gst::Caps::builder("video/x-raw")
        .field("height", i32::try_from(height).unwrap_or(i32::MAX))
        .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
        .build()
}

/// Stops a pipeline when it goes out of scope: a playing pipeline must not be dropped.
pub(crate) struct Teardown(pub(crate) gst::Pipeline);

impl Drop for Teardown {
    fn drop(&mut self) {
        // Going to Null does not fail.
        let _ = self.0.set_state(gst::State::Null);
    }
}
