//! One decoded picture on its way from a graph to the analysis.
//!
//! Not here: how it is decoded and scaled (`ronin_pipelines`), what is seen in it
//! (`ronin_vision`).

use bytes::Bytes;

use crate::time::WallTime;

/// Bytes of one RGB8 pixel.
const PIXEL_BYTES: usize = 3;
/// Wider and higher than any camera's picture; keeps sums of sizes far from overflow.
const MAX_SIDE: u32 = 16_384;

/// Why a picture cannot be made of the given parts.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// A side is zero or beyond any camera.
    #[error("a picture of {width}x{height} is outside 1 to {MAX_SIDE} pixels a side")]
    Size {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The rows would overlap.
    #[error("a stride of {stride_bytes} bytes is less than a row of {width} pixels")]
    Stride {
        /// Bytes from one row to the next.
        stride_bytes: usize,
        /// Pixels in a row.
        width: u32,
    },
    /// The last row is not all there.
    #[error("the picture needs {needed_bytes} bytes and has {size_bytes}")]
    Short {
        /// Up to the last pixel of the last row.
        needed_bytes: usize,
        /// What there is.
        size_bytes: usize,
    },
}

/// An RGB8 picture, top row first, and when it was taken. Cloning shares the pixels.
#[derive(Clone, Debug)]
pub struct VideoFrame {
    width: u32,
    height: u32,
    stride_bytes: usize,
    data: Bytes,
    time: WallTime,
}

impl VideoFrame {
    /// Takes `data` as a picture. `stride_bytes` is the distance from one row to the next; the last
    /// row needs no padding.
    pub fn new(
        width: u32,
        height: u32,
        stride_bytes: usize,
        data: Bytes,
        time: WallTime,
    ) -> Result<Self, Error> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(Error::Size { width, height });
        }
        let row_bytes = width as usize * PIXEL_BYTES;
        if stride_bytes < row_bytes {
            return Err(Error::Stride { stride_bytes, width });
        }
        let needed_bytes =
            stride_bytes.saturating_mul(height as usize - 1).saturating_add(row_bytes);
        if data.len() < needed_bytes {
            return Err(Error::Short { needed_bytes, size_bytes: data.len() });
        }
        Ok(Self { width, height, stride_bytes, data, time })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// When it was taken.
    pub fn time(&self) -> WallTime {
        self.time
    }

    /// A part of the picture, which shares its pixels; `None` where it is empty or not all inside.
    pub fn part(&self, left: u32, top: u32, width: u32, height: u32) -> Option<Self> {
        let is_inside = left.checked_add(width)? <= self.width
            && top.checked_add(height)? <= self.height
            && width > 0
            && height > 0;
        let start = self.stride_bytes * top as usize + left as usize * PIXEL_BYTES;
        is_inside.then(|| Self {
            width,
            height,
            data: self.data.slice(start..),
            stride_bytes: self.stride_bytes,
            time: self.time,
        })
    }

    /// The pixels of row `y`: red, green, blue for each of `width`. Panics where `y` is not a row.
    pub fn row(&self, y: u32) -> &[u8] {
        assert!(y < self.height, "row {y} of a picture of {} rows", self.height);
        let start = self.stride_bytes * y as usize;
        &self.data[start..start + self.width as usize * PIXEL_BYTES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: u32, height: u32, stride: usize, bytes: usize) -> Result<VideoFrame, Error> {
        let data: Vec<u8> = (0..bytes).map(|index| index as u8).collect();
        VideoFrame::new(width, height, stride, data.into(), WallTime::from_micros(7))
    }

    #[test]
    fn rows_leave_the_padding_out() {
        let frame = frame(2, 2, 8, 14).unwrap();

        assert_eq!(frame.row(0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(frame.row(1), [8, 9, 10, 11, 12, 13]);
        assert_eq!((frame.width(), frame.height(), frame.time().as_micros()), (2, 2, 7));
    }

    #[test]
    fn part_has_the_pixels_of_its_place() {
        let frame = frame(3, 3, 10, 29).unwrap();

        let part = frame.part(1, 1, 2, 2).unwrap();

        assert_eq!((part.width(), part.height(), part.time()), (2, 2, frame.time()));
        assert_eq!(part.row(0), &frame.row(1)[3..]);
        assert_eq!(part.row(1), &frame.row(2)[3..]);
        for (left, top, width, height) in
            [(0, 0, 0, 1), (0, 0, 1, 0), (2, 0, 2, 1), (0, 2, 1, 2), (u32::MAX, 0, 1, 1)]
        {
            assert!(frame.part(left, top, width, height).is_none());
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let table = [
            (frame(0, 2, 8, 16), Error::Size { width: 0, height: 2 }),
            (frame(2, 0, 8, 16), Error::Size { width: 2, height: 0 }),
            (frame(2, 20_000, 8, 16), Error::Size { width: 2, height: 20_000 }),
            (frame(2, 2, 5, 16), Error::Stride { stride_bytes: 5, width: 2 }),
            (frame(2, 2, 8, 13), Error::Short { needed_bytes: 14, size_bytes: 13 }),
            (
                frame(2, 3, usize::MAX, 13),
                Error::Short { needed_bytes: usize::MAX, size_bytes: 13 },
            ),
        ];

        for (result, expected) in table {
            assert_eq!(result.unwrap_err(), expected);
        }
    }
}
