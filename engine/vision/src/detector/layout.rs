//! Tells the layouts of YOLO outputs apart, by the shape and the description.
//!
//! Not here: what the numbers inside mean ([`super::decode`]).

use std::fmt;

use super::{Error, metadata::Metadata};
use crate::geometry::Size;

/// How a model's output is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// YOLOv8, 11, 12, and YOLOv10, 26 as TorchScript of today: (1, 4 + classes, N): the boxes'
    /// middles and sides, then a score for each class.
    ClassScores,
    /// YOLOv5, 7: (1, N, 5 + classes): middle, sides, objectness, then a score for each class.
    Objectness,
    /// Exports of YOLOv10, 26 that need no suppression: (1, N, 6): corners, score, class;
    /// duplicates are removed inside.
    EndToEnd,
}

impl Layout {
    /// Whether the model itself leaves one box for each object.
    pub fn is_free_of_duplicates(self) -> bool {
        self == Self::EndToEnd
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClassScores => "yolov8",
            Self::Objectness => "yolov5",
            Self::EndToEnd => "end-to-end",
        })
    }
}

/// What a network gave for one picture.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "tch"), allow(dead_code, reason = "no network to make one"))]
pub(super) struct Output {
    /// Lengths of the dimensions.
    pub(super) shape: Vec<i64>,
    /// The numbers, the last dimension running fastest.
    pub(super) values: Vec<f32>,
}

/// The layout of an output of this shape.
pub(super) fn recognise(shape: &[i64], metadata: &Metadata) -> Result<Layout, Error> {
    let classes = metadata.labels.len();
    let refusal = || Error::Shape { shape: shape.to_vec(), classes };
    let &[1, first, second] = shape else { return Err(refusal()) };
    let (Ok(first), Ok(second)) = (usize::try_from(first), usize::try_from(second)) else {
        return Err(refusal());
    };
    if first == 0 || second == 0 {
        return Err(refusal());
    }
    // The shape decides. Only with one class a row of YOLOv5 has six numbers too: there the
    // description and the number of rows do.
    let may_be_end_to_end =
        metadata.is_end_to_end || classes != 1 || !is_anchor_count(first, metadata.input);
    if second == 6 && may_be_end_to_end {
        Ok(Layout::EndToEnd)
    } else if first == classes + 4 {
        Ok(Layout::ClassScores)
    } else if second == classes + 5 {
        Ok(Layout::Objectness)
    } else {
        Err(refusal())
    }
}

/// Whether a YOLOv5 of this input gives so many rows: three anchors for each cell of its grids.
fn is_anchor_count(rows: usize, input: Size) -> bool {
    let cells =
        |stride: u32| (input.width.div_ceil(stride) * input.height.div_ceil(stride)) as usize;
    let three_grids = 3 * (cells(8) + cells(16) + cells(32));
    rows == three_grids || rows == three_grids + 3 * cells(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(classes: usize, side: u32, is_end_to_end: bool) -> Metadata {
        Metadata {
            input: Size { width: side, height: side },
            labels: (0..classes).map(|class| format!("class {class}").into()).collect(),
            is_end_to_end,
        }
    }

    #[test]
    fn exports_are_told_apart() {
        use Layout::{ClassScores, EndToEnd, Objectness};
        let table = [
            ([1, 84, 8400], 80, 640, false, ClassScores),
            ([1, 84, 2100], 80, 320, false, ClassScores),
            ([1, 84, 8400], 80, 640, true, ClassScores),
            ([1, 5, 3380], 1, 416, false, ClassScores),
            ([1, 6, 8400], 2, 640, false, ClassScores),
            ([1, 25200, 85], 80, 640, false, Objectness),
            ([1, 25200, 6], 1, 640, false, Objectness),
            ([1, 25500, 6], 1, 640, false, Objectness),
            ([1, 6300, 7], 2, 320, false, Objectness),
            ([1, 300, 6], 80, 640, true, EndToEnd),
            ([1, 300, 6], 80, 640, false, EndToEnd),
            ([1, 300, 6], 1, 640, false, EndToEnd),
            ([1, 300, 6], 2, 640, false, EndToEnd),
            ([1, 100, 6], 80, 640, true, EndToEnd),
        ];

        for (shape, classes, side, is_end_to_end, expected) in table {
            let layout = recognise(&shape, &metadata(classes, side, is_end_to_end)).unwrap();
            assert_eq!(layout, expected, "{shape:?}, {classes} classes");
        }
    }

    #[test]
    fn shapes_that_fit_nothing_are_refused() {
        let table: [(&[i64], usize, bool); 8] = [
            (&[], 80, false),
            (&[84, 8400], 80, false),
            (&[1, 1, 84, 8400], 80, false),
            (&[2, 84, 8400], 80, false),
            (&[1, 0, 6], 80, false),
            (&[1, 84, 0], 80, false),
            (&[1, 116, 8400], 80, false),
            (&[1, 84, 8400], 20, false),
        ];

        for (shape, classes, is_end_to_end) in table {
            let error = recognise(shape, &metadata(classes, 640, is_end_to_end)).unwrap_err();
            assert!(matches!(error, Error::Shape { .. }), "{shape:?}: {error}");
        }
    }
}
