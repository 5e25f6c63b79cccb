//! Sound: whatever the camera sends becomes AAC, because MP4 and HLS take no G.711.

use gst::prelude::*;

use crate::{
    elements::{caps_filter, make},
    error::Error,
};

/// A sound codec that we can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AudioCodec {
    Aac,
    AacLatm,
    G711Mu,
    G711A,
    G726,
    L16,
    Opus,
}

impl AudioCodec {
    /// The codec of an RTP stream; `None` where we cannot take it.
    pub(crate) fn from_rtp(caps: &gst::StructureRef) -> Option<Self> {
        let name = caps.get::<&str>("encoding-name").unwrap_or_default();
        let payload = caps.get::<i32>("payload").unwrap_or(-1);
        match (name, payload) {
            ("MPEG4-GENERIC", _) => Some(Self::Aac),
            ("MP4A-LATM", _) => Some(Self::AacLatm),
            ("PCMU", _) | ("", 0) => Some(Self::G711Mu),
            ("PCMA", _) | ("", 8) => Some(Self::G711A),
            ("L16", _) | ("", 10 | 11) => Some(Self::L16),
            ("OPUS" | "X-GST-OPUS-DRAFT-SPITTKA-00", _) => Some(Self::Opus),
            (name, _) if name.starts_with("G726") || name.starts_with("AAL2-G726") => {
                Some(Self::G726)
            }
            _ => None,
        }
    }

    /// RTP → AAC without headers:
    /// ```text
    /// queue ─ errorignore ─ depay ─ [decode ─ convert ─ resample ─ AAC encoder ─] aacparse ─ caps
    /// ```
    /// The queue and errorignore at its head keep trouble with sound away from the source.
    pub(crate) fn chain(self) -> Result<Vec<gst::Element>, Error> {
        let queue = make("queue")?;
        queue.set_property_from_str("leaky", "downstream");
        queue.set_property("max-size-buffers", 0_u32);
        queue.set_property("max-size-time", 3 * gst::ClockTime::SECOND.nseconds());
        let mut chain = vec![queue, error_ignore()?];
        let (depay, decoder) = match self {
            Self::Aac => ("rtpmp4gdepay", None),
            Self::AacLatm => ("rtpmp4adepay", None),
            Self::G711Mu => ("rtppcmudepay", Some("mulawdec")),
            Self::G711A => ("rtppcmadepay", Some("alawdec")),
            Self::G726 => ("rtpg726depay", Some("avdec_g726")),
            Self::L16 => ("rtpL16depay", None),
            Self::Opus => ("rtpopusdepay", Some("opusdec")),
        };
        chain.push(make(depay)?);
        if let Some(decoder) = decoder {
            chain.push(make(decoder)?);
        }
        if !matches!(self, Self::Aac | Self::AacLatm) {
            let encoder = make("avenc_aac")?;
            encoder.set_property("bitrate", 32_000_i32);
            chain.extend([make("audioconvert")?, make("audioresample")?]);
            // 8 kHz AAC is outside what some players take.
            let raw = gst::Caps::builder("audio/x-raw")
                .field("rate", gst::IntRange::new(16_000, 48_000))
                .build();
            chain.extend([caps_filter(raw)?, encoder]);
        }
        let aac = gst::Caps::builder("audio/mpeg")
            .field("mpegversion", 4_i32)
            .field("stream-format", "raw")
            .build();
        chain.extend([make("aacparse")?, caps_filter(aac)?]);
        Ok(chain)
    }
}

/// AAC as MPEG-TS wants it, with headers.
pub(crate) fn to_transport_stream() -> Result<Vec<gst::Element>, Error> {
    let adts = gst::Caps::builder("audio/mpeg")
        .field("mpegversion", 4_i32)
        .field("stream-format", "adts")
        .build();
    Ok(vec![make("aacparse")?, caps_filter(adts)?])
}

/// Turns every error downstream into "fine", so that it goes no further up.
pub(crate) fn error_ignore() -> Result<gst::Element, Error> {
    let element = make("errorignore")?;
    element.set_property("ignore-error", true);
    element.set_property("ignore-notlinked", true);
    element.set_property("ignore-notnegotiated", true);
    element.set_property_from_str("convert-to", "ok");
    Ok(element)
}
