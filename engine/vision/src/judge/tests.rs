//! Events of objects that walk, stand, park and drive off, told by numbers.

mod refused;

use std::sync::Arc;

use ronin_core::{
    Grid,
    detect::Zone,
    event::{Check, PATH_MAX, Still},
    polygon::{Point, Polygon},
};

use super::*;
use crate::{
    detector::Detection,
    geometry::Rect,
    track::{Look, SURE_SCORE, Tracker},
};

/// Sunday 15 November 2026, noon in UTC.
const NOON: i64 = 1_794_744_000_000_000;

/// A camera's tracks and their judge.
struct Scene {
    tracker: Tracker,
    judge: Judge,
    changes: Vec<Change>,
    motion: Grid,
}

fn ids() -> Ids {
    let mut number = 0;
    Box::new(move || {
        number += 1;
        format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
    })
}

fn model() -> ModelIdentity {
    let input = Size { width: 640, height: 640 };
    ModelIdentity { file_name: "m.torchscript".into(), sha256: "ab".into(), input }
}

fn wall(ms: u64) -> WallTime {
    WallTime::from_micros(NOON + 1_000 * ms as i64)
}

impl Scene {
    fn new(settings: DetectSettings) -> Self {
        Self::with_still(settings, Vec::new())
    }

    fn with_still(settings: DetectSettings, still: Vec<Still>) -> Self {
        Self {
            tracker: Tracker::new(SURE_SCORE, still),
            judge: Judge::new("yard".parse().unwrap(), settings, Some(model()), ids()),
            changes: Vec::new(),
            motion: Grid::EMPTY,
        }
    }

    /// Shows `found` in five pictures a second from one second to another.
    fn show(
        &mut self,
        seconds: std::ops::Range<u64>,
        mut found: impl FnMut(f32) -> Vec<Detection>,
    ) -> &mut Self {
        for ms in (1_000 * seconds.start..1_000 * seconds.end).step_by(200) {
            let (now, region) = (Duration::from_millis(ms), Rect::WHOLE);
            let motion = self.motion;
            let look = Look { at: now, wall: wall(ms), region, motion, is_blind: false };
            let ended = self.tracker.update(&look, &found(ms as f32 / 1e3)).ended;
            let picture = Picture { now, wall: wall(ms), gate: Gate::Motion };
            let tracks = self.tracker.tracks();
            self.changes.extend(self.judge.judge(&picture, tracks, &ended));
        }
        self
    }

    fn end(&mut self, second: u64) -> &mut Self {
        let ended = self.tracker.end();
        self.changes.extend(self.judge.end(Duration::from_secs(second), &ended));
        self
    }

    fn states(&self) -> Vec<EventState> {
        self.changes.iter().map(|change| change.event.state).collect()
    }

    fn count(&self, state: EventState) -> usize {
        self.states().iter().filter(|other| **other == state).count()
    }

    fn last(&self) -> &Event {
        &self.changes.last().expect("something happened").event
    }

    /// The only thing that is told, and why.
    #[track_caller]
    fn rejected_for(&self) -> &Check {
        let [change] = &self.changes[..] else { panic!("{:?}", self.states()) };
        assert_eq!(change.event.state, EventState::Rejected);
        assert!(!change.is_best);
        change.event.why.failed().expect("a check failed")
    }
}

fn at(label: &str, score: f32, x: f32) -> Detection {
    let label = Arc::from(label);
    Detection { label, class: 0, score, x, y: 0.4, width: 0.05, height: 0.2 }
}

/// A person who walks to the right, a zone from 0.5 on and half of a second of it after each.
fn walker(s: f32) -> Vec<Detection> {
    vec![at("person", 0.8, 0.1 + 0.05 * s)]
}

fn stander(_: f32) -> Vec<Detection> {
    vec![at("person", 0.8, 0.3)]
}

fn nobody(_: f32) -> Vec<Detection> {
    Vec::new()
}

fn settings() -> DetectSettings {
    DetectSettings::with_motion(true)
}

/// The picture from `left` to `right`.
fn zone(name: &str, left: f32, right: f32, loiter_s: Option<u64>) -> Zone {
    let points = [(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)];
    Zone {
        name: name.parse().unwrap(),
        area: Polygon::new(&points.map(|(x, y)| Point { x, y })).unwrap(),
        labels: Vec::new(),
        loiter: loiter_s.map(Duration::from_secs),
    }
}

