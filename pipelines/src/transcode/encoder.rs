//! The encoders of H.265: which there are, which of them work, and how each is set.

use std::time::Duration;

use gst::prelude::*;
use ronin_core::transcode::Quality;
use serde::{Deserialize, Serialize};

use super::Order;
use crate::{
    elements::{ENCODERS, caps_filter, make},
    error::Error,
    recorded_frames::{Pulled, pull, words_of},
    snapshot::Teardown,
    video::VideoCodec,
};

/// Pictures of a trial: more than an encoder that orders them anew holds back.
const TRIAL_PICTURES: i32 = 30;
/// Longest trial: a driver is loaded in it.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(20);

/// How much an encoder in software looks for: the slower, the smaller the file.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Half as many pictures again as superfast.
    Ultrafast,
    /// Between.
    Superfast,
    /// Where a tenth of a core is spent for each picture of full HD.
    #[default]
    Veryfast,
    /// Between.
    Faster,
    /// Between.
    Fast,
    /// The slowest that is worth it for footage that lies for some weeks.
    Medium,
}

impl Preset {
    /// Its name, the same in x265.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium => "medium",
        }
    }
}

/// An encoder that was tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tried {
    /// Its name in GStreamer.
    pub name: String,
    /// Why it cannot be used; `None`: it can.
    pub problem: Option<String>,
}

/// Every encoder that we know how to use, the best first, there or not.
pub fn known_encoders() -> impl Iterator<Item = &'static str> {
    let of_h265 = ENCODERS.iter().filter(|(_, codec, _)| *codec == VideoCodec::H265);
    of_h265.map(|(name, ..)| *name)
}

/// Encodes some pictures with each encoder of `names` that this machine offers. Blocks for as long as
/// that takes, some seconds where drivers are loaded.
pub fn try_encoders<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Tried> {
    let tried = names.into_iter().map(|name| {
        let problem = try_one(name).err();
        Tried { name: name.to_owned(), problem }
    });
    tried.collect()
}

fn try_one(name: &str) -> Result<(), String> {
    if gst::ElementFactory::find(name).is_none() {
        return Err("this machine does not offer it".to_owned());
    }
    let words = |e: Error| ronin_core::chain(&e);
    let encoder = element(name, Quality::Balanced, Preset::Ultrafast, 25, 0).map_err(words)?;
    let coded = trial(&encoder).map_err(words)?;
    match coded {
        Coded::All => Ok(()),
        Coded::Some(pictures) => {
            Err(format!("of {TRIAL_PICTURES} pictures of a trial it gave {pictures}"))
        }
        Coded::Failed(problem) => Err(problem),
    }
}

/// What came out of a trial.
enum Coded {
    All,
    Some(i32),
    Failed(String),
}

fn trial(encoder: &gst::Element) -> Result<Coded, Error> {
    let source = make("videotestsrc")?;
    source.set_property("num-buffers", TRIAL_PICTURES);
    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", 320)
        .field("height", 240)
        .field("framerate", gst::Fraction::new(25, 1))
        .build();
    let sink = gst_app::AppSink::builder().sync(false).build();
    let elements = [
        source,
        caps_filter(caps)?,
        make("videoconvert")?,
        encoder.clone(),
        make(VideoCodec::H265.parser())?,
        caps_filter(VideoCodec::H265.access_units("hvc1").build())?,
        sink.upcast_ref::<gst::Element>().clone(),
    ];
    let pipeline = Teardown(gst::Pipeline::new());
    pipeline.0.add_many(&elements).map_err(Error::doing("build a trial"))?;
    gst::Element::link_many(&elements).map_err(Error::doing("link a trial"))?;
    if pipeline.0.set_state(gst::State::Playing).is_err() {
        return Ok(Coded::Failed("it does not start".to_owned()));
    }
    let mut pictures = 0;
    loop {
        match pull(&pipeline.0, &sink, TRIAL_TIMEOUT) {
            Pulled::Sample(_) => pictures += 1,
            Pulled::Failed(message) => return Ok(Coded::Failed(words_of(&message))),
            Pulled::End if pictures == TRIAL_PICTURES => return Ok(Coded::All),
            Pulled::End | Pulled::Nothing => return Ok(Coded::Some(pictures)),
        }
    }
}

