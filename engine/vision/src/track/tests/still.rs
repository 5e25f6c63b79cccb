//! What does not move: parked, missed, hidden, remembered, forgotten.

use super::*;

const CAR: [f32; 4] = [0.6, 0.5, 0.2, 0.1];

#[test]
fn parked_car_is_still_after_ten_seconds_though_its_box_jitters() {
    let mut random = StdRng::seed_from_u64(22);
    let mut tracker = tracker();
    let mut car = |_: f32| vec![at("car", 0.7, jittered(&mut random, CAR, 0.08))];

    show(&mut tracker, 0..9_900, 200, &mut car);
    assert_eq!((only(&tracker).still, tracker.still().len()), (None, 0));
    show(&mut tracker, 10_000..120_000, 200, &mut car);

    let track = only(&tracker);
    assert_eq!(track.still.map(|still| still.wall), Some(look(0).wall));
    assert!(track.moved < 0.2, "{}", track.moved);
    let still = tracker.still();
    assert_eq!((still.len(), &*still[0].label), (1, "car"));
    assert_eq!((still[0].since, still[0].seen), (look(0).wall, look(119_800).wall));
}

#[test]
fn small_things_whose_boxes_jitter_much_are_still_too() {
    let mut random = StdRng::seed_from_u64(23);
    let mut tracker = tracker();
    let place = [0.3, 0.3, 0.03, 0.03];
    show(&mut tracker, 0..15_000, 200, |_| {
        vec![at("cat", 0.7, jittered(&mut random, place, 0.15))]
    });

    assert!(only(&tracker).still.is_some());
}

#[test]
fn slow_walker_is_not_still() {
    let mut tracker = tracker();
    // A tenth of its width in a second.
    show(&mut tracker, 0..40_000, 200, |s| vec![person(0.2 + 0.005 * s)]);

    assert_eq!(only(&tracker).still, None);
}

/// A car that stands since 12 s, in a tracker at 20 s.
fn parked() -> Tracker {
    let mut tracker = tracker();
    show(&mut tracker, 0..20_000, 200, |_| vec![at("car", 0.7, CAR)]);
    assert!(only(&tracker).still.is_some());
    tracker
}

#[test]
fn parked_car_is_the_same_after_misses_and_in_other_light() {
    let mut tracker = parked();

    let flicker = |s: f32| if s < 50.0 { vec![] } else { vec![at("car", 0.7, CAR)] };
    assert_eq!(show(&mut tracker, 20_000..60_000, 200, flicker), [1]);
    assert!(only(&tracker).still.is_some());
    for ms in (60_000..400_000).step_by(200) {
        tracker.update(&Look { is_blind: true, ..look(ms) }, &[]);
    }
    let renamed = |_: f32| vec![at("truck", 0.7, [0.59, 0.5, 0.21, 0.105])];

    show(&mut tracker, 400_000..403_000, 200, renamed);
    assert_eq!(tracker.still().len(), 1);
    let ids = show(&mut tracker, 410_000..420_000, 200, renamed);
    assert!(tracker.tracks().all(|track| !track.appeared), "{ids:?}");
}

#[test]
fn parked_car_is_remembered_from_one_start_to_the_next() {
    let kept = parked().still();
    let mut tracker = Tracker::new(SURE_SCORE, kept.clone());

    let first = tracker.update(&look(0), &[at("car", 0.6, [0.605, 0.5, 0.195, 0.1])]);

    assert_eq!(first.ids, [Some(1)]);
    let still = only(&tracker).still.unwrap();
    assert_eq!(still.wall, kept[0].since);
    assert_eq!(tracker.still().len(), 1);
}

#[test]
fn what_is_really_gone_is_forgotten() {
    for (step_ms, forgotten_ms) in [(200, 60_000), (20_000, 80_000)] {
        let mut tracker = Tracker::new(SURE_SCORE, parked().still());
        let mut empty_ms = 0;
        while !tracker.still().is_empty() && empty_ms < 600_000 {
            tracker.update(&look(empty_ms), &[]);
            empty_ms += step_ms;
        }
        assert_eq!(empty_ms - step_ms, forgotten_ms);
    }
}

