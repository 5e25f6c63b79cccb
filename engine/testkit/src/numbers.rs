//! Pictures that carry a number, and the reading of those numbers from files.
//!
//! A picture is a grid of 8 × 8 black and white cells. The upper four rows are the 32 bits of the
//! number, highest bit first; the lower four rows are the same bits inverted, so that a picture
//! that was damaged or mixed with another is noticed and never read as a wrong number. The grid
//! fills the picture, so it also survives a change of size.

use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::ffprobe;

const CELLS: usize = 8;
const BITS: usize = 32;
/// Luma of the cells, inside the range that video allows.
const BLACK: u8 = 16;
const WHITE: u8 = 235;
/// A cell whose mean lies between is not clear enough to be taken for a bit.
const UNSURE: std::ops::Range<u32> = 96..160;
/// The list of faults in one message ends here; the first ones tell the story.
const MAX_FAULTS: usize = 12;

/// The smallest width and height that a number is read from with certainty.
pub const MIN_SIDE: usize = 64;

/// Paints `number` into the luma plane `luma` of `width` × `height` pixels without padding.
pub fn paint(number: u32, luma: &mut [u8], width: usize, height: usize) {
    assert_eq!(luma.len(), width * height, "the plane has another size");
    for row in 0..CELLS {
        let (top, bottom) = edges(row, height);
        let (first, rest) = luma[top * width..bottom * width].split_at_mut(width);
        for column in 0..CELLS {
            let (left, right) = edges(column, width);
            first[left..right].fill(if bit(number, row, column) { WHITE } else { BLACK });
        }
        for line in rest.chunks_exact_mut(width) {
            line.copy_from_slice(first);
        }
    }
}

/// The number in a luma plane, or why it cannot be read.
pub fn read_picture(luma: &[u8], width: usize, height: usize) -> Result<u32> {
    ensure!(luma.len() == width * height, "the plane has another size");
    ensure!(width >= MIN_SIDE && height >= MIN_SIDE, "{width}×{height} is too small to read");
    let mut halves = [0u32; 2];
    for index in 0..2 * BITS {
        let (row, column) = (index / CELLS, index % CELLS);
        let mean = middle_mean(luma, width, edges(column, width), edges(row, height));
        ensure!(!UNSURE.contains(&mean), "the cell {row},{column} is grey ({mean})");
        let half = &mut halves[index / BITS];
        *half = *half << 1 | u32::from(mean >= UNSURE.end);
    }
    let [number, inverse] = halves;
    ensure!(number == !inverse, "the halves say {number} and {}", !inverse);
    Ok(number)
}

/// First and last + 1 pixel of a cell along a side.
fn edges(cell: usize, side: usize) -> (usize, usize) {
    (cell * side / CELLS, (cell + 1) * side / CELLS)
}

fn bit(number: u32, row: usize, column: usize) -> bool {
    let index = row * CELLS + column;
    let value = if index < BITS { number } else { !number };
    value >> (BITS - 1 - index % BITS) & 1 == 1
}

/// The mean over the middle half of a cell; its rim suffers from compression.
fn middle_mean(luma: &[u8], width: usize, (l, r): (usize, usize), (t, b): (usize, usize)) -> u32 {
    let (dx, dy) = ((r - l) / 4, (b - t) / 4);
    let columns = l + dx..r - dx;
    let rows = t + dy..b - dy;
    let count = (columns.len() * rows.len()) as u32;
    let sum: u32 =
        rows.flat_map(|y| &luma[y * width..][columns.clone()]).map(|&value| u32::from(value)).sum();
    sum / count
}

/// Decodes a file with `ffmpeg` and reads the number of each picture in presentation order.
///
/// An error where the file cannot be decoded, the decoder complains, or a picture has no number.
pub fn read(path: &Path) -> Result<Vec<u32>> {
    let Decoded { pictures, status, complaints } = decode(path)?;
    if !status.success() || !complaints.is_empty() {
        bail!("{}: ffmpeg ended with {status}: {complaints}", path.display());
    }
    let number = |(index, picture): (usize, Result<u32>)| {
        picture.with_context(|| format!("{}: picture {index}", path.display()))
    };
    pictures.into_iter().enumerate().map(number).collect()
}

/// As [`read`], for a file whose camera or line damaged some pictures: `None` for a picture whose
/// number cannot be read, and the decoder may complain as long as it goes on to the end.
pub fn read_damaged(path: &Path) -> Result<Vec<Option<u32>>> {
    let Decoded { pictures, status, complaints } = decode(path)?;
    ensure!(status.success(), "{}: ffmpeg ended with {status}: {complaints}", path.display());
    Ok(pictures.into_iter().map(Result::ok).collect())
}

/// What came out of the decoder.
struct Decoded {
    pictures: Vec<Result<u32>>,
    status: ExitStatus,
    complaints: String,
}

