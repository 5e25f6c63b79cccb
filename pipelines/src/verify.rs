//! Whether a recorded file decodes: every picture of it, as a player would.
//!
//! ```text
//! filesrc ─ qtdemux ─ parse ─ decoder ─ appsink
//! ```
//! Not here: whether its boxes are whole ([`crate::segment_file`]), which takes no decoding.

use std::{path::Path, time::Duration};

use gst::prelude::*;

use crate::{
    elements::make,
    error::Error,
    recorded_frames::{Pulled, link, pull, without_end, words_of},
    snapshot::Teardown,
    video::VideoCodec,
};

/// Longest wait for the next picture: a 4K key frame takes a tenth of a second.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(20);

/// Decodes the pictures of a file and returns how many there were. Blocks for as long as that takes.
pub fn decode(path: &Path) -> Result<u64, Error> {
    let source = make("filesrc")?;
    source.set_property("location", path);
    let demux = make("qtdemux")?;
    let sink = gst_app::AppSink::builder().sync(false).max_buffers(4).build();
    let pipeline = Teardown(gst::Pipeline::new());
    pipeline
        .0
        .add_many([&source, &demux, sink.upcast_ref()])
        .map_err(Error::doing("build the decoder of a file"))?;
    source.link(&demux).map_err(Error::doing("link the decoder of a file"))?;
    let (own, exit) = (pipeline.0.downgrade(), sink.clone());
    demux.connect_pad_added(move |_, pad| {
        if let Some(pipeline) = own.upgrade() {
            // A stream that cannot be linked ends in an error of the demuxer.
            let _ = attach(&pipeline, pad, exit.upcast_ref());
        }
    });
    let failed = |detail: &str| Error::Picture { detail: detail.to_owned() };
    let state = pipeline.0.set_state(gst::State::Playing);
    state.map_err(|_| failed("the decoder did not start"))?;

    let mut frames = 0;
    loop {
        match pull(&pipeline.0, &sink, PICTURE_TIMEOUT) {
            Pulled::Sample(_) => frames += 1,
            Pulled::End => return Ok(frames),
            Pulled::Nothing => return Err(failed("no picture came out in time")),
            Pulled::Failed(message) => return Err(failed(&words_of(&message))),
        }
    }
}

/// Decodes the video of a file; other streams go nowhere.
fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, sink: &gst::Element) -> Result<(), Error> {
    let Some(codec) = VideoCodec::of_pad(pad) else {
        let ignored = make("fakesink")?;
        ignored.set_property("async", false);
        return link(pipeline, pad, &[ignored]);
    };
    let decoder = make(codec.decoder())?;
    decoder.set_property("max-threads", 1_i32);
    without_end(pad);
    link(pipeline, pad, &[make(codec.parser())?, decoder.clone()])?;
    decoder.link(sink).map_err(Error::doing("link the decoder of a file"))
}
