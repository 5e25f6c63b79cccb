use std::time::Duration;

use super::*;
use crate::polygon::Point;

fn flat(width: usize, height: usize, value: u8) -> Vec<u8> {
    vec![value; width * height]
}

/// A grey picture with a white square of a quarter of each side, from the left upper corner.
fn square(width: usize, height: usize) -> Vec<u8> {
    let mut data = flat(width, height, 100);
    for row in data.chunks_exact_mut(width).take(height / 4) {
        row[..width / 4].fill(200);
    }
    data
}

fn look(motion: &mut Motion, data: &[u8], size: (usize, usize), at_ms: u64) -> Seen {
    let picture = Luma::new(data, size.0, size.0, size.1).unwrap();
    motion.look(&picture, Duration::from_millis(at_ms))
}

/// Shows a grey picture for five seconds, ten times a second.
fn taught(settings: Settings, size: (usize, usize)) -> Motion {
    let mut motion = Motion::new(settings);
    for n in 0..50 {
        let seen = look(&mut motion, &flat(size.0, size.1, 100), size, n * 100);
        let expected = if n <= 30 { State::Learning } else { State::Still };
        assert_eq!(seen, Seen::nothing(expected), "picture {n} of {size:?}");
    }
    motion
}

#[test]
fn bytes_that_are_no_picture_are_refused() {
    let data = [0; 100];
    let table = [
        (Luma::new(&data, 10, 0, 10), "1 to 16384"),
        (Luma::new(&data, 10, 10, 0), "1 to 16384"),
        (Luma::new(&data, 20_000, 20_000, 1), "1 to 16384"),
        (Luma::new(&data, 9, 10, 10), "true stride"),
        (Luma::new(&data, 10, 10, 11), "needs 110"),
        (Luma::new(&data, usize::MAX, 10, 11), "all of its rows"),
    ];

    for (result, words) in table {
        let error = result.expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(Luma::new(&data[..95], 10, 5, 10).is_ok());
}

#[test]
fn square_is_found_in_pictures_of_any_size() {
    for size in [(320, 240), (161, 333), (1920, 1080), (768, 576), (37, 23), (16, 2000), (400, 9)] {
        let mut motion = taught(Settings::default(), size);

        let seen = look(&mut motion, &square(size.0, size.1), size, 5000);

        assert_eq!(seen.state, State::Moving, "{size:?}");
        assert!((seen.share - 1.0 / 16.0).abs() < 0.03, "{size:?} {}", seen.share);
        let [area] = seen.boxes[..] else { panic!("{size:?} {:?}", seen.boxes) };
        assert!(area.x == 0.0 && area.y == 0.0, "{size:?} {area:?}");
        assert!((area.width - 0.25).abs() < 0.1, "{size:?} {area:?}");
        assert!((area.height - 0.25).abs() < 0.1 || size.1 < 20, "{size:?} {area:?}");
        assert!(seen.grid.is_set(1, 1) && !seen.grid.is_set(8, 1) && !seen.grid.is_set(1, 9));
    }
}

#[test]
fn pictures_too_small_for_motion_are_still() {
    for size in [(1, 1), (2, 1), (1, 100), (3, 3)] {
        let mut motion = taught(Settings::default(), size);

        let seen = look(&mut motion, &square(size.0, size.1), size, 5000);

        assert_ne!(seen.state, State::Learning);
    }
}

#[test]
fn stride_is_not_part_of_the_picture() {
    let wide = |fill: u8| {
        let mut data = flat(400, 240, fill);
        for row in data.chunks_exact_mut(400) {
            row[..320].fill(100);
        }
        data
    };
    let mut motion = Motion::new(Settings::default());
    for n in 0..60_u8 {
        let data = wide(n * 4);
        let picture = Luma::new(&data, 400, 320, 240).unwrap();
        let seen = motion.look(&picture, Duration::from_millis(u64::from(n) * 100));
        assert!(matches!(seen.state, State::Learning | State::Still));
    }
}

#[test]
fn another_size_or_a_clock_that_goes_back_begins_anew() {
    let mut motion = taught(Settings::default(), (320, 240));

    assert_eq!(look(&mut motion, &flat(320, 240, 100), (320, 240), 5000).state, State::Still);
    assert_eq!(look(&mut motion, &flat(320, 240, 100), (320, 240), 4999).state, State::Learning);

    let mut motion = taught(Settings::default(), (320, 240));
    assert_eq!(look(&mut motion, &flat(240, 320, 100), (240, 320), 5000).state, State::Learning);
}

#[test]
fn two_pictures_of_the_same_time_do_no_harm() {
    let mut motion = taught(Settings::default(), (320, 240));
    for _ in 0..100 {
        let seen = look(&mut motion, &flat(320, 240, 100), (320, 240), 5000);
        assert_eq!(seen.state, State::Still);
    }
}

#[test]
fn whole_picture_masked_is_still() {
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point { x, y });
    let masks = vec![Polygon::new(&corners).unwrap()];
    let mut motion = taught(Settings { masks, ..Settings::default() }, (320, 240));

    assert_eq!(look(&mut motion, &square(320, 240), (320, 240), 5000), Seen::nothing(State::Still));
}

