//! Where a picture lies in the network's square input, and the way back.
//!
//! The picture keeps its proportions, is as large as fits, and lies in the middle; the margins are
//! grey. Not here: the pixels ([`super::resample`]).

use crate::geometry::{Rect, Size};

/// The grey that YOLO networks were trained with around pictures.
const MARGIN: f32 = 114.0 / 255.0;

/// The place of a picture inside the input, in whole pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Letterbox {
    /// The picture before scaling.
    pub(super) picture: Size,
    /// The network's input.
    pub(super) input: Size,
    /// The picture after scaling.
    pub(super) scaled: Size,
    /// Margin on the left; that on the right may be one pixel more.
    pub(super) left: u32,
    /// Margin above; that below may be one pixel more.
    pub(super) top: u32,
}

impl Letterbox {
    /// Fits `picture` into `input`.
    pub(super) fn new(picture: Size, input: Size) -> Self {
        let scale = f64::min(
            f64::from(input.width) / f64::from(picture.width),
            f64::from(input.height) / f64::from(picture.height),
        );
        let side = |length: u32, limit: u32| {
            // At least a pixel of a picture that is far longer than wide.
            ((f64::from(length) * scale).round() as u32).clamp(1, limit)
        };
        let scaled = Size {
            width: side(picture.width, input.width),
            height: side(picture.height, input.height),
        };
        let left = (input.width - scaled.width) / 2;
        let top = (input.height - scaled.height) / 2;
        Self { picture, input, scaled, left, top }
    }

    /// From pixels of the input to parts of the picture; what lies in the margins is cut off.
    pub(super) fn to_picture(self, place: Rect) -> Rect {
        let x = |x: f32| ((x - self.left as f32) / self.scaled.width as f32).clamp(0.0, 1.0);
        let y = |y: f32| ((y - self.top as f32) / self.scaled.height as f32).clamp(0.0, 1.0);
        Rect {
            left: x(place.left),
            top: y(place.top),
            right: x(place.right),
            bottom: y(place.bottom),
        }
    }
}

/// Three planes of an input that is margin all over.
pub(super) fn empty_planes(input: Size) -> Vec<f32> {
    vec![MARGIN; 3 * input.width as usize * input.height as usize]
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[test]
    fn picture_lies_where_ultralytics_puts_it() {
        let table = [
            // picture, input, scaled, left, top
            (size(768, 576), size(416, 416), size(416, 312), 0, 52),
            (size(1920, 1080), size(640, 640), size(640, 360), 0, 140),
            (size(1080, 1920), size(640, 640), size(360, 640), 140, 0),
            (size(640, 640), size(640, 640), size(640, 640), 0, 0),
            (size(320, 180), size(640, 640), size(640, 360), 0, 140),
            (size(1920, 1080), size(640, 384), size(640, 360), 0, 12),
            (size(100, 99), size(100, 102), size(100, 99), 0, 1),
            (size(10_000, 2), size(64, 64), size(64, 1), 0, 31),
        ];

        for (picture, input, scaled, left, top) in table {
            let expected = Letterbox { picture, input, scaled, left, top };
            assert_eq!(Letterbox::new(picture, input), expected);
        }
    }

    #[test]
    fn every_picture_fits_and_touches_two_sides() {
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..5_000 {
            let mut side = || random.random_range(1..4_000);
            let (picture, input) = (size(side(), side()), size(side(), side()));

            let at = Letterbox::new(picture, input);

            assert!(at.left + at.scaled.width <= input.width, "{at:?}");
            assert!(at.top + at.scaled.height <= input.height, "{at:?}");
            assert!(at.scaled.width == input.width || at.scaled.height == input.height, "{at:?}");
            assert!(input.width - at.scaled.width - 2 * at.left <= 1, "{at:?}");
            assert!(input.height - at.scaled.height - 2 * at.top <= 1, "{at:?}");
        }
    }

    #[test]
    fn boxes_come_back_to_where_they_were() {
        let mut random = StdRng::seed_from_u64(2);
        for _ in 0..5_000 {
            let mut side = || random.random_range(64..4_000);
            let at = Letterbox::new(size(side(), side()), size(side(), side()));
            let mut edges = [(); 4].map(|()| random.random_range(0.0..1.0_f32));
            edges[..2].sort_by(f32::total_cmp);
            edges[2..].sort_by(f32::total_cmp);
            let [left, right, top, bottom] = edges;
            let in_input = Rect {
                left: left * at.scaled.width as f32 + at.left as f32,
                top: top * at.scaled.height as f32 + at.top as f32,
                right: right * at.scaled.width as f32 + at.left as f32,
                bottom: bottom * at.scaled.height as f32 + at.top as f32,
            };

            let back = at.to_picture(in_input);

            for (edge, expected) in
                [(back.left, left), (back.top, top), (back.right, right), (back.bottom, bottom)]
            {
                assert!((edge - expected).abs() < 1e-3, "{at:?} {back:?}");
            }
        }
    }

    #[test]
    fn what_lies_in_the_margins_is_cut_off() {
        let at = Letterbox::new(size(768, 576), size(416, 416));

        let whole = at.to_picture(Rect { left: -50.0, top: 0.0, right: 900.0, bottom: 416.0 });
        let margin = at.to_picture(Rect { left: 10.0, top: 5.0, right: 40.0, bottom: 50.0 });

        assert_eq!(whole, Rect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 });
        assert_eq!(margin.area(), 0.0);
    }
}
