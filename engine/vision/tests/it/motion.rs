//! Motion in scenes whose truth is known: what must be seen, and how often it may be imagined.

use ronin_vision::motion::{Luma, Motion, Settings, State};

use crate::scenes::{self, HEIGHT, Scene, Score, WIDTH};

/// Films the scene, shows every picture whose number `is_shown`, and says how they were judged,
/// with their states.
fn watch(scene: &Scene, is_shown: impl Fn(usize) -> bool) -> (Score, Vec<State>) {
    let mut motion = Motion::new(Settings { masks: scene.masks(), ..Settings::default() });
    let (mut score, mut states) = (Score::default(), Vec::new());
    for (_, picture) in scene.film().enumerate().filter(|&(number, _)| is_shown(number)) {
        let luma = Luma::new(&picture.luma, WIDTH, WIDTH, HEIGHT).unwrap();
        let seen = motion.look(&luma, picture.at);
        let is_moving = seen.state == State::Moving;
        assert_eq!(is_moving, !seen.grid.is_empty());
        assert_eq!(is_moving, !seen.boxes.is_empty());
        assert_eq!(is_moving, seen.share > 0.0);
        score.add(&picture.truth, &seen);
        states.push(seen.state);
    }
    (score, states)
}

fn named(name: &str) -> Scene {
    scenes::all().into_iter().find(|scene| scene.name == name).expect("a scene has this name")
}

/// Asserts the least part of the walker's pictures that are seen, and the most pictures in which
/// something is seen that is not there.
#[track_caller]
fn assert_seen(name: &str, recall: f32, wrong: usize) -> Vec<State> {
    let (score, states) = watch(&named(name), |_| true);
    let figures = format!("{name}: recall {}, {} false pictures", score.recall(), score.wrong);
    assert!(score.recall() >= recall && score.wrong <= wrong, "{figures}");
    states
}

fn count(states: &[State], state: State) -> usize {
    states.iter().filter(|&&other| other == state).count()
}

#[test]
fn walker_is_seen_through_sensor_noise() {
    assert_seen("noise 2", 0.98, 0);
    assert_seen("noise 6", 0.95, 0);
}

#[test]
fn walker_is_seen_in_few_pictures_a_second_and_in_uneven_ones() {
    let each_second = |number: usize| number.is_multiple_of(10);
    let uneven = |number: usize| [0, 1, 3, 9].contains(&(number % 13));
    for name in ["noise 2", "lamp 3.1 Hz", "leaves"] {
        for is_shown in [each_second, uneven] {
            let (score, _) = watch(&named(name), is_shown);
            assert!(score.right > 10 && score.recall() > 0.95, "{name}: {}", score.recall());
            assert_eq!(score.wrong, 0, "{name}");
        }
    }
}

#[test]
fn walker_is_seen_under_a_flickering_lamp() {
    for name in ["lamp 3.1 Hz", "lamp 7.3 Hz", "lamp 9.9 Hz"] {
        let states = assert_seen(name, 0.98, 0);
        assert_eq!(count(&states, State::LightChange), 0, "{name}");
    }
}

#[test]
fn dawn_and_dusk_are_no_motion() {
    assert_seen("dawn", 0.97, 0);
    assert_seen("dusk", 0.95, 0);
}

#[test]
fn lightning_is_a_change_of_light_and_soon_over() {
    let states = assert_seen("lightning", 0.95, 0);

    let changes: Vec<_> = (0..states.len()).filter(|&n| states[n] == State::LightChange).collect();
    assert_eq!(changes, [120, 121, 350, 351]);
}

#[test]
fn exposure_that_lasts_is_followed() {
    let states = assert_seen("exposure", 0.93, 0);

    assert!((2..=20).contains(&count(&states, State::LightChange)));
    assert_eq!(states.last(), Some(&State::Still));
}

#[test]
fn walker_is_seen_through_rain() {
    assert_seen("rain", 0.97, 4);
    assert_seen("heavy rain", 0.85, 5);
}

#[test]
fn swaying_leaves_are_learnt() {
    assert_seen("leaves", 0.98, 0);
}

#[test]
fn what_is_left_behind_becomes_background() {
    assert_seen("left behind", 0.97, 0);
}

#[test]
fn slow_walker_does_not_fade() {
    assert_seen("slow walker", 0.97, 0);
}

#[test]
fn flag_under_a_mask_is_not_seen() {
    assert_seen("mask", 0.98, 0);
}

#[test]
fn switch_to_infrared_is_learnt_within_seconds() {
    let states = assert_seen("infrared", 0.8, 0);

    assert!((10..=30).contains(&count(&states, State::LightChange)));
}
