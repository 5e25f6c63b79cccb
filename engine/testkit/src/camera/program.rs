//! What a stream shows and when: the next picture, its times, and the thread that sends it.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gst_app::AppSrc;

use super::mischief::Mischief;
use super::{Clip, media};
use crate::numbers;

/// No picture has been sent.
const NONE: u64 = u64::MAX;
/// A stream with an uneven rate slows down to this share of it every other second.
const SLOW_SHARE: u32 = 5;

/// Where pictures come from.
#[derive(Debug)]
pub(super) enum Source {
    Numbered { fps: u32, uneven: bool, gop: u32, width: u32, height: u32, b_frames: u32 },
    Clip(Arc<Clip>),
}

impl Source {
    /// When picture `n` leaves the camera, from picture 0 on.
    fn due(&self, n: u64) -> Duration {
        match self {
            &Source::Numbered { fps, uneven, .. } => at_rate(n, fps, uneven),
            Source::Clip(clip) => loops(clip, n) + unit(clip, n).due,
        }
    }

    /// When picture `n` is shown, on the same scale.
    fn pts(&self, n: u64) -> Duration {
        match self {
            &Source::Numbered { fps, uneven, .. } => at_rate(n, fps, uneven),
            Source::Clip(clip) => loops(clip, n) + unit(clip, n).pts,
        }
    }

    /// The first picture at or after `position` that a stream can begin with.
    fn first_at(&self, position: Duration) -> u64 {
        match self {
            &Source::Numbered { fps, uneven, .. } => {
                // An uneven rate is never higher, so the search ends at or before this.
                let at_most = (position.as_nanos() * u128::from(fps)).div_ceil(1_000_000_000);
                let is_before = |n: &u64| at_rate(*n, fps, uneven) < position;
                match uneven {
                    true => partition_point(at_most as u64, is_before),
                    false => at_most as u64,
                }
            }
            Source::Clip(clip) => {
                let length = clip.units.len() as u64;
                let round = (position.as_nanos() / clip.length.as_nanos()) as u64;
                let from = round * length;
                let fits = |n: &u64| unit(clip, *n).is_key && self.due(*n) >= position;
                (from..=from + length).find(fits).unwrap_or(from + length)
            }
        }
    }

    /// Width and height of numbered pictures before anybody changes them.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        match self {
            &Source::Numbered { width, height, .. } => Some((width, height)),
            Source::Clip(_) => None,
        }
    }

    /// Picture `n` without its times. `size` is that of numbered pictures.
    fn buffer(&self, n: u64, size: Option<(u32, u32)>) -> gst::Buffer {
        match (self, size) {
            (Source::Clip(clip), _) => unit(clip, n).buffer.copy(),
            (&Source::Numbered { width, height, .. }, None) => numbered(n as u32, width, height),
            (Source::Numbered { .. }, Some((width, height))) => numbered(n as u32, width, height),
        }
    }

    fn is_key(&self, n: u64) -> bool {
        match self {
            Source::Numbered { .. } => true,
            Source::Clip(clip) => unit(clip, n).is_key,
        }
    }
}

/// When picture `n` is due. An uneven stream has `fps` pictures in one second and few in the next.
fn at_rate(n: u64, fps: u32, uneven: bool) -> Duration {
    let even = |n: u64, fps: u32| {
        Duration::from_nanos((u128::from(n) * 1_000_000_000 / u128::from(fps)) as u64)
    };
    if !uneven {
        return even(n, fps);
    }
    let (fast, slow) = (u64::from(fps), u64::from((fps / SLOW_SHARE).max(1)));
    let (round, in_round) = (n / (fast + slow), n % (fast + slow));
    let in_round = match in_round.checked_sub(fast) {
        None => even(in_round, fps),
        Some(late) => Duration::from_secs(1) + even(late, slow as u32),
    };
    Duration::from_secs(2 * round) + in_round
}

