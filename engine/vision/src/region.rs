//! Which part of a picture the detector should look at, so that what is small is seen by a network
//! whose input is smaller than the picture.
//!
//! One part for each picture, so that the cost is that of the whole. Not here: when the whole has
//! to be looked at ([`crate::gate`]).

use crate::geometry::{Rect, Size};

/// A part that is enlarged by less than this is not worth missing the rest.
const GAIN: f32 = 1.3;
/// Of its own size on each side: what moves is more than what has changed, and goes on.
const PADDING: f32 = 0.3;
/// Of the network's input on each side.
const PADDING_LEAST: f32 = 0.05;
/// Pixels. The sides are multiples of this, so that the sizes of parts seldom change.
const STEP: u32 = 64;

/// The square around all that is of interest, with at least as many pixels as the network takes;
/// the whole picture where that shows little more.
pub(crate) fn region(picture: Size, input: Size, interest: &[Rect]) -> Rect {
    let part = input.width.max(input.height);
    let shrinks = |width: u32, height: u32| {
        let across = width as f32 / input.width as f32;
        across.max(height as f32 / input.height as f32)
    };
    let Some(bounds) = bounds(picture, part, interest) else { return Rect::WHOLE };
    let longest = bounds.width().max(bounds.height()).ceil() as u32;
    let side = longest.max(part).next_multiple_of(STEP);
    let (width, height) = (side.min(picture.width), side.min(picture.height));
    if shrinks(picture.width, picture.height) < GAIN * shrinks(width, height) {
        return Rect::WHOLE;
    }
    let start = |from: f32, to: f32, length: u32, whole: u32| {
        let first = f32::midpoint(from, to) - length as f32 / 2.0;
        first.round().clamp(0.0, (whole - length) as f32)
    };
    let left = start(bounds.left, bounds.right, width, picture.width);
    let top = start(bounds.top, bounds.bottom, height, picture.height);
    let (across, down) = (picture.width as f32, picture.height as f32);
    Rect {
        left: left / across,
        top: top / down,
        right: (left + width as f32) / across,
        bottom: (top + height as f32) / down,
    }
}

/// Around all that is of interest, in pixels; `None` where there is nothing.
fn bounds(picture: Size, part: u32, interest: &[Rect]) -> Option<Rect> {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let least = PADDING_LEAST * part as f32;
    let sound = interest.iter().filter(|rect| rect.is_finite());
    let in_pixels = sound.map(|rect| {
        let (across, down) = (
            (PADDING * rect.width() * width).max(least),
            (PADDING * rect.height() * height).max(least),
        );
        Rect {
            left: (rect.left * width - across).clamp(0.0, width),
            top: (rect.top * height - down).clamp(0.0, height),
            right: (rect.right * width + across).clamp(0.0, width),
            bottom: (rect.bottom * height + down).clamp(0.0, height),
        }
    });
    in_pixels.reduce(|all, one| all.around_both(&one))
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    const FULL_HD: Size = Size { width: 1920, height: 1080 };
    const INPUT: Size = Size { width: 640, height: 640 };

    #[test]
    fn small_thing_in_a_large_picture_is_looked_at_closely() {
        let thing = Rect::around(0.5, 0.5, 0.02, 0.05);

        let region = region(FULL_HD, INPUT, &[thing]);

        assert!((region.width() - 640.0 / 1920.0).abs() < 1e-6, "{region:?}");
        assert!((region.height() - 640.0 / 1080.0).abs() < 1e-6, "{region:?}");
        assert!((region.left - 1.0 / 3.0).abs() < 1e-3, "{region:?}");
    }

    #[test]
    fn whole_is_looked_at_where_a_part_shows_little_more() {
        let thing = Rect::around(0.5, 0.5, 0.02, 0.05);
        let across = [Rect::around(0.1, 0.5, 0.02, 0.05), Rect::around(0.9, 0.5, 0.02, 0.05)];
        let nan = Rect::around(f32::NAN, 0.5, 0.1, 0.1);

        assert_eq!(region(FULL_HD, INPUT, &[]), Rect::WHOLE, "nothing to look at");
        assert_eq!(region(FULL_HD, INPUT, &across), Rect::WHOLE, "things far apart");
        assert_eq!(region(size(640, 480), INPUT, &[thing]), Rect::WHOLE, "a small picture");
        assert_eq!(region(size(768, 576), INPUT, &[thing]), Rect::WHOLE, "hardly larger");
        assert_eq!(region(FULL_HD, INPUT, &[nan]), Rect::WHOLE);
    }

    #[test]
    fn part_holds_all_that_is_of_interest_and_lies_in_the_picture() {
        let mut random = StdRng::seed_from_u64(17);
        let mut parts = 0;
        for _ in 0..5_000 {
            let picture = size(random.random_range(1..4_000), random.random_range(1..3_000));
            let input = size(random.random_range(64..1_000), random.random_range(64..1_000));
            let mut thing = || {
                let (x, y) = (random.random_range(0.2..0.8), random.random_range(0.2..0.8));
                Rect::around(x, y, random.random_range(0.0..0.2), random.random_range(0.0..0.2))
            };
            let things = [thing(), thing()];

            let region = region(picture, input, &things);

            let slack = Rect {
                left: region.left - 1e-3,
                top: region.top - 1e-3,
                right: region.right + 1e-3,
                bottom: region.bottom + 1e-3,
            };
            assert!(things.iter().all(|thing| slack.contains(thing)), "{region:?} {things:?}");
            assert!(Rect { right: 1.001, bottom: 1.001, ..Rect::WHOLE }.contains(&region));
            let pixels =
                (region.width() * picture.width as f32, region.height() * picture.height as f32);
            let least = |whole: u32| input.width.max(input.height).min(whole) as f32 - 1.0;
            assert!(pixels.0 >= least(picture.width) && pixels.1 >= least(picture.height));
            parts += usize::from(region != Rect::WHOLE);
        }
        assert!(parts > 1_000, "{parts}");
    }
}
