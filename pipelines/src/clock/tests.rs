//! The clock of a run under a clock that tests set.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use super::*;

const START: i64 = 1_700_000_000_000_000;

/// Wall-clock time in µs, moved by hand.
#[derive(Default)]
struct Hand(AtomicI64);

impl WallSource for Hand {
    fn now(&self) -> WallTime {
        WallTime::from_micros(self.0.load(SeqCst))
    }
}

struct World {
    hand: Arc<Hand>,
    clock: RunClock,
}

impl World {
    fn new(latest: Option<Span>) -> Self {
        let hand = Arc::new(Hand::default());
        Self { clock: RunClock::new(hand.clone(), latest), hand }
    }

    /// A picture comes 200 ms after its running time, when our clock is off by `off` µs from its
    /// start; the camera's clock is `ahead` µs ahead of what ours was at the start.
    fn picture(&self, running_ms: u64, off: i64, ahead: Option<i64>) {
        let true_us = START + i64::try_from(running_ms).unwrap() * 1000;
        self.hand.0.store(true_us + 200_000 + off, SeqCst);
        let taken = ahead.map(|ahead| WallTime::from_micros(true_us + ahead));
        self.clock.picture(ms(running_ms + 200), ms(running_ms), taken);
    }

    /// How far the mapping is from the true time, in µs.
    fn error(&self, running_ms: u64) -> i64 {
        let at = self.clock.wall(ms(running_ms)).unwrap().as_micros();
        at - START - i64::try_from(running_ms).unwrap() * 1000
    }
}

fn ms(ms: u64) -> gst::ClockTime {
    gst::ClockTime::from_mseconds(ms)
}

#[test]
fn the_first_picture_is_the_anchor_by_its_arrival() {
    let world = World::new(None);
    assert_eq!(world.clock.wall(ms(0)), None);
    world.picture(3000, 0, None);
    assert_eq!(world.error(3000), 0);
    world.picture(3040, 1_000_000, None);
    assert_eq!(world.error(3040), 0, "nothing moves at once");
}

#[test]
fn times_follow_a_camera_that_can_be_believed_and_else_our_clock() {
    // Our clock is off by so much in the end, the camera is ahead by so much, and what is followed.
    let cases = [
        ("no reports", 50_000, None, 50_000),
        ("a camera with the time", 0, Some(-150_000), -150_000),
        ("one that is an hour off", 0, Some(3_600_000_000), 0),
        ("one that is 3 s off", 20_000, Some(3_000_000), 20_000),
    ];
    for (what, off, ahead, followed) in cases {
        let world = World::new(None);
        world.picture(0, 0, ahead);
        for picture in 1..4000_u64 {
            world.picture(picture * 500, off, ahead);
        }
        let error = world.error(2_000_000);
        assert!((error - followed).abs() <= 2000, "{what}: {error} instead of {followed}");
    }
}

#[test]
fn a_thread_that_is_held_up_moves_nothing() {
    let world = World::new(None);
    for picture in 0..600_u64 {
        // One reading in three is late.
        let late = if picture % 3 == 0 { 400_000 } else { 0 };
        world.picture(picture * 1000, if picture == 0 { 0 } else { late }, None);
    }
    assert!(world.error(600_000).abs() < 1000, "{} µs", world.error(600_000));
}

#[test]
fn a_run_is_anchored_behind_footage_that_our_clock_has_fallen_back_into() {
    let at = |seconds: i64| WallTime::from_micros(START + seconds * 1_000_000);
    let cases = [
        ("in the middle", at(-100), at(300), at(300)),
        ("at its end", at(-100), at(0), at(0)),
        ("wholly ahead", at(1), at(300), at(0)),
        ("wholly before", at(-100), at(-1), at(0)),
    ];
    for (what, start, end, anchor) in cases {
        let world = World::new(Some(Span::new(start, end)));
        world.picture(0, 0, None);
        assert_eq!(world.clock.wall(ms(0)), Some(anchor), "{what}");
        assert_eq!(world.clock.ahead(ms(200)).is_some(), what == "in the middle", "{what}");
    }
    let world = World::new(Some(Span::new(at(10), at(300))));
    world.picture(0, 0, None);
    let meets = [0, 9, 10, 299, 300].map(|second| world.clock.meets_footage(at(second)));
    assert_eq!(meets, [false, false, true, true, false]);
    assert_eq!(world.clock.cap(at(0), at(11)), at(10));
    assert_eq!(world.clock.cap(at(300), at(311)), at(311));
}
