//! What happened, and areas of a picture, for the wire.

use ronin_core::{
    Grid, Invalid,
    polygon::{Point, Polygon},
};
use ronin_proto::v1;
use ronin_store::MotionFound;

use super::time;

/// The cells that an area touches; all where none is given.
pub(crate) fn cells(area: Option<&v1::Polygon>) -> Result<Grid, Invalid> {
    let whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let points: Vec<Point> = match area {
        Some(area) => area.points.iter().map(|&v1::Point { x, y }| Point { x, y }).collect(),
        None => whole.into_iter().map(|(x, y)| Point { x, y }).collect(),
    };
    let polygon = Polygon::new(&points);
    Ok(polygon.map_err(|error| Invalid::new("area", error.to_string()))?.grid())
}

/// When and where something moved.
pub(crate) fn motion(found: &MotionFound) -> v1::MotionSpan {
    v1::MotionSpan {
        start_time: Some(time::to_wire(found.span.start)),
        end_time: Some(time::to_wire(found.span.end)),
        cells: found.area.to_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(points: &[(f32, f32)]) -> v1::Polygon {
        v1::Polygon { points: points.iter().map(|&(x, y)| v1::Point { x, y }).collect() }
    }

    #[test]
    fn an_area_is_the_cells_it_touches_and_none_is_all() {
        assert_eq!(cells(None).unwrap().count(), 256);
        let corner = area(&[(0.01, 0.01), (0.1, 0.01), (0.1, 0.05)]);
        let cells = cells(Some(&corner)).unwrap();
        assert_eq!(cells.count(), 2);
        assert!(cells.is_set(0, 0) && cells.is_set(1, 0));
    }

    #[test]
    fn what_is_no_area_is_refused_with_what_to_do() {
        for bad in [
            area(&[]),
            area(&[(0.0, 0.0), (1.0, 1.0)]),
            area(&[(0.0, 0.0), (640.0, 0.0), (640.0, 480.0)]),
            area(&[(f32::NAN, 0.0), (1.0, 0.0), (1.0, 1.0)]),
            area(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]),
        ] {
            let invalid = cells(Some(&bad)).unwrap_err();
            assert_eq!(invalid.violations[0].field, "area");
            assert!(invalid.violations[0].description.contains(':'), "{invalid}");
        }
    }
}
