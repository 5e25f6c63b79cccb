//! Sizes and rectangles, and how much two rectangles share.
//!
//! The unit is the caller's: pixels of the network's input, or parts of the picture from 0 to 1.

use ronin_core::event::Place;

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

impl From<Place> for Rect {
    fn from(place: Place) -> Self {
        let Place { x, y, width, height } = place;
        Self { left: x, top: y, right: x + width, bottom: y + height }
    }
}

impl Rect {
    /// All of a picture, in parts of it.
    pub const WHOLE: Self = Self { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

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

    /// The smallest rectangle around both.
    pub fn around_both(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether all of `other` lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// How much of `self` lies in `other`, from 0 to 1.
    pub fn share_in(&self, other: &Self) -> f32 {
        let area = self.area();
        if area > 0.0 { self.intersect(other).area() / area } else { 0.0 }
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
    fn one_lies_in_another_wholly_or_in_part() {
        let square = rect(0.0, 0.0, 2.0, 2.0);
        for (other, is_inside, share) in [
            (square, true, 1.0),
            (rect(1.0, 1.0, 2.0, 2.0), true, 1.0),
            (rect(1.0, 0.0, 3.0, 2.0), false, 0.5),
            (rect(3.0, 3.0, 4.0, 4.0), false, 0.0),
            (rect(1.0, 1.0, 1.0, 1.0), true, 0.0),
        ] {
            assert_eq!((square.contains(&other), other.share_in(&square)), (is_inside, share));
            assert!(square.around_both(&other).contains(&other));
        }
    }

    #[test]
    fn middle_and_sides_make_corners() {
        assert_eq!(Rect::around(3.0, 5.0, 2.0, 4.0), rect(2.0, 3.0, 4.0, 7.0));
    }
}
