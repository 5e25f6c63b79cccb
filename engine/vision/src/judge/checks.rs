//! What is asked of an object before it makes an event, and the answers in words.
//!
//! Not here: when it is asked, and what follows ([`super`]).

use std::{fmt::Write as _, time::Duration};

use ronin_core::{
    DetectSettings, WallTime,
    detect::ObjectRule,
    event::{Check, CheckKind},
};

use super::visits::Visits;
use crate::track::Since;

/// What was in this many sizes' distance of where it was first seen has moved: more than boxes
/// jitter, less than two steps.
const MOVED: f32 = 0.5;
/// An object has to be seen for this long, ...
const SEEN_FOR_S: f32 = 0.5;
/// ... in pictures that are between so few and so many.
const SEEN_LEAST: u32 = 2;
const SEEN_MOST: u32 = 5;
/// ... and in this part of those that were looked at.
const SEEN_PART: f32 = 0.34;
/// An open event stays open until its mean is so much below what is needed.
const SCORE_SLACK: f32 = 0.1;

/// What is known of an object when it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) label: &'a str,
    pub(super) rule: &'a ObjectRule,
    pub(super) mean_score: f32,
    /// Part of the picture.
    pub(super) area: f32,
    /// Pictures in which it was seen, of those that were looked at, and the time they took.
    pub(super) seen: u32,
    pub(super) looked: u32,
    pub(super) time: Duration,
    /// How far it moved, in its own sizes.
    pub(super) moved: f32,
    pub(super) appeared: bool,
    pub(super) still: Option<Since>,
    pub(super) visits: &'a Visits,
    pub(super) now: Duration,
    pub(super) wall: WallTime,
}

/// Asks everything, in the order of [`CheckKind`].
pub(super) fn checks(facts: &Facts<'_>, settings: &DetectSettings) -> Vec<Check> {
    let answers = [
        (CheckKind::Score, score(facts)),
        (CheckKind::Size, size(facts)),
        (CheckKind::Persistence, persistence(facts)),
        (CheckKind::Movement, movement(facts)),
        (CheckKind::Zone, zone(facts, settings)),
        (CheckKind::Schedule, schedule(facts, settings)),
    ];
    answers.map(|(kind, (passed, text))| Check { kind, passed, text }).into()
}

/// Whether an event with this mean score goes on.
pub(super) fn is_sure_enough(mean_score: f32, rule: &ObjectRule) -> bool {
    mean_score >= rule.min_score.get() - SCORE_SLACK
}

type Answer = (bool, String);

fn score(facts: &Facts<'_>) -> Answer {
    let (mean, needed) = (facts.mean_score, facts.rule.min_score.get());
    let (shown, pictures) = (cut(mean), pictures(facts.seen));
    (mean >= needed, format!("mean score {shown:.2} over {pictures}, {needed:.2} is needed"))
}

fn size(facts: &Facts<'_>) -> Answer {
    let (least, most) = (facts.rule.min_area.get(), facts.rule.max_area.get());
    let [area, from, to] = [facts.area, least, most].map(percent);
    let text = format!("covers {area} of the picture, {from} to {to} is asked for");
    ((least..=most).contains(&facts.area), text)
}

fn persistence(facts: &Facts<'_>) -> Answer {
    let between = f32::from(u16::try_from(facts.looked.max(2) - 1).unwrap_or(u16::MAX));
    let step_s = facts.time.as_secs_f32() / between;
    let pictures_of_time = if step_s > 0.0 { SEEN_FOR_S / step_s } else { 0.0 };
    let needed = (pictures_of_time.round() as u32).clamp(SEEN_LEAST, SEEN_MOST);
    let part = (SEEN_PART * facts.looked as f32).ceil() as u32;
    let needed = needed.max(part);
    let (seen, looked) = (facts.seen, pictures(facts.looked));
    (seen >= needed, format!("seen in {seen} of {looked}, {needed} are needed"))
}

fn movement(facts: &Facts<'_>) -> Answer {
    if let Some(still) = facts.still {
        return (false, format!("has not moved since {}", still.wall));
    }
    let has_moved = facts.moved >= MOVED;
    if facts.appeared && !has_moved {
        return (true, "came into sight, moving, where nothing had been".to_owned());
    }
    let moved = cut(facts.moved);
    (has_moved, format!("moved by {moved:.2} of its size, {MOVED:.2} is needed"))
}

fn zone(facts: &Facts<'_>, settings: &DetectSettings) -> Answer {
    if !settings.only_in_zones {
        return (true, "no zone is needed".to_owned());
    }
    let zones = &settings.zones;
    if let Some(zone) = facts.visits.counts(zones) {
        return (true, format!("was in {zone}"));
    }
    if let Some((zone, stay, needed)) = facts.visits.waits(zones, facts.now) {
        let (stay, needed) = (stay.as_secs_f32(), needed.as_secs_f32());
        return (false, format!("in {zone} for {stay:.0} s, {needed:.0} s are needed"));
    }
    let mut text = String::new();
    for zone in zones.iter().filter(|zone| zone.is_for(facts.label)) {
        let before = if text.is_empty() { "in none of " } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{before}{}", zone.name);
    }
    if text.is_empty() {
        text = format!("there is no zone for {}", facts.label);
    }
    (false, text)
}

