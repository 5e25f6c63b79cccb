//! Where an object was, thinned so that a long path has no more moments than a short one.

use ronin_core::event::{Moment, PATH_MAX};

/// Moments in order. The first and the last are always there.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// Every `stride`th, without the last.
    kept: Vec<Moment>,
    stride: usize,
    /// How many there were after the last that was kept.
    since: usize,
    last: Moment,
}

impl Path {
    pub(super) fn new(first: Moment) -> Self {
        Self { kept: vec![first], stride: 1, since: 0, last: first }
    }

    pub(super) fn push(&mut self, moment: Moment) {
        self.last = moment;
        self.since += 1;
        if self.since < self.stride {
            return;
        }
        self.since = 0;
        self.kept.push(moment);
        // One place is for the last.
        if self.kept.len() == PATH_MAX {
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride *= 2;
            self.since = self.stride / 2;
        }
    }

    pub(super) fn moments(&self) -> Vec<Moment> {
        let mut moments = self.kept.clone();
        if self.since > 0 {
            moments.push(self.last);
        }
        moments
    }
}

#[cfg(test)]
mod tests {
    use ronin_core::{WallTime, event::Place};

    use super::*;

    fn moment(number: usize) -> Moment {
        let at = WallTime::from_micros(number as i64);
        Moment { at, place: Place::default(), score: 0.5 }
    }

    #[test]
    fn path_of_any_length_is_short_even_and_whole() {
        let mut path = Path::new(moment(0));
        for number in 1..5_000 {
            path.push(moment(number));

            let times: Vec<_> = path.moments().iter().map(|m| m.at.as_micros()).collect();
            assert!(times.len() <= PATH_MAX && times.len() > PATH_MAX.min(number) / 2, "{number}");
            assert_eq!((times[0], times[times.len() - 1]), (0, number as i64));
            let steps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let (last, others) = steps.split_last().unwrap();
            assert!(others.iter().all(|step| *step == others[0] && *step >= *last), "{times:?}");
        }
    }
}
