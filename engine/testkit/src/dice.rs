//! Chance that can be had again: the same seed gives the same numbers on every machine.

use std::time::{SystemTime, UNIX_EPOCH};

/// The seed that a run takes where it is set.
const SEED: &str = "RONIN_TEST_SEED";

/// A row of numbers that follows from a seed (SplitMix64).
#[derive(Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// From this seed.
    pub fn new(seed: u64) -> Dice {
        Dice { state: seed }
    }

    /// From `RONIN_TEST_SEED`, else from the time. The seed is printed, so that a run that found
    /// something can be had again.
    pub fn of_run(what: &str) -> Dice {
        let seed = std::env::var(SEED).ok().map(|text| text.parse().expect("a number as the seed"));
        let seed = seed.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            now.as_millis() as u64
        });
        eprintln!("{what}: {SEED}={seed}");
        Dice::new(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again_and_they_spread() {
        let roll = || {
            let mut dice = Dice::new(7);
            (0..1000).map(|_| dice.below(10)).collect::<Vec<u64>>()
        };

        let numbers = roll();

        assert_eq!(numbers, roll());
        for side in 0..10 {
            let count = numbers.iter().filter(|&&number| number == side).count();
            assert!((60..140).contains(&count), "{side} came {count} times");
        }
    }
}
