//! Makes background of what was put down, and of what lay under what was taken away.
//!
//! A pixel that moves and then keeps one value for long is background from then on. What it was
//! before is remembered: when that comes back, because the car drives off again, it is background
//! at once.

use std::time::Duration;

/// Somebody who stands and waits is seen for this long.
const LONG_S: f32 = 45.0;
/// Shortly after learning, what stood there while learning leaves its shape behind.
const YOUNG_S: f32 = 8.0;
/// How long it is "shortly after".
const YOUNG: Duration = Duration::from_secs(60);
/// For what was background before.
const RETURN_S: f32 = 0.5;
/// A value may be gone for this many pictures without beginning anew.
const MISSED_PICTURES: u32 = 3;
/// How fast a value follows what is seen.
const FOLLOW: f32 = 0.1;

/// One value for each pixel of each kind.
#[derive(Debug)]
pub(super) struct Absorber {
    /// What the pixel has been since it began to move, or to be something else.
    value: Vec<f32>,
    /// For how long.
    stable_s: Vec<f32>,
    /// The picture in which it moved last.
    moved_in: Vec<u32>,
    /// What the background was before; no number where it was never another.
    former: Vec<f32>,
    picture: u32,
    step_s: f32,
    long_s: f32,
}

impl Absorber {
    pub(super) fn new(pixels: usize) -> Self {
        Self {
            value: vec![0.0; pixels],
            stable_s: vec![0.0; pixels],
            moved_in: vec![0; pixels],
            former: vec![f32::NAN; pixels],
            picture: MISSED_PICTURES,
            step_s: 0.0,
            long_s: LONG_S,
        }
    }

    /// Begins a picture, `step_s` after the last, with a background that was learnt so long ago.
    pub(super) fn begin(&mut self, step_s: f32, age: Duration) {
        self.picture = self.picture.wrapping_add(1);
        self.step_s = step_s;
        self.long_s = if age < YOUNG { YOUNG_S } else { LONG_S };
    }

    /// A pixel that moves, and is `value` where the background is `usual`. Returns the background
    /// from now on. Values closer than `tolerance` are the same.
    pub(super) fn moving(&mut self, pixel: usize, value: f32, usual: f32, tolerance: f32) -> f32 {
        let is_new = self.picture.wrapping_sub(self.moved_in[pixel]) > MISSED_PICTURES;
        self.moved_in[pixel] = self.picture;
        if is_new || (value - self.value[pixel]).abs() > tolerance {
            self.value[pixel] = value;
            self.stable_s[pixel] = 0.0;
            return usual;
        }
        self.value[pixel] += FOLLOW * (value - self.value[pixel]);
        self.stable_s[pixel] += self.step_s;
        // Never true where there was none.
        let is_return = (self.value[pixel] - self.former[pixel]).abs() <= tolerance;
        if self.stable_s[pixel] < if is_return { RETURN_S } else { self.long_s } {
            return usual;
        }
        self.stable_s[pixel] = 0.0;
        self.former[pixel] = usual;
        self.value[pixel]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures, ten a second, until a pixel of `value` is background.
    fn pictures_until_absorbed(absorber: &mut Absorber, value: f32, usual: f32) -> usize {
        let is_absorbed = |_: &usize| {
            absorber.begin(0.1, YOUNG);
            absorber.moving(0, value, usual, 5.0) == usual
        };
        (1..1000).take_while(is_absorbed).count() + 1
    }

    #[test]
    fn parked_car_is_absorbed_slowly_and_the_street_under_it_fast() {
        let mut absorber = Absorber::new(1);

        let parked = pictures_until_absorbed(&mut absorber, 200.0, 100.0);
        let gone = pictures_until_absorbed(&mut absorber, 100.0, 200.0);

        assert!((450..=453).contains(&parked), "{parked}");
        assert!((6..=8).contains(&gone), "{gone}");
    }

    #[test]
    fn what_keeps_changing_is_never_absorbed() {
        let mut absorber = Absorber::new(1);
        for n in 0..2000_u16 {
            absorber.begin(0.1, YOUNG);
            let value = if n % 20 < 10 { 150.0 } else { 200.0 };
            assert_eq!(absorber.moving(0, value, 100.0, 5.0), 100.0);
        }
    }
}
