//! Where an object is without the jitter of its boxes, and where it will be: an alpha-beta filter
//! of its middle with constant velocity, and a mean of its size.
//!
//! Lengths are parts of the picture. Not here: which box is the object's.

use std::time::Duration;

use ronin_core::event::Place;

/// How much of the way to where it is seen the place goes, ...
const PLACE_GAIN: f32 = 0.85;
/// ... its size, ...
const SIZE_GAIN: f32 = 0.5;
/// ... and, by how often it was seen before, its velocity: at first nothing is known of that.
const VELOCITY_GAINS: [f32; 3] = [1.0, 0.6, 0.35];
/// Nobody goes on in the same way for longer while out of sight.
const AHEAD_MAX_S: f32 = 1.0;
/// Between pictures that are closer there is no velocity to be seen.
const STEP_MIN_S: f32 = 0.005;
/// Of its own size in a second: a car that drives by closely. More is a mistake.
const SPEED_MAX: f32 = 8.0;

/// What is known of one object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    /// Its middle.
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    /// In a second.
    velocity: (f32, f32),
    seen: usize,
}

impl Filter {
    /// Seen for the first time.
    pub(super) fn new(place: Place) -> Self {
        let (x, y) = middle(&place);
        Self { x, y, width: place.width, height: place.height, velocity: (0.0, 0.0), seen: 1 }
    }

    /// Where it was when it was seen last.
    pub(super) fn place(&self) -> Place {
        self.after(0.0)
    }

    /// Where it will be so long after it was seen last.
    pub(super) fn predict(&self, ahead: Duration) -> Place {
        self.after(ahead.as_secs_f32().min(AHEAD_MAX_S))
    }

    /// It is seen again, so long after it was seen last.
    pub(super) fn correct(&mut self, place: Place, step: Duration) {
        let step_s = step.as_secs_f32();
        let expected = self.after(step_s.min(AHEAD_MAX_S));
        let ((x, y), (seen_x, seen_y)) = (middle(&expected), middle(&place));
        let (off_x, off_y) = (seen_x - x, seen_y - y);
        if step_s >= STEP_MIN_S {
            let gain = VELOCITY_GAINS[(self.seen - 1).min(VELOCITY_GAINS.len() - 1)] / step_s;
            let faster = |now: f32, off: f32, size: f32| {
                (now + gain * off).clamp(-SPEED_MAX * size, SPEED_MAX * size)
            };
            self.velocity = (
                faster(self.velocity.0, off_x, self.width),
                faster(self.velocity.1, off_y, self.height),
            );
        }
        self.x = x + PLACE_GAIN * off_x;
        self.y = y + PLACE_GAIN * off_y;
        self.width += SIZE_GAIN * (place.width - self.width);
        self.height += SIZE_GAIN * (place.height - self.height);
        self.seen += 1;
    }

    fn after(&self, ahead_s: f32) -> Place {
        let x = (self.x + ahead_s * self.velocity.0).clamp(0.0, 1.0);
        let y = (self.y + ahead_s * self.velocity.1).clamp(0.0, 1.0);
        Place {
            x: x - self.width / 2.0,
            y: y - self.height / 2.0,
            width: self.width,
            height: self.height,
        }
    }
}

fn middle(place: &Place) -> (f32, f32) {
    (place.x + place.width / 2.0, place.y + place.height / 2.0)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    const STEP: Duration = Duration::from_millis(200);

    fn at(x: f32) -> Place {
        Place { x, y: 0.4, width: 0.05, height: 0.2 }
    }

    #[test]
    fn walker_is_expected_where_it_will_be() {
        let mut filter = Filter::new(at(0.1));
        for n in 1..10_u8 {
            filter.correct(at(0.1 + 0.02 * f32::from(n)), STEP);
        }

        let expected = filter.predict(3 * STEP);

        assert!((expected.x - 0.34).abs() < 0.005, "{expected:?}");
        assert!((expected.y - 0.4).abs() < 1e-4, "{expected:?}");
        let far = filter.predict(Duration::from_secs(60));
        assert!((far.x - 0.38).abs() < 0.01, "it does not go on for ever: {far:?}");
    }

    #[test]
    fn boxes_that_jitter_are_held_still() {
        let mut random = StdRng::seed_from_u64(13);
        let mut filter = Filter::new(at(0.5));
        let mut off: f32 = 0.0;
        for _ in 0..500 {
            filter.correct(at(0.5 + random.random_range(-0.005..0.005)), STEP);
            off = off.max((filter.predict(STEP).x - 0.5).abs());
        }

        assert!(off < 0.012, "{off}");
    }

    #[test]
    fn whatever_comes_its_numbers_stay_numbers_inside_the_picture() {
        let mut random = StdRng::seed_from_u64(14);
        for _ in 0..200 {
            let mut place = || Place {
                x: random.random_range(0.0..1.0),
                y: random.random_range(0.0..1.0),
                width: random.random_range(1e-6..1.0),
                height: random.random_range(1e-6..1.0),
            };
            let mut filter = Filter::new(place());
            for step in [Duration::ZERO, Duration::from_nanos(1), STEP, Duration::MAX] {
                filter.correct(place(), step);
                let (x, y) = middle(&filter.predict(step));
                assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y), "{filter:?}");
            }
        }
    }
}