fn decode(path: &Path) -> Result<Decoded> {
    let probe = ffprobe::probe(path)?;
    let video = probe.video().with_context(|| format!("{} has no video", path.display()))?;
    let (width, height) = (video.width as usize, video.height as usize);

    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    // Every picture, and the file's own unit of time: a guessed one may put two into one tick.
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    command.args(["-f", "rawvideo", "-pix_fmt", "gray", "-"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("start ffmpeg")?;
    let mut stdout = child.stdout.take().expect("stdout is a pipe");
    let mut stderr = child.stderr.take().expect("stderr is a pipe");
    // Read beside the pictures, so that neither pipe can fill up and block the decoder.
    let complaints = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_| text)
    });

    let mut pictures = Vec::new();
    let mut luma = vec![0; width * height];
    while next_picture(&mut stdout, &mut luma)? {
        pictures.push(read_picture(&luma, width, height));
    }
    let status = child.wait().context("wait for ffmpeg")?;
    let complaints = complaints.join().expect("the reader does not panic")?;
    Ok(Decoded { pictures, status, complaints: complaints.trim().to_owned() })
}

/// Fills `luma` with the next picture; false at the end.
fn next_picture(pictures: &mut impl Read, luma: &mut [u8]) -> Result<bool> {
    let mut filled = 0;
    while filled < luma.len() {
        match pictures.read(&mut luma[filled..]).context("read from ffmpeg")? {
            0 if filled == 0 => return Ok(false),
            0 => bail!("the last picture is cut short"),
            n => filled += n,
        }
    }
    Ok(true)
}

/// Checks that the numbers of a list of files, in order, go up by one from picture to picture and
/// from file to file. The error says what is missing, doubled or out of order, and where.
pub fn check_continuous(files: &[Vec<u32>]) -> Result<(), String> {
    let mut faults = Vec::new();
    let mut last: Option<u32> = None;
    for (file, numbers) in files.iter().enumerate() {
        if numbers.is_empty() {
            faults.push(format!("file {file} has no pictures"));
        }
        for (picture, &number) in numbers.iter().enumerate() {
            if let Some(fault) = last.and_then(|last| fault_between(last, number)) {
                faults.push(format!("file {file}, picture {picture}: {fault}"));
            }
            last = Some(number);
        }
    }
    if last.is_none() {
        faults.push("there are no pictures at all".to_owned());
    }
    if faults.is_empty() {
        return Ok(());
    }
    let more = faults.len().saturating_sub(MAX_FAULTS);
    faults.truncate(MAX_FAULTS);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    Err(faults.join("; "))
}

fn fault_between(last: u32, number: u32) -> Option<String> {
    let step = i64::from(number) - i64::from(last);
    match step {
        1 => None,
        0 => Some(format!("{number} is doubled")),
        2 => Some(format!("{} is missing", last + 1)),
        3.. => Some(format!("{} to {} are missing ({})", last + 1, number - 1, step - 1)),
        _ => Some(format!("{number} comes after {last}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(number: u32, width: usize, height: usize) -> Vec<u8> {
        let mut luma = vec![0; width * height];
        paint(number, &mut luma, width, height);
        luma
    }

    #[test]
    fn what_is_painted_is_read() {
        for (width, height) in [(64, 64), (160, 120), (321, 241)] {
            for number in [0, 1, 25, 0x8000_0001, 0xDEAD_BEEF, u32::MAX] {
                let luma = painted(number, width, height);
                assert_eq!(read_picture(&luma, width, height).unwrap(), number);
            }
        }
    }

    #[test]
    fn a_damaged_picture_is_not_read_as_another_number() {
        let mut mixed = painted(7, 160, 120);
        let other = painted(9, 160, 120);
        mixed[160 * 60..].copy_from_slice(&other[160 * 60..]);
        let error = read_picture(&mixed, 160, 120).unwrap_err().to_string();
        assert_eq!(error, "the halves say 7 and 9");

        let grey = vec![128; 160 * 120];
        assert!(read_picture(&grey, 160, 120).unwrap_err().to_string().contains("grey"));
    }

    #[test]
    fn continuity_is_checked_across_files() {
        assert_eq!(check_continuous(&[vec![5, 6], vec![7], vec![8, 9]]), Ok(()));
        for (files, fault) in [
            (vec![vec![1, 2], vec![4]], "file 1, picture 0: 3 is missing"),
            (vec![vec![1, 5]], "file 0, picture 1: 2 to 4 are missing (3)"),
            (vec![vec![1], vec![1]], "file 1, picture 0: 1 is doubled"),
            (vec![vec![8, 3]], "file 0, picture 1: 3 comes after 8"),
            (vec![vec![1], vec![]], "file 1 has no pictures"),
            (vec![], "there are no pictures at all"),
        ] {
            assert_eq!(check_continuous(&files), Err(fault.to_owned()));
        }
    }

    #[test]
    fn a_long_list_of_faults_is_cut() {
        let doubled = vec![3; 40];
        let error = check_continuous(&[doubled]).unwrap_err();
        assert!(error.ends_with("; and 27 more"), "{error}");
    }
}
