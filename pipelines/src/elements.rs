//! Every GStreamer element that RoninNVR uses, the package it comes from, and what this machine
//! has.

use gst::prelude::*;

use crate::error::Error;

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
    ("opusdec", "gstreamer1.0-plugins-base"),
    ("avdec_g726", "gstreamer1.0-libav"),
    ("avdec_h264", "gstreamer1.0-libav"),
    ("avdec_h265", "gstreamer1.0-libav"),
    ("avenc_aac", "gstreamer1.0-libav"),
    ("x264enc", "gstreamer1.0-plugins-ugly"),
];

/// Encoders we know how to use, the best first.
const ENCODERS: &[&str] = &[
    "nvh265enc",
    "nvcudah265enc",
    "nvh264enc",
    "vah265enc",
    "vah264enc",
    "qsvh265enc",
    "qsvh264enc",
    "x265enc",
    "x264enc",
];

/// Decoders we know how to use, the best first.
const DECODERS: &[&str] = &[
    "nvh265dec",
    "nvh264dec",
    "vah265dec",
    "vah264dec",
    "qsvh265dec",
    "qsvh264dec",
    "avdec_h265",
    "avdec_h264",
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

/// The encoders that this machine's GStreamer offers, the best first.
pub fn encoders() -> Vec<String> {
    present(ENCODERS)
}

/// The decoders that this machine's GStreamer offers, the best first.
pub fn decoders() -> Vec<String> {
    present(DECODERS)
}

/// Version of GStreamer in use.
pub fn version() -> String {
    let (major, minor, micro, _) = gst::version();
    format!("{major}.{minor}.{micro}")
}

fn present(names: &[&str]) -> Vec<String> {
    let there = |name: &&&str| gst::ElementFactory::find(name).is_some();
    names.iter().filter(there).map(|name| (*name).to_owned()).collect()
}

/// The first of `names` that works on this machine: drivers are loaded when an element gets ready.
pub(crate) fn usable(names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| {
        let Ok(element) = gst::ElementFactory::make(name).build() else { return false };
        let is_ready = element.set_state(gst::State::Ready).is_ok();
        // Going to Null does not fail.
        let _ = element.set_state(gst::State::Null);
        is_ready
    })
}

/// Makes an element of [`REQUIRED`], or one that is [`usable`].
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
    #[test]
    fn every_required_element_is_installed() {
        crate::init().expect("scripts/setup installs them");
    }
}
