//! What a person says of the objects that a camera should tell about: which, where, when.
//!
//! Lengths are parts of the picture, from 0 to 1. Not here: how objects are found and followed, and
//! when one becomes an event (`ronin_vision`).

use std::{fmt, str::FromStr, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    camera::Sensitivity, error::Invalid, polygon::Polygon, source::Source, time::WallTime,
};

/// More are drawn by nobody, and each is looked at in every picture.
pub const ZONES_MAX: usize = 32;
/// The same for masks.
pub const MASKS_MAX: usize = 32;
/// Models know some 80 classes; more rules than twice that are a mistake.
pub const RULES_MAX: usize = 200;
/// Three for each day of a week.
pub const HOURS_MAX: usize = 21;
/// A minute before and behind is more than anybody looks at.
pub const ROLL_MAX: Duration = Duration::from_secs(60);
/// Somebody who stays an hour does not loiter but lives there.
pub const LOITER_MAX: Duration = Duration::from_secs(3600);
const NAME_MAX: usize = 40;
const MINUTES_OF_DAY: u16 = 24 * 60;

/// Part of a whole, from 0 to 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Part(f32);

// It is never "not a number".
impl Eq for Part {}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self(1.0);
    /// Nothing of it.
    pub const NONE: Self = Self(0.0);

    /// `None` outside of 0 to 1.
    pub fn new(value: f32) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// From 0 to 1.
    pub const fn get(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Part {
    type Error = String;

    fn try_from(value: f32) -> Result<Self, String> {
        Self::new(value).ok_or_else(|| format!("{value} is not between 0 and 1"))
    }
}

impl From<Part> for f32 {
    fn from(part: Part) -> Self {
        part.0
    }
}

/// What is looked for in a camera's pictures.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DetectSettings {
    /// Whether motion is looked for.
    pub motion: bool,
    /// How little counts as motion.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// Parts of the picture in which nothing counts.
    #[serde(default)]
    pub masks: Vec<Polygon>,
    /// Whether objects are looked for, where there is a model.
    #[serde(default = "yes")]
    pub objects: bool,
    /// Which objects make events; empty: [`usual_rule`] decides.
    #[serde(default)]
    pub rules: Vec<ObjectRule>,
    /// Named parts of the picture.
    #[serde(default)]
    pub zones: Vec<Zone>,
    /// Whether only what is in a zone makes events.
    #[serde(default)]
    pub only_in_zones: bool,
    /// When events are made; `None`: always.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// Footage before an event that belongs to it.
    #[serde(default = "usual_roll")]
    pub pre_roll: Duration,
    /// Footage behind it.
    #[serde(default = "usual_roll")]
    pub post_roll: Duration,
}

const fn yes() -> bool {
    true
}

/// What a person needs to see where somebody came from, and went.
const fn usual_roll() -> Duration {
    Duration::from_secs(5)
}

impl DetectSettings {
    /// Motion as given, and for the rest what holds where nobody has said.
    pub fn with_motion(motion: bool) -> Self {
        Self {
            motion,
            sensitivity: Sensitivity::default(),
            masks: Vec::new(),
            objects: true,
            rules: Vec::new(),
            zones: Vec::new(),
            only_in_zones: false,
            schedule: None,
            pre_roll: usual_roll(),
            post_roll: usual_roll(),
        }
    }

    /// What holds where nobody has said: pictures that are small to begin with cost little to look
    /// at, so motion is looked for where there is a sub stream.
    pub fn unless_said(sub: Option<&Source>) -> Self {
        Self::with_motion(sub.is_some())
    }

    /// The rule for objects of this class; `None`: they make no events.
    pub fn rule(&self, label: &str) -> Option<ObjectRule> {
        if self.rules.is_empty() {
            return usual_rule(label);
        }
        self.rules.iter().find(|rule| rule.label == label).cloned()
    }

    /// Checks what belongs together: names of zones are told apart, and there are not too many of
    /// anything. Fields of the result are those of the API.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        let mut refuse = |field: String, text: String| {
            invalid.collect::<()>(Err(Invalid::new(field, text)));
        };
        let limits = [
            ("masks", self.masks.len(), MASKS_MAX),
            ("zones", self.zones.len(), ZONES_MAX),
            ("rules", self.rules.len(), RULES_MAX),
        ];
        for (field, count, most) in limits {
            if count > most {
                refuse(field.into(), format!("{count} are too many: give at most {most}"));
            }
        }
        for (index, zone) in self.zones.iter().enumerate() {
            if self.zones[..index].iter().any(|other| other.name.is_like(&zone.name)) {
                let text = format!("two zones are called {}: rename one", zone.name);
                refuse(format!("zones[{index}].name"), text);
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if self.rules[..index].iter().any(|other| other.label == rule.label) {
                let text = format!("there are two rules for {:?}: leave one out", rule.label);
                refuse(format!("rules[{index}].label"), text);
            }
            if rule.min_area >= rule.max_area {
                let text = "the largest area must be above the smallest".to_owned();
                refuse(format!("rules[{index}].max_area"), text);
            }
        }
        if self.only_in_zones && self.zones.is_empty() {
            refuse("only_in_zones".into(), "there is no zone: draw one, or switch this off".into());
        }
        for (field, roll) in [("pre_roll", self.pre_roll), ("post_roll", self.post_roll)] {
            if roll > ROLL_MAX {
                refuse(field.into(), format!("give at most {} s", ROLL_MAX.as_secs()));
            }
        }
        invalid.check()
    }
}

