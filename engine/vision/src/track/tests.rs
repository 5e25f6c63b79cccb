//! Tracks of objects that walk, hide, park and drive off, told by numbers.

mod still;

use std::collections::{BTreeSet, HashSet};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;

const WALL: i64 = 1_800_000_000_000_000;

fn at(label: &str, score: f32, place: [f32; 4]) -> Detection {
    let [x, y, width, height] = place;
    Detection { label: Arc::from(label), class: 0, score, x, y, width, height }
}

/// A person in the middle of the height.
fn person(x: f32) -> Detection {
    at("person", 0.8, [x, 0.4, 0.05, 0.2])
}

fn jittered(random: &mut StdRng, place: [f32; 4], part: f32) -> [f32; 4] {
    let [x, y, width, height] = place;
    let mut off = |size: f32| size * random.random_range(-part..=part);
    [x + off(width), y + off(height), width + off(width), height + off(height)]
}

/// All cells.
fn everywhere() -> Grid {
    Grid::from_bytes([0xff; Grid::BYTES])
}

fn look(ms: u64) -> Look {
    Look {
        at: Duration::from_millis(ms),
        wall: WallTime::from_micros(WALL + 1_000 * ms as i64),
        region: Rect::WHOLE,
        motion: Grid::EMPTY,
        is_blind: false,
    }
}

/// Shows `found` in pictures from one time to another and returns the ids of the first of what was
/// found, each once, in order.
fn show(
    tracker: &mut Tracker,
    ms: std::ops::Range<u64>,
    step_ms: u64,
    mut found: impl FnMut(f32) -> Vec<Detection>,
) -> Vec<u64> {
    let mut ids = Vec::new();
    for ms in ms.step_by(step_ms as usize) {
        let updated = tracker.update(&look(ms), &found(ms as f32 / 1e3));
        if let Some(Some(id)) = updated.ids.first()
            && ids.last() != Some(id)
        {
            ids.push(*id);
        }
    }
    ids
}

fn tracker() -> Tracker {
    Tracker::new(SURE_SCORE, Vec::new())
}

fn only(tracker: &Tracker) -> &Track {
    let mut tracks = tracker.tracks();
    let track = tracks.next().unwrap();
    assert!(tracks.next().is_none(), "there is one track only");
    track
}

#[test]
fn walker_is_one_track_at_any_rate() {
    // A walker of 0.05 goes 0.12 in a second: at one picture a second boxes do not even touch.
    for step_ms in [100, 200, 333, 500, 1_000] {
        let mut tracker = tracker();
        let walk = |s: f32| vec![person(0.1 + 0.12 * s)];

        assert_eq!(show(&mut tracker, 0..6_001, step_ms, walk), [1], "every {step_ms} ms");

        let track = only(&tracker);
        assert_eq!((track.hits, track.looked), (6_000 / step_ms as u32 + 1, track.hits));
        assert!(track.moved > 8.0 && track.still.is_none(), "{track:?}");
        assert_eq!(track.first, look(0).wall);
        assert!((track.mean_score - 0.8).abs() < 1e-5);
    }
}

/// Two walkers who meet, one before the other; who is hidden by more than half is not found.
/// Returns how often the one in front and the one behind change their number.
fn changes_of_crossing(seed: u64, step_ms: u64, down: f32) -> (usize, usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut tracker = tracker();
    let start = random.random_range(0..step_ms);
    let (mut front_ids, mut back_ids) = (BTreeSet::new(), BTreeSet::new());
    for ms in (start..8_000).step_by(step_ms as usize) {
        let s = ms as f32 / 1e3;
        let front = jittered(&mut random, [0.1 + 0.09 * s, 0.4, 0.05, 0.2], 0.05);
        let back = jittered(&mut random, [0.82 - 0.08 * s, 0.4 - down, 0.045, 0.18], 0.05);
        let mut found = vec![at("person", 0.8, front)];
        let rect = |[x, y, width, height]: [f32; 4]| Rect::from(Place { x, y, width, height });
        if rect(back).share_in(&rect(front)) < 0.5 {
            found.push(at("person", 0.7, back));
        }
        let ids = tracker.update(&look(ms), &found).ids;
        front_ids.extend(ids[0]);
        back_ids.extend(ids.get(1).copied().flatten());
    }
    (front_ids.len() - 1, back_ids.len() - 1)
}

