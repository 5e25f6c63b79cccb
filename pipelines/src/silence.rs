//! A moment of silence as AAC, for sound that stops while pictures go on.
//!
//! Muxers wait for every track. Where a camera's sound stops, the wait would hold up the pictures,
//! so the gap is filled with silence ([`crate::graph`]); the sound track stays what it is and goes
//! on when the camera does.

use std::time::Duration;

use gst::prelude::*;

use crate::{
    elements::{caps_filter, make},
    error::Error,
    snapshot::Teardown,
};

/// AAC-LC, the one kind that our encoder makes and nearly every camera sends.
const AAC_LC: u8 = 2;
/// Frames until the encoder's own start-up has passed.
const SETTLED_AFTER: usize = 4;
/// Longest the encoder may take; it needs a few milliseconds.
const ENCODE_TIMEOUT: Duration = Duration::from_secs(5);

/// A silent frame that fits a sound stream; `None` where we cannot make one.
///
/// ```text
/// audiotestsrc ─ caps ─ avenc_aac ─ appsink
/// ```
pub(crate) fn frame(caps: &gst::CapsRef) -> Result<Option<gst::Buffer>, Error> {
    let Some((rate, channels)) = caps.structure(0).and_then(low_complexity) else {
        return Ok(None);
    };
    let source = make("audiotestsrc")?;
    source.set_property_from_str("wave", "silence");
    let raw =
        gst::Caps::builder("audio/x-raw").field("rate", rate).field("channels", channels).build();
    let sink = gst_app::AppSink::builder().sync(false).build();
    let convert = make("audioconvert")?;
    let elements = [&source, &convert, &caps_filter(raw)?, &make("avenc_aac")?, sink.upcast_ref()];
    let pipeline = Teardown(gst::Pipeline::new());
    pipeline.0.add_many(elements).map_err(Error::doing("build the silence encoder"))?;
    gst::Element::link_many(elements).map_err(Error::doing("link the silence encoder"))?;
    let started = pipeline.0.set_state(gst::State::Playing);
    started.map_err(|_| {
        Error::doing("start the silence encoder")(gst::glib::bool_error!("it did not start"))
    })?;
    let timeout = gst::ClockTime::try_from(ENCODE_TIMEOUT).ok();
    let frame = (0..=SETTLED_AFTER).map_while(|_| sink.try_pull_sample(timeout)).last();
    Ok(frame.and_then(|sample| sample.buffer().map(gst::BufferRef::copy)))
}

/// Rate and channels of a stream of AAC-LC in mono or stereo.
fn low_complexity(caps: &gst::StructureRef) -> Option<(i32, i32)> {
    let config = caps.get::<gst::Buffer>("codec_data").ok()?;
    let object_type = config.map_readable().ok()?.first()? >> 3;
    let (rate, channels) = (caps.get::<i32>("rate").ok()?, caps.get::<i32>("channels").ok()?);
    (object_type == AAC_LC && (1..=2).contains(&channels)).then_some((rate, channels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(config: [u8; 2], rate: i32, channels: i32) -> gst::Caps {
        gst::Caps::builder("audio/mpeg")
            .field("codec_data", gst::Buffer::from_slice(config))
            .field("rate", rate)
            .field("channels", channels)
            .build()
    }

    #[test]
    fn silence_is_made_for_what_cameras_send_and_refused_for_the_rest() {
        crate::init().expect("scripts/setup installs GStreamer");
        for (rate, channels) in [(8_000, 1), (16_000, 1), (48_000, 2)] {
            let frame = frame(&caps([0x14, 0x08], rate, channels)).expect("an encoder");
            let size = frame.expect("a frame").size();
            assert!((3..64).contains(&size), "{rate} Hz: {size} bytes");
        }
        let high_efficiency = frame(&caps([0x2b, 0x09], 16_000, 1)).expect("no trouble");
        assert!(high_efficiency.is_none());
        assert!(frame(&caps([0x14, 0x08], 16_000, 6)).expect("no trouble").is_none());
    }
}
