//! Every GStreamer element that RoninNVR uses, the package it comes from, and what this machine
//! has.

use gst::prelude::*;
use ronin_core::{Coder, RunsOn};

use crate::{error::Error, video::VideoCodec};

/// Elements that must be there, with the Debian package that provides each.
pub const REQUIRED: &[(&str, &str)] = &[
    ("queue", "libgstreamer1.0-0"),
    ("tee", "libgstreamer1.0-0"),
    ("capsfilter", "libgstreamer1.0-0"),
    ("fakesink", "libgstreamer1.0-0"),
    ("filesrc", "libgstreamer1.0-0"),
    ("appsrc", "gstreamer1.0-plugins-base"),
    ("appsink", "gstreamer1.0-plugins-base"),
    ("audioconvert", "gstreamer1.0-plugins-base"),
    ("audiotestsrc", "gstreamer1.0-plugins-base"),
    ("audioresample", "gstreamer1.0-plugins-base"),
    ("videoconvert", "gstreamer1.0-plugins-base"),
    ("videoscale", "gstreamer1.0-plugins-base"),
    ("videotestsrc", "gstreamer1.0-plugins-base"),
    ("rtspsrc", "gstreamer1.0-plugins-good"),
    ("rtph264depay", "gstreamer1.0-plugins-good"),
    ("rtph265depay", "gstreamer1.0-plugins-good"),
    ("rtppcmudepay", "gstreamer1.0-plugins-good"),
    ("rtppcmadepay", "gstreamer1.0-plugins-good"),
    ("rtpg726depay", "gstreamer1.0-plugins-good"),
    ("rtpmp4gdepay", "gstreamer1.0-plugins-good"),
    ("rtpmp4adepay", "gstreamer1.0-plugins-good"),
    ("rtpopusdepay", "gstreamer1.0-plugins-good"),
    ("rtpL16depay", "gstreamer1.0-plugins-good"),
    ("mulawdec", "gstreamer1.0-plugins-good"),
    ("alawdec", "gstreamer1.0-plugins-good"),
    ("aacparse", "gstreamer1.0-plugins-good"),
    ("qtdemux", "gstreamer1.0-plugins-good"),
    ("splitmuxsink", "gstreamer1.0-plugins-good"),
    ("mp4mux", "gstreamer1.0-plugins-good"),
    ("jpegenc", "gstreamer1.0-plugins-good"),
    ("h264parse", "gstreamer1.0-plugins-bad"),
    ("h265parse", "gstreamer1.0-plugins-bad"),
    ("h264timestamper", "gstreamer1.0-plugins-bad"),
    ("h265timestamper", "gstreamer1.0-plugins-bad"),
    ("hlssink2", "gstreamer1.0-plugins-bad"),
    ("mpegtsmux", "gstreamer1.0-plugins-bad"),
    ("errorignore", "gstreamer1.0-plugins-bad"),
    ("x265enc", "gstreamer1.0-plugins-bad"),
    ("opusdec", "gstreamer1.0-plugins-base"),
    ("avdec_g726", "gstreamer1.0-libav"),
    ("avdec_h264", "gstreamer1.0-libav"),
    ("avdec_h265", "gstreamer1.0-libav"),
    ("avenc_aac", "gstreamer1.0-libav"),
    ("x264enc", "gstreamer1.0-plugins-ugly"),
];

/// The name of an encoder or decoder, what it codes and what it runs on.
pub(crate) type Known = (&'static str, VideoCodec, RunsOn);

/// Encoders we know how to use, the best first.
pub(crate) const ENCODERS: &[Known] = &[
    ("nvh265enc", VideoCodec::H265, RunsOn::Nvidia),
    ("nvcudah265enc", VideoCodec::H265, RunsOn::Nvidia),
    ("nvh264enc", VideoCodec::H264, RunsOn::Nvidia),
    ("nvcudah264enc", VideoCodec::H264, RunsOn::Nvidia),
    ("vah265enc", VideoCodec::H265, RunsOn::VaApi),
    ("vah264enc", VideoCodec::H264, RunsOn::VaApi),
    ("qsvh265enc", VideoCodec::H265, RunsOn::QuickSync),
    ("qsvh264enc", VideoCodec::H264, RunsOn::QuickSync),
    ("v4l2h265enc", VideoCodec::H265, RunsOn::V4l2),
    ("v4l2h264enc", VideoCodec::H264, RunsOn::V4l2),
    ("x265enc", VideoCodec::H265, RunsOn::Software),
    ("x264enc", VideoCodec::H264, RunsOn::Software),
];

/// Decoders we know how to use, the best first.
const DECODERS: &[Known] = &[
    ("nvh265dec", VideoCodec::H265, RunsOn::Nvidia),
    ("nvh264dec", VideoCodec::H264, RunsOn::Nvidia),
    ("vah265dec", VideoCodec::H265, RunsOn::VaApi),
    ("vah264dec", VideoCodec::H264, RunsOn::VaApi),
    ("qsvh265dec", VideoCodec::H265, RunsOn::QuickSync),
    ("qsvh264dec", VideoCodec::H264, RunsOn::QuickSync),
    ("v4l2slh265dec", VideoCodec::H265, RunsOn::V4l2),
    ("v4l2slh264dec", VideoCodec::H264, RunsOn::V4l2),
    ("v4l2h265dec", VideoCodec::H265, RunsOn::V4l2),
    ("v4l2h264dec", VideoCodec::H264, RunsOn::V4l2),
    ("avdec_h265", VideoCodec::H265, RunsOn::Software),
    ("avdec_h264", VideoCodec::H264, RunsOn::Software),
];

/// Fails with the missing elements and the packages to install.
pub(crate) fn check() -> Result<(), Error> {
    let missing: Vec<String> = REQUIRED
        .iter()
        .filter(|(element, _)| gst::ElementFactory::find(element).is_none())
        .map(|(element, package)| format!("{element} (apt install {package})"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::MissingElements { missing: missing.join(", ") })
    }
}

/// The encoders that this machine's GStreamer offers, the best first. The best for H.264 is used for
/// browsers, if it gets ready; `h265`, which was tried, for recorded footage.
pub fn encoders(h265: Option<&str>) -> Vec<Coder> {
    present(ENCODERS, is_there, |&(name, codec, _), is_best| match codec {
        VideoCodec::H264 => is_best,
        VideoCodec::H265 => h265 == Some(name),
    })
}

/// The decoders that this machine's GStreamer offers, the best first. Key frames become pictures
/// with those that every machine has; the best, if they get ready, decode for browsers.
pub fn decoders() -> Vec<Coder> {
    present(DECODERS, is_there, |&(name, codec, _), is_best| is_best || codec.decoder() == name)
}

/// The best encoder of `codec` that gets ready.
pub(crate) fn encoder(codec: VideoCodec) -> Option<&'static str> {
    first_ready(ENCODERS, codec)
}

