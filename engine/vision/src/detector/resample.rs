//! Scales a picture's pixels into the planes of the network's input.
//!
//! Shrinking takes the mean of all pixels that fall into one, so that small things do not vanish
//! between samples; enlarging is bilinear. Not here: where the picture goes
//! ([`super::letterbox`]).

use ronin_core::frame::VideoFrame;

use super::letterbox::Letterbox;

const CHANNELS: usize = 3;

/// How many source rows are added in one go over the target. Pictures are seldom more than three
/// times as large as the input.
const ROWS_AT_ONCE: usize = 3;

/// The pixels of one source line that make one target pixel, and how much each counts.
#[derive(Debug)]
struct Taps {
    start: usize,
    weights: Vec<f32>,
}

/// A picture size and an input size, prepared.
#[derive(Debug)]
pub(super) struct Resampler {
    letterbox: Letterbox,
    columns: Vec<Taps>,
    rows: Vec<Taps>,
    /// The source rows that make one target row, in one, as wide as the source. One value more than
    /// its pixels have, so that the last pixel too can be read as four values.
    flat: Vec<f32>,
}

impl Resampler {
    /// Prepares for pictures of one size.
    pub(super) fn new(letterbox: Letterbox) -> Self {
        let Letterbox { picture, scaled, .. } = letterbox;
        let mut rows = taps(picture.height, scaled.height);
        // From bytes to parts of one, once and not for every value.
        for weight in rows.iter_mut().flat_map(|taps| &mut taps.weights) {
            *weight /= 255.0;
        }
        Self {
            letterbox,
            columns: taps(picture.width, scaled.width),
            rows,
            flat: vec![0.0; CHANNELS * picture.width as usize + 1],
        }
    }

    /// What it is prepared for.
    pub(super) fn letterbox(&self) -> Letterbox {
        self.letterbox
    }

    /// Writes `frame` into its place in `planes`, from 0 to 1, and leaves the margins alone.
    pub(super) fn fill(&mut self, frame: &VideoFrame, planes: &mut [f32]) {
        let Letterbox { picture, input, scaled, left, top } = self.letterbox;
        assert_eq!((picture.width, picture.height), (frame.width(), frame.height()));
        let (input_width, width) = (input.width as usize, scaled.width as usize);
        let plane_len = input_width * input.height as usize;
        assert_eq!(planes.len(), CHANNELS * plane_len);

        let (red, others) = planes.split_at_mut(plane_len);
        let (green, blue) = others.split_at_mut(plane_len);
        for (y, taps) in self.rows.iter().enumerate() {
            flatten(frame, taps, &mut self.flat);
            let start = (top as usize + y) * input_width + left as usize;
            let place = start..start + width;
            let targets = red[place.clone()].iter_mut().zip(&mut green[place.clone()]);
            let targets = targets.zip(&mut blue[place]);
            for (taps, ((red, green), blue)) in self.columns.iter().zip(targets) {
                [*red, *green, *blue] = pixel(&self.flat, taps);
            }
        }
    }
}

/// Makes one row of those that `taps` names. Down before across: the processor adds many values of
/// whole rows at once, and only what is left of them goes pixel by pixel.
fn flatten(frame: &VideoFrame, taps: &Taps, target: &mut [f32]) {
    target.fill(0.0);
    for (index, weights) in taps.weights.chunks(ROWS_AT_ONCE).enumerate() {
        let start = taps.start + ROWS_AT_ONCE * index;
        let row = |offset: usize| frame.row((start + offset.min(weights.len() - 1)) as u32);
        let weight = |offset: usize| weights.get(offset).copied().unwrap_or_default();
        let (first, second, third) = (weight(0), weight(1), weight(2));
        let values = row(0).iter().zip(row(1)).zip(row(2));
        for (target, ((&a, &b), &c)) in target.iter_mut().zip(values) {
            *target += first * f32::from(a) + second * f32::from(b) + third * f32::from(c);
        }
    }
}

/// Makes one pixel. Sums a fourth value that means nothing: four go at once, three do not.
fn pixel(row: &[f32], taps: &Taps) -> [f32; CHANNELS] {
    let mut sums = [0.0; CHANNELS + 1];
    let row = &row[CHANNELS * taps.start..][..CHANNELS * taps.weights.len() + 1];
    for (weight, values) in taps.weights.iter().zip(row.windows(CHANNELS + 1).step_by(CHANNELS)) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += weight * value;
        }
    }
    let [red, green, blue, _] = sums;
    [red, green, blue]
}

/// For each of `target` pixels those of `source` that make it.
fn taps(source: u32, target: u32) -> Vec<Taps> {
    let scale = f64::from(source) / f64::from(target);
    (0..target)
        .map(|index| {
            let index = f64::from(index);
            if scale > 1.0 {
                mean_taps(index, scale, source)
            } else {
                linear_taps(index, scale, source)
            }
        })
        .collect()
}