/// The encoder of an order, with a key frame at least `every` so many pictures.
pub(super) fn prepare(order: &Order, every: u32) -> Result<gst::Element, Error> {
    element(&order.encoder, order.quality, order.preset, every, order.cores)
}

/// How coarse pictures are coded: what x265 calls its rate factor, and others their quantizer.
fn quantizer(quality: Quality) -> u32 {
    match quality {
        Quality::High => 22,
        Quality::Balanced => 26,
        Quality::Small => 30,
    }
}

fn element(
    name: &str,
    quality: Quality,
    preset: Preset,
    every: u32,
    cores: u32,
) -> Result<gst::Element, Error> {
    // A name of ours: what is asked for comes from the list, never from people.
    let known = known_encoders().find(|known| *known == name);
    let unknown = || gst::glib::bool_error!("no encoder of ours: {name}");
    let name = known.ok_or_else(unknown).map_err(Error::doing("make an encoder"))?;
    let encoder = make(name)?;
    let q = i64::from(quantizer(quality));
    if name == "x265enc" {
        encoder.set_property_from_str("speed-preset", preset.name());
        number(&encoder, "key-int-max", i64::from(every));
        // Each key frame begins something that needs nothing before it.
        let pools = if cores == 0 { String::new() } else { format!(":pools={cores}") };
        let options = format!("crf={q}:open-gop=0:info=0:log-level=error{pools}");
        encoder.set_property("option-string", options);
        return Ok(encoder);
    }
    // Versions of GStreamer name the same things differently; what is not there is passed over.
    for constant in ["rc-mode", "rate-control"] {
        for nick in ["constqp", "cqp"] {
            choice(&encoder, constant, nick);
        }
    }
    for property in ["qp-const", "qp-i", "qp-p", "qpi", "qpp"] {
        number(&encoder, property, q);
    }
    for property in ["gop-size", "key-int-max"] {
        number(&encoder, property, i64::from(every));
    }
    // Not every card can, and some drivers give them wrong times.
    for property in ["bframes", "b-frames"] {
        number(&encoder, property, 0);
    }
    Ok(encoder)
}

/// Sets a number, where there is such a property.
fn number(element: &gst::Element, name: &str, value: i64) {
    let Some(kind) = element.find_property(name).map(|property| property.value_type()) else {
        return;
    };
    if kind == gst::glib::Type::I32 {
        element.set_property(name, i32::try_from(value).unwrap_or(i32::MAX));
    } else if kind == gst::glib::Type::U32 {
        element.set_property(name, u32::try_from(value).unwrap_or(u32::MAX));
    }
}

/// Sets one of several, where there are such a property and such a choice.
fn choice(element: &gst::Element, name: &str, nick: &str) {
    let Some(property) = element.find_property(name) else { return };
    let choices = gst::glib::EnumClass::with_type(property.value_type());
    if choices.is_some_and(|choices| choices.value_by_nick(nick).is_some()) {
        element.set_property_from_str(name, nick);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_is_told_from_what_is_only_named() {
        crate::init().unwrap();
        let tried = try_encoders(["x265enc", "nvh265enc-of-no-machine", "identity"]);

        assert_eq!(tried[0], Tried { name: "x265enc".into(), problem: None });
        assert!(tried[1].problem.as_deref().unwrap().contains("does not offer it"));
        let problem = tried[2].problem.as_deref().unwrap();
        assert!(problem.contains("no encoder of ours"), "{problem}");
    }

    #[test]
    fn every_encoder_of_this_machine_works_or_says_why_not() {
        crate::init().unwrap();
        for Tried { name, problem } in try_encoders(known_encoders()) {
            println!("{name}: {}", problem.as_deref().unwrap_or("works"));
            let is_there = gst::ElementFactory::find(&name).is_some();
            assert!(is_there || problem.is_some_and(|problem| problem.contains("not offer")));
        }
    }

    #[test]
    fn settings_that_are_not_there_are_passed_over() {
        crate::init().unwrap();
        let element = make("x264enc").unwrap();
        number(&element, "no-such-number", 3);
        choice(&element, "no-such-choice", "x");
        choice(&element, "pass", "no-such-nick");
        choice(&element, "pass", "qual");
        number(&element, "key-int-max", 77);
        assert_eq!(element.property::<u32>("key-int-max"), 77);
    }
}
