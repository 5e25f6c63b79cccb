//! Takes single pixels out of a mask, and leaves what is dense.
//!
//! A pixel stays where most of the nine around and with it are set, or where it is set and
//! touches such a one. Streaks of rain, one pixel wide, and noise go; corners stay.

/// Of nine.
const MOST: u8 = 5;

/// Keeps its memory from picture to picture.
#[derive(Debug)]
pub(super) struct Cleaner {
    width: usize,
    /// One row with a pixel of margin on both sides.
    columns: Vec<u8>,
    dense: Vec<u8>,
    nothing: Vec<u8>,
}

impl Cleaner {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            columns: vec![0; width + 2],
            dense: vec![0; width * height],
            nothing: vec![0; width],
        }
    }

    /// Cleans `mask`, which holds 0 and 1, into `clean`. Returns how many pixels are left.
    pub(super) fn run(&mut self, mask: &[u8], clean: &mut [u8]) -> usize {
        let (width, columns) = (self.width, &mut self.columns);
        let mut is_any_dense = false;
        for (y, dense) in self.dense.chunks_exact_mut(width).enumerate() {
            let rows = around(mask, width, y, &self.nothing);
            combine(rows, columns, dense, |a, b| a + b);
            let mut any = 0;
            for value in &mut *dense {
                *value = u8::from(*value >= MOST);
                any |= *value;
            }
            is_any_dense |= any != 0;
        }
        if !is_any_dense {
            clean.fill(0);
            return 0;
        }
        let mut count = 0;
        for (y, clean) in clean.chunks_exact_mut(width).enumerate() {
            let rows = around(&self.dense, width, y, &self.nothing);
            combine(rows, columns, clean, |a, b| a | b);
            let row = y * width..(y + 1) * width;
            let own = mask[row.clone()].iter().zip(&self.dense[row]);
            let mut in_row = 0;
            for (value, (&set, &dense)) in clean.iter_mut().zip(own) {
                *value = dense | (set & *value);
                in_row += u32::from(*value);
            }
            count += in_row as usize;
        }
        count
    }
}

/// The row above `y`, the row itself and the one below; `nothing` outside the picture.
fn around<'a>(mask: &'a [u8], width: usize, y: usize, nothing: &'a [u8]) -> [&'a [u8]; 3] {
    let row = |y: usize| mask.get(y * width..(y + 1) * width).unwrap_or(nothing);
    [if y == 0 { nothing } else { row(y - 1) }, row(y), row(y + 1)]
}

/// Fills `out` with what the nine pixels around each are together.
fn combine(rows: [&[u8]; 3], columns: &mut [u8], out: &mut [u8], join: impl Fn(u8, u8) -> u8) {
    let width = out.len();
    let [above, own, below] = rows;
    for (column, ((&a, &b), &c)) in
        columns[1..=width].iter_mut().zip(above.iter().zip(own).zip(below))
    {
        *column = join(join(a, b), c);
    }
    let sides = columns[..width].iter().zip(&columns[1..=width]).zip(&columns[2..]);
    for (out, ((&left, &own), &right)) in out.iter_mut().zip(sides) {
        *out = join(join(left, own), right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(rows: &[&str]) -> (Vec<String>, usize) {
        let width = rows[0].len();
        let mask: Vec<u8> =
            rows.iter().flat_map(|row| row.bytes().map(|byte| u8::from(byte == b'#'))).collect();
        let mut clean = vec![7; mask.len()];
        let count = Cleaner::new(width, rows.len()).run(&mask, &mut clean);
        let text = |row: &[u8]| row.iter().map(|&set| if set == 1 { '#' } else { '.' }).collect();
        (clean.chunks(width).map(text).collect(), count)
    }

    #[test]
    fn specks_and_streaks_go() {
        let (clean, count) = cleaned(&["#....", "..#..", "..#.#", "..#..", "#...."]);

        assert_eq!(count, 0);
        assert!(clean.iter().all(|row| row == "....."), "{clean:?}");
    }

    #[test]
    fn what_is_dense_keeps_its_corners_and_loses_its_holes() {
        let (clean, count) = cleaned(&[".......", ".###...", ".#.#...", ".###..#", "......."]);

        assert_eq!(clean, [".......", ".###...", ".###...", ".###...", "......."]);
        assert_eq!(count, 9);
    }

    #[test]
    fn picture_of_one_pixel_is_empty() {
        assert_eq!(cleaned(&["#"]).1, 0);
    }
}
