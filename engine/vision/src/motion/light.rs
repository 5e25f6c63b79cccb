//! The light of a picture against that of the background: one factor and one summand for all
//! pixels, found from the means of blocks, most of which show nothing but background.

/// Side of a block in pixels.
const SIDE: usize = 8;
/// Every other row is as good as all.
const ROW_STEP: usize = 2;
/// Blocks that differ by more than this many medians show something else than light ...
const MEDIANS: f32 = 3.0;
/// ... and this many grey levels are never too many.
const GREY_LEVELS: f32 = 1.5;
/// Square grey levels. Where the blocks differ by less, a factor and a summand are the same thing.
const CONTRAST: f32 = 25.0;
/// Each round knows better which blocks show only light.
const ROUNDS: usize = 3;
/// No shutter does more in one go without leaving the picture black or white.
const GAIN: std::ops::RangeInclusive<f32> = 0.1..=8.0;

/// What turns the background into what would be seen now if nothing moved.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Light {
    /// Factor.
    pub(super) gain: f32,
    /// Summand, in grey levels.
    pub(super) offset: f32,
    /// Mean of the picture that would be seen, in grey levels.
    pub(super) level: f32,
}

/// Finds the light; keeps its memory from picture to picture.
#[derive(Debug)]
pub(super) struct Meter {
    width: usize,
    height: usize,
    /// Which blocks are not masked.
    open: Vec<bool>,
    columns: Vec<f32>,
    now: Vec<f32>,
    usual: Vec<f32>,
    /// (usual, now) of the open blocks.
    pairs: Vec<(f32, f32)>,
    scratch: Vec<f32>,
}

impl Meter {
    /// `open` says for each pixel whether it is looked at. Where most blocks are masked, all count.
    pub(super) fn new(width: usize, height: usize, open: &[u8]) -> Self {
        let mut meter = Self {
            width,
            height,
            open: Vec::new(),
            columns: vec![0.0; width],
            now: Vec::new(),
            usual: Vec::new(),
            pairs: Vec::new(),
            scratch: Vec::new(),
        };
        let open: Vec<f32> = open.iter().map(|&open| f32::from(open)).collect();
        let mut shares = Vec::new();
        meter.block_means(&open, &mut shares);
        meter.open = shares.iter().map(|&share| share > 0.5).collect();
        if 4 * meter.open.iter().filter(|&&open| open).count() < meter.open.len() {
            meter.open.fill(true);
        }
        meter
    }

    /// The light of `now`, where `usual` is the background.
    pub(super) fn measure(&mut self, now: &[f32], usual: &[f32]) -> Light {
        let (mut now_means, mut usual_means) =
            (std::mem::take(&mut self.now), std::mem::take(&mut self.usual));
        self.block_means(now, &mut now_means);
        self.block_means(usual, &mut usual_means);
        self.pairs.clear();
        // The background may be brighter than white, and no picture is.
        let blocks = usual_means.iter().map(|mean| mean.min(255.0)).zip(now_means.iter().copied());
        self.pairs.extend(blocks.zip(&self.open).filter(|&(_, &open)| open).map(|(pair, _)| pair));
        (self.now, self.usual) = (now_means, usual_means);
        fit(&self.pairs, &mut self.scratch)
    }

    /// Means of the whole blocks, row by row.
    fn block_means(&mut self, plane: &[f32], means: &mut Vec<f32>) {
        means.clear();
        let scale = 1.0 / (SIDE * SIDE / ROW_STEP) as f32;
        for block_row in plane.chunks_exact(SIDE * self.width).take(self.height / SIDE) {
            self.columns.fill(0.0);
            for row in block_row.chunks_exact(self.width).step_by(ROW_STEP) {
                for (sum, value) in self.columns.iter_mut().zip(row) {
                    *sum += value;
                }
            }
            let blocks = self.columns.as_chunks::<SIDE>().0;
            means.extend(blocks.iter().map(|block| block.iter().sum::<f32>() * scale));
        }
    }
}

