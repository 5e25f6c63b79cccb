//! The stages together, on grey pictures in which a square moves, with a detector that is a list.

use std::sync::Arc;

use ronin_core::{event::EventState, polygon::Point};

use super::*;

const WIDTH: usize = 640;
const HEIGHT: usize = 360;
const SIDE: usize = 30;

fn options(settings: DetectSettings) -> Options {
    let mut number = 0;
    Options {
        camera: "yard".parse().unwrap(),
        settings,
        model: Some(model()),
        still: Vec::new(),
        ids: Box::new(move || {
            number += 1;
            format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
        }),
    }
}

fn model() -> ModelIdentity {
    let input = Size { width: 208, height: 208 };
    ModelIdentity { file_name: "m".into(), sha256: "ab".into(), input }
}

fn settings() -> DetectSettings {
    DetectSettings::with_motion(true)
}

fn chain() -> Chain {
    Chain::new(options(settings()))
}

fn ms(ms: u64) -> (Duration, WallTime) {
    (Duration::from_millis(ms), WallTime::from_micros(1_800_000_000_000_000 + 1_000 * ms as i64))
}

/// Looks at a picture in which the square is so far right, if it is there.
fn look(chain: &mut Chain, at_ms: u64, square: Option<usize>) -> Looked {
    let mut picture = vec![90; WIDTH * HEIGHT];
    if let Some(left) = square {
        for row in picture.chunks_exact_mut(WIDTH).skip(150).take(2 * SIDE) {
            row[left..left + SIDE].fill(200);
        }
    }
    let (at, wall) = ms(at_ms);
    chain.look(&Luma::new(&picture, WIDTH, WIDTH, HEIGHT).unwrap(), at, wall)
}

/// What a detector would find of the square.
fn found(square: Option<usize>) -> Vec<Detection> {
    let detection = |left: usize| Detection {
        label: Arc::from("person"),
        class: 0,
        score: 0.8,
        x: left as f32 / WIDTH as f32,
        y: 150.0 / HEIGHT as f32,
        width: SIDE as f32 / WIDTH as f32,
        height: 2.0 * SIDE as f32 / HEIGHT as f32,
    };
    square.map(detection).into_iter().collect()
}

/// Answers what was asked for the picture of a time.
fn answer(
    chain: &mut Chain,
    at_ms: u64,
    looked: &Looked,
    square: Option<usize>,
) -> (Detections, Vec<Change>) {
    let ((at, wall), ask) = (ms(at_ms), looked.ask.as_ref().expect("it was asked"));
    chain.judge(at, wall, ask, looked.motion, &found(square), Duration::from_millis(30))
}

/// Two seconds of an empty scene, so that motion is learnt.
fn settle(chain: &mut Chain) {
    for at_ms in (0..4_000).step_by(200) {
        let looked = look(chain, at_ms, None);
        if looked.ask.is_some() {
            answer(chain, at_ms, &looked, None);
        }
    }
}

