//! Makes pictures of any size small: each pixel is the mean of a square of the large picture.
//!
//! That also takes out most of a sensor's noise. The squares have whole sides; where the picture
//! does not divide, the last ones share pixels with their neighbours.

use super::Luma;

/// The longer side becomes at least this, where the picture is that large, and less than twice this. A person at the far end of a yard is then still three pixels wide.
const LONGER_SIDE: usize = 160;
/// The shorter side of a narrow picture becomes no less than this: what is one pixel wide is noise.
const SHORTER_SIDE: usize = 60;

/// For pictures of one size.
#[derive(Debug)]
pub(super) struct Shrink {
    from: (usize, usize),
    /// Of the square that becomes one pixel; no longer than the picture's sides.
    side: usize,
    /// Pixels in a row of the small picture.
    pub(super) width: usize,
    /// Rows of the small picture.
    pub(super) height: usize,
    /// Of one row of squares, the sum of each column. 102 rows of 255 at most.
    columns: Vec<u16>,
}

impl Shrink {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (longer, shorter) = (width.max(height), width.min(height));
        let side = (longer / LONGER_SIDE).min(shorter / SHORTER_SIDE).max(1);
        Self {
            from: (width, height),
            side,
            width: width.div_ceil(side),
            height: height.div_ceil(side),
            columns: vec![0; width],
        }
    }

    pub(super) fn fits(&self, picture: &Luma<'_>) -> bool {
        self.from == (picture.width(), picture.height())
    }

    /// Fills `small`, row by row, with means from 0 to 255.
    pub(super) fn run(&mut self, picture: &Luma<'_>, small: &mut [f32]) {
        let side = self.side;
        let scale = 1.0 / (side * side) as f32;
        for (row, means) in small.chunks_exact_mut(self.width).enumerate() {
            let top = (row * side).min(self.from.1 - side);
            self.add_rows(picture, top);
            match side {
                1 => mean_of_squares::<1>(&self.columns, means, scale),
                2 => mean_of_squares::<2>(&self.columns, means, scale),
                4 => mean_of_squares::<4>(&self.columns, means, scale),
                _ => {
                    for (mean, square) in means.iter_mut().zip(self.columns.chunks_exact(side)) {
                        *mean =
                            square.iter().map(|&sum| u32::from(sum)).sum::<u32>() as f32 * scale;
                    }
                }
            }
            if !self.from.0.is_multiple_of(side) {
                let last = &self.columns[self.from.0 - side..];
                let sum: u32 = last.iter().map(|&sum| u32::from(sum)).sum();
                means[self.width - 1] = sum as f32 * scale;
            }
        }
    }

    fn add_rows(&mut self, picture: &Luma<'_>, top: usize) {
        for (sum, &pixel) in self.columns.iter_mut().zip(picture.row(top)) {
            *sum = u16::from(pixel);
        }
        for row in top + 1..top + self.side {
            for (sum, &pixel) in self.columns.iter_mut().zip(picture.row(row)) {
                *sum += u16::from(pixel);
            }
        }
    }
}

/// A side known to the compiler, which then does many at once. The sums fit: 16 times 255.
fn mean_of_squares<const SIDE: usize>(columns: &[u16], means: &mut [f32], scale: f32) {
    for (mean, square) in means.iter_mut().zip(columns.as_chunks::<SIDE>().0) {
        *mean = f32::from(square.iter().sum::<u16>()) * scale;
    }
}