/// The first number below `limit`, or `limit`, for which `is_before` does not hold.
fn partition_point(limit: u64, is_before: impl Fn(&u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, limit);
    while low < high {
        let middle = low.midpoint(high);
        match is_before(&middle) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

fn unit(clip: &Clip, n: u64) -> &super::clip::Unit {
    &clip.units[(n % clip.units.len() as u64) as usize]
}

fn loops(clip: &Clip, n: u64) -> Duration {
    clip.length * (n / clip.units.len() as u64) as u32
}

/// A picture in I420: the number in the luma, no colour.
fn numbered(number: u32, width: u32, height: u32) -> gst::Buffer {
    let (width, height) = (width as usize, height as usize);
    let luma = width * height;
    let mut bytes = vec![128; luma + luma / 2];
    numbers::paint(number, &mut bytes[..luma], width, height);
    gst::Buffer::from_mut_slice(bytes)
}

/// One stream of a camera. It outlives its media, so that numbers and footage go on where time
/// has come to when clients leave and come back.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) source: Source,
    pub(super) mischief: Arc<Mischief>,
    skip: Duration,
    silent_after: Option<Duration>,
    /// When the first media began.
    began: Mutex<Option<Instant>>,
    newest: AtomicU64,
    held: AtomicBool,
    muted: AtomicBool,
    feeders: AtomicUsize,
}

impl Program {
    pub(super) fn new(
        source: Source,
        skip: Duration,
        silent_after: Option<Duration>,
        mischief: Mischief,
    ) -> Self {
        Program {
            source,
            mischief: Arc::new(mischief),
            skip,
            silent_after,
            began: Mutex::new(None),
            newest: AtomicU64::new(NONE),
            held: AtomicBool::new(false),
            muted: AtomicBool::new(false),
            feeders: AtomicUsize::new(0),
        }
    }

    pub(super) fn hold(&self, hold: bool) {
        self.held.store(hold, Ordering::SeqCst);
    }

    pub(super) fn mute(&self, mute: bool) {
        self.muted.store(mute, Ordering::SeqCst);
    }

    pub(super) fn newest(&self) -> Option<u64> {
        Some(self.newest.load(Ordering::SeqCst)).filter(|&n| n != NONE)
    }

    /// Width and height of numbered pictures, as they are now.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        self.source.size().map(|first| self.mischief.size(first))
    }

    /// Whether no media is being fed.
    pub(super) fn is_idle(&self) -> bool {
        self.feeders.load(Ordering::SeqCst) == 0
    }

    /// Whether a media of this age sends no sound.
    pub(super) fn is_silent(&self, age: Duration) -> bool {
        self.muted.load(Ordering::SeqCst) || self.silent_after.is_some_and(|after| age >= after)
    }

    /// Sends pictures into a media's `appsrc`, on a thread of its own, until `end` is called or
    /// the media is gone.
    pub(super) fn feed(self: &Arc<Self>, appsrc: AppSrc, end: Arc<End>) {
        let program = Arc::clone(self);
        program.feeders.fetch_add(1, Ordering::SeqCst);
        let feeder = move || {
            program.push_all(&appsrc, &end);
            drop(appsrc);
            program.feeders.fetch_sub(1, Ordering::SeqCst);
        };
        let thread = std::thread::Builder::new().name("camera-feed".to_owned()).spawn(feeder);
        if let Err(e) = thread {
            self.feeders.fetch_sub(1, Ordering::SeqCst);
            tracing::error!(error = %e, "a fake camera has no thread for its pictures");
        }
    }

    /// The appsrc never blocks: what it cannot hold it drops, oldest first.
    fn push_all(&self, appsrc: &AppSrc, end: &End) {
        let first = self.first_picture();
        let origin = Instant::now();
        let start = self.source.due(first);
        let mut needs_key = true;
        let mut size = self.size();
        for n in first.. {
            if end.wait_until(origin + (self.source.due(n) - start)) {
                return;
            }
            if self.mischief.says_goodbye.swap(false, Ordering::SeqCst) {
                // Fails only where the media is going already.
                let _ = appsrc.end_of_stream();
                return;
            }
            self.newest.store(n, Ordering::SeqCst);
            if self.held.load(Ordering::SeqCst) {
                needs_key = true;
                continue;
            }
            if needs_key && !self.source.is_key(n) {
                continue;
            }
            needs_key = false;
            if self.size() != size {
                size = self.size();
                appsrc.set_caps(Some(&media::caps(&self.source, size)));
            }
            let mut buffer = self.source.buffer(n, size);
            let times = buffer.get_mut().expect("a new buffer has one owner");
            times.set_dts(media_time(self.source.due(n) - start));
            times.set_pts(media_time(self.source.pts(n) - start));
            times.set_duration(media_time(self.source.due(n + 1) - self.source.due(n)));
            if appsrc.push_buffer(buffer).is_err() {
                return;
            }
        }
    }

    /// The picture that a new media begins with.
    fn first_picture(&self) -> u64 {
        let mut began = lock(&self.began);
        let position = began.get_or_insert_with(Instant::now).elapsed();
        let is_first = self.newest().is_none();
        let position = self.skip + if is_first { Duration::ZERO } else { position };
        let from_time = self.source.first_at(position);
        match (&self.source, self.newest()) {
            (Source::Numbered { .. }, Some(newest)) => from_time.max(newest + 1),
            _ => from_time,
        }
    }
}