/// Which objects of a class make events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObjectRule {
    /// Name of the class in the model.
    pub label: String,
    /// How sure the model has to be: the mean over the pictures in which the object is seen.
    pub min_score: Part,
    /// Least part of the picture.
    pub min_area: Part,
    /// Largest part of the picture.
    pub max_area: Part,
}

/// The rule of a class for which nobody has said one; `None`: it makes no events. The names are
/// those of COCO, which nearly every model knows.
pub fn usual_rule(label: &str) -> Option<ObjectRule> {
    const USUAL: [&str; 14] = [
        "person",
        "bicycle",
        "car",
        "motorcycle",
        "bus",
        "truck",
        "boat",
        "bird",
        "cat",
        "dog",
        "horse",
        "sheep",
        "cow",
        "bear",
    ];
    USUAL.contains(&label).then(|| ObjectRule {
        label: label.to_owned(),
        min_score: Part(0.5),
        min_area: Part::NONE,
        max_area: Part::WHOLE,
    })
}

/// The name of a zone: 1 to 40 letters, digits, spaces and `-`, as people write it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(String);

impl ZoneName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether people take them for the same: small and capital letters are not told apart.
    fn is_like(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

impl FromStr for ZoneName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let count = text.chars().count();
        let fits = text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
        if fits && (1..=NAME_MAX).contains(&count) {
            return Ok(Self(text.to_owned()));
        }
        let words = "the name of a zone is 1 to 40 letters, digits, spaces and -";
        Err(Invalid::new("name", words))
    }
}

impl TryFrom<String> for ZoneName {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A named part of the picture. An object is in it where the middle of its lower edge is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Zone {
    /// One of its own in the camera.
    pub name: ZoneName,
    /// Where.
    pub area: Polygon,
    /// Classes that it is for; empty: all.
    pub labels: Vec<String>,
    /// From how long on somebody in it loiters. `Some`: an object counts as in the zone from then
    /// on only.
    pub loiter: Option<Duration>,
}

impl Zone {
    /// Whether it is for objects of this class.
    pub fn is_for(&self, label: &str) -> bool {
        self.labels.is_empty() || self.labels.iter().any(|wanted| wanted == label)
    }
}

/// Hours of a week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// IANA name, for example `Europe/Berlin`.
    time_zone: String,
    hours: Vec<Hours>,
}

/// The same hours of some days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hours {
    /// The days on which they begin, from Monday.
    pub days: [bool; 7],
    /// Minutes from midnight, 0 to 1439.
    pub start_minute: u16,
    /// Minutes from midnight, 1 to 1440. Not later than the start: on the next day.
    pub end_minute: u16,
}

impl Schedule {
    /// Checks the parts.
    pub fn new(time_zone: &str, hours: Vec<Hours>) -> Result<Self, Invalid> {
        if TimeZone::get(time_zone).is_err() {
            let words = "this is no time zone: give an IANA name, for example Europe/Berlin";
            return Err(Invalid::new("time_zone", words));
        }
        if hours.is_empty() || hours.len() > HOURS_MAX {
            let words = format!("give 1 to {HOURS_MAX} spans of hours, or no schedule at all");
            return Err(Invalid::new("hours", words));
        }
        for (index, hours) in hours.iter().enumerate() {
            let words = if !hours.days.contains(&true) {
                "give the days on which the hours begin"
            } else if hours.start_minute >= MINUTES_OF_DAY {
                "a start is 00:00 to 23:59"
            } else if !(1..=MINUTES_OF_DAY).contains(&hours.end_minute) {
                "an end is 00:01 to 24:00"
            } else {
                continue;
            };
            return Err(Invalid::new(format!("hours[{index}]"), words));
        }
        Ok(Self { time_zone: time_zone.to_owned(), hours })
    }

    /// IANA name of the zone that the hours are meant in.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The hours, as given.
    pub fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// Whether `at` lies in them.
    pub fn contains(&self, at: WallTime) -> bool {
        // A zone that this machine has forgotten must not switch everything off.
        let Ok(zone) = TimeZone::get(&self.time_zone) else { return true };
        let Ok(at) = Timestamp::from_microsecond(at.as_micros()) else { return true };
        let local = at.to_zoned(zone);
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute()));
        let minute = minute.unwrap_or(0);
        self.hours.iter().any(|hours| hours.contains(day, minute))
    }
}

