//! Whether two files show the same: every picture of both is decoded, some are compared.
//!
//! How alike two pictures are is the structural similarity (SSIM) of their luma: the mean over squares of
//! 8 pixels, each 4 pixels from the next, as Wang and others have it (2004) and most tools measure it.

use std::{path::Path, time::Duration};

use ronin_core::WallTime;
use serde::{Deserialize, Serialize};

use crate::{error::Error, picture::Picture, recorded_frames::Pictures};

/// Besides the first and the last, one of so many pictures is compared.
const EVERY: u64 = 50;
/// Pixels of a square, and from one to the next.
const SQUARE: usize = 8;
const STEP: usize = 4;
/// Of a picture of bytes: (0.01 * 255)^2 and (0.03 * 255)^2.
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

/// What was found.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Compared {
    /// Pictures of the first file, and of the second.
    pub frames: (u64, u64),
    /// Pictures that were compared.
    pub compared: u64,
    /// How alike the least alike ones are, and all of them in the mean; 1 is the same.
    pub least_ssim: f64,
    /// The mean.
    pub mean_ssim: f64,
    /// The farthest that two pictures of one number are apart in time.
    pub farthest: Duration,
    /// Whether the pictures have the same size.
    pub is_same_size: bool,
}

impl Compared {
    /// What is wrong, in words; `None` where the second file can take the place of the first.
    pub fn difference(&self, least_ssim: f64, farthest: Duration) -> Option<String> {
        let (first, second) = self.frames;
        if first != second {
            return Some(format!("{second} pictures instead of {first}"));
        }
        if first == 0 {
            return Some("no picture".to_owned());
        }
        if !self.is_same_size {
            return Some("pictures of another size".to_owned());
        }
        if self.farthest > farthest {
            return Some(format!("a picture is shown {:?} off its time", self.farthest));
        }
        // Also where it is no number.
        if self.least_ssim.is_nan() || self.least_ssim < least_ssim {
            return Some(format!(
                "a picture is not alike: {:.3}, where {least_ssim:.2} is wanted",
                self.least_ssim
            ));
        }
        None
    }
}

/// Decodes two files beside each other; `progress` is told how many pictures of both are. Blocks.
pub fn compare(
    first: &Path,
    second: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Compared, Error> {
    let start = WallTime::from_micros(0);
    let (mut left, mut right) =
        (Pictures::open(first, start, None)?, Pictures::open(second, start, None)?);
    let mut found = Compared { least_ssim: 1.0, is_same_size: true, ..Compared::default() };
    let (mut sum, mut last) = (0.0, None);
    let mut take = |found: &mut Compared, ssim: f64| {
        found.compared += 1;
        found.least_ssim = found.least_ssim.min(ssim);
        sum += ssim;
    };
    loop {
        let (a, b) = (left.next_sample()?, right.next_sample()?);
        found.frames.0 += u64::from(a.is_some());
        found.frames.1 += u64::from(b.is_some());
        let (Some(a), Some(b)) = (a, b) else { break };
        let is_compared = (found.frames.0 - 1).is_multiple_of(EVERY);
        let of_both = left.with(&a, |a| right.with(&b, |b| look(&a, &b, is_compared)));
        let Some((apart, ssim)) = of_both.flatten().flatten() else {
            found.is_same_size = false;
            return Ok(found);
        };
        found.farthest = found.farthest.max(apart);
        if let Some(ssim) = ssim {
            take(&mut found, ssim);
        }
        // Which one is the last is known when there is no other.
        last = (!is_compared).then_some((a, b));
        progress(found.frames.0);
    }
    if let Some((a, b)) = last {
        let ssim = left.with(&a, |a| right.with(&b, |b| ssim(&a, &b))).flatten();
        take(&mut found, ssim.unwrap_or(0.0));
    }
    // Those that one of them has more.
    while left.next_sample()?.is_some() {
        found.frames.0 += 1;
    }
    while right.next_sample()?.is_some() {
        found.frames.1 += 1;
    }
    found.mean_ssim = sum / (found.compared.max(1) as f64);
    Ok(found)
}

/// How far two pictures are apart in time, and how alike they are, where that is asked for; `None`
/// where they have not the same size.
fn look(a: &Picture<'_>, b: &Picture<'_>, compare: bool) -> Option<(Duration, Option<f64>)> {
    let is_same = (a.width, a.height) == (b.width, b.height);
    let apart = Duration::from_micros(a.wall.as_micros().abs_diff(b.wall.as_micros()));
    is_same.then(|| (apart, compare.then(|| ssim(a, b))))
}

fn ssim(a: &Picture<'_>, b: &Picture<'_>) -> f64 {
    let (rows, columns) = (places(a.height), places(a.width));
    let mut sum = 0.0;
    let mut squares = 0_u32;
    for y in rows {
        for x in columns.clone() {
            sum += of_square(a, b, x, y);
            squares += 1;
        }
    }
    sum / f64::from(squares.max(1))
}

/// Where squares begin.
fn places(length: usize) -> std::iter::StepBy<std::ops::RangeInclusive<usize>> {
    (0..=length.saturating_sub(SQUARE)).step_by(STEP)
}

fn of_square(a: &Picture<'_>, b: &Picture<'_>, x: usize, y: usize) -> f64 {
    let (mut sum_a, mut sum_b, mut squares, mut products, mut count) =
        (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for row in y..(y + SQUARE).min(a.height) {
        let line = |picture: &Picture<'_>| {
            let at = row * picture.stride_bytes + x;
            at..at + SQUARE.min(picture.width - x)
        };
        let (Some(of_a), Some(of_b)) = (a.luma.get(line(a)), b.luma.get(line(b))) else { continue };
        for (p, q) in of_a.iter().zip(of_b) {
            let (p, q) = (u32::from(*p), u32::from(*q));
            sum_a += p;
            sum_b += q;
            squares += p * p + q * q;
            products += p * q;
            count += 1;
        }
    }
    let n = f64::from(count.max(1));
    let (mean_a, mean_b) = (f64::from(sum_a) / n, f64::from(sum_b) / n);
    let variances = f64::from(squares) / n - mean_a * mean_a - mean_b * mean_b;
    let covariance = f64::from(products) / n - mean_a * mean_b;
    (2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2)
        / ((mean_a * mean_a + mean_b * mean_b + C1) * (variances + C2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Compared = Compared {
        frames: (100, 100),
        compared: 3,
        least_ssim: 0.95,
        mean_ssim: 0.97,
        farthest: Duration::from_millis(1),
        is_same_size: true,
    };

    #[test]
    fn each_difference_is_told_in_words() {
        let difference = |found: Compared| found.difference(0.9, Duration::from_millis(2));
        assert_eq!(difference(GOOD), None);
        for (found, words) in [
            (Compared { frames: (100, 99), ..GOOD }, "99 pictures instead of 100"),
            (Compared { frames: (0, 0), ..GOOD }, "no picture"),
            (Compared { is_same_size: false, ..GOOD }, "another size"),
            (Compared { farthest: Duration::from_millis(40), ..GOOD }, "off its time"),
            (Compared { least_ssim: 0.89, ..GOOD }, "not alike: 0.890"),
            (Compared { least_ssim: f64::NAN, ..GOOD }, "not alike"),
        ] {
            let said = difference(found).unwrap();
            assert!(said.contains(words), "{said}");
        }
    }
}
