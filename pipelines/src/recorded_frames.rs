//! The pictures of a recorded file, decoded one after the other, as many a second as are looked at
//! live.
//!
//! ```text
//! filesrc ─ qtdemux ─ parse ─ decoder ─ (as many a second as asked for) ─ videoconvert ─ caps ─ appsink
//! ```
//! Not here: which files ([`crate::segment_file`]), and what is seen in them (`ronin_vision`).

use std::{
    path::Path,
    time::{Duration, Instant},
};

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

/// How often a pipeline that gives nothing is looked at.
const LOOK_EVERY: gst::ClockTime = gst::ClockTime::from_mseconds(100);

/// What becomes of a file after a picture of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// The next picture.
    Go,
    /// No more of them.
    Stop,
}

/// The pictures of a file, one after the other.
pub(crate) struct Pictures {
    pipeline: Teardown,
    sink: gst_app::AppSink,
    start: WallTime,
    first: Option<gst::ClockTime>,
}

impl Pictures {
    /// Begins to read a file whose first picture was taken at `start`; at most `rate` pictures a second
    /// of it, where that is said.
    pub(crate) fn open(path: &Path, start: WallTime, rate: Option<u32>) -> Result<Self, Error> {
        let source = make("filesrc")?;
        source.set_property("location", path);
        let demux = make("qtdemux")?;
        let convert = make("videoconvert")?;
        let caps = caps_filter(picture::caps())?;
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(4).build();
        let pipeline = Teardown(gst::Pipeline::new());
        let tail = [convert.clone(), caps, sink.upcast_ref::<gst::Element>().clone()];
        let build = "build the reader of a file";
        pipeline.0.add_many([&source, &demux]).map_err(Error::doing(build))?;
        pipeline.0.add_many(&tail).map_err(Error::doing(build))?;
        source.link(&demux).map_err(Error::doing("link the reader of a file"))?;
        gst::Element::link_many(&tail).map_err(Error::doing("link the reader of a file"))?;
        let own = pipeline.0.downgrade();
        demux.connect_pad_added(move |_, pad| {
            if let Some(pipeline) = own.upgrade() {
                // A stream that cannot be linked ends in an error of the demuxer.
                let _ = attach(&pipeline, pad, &convert, rate);
            }
        });
        let state = pipeline.0.set_state(gst::State::Playing);
        state.map_err(|_| failed("the reader of a file did not start"))?;
        Ok(Self { pipeline, sink, start, first: None })
    }

    /// The next picture; `None` where the file is over. Waits for it.
    pub(crate) fn next_sample(&mut self) -> Result<Option<gst::Sample>, Error> {
        loop {
            match pull(&self.pipeline.0, &self.sink, PICTURE_TIMEOUT) {
                Pulled::Sample(sample) => {
                    if let Some(pts) = sample.buffer().and_then(|buffer| buffer.pts()) {
                        self.first.get_or_insert(pts);
                        return Ok(Some(sample));
                    }
                }
                Pulled::End => return Ok(None),
                Pulled::Nothing => return Err(failed("no picture came out in time")),
                Pulled::Failed(message) => return Err(failed(&words_of(&message))),
            }
        }
    }

    /// Calls `look` with a picture of this file; `None` where it cannot be read.
    pub(crate) fn with<T>(
        &self,
        sample: &gst::Sample,
        look: impl FnOnce(Picture<'_>) -> T,
    ) -> Option<T> {
        let pts = sample.buffer()?.pts()?;
        let wall = self.start + Duration::from(pts.saturating_sub(self.first.unwrap_or(pts)));
        picture::with(sample, wall, look)
    }
}

/// What came out of a pipeline.
pub(crate) enum Pulled {
    Sample(gst::Sample),
    /// It is over.
    End,
    /// It failed.
    Failed(gst::Message),
    /// Nothing, for as long as was waited for.
    Nothing,
}

/// Waits for what comes out of a pipeline, and sees when it fails: its end does not tell that.
pub(crate) fn pull(pipeline: &gst::Pipeline, sink: &gst_app::AppSink, longest: Duration) -> Pulled {
    let deadline = Instant::now() + longest;
    loop {
        if let Some(sample) = sink.try_pull_sample(LOOK_EVERY) {
            return Pulled::Sample(sample);
        }
        let error = pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match error {
            Some(message) => return Pulled::Failed(message),
            None if sink.is_eos() => return Pulled::End,
            None if Instant::now() >= deadline => return Pulled::Nothing,
            None => {}
        }
    }
}

/// What an error says.
pub(crate) fn words_of(message: &gst::Message) -> String {
    match message.view() {
        gst::MessageView::Error(error) => error.error().message().to_owned(),
        _ => String::new(),
    }
}

fn failed(detail: &str) -> Error {
    Error::Picture { detail: detail.to_owned() }
}

/// Calls `look` with at most `rate` pictures a second of the file, whose first picture was taken at
/// `start`. Blocks until `look` has had enough or the file is over.
pub fn look_through(
    path: &Path,
    start: WallTime,
    rate: u32,
    mut look: impl FnMut(Picture<'_>) -> Next,
) -> Result<(), Error> {
    let mut pictures = Pictures::open(path, start, Some(rate))?;
    while let Some(sample) = pictures.next_sample()? {
        if pictures.with(&sample, &mut look) == Some(Next::Stop) {
            break;
        }
    }
    Ok(())
}

/// Decodes the video of a file; other streams go nowhere.
fn attach(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    exit: &gst::Element,
    rate: Option<u32>,
) -> Result<(), Error> {
    let decoder = match VideoCodec::of_pad(pad) {
        Some(codec) => {
            let decoder = make(codec.decoder())?;
            decoder.set_property("max-threads", 1_i32);
            if let Some(rate) = rate {
                thin_out(&decoder, rate);
            }
            without_end(pad);
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

/// Lets all of a stream through. A muxer that meets pictures which are decoded before they are shown puts
/// them later than the end that it tells, and a decoder would throw away what lies behind that.
pub(crate) fn without_end(pad: &gst::Pad) {
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, |_, info| {
        if let Some(gst::PadProbeData::Event(event)) = &mut info.data
            && let gst::EventView::Segment(segment) = event.view()
            && let Some(times) = segment.segment().downcast_ref::<gst::ClockTime>()
            && times.stop().is_some()
        {
            let mut times = times.clone();
            times.set_stop(None::<gst::ClockTime>);
            *event = gst::event::Segment::builder(&times).seqnum(segment.seqnum()).build();
        }
        gst::PadProbeReturn::Ok
    });
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
