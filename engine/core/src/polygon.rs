//! A closed line of straight edges over the picture, checked once and then trusted.
//!
//! Lengths are parts of the picture, from 0 to 1; x goes to the right, y down. Not here: what a
//! polygon is for.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::grid::{Grid, SIDE};

/// Nobody draws more by hand; checking takes the square of it.
pub const POINTS_MAX: usize = 100;
/// Ten by ten pixels of a picture of 1920 by 1080 are fifty times this.
const AREA_MIN: f64 = 1e-6;
/// In each direction, for finding the cells that a polygon touches.
const SAMPLES_PER_CELL: usize = 16;

/// Why points make no polygon.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum Error {
    /// Fewer than three.
    #[error("a polygon of {count} points encloses nothing: give at least 3")]
    TooFew {
        /// How many there were.
        count: usize,
    },
    /// More than [`POINTS_MAX`].
    #[error("a polygon of {count} points is too fine: give at most {POINTS_MAX}")]
    TooMany {
        /// How many there were.
        count: usize,
    },
    /// Not a number, or infinite.
    #[error("point {number} of the polygon is no number: give numbers from 0 to 1")]
    NotANumber {
        /// Of the point, from 1.
        number: usize,
    },
    /// A number below 0 or above 1.
    #[error(
        "point {number} of the polygon lies outside the picture at {x}, {y}: give parts of the \
         picture from 0 to 1, not pixels"
    )]
    Outside {
        /// Of the point, from 1.
        number: usize,
        /// What was given.
        x: f32,
        /// What was given.
        y: f32,
    },
    /// Two points that follow each other are the same.
    #[error("points {first} and {second} of the polygon are the same: leave one out")]
    Repeated {
        /// From 1.
        first: usize,
        /// From 1.
        second: usize,
    },
    /// All points in a line, or next to nothing between them.
    #[error("the polygon has no area: move its points apart")]
    NoArea,
    /// Two edges meet where they must not.
    #[error(
        "the polygon crosses or touches itself: the edges after points {first} and {second} meet; \
         give the points in order around the area"
    )]
    Crossing {
        /// The point where the one edge begins, from 1.
        first: usize,
        /// The point where the other begins.
        second: usize,
    },
}

/// A place in the picture.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// From the left edge, 0 to 1.
    pub x: f32,
    /// From the upper edge, 0 to 1.
    pub y: f32,
}

/// A checked polygon; its last point is joined to the first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<Point>", into = "Vec<Point>")]
pub struct Polygon {
    points: Vec<Point>,
}

// No point of it is "not a number".
impl Eq for Polygon {}

impl TryFrom<Vec<Point>> for Polygon {
    type Error = Error;

    fn try_from(points: Vec<Point>) -> Result<Self, Error> {
        Self::new(&points)
    }
}

impl From<Polygon> for Vec<Point> {
    fn from(polygon: Polygon) -> Self {
        polygon.points
    }
}

impl Polygon {
    /// Checks the points and keeps them, in either direction around the area.
    pub fn new(points: &[Point]) -> Result<Self, Error> {
        check_points(points)?;
        check_edges(points)?;
        if area(points).abs() < AREA_MIN {
            return Err(Error::NoArea);
        }
        Ok(Self { points: points.to_vec() })
    }

    /// The points in the order given.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Part of the picture inside, above 0 and at most 1.
    pub fn area(&self) -> f32 {
        area(&self.points).abs() as f32
    }