#[test]
fn walker_makes_one_event_that_opens_grows_and_closes() {
    let mut scene = Scene::new(settings());

    scene.show(0..10, walker).show(10..20, nobody);

    let states = scene.states();
    assert!(states.len() <= 11, "it is told about once in a second: {}", states.len());
    let (last, open) = states.split_last().unwrap();
    assert_eq!(*last, EventState::Closed);
    assert!(open.iter().all(|state| *state == EventState::Open));
    let first = &scene.changes[0];
    assert!(first.is_best && first.event.why.checks.iter().all(|check| check.passed));
    let event = scene.last();
    assert!(scene.changes.iter().all(|change| change.event.id == event.id));
    assert_eq!((event.start, event.end), (wall(0), wall(9_800)));
    assert_eq!((event.label.as_str(), event.track, event.path.len()), ("person", 1, 50));
    assert_eq!((event.why.seen, event.why.looked_at, event.why.gate), (50, 50, Gate::Motion));
    assert_eq!(
        (event.why.model.as_str(), event.why.model_sha256.as_str()),
        ("m.torchscript", "ab")
    );
    assert_eq!(event.clip().start, wall(0) - Duration::from_secs(5));
}

#[test]
fn best_picture_is_the_surest_and_largest_and_told_with_its_change() {
    let mut scene = Scene::new(settings());
    let nearer = |s: f32| {
        let size = 1.0 + 0.2 * if s < 6.0 { s } else { 12.0 - s };
        let found = at("person", 0.8, 0.1 + 0.05 * s);
        vec![Detection { width: 0.05 * size, height: 0.2 * size, ..found }]
    };

    scene.show(0..12, nearer).show(12..16, nobody);

    let best = scene.changes.iter().rev().find(|change| change.is_best).unwrap();
    assert_eq!(best.event.best.at, best.event.end, "it is the picture that was just judged");
    assert_eq!(scene.last().best, best.event.best);
    assert!((4_000..7_000).any(|ms| best.event.best.at == wall(ms)), "{}", best.event.best.at);
}

#[test]
fn long_path_is_thinned() {
    let mut scene = Scene::new(settings());
    let to_and_fro = |s: f32| vec![at("person", 0.8, 0.4 + 0.2 * (0.3 * s).sin())];

    scene.show(0..300, to_and_fro).show(300..310, nobody);

    let event = scene.last();
    assert!(event.path.len() <= PATH_MAX && event.path.len() > 90);
    assert_eq!((event.path[0].at, event.path.last().unwrap().at), (event.start, event.end));
}

#[test]
fn classes_without_a_rule_are_no_matter() {
    let chair = |s: f32| vec![Detection { label: "chair".into(), ..walker(s)[0].clone() }];
    let mut scene = Scene::new(settings());

    scene.show(0..5, chair).end(5);

    assert!(scene.changes.is_empty());
}

#[test]
fn open_event_outlives_doubt_but_not_much_of_it() {
    // The mean after so long: 0.45 and 0.31.
    for (later, count) in [(0.43, 1), (0.25, 2)] {
        let mut scene = Scene::new(settings());
        let doubtful =
            |s: f32| vec![at("person", if s < 2.0 { 0.6 } else { later }, 0.1 + 0.03 * s)];
        scene.show(0..20, doubtful);

        let closed = scene.count(EventState::Closed);
        assert_eq!(closed, count - 1, "score {later}");
    }
}

#[test]
fn whoever_comes_to_rest_closes_the_event_and_makes_another_by_moving_on() {
    let mut scene = Scene::new(settings());

    scene.show(0..5, walker).show(5..90, |_| walker(5.0)).show(90..95, |s| walker(s - 85.0));
    scene.show(95..100, nobody);

    let mut events: Vec<&Event> = Vec::new();
    for Change { event, .. } in &scene.changes {
        match events.last_mut() {
            Some(last) if last.id == event.id => *last = event,
            _ => events.push(event),
        }
    }
    let [first, second] = events[..] else { panic!("{} events", events.len()) };
    assert_eq!((first.state, second.state), (EventState::Closed, EventState::Closed));
    assert_eq!(first.track, second.track);
    let end_s = first.end.since(wall(0)).as_secs();
    assert!((64..=66).contains(&end_s), "{end_s}");
    let start_ms = second.start.since(wall(0)).as_millis();
    assert!((89_000..=91_000).contains(&start_ms), "it begins where it moves on: {start_ms}");
    assert!(second.path.len() < 40);
}