#[test]
fn walkers_who_cross_keep_their_numbers() {
    for (step_ms, most) in [(100, 0), (200, 2), (333, 1), (500, 1)] {
        let mut changes = 0;
        for seed in 0..100 {
            let (front, back) = changes_of_crossing(seed, step_ms, 0.02);
            changes += front + back;
        }
        println!("{changes} changes in 100 crossings, a picture each {step_ms} ms");
        assert!(changes <= most, "{changes} with a picture each {step_ms} ms");
    }
}

#[test]
fn who_was_out_of_sight_for_seconds_is_found_again_and_later_is_another() {
    for (away_ms, ids) in [(1_000, vec![1]), (2_600, vec![1]), (4_000, vec![1, 2])] {
        let mut tracker = tracker();
        let seen =
            |s: f32| (s < 2.0 || s >= 2.0 + away_ms as f32 / 1e3).then(|| person(0.1 + 0.02 * s));
        let walk = |s: f32| seen(s).into_iter().collect();

        assert_eq!(show(&mut tracker, 0..8_000, 200, walk), ids, "{away_ms} ms");
    }
}

#[test]
fn less_sure_sightings_keep_a_track_alive_and_begin_none() {
    let mut tracker = tracker();
    let unsure = |s: f32| Detection { score: 0.25, ..person(0.1 + 0.05 * s) };

    assert!(show(&mut tracker, 0..3_000, 200, |s| vec![unsure(s)]).is_empty());
    let walk = |s: f32| vec![if s < 4.0 { person(0.1 + 0.05 * s) } else { unsure(s) }];
    assert_eq!(show(&mut tracker, 3_000..9_000, 200, walk), [1]);
}

#[test]
fn second_box_of_one_object_is_no_second_object() {
    let mut tracker = tracker();
    let twice = |s: f32| {
        let x = 0.1 + 0.05 * s;
        let mut found = vec![person(x)];
        if s > 1.0 {
            found.push(at("person", 0.5, [x + 0.005, 0.4, 0.05, 0.18]));
        }
        found
    };

    show(&mut tracker, 0..3_000, 200, twice);

    assert_eq!(only(&tracker).id, 1);
}

#[test]
fn unsure_part_of_a_body_is_no_second_object() {
    let mut tracker = tracker();
    let with_part = |s: f32| {
        let x = 0.1 + 0.05 * s;
        let part_score = if s < 1.0 { 0.5 } else { 0.3 };
        vec![person(x), at("person", part_score, [x + 0.01, 0.41, 0.03, 0.08])]
    };

    show(&mut tracker, 0..6_000, 200, with_part);

    assert_eq!(only(&tracker).id, 1, "the part was sure for a second, and is forgotten");
}

#[test]
fn classes_do_not_mix() {
    let mut tracker = tracker();
    let found = |_: f32| vec![person(0.5), Detection { label: "dog".into(), ..person(0.5) }];

    show(&mut tracker, 0..1_000, 200, found);

    let labels: Vec<_> = tracker.tracks().map(|track| &*track.label).collect();
    assert_eq!(labels, ["person", "dog"]);
}

#[test]
fn place_that_is_not_looked_at_says_nothing() {
    let mut tracker = tracker();
    show(&mut tracker, 0..1_000, 200, |_| vec![person(0.2)]);
    let elsewhere = Rect { left: 0.5, ..Rect::WHOLE };

    for ms in (1_000..6_000).step_by(200) {
        tracker.update(&Look { region: elsewhere, ..look(ms) }, &[]);
    }
    assert_eq!((only(&tracker).unseen, only(&tracker).looked), (Duration::ZERO, 5));

    for ms in (6_000..9_200).step_by(200) {
        tracker.update(&look(ms), &[]);
    }
    assert_eq!(tracker.tracks().count(), 0);
}

