//! What hangs together in a mask, also over corners.
//!
//! Not here: which regions count.

use super::Area;
use crate::grid::{Grid, SIDE};

/// The smallest upright rectangle around a region, in pixels; `right` and `bottom` lie outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bounds {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Bounds {
    fn around(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether less than `distance` pixels lie between the two, each way.
    pub(super) fn is_near(&self, other: &Self, distance: usize) -> bool {
        self.left < other.right + distance
            && other.left < self.right + distance
            && self.top < other.bottom + distance
            && other.top < self.bottom + distance
    }

    /// As parts of a picture of so many pixels.
    pub(super) fn area(&self, width: usize, height: usize) -> Area {
        let (width, height) = (width as f32, height as f32);
        Area {
            x: self.left as f32 / width,
            y: self.top as f32 / height,
            width: (self.right - self.left) as f32 / width,
            height: (self.bottom - self.top) as f32 / height,
        }
    }
}

/// Pixels beside each other in one row; `end` lies outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) row: usize,
    pub(super) first: usize,
    pub(super) end: usize,
    /// While regions are being found, a run that hangs together with this one; then the index of
    /// the region.
    region: usize,
}

impl Run {
    /// Where its pixels are in a plane of rows of `width`.
    pub(super) fn pixels(&self, width: usize) -> std::ops::Range<usize> {
        self.row * width + self.first..self.row * width + self.end
    }
}

/// One region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub(super) bounds: Bounds,
    /// How many are set.
    pub(super) pixels: usize,
}

/// The regions of the mask that came last; keeps its memory from mask to mask.
#[derive(Default, Debug)]
pub(super) struct Regions {
    runs: Vec<Run>,
    found: Vec<Region>,
}

impl Regions {
    /// Finds the regions of a mask, which holds 0 and 1.
    pub(super) fn find(&mut self, mask: &[u8], width: usize) {
        self.runs.clear();
        let mut above = 0..0;
        for (row, pixels) in mask.chunks_exact(width).enumerate() {
            let first = self.runs.len();
            self.add_runs(row, pixels);
            let own = first..self.runs.len();
            self.join(above, own.clone());
            above = own;
        }
        self.number();
    }

    /// In the order of their first pixels.
    pub(super) fn found(&self) -> &[Region] {
        &self.found
    }

    /// The pixels of each region that `is_wanted`, by its index.
    pub(super) fn runs_of(&self, is_wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| is_wanted(run.region))
    }

    fn add_runs(&mut self, row: usize, pixels: &[u8]) {
        let mut from = 0;
        // Most rows have none, and `contains` is fast.
        while pixels[from..].contains(&1) {
            let first = from + pixels[from..].iter().take_while(|&&set| set == 0).count();
            let end = first + pixels[first..].iter().take_while(|&&set| set == 1).count();
            self.runs.push(Run { row, first, end, region: self.runs.len() });
            from = end;
        }
    }

    /// Joins the runs of a row to those of the row above; both are in order.
    fn join(&mut self, mut above: std::ops::Range<usize>, own: std::ops::Range<usize>) {
        for index in own {
            let run = self.runs[index];
            while above.start < above.end && self.runs[above.start].end < run.first {
                above.start += 1;
            }
            for other in above.clone() {
                if self.runs[other].first > run.end {
                    break;
                }
                let (a, b) = (self.root(index), self.root(other));
                self.runs[a.max(b)].region = a.min(b);
            }
        }
    }

    /// The first of the runs that this one is joined to.
    fn root(&mut self, mut index: usize) -> usize {
        while self.runs[index].region != index {
            let next = self.runs[index].region;
            self.runs[index].region = self.runs[next].region;
            index = next;
        }
        index
    }

    /// Turns links between runs into indices of regions. A link never leads forward.
    fn number(&mut self) {
        self.found.clear();
        for index in 0..self.runs.len() {
            let Run { row, first, end, region: link } = self.runs[index];
            let bounds = Bounds { left: first, top: row, right: end, bottom: row + 1 };
            let pixels = end - first;
            if link == index {
                self.runs[index].region = self.found.len();
                self.found.push(Region { bounds, pixels });
            } else {
                let number = self.runs[link].region;
                self.runs[index].region = number;
                let region = &mut self.found[number];
                region.bounds = region.bounds.around(&bounds);
                region.pixels += pixels;
            }
        }
    }
}

/// Sets the cells that pixels `first` to `end` of a row lie in, in a picture of this size.
pub(super) fn set_cells(grid: &mut Grid, run: &Run, width: usize, height: usize) {
    let cells = |first: usize, end: usize, all: usize| {
        first * SIDE / all..=((end * SIDE).div_ceil(all) - 1).min(SIDE - 1)
    };
    for row in cells(run.row, run.row + 1, height) {
        for column in cells(run.first, run.end, width) {
            grid.set(column, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(rows: &[&str]) -> Regions {
        let mask: Vec<u8> =
            rows.iter().flat_map(|row| row.bytes().map(|byte| u8::from(byte == b'#'))).collect();
        let mut regions = Regions::default();
        regions.find(&mask, rows[0].len());
        regions
    }

    #[test]
    fn corners_join_and_gaps_part() {
        let regions = find(&["#..##", ".#...", "....#", "#..#."]);

        let expected = [(0, 0, 2, 2, 2), (3, 0, 5, 1, 2), (3, 2, 5, 4, 2), (0, 3, 1, 4, 1)];
        let found: Vec<_> = regions
            .found()
            .iter()
            .map(|region| {
                let Bounds { left, top, right, bottom } = region.bounds;
                (left, top, right, bottom, region.pixels)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn arms_that_meet_far_down_are_one_region() {
        let regions = find(&["#.#.#.#", "#.#.#.#", "###.###", "...#..."]);

        assert_eq!(regions.found().len(), 1);
        assert_eq!(regions.found()[0].pixels, 15);
        assert_eq!(regions.runs_of(|index| index == 0).count(), 11);
    }

    #[test]
    fn cells_cover_pixels_where_either_is_the_smaller() {
        let cells = |row, first, end, width, height| {
            let mut grid = Grid::EMPTY;
            set_cells(&mut grid, &Run { row, first, end, region: 0 }, width, height);
            grid.count()
        };

        assert_eq!(cells(0, 0, 1, 1, 1), 256);
        assert_eq!(cells(1, 1, 2, 4, 4), 16);
        assert_eq!(cells(0, 0, 160, 160, 120), 16);
        assert_eq!(cells(119, 159, 160, 160, 120), 1);
        // A cell is 7.5 rows high: row 7 lies in two.
        assert_eq!(cells(7, 0, 10, 160, 120), 2);
    }
}
