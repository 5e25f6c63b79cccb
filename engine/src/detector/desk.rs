//! Where pictures wait for the detector: at most one of each camera, and a newer one takes its place.
//!
//! Cameras take turns: one that sends many pictures gets no more looks than another that waits.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ronin_core::{CameraId, frame::VideoFrame};
use ronin_vision::{detector::Detection, geometry::Rect};

/// How much the newest picture counts in the mean time for one.
const NEWEST_COUNTS: f64 = 0.05;

/// A picture to look at.
pub struct Job {
    /// The picture.
    pub frame: VideoFrame,
    /// The part of it to look at.
    pub region: Rect,
    /// Takes the answer, on the thread of the detector: it must not wait for anything. Where none
    /// comes, it is dropped.
    pub answer: Box<dyn FnOnce(Answer) + Send>,
}

/// What was found in a picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The objects, surest first.
    pub found: Vec<Detection>,
    /// How long it took.
    pub took: Duration,
}

/// Which worker; a later one is higher.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Generation(pub(super) u64);

/// The pictures that wait. Cheap to clone.
#[derive(Clone, Default)]
pub struct Desk(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<Waiting>,
    news: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// In the order in which their cameras came.
    jobs: VecDeque<(CameraId, Job)>,
    /// The worker that may take them.
    current: Option<Generation>,
    /// Older ones come too late.
    floor: Generation,
    /// Since when it looks at one.
    busy_since: Option<Instant>,
    counts: Counts,
}

/// How the detector does, since a model was loaded.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Counts {
    /// Pictures that were looked at.
    pub(super) pictures: u64,
    /// Pictures that a newer one replaced.
    pub(super) replaced: u64,
    /// Seconds for a picture, the last ones more.
    pub(super) mean_s: f64,
}

impl Desk {
    /// Leaves a picture of this camera, in the place of one that waits. While there is no worker it is
    /// dropped.
    pub fn leave(&self, camera: &CameraId, job: Job) {
        let mut waiting = self.lock();
        if waiting.current.is_none() {
            return;
        }
        match waiting.jobs.iter_mut().find(|(of, _)| of == camera) {
            Some((_, older)) => {
                *older = job;
                waiting.counts.replaced += 1;
            }
            None => waiting.jobs.push_back((camera.clone(), job)),
        }
        drop(waiting);
        self.0.news.notify_all();
    }

    /// A worker with a model goes on from here, in the place of every older one. False where there is
    /// a newer one.
    pub(super) fn take_over(&self, own: Generation) -> bool {
        let mut waiting = self.lock();
        if waiting.floor > own {
            return false;
        }
        (waiting.current, waiting.floor) = (Some(own), own);
        waiting.busy_since = None;
        waiting.counts = Counts::default();
        drop(waiting);
        self.0.news.notify_all();
        true
    }

    /// Nobody goes on until a worker from `floor` on takes over. What waits is dropped.
    pub(super) fn close(&self, floor: Generation) {
        let mut waiting = self.lock();
        (waiting.current, waiting.floor) = (None, floor);
        waiting.busy_since = None;
        waiting.jobs.clear();
        drop(waiting);
        self.0.news.notify_all();
    }

    /// The pictures whose turn it is, one at least and `most` at most, each of another camera. Blocks;
    /// `None` when another worker is to go on.
    pub(super) fn next(&self, own: Generation, most: usize) -> Option<Vec<Job>> {
        let mut waiting = self.lock();
        loop {
            if waiting.current != Some(own) {
                return None;
            }
            if !waiting.jobs.is_empty() {
                waiting.busy_since = Some(Instant::now());
                let count = waiting.jobs.len().min(most.max(1));
                return Some(waiting.jobs.drain(..count).map(|(_, job)| job).collect());
            }
            waiting = self.0.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The worker is done with so many pictures, each of which took so long. False where another has taken its
    /// place: nobody waits for the answer.
    pub(super) fn done(&self, own: Generation, count: usize, took: Duration) -> bool {
        let mut waiting = self.lock();
        if waiting.current != Some(own) {
            return false;
        }
        waiting.busy_since = None;
        let counts = &mut waiting.counts;
        let is_first = counts.pictures == 0;
        counts.pictures += count as u64;
        let seconds = took.as_secs_f64();
        counts.mean_s = match is_first {
            true => seconds,
            false => counts.mean_s + NEWEST_COUNTS * (seconds - counts.mean_s),
        };
        true
    }

    /// For how long the worker has looked at one picture.
    pub(super) fn busy_for(&self) -> Option<Duration> {
        self.lock().busy_since.map(|since| since.elapsed())
    }

    /// The worker that takes pictures.
    pub(super) fn current(&self) -> Option<Generation> {
        self.lock().current
    }

    pub(super) fn counts(&self) -> Counts {
        self.lock().counts
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