impl Hours {
    fn contains(&self, day: usize, minute: u16) -> bool {
        let day_before = (day + 6) % 7;
        if self.start_minute < self.end_minute {
            return self.days[day] && (self.start_minute..self.end_minute).contains(&minute);
        }
        (self.days[day] && minute >= self.start_minute)
            || (self.days[day_before] && minute < self.end_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polygon::Point;

    fn at(text: &str) -> WallTime {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        let points = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)].map(|(x, y)| Point { x, y });
        let area = Polygon::new(&points).unwrap();
        Zone { name: name.parse().unwrap(), area, labels: Vec::new(), loiter: None }
    }

    #[test]
    fn hours_reach_over_midnight_and_follow_the_zone() {
        let mut days = [false; 7];
        days[4] = true;
        let night = Hours { days, start_minute: 22 * 60, end_minute: 6 * 60 };
        let schedule = Schedule::new("Europe/Berlin", vec![night]).unwrap();

        // Friday 27 November 2026, an hour ahead of UTC.
        for (time, want) in [
            ("2026-11-27T20:59:59Z", false),
            ("2026-11-27T21:00:00Z", true),
            ("2026-11-28T04:59:59Z", true),
            ("2026-11-28T05:00:00Z", false),
            ("2026-11-28T21:30:00Z", false),
            ("2026-11-26T23:30:00Z", false),
        ] {
            assert_eq!(schedule.contains(at(time)), want, "{time}");
        }
    }

    #[test]
    fn a_whole_day_is_a_day() {
        let all = Hours { days: [true; 7], start_minute: 0, end_minute: MINUTES_OF_DAY };
        let schedule = Schedule::new("UTC", vec![all]).unwrap();
        for time in ["2026-11-27T00:00:00Z", "2026-11-27T23:59:59Z"] {
            assert!(schedule.contains(at(time)));
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_what_to_do() {
        let hours = |start_minute, end_minute| Hours { days: [true; 7], start_minute, end_minute };
        let none = Hours { days: [false; 7], ..hours(0, 60) };
        for (zone, hours, field) in [
            ("Mars/Base", vec![hours(0, 60)], "time_zone"),
            ("UTC", vec![], "hours"),
            ("UTC", vec![hours(0, 60); HOURS_MAX + 1], "hours"),
            ("UTC", vec![none], "hours[0]"),
            ("UTC", vec![hours(1440, 60)], "hours[0]"),
            ("UTC", vec![hours(0, 60), hours(0, 1441)], "hours[1]"),
        ] {
            let invalid = Schedule::new(zone, hours).unwrap_err();
            assert_eq!(invalid.violations[0].field, field);
        }
    }

    #[test]
    fn settings_that_contradict_themselves_are_refused_all_at_once() {
        let rule = usual_rule("person").unwrap();
        let settings = DetectSettings {
            zones: vec![zone("Porch"), zone("Porch")],
            rules: vec![rule.clone(), ObjectRule { max_area: Part::NONE, ..rule }],
            pre_roll: Duration::from_secs(61),
            ..DetectSettings::with_motion(true)
        };
        let invalid = settings.check().unwrap_err();
        let fields: Vec<_> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["zones[1].name", "rules[1].label", "rules[1].max_area", "pre_roll"]);
        let alone = DetectSettings { only_in_zones: true, ..DetectSettings::with_motion(true) };
        assert_eq!(alone.check().unwrap_err().violations[0].field, "only_in_zones");
        assert!(DetectSettings::with_motion(true).check().is_ok());
    }

    #[test]
    fn without_rules_people_vehicles_and_animals_count() {
        let settings = DetectSettings::with_motion(true);
        assert!(settings.rule("person").is_some() && settings.rule("car").is_some());
        assert!(settings.rule("toaster").is_none());
        let only = ObjectRule { label: "toaster".into(), ..usual_rule("person").unwrap() };
        let settings = DetectSettings { rules: vec![only], ..settings };
        assert!(settings.rule("person").is_none() && settings.rule("toaster").is_some());
    }

    #[test]
    fn settings_of_before_there_were_objects_are_read() {
        let old: DetectSettings = serde_json::from_str(r#"{"motion":true}"#).unwrap();
        assert_eq!(old, DetectSettings::with_motion(true));
        let full = DetectSettings { zones: vec![zone("Porch 1")], ..old };
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<DetectSettings>(&text).unwrap(), full);
    }

    #[test]
    fn names_of_zones_are_words() {
        for good in ["Porch", "Einfahrt links", "zone-2", "日本"] {
            assert_eq!(good.parse::<ZoneName>().unwrap().as_str(), good);
        }
        for bad in ["", "  ", "a,b", "a\nb", "<b>", "%", "a_b", &"x".repeat(41)] {
            assert!(bad.parse::<ZoneName>().is_err(), "{bad:?} was taken");
        }
    }
}