#[test]
fn what_cannot_be_seen_is_not_forgotten() {
    let hidden = |_: f32| vec![at("bus", 0.9, [0.5, 0.4, 0.4, 0.3])];
    let elsewhere = Look { region: Rect { right: 0.5, ..Rect::WHOLE }, ..look(0) };
    let kept = parked().still();

    let mut behind = Tracker::new(SURE_SCORE, kept.clone());
    show(&mut behind, 0..300_000, 1_000, hidden);
    let mut aside = Tracker::new(SURE_SCORE, kept);
    for s in 0..300 {
        aside.update(&Look { at: Duration::from_secs(s), ..elsewhere }, &[]);
    }

    assert!(behind.still().iter().any(|still| still.label == "car"));
    assert_eq!(aside.still().len(), 1);
}

#[test]
fn car_that_drives_off_moves_and_is_forgotten_soon() {
    let mut tracker = parked();
    let off = |s: f32| vec![at("car", 0.7, [0.6 - 0.1 * (s - 20.0), 0.5, 0.2, 0.1])];

    assert_eq!(show(&mut tracker, 20_000..23_000, 200, off), [1]);

    let track = only(&tracker);
    assert!(track.still.is_none() && track.moved > 1.0, "{track:?}");
    assert!(tracker.still().is_empty());
    show(&mut tracker, 23_000..40_000, 200, |_| vec![]);
    // Another one that parks there is another one.
    assert_eq!(show(&mut tracker, 40_000..41_000, 200, |_| vec![at("car", 0.7, CAR)]), [2]);
    assert_eq!(only(&tracker).still, None);
}

#[test]
fn car_that_another_passes_in_front_of_is_no_news() {
    let mut tracker = parked();
    // For a second the other one is all that is seen.
    let pass = |s: f32| {
        let passing = at("car", 0.8, [0.1 + 0.25 * (s - 20.0), 0.52, 0.22, 0.12]);
        let hides = Rect { left: CAR[0], top: CAR[1], right: CAR[0] + CAR[2], bottom: 0.6 };
        let place = Place { x: passing.x, y: passing.y, width: 0.22, height: 0.12 };
        let is_hidden = hides.share_in(&Rect::from(place)) > 0.5;
        let parked = (!is_hidden).then(|| at("car", 0.7, CAR));
        parked.into_iter().chain([passing]).collect::<Vec<_>>()
    };
    let motion = everywhere();
    for ms in (20_000..23_500).step_by(200) {
        tracker.update(&Look { motion, ..look(ms) }, &pass(ms as f32 / 1e3));
    }
    show(&mut tracker, 23_500..25_000, 200, |_| vec![at("car", 0.7, CAR)]);

    let there = tracker.tracks().find(|track| track.is_seen).unwrap();
    assert!(there.still.is_some() && !there.appeared, "{there:?}");
}

#[test]
fn who_steps_out_of_hiding_appears_and_who_was_there_does_not() {
    let (moving, still) = (everywhere(), Grid::EMPTY);
    // When the camera is looked at first, where something moves then, whether that is news.
    for (looks_ms, motion, appears) in
        [(0..20_000, moving, true), (0..20_000, still, false), (19_000..20_000, moving, false)]
    {
        let mut tracker = tracker();
        show(&mut tracker, looks_ms, 500, |_| vec![]);
        for ms in (20_000..21_000).step_by(200) {
            tracker.update(&Look { motion, ..look(ms) }, &[person(0.5)]);
        }

        assert_eq!(only(&tracker).appeared, appears);
    }
}

#[test]
fn what_flickers_where_it_stands_becomes_still() {
    let mut tracker = tracker();
    // Seen for a second in every five: each time the track was lost.
    let flicker = |s: f32| if s % 5.0 < 1.0 { vec![at("car", 0.7, CAR)] } else { vec![] };

    show(&mut tracker, 0..16_000, 200, flicker);

    assert_eq!(tracker.still().len(), 1);
}