#[test]
fn least_share_decides_what_is_too_small() {
    let state = |least_share: f32| {
        let mut motion = taught(Settings { least_share, ..Settings::default() }, (320, 240));
        look(&mut motion, &square(320, 240), (320, 240), 5000).state
    };

    assert_eq!(state(0.05), State::Moving);
    assert_eq!(state(0.07), State::Still);
    assert_eq!(state(f32::NAN), State::Moving);
    assert_eq!(state(-1.0), State::Moving);
    assert_eq!(state(f32::INFINITY), State::Still);
}

#[test]
fn sensitivity_decides_what_is_too_faint() {
    let state = |sensitivity: Sensitivity, grey_levels: u8| {
        let mut motion = taught(Settings { sensitivity, ..Settings::default() }, (320, 240));
        let faint: Vec<u8> =
            square(320, 240).iter().map(|&v| if v > 100 { 100 + grey_levels } else { v }).collect();
        look(&mut motion, &faint, (320, 240), 5000).state
    };

    for (sensitivity, least) in
        [(Sensitivity::High, 4), (Sensitivity::Normal, 6), (Sensitivity::Low, 12)]
    {
        assert_eq!(state(sensitivity, least - 1), State::Still, "{sensitivity:?}");
        assert_eq!(state(sensitivity, least + 2), State::Moving, "{sensitivity:?}");
    }
}

#[test]
fn one_picture_a_second_and_uneven_ones_are_enough() {
    for steps_ms in [&[1000_u64][..], &[67, 400, 1500, 67, 67]] {
        let mut motion = Motion::new(Settings::default());
        let (mut at_ms, mut states) = (0, Vec::new());
        for step_ms in steps_ms.iter().cycle().take(60) {
            states.push(look(&mut motion, &flat(320, 240, 100), (320, 240), at_ms).state);
            at_ms += step_ms;
        }
        assert!(states[..4].iter().all(|&state| state == State::Learning), "{states:?}");
        assert!(states[12..].iter().all(|&state| state == State::Still), "{states:?}");
        assert_eq!(look(&mut motion, &square(320, 240), (320, 240), at_ms).state, State::Moving);
    }
}

#[test]
fn what_was_white_for_a_while_comes_back_without_motion() {
    let mut motion = Motion::new(Settings::default());
    let usual = square(320, 240);
    let bright: Vec<u8> = usual.iter().map(|&value| value.saturating_add(value / 2)).collect();
    for n in 0..300 {
        let data = if (60..150).contains(&n) { &bright } else { &usual };
        let seen = look(&mut motion, data, (320, 240), n * 100);
        assert_ne!(seen.state, State::Moving, "picture {n}");
    }
}