fn media_time(since_start: Duration) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(since_start.as_nanos() as u64)
}

/// Tells a feeding thread that its media is over.
#[derive(Debug, Default)]
pub(super) struct End {
    is_over: Mutex<bool>,
    changed: Condvar,
}

impl End {
    pub(super) fn call(&self) {
        *lock(&self.is_over) = true;
        self.changed.notify_all();
    }

    /// Waits for the end, no longer than until `time`. Says whether it came.
    fn wait_until(&self, time: Instant) -> bool {
        let wait = time.saturating_duration_since(Instant::now());
        let over = lock(&self.is_over);
        let over = self.changed.wait_timeout_while(over, wait, |over| !*over);
        *over.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// What is behind these locks is whole at every moment, so a panic elsewhere does not matter.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footage;

    fn numbered_source(fps: u32) -> Source {
        let (uneven, gop) = (false, fps);
        Source::Numbered { fps, uneven, gop, width: 160, height: 120, b_frames: 0 }
    }

    #[test]
    fn an_uneven_rate_is_fast_in_one_second_and_slow_in_the_next() {
        let (gop, width, height, b_frames) = (20, 160, 120, 0);
        let source = Source::Numbered { fps: 20, uneven: true, gop, width, height, b_frames };

        for (n, millis) in [(0, 0), (19, 950), (20, 1000), (21, 1250), (24, 2000), (44, 3000)] {
            assert_eq!(source.due(n), Duration::from_millis(millis), "picture {n}");
            assert_eq!(source.first_at(Duration::from_millis(millis)), n);
        }
        assert_eq!(source.first_at(Duration::from_millis(1100)), 21);
    }

    #[test]
    fn numbered_pictures_begin_at_zero_and_go_on_with_time() {
        let source = numbered_source(30);

        assert_eq!(source.first_at(Duration::ZERO), 0);
        assert_eq!(source.first_at(Duration::from_millis(1001)), 31);
        assert_eq!(source.due(30), Duration::from_secs(1));
        assert_eq!(source.due(31) - source.due(30), Duration::from_nanos(33_333_333));
    }

    #[test]
    fn a_number_is_never_given_twice() {
        let program = Program::new(numbered_source(25), Duration::ZERO, None, Mischief::default());
        assert_eq!(program.first_picture(), 0);

        program.newest.store(1000, Ordering::SeqCst);

        assert_eq!(program.first_picture(), 1001);
    }

    #[test]
    fn a_clip_begins_at_key_frames_and_goes_round() {
        let clip = Arc::new(Clip::load(&footage::street()).unwrap());
        let source = Source::Clip(Arc::clone(&clip));

        assert_eq!(source.first_at(Duration::ZERO), 0);
        assert_eq!(source.first_at(Duration::from_millis(2500)), 40);
        assert_eq!(source.first_at(Duration::from_secs(79)), 795);
        assert_eq!(source.due(795), clip.length());
        assert_eq!(source.due(796) - source.due(795), Duration::from_millis(100));
        assert!(source.is_key(795));
    }
}
