//! How much two places may be those of the same object, and how far one has gone from another.

use ronin_core::event::Place;

use crate::geometry::Rect;

/// Sides that differ by more than this factor are not those of one object from picture to picture.
const SIDES: f32 = 0.4;
/// How much it counts what places share; the rest is how near they are, which alone tells those
/// apart that share nothing.
const OVERLAP: f32 = 0.75;
/// Places that share so much are near whatever the distance of their middles.
const NEAR_IOU: f32 = 0.2;
/// Boxes of a thing that does not move share this much ...
const SAME_IOU: f32 = 0.5;
/// ... or, where something hides a part of it, lie in where it stands by so much ...
const INSIDE: f32 = 0.85;
/// ... and have at least this part of it.
const HIDDEN: f32 = 0.25;

/// From 0 to 1; `None` where the object would have had to go further than `reach` of its own
/// sizes, or to change its shape too much.
pub(super) fn likeness(expected: &Place, seen: &Place, reach: f32) -> Option<f32> {
    let sides = ratio(expected.width, seen.width).min(ratio(expected.height, seen.height));
    if sides < SIDES {
        return None;
    }
    let middle = |place: &Place| (place.x + place.width / 2.0, place.y + place.height / 2.0);
    let ((x, y), (seen_x, seen_y)) = (middle(expected), middle(seen));
    let across = (seen_x - x) / f32::midpoint(expected.width, seen.width);
    let down = (seen_y - y) / f32::midpoint(expected.height, seen.height);
    let distance = across.hypot(down);
    let iou = Rect::from(*expected).iou(&Rect::from(*seen));
    if distance > reach && iou < NEAR_IOU {
        return None;
    }
    let nearness = (1.0 - distance / reach).max(0.0);
    let likeness = OVERLAP * iou + (1.0 - OVERLAP) * nearness;
    Some(likeness * sides.sqrt()).filter(|likeness| *likeness > 0.0)
}

/// Whether what is seen may be a thing that stands there and does not move.
pub(super) fn is_same_place(stands: &Place, seen: &Place) -> bool {
    let (stands, seen) = (Rect::from(*stands), Rect::from(*seen));
    let is_hidden = seen.share_in(&stands) >= INSIDE && seen.area() >= HIDDEN * stands.area();
    stands.iou(&seen) >= SAME_IOU || is_hidden
}

/// How far it is from one place to another, in sizes of the larger: of the lower edge and of the
/// upper one the shorter way, because what hides one edge leaves the other where it is. One that
/// grows comes nearer: twice as wide and high counts as half a size.
pub(super) fn distance(from: &Place, to: &Place) -> f32 {
    let (width, height) = (from.width.max(to.width), from.height.max(to.height));
    let across = (to.x + to.width / 2.0 - from.x - from.width / 2.0) / width;
    let way = |down: f32| across.hypot(down / height);
    let top = way(to.y - from.y);
    let foot = way(to.y + to.height - from.y - from.height);
    let growth = (to.area() / from.area()).sqrt() - 1.0;
    top.min(foot).max(growth / 2.0)
}

fn ratio(a: f32, b: f32) -> f32 {
    a.min(b) / a.max(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(x: f32, y: f32, width: f32, height: f32) -> Place {
        Place { x, y, width, height }
    }

    #[test]
    fn nearer_is_more_alike_and_too_far_is_another() {
        let here = place(0.4, 0.4, 0.1, 0.2);
        let at = |x| likeness(&here, &place(x, 0.4, 0.1, 0.2), 1.5);

        assert_eq!(at(0.4), Some(1.0));
        assert!(at(0.42) < at(0.41) && at(0.45) < at(0.42));
        assert!(at(0.52).is_some_and(|far| far > 0.0), "no overlap, and still near");
        assert_eq!(at(0.56), None);
        assert_eq!(likeness(&here, &place(0.4, 0.4, 0.03, 0.2), 1.5), None, "another shape");
    }

    #[test]
    fn what_is_hidden_in_part_stands_where_it_stood() {
        let car = place(0.4, 0.4, 0.2, 0.1);
        for (other, is_same) in [
            (place(0.41, 0.41, 0.2, 0.1), true),
            (place(0.4, 0.4, 0.08, 0.1), true),
            (place(0.4, 0.4, 0.04, 0.1), false),
            (place(0.5, 0.4, 0.2, 0.1), false),
            (place(0.3, 0.35, 0.4, 0.2), false),
        ] {
            assert_eq!(is_same_place(&car, &other), is_same, "{other:?}");
        }
    }

    #[test]
    fn distance_counts_in_sizes_and_not_what_hides_the_feet() {
        let person = place(0.4, 0.4, 0.1, 0.2);
        for (other, expected) in [
            (person, 0.0),
            (place(0.45, 0.4, 0.1, 0.2), 0.5),
            (place(0.4, 0.3, 0.1, 0.2), 0.5),
            (place(0.4, 0.4, 0.1, 0.1), 0.0),
            (place(0.35, 0.2, 0.2, 0.4), 0.5),
        ] {
            assert!((distance(&person, &other) - expected).abs() < 1e-5, "{other:?}");
        }
    }
}
