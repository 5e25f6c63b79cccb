//! Sizes and rectangles, and how much two rectangles share.
//!
//! The unit is the caller's: pixels of the network's input, or parts of the picture from 0 to 1.

/// Pixels in a row and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A rectangle by two of its corners.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Rect {
    /// From the middle and the lengths of the sides.
    pub fn around(x: f32, y: f32, width: f32, height: f32) -> Self {
        let (half_width, half_height) = (width / 2.0, height / 2.0);
        Self {
            left: x - half_width,
            top: y - half_height,
            right: x + half_width,
            bottom: y + half_height,
        }
    }

    /// Length of the upper side; zero where the rectangle is turned inside out.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Length of the left side; zero where the rectangle is turned inside out.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// Product of the sides.
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// Whether all four edges are numbers.
    pub fn is_finite(&self) -> bool {
        [self.left, self.top, self.right, self.bottom].iter().all(|edge| edge.is_finite())
    }

    /// What `self` and `other` share; its area is zero where they share nothing.
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Intersection over union: 1 for the same rectangle, 0 where nothing is shared.
    pub fn iou(&self, other: &Self) -> f32 {
        let shared = self.intersect(other).area();
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
        Rect { left, top, right, bottom }
    }

    #[test]
    fn iou_is_the_shared_part_of_both() {
        let square = rect(0.0, 0.0, 2.0, 2.0);
        let table = [
            (square, 1.0),
            (rect(1.0, 0.0, 3.0, 2.0), 1.0 / 3.0),
            (rect(0.0, 0.0, 1.0, 1.0), 0.25),
            (rect(2.0, 0.0, 4.0, 2.0), 0.0),
            (rect(5.0, 5.0, 6.0, 6.0), 0.0),
            (rect(1.0, 1.0, 1.0, 1.0), 0.0),
        ];

        for (other, expected) in table {
            assert!((square.iou(&other) - expected).abs() < 1e-6, "{other:?}");
            assert_eq!(square.iou(&other), other.iou(&square));
        }
    }

    #[test]
    fn rectangles_without_area_share_nothing() {
        let point = rect(1.0, 1.0, 1.0, 1.0);
        assert_eq!(point.iou(&point), 0.0);
        assert_eq!(rect(3.0, 3.0, 1.0, 1.0).area(), 0.0);
    }

    #[test]
    fn middle_and_sides_make_corners() {
        assert_eq!(Rect::around(3.0, 5.0, 2.0, 4.0), rect(2.0, 3.0, 4.0, 7.0));
    }
}
