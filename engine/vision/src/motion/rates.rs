//! How fast the background and its variance follow what is seen.
//!
//! Not here: what becomes background because it stays ([`super::absorb`]).

use super::light::Light;

/// The background follows what is seen ...
const USUAL_S: f32 = 8.0;
/// ... its variance more slowly, so that gusts are remembered ...
const VARIANCE_S: f32 = 20.0;
/// ... and where something moves, more slowly by this factor: what moves all the time, a flag, is
/// learnt in the end.
const MOVING_SLOWER: f32 = 6.0;
/// The background's light follows the picture's. It matters little how fast, because light is
/// taken out before.
const LIGHT_S: f32 = 5.0;
/// Square grey levels: at first pixels are taken to vary by three ...
pub(super) const FIRST_VARIANCE: f32 = 9.0;
/// ... for as long as so many pictures have not said otherwise.
const FIRST_VARIANCE_PICTURES: f32 = 2.0;
/// Square grey levels. A rare large difference must not blind the pixel for long.
const SURPRISE_MAX: f32 = 400.0;
/// Square grey levels, in rain: two drops one after the other must not blind it either.
const WET_SURPRISE_MAX: f32 = 100.0;
/// The median of three values varies less than one of them; this much makes it the same again.
const MEDIAN_VARIANCE: f32 = 1.0 / 0.449;

/// How much of a picture is learnt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// Of the background, for its light.
    factor: f32,
    summand: f32,
    /// Parts of what is seen, from 0 to 1.
    usual: f32,
    variance: f32,
    /// What squares are multiplied by, and what they are cut to.
    square: f32,
    square_max: f32,
}

impl Rates {
    /// For a picture `step_s` after the last, the `learnt`th since learning began. In rain it is
    /// medians that are learnt.
    pub(super) fn new(light: Light, step_s: f32, learnt: f32, is_rain: bool) -> Self {
        let (square, square_max) =
            if is_rain { (MEDIAN_VARIANCE, WET_SURPRISE_MAX) } else { (1.0, SURPRISE_MAX) };
        let with_light = share(step_s, LIGHT_S);
        Self {
            factor: 1.0 + with_light * (light.gain - 1.0),
            summand: with_light * light.offset,
            usual: share(step_s, USUAL_S).max(1.0 / learnt),
            variance: share(step_s, VARIANCE_S).max(1.0 / (learnt + FIRST_VARIANCE_PICTURES)),
            square,
            square_max,
        }
    }

    /// Learns pixels of which none is reported; `rest` is what they differ by.
    pub(super) fn learn_all(&self, usual: &mut [f32], variance: &mut [f32], rest: &[f32]) {
        for ((usual, variance), &rest) in usual.iter_mut().zip(variance).zip(rest) {
            let square = (self.square * rest * rest).min(self.square_max);
            *usual = *usual * self.factor + self.summand + self.usual * rest;
            *variance += self.variance * (square - *variance);
        }
    }

    /// The same, with pixels that are reported where `moving` is 1.
    pub(super) fn learn_around(
        &self,
        usual: &mut [f32],
        variance: &mut [f32],
        rest: &[f32],
        moving: &[u8],
    ) {
        let slow = Self { usual: 0.0, variance: self.variance / MOVING_SLOWER, ..*self };
        for (((usual, variance), rest), &moving) in
            usual.iter_mut().zip(variance).zip(rest).zip(moving)
        {
            let rates = if moving == 0 { self } else { &slow };
            rates.learn_all(
                std::slice::from_mut(usual),
                std::slice::from_mut(variance),
                std::slice::from_ref(rest),
            );
        }
    }
}

/// How much of the way a value goes in `step_s` that goes most of it in `constant_s`.
pub(super) fn share(step_s: f32, constant_s: f32) -> f32 {
    1.0 - (-step_s / constant_s).exp()
}
