//! Where something moved in front of a camera, second by second.
//!
//! Not here: what counts as motion (`ronin_vision`), and how it is kept (`ronin_store`).

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{grid::Grid, id::CameraId, time::WallTime};

/// Seconds of a minute.
const SECONDS: u8 = 60;
const SECOND: Duration = Duration::from_secs(1);
const MINUTE_US: i64 = 60_000_000;
/// Bytes of one second in [`MotionMinute::to_bytes`].
const STRIDE: usize = 1 + Grid::BYTES;

/// The motion of one camera in one minute of the clock. Seconds without any are not there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct MotionMinute {
    /// Whose pictures.
    pub camera: CameraId,
    /// Where the minute begins.
    pub start: WallTime,
    seconds: BTreeMap<u8, Grid>,
}

impl MotionMinute {
    /// The minute that `at` lies in, without motion.
    pub fn of(camera: CameraId, at: WallTime) -> Self {
        Self { camera, start: minute_of(at), seconds: BTreeMap::new() }
    }

    /// Whether `at` lies in it.
    pub fn contains(&self, at: WallTime) -> bool {
        minute_of(at) == self.start
    }

    /// Adds motion seen at `at`, which lies in this minute, or is left out.
    pub fn add(&mut self, at: WallTime, grid: &Grid) {
        if grid.is_empty() || !self.contains(at) {
            return;
        }
        let second = at.since(self.start).as_secs();
        let second = u8::try_from(second).unwrap_or(SECONDS).min(SECONDS - 1);
        let known = self.seconds.entry(second).or_default();
        *known = known.union(grid);
    }

    /// Adds what another knows of the same minute.
    pub fn merge(&mut self, other: &Self) {
        for (at, grid) in other.seconds() {
            self.add(at, &grid);
        }
    }

    /// The seconds with motion, in order: where each begins, and where something moved.
    pub fn seconds(&self) -> impl DoubleEndedIterator<Item = (WallTime, Grid)> + '_ {
        self.seconds.iter().map(|(second, grid)| (self.start + SECOND * u32::from(*second), *grid))
    }

    /// Whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.seconds.is_empty()
    }

    /// Where something moved in any second.
    pub fn area(&self) -> Grid {
        self.seconds.values().fold(Grid::EMPTY, |area, grid| area.union(grid))
    }

    /// The seconds with motion as bits; the lowest is the first second.
    pub fn mask(&self) -> u64 {
        self.seconds.keys().fold(0, |mask, second| mask | 1 << second)
    }

    /// For storing: for each second with motion its number and its grid.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.seconds.len() * STRIDE);
        for (second, grid) in &self.seconds {
            bytes.push(*second);
            bytes.extend(grid.to_bytes());
        }
        bytes
    }

    /// From what [`MotionMinute::to_bytes`] gave; `None` where it cannot be that.
    pub fn from_bytes(camera: CameraId, start: WallTime, bytes: &[u8]) -> Option<Self> {
        let (records, rest) = bytes.as_chunks::<STRIDE>();
        let mut seconds = BTreeMap::new();
        for [second, cells @ ..] in records {
            let is_new = seconds.insert(*second, Grid::from_bytes(*cells)).is_none();
            if !is_new || *second >= SECONDS {
                return None;
            }
        }
        let is_whole = rest.is_empty() && minute_of(start) == start;
        is_whole.then_some(Self { camera, start, seconds })
    }
}

fn minute_of(at: WallTime) -> WallTime {
    WallTime::from_micros(at.as_micros().div_euclid(MINUTE_US).saturating_mul(MINUTE_US))
}

/// As text: bytes in hexadecimal.
#[derive(Serialize, Deserialize)]
struct Stored {
    camera: CameraId,
    start: WallTime,
    seconds: String,
}

impl From<MotionMinute> for Stored {
    fn from(minute: MotionMinute) -> Self {
        let seconds = minute.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { camera: minute.camera, start: minute.start, seconds }
    }
}

impl TryFrom<Stored> for MotionMinute {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let strange = || format!("{:?} is no minute of motion", stored.seconds);
        let digits = stored.seconds.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        let minute =
            Self::from_bytes(stored.camera.clone(), stored.start, &bytes.ok_or_else(strange)?);
        minute.ok_or_else(strange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> WallTime {
        WallTime::from_micros(1_700_000_040_000_000 + second * 1_000_000)
    }

    fn cell(column: usize, row: usize) -> Grid {
        let mut grid = Grid::EMPTY;
        grid.set(column, row);
        grid
    }

    fn minute() -> MotionMinute {
        let mut minute = MotionMinute::of("yard".parse().unwrap(), at(7));
        minute.add(at(7), &cell(0, 0));
        minute.add(at(7) + Duration::from_millis(600), &cell(15, 15));
        minute.add(at(59), &cell(3, 4));
        minute
    }

    #[test]
    fn motion_of_a_second_is_one_grid_and_other_minutes_are_left_out() {
        let mut minute = minute();
        minute.add(at(60), &cell(1, 1));
        minute.add(at(-1), &cell(1, 1));
        minute.add(at(9), &Grid::EMPTY);

        let seconds: Vec<_> = minute.seconds().collect();
        assert_eq!(seconds, [(at(7), cell(0, 0).union(&cell(15, 15))), (at(59), cell(3, 4))]);
        assert_eq!(minute.start, at(0));
        assert_eq!(minute.mask(), 1 << 7 | 1 << 59);
        assert_eq!(minute.area().count(), 3);
        assert!(minute.contains(at(0)) && !minute.contains(at(60)));
    }

    #[test]
    fn it_survives_storing_in_both_ways() {
        let minute = minute();
        let bytes = minute.to_bytes();

        let again = MotionMinute::from_bytes(minute.camera.clone(), minute.start, &bytes);
        assert_eq!(again.as_ref(), Some(&minute));
        let text = serde_json::to_string(&minute).unwrap();
        assert_eq!(serde_json::from_str::<MotionMinute>(&text).unwrap(), minute);
    }

    #[test]
    fn what_is_none_is_refused() {
        let minute = minute();
        let read =
            |start, bytes: &[u8]| MotionMinute::from_bytes(minute.camera.clone(), start, bytes);
        let bytes = minute.to_bytes();
        let mut late = bytes.clone();
        late[0] = 60;

        assert_eq!(read(at(0), &bytes[1..]), None);
        assert_eq!(read(at(1), &bytes), None);
        assert_eq!(read(at(0), &late), None);
        assert_eq!(read(at(0), &[bytes.clone(), bytes].concat()), None);
        let odd = r#"{"camera":"yard","start":0,"seconds":"0"}"#;
        assert!(serde_json::from_str::<MotionMinute>(odd).is_err());
    }

    #[test]
    fn two_halves_of_a_minute_are_one() {
        let (mut first, mut second) = (minute(), MotionMinute::of("yard".parse().unwrap(), at(30)));
        second.add(at(7), &cell(1, 1));
        second.add(at(30), &cell(2, 2));
        first.merge(&second);

        assert_eq!(first.mask(), 1 << 7 | 1 << 30 | 1 << 59);
        assert_eq!(first.area().count(), 5);
    }
}
