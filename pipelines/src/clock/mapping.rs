//! From the running time of a graph to wall-clock time, without a jump: straight pieces that meet,
//! each a little steeper or flatter than real time. Pure.

use std::{collections::VecDeque, time::Duration};

use ronin_core::WallTime;

/// Steepest correction. A second of it is half a millisecond: nobody sees it, and an error of a
/// second is gone in half an hour.
const SLEW_MAX_PPM: i64 = 500;
/// An error is corrected within this, where the steepest correction allows.
const HORIZON_S: i64 = 60;
/// Smaller errors are left alone.
const DEAD_ZONE: Duration = Duration::from_millis(1);
/// A correction begins this long after now, so that times that were given already stay.
const AHEAD: Duration = Duration::from_secs(1);
/// Times this old still map as they did. A picture waits 10 s for the disk, a retiring branch 30 s.
const HISTORY: Duration = Duration::from_secs(120);

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    /// In order; never empty.
    pieces: VecDeque<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    running_ns: i128,
    wall_ns: i128,
    /// How much faster than running time the wall-clock time goes.
    ppm: i64,
}

impl Piece {
    fn wall_ns(&self, running_ns: i128) -> i128 {
        let passed = running_ns - self.running_ns;
        self.wall_ns + passed + passed * i128::from(self.ppm) / 1_000_000
    }
}

impl Mapping {
    /// `running` is at `wall`.
    pub(crate) fn new(running: Duration, wall: WallTime) -> Self {
        let first = Piece { running_ns: nanos(running), wall_ns: wall_nanos(wall), ppm: 0 };
        Self { pieces: VecDeque::from([first]) }
    }

    /// Wall-clock time at `running`.
    pub(crate) fn wall(&self, running: Duration) -> WallTime {
        let micros = self.wall_ns(nanos(running)).div_euclid(1000);
        WallTime::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    fn wall_ns(&self, running_ns: i128) -> i128 {
        let at = self.pieces.partition_point(|piece| piece.running_ns <= running_ns);
        self.pieces[at.saturating_sub(1)].wall_ns(running_ns)
    }

    /// Goes slowly towards `target` being at `now`. What was mapped up to now and a little beyond
    /// stays.
    pub(crate) fn steer(&mut self, now: Duration, target: WallTime) {
        let now_ns = nanos(now);
        let error_ns = wall_nanos(target) - self.wall_ns(now_ns);
        let wanted = if error_ns.unsigned_abs() < DEAD_ZONE.as_nanos() {
            0
        } else {
            // Nanoseconds over seconds are parts in 10⁹.
            let ppm = error_ns / (1000 * i128::from(HORIZON_S));
            let most = i128::from(SLEW_MAX_PPM);
            i64::try_from(ppm.clamp(-most, most)).unwrap_or(0)
        };
        let last = self.pieces[self.pieces.len() - 1];
        let begins = now_ns + nanos(AHEAD);
        if wanted != last.ppm && begins > last.running_ns {
            let wall_ns = last.wall_ns(begins);
            self.pieces.push_back(Piece { running_ns: begins, wall_ns, ppm: wanted });
        }
        while self.pieces.len() > 1 && self.pieces[1].running_ns + nanos(HISTORY) < now_ns {
            self.pieces.pop_front();
        }
    }
}

fn nanos(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX >> 8)
}

fn wall_nanos(wall: WallTime) -> i128 {
    i128::from(wall.as_micros()) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_700_000_000_000_000;

    fn wall(micros: i64) -> WallTime {
        WallTime::from_micros(START + micros)
    }

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    /// Error of the mapping at `second` against an ideal clock that is `off` µs from the start.
    fn error(mapping: &Mapping, second: u64, off: i64) -> i64 {
        let ideal = wall(i64::try_from(second).unwrap() * 1_000_000 + off);
        ideal.as_micros() - mapping.wall(secs(second)).as_micros()
    }

    #[test]
    fn an_error_is_corrected_slowly_and_then_stays_small() {
        // Error in µs, seconds until at most 2 ms are left.
        let cases = [(0, 1), (20_000, 200), (300_000, 900), (-300_000, 900), (1_900_000, 4200)];
        for (off, within) in cases {
            let mut mapping = Mapping::new(secs(10), wall(10_000_000));
            for second in 10..10_000_u64 {
                let target = wall(i64::try_from(second).unwrap() * 1_000_000 + off);
                mapping.steer(secs(second), target);
                let left = error(&mapping, second, off).abs();
                assert!(second < 10 + within || left <= 2000, "{left} µs of {off} at {second} s");
                assert!(left <= off.abs().max(2000), "{left} µs of {off}: it overshoots");
            }
            assert!(mapping.pieces.len() < 130, "history is bounded: {}", mapping.pieces.len());
        }
    }

    /// A random number below `below`, the same in every run.
    fn random(state: &mut u64, below: u64) -> u64 {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % below
    }

    #[test]
    fn whatever_it_is_steered_to_it_goes_on_without_a_jump_and_near_real_time() {
        for seed in 0..50 {
            let mut state = seed;
            let mut mapping = Mapping::new(Duration::ZERO, wall(0));
            let mut now = Duration::ZERO;
            for _ in 0..500 {
                now += Duration::from_millis(random(&mut state, 5000));
                let asked: Vec<(Duration, WallTime)> = (0..10)
                    .map(|_| now.saturating_sub(Duration::from_millis(random(&mut state, 60_000))))
                    .map(|at| (at, mapping.wall(at)))
                    .collect();
                let off = i64::try_from(random(&mut state, 20_000_000)).unwrap() - 10_000_000;
                let target = wall(i64::try_from(now.as_micros()).unwrap() + off);

                mapping.steer(now, target);

                for (at, was) in asked {
                    assert_eq!(mapping.wall(at), was, "seed {seed}: a time that was given moved");
                }
                let mut last = None;
                for step in 0..40_u64 {
                    let at = now.saturating_sub(secs(2)) + Duration::from_millis(step * 100);
                    let here = mapping.wall(at).as_micros();
                    let went = last.map(|last| here - last);
                    assert!(
                        went.is_none_or(|went| (99_949..=100_051).contains(&went)),
                        "seed {seed}: {went:?} µs in 100 ms"
                    );
                    last = Some(here);
                }
            }
        }
    }

    #[test]
    fn extremes_do_not_panic() {
        for micros in [i64::MIN, 0, i64::MAX] {
            let mut mapping = Mapping::new(Duration::MAX, WallTime::from_micros(micros));
            mapping.steer(Duration::ZERO, WallTime::from_micros(-(micros / 2)));
            mapping.steer(Duration::MAX, WallTime::from_micros(i64::MAX));
            let _ = (mapping.wall(Duration::ZERO), mapping.wall(Duration::MAX));
        }
    }
}
