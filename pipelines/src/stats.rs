//! Counters of one graph, written by streaming threads and read by anyone.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use ronin_core::status::{Queued, Rate};

/// Counters of one branch. Each is a statistic of its own, so relaxed order is enough.
#[derive(Debug)]
pub(crate) struct Counters {
    born: Instant,
    frames: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
    most_queued_ms: AtomicU64,
    most_queued_bytes: AtomicU64,
    /// Milliseconds after `born`, plus one; 0 is never.
    last_ms: AtomicU64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            born: Instant::now(),
            frames: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            most_queued_ms: AtomicU64::new(0),
            most_queued_bytes: AtomicU64::new(0),
            last_ms: AtomicU64::new(0),
        }
    }

    /// A picture went in.
    pub(crate) fn count(&self, bytes: usize) {
        self.frames.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
        let ms = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.last_ms.store(ms + 1, Relaxed);
    }

    /// A picture was dropped at the entrance.
    pub(crate) fn drop_one(&self) {
        self.dropped.fetch_add(1, Relaxed);
    }

    /// So much waits behind the entrance.
    pub(crate) fn note_queued(&self, waits: Queued) {
        self.most_queued_ms.fetch_max(waits.ms, Relaxed);
        self.most_queued_bytes.fetch_max(waits.bytes, Relaxed);
    }

    /// The most that has waited.
    pub(crate) fn most_queued(&self) -> Queued {
        Queued {
            ms: self.most_queued_ms.load(Relaxed),
            bytes: self.most_queued_bytes.load(Relaxed),
        }
    }

    /// Age of the last picture; `None` before the first.
    pub(crate) fn age(&self) -> Option<Duration> {
        let last = Duration::from_millis(self.last_ms.load(Relaxed).checked_sub(1)?);
        Some(self.born.elapsed().saturating_sub(last))
    }

    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }
}

/// A switch that streaming threads read.
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn raise(&self) {
        self.0.store(true, Relaxed);
    }

    pub(crate) fn is_up(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Lowers it; true where it was up.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Relaxed)
    }
}

/// Rates over the last seconds, from counters that only grow.
#[derive(Debug)]
pub(crate) struct Meter {
    since: Instant,
    frames: u64,
    bytes: u64,
    rate: Option<Rate>,
}

impl Meter {
    /// Long enough for a steady figure, short enough to follow a scene.
    const PERIOD: Duration = Duration::from_secs(4);

    pub(crate) fn new(now: Instant) -> Self {
        Self { since: now, frames: 0, bytes: 0, rate: None }
    }

    /// Reads the counters. Each period gives a rate; the first begins where something comes.
    pub(crate) fn read(&mut self, counters: &Counters, now: Instant) {
        let (frames, bytes) = (counters.frames(), counters.bytes());
        if self.frames == 0 {
            *self = Self { since: now, frames, bytes, rate: None };
            return;
        }
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed < Self::PERIOD {
            return;
        }
        let seconds = elapsed.as_secs_f64();
        let frames_per_second = (frames - self.frames) as f64 / seconds;
        let bits_per_second = ((bytes - self.bytes) as f64 * 8.0 / seconds) as u64;
        let rate = Some(Rate { frames_per_second, bits_per_second });
        *self = Self { since: now, frames, bytes, rate };
    }

    /// The rate of the last whole period; `None` before the first is over.
    pub(crate) fn rate(&self) -> Option<Rate> {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_tells_the_rate_of_the_last_seconds_and_not_of_all() {
        let counters = Counters::new();
        let began = Instant::now();
        let mut meter = Meter::new(began);
        let mut read_at = |ms| {
            meter.read(&counters, began + Duration::from_millis(ms));
            meter.rate().map(|rate| (rate.frames_per_second.round(), rate.bits_per_second))
        };
        let pictures = |count| (0..count).for_each(|_| counters.count(1000));

        assert_eq!(read_at(19_000), None);
        pictures(1);
        assert_eq!(read_at(20_000), None, "a camera that takes long to connect is not slow");
        pictures(100);
        assert_eq!(read_at(23_900), None);
        assert_eq!(read_at(24_000), Some((25.0, 200_000)));
        pictures(40);
        assert_eq!(read_at(26_000), Some((25.0, 200_000)), "until the next period is over");
        assert_eq!(read_at(28_000), Some((10.0, 80_000)));
        assert_eq!(read_at(32_000), Some((0.0, 0)), "it has stopped");
    }

    #[test]
    fn the_most_that_waited_is_kept() {
        let counters = Counters::new();

        for (ms, bytes) in [(10, 5000), (400, 100), (0, 0)] {
            counters.note_queued(Queued { ms, bytes });
        }

        assert_eq!(counters.most_queued(), Queued { ms: 400, bytes: 5000 });
    }
}
