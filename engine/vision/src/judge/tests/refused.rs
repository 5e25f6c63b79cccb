//! What keeps an object from making an event: zones, and the other checks, each by its numbers.

use ronin_core::detect::{Hours, ObjectRule, Part, Schedule};

use super::*;

fn rule(min_score: f32, min_area: f32, max_area: f32) -> DetectSettings {
    let part = |value| Part::new(value).unwrap();
    let rule = ObjectRule {
        label: "person".into(),
        min_score: part(min_score),
        min_area: part(min_area),
        max_area: part(max_area),
    };
    DetectSettings { rules: vec![rule], ..settings() }
}

fn only_in(zones: Vec<Zone>) -> DetectSettings {
    DetectSettings { zones, only_in_zones: true, ..settings() }
}

#[test]
fn zones_are_entered_left_and_loitered_in_and_each_is_told_at_once() {
    let zones = vec![zone("Left", 0.0, 0.3, None), zone("Right", 0.6, 1.0, Some(4))];
    let mut scene = Scene::new(DetectSettings { zones, ..settings() });
    let stops = |s: f32| walker(s.min(11.0));

    scene.show(0..20, stops).show(20..25, nobody);

    let event = scene.last();
    let [left, right] = &event.zones[..] else { panic!("{:?}", event.zones) };
    assert_eq!((left.zone.as_str(), left.entered, left.loitered), ("Left", wall(0), false));
    let left_ms = left.left.unwrap().since(wall(0)).as_millis();
    assert!((3_400..4_000).contains(&left_ms), "{left_ms}");
    assert_eq!((right.zone.as_str(), right.left, right.loitered), ("Right", Some(event.end), true));
    let told = |is_it: &dyn Fn(&Event) -> bool| {
        scene.changes.iter().find(|change| is_it(&change.event)).unwrap().event.end
    };
    let entered = told(&|event| event.zones.len() == 2);
    let loitered = told(&|event| event.zones.len() == 2 && event.zones[1].loitered);
    assert!(entered.since(right.entered) <= Duration::from_millis(200));
    assert_eq!(loitered.since(right.entered), Duration::from_secs(4));
}

#[test]
fn only_in_zones_waits_for_the_zone_and_for_the_stay_it_asks_for() {
    for (loiter_s, opens_ms) in [(None, 8_000..9_000), (Some(3), 11_000..12_000)] {
        let mut scene = Scene::new(only_in(vec![zone("Drive", 0.54, 1.0, loiter_s)]));
        scene.show(0..15, walker);

        let opened = &scene.changes[0].event;
        assert_eq!((opened.state, opened.start), (EventState::Open, wall(0)));
        let ms = opened.end.since(wall(0)).as_millis();
        assert!(opens_ms.contains(&ms), "{ms}");
    }
}

#[test]
fn zone_for_others_lets_nobody_pass() {
    let cars = Zone { labels: vec!["car".into()], ..zone("Drive", 0.0, 1.0, None) };
    let mut scene = Scene::new(only_in(vec![cars]));

    scene.show(0..3, walker).show(3..8, nobody);

    assert_eq!(scene.rejected_for().text, "there is no zone for person");
}

#[test]
fn whoever_fails_a_check_is_rejected_with_the_numbers() {
    let monday: [bool; 7] = std::array::from_fn(|day| day == 0);
    let hours = Hours { days: monday, start_minute: 0, end_minute: 1440 };
    let schedule = Some(Schedule::new("Europe/Berlin", vec![hours]).unwrap());
    let elsewhere = only_in(vec![zone("Gate", 0.9, 1.0, None), zone("Drive", 0.8, 0.9, None)]);
    let unsure = |s: f32| vec![at("person", 0.43, 0.1 + 0.05 * s)];
    let once = |s: f32| if s == 0.0 { walker(s) } else { vec![] };
    type Found = dyn Fn(f32) -> Vec<Detection>;
    let rows: [(DetectSettings, &Found, CheckKind, &str); 7] = [
        (settings(), &unsure, CheckKind::Score, "mean score 0.43 over 15 pictures, 0.50 is needed"),
        (
            rule(0.5, 0.02, 1.0),
            &walker,
            CheckKind::Size,
            "covers 1.00 % of the picture, 2.00 % to 100.00 % is asked for",
        ),
        (settings(), &once, CheckKind::Persistence, "seen in 1 of 1 picture, 2 are needed"),
        (settings(), &stander, CheckKind::Movement, "moved by 0.00 of its size, 0.50 is needed"),
        (elsewhere, &walker, CheckKind::Zone, "in none of Gate, Drive"),
        (
            only_in(vec![zone("Left", 0.0, 0.9, Some(5))]),
            &walker,
            CheckKind::Zone,
            "in Left for 3 s, 5 s are needed",
        ),
        (
            DetectSettings { schedule, ..settings() },
            &walker,
            CheckKind::Schedule,
            "2026-11-15T12:00:02.8Z lies outside the hours in Europe/Berlin",
        ),
    ];
    for (settings, found, kind, text) in rows {
        let mut scene = Scene::new(settings);
        scene.show(0..3, found).show(3..8, nobody);

        let check = scene.rejected_for();
        assert_eq!((check.kind, check.text.as_str()), (kind, text));
        assert_eq!(scene.last().why.checks.len(), 6);
    }
}