/// The source pixels under the target pixel, by how much of each lies under it.
fn mean_taps(index: f64, scale: f64, source: u32) -> Taps {
    let (from, to) = (index * scale, ((index + 1.0) * scale).min(f64::from(source)));
    let (start, end) = (from.floor(), to.ceil());
    let share = |pixel: u32| {
        let pixel = f64::from(pixel);
        (((pixel + 1.0).min(to) - pixel.max(from)) / (to - from)) as f32
    };
    Taps { start: start as usize, weights: (start as u32..end as u32).map(share).collect() }
}

/// The two source pixels whose middles are nearest; one of them at the edges.
fn linear_taps(index: f64, scale: f64, source: u32) -> Taps {
    let middle = ((index + 0.5) * scale - 0.5).clamp(0.0, f64::from(source - 1));
    let part = (middle - middle.floor()) as f32;
    let weights = if part == 0.0 { vec![1.0] } else { vec![1.0 - part, part] };
    Taps { start: middle.floor() as usize, weights }
}

#[cfg(test)]
mod tests {
    use ronin_core::WallTime;

    use super::*;
    use crate::{detector::letterbox::empty_planes, geometry::Size};

    /// A picture whose pixel at x, y is `paint(x, y)`, with two bytes of padding in each row.
    fn frame(width: u32, height: u32, paint: impl Fn(u32, u32) -> [u8; 3]) -> VideoFrame {
        let rows = (0..height).flat_map(|y| {
            let pixels = (0..width).map(move |x| (x, y));
            pixels.flat_map(|(x, y)| paint(x, y)).chain([255; 2]).collect::<Vec<_>>()
        });
        let data: Vec<u8> = rows.collect();
        let stride = width as usize * 3 + 2;
        VideoFrame::new(width, height, stride, data.into(), WallTime::default()).unwrap()
    }

    fn fill(frame: &VideoFrame, side: u32) -> Vec<f32> {
        let picture = Size { width: frame.width(), height: frame.height() };
        let input = Size { width: side, height: side };
        let mut planes = empty_planes(input);
        Resampler::new(Letterbox::new(picture, input)).fill(frame, &mut planes);
        planes
    }

    fn assert_near(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found * 255.0 - expected).abs() < 1e-2, "{found} is not {expected} / 255");
        }
    }

    #[test]
    fn picture_of_the_right_size_is_copied_plane_by_plane() {
        let planes = fill(&frame(2, 2, |x, y| [x as u8, 10 + y as u8, 200]), 2);

        let expected = [0.0, 1.0, 0.0, 1.0, 10.0, 10.0, 11.0, 11.0, 200.0, 200.0, 200.0, 200.0];
        assert_near(&planes, &expected);
    }

    #[test]
    fn wide_picture_has_grey_above_and_below() {
        let planes = fill(&frame(4, 2, |_, _| [1, 2, 3]), 4);

        for (plane, value) in planes.chunks(16).zip([1.0, 2.0, 3.0]) {
            let (grey, picture) = ([114.0; 4], [value; 4]);
            assert_near(plane, [grey, picture, picture, grey].as_flattened());
        }
    }

    #[test]
    fn shrinking_takes_the_mean_of_all_pixels() {
        let halves = fill(&frame(4, 4, |x, y| [(16 * y + x) as u8, 0, 0]), 2);
        assert_near(&halves[..4], &[8.5, 10.5, 40.5, 42.5]);

        let thirds = fill(&frame(3, 3, |x, _| [90 * x as u8, 0, 0]), 2);
        assert_near(&thirds[..4], &[30.0, 150.0, 30.0, 150.0]);
    }

    #[test]
    fn enlarging_is_bilinear() {
        let planes = fill(&frame(2, 2, |x, _| [100 * x as u8, 0, 0]), 4);
        assert_near(&planes[..4], &[0.0, 25.0, 75.0, 100.0]);
    }

    #[test]
    fn even_colour_stays_even_at_every_scale() {
        for (width, height) in [(1, 1), (7, 5), (64, 64), (65, 63), (1000, 3), (3, 1000), (203, 77)]
        {
            let frame = frame(width, height, |_, _| [200, 100, 50]);
            let picture = Size { width, height };
            let at = Letterbox::new(picture, Size { width: 64, height: 64 });

            let planes = fill(&frame, 64);

            for (plane, value) in planes.chunks(64 * 64).zip([200.0, 100.0, 50.0]) {
                let inside = plane.iter().filter(|&&v| (v * 255.0 - value).abs() < 1e-2).count();
                assert_eq!(inside as u32, at.scaled.width * at.scaled.height, "{width}x{height}");
            }
        }
    }

    #[test]
    fn second_picture_leaves_nothing_of_the_first() {
        let (first, second) =
            (frame(9, 9, |_, _| [255; 3]), frame(9, 9, |x, y| [x as u8, y as u8, 3]));
        let size = Size { width: 9, height: 9 };
        let input = Size { width: 4, height: 4 };
        let mut resampler = Resampler::new(Letterbox::new(size, input));
        let mut planes = empty_planes(input);

        resampler.fill(&first, &mut planes);
        resampler.fill(&second, &mut planes);

        assert_eq!(planes, fill(&second, 4));
    }
}