/// The line through most of the pairs (usual, now).
fn fit(pairs: &[(f32, f32)], scratch: &mut Vec<f32>) -> Light {
    if pairs.is_empty() {
        return Light { gain: 1.0, offset: 0.0, level: 0.0 };
    }
    let level = pairs.iter().map(|pair| pair.0).sum::<f32>() / pairs.len() as f32;
    // One grey level more, so that a black block does not divide by nothing.
    let ratio = median(pairs.iter().map(|(usual, now)| (now + 1.0) / (usual + 1.0)), scratch);
    let (mut gain, mut offset) = (ratio.clamp(*GAIN.start(), *GAIN.end()), 0.0);
    for _ in 0..ROUNDS {
        let away = |(usual, now): &(f32, f32)| (now - gain * usual - offset).abs();
        let limit = MEDIANS * median(pairs.iter().map(away), scratch) + GREY_LEVELS;
        let near = || pairs.iter().filter(|pair| away(pair) <= limit);
        (gain, offset) = line(near, gain);
    }
    Light { gain, offset, level: gain * level + offset }
}

/// Least squares, where `gain` is kept unless the blocks differ enough to tell a better one.
fn line<'a, I: Iterator<Item = &'a (f32, f32)>>(near: impl Fn() -> I, gain: f32) -> (f32, f32) {
    let (mut count, mut usual_sum, mut rest_sum) = (0.0, 0.0, 0.0);
    for (usual, now) in near() {
        count += 1.0;
        usual_sum += usual;
        rest_sum += now - gain * usual;
    }
    // At least half of the pairs are near.
    let (usual_mean, rest_mean) = (usual_sum / count, rest_sum / count);
    let (mut squares, mut products) = (CONTRAST * count, 0.0);
    for (usual, now) in near() {
        let from_mean = usual - usual_mean;
        squares += from_mean * from_mean;
        products += from_mean * (now - gain * usual - rest_mean);
    }
    let better = (gain + products / squares).clamp(*GAIN.start(), *GAIN.end());
    (better, rest_mean - (better - gain) * usual_mean)
}

/// Of at least one value.
fn median(values: impl Iterator<Item = f32>, scratch: &mut Vec<f32>) -> f32 {
    scratch.clear();
    scratch.extend(values);
    let middle = scratch.len() / 2;
    *scratch.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks from dark to bright under a light, where every fifth shows something else.
    fn pairs(gain: f32, offset: f32) -> Vec<(f32, f32)> {
        let pair = |index: usize| {
            let usual = 20.0 + index as f32 / 2.0;
            let other = if index.is_multiple_of(5) { 60.0 } else { 0.0 };
            (usual, gain * usual + offset + other)
        };
        (0..300).map(pair).collect()
    }

    #[test]
    fn light_is_found_though_things_stand_in_it() {
        for (gain, offset) in [(1.0, 0.0), (1.1, 0.0), (0.6, 0.0), (0.6, 40.0), (2.0, 30.0)] {
            let light = fit(&pairs(gain, offset), &mut Vec::new());

            assert!((light.gain - gain).abs() < 0.02, "{light:?} is not {gain} {offset}");
            assert!((light.offset - offset).abs() < 2.0, "{light:?} is not {gain} {offset}");
        }
    }

    #[test]
    fn picture_without_contrast_keeps_the_factor() {
        let light = fit(&[(100.0, 110.0); 20], &mut Vec::new());

        assert!((light.level - 110.0).abs() < 0.1 && light.offset.abs() < 1.0, "{light:?}");
    }

    #[test]
    fn picture_smaller_than_a_block_has_the_usual_light() {
        let light = Meter::new(4, 4, &[1; 16]).measure(&[200.0; 16], &[100.0; 16]);

        assert_eq!((light.gain, light.offset), (1.0, 0.0));
    }
}