/// The best decoder of `codec` that gets ready.
pub(crate) fn decoder(codec: VideoCodec) -> Option<&'static str> {
    first_ready(DECODERS, codec)
}

/// Version of GStreamer in use.
pub fn version() -> String {
    let (major, minor, micro, _) = gst::version();
    format!("{major}.{minor}.{micro}")
}

/// Whether this machine's GStreamer offers an element: plugins of hardware do only where the hardware
/// is there.
pub fn is_offered(name: &str) -> bool {
    is_there(name)
}

fn is_there(name: &str) -> bool {
    gst::ElementFactory::find(name).is_some()
}

fn present(
    known: &[Known],
    is_there: impl Fn(&str) -> bool,
    is_used: impl Fn(&Known, bool) -> bool,
) -> Vec<Coder> {
    let mut coders: Vec<Coder> = Vec::new();
    for entry in known.iter().filter(|(name, ..)| is_there(name)) {
        let (name, codec, runs_on) = *entry;
        let codec = codec.name();
        let is_best = coders.iter().all(|better| better.codec != codec);
        let (name, is_used) = (name.to_owned(), is_used(entry, is_best));
        coders.push(Coder { name, codec, runs_on, is_used, is_best });
    }
    coders
}

/// The first that works on this machine: drivers are loaded when an element gets ready.
fn first_ready(known: &[Known], of: VideoCodec) -> Option<&'static str> {
    let mut names = known.iter().filter(|(_, codec, _)| *codec == of).map(|(name, ..)| *name);
    names.find(|name| {
        let Ok(element) = gst::ElementFactory::make(name).build() else { return false };
        let is_ready = element.set_state(gst::State::Ready).is_ok();
        // Going to Null does not fail.
        let _ = element.set_state(gst::State::Null);
        is_ready
    })
}

/// Makes an element of [`REQUIRED`], or an [`encoder`] or [`decoder`].
pub(crate) fn make(name: &'static str) -> Result<gst::Element, Error> {
    gst::ElementFactory::make(name).build().map_err(Error::doing("make a GStreamer element"))
}

/// Makes a capsfilter for `caps`.
pub(crate) fn caps_filter(caps: gst::Caps) -> Result<gst::Element, Error> {
    let filter = make("capsfilter")?;
    filter.set_property("caps", caps);
    Ok(filter)
}

/// Sets a property that only newer versions of GStreamer have.
pub(crate) fn set_if_there(element: &gst::Element, name: &str, value: impl Into<gst::glib::Value>) {
    if element.find_property(name).is_some() {
        element.set_property_from_value(name, &value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_codec_is_the_best_and_hardware_is_told_apart() {
        let here = ["vah264enc", "x265enc", "x264enc"];
        let seen = present(ENCODERS, |name| here.contains(&name), |_, _| false);

        let seen: Vec<_> = seen
            .iter()
            .map(|c| (&*c.name, c.codec, c.runs_on, c.runs_on.is_hardware(), c.is_best))
            .collect();
        assert_eq!(
            seen,
            [
                ("vah264enc", "H.264", RunsOn::VaApi, true, true),
                ("x265enc", "H.265", RunsOn::Software, false, true),
                ("x264enc", "H.264", RunsOn::Software, false, false),
            ]
        );
    }

    #[test]
    fn what_is_said_to_be_used_is_and_gets_ready_on_every_machine() {
        crate::init().expect("scripts/setup installs them");
        let used = |coders: Vec<Coder>| -> Vec<String> {
            coders.into_iter().filter(|c| c.is_used).map(|c| c.name).collect()
        };

        let (decoders, encoders) = (used(decoders()), used(encoders(None)));

        for codec in [VideoCodec::H264, VideoCodec::H265] {
            assert!(decoders.iter().any(|name| name == codec.decoder()), "{decoders:?}");
            let for_browsers = decoder(codec).unwrap();
            assert!(decoders.iter().any(|name| name == for_browsers), "{decoders:?}");
        }
        assert_eq!(encoders, [encoder(VideoCodec::H264).unwrap()]);
    }

    #[test]
    fn every_required_element_is_installed() {
        crate::init().expect("scripts/setup installs them");
    }
}