fn schedule(facts: &Facts<'_>, settings: &DetectSettings) -> Answer {
    let Some(schedule) = &settings.schedule else {
        return (true, "events are made at all hours".to_owned());
    };
    let (wall, zone) = (facts.wall, schedule.time_zone());
    let is_time = schedule.contains(wall);
    let lies = if is_time { "lies within" } else { "lies outside" };
    (is_time, format!("{wall} {lies} the hours in {zone}"))
}

/// To two digits and never up: what is too little must not read as enough.
fn cut(value: f32) -> f32 {
    (100.0 * value + 1e-3).floor() / 100.0
}

fn pictures(count: u32) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{count} pictures") }
}

fn percent(part: f32) -> String {
    format!("{:.2} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use ronin_core::detect::{Part, usual_rule};

    use super::*;

    fn ask(change: impl FnOnce(&mut Facts<'_>)) -> Vec<Check> {
        let rule = ObjectRule {
            min_area: Part::new(0.01).unwrap(),
            max_area: Part::new(0.5).unwrap(),
            ..usual_rule("person").unwrap()
        };
        let visits = Visits::new(&[]);
        let mut facts = Facts {
            label: "person",
            rule: &rule,
            mean_score: 0.7,
            area: 0.02,
            seen: 5,
            looked: 6,
            time: Duration::from_secs(1),
            moved: 0.8,
            appeared: false,
            still: None,
            visits: &visits,
            now: Duration::from_secs(9),
            wall: WallTime::default(),
        };
        change(&mut facts);
        checks(&facts, &DetectSettings::with_motion(true))
    }

    #[test]
    fn each_check_fails_with_its_numbers() {
        let still = Since { at: Duration::ZERO, wall: WallTime::default() };
        let rows: [(CheckKind, &str, Vec<Check>); 7] = [
            (
                CheckKind::Score,
                "mean score 0.43 over 5 pictures, 0.50 is needed",
                ask(|facts| facts.mean_score = 0.43),
            ),
            (
                CheckKind::Score,
                "mean score 0.49 over 5 pictures, 0.50 is needed",
                ask(|facts| facts.mean_score = 0.4999),
            ),
            (
                CheckKind::Size,
                "covers 0.50 % of the picture, 1.00 % to 50.00 % is asked for",
                ask(|facts| facts.area = 0.005),
            ),
            (
                CheckKind::Size,
                "covers 60.00 % of the picture, 1.00 % to 50.00 % is asked for",
                ask(|facts| facts.area = 0.6),
            ),
            (
                CheckKind::Persistence,
                "seen in 1 of 1 picture, 2 are needed",
                ask(|facts| (facts.seen, facts.looked, facts.time) = (1, 1, Duration::ZERO)),
            ),
            (
                CheckKind::Movement,
                "moved by 0.12 of its size, 0.50 is needed",
                ask(|facts| facts.moved = 0.12),
            ),
            (
                CheckKind::Movement,
                "has not moved since 1970-01-01T00:00:00Z",
                ask(|facts| facts.still = Some(still)),
            ),
        ];

        for (kind, text, checks) in rows {
            let failed: Vec<_> = checks.iter().filter(|check| !check.passed).collect();
            let [failed] = failed[..] else { panic!("{failed:?}") };
            assert_eq!((failed.kind, failed.text.as_str()), (kind, text));
            assert!(checks.is_sorted_by_key(|check| check.kind as u8));
        }
        assert!(ask(|_| ()).iter().all(|check| check.passed));
        assert!(ask(|f| (f.moved, f.appeared) = (0.0, true)).iter().all(|check| check.passed));
    }

    #[test]
    fn half_a_second_of_pictures_is_needed_whatever_their_rate() {
        // Pictures a second, pictures needed.
        for (rate, needed) in [(1, 2), (2, 2), (5, 3), (8, 4), (10, 5), (30, 5)] {
            let passed = |seen: u32| {
                let time = Duration::from_secs_f32((seen - 1) as f32 / rate as f32);
                let checks = ask(|f| (f.seen, f.looked, f.time) = (seen, seen, time));
                checks[CheckKind::Persistence as usize].passed
            };
            assert!(passed(needed) && !passed(needed - 1), "{rate}");
        }
        let flicker = ask(|f| (f.seen, f.looked, f.time) = (10, 40, Duration::from_secs(8)));
        assert!(!flicker[CheckKind::Persistence as usize].passed);
    }

    #[test]
    fn open_event_outlives_a_doubt() {
        let rule = usual_rule("person").unwrap();

        assert!(is_sure_enough(0.42, &rule) && !is_sure_enough(0.38, &rule));
    }
}