#[test]
fn whoever_nobody_looked_for_is_unknown_after_a_while() {
    let mut tracker = tracker();
    show(&mut tracker, 0..1_000, 200, |_| vec![person(0.2)]);

    assert!(tracker.expire(Duration::from_secs(10)).is_empty());
    let ended = tracker.expire(Duration::from_secs(11));

    assert_eq!(ended.iter().map(|track| track.id).collect::<Vec<_>>(), [1]);
}

#[test]
fn media_time_may_jump_back_and_forth() {
    let mut tracker = tracker();
    let mut id_at = |ms: u64| tracker.update(&look(ms), &[person(0.3)]).ids[0];

    assert_eq!([5_000, 5_200, 100, 300].map(&mut id_at), [Some(1); 4]);
    assert_eq!(id_at(3_600_000), Some(2), "an hour later it is somebody else");
}

#[test]
fn whatever_comes_numbers_are_sound_and_ids_are_used_once() {
    let mut random = StdRng::seed_from_u64(21);
    for _ in 0..20 {
        let mut tracker = tracker();
        let (mut ended, mut last_id, mut ms) = (HashSet::new(), 0, 0);
        for _ in 0..60 {
            ms = match random.random_range(0..20) {
                0 => random.random_range(0..100_000),
                _ => ms + random.random_range(0..1_000),
            };
            let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -3.0, 0.0, 1e-30, 7.0, f32::MAX];
            let count = random.random_range(0..40);
            let mut value = || match random.random_range(0..12) {
                0 => odd[random.random_range(0..odd.len())],
                _ => random.random_range(0.0..1.0),
            };
            let found: Vec<_> = (0..count)
                .map(|_| at("person", value(), [value(), value(), value(), value()]))
                .collect();

            let updated = tracker.update(&look(ms), &found);

            let ids: Vec<u64> = updated.ids.iter().copied().flatten().collect();
            let distinct: HashSet<u64> = ids.iter().copied().collect();
            assert_eq!(distinct.len(), ids.len(), "an object is in one place");
            let live: HashSet<u64> = tracker.tracks().map(|track| track.id).collect();
            assert_eq!(live.len(), tracker.tracks().count());
            for track in tracker.tracks() {
                let place = track.place;
                assert!(Rect::WHOLE.contains(&Rect { right: place.x, ..Rect::from(place) }));
                let numbers = [track.moved, track.mean_score, track.steady.x, track.steady.width];
                assert!(numbers.iter().all(|number| number.is_finite()), "{track:?}");
                assert!(track.hits <= track.looked && track.first <= track.last);
                assert!(!ended.contains(&track.id), "a number is not used again");
                last_id = track.id.max(last_id);
            }
            // What stands still keeps its number while it is out of sight.
            ended.extend(updated.ended.iter().filter(|t| t.still.is_none()).map(|t| t.id));
        }
        assert!(last_id > 20);
    }
}

#[test]
fn full_picture_is_followed() {
    let mut tracker = tracker();
    let crowd = |s: f32| {
        (0..300_u16)
            .map(|n| {
                let (column, row) = (f32::from(n % 20), f32::from(n / 20));
                at("person", 0.8, [0.05 * column + 0.004 * s, 0.065 * row, 0.025, 0.06])
            })
            .collect()
    };

    show(&mut tracker, 0..3_000, 200, crowd);

    assert_eq!(tracker.tracks().count(), 300);
    assert!(tracker.tracks().all(|track| track.hits == 15), "each is one and the same");
}

#[test]
fn same_pictures_give_the_same_tracks() {
    let run = || {
        let mut random = StdRng::seed_from_u64(24);
        let mut tracker = tracker();
        show(&mut tracker, 0..20_000, 200, |s| {
            let walkers = (0..8).map(|n| 0.1 * n as f32 + 0.01 * s);
            let jitter = |x: f32| jittered(&mut random, [x, 0.4, 0.05, 0.2], 0.1);
            walkers.map(jitter).map(|place| at("person", 0.6, place)).collect()
        });
        format!("{:?}", tracker.tracks().collect::<Vec<_>>())
    };

    assert_eq!(run(), run());
}
