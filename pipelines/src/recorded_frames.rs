//! The pictures of a recorded file, decoded one after the other, as many a second as are looked at
//! live.
//!
//! ```text
//! filesrc ─ qtdemux ─ parse ─ decoder ─ (as many a second as asked for) ─ videoconvert ─ caps ─ appsink
//! ```
//! Not here: which files ([`crate::segment_file`]), and what is seen in them (`ronin_vision`).

use std::{path::Path, time::Duration};

use gst::prelude::*;
use ronin_core::WallTime;

use crate::{
    elements::{caps_filter, make},
    error::Error,
    picture::{self, Picture, thin_out},
    snapshot::Teardown,
    video::VideoCodec,
};

/// Longest wait for the next picture: a 4K key frame takes a tenth of a second.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(20);

/// What becomes of a file after a picture of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// The next picture.
    Go,
    /// No more of them.
    Stop,
}

/// Calls `look` with at most `rate` pictures a second of the file, whose first picture was taken at
/// `start`. Blocks until `look` has had enough or the file is over.
pub fn look_through(
    path: &Path,
    start: WallTime,
    rate: u32,
    mut look: impl FnMut(Picture<'_>) -> Next,
) -> Result<(), Error> {
    let source = make("filesrc")?;
    source.set_property("location", path);
    let demux = make("qtdemux")?;
    let convert = make("videoconvert")?;
    let caps = caps_filter(picture::caps())?;
    let sink = gst_app::AppSink::builder().sync(false).max_buffers(4).build();
    let pipeline = Teardown(gst::Pipeline::new());
    let tail = [convert.clone(), caps, sink.upcast_ref::<gst::Element>().clone()];
    pipeline.0.add_many([&source, &demux]).map_err(Error::doing("build the reader of a file"))?;
    pipeline.0.add_many(&tail).map_err(Error::doing("build the reader of a file"))?;
    source.link(&demux).map_err(Error::doing("link the reader of a file"))?;
    gst::Element::link_many(&tail).map_err(Error::doing("link the reader of a file"))?;
    let own = pipeline.0.downgrade();
    demux.connect_pad_added(move |_, pad| {
        if let Some(pipeline) = own.upgrade() {
            // A stream that cannot be linked ends in an error of the demuxer.
            let _ = attach(&pipeline, pad, &convert, rate);
        }
    });
    let failed = |detail: &str| Error::Picture { detail: detail.to_owned() };
    let state = pipeline.0.set_state(gst::State::Playing);
    state.map_err(|_| failed("the reader of a file did not start"))?;

    let timeout = gst::ClockTime::try_from(PICTURE_TIMEOUT).ok();
    let mut first = None;
    while let Some(sample) = sink.try_pull_sample(timeout) {
        let Some(pts) = sample.buffer().and_then(|buffer| buffer.pts()) else { continue };
        let first = *first.get_or_insert(pts);
        let wall = start + Duration::from(pts.saturating_sub(first));
        if picture::with(&sample, wall, &mut look) == Some(Next::Stop) {
            return Ok(());
        }
    }
    let error = pipeline.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
    match error.as_ref().map(|message| message.view()) {
        Some(gst::MessageView::Error(error)) => Err(failed(error.error().message())),
        _ if !sink.is_eos() => Err(failed("no picture came out in time")),
        _ => Ok(()),
    }
}

/// Decodes the video of a file; other streams go nowhere.
fn attach(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    exit: &gst::Element,
    rate: u32,
) -> Result<(), Error> {
    let decoder = match VideoCodec::of_pad(pad) {
        Some(codec) => {
            let decoder = make(codec.decoder())?;
            decoder.set_property("max-threads", 1_i32);
            thin_out(&decoder, rate);
            link(pipeline, pad, &[make(codec.parser())?, decoder.clone()])?;
            decoder
        }
        None => {
            let ignored = make("fakesink")?;
            ignored.set_property("async", false);
            return link(pipeline, pad, &[ignored]);
        }
    };
    decoder.link(exit).map_err(Error::doing("link the reader of a file"))
}

/// Puts elements behind a pad and starts them.
pub(crate) fn link(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    chain: &[gst::Element],
) -> Result<(), Error> {
    pipeline.add_many(chain).map_err(Error::doing("build the decoder of a file"))?;
    gst::Element::link_many(chain).map_err(Error::doing("link the decoder of a file"))?;
    for element in chain.iter().rev() {
        element.sync_state_with_parent().map_err(Error::doing("start the decoder of a file"))?;
    }
    let head = chain.first().and_then(|element| element.static_pad("sink"));
    let linked = head.is_some_and(|head| pad.link(&head).is_ok());
    let failed = || gst::glib::bool_error!("the pads do not fit");
    linked.then_some(()).ok_or_else(failed).map_err(Error::doing("link the decoder of a file"))
}
