//! What differs between H.264 and H.265.

use gst::prelude::*;
use ronin_core::{MediaStream, StreamMedia};

use crate::{
    elements::{self, caps_filter, make, set_if_there},
    error::Error,
};

/// A video codec that can be recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VideoCodec {
    H264,
    H265,
}

impl VideoCodec {
    /// The codec of an RTP stream; `None` where it cannot be recorded.
    pub(crate) fn from_rtp(caps: &gst::StructureRef) -> Option<Self> {
        match caps.get::<&str>("encoding-name").ok()? {
            "H264" => Some(Self::H264),
            "H265" | "HEVC" => Some(Self::H265),
            _ => None,
        }
    }

    /// The codec of what comes out of a demuxer's pad; `None` where it is no video of ours.
    pub(crate) fn of_pad(pad: &gst::Pad) -> Option<Self> {
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        match caps.structure(0)?.name().as_str() {
            "video/x-h264" => Some(Self::H264),
            "video/x-h265" => Some(Self::H265),
            _ => None,
        }
    }

    /// The codec of a sample entry in MP4 and the stream format that it stands for.
    pub(crate) fn from_sample_entry(entry: [u8; 4]) -> Option<(Self, &'static str)> {
        match &entry {
            b"avc1" => Some((Self::H264, "avc")),
            b"avc3" => Some((Self::H264, "avc3")),
            b"hvc1" => Some((Self::H265, "hvc1")),
            b"hev1" => Some((Self::H265, "hev1")),
            _ => None,
        }
    }

    /// RTP → access units with correct timestamps:
    /// ```text
    /// depay ─ parse ─ timestamper ─ capsfilter
    /// ```
    /// RTP carries no decode times, so the timestamper works them out for streams with B-frames;
    /// the capsfilter fixes one stream format for every branch.
    pub(crate) fn tail(self) -> Result<Vec<gst::Element>, Error> {
        let (depay, parse, timestamper) = match self {
            Self::H264 => ("rtph264depay", "h264parse", "h264timestamper"),
            Self::H265 => ("rtph265depay", "h265parse", "h265timestamper"),
        };
        let parse = make(parse)?;
        parse.set_property("config-interval", -1_i32);
        Ok(vec![make(depay)?, parse, make(timestamper)?, caps_filter(self.mp4_caps())?])
    }

    /// The format MP4 wants: parameter sets out of band, one access unit a buffer.
    fn mp4_caps(self) -> gst::Caps {
        let format = match self {
            Self::H264 => "avc",
            Self::H265 => "hvc1",
        };
        self.access_units(format).build()
    }

    /// Caps of whole access units in a stream format.
    pub(crate) fn access_units(self, format: &str) -> gst::caps::Builder<gst::caps::NoFeature> {
        let name = match self {
            Self::H264 => "video/x-h264",
            Self::H265 => "video/x-h265",
        };
        gst::Caps::builder(name).field("stream-format", format).field("alignment", "au")
    }

    /// Converts to what MPEG-TS wants: parameter sets in the stream.
    pub(crate) fn to_transport_stream(self) -> Result<Vec<gst::Element>, Error> {
        let (parse, name) = match self {
            Self::H264 => ("h264parse", "video/x-h264"),
            Self::H265 => ("h265parse", "video/x-h265"),
        };
        let caps = gst::Caps::builder(name)
            .field("stream-format", "byte-stream")
            .field("alignment", "au")
            .build();
        let parse = make(parse)?;
        parse.set_property("config-interval", -1_i32);
        Ok(vec![parse, caps_filter(caps)?])
    }

    /// The parser.
    pub(crate) fn parser(self) -> &'static str {
        match self {
            Self::H264 => "h264parse",
            Self::H265 => "h265parse",
        }
    }

    /// A decoder for pictures as they come: the hardware's, where that works, else one that holds no
    /// picture back to use more cores.
    pub(crate) fn live_decoder(self) -> Result<gst::Element, Error> {
        let name = elements::decoder(self).unwrap_or(self.decoder());
        let decoder = make(name)?;
        if name == self.decoder() {
            decoder.set_property_from_str("thread-type", "slice");
        }
        Ok(decoder)
    }

    /// Its name in the field.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::H265 => "H.265",
        }
    }

    /// The decoder every machine has.
    pub(crate) fn decoder(self) -> &'static str {
        match self {
            Self::H264 => "avdec_h264",
            Self::H265 => "avdec_h265",
        }
    }
}

/// Most bits a second of a rendition in kbit, and pictures from one key frame to the next.
const LIVE_KBIT: u32 = 2500;
const LIVE_GOP: u32 = 50;

/// Makes the H.264 encoder of this machine, set so that each picture comes out before the next goes
/// in.
pub(crate) fn live_encoder() -> Result<gst::Element, Error> {
    let name = elements::encoder(VideoCodec::H264).unwrap_or("x264enc");
    let encoder = make(name)?;
    set_if_there(&encoder, "bitrate", LIVE_KBIT);
    set_if_there(&encoder, "b-frames", 0_u32);
    if name.starts_with("nv") {
        set_if_there(&encoder, "zerolatency", true);
        set_if_there(&encoder, "bframes", 0_u32);
        set_if_there(&encoder, "gop-size", i32::try_from(LIVE_GOP).unwrap_or(i32::MAX));
    } else if name == "x264enc" {
        encoder.set_property_from_str("tune", "zerolatency");
        encoder.set_property_from_str("speed-preset", "superfast");
        encoder.set_property("key-int-max", LIVE_GOP);
    } else {
        set_if_there(&encoder, "low-latency", true);
        set_if_there(&encoder, "key-int-max", LIVE_GOP);
        set_if_there(&encoder, "gop-size", LIVE_GOP);
    }
    Ok(encoder)
}

/// Codec in the field's words, for example `H.264 (High Profile)`.
pub(crate) fn codec_words(caps: &gst::CapsRef) -> String {
    gst_pbutils::pb_utils_get_codec_description(caps).to_string()
}

/// RFC 6381 string, for example `avc1.64001f`; empty where it cannot be told.
pub(crate) fn codec_string(caps: &gst::CapsRef) -> String {
    gst_pbutils::codec_utils_caps_get_mime_codec(caps)
        .map_or_else(|_| String::new(), |s| s.to_string())
}

/// Describes a stream by its caps.
pub(crate) fn describe(caps: &gst::CapsRef) -> Option<MediaStream> {
    let structure = caps.structure(0)?;
    let int = |field| u32::try_from(structure.get::<i32>(field).unwrap_or(0)).unwrap_or(0);
    let media = if structure.name().starts_with("video/") {
        let rate = structure.get::<gst::Fraction>("framerate").ok();
        let frames_per_second = rate
            .filter(|r| r.numer() > 0 && r.denom() > 0)
            .map_or(0.0, |r| f64::from(r.numer()) / f64::from(r.denom()));
        StreamMedia::Video { width: int("width"), height: int("height"), frames_per_second }
    } else {
        StreamMedia::Audio { sample_rate_hz: int("rate"), channels: int("channels") }
    };
    Some(MediaStream {
        codec: codec_words(caps),
        codec_string: codec_string(caps),
        bits_per_second: 0,
        media,
    })
}
