//! Counters of one graph, written by streaming threads and read by anyone.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// Counters of one branch. Each is a statistic of its own, so relaxed order is enough.
#[derive(Debug)]
pub(crate) struct Counters {
    born: Instant,
    frames: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
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
    at: Instant,
    frames: u64,
    bytes: u64,
}

impl Meter {
    /// Long enough for a steady figure, short enough to follow a scene.
    const PERIOD: Duration = Duration::from_secs(4);

    pub(crate) fn new() -> Self {
        Self { at: Instant::now(), frames: 0, bytes: 0 }
    }

    /// Pictures and bits per second since the last reading; `None` until the period is over.
    pub(crate) fn read(&mut self, counters: &Counters) -> Option<(f64, u64)> {
        let elapsed = self.at.elapsed();
        if elapsed < Self::PERIOD {
            return None;
        }
        let (frames, bytes) = (counters.frames(), counters.bytes());
        let seconds = elapsed.as_secs_f64();
        let rate = (frames - self.frames) as f64 / seconds;
        let bits = ((bytes - self.bytes) as f64 * 8.0 / seconds) as u64;
        *self = Self { at: Instant::now(), frames, bytes };
        Some((rate, bits))
    }
}
