//! Where something is, as 16 by 16 cells over the picture: one bit a cell, 32 bytes in all.
//!
//! Depends on nothing, because it is stored. Not here: what sets the cells.

/// Cells in a row, and rows.
pub const SIDE: usize = 16;

/// A set of cells. Column 0 is on the left, row 0 on top.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Grid {
    /// One number a row; its lowest bit is column 0.
    rows: [u16; SIDE],
}

impl Grid {
    /// Bytes of [`Grid::to_bytes`].
    pub const BYTES: usize = 2 * SIDE;

    /// No cell.
    pub const EMPTY: Self = Self { rows: [0; SIDE] };

    /// Whether the cell is in the set; a cell outside the grid never is.
    pub fn is_set(&self, column: usize, row: usize) -> bool {
        column < SIDE && self.rows.get(row).is_some_and(|bits| bits & (1 << column) != 0)
    }

    /// Puts the cell into the set. One outside the grid is left out.
    pub fn set(&mut self, column: usize, row: usize) {
        if let Some(bits) = self.rows.get_mut(row)
            && column < SIDE
        {
            *bits |= 1 << column;
        }
    }

    /// The cells of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { rows: std::array::from_fn(|row| self.rows[row] | other.rows[row]) }
    }

    /// Whether some cell is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.rows.iter().zip(&other.rows).any(|(a, b)| a & b != 0)
    }

    /// Whether no cell is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// How many cells are set, 0 to 256.
    pub fn count(&self) -> u32 {
        self.rows.iter().map(|bits| bits.count_ones()).sum()
    }

    /// The rows, from the top; the lowest bit of each is column 0.
    pub fn rows(&self) -> [u16; SIDE] {
        self.rows
    }

    /// For storing: row by row from the top, columns 0 to 7 in the first byte of a row and 8 to 15
    /// in the second, the lowest bit first.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (pair, bits) in bytes.chunks_exact_mut(2).zip(&self.rows) {
            pair.copy_from_slice(&bits.to_le_bytes());
        }
        bytes
    }

    /// From what [`Grid::to_bytes`] gave. Any bytes are some grid.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self {
            rows: std::array::from_fn(|row| {
                u16::from_le_bytes([bytes[2 * row], bytes[2 * row + 1]])
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(cells: &[(usize, usize)]) -> Grid {
        let mut grid = Grid::EMPTY;
        for &(column, row) in cells {
            grid.set(column, row);
        }
        grid
    }

    #[test]
    fn every_cell_is_its_own_bit_and_survives_storing() {
        for row in 0..SIDE {
            for column in 0..SIDE {
                let one = grid(&[(column, row)]);
                assert!(one.is_set(column, row) && one.count() == 1 && !one.is_empty());
                assert_eq!(Grid::from_bytes(one.to_bytes()), one);
                assert_eq!(one.to_bytes()[2 * row + column / 8], 1 << (column % 8));
            }
        }
    }

    #[test]
    fn union_has_both_and_overlaps_each() {
        let (a, b) = (grid(&[(0, 0), (15, 15)]), grid(&[(3, 7)]));

        let both = a.union(&b);

        assert_eq!(both, grid(&[(0, 0), (15, 15), (3, 7)]));
        assert!(!a.overlaps(&b) && both.overlaps(&a) && both.overlaps(&b));
        assert!(!Grid::EMPTY.overlaps(&both));
    }

    #[test]
    fn cells_outside_are_never_set() {
        let outside = grid(&[(16, 0), (0, 16), (usize::MAX, usize::MAX)]);

        assert!(outside.is_empty());
        assert!(!outside.is_set(16, 0) && !outside.is_set(0, usize::MAX));
    }
}
