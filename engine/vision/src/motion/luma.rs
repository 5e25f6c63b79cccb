//! A picture's brightness, as decoders give it: rows of bytes. Not here: colours.

/// Of either side, in pixels: four times 4K.
const SIDE_MAX: usize = 16_384;

/// Why bytes are no picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// A side of nothing, or one that no camera has.
    #[error(
        "a picture of {width}x{height} pixels cannot be looked at: give 1 to {SIDE_MAX} each way"
    )]
    Size {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Rows that overlap.
    #[error("rows of {width} pixels do not fit into {stride_bytes} bytes: give the true stride")]
    Stride {
        /// Pixels in a row.
        width: usize,
        /// From one row to the next.
        stride_bytes: usize,
    },
    /// The last row is not all there.
    #[error("the picture has {given} bytes and needs {needed}: give all of its rows")]
    Short {
        /// Bytes that are there.
        given: usize,
        /// Bytes up to the end of the last row.
        needed: usize,
    },
}

/// A picture's brightness, one byte a pixel, in somebody else's memory.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    data: &'a [u8],
    stride_bytes: usize,
    width: usize,
    height: usize,
}

impl<'a> Luma<'a> {
    /// Rows of `width` bytes from the top, each `stride_bytes` after the one above. The last one
    /// may end with its last pixel.
    pub fn new(
        data: &'a [u8],
        stride_bytes: usize,
        width: usize,
        height: usize,
    ) -> Result<Self, Error> {
        let sides = 1..=SIDE_MAX;
        if !(sides.contains(&width) && sides.contains(&height)) {
            return Err(Error::Size { width, height });
        }
        if stride_bytes < width {
            return Err(Error::Stride { width, stride_bytes });
        }
        let needed = stride_bytes.saturating_mul(height - 1).saturating_add(width);
        if data.len() < needed {
            return Err(Error::Short { given: data.len(), needed });
        }
        Ok(Self { data, stride_bytes, width, height })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels of a row that is in the picture.
    pub(super) fn row(&self, row: usize) -> &'a [u8] {
        &self.data[row * self.stride_bytes..][..self.width]
    }
}
