//! A part of a picture that the detector looks at alone, and the way of its objects back into the
//! picture.
//!
//! Not here: which part ([`crate::region`]).

use ronin_core::frame::VideoFrame;

use super::Detection;
use crate::geometry::Rect;

/// Part of the region's side. What ends closer to an inner edge than this is cut by it.
const EDGE: f32 = 0.01;

/// A part of a picture, in whole pixels of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Crop {
    picture: (u32, u32),
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Crop {
    /// The pixels of `frame` that `region` touches; at least one. No number counts as the edge of
    /// the picture.
    pub(super) fn new(frame: &VideoFrame, region: Rect) -> Self {
        let (left, width) = span(region.left, region.right, frame.width());
        let (top, height) = span(region.top, region.bottom, frame.height());
        Self { picture: (frame.width(), frame.height()), left, top, width, height }
    }

    /// The part of `frame`, which is of the size that this was made for.
    pub(super) fn frame(&self, frame: &VideoFrame) -> VideoFrame {
        let part = frame.part(self.left, self.top, self.width, self.height);
        part.expect("a crop lies inside the picture that it was made for")
    }

    /// From parts of the crop to parts of the picture; `None` for what is cut.
    pub(super) fn to_picture(self, found: Detection) -> Option<Detection> {
        if (self.width, self.height) == self.picture {
            return Some(found);
        }
        let (right, bottom) = (found.x + found.width, found.y + found.height);
        let is_cut = (self.left > 0 && found.x < EDGE)
            || (self.top > 0 && found.y < EDGE)
            || (self.left + self.width < self.picture.0 && right > 1.0 - EDGE)
            || (self.top + self.height < self.picture.1 && bottom > 1.0 - EDGE);
        let (across, down) = (self.picture.0 as f32, self.picture.1 as f32);
        let (width, height) = (self.width as f32, self.height as f32);
        (!is_cut).then(|| Detection {
            x: (self.left as f32 + found.x * width) / across,
            y: (self.top as f32 + found.y * height) / down,
            width: found.width * width / across,
            height: found.height * height / down,
            ..found
        })
    }
}

/// First pixel and number of pixels between two parts of a side.
fn span(from: f32, to: f32, side: u32) -> (u32, u32) {
    // What is a whole number but for rounding is that number.
    const SLACK: f32 = 1e-3;
    let from = if from.is_nan() { 0.0 } else { from.clamp(0.0, 1.0) };
    let to = if to.is_nan() { 1.0 } else { to.clamp(0.0, 1.0) };
    let first = ((from * side as f32 + SLACK).floor() as u32).min(side - 1);
    let end = ((to * side as f32 - SLACK).ceil() as u32).clamp(first + 1, side);
    (first, end - first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand::{Rng, SeedableRng, rngs::StdRng};
    use ronin_core::WallTime;

    use super::*;

    fn frame(width: u32, height: u32) -> VideoFrame {
        let data = vec![0; (3 * width * height) as usize];
        VideoFrame::new(width, height, 3 * width as usize, data.into(), WallTime::default())
            .unwrap()
    }

    fn detection(x: f32, y: f32, width: f32, height: f32) -> Detection {
        Detection { label: Arc::from("person"), class: 0, score: 0.9, x, y, width, height }
    }

    fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
        Rect { left, top, right, bottom }
    }

    #[test]
    fn whole_picture_changes_nothing() {
        let frame = frame(64, 48);
        let crop = Crop::new(&frame, rect(0.0, 0.0, 1.0, 1.0));

        let found = detection(0.0, 0.0, 1.0, 1.0);

        assert_eq!((crop.frame(&frame).width(), crop.frame(&frame).height()), (64, 48));
        assert_eq!(crop.to_picture(found.clone()), Some(found));
    }

    #[test]
    fn what_the_region_cuts_is_left_out_and_what_the_picture_cuts_is_not() {
        let crop = Crop::new(&frame(100, 100), rect(0.5, 0.0, 1.0, 0.5));

        // Left, top, width, height in the crop.
        for (found, is_kept) in [
            (detection(0.1, 0.1, 0.5, 0.5), true),
            (detection(0.0, 0.1, 0.5, 0.5), false),
            (detection(0.1, 0.0, 0.9, 0.5), true),
            (detection(0.1, 0.5, 0.5, 0.5), false),
        ] {
            assert_eq!(crop.to_picture(found.clone()).is_some(), is_kept, "{found:?}");
        }
        let found = crop.to_picture(detection(0.2, 0.4, 0.4, 0.2)).unwrap();
        let values = [found.x, found.y, found.width, found.height];
        for (value, expected) in values.into_iter().zip([0.6, 0.2, 0.2, 0.1]) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    #[test]
    fn any_region_gives_a_part_of_the_picture_and_objects_inside_it() {
        let mut random = StdRng::seed_from_u64(7);
        for _ in 0..2_000 {
            let frame = frame(random.random_range(1..80), random.random_range(1..80));
            let mut edge = || {
                let odd = [f32::NAN, f32::INFINITY, -1.0, 2.0, 0.0, 1.0];
                if random.random_bool(0.2) {
                    odd[random.random_range(0..odd.len())]
                } else {
                    random.random_range(0.0..1.0)
                }
            };
            let crop = Crop::new(&frame, rect(edge(), edge(), edge(), edge()));

            let part = crop.frame(&frame);
            let found = crop.to_picture(detection(0.25, 0.25, 0.5, 0.5)).unwrap();

            assert_eq!((part.width(), part.height()), (crop.width, crop.height));
            let place = rect(found.x, found.y, found.x + found.width, found.y + found.height);
            let region = rect(
                crop.left as f32 / frame.width() as f32,
                crop.top as f32 / frame.height() as f32,
                (crop.left + crop.width) as f32 / frame.width() as f32,
                (crop.top + crop.height) as f32 / frame.height() as f32,
            );
            assert!((place.intersect(&region).area() / place.area() - 1.0).abs() < 1e-3);
        }
    }
}
