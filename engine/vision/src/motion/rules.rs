//! What a difference must be to count: [`Settings`] in the units of the small picture.

use super::{LEAST_SHARE, Sensitivity, Settings};

/// Part of the picture that rain and noise never cover with one region.
const LARGE_SHARE: f32 = 0.01;

/// Settings, as numbers of pixels and grey levels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Grey levels, squared: less than this is no difference.
    floor: f32,
    /// Standard deviations, squared.
    deviations: f32,
    /// A region of fewer is no motion.
    pub(super) least_pixels: usize,
    /// A region of so many needs no second picture.
    pub(super) large_pixels: usize,
    open_pixels: usize,
}

impl Rules {
    /// For a picture of which the pixels that are 1 in `open` are looked at.
    pub(super) fn new(settings: &Settings, open: &[u8]) -> Self {
        let (floor, deviations): (f32, f32) = match settings.sensitivity {
            Sensitivity::Low => (12.0, 5.0),
            Sensitivity::Normal => (6.0, 3.5),
            Sensitivity::High => (4.0, 2.8),
        };
        let open_pixels = open.iter().filter(|&&open| open != 0).count();
        let share = settings.least_share;
        let share = if share.is_nan() { LEAST_SHARE } else { share.clamp(0.0, 1.0) };
        let pixels = |share: f32| (share * open_pixels as f32).ceil() as usize;
        Self {
            floor: floor * floor,
            deviations: deviations * deviations,
            least_pixels: pixels(share),
            large_pixels: pixels(LARGE_SHARE),
            open_pixels,
        }
    }

    /// The square of what a pixel of this variance may differ by.
    pub(super) fn limit(&self, variance: f32) -> f32 {
        (self.deviations * variance).max(self.floor)
    }

    /// So many pixels as a part of what is looked at.
    pub(super) fn share(&self, pixels: usize) -> f32 {
        if self.open_pixels == 0 { 0.0 } else { pixels as f32 / self.open_pixels as f32 }
    }
}