#[test]
fn event_at_rest_closes_though_nobody_looks() {
    let mut scene = Scene::new(settings());
    scene.show(0..5, walker).show(5..20, |_| walker(5.0));
    let open = scene.changes.len();

    let mut pass = |s: u64| {
        let now = Duration::from_secs(s);
        let ended = scene.tracker.expire(now);
        scene.judge.pass(now, scene.tracker.tracks(), &ended)
    };

    assert!(open > 0 && pass(60).is_empty());
    let closed = pass(66);
    assert_eq!(closed[0].event.state, EventState::Closed);
    assert_eq!(closed[0].event.end, wall(19_800));
    assert!(pass(67).is_empty());
}

#[test]
fn parked_car_is_no_news_whenever_and_in_whatever_light_it_is_seen() {
    let car = |s: f32| {
        // For ten seconds in each minute it is not found; at 100 s the light changes its box.
        let wider = if s > 100.0 { 0.01 } else { 0.0 };
        let found =
            Detection { x: 0.5, y: 0.5, width: 0.2 + wider, height: 0.1, ..at("car", 0.7, 0.0) };
        if s % 60.0 < 50.0 { vec![found] } else { vec![] }
    };
    let mut scene = Scene::new(settings());
    scene.show(0..300, car).end(300);
    assert_eq!(scene.rejected_for().kind, CheckKind::Movement);

    let mut again = Scene::with_still(settings(), scene.tracker.still());
    again.motion = Grid::from_bytes([0xff; Grid::BYTES]);
    again.show(0..100, car);
    assert!(again.changes.is_empty(), "{:?}", again.states());

    let off = |s: f32| vec![Detection { x: 0.5 - 0.1 * (s - 100.0), ..car(0.0)[0].clone() }];
    again.show(100..103, off).show(103..108, nobody);
    let event = again.last();
    assert_eq!(event.state, EventState::Closed);
    assert!(event.start.since(wall(0)).as_secs() >= 99, "it begins when it moves");
}

#[test]
fn who_steps_out_of_hiding_and_stands_is_news() {
    let mut scene = Scene::new(settings());
    scene.show(0..20, nobody);
    scene.motion = Grid::from_bytes([0xff; Grid::BYTES]);

    scene.show(20..25, stander);

    assert_eq!(scene.changes[0].event.state, EventState::Open);
    assert!(scene.changes[0].event.why.checks[3].text.starts_with("came into sight"));
}

#[test]
fn noise_does_not_fill_the_index() {
    let mut scene = Scene::new(settings());
    // Something in a new place for a moment in each second, for two hours.
    let noise = |s: f32| {
        let n = s as u32;
        let x = (n * 37 % 90) as f32 / 100.0;
        if s.fract() < 0.1 { vec![at("person", 0.45, x)] } else { vec![] }
    };

    scene.show(0..7_200, noise);

    let rejected = scene.count(EventState::Rejected);
    assert!((119..=121).contains(&rejected), "{rejected}");
    assert!(scene.judge.left_out() > 1_000);
    assert_eq!(scene.count(EventState::Open), 0);
}

#[test]
fn end_closes_what_is_open() {
    let mut scene = Scene::new(settings());

    scene.show(0..4, walker).end(4);

    assert_eq!((scene.last().state, scene.last().end), (EventState::Closed, wall(3_800)));
    let told = scene.changes.len();
    scene.end(5);
    assert_eq!(scene.changes.len(), told);
}

#[test]
fn same_pictures_give_the_same_events() {
    let run = || {
        let mut scene = Scene::new(DetectSettings {
            zones: vec![zone("Right", 0.5, 1.0, Some(2))],
            ..settings()
        });
        scene.show(0..12, walker).show(12..20, nobody).end(20);
        scene.changes
    };

    assert_eq!(run(), run());
}
