//! What each camera has recorded last, by its times: where footage lies that the clock, when it was
//! set back, would record over.
//!
//! Kept as stretches of footage. A run that begins now must know the first stretch that ends after
//! now: it is recorded behind it, or up to it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ronin_core::{CameraId, Span, WallTime};

/// Footage with a gap shorter than this is one stretch: a camera that was away for a moment.
const GAP: Duration = Duration::from_secs(600);
/// Stretches kept for each camera. The oldest matter least: the clock would have to be set there.
const STRETCHES_MAX: usize = 16;

/// See the module. Cheap to clone; every clone is the same list.
#[derive(Clone, Debug, Default)]
pub struct Latest(Arc<Mutex<HashMap<CameraId, Vec<Span>>>>);

impl Latest {
    /// Starts with the latest stretch of each camera that the index knows.
    pub fn new(known: HashMap<CameraId, Span>) -> Self {
        let latest = Self::default();
        for (camera, span) in known {
            latest.recorded(&camera, span);
        }
        latest
    }

    /// There is footage of `span`.
    pub fn recorded(&self, camera: &CameraId, span: Span) {
        let mut cameras = self.cameras();
        let stretches = cameras.entry(camera.clone()).or_default();
        stretches.push(span);
        stretches.sort_by_key(|span| span.start);
        let mut joined: Vec<Span> = Vec::with_capacity(stretches.len());
        for span in stretches.drain(..) {
            match joined.last_mut() {
                Some(last) if span.start.since(last.end) < GAP => {
                    last.end = last.end.max(span.end);
                }
                _ => joined.push(span),
            }
        }
        let oldest = joined.len().saturating_sub(STRETCHES_MAX);
        *stretches = joined.split_off(oldest);
    }

    /// The first stretch of a camera that ends after `now`; `None` as long as no clock is set back.
    pub fn ahead_of(&self, camera: &CameraId, now: WallTime) -> Option<Span> {
        self.cameras().get(camera)?.iter().find(|span| span.end > now).copied()
    }

    fn cameras(&self) -> MutexGuard<'_, HashMap<CameraId, Vec<Span>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_micros(seconds * 1_000_000)
    }

    fn span(start: i64, end: i64) -> Span {
        Span::new(at(start), at(end))
    }

    #[test]
    fn what_lies_ahead_is_the_first_stretch_that_ends_after_now() {
        let camera: CameraId = "front".parse().unwrap();
        let latest = Latest::new(HashMap::from([(camera.clone(), span(0, 1000))]));
        latest.recorded(&camera, span(1010, 2000));
        latest.recorded(&camera, span(90_000, 91_000));

        let cases = [
            (500, Some(span(0, 2000))),
            (1999, Some(span(0, 2000))),
            (2000, Some(span(90_000, 91_000))),
            (90_500, Some(span(90_000, 91_000))),
            (91_000, None),
        ];

        for (now, ahead) in cases {
            assert_eq!(latest.ahead_of(&camera, at(now)), ahead, "at {now}");
        }
        assert_eq!(latest.ahead_of(&"other".parse().unwrap(), at(0)), None);
    }

    #[test]
    fn the_list_is_bounded_and_keeps_the_newest() {
        let camera: CameraId = "front".parse().unwrap();
        let latest = Latest::default();
        for day in 0..100 {
            latest.recorded(&camera, span(day * 86_400, day * 86_400 + 10));
        }
        assert_eq!(latest.cameras()[&camera].len(), STRETCHES_MAX);
        assert_eq!(latest.ahead_of(&camera, at(99 * 86_400)), Some(span(8_553_600, 8_553_610)));
    }
}