/// Walks the square through the picture in four seconds from `from_ms` on.
fn walk(chain: &mut Chain, from_ms: u64) -> (Vec<Looked>, Vec<Detections>, Vec<Change>) {
    let (mut all, mut seen, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for step in 0..45_u64 {
        let at_ms = from_ms + 200 * step;
        let square = (step < 20).then_some(50 + 20 * step as usize);
        let looked = look(chain, at_ms, square);
        changes.extend(looked.changes.clone());
        if looked.ask.is_some() {
            let (detections, more) = answer(chain, at_ms, &looked, square);
            seen.push(detections);
            changes.extend(more);
        }
        all.push(looked);
    }
    (all, seen, changes)
}

fn states(changes: &[Change]) -> Vec<EventState> {
    let mut states: Vec<_> = changes.iter().map(|change| change.event.state).collect();
    states.dedup();
    states
}

#[test]
fn chain_may_live_on_any_thread() {
    fn is_send<T: Send>() {}
    is_send::<Chain>();
}

#[test]
fn walker_opens_the_gate_and_makes_an_event() {
    let mut chain = chain();
    settle(&mut chain);

    let (all, seen, changes) = walk(&mut chain, 4_000);

    assert_eq!(states(&changes), [EventState::Open, EventState::Closed]);
    let gates: Vec<_> = all.iter().map(|looked| looked.ask.as_ref().map(|ask| ask.gate)).collect();
    assert!(gates.contains(&Some(Gate::Motion)) && gates.contains(&Some(Gate::Recent)));
    assert_eq!(gates.last(), Some(&None), "the gate is shut again");
    assert_eq!(seen[0].objects[0].track, None, "it is seen for the first time");
    assert_eq!(seen[1].objects[0].track, Some(1));
}

#[test]
fn each_ask_is_one_part_around_what_moves_and_all_in_a_second() {
    let mut chain = chain();
    settle(&mut chain);

    let (all, ..) = walk(&mut chain, 4_000);

    let asks = all.iter().take(20).filter_map(|looked| looked.ask.as_ref());
    let (mut parts, mut since_whole) = (0, 0);
    for (ask, step) in asks.zip(0..) {
        let [region] = ask.regions[..] else { panic!("{ask:?}") };
        since_whole = if region == Rect::WHOLE { 0 } else { since_whole + 1 };
        assert!(since_whole < 5, "step {step}");
        if region != Rect::WHOLE {
            parts += 1;
            assert!(region.width() * WIDTH as f32 >= 207.0, "{region:?}");
        }
    }
    assert!(parts > 10, "{parts}");
}

#[test]
fn sweep_is_asked_for_at_first_and_without_a_model_nothing_is() {
    let none = DetectSettings { objects: false, ..settings() };
    for (settings, model, gate) in [
        (settings(), Some(model()), Some(Gate::Sweep)),
        (settings(), None, None),
        (none, Some(model()), None),
    ] {
        let mut chain = Chain::new(Options { model, ..options(settings) });
        let first = look(&mut chain, 0, None);
        assert_eq!(first.ask.map(|ask| ask.gate), gate);
        let moving = (1..60).map(|n| look(&mut chain, 200 * n, (n > 20).then_some(5 * n as usize)));
        assert!(moving.filter(|looked| looked.state == State::Moving).count() > 10);
    }
}

#[test]
fn model_may_come_and_go() {
    let mut chain = Chain::new(Options { model: None, ..options(settings()) });
    assert_eq!(look(&mut chain, 0, None).ask, None);
    chain.set_model(Some(model()));
    assert!(look(&mut chain, 200, None).ask.is_some());
    chain.set_model(None);
    assert_eq!(look(&mut chain, 5_000, None).ask, None);
}

#[test]
fn answer_of_an_older_picture_is_shown_and_not_followed() {
    let mut chain = chain();
    settle(&mut chain);
    let older = look(&mut chain, 4_000, Some(100));
    let newer = look(&mut chain, 4_200, Some(140));
    assert!(newer.ask.is_some());
    let asked = Looked { ask: newer.ask.clone(), ..older };

    answer(&mut chain, 4_200, &newer, Some(140));
    let (detections, changes) = answer(&mut chain, 4_000, &asked, Some(100));
    let twice = answer(&mut chain, 4_200, &newer, Some(140));

    assert_eq!((detections.objects.len(), detections.objects[0].track), (1, None));
    assert!(changes.is_empty() && twice.1.is_empty());
    let from_before = answer(&mut chain, 9_000, &newer, Some(140));
    assert_eq!(from_before.0.objects[0].track, None, "there was no such picture");
}

#[test]
fn answers_that_never_come_close_the_event_all_the_same() {
    let mut chain = chain();
    settle(&mut chain);
    let mut changes = Vec::new();
    for step in 0..15 {
        let (at_ms, square) = (4_000 + 200 * step, Some(50 + 20 * step as usize));
        let looked = look(&mut chain, at_ms, square);
        if looked.ask.is_some() {
            changes.extend(answer(&mut chain, at_ms, &looked, square).1);
        }
    }
    assert_eq!(states(&changes), [EventState::Open]);

    for step in 0..60 {
        changes.extend(look(&mut chain, 7_000 + 200 * step, None).changes);
    }

    assert_eq!(states(&changes), [EventState::Open, EventState::Closed]);
}

#[test]
fn media_time_that_begins_anew_goes_on() {
    let mut chain = chain();
    settle(&mut chain);
    walk(&mut chain, 1_000_000);

    settle(&mut chain);
    let (.., changes) = walk(&mut chain, 4_000);

    assert_eq!(states(&changes), [EventState::Open, EventState::Closed]);
    assert!(chain.end().is_empty());
}

#[test]
fn what_stands_in_a_mask_does_not_count() {
    let points = [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point { x, y });
    let masks = vec![Polygon::new(&points).unwrap()];
    let mut chain = Chain::new(options(DetectSettings { masks, ..settings() }));
    let looked = look(&mut chain, 0, None);

    let (detections, _) = answer(&mut chain, 0, &looked, Some(100));

    assert!(detections.objects.is_empty());
    assert!(is_masked(
        &chain.settings.masks,
        &Detection { y: 0.8, height: 0.2, ..found(Some(9))[0].clone() }
    ));
    assert!(!is_masked(&chain.settings.masks, &Detection { y: 0.2, ..found(Some(9))[0].clone() }));
}

#[test]
fn what_stands_is_given_to_the_next_chain() {
    let mut chain = chain();
    let stands = |chain: &mut Chain, seconds: u64| {
        let mut changes = Vec::new();
        for step in 0..5 * seconds {
            let looked = look(chain, 200 * step, Some(300));
            if looked.ask.is_some() {
                changes.extend(answer(chain, 200 * step, &looked, Some(300)).1);
            }
        }
        changes
    };
    let version = chain.still_version();

    let told = stands(&mut chain, 12);
    let still = chain.still();

    assert_eq!(states(&told), [EventState::Rejected]);
    assert!(still.len() == 1 && chain.still_version() != version);
    let mut next = Chain::new(Options { still: still.clone(), ..options(settings()) });
    let looked = look(&mut next, 0, Some(300));
    let (detections, _) = answer(&mut next, 0, &looked, Some(300));
    assert!(detections.objects[0].is_still);
    assert!(look(&mut next, 200, Some(300)).ask.is_none(), "nothing else is to be looked at");
    assert!(next.end().is_empty());
    assert_eq!(next.still()[0].since, still[0].since);
}

#[test]
fn tracks_begin_where_any_rule_may_be_content() {
    let rule = |score: f32| {
        let min_score = ronin_core::detect::Part::new(score).unwrap();
        let usual = ronin_core::detect::usual_rule("person").unwrap();
        let rules = vec![ronin_core::detect::ObjectRule { min_score, ..usual }];
        sure_score(&DetectSettings { rules, ..settings() })
    };

    assert_eq!([0.0, 0.3, 0.9].map(rule), [LEAST_SCORE, 0.3, SURE_SCORE]);
    assert_eq!(sure_score(&settings()), SURE_SCORE);
}