    /// Whether the place is inside. On an edge it may be either.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        self.crossings(y).filter(|&crossing| x < crossing).count() % 2 == 1
    }

    /// Row by row, whether the middle of each cell is inside, for `columns` by `rows` cells over
    /// the picture. One narrower than a cell may have none.
    pub fn rasterise(&self, columns: usize, rows: usize) -> Vec<bool> {
        let mut inside = vec![false; columns * rows];
        let mut edges = Vec::new();
        for row in 0..rows {
            edges.clear();
            edges.extend(self.crossings((row as f32 + 0.5) / rows as f32));
            edges.sort_unstable_by(f32::total_cmp);
            for pair in edges.chunks_exact(2) {
                let column = |x: f32| ((x * columns as f32 - 0.5).ceil() as usize).min(columns);
                let (first, end) = (column(pair[0]), column(pair[1]));
                inside[row * columns..][first..end].fill(true);
            }
        }
        inside
    }

    /// The cells that the polygon touches; at least one.
    pub fn grid(&self) -> Grid {
        let samples = SAMPLES_PER_CELL * SIDE;
        let mut grid = Grid::EMPTY;
        for (index, inside) in self.rasterise(samples, samples).into_iter().enumerate() {
            if inside {
                grid.set(index % samples / SAMPLES_PER_CELL, index / samples / SAMPLES_PER_CELL);
            }
        }
        // One that is too narrow to have samples inside still has its edges.
        let cell = |part: f32| ((part * SIDE as f32) as usize).min(SIDE - 1);
        for (from, to) in self.edges() {
            for step in 0..=samples {
                let part = step as f32 / samples as f32;
                let (x, y) = (from.x + part * (to.x - from.x), from.y + part * (to.y - from.y));
                grid.set(cell(x), cell(y));
            }
        }
        grid
    }

    fn edges(&self) -> impl Iterator<Item = (Point, Point)> {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().zip(next).map(|(&from, &to)| (from, to))
    }

    /// Where the edges cross the level line through `y`, in no order; always an even number.
    fn crossings(&self, y: f32) -> impl Iterator<Item = f32> {
        self.edges()
            .filter(move |(from, to)| (from.y > y) != (to.y > y))
            .map(move |(from, to)| from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x))
    }
}

fn check_points(points: &[Point]) -> Result<(), Error> {
    let count = points.len();
    if count < 3 {
        return Err(Error::TooFew { count });
    }
    if count > POINTS_MAX {
        return Err(Error::TooMany { count });
    }
    for (number, &Point { x, y }) in (1..).zip(points) {
        if !(x.is_finite() && y.is_finite()) {
            return Err(Error::NotANumber { number });
        }
        if !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) {
            return Err(Error::Outside { number, x, y });
        }
    }
    for first in 0..count {
        let second = (first + 1) % count;
        if points[first] == points[second] {
            return Err(Error::Repeated { first: first + 1, second: second + 1 });
        }
    }
    let is_flat = points.windows(2).all(|pair| turn(points[0], pair[0], pair[1]) == 0.0);
    if is_flat { Err(Error::NoArea) } else { Ok(()) }
}

/// Refuses edges that meet anywhere but at the point they share.
fn check_edges(points: &[Point]) -> Result<(), Error> {
    let count = points.len();
    let edge = |index: usize| (points[index], points[(index + 1) % count]);
    for first in 0..count {
        for second in first + 1..count {
            let ((a, b), (c, d)) = (edge(first), edge(second));
            let is_bad = if second == first + 1 {
                folds_back(a, b, d)
            } else if (second + 1) % count == first {
                folds_back(c, d, b)
            } else {
                meet(a, b, c, d)
            };
            if is_bad {
                return Err(Error::Crossing { first: first + 1, second: second + 1 });
            }
        }
    }
    Ok(())
}

/// Twice the area of the triangle; the sign says which way it turns, 0 that the three are in line.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    let (ax, ay) = (f64::from(a.x), f64::from(a.y));
    let (bx, by) = (f64::from(b.x) - ax, f64::from(b.y) - ay);
    let (cx, cy) = (f64::from(c.x) - ax, f64::from(c.y) - ay);
    bx * cy - by * cx
}

/// Whether the way from `corner` on to `to` goes back over the way from `from` to `corner`.
fn folds_back(from: Point, corner: Point, to: Point) -> bool {
    let back = f64::from(from.x - corner.x) * f64::from(to.x - corner.x)
        + f64::from(from.y - corner.y) * f64::from(to.y - corner.y);
    turn(from, corner, to) == 0.0 && back > 0.0
}

/// Whether the edges a–b and c–d have a point in common.
fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let sides = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
    let apart = |one: f64, other: f64| (one > 0.0 && other < 0.0) || (one < 0.0 && other > 0.0);
    if apart(sides[0], sides[1]) && apart(sides[2], sides[3]) {
        return true;
    }
    (sides[0] == 0.0 && is_between(a, b, c))
        || (sides[1] == 0.0 && is_between(a, b, d))
        || (sides[2] == 0.0 && is_between(c, d, a))
        || (sides[3] == 0.0 && is_between(c, d, b))
}

/// Whether `point`, which is in line with both ends, lies between them.
fn is_between(from: Point, to: Point, point: Point) -> bool {
    (from.x.min(to.x)..=from.x.max(to.x)).contains(&point.x)
        && (from.y.min(to.y)..=from.y.max(to.y)).contains(&point.y)
}

/// Above 0 one way round, below 0 the other.
fn area(points: &[Point]) -> f64 {
    points.windows(2).map(|pair| turn(points[0], pair[0], pair[1])).sum::<f64>() / 2.0
}
