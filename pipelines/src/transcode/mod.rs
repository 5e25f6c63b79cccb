//! A recorded file encoded anew as H.265.
//!
//! ```text
//! filesrc ─ qtdemux ─ parse ─ decoder ─ videoconvert ─ encoder ─ h265parse ─ caps ─ appsink ─▶ file
//!                                                     sound: fragments of the file as they are ─┘
//! ```
//! Times are those of the recorded pictures, and so is the length; sound is copied. The new file says
//! which segment it takes the place of.
//!
//! An encoder is a large program that others wrote, some with a driver behind it: the engine runs all
//! of this in a process of its own.
//!
//! Not here: whether the new file is good ([`compare()`]), when this is done and what becomes of the
//! files (the engine).

mod compare;
mod encoder;
mod output;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use gst::prelude::*;
use ronin_core::{SegmentId, transcode::Quality};
use serde::{Deserialize, Serialize};

pub use self::{
    compare::{Compared, compare},
    encoder::{Preset, Tried, known_encoders, try_encoders},
};
use self::{encoder::prepare, output::Output};
use crate::{
    elements::{caps_filter, decoder, make},
    error::Error,
    recorded_frames::{Pulled, link, pull, without_end, words_of},
    segment_file::inspect,
    snapshot::Teardown,
    video::VideoCodec,
};

/// Longest wait for the next picture: an encoder looks at many before the first one comes out.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(120);
/// Key frames of the new file are so far apart: what a seek may have to decode.
const KEY_FRAMES_EVERY: Duration = Duration::from_secs(2);

/// What is to be encoded, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The recorded file.
    pub source: PathBuf,
    /// Where the new one goes; nothing may be there.
    pub target: PathBuf,
    /// The id of the new segment.
    pub segment: SegmentId,
    /// The encoder, by its name in GStreamer.
    pub encoder: String,
    /// How alike the pictures have to be.
    pub quality: Quality,
    /// How much an encoder in software looks for.
    pub preset: Preset,
    /// Cores for an encoder in software; 0: all.
    pub cores: u32,
    /// A file of more bytes is of no use.
    pub most_bytes: u64,
}

/// Why there is no new file.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It would be larger than is of use.
    #[error("it does not become small enough")]
    TooLarge,
    /// The recorded file cannot be decoded.
    #[error("the recorded file cannot be decoded: {0}")]
    Source(String),
    /// The encoder does not do it.
    #[error("the encoder gave up: {0}")]
    Encoder(String),
    /// The new file cannot be written.
    #[error("the new file cannot be written")]
    Disk(#[source] io::Error),
}

/// A new file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Encoded {
    /// Pictures in it.
    pub frames: u64,
    /// Its size.
    pub size_bytes: u64,
}

/// Encodes a file; `progress` is told how many pictures are done. Blocks. What there is of a file that
/// failed is removed.
pub fn encode(order: &Order, mut progress: impl FnMut(u64)) -> Result<Encoded, Failed> {
    let source = &inspect(&order.source).map_err(|e| Failed::Source(e.to_string()))?;
    let encoder_failed = |e: Error| Failed::Encoder(ronin_core::chain(&e));
    let pictures_per_second = match source.duration {
        Duration::ZERO => 25.0,
        duration => source.frames as f64 / duration.as_secs_f64(),
    };
    let every = (pictures_per_second * KEY_FRAMES_EVERY.as_secs_f64()).round().clamp(1.0, 1000.0);
    let encoder = prepare(order, every as u32).map_err(encoder_failed)?;
    let (pipeline, sink) = build(&order.source, &encoder).map_err(encoder_failed)?;
    let started = pipeline.0.set_state(gst::State::Playing);
    started.map_err(|_| Failed::Encoder("it did not start".to_owned()))?;

    let mut output: Option<Output> = None;
    let mut frames = 0;
    loop {
        let sample = match pull(&pipeline.0, &sink, PICTURE_TIMEOUT) {
            Pulled::Sample(sample) => sample,
            Pulled::End => break,
            Pulled::Failed(message) => return Err(blame(&message, &encoder)),
            Pulled::Nothing => {
                return Err(Failed::Encoder("no picture came out in time".to_owned()));
            }
        };
        let output = match &mut output {
            Some(output) => output,
            none => none.insert(Output::begin(order, source, sample.caps())?),
        };
        output.add(&sample)?;
        frames += 1;
        progress(frames);
    }
    let output = output.ok_or_else(|| Failed::Source("there is no picture in it".to_owned()))?;
    output.finish()
}

fn build(path: &Path, encoder: &gst::Element) -> Result<(Teardown, gst_app::AppSink), Error> {
    let source = make("filesrc")?;
    source.set_property("location", path);
    let demux = make("qtdemux")?;
    let convert = make("videoconvert")?;
    let sink = gst_app::AppSink::builder().sync(false).max_buffers(8).build();
    let tail = [
        convert.clone(),
        encoder.clone(),
        make(VideoCodec::H265.parser())?,
        caps_filter(VideoCodec::H265.access_units("hvc1").build())?,
        sink.upcast_ref::<gst::Element>().clone(),
    ];
    let pipeline = Teardown(gst::Pipeline::new());
    pipeline.0.add_many([&source, &demux]).map_err(Error::doing("build an encoder"))?;
    pipeline.0.add_many(&tail).map_err(Error::doing("build an encoder"))?;
    source.link(&demux).map_err(Error::doing("link an encoder"))?;
    gst::Element::link_many(&tail).map_err(Error::doing("link an encoder"))?;
    let own = pipeline.0.downgrade();
    demux.connect_pad_added(move |_, pad| {
        if let Some(pipeline) = own.upgrade() {
            // A stream that cannot be linked ends in an error of the demuxer.
            let _ = attach(&pipeline, pad, &convert);
        }
    });
    Ok((pipeline, sink))
}

/// Decodes the video of a file; other streams go nowhere.
fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, exit: &gst::Element) -> Result<(), Error> {
    let Some(codec) = VideoCodec::of_pad(pad) else {
        let ignored = make("fakesink")?;
        ignored.set_property("async", false);
        return link(pipeline, pad, &[ignored]);
    };
    let decoder = make(decoder(codec).unwrap_or(codec.decoder()))?;
    without_end(pad);
    link(pipeline, pad, &[make(codec.parser())?, decoder.clone()])?;
    decoder.link(exit).map_err(Error::doing("link the decoder of a file"))
}

/// What went wrong, and whose fault it is.
fn blame(message: &gst::Message, encoder: &gst::Element) -> Failed {
    let words = words_of(message);
    let is_encoder = message.src().is_some_and(|from| from == encoder.upcast_ref::<gst::Object>());
    if is_encoder { Failed::Encoder(words) } else { Failed::Source(words) }
}

#[cfg(test)]
mod tests;
