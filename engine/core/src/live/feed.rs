//! The pictures of one stream as they come, for any number of viewers.
//!
//! The newest group of pictures is kept, so that a viewer that joins sees a picture at once. Each
//! viewer has a queue of its own with a bound; one that is too slow loses what waits for it and goes
//! on at the next key frame. Neither the camera nor other viewers notice.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::{Notify, watch};

use crate::{stream::MediaStream, time::WallTime};

/// A group of pictures beyond this is not kept: who joins waits for the next.
const GROUP_MAX: usize = 16 << 20;
/// What may wait for a viewer, beside the group it began with.
const WAITING_MAX: usize = 8 << 20;
/// The same as time in the stream.
const LATE_MAX: Duration = Duration::from_secs(2);

/// What a player needs before the first fragment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Init {
    /// ISO BMFF: `ftyp` and `moov`.
    pub data: Bytes,
    /// MIME type with codecs.
    pub mime_type: String,
}

/// The beginning of a stream, without and with sound.
#[derive(Clone, Debug)]
pub struct Inits {
    /// Pictures alone.
    pub silent: Arc<Init>,
    /// Pictures and sound, where there is some.
    pub sounding: Option<Arc<Init>>,
    /// What is in the stream, the pictures first.
    pub streams: Vec<MediaStream>,
}

impl Inits {
    fn of(&self, sound: bool) -> &Arc<Init> {
        self.sounding.as_ref().filter(|_| sound).unwrap_or(&self.silent)
    }
}

/// What a fragment holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A picture at which a decoder can begin.
    KeyFrame,
    /// A picture that needs those before it.
    Picture,
    /// Sound.
    Sound,
}

/// One picture, or one packet of sound.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// ISO BMFF: `moof` and `mdat`.
    pub data: Bytes,
    /// When it was taken.
    pub wall: WallTime,
    /// When it is shown, in the time of the stream.
    pub media_time: Duration,
    /// What it holds.
    pub kind: Kind,
}

/// Why what comes next does not go on where the last fragment ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reset {
    /// The viewer was too slow.
    SlowViewer,
    /// The camera was connected again.
    Reconnected,
    /// The stream has other parameters.
    ParametersChanged,
}

/// What a viewer is sent.
#[derive(Clone, Debug)]
pub enum Message {
    /// Before the first fragment and after each reset.
    Init(Arc<Init>, Vec<MediaStream>),
    /// A picture or sound.
    Fragment(Fragment),
    /// What comes next does not go on.
    Reset(Reset),
}

/// See the module.
#[derive(Debug)]
pub struct Feed {
    state: Mutex<State>,
    /// How many watch.
    demand: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    inits: Option<Inits>,
    /// Fragments since the last key frame; empty where they are too many to keep.
    group: Vec<Fragment>,
    group_bytes: usize,
    viewers: Vec<Arc<Viewer>>,
    last_picture: Option<Instant>,
    /// End of the stream so far.
    position: Duration,
    /// Wall-clock time at which the time of the stream began.
    epoch: Option<WallTime>,
    is_closed: bool,
}

#[derive(Debug)]
struct Viewer {
    sound: bool,
    queue: Mutex<Queue>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Message>,
    bytes: usize,
    /// Messages, and their bytes, that were there from the start and have not been taken.
    burst: usize,
    burst_bytes: usize,
    /// The viewer has something to go on from.
    has_begun: bool,
    /// Everything is left out up to the next key frame.
    lags: bool,
    skipped: u64,
    is_closed: bool,
}

impl Default for Feed {
    fn default() -> Self {
        Self { state: Mutex::default(), demand: watch::channel(0).0 }
    }
}

impl Feed {
    /// Begins to watch: the beginning of the stream and the newest group of pictures wait already.
    pub fn watch(self: &Arc<Self>, sound: bool) -> Viewing {
        let mut state = self.lock();
        let viewer = Arc::new(Viewer { sound, queue: Mutex::default(), came: Notify::new() });
        {
            let mut queue = viewer.queue();
            queue.is_closed = state.is_closed;
            // Without a whole group there is nothing to begin with.
            queue.lags = state.group.is_empty();
            queue.has_begun = !queue.lags;
            if let Some(inits) = state.inits.as_ref().filter(|_| !state.group.is_empty()) {
                queue.push(Message::Init(inits.of(sound).clone(), inits.streams.clone()));
                let group = state.group.iter().filter(|f| viewer.wants(f, inits));
                group.cloned().for_each(|fragment| queue.push(Message::Fragment(fragment)));
            }
            (queue.burst, queue.burst_bytes) = (queue.messages.len(), queue.bytes);
        }
        state.viewers.push(viewer.clone());
        self.demand.send_replace(state.viewers.len());
        Viewing { feed: self.clone(), viewer }
    }

    /// How many watch, and when that changes.
    pub fn demand(&self) -> watch::Receiver<usize> {
        self.demand.subscribe()
    }

    /// Whether somebody watches.
    pub fn is_watched(&self) -> bool {
        *self.demand.borrow() > 0
    }

    /// Age of the last picture; `None` before the first.
    pub fn age(&self) -> Option<Duration> {
        self.lock().last_picture.map(|at| at.elapsed())
    }

    /// Where in the stream a graph begins whose first picture was taken `at`: behind everything that
    /// was there, and as far behind as time has passed.
    pub fn position(&self, at: WallTime) -> Duration {
        let mut state = self.lock();
        let second = Duration::from_secs(1);
        let epoch = *state.epoch.get_or_insert(at);
        let passed = u64::try_from(at.as_micros().saturating_sub(epoch.as_micros()));
        let passed = Duration::from_micros(passed.unwrap_or(0));
        (passed + second).max(state.position + second)
    }

    /// A stream begins, at the key frame that is pushed next. Viewers for whom nothing changes are
    /// not told.
    pub fn begin(&self, inits: Inits, reason: Reset) {
        let mut state = self.lock();
        state.group.clear();
        state.group_bytes = 0;
        for viewer in &state.viewers {
            let init = inits.of(viewer.sound);
            let had = state.inits.as_ref().map(|old| old.of(viewer.sound));
            let goes_on = reason == Reset::ParametersChanged && had.is_some_and(|old| old == init);
            if !goes_on {
                viewer.begin(&inits, reason);
            }
        }
        state.inits = Some(inits);
    }

    /// A picture or sound has come.
    pub fn push(&self, fragment: Fragment) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let Some(inits) = &state.inits else { return };
        state.position = state.position.max(fragment.media_time);
        match fragment.kind {
            Kind::KeyFrame => {
                state.group.clear();
                state.group_bytes = 0;
                state.group_bytes += fragment.data.len();
                state.group.push(fragment.clone());
            }
            _ if state.group.is_empty() => {}
            _ => {
                state.group_bytes += fragment.data.len();
                state.group.push(fragment.clone());
            }
        }
        if state.group_bytes > GROUP_MAX {
            state.group.clear();
            state.group_bytes = 0;
        }
        if fragment.kind != Kind::Sound {
            state.last_picture = Some(Instant::now());
        }
        for viewer in state.viewers.iter().filter(|viewer| viewer.wants(&fragment, inits)) {
            viewer.offer(&fragment, inits);
        }
    }

    /// The graph is gone: who joins now must not take its last picture for a live one.
    pub fn pause(&self) {
        let mut state = self.lock();
        state.inits = None;
        state.group = Vec::new();
        state.group_bytes = 0;
    }

    /// The camera is gone.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        for viewer in &state.viewers {
            viewer.queue().is_closed = true;
            viewer.came.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Viewer {
    fn wants(&self, fragment: &Fragment, inits: &Inits) -> bool {
        fragment.kind != Kind::Sound || self.sound && inits.sounding.is_some()
    }

    fn begin(&self, inits: &Inits, reason: Reset) {
        let mut queue = self.queue();
        queue.clear();
        if queue.has_begun {
            queue.push(Message::Reset(reason));
        }
        (queue.has_begun, queue.lags) = (true, false);
        queue.push(Message::Init(inits.of(self.sound).clone(), inits.streams.clone()));
        drop(queue);
        self.came.notify_one();
    }

    fn offer(&self, fragment: &Fragment, inits: &Inits) {
        let mut queue = self.queue();
        if !queue.lags && queue.is_full(fragment) {
            queue.clear();
            queue.lags = true;
        }
        if queue.lags {
            if fragment.kind != Kind::KeyFrame {
                queue.skipped += u64::from(queue.has_begun && fragment.kind == Kind::Picture);
                return;
            }
            if queue.has_begun {
                queue.push(Message::Reset(Reset::SlowViewer));
            }
            (queue.has_begun, queue.lags) = (true, false);
            queue.push(Message::Init(inits.of(self.sound).clone(), inits.streams.clone()));
        }
        queue.push(Message::Fragment(fragment.clone()));
        drop(queue);
        self.came.notify_one();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, message: Message) {
        self.bytes += size(&message);
        self.messages.push_back(message);
    }

    fn pop(&mut self) -> Option<Message> {
        let message = self.messages.pop_front()?;
        let size = size(&message);
        self.bytes -= size;
        if self.burst > 0 {
            self.burst -= 1;
            self.burst_bytes -= size;
        }
        Some(message)
    }

    /// Whether `next` would be too much, or comes too long after what still waits.
    fn is_full(&self, next: &Fragment) -> bool {
        let mut waiting = self.messages.iter().skip(self.burst);
        let oldest = waiting.find_map(|message| match message {
            Message::Fragment(fragment) => Some(fragment.media_time),
            _ => None,
        });
        let late = oldest.is_some_and(|oldest| next.media_time.saturating_sub(oldest) > LATE_MAX);
        late || self.bytes - self.burst_bytes + next.data.len() > WAITING_MAX
    }

    /// Leaves out what waits.
    fn clear(&mut self) {
        let is_picture = |message: &&Message| matches!(message, Message::Fragment(fragment) if fragment.kind != Kind::Sound);
        self.skipped += self.messages.iter().filter(is_picture).count() as u64;
        self.messages.clear();
        (self.bytes, self.burst, self.burst_bytes) = (0, 0, 0);
    }
}

fn size(message: &Message) -> usize {
    match message {
        Message::Fragment(fragment) => fragment.data.len(),
        Message::Init(..) | Message::Reset(_) => 0,
    }
}

/// One who watches, until it is dropped.
#[derive(Debug)]
pub struct Viewing {
    feed: Arc<Feed>,
    viewer: Arc<Viewer>,
}

impl Viewing {
    /// The next message; `None` where the camera is gone. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            {
                let mut queue = self.viewer.queue();
                if queue.is_closed {
                    return None;
                }
                if let Some(message) = queue.pop() {
                    return Some(message);
                }
            }
            self.viewer.came.notified().await;
        }
    }

    /// Pictures left out because this viewer was too slow.
    pub fn skipped(&self) -> u64 {
        self.viewer.queue().skipped
    }

    /// Age of the last picture that came from the camera; `None` before the first.
    pub fn age(&self) -> Option<Duration> {
        self.feed.age()
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        let mut state = self.feed.lock();
        state.viewers.retain(|viewer| !Arc::ptr_eq(viewer, &self.viewer));
        self.feed.demand.send_replace(state.viewers.len());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn init(name: &'static str) -> Arc<Init> {
        let mime_type = format!("video/mp4; codecs=\"{name}\"");
        Arc::new(Init { data: Bytes::from_static(name.as_bytes()), mime_type })
    }

    fn inits(sound: bool) -> Inits {
        Inits {
            silent: init("silent"),
            sounding: sound.then(|| init("sounding")),
            streams: Vec::new(),
        }
    }

    fn fragment(kind: Kind, ms: u64, bytes: usize) -> Fragment {
        Fragment {
            data: Bytes::from(vec![0; bytes]),
            wall: WallTime::from_micros(0) + Duration::from_millis(ms),
            media_time: Duration::from_millis(ms),
            kind,
        }
    }

    /// `group` pictures of 40 ms, the first of which is a key frame.
    fn push_group(feed: &Feed, from_ms: u64, group: u64, bytes: usize) {
        for n in 0..group {
            let kind = if n == 0 { Kind::KeyFrame } else { Kind::Picture };
            feed.push(fragment(kind, from_ms + n * 40, bytes));
        }
    }

    /// Everything that waits, in short.
    fn take(viewing: &mut Viewing) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(Some(message)) = viewing.next().now_or_never() {
            all.push(match message {
                Message::Init(init, _) => String::from_utf8(init.data.to_vec()).unwrap(),
                Message::Reset(reset) => format!("{reset:?}"),
                Message::Fragment(f) => format!("{:?} {}", f.kind, f.media_time.as_millis()),
            });
        }
        all
    }

    #[test]
    fn who_joins_begins_with_the_newest_group() {
        let feed = Arc::new(Feed::default());
        let mut early = feed.watch(false);
        assert!(take(&mut early).is_empty(), "nothing has come");
        feed.begin(inits(false), Reset::Reconnected);
        push_group(&feed, 0, 3, 10);
        push_group(&feed, 120, 2, 10);

        let mut late = feed.watch(true);

        assert_eq!(take(&mut late), ["silent", "KeyFrame 120", "Picture 160"]);
        let group = ["KeyFrame 0", "Picture 40", "Picture 80", "KeyFrame 120", "Picture 160"];
        assert_eq!(take(&mut early), [&["silent"], &group[..]].concat());
        assert_eq!(*feed.demand().borrow(), 2);
        drop((early, late));
        assert_eq!(*feed.demand().borrow(), 0);
    }

    #[test]
    fn a_slow_viewer_goes_on_at_a_key_frame_and_the_others_notice_nothing() {
        let feed = Arc::new(Feed::default());
        feed.begin(inits(false), Reset::Reconnected);
        push_group(&feed, 0, 1, 10);
        let (mut slow, mut quick) = (feed.watch(false), feed.watch(false));
        let mut seen = Vec::new();
        for group in 0..4 {
            push_group(&feed, 1000 * (group + 1), 25, 10);
            seen.extend(take(&mut quick));
        }
        assert_eq!(seen.len(), 102);
        assert_eq!(quick.skipped(), 0);

        let taken = take(&mut slow);

        assert_eq!(taken[..3], ["SlowViewer", "silent", "KeyFrame 4000"]);
        assert_eq!(taken.len(), 27);
        assert_eq!(slow.skipped(), 1 + 75);
    }

    #[test]
    fn what_waits_for_a_viewer_is_bounded_in_bytes_and_a_long_first_group_is_none_of_it() {
        let feed = Arc::new(Feed::default());
        feed.begin(inits(false), Reset::Reconnected);
        push_group(&feed, 0, 150, 100 << 10);
        let mut slow = feed.watch(false);
        push_group(&feed, 6000, 10, 700 << 10);
        assert_eq!(slow.skipped(), 0);
        push_group(&feed, 6400, 10, 700 << 10);
        assert_eq!(slow.skipped(), 150 + 20, "left out up to the next key frame");
        push_group(&feed, 6800, 1, 10);
        assert_eq!(take(&mut slow), ["SlowViewer", "silent", "KeyFrame 6800"]);
    }

    #[test]
    fn a_group_that_does_not_end_is_not_kept() {
        let feed = Arc::new(Feed::default());
        feed.begin(inits(false), Reset::Reconnected);
        push_group(&feed, 0, 20, 1 << 20);

        let mut viewing = feed.watch(false);

        feed.push(fragment(Kind::Picture, 800, 10));
        assert!(take(&mut viewing).is_empty(), "nothing to begin with");
        push_group(&feed, 840, 1, 10);
        assert_eq!(take(&mut viewing), ["silent", "KeyFrame 840"]);
    }

    #[test]
    fn sound_is_for_those_who_want_it_and_its_coming_resets_nobody_else() {
        let feed = Arc::new(Feed::default());
        let first = inits(false);
        let silent = first.silent.clone();
        feed.begin(first, Reset::Reconnected);
        push_group(&feed, 0, 1, 10);
        let (mut deaf, mut hearing) = (feed.watch(false), feed.watch(true));
        take(&mut deaf);
        take(&mut hearing);

        feed.begin(Inits { silent, ..inits(true) }, Reset::ParametersChanged);
        push_group(&feed, 40, 1, 10);
        feed.push(fragment(Kind::Sound, 50, 10));

        assert_eq!(take(&mut deaf), ["KeyFrame 40"]);
        let heard = ["ParametersChanged", "sounding", "KeyFrame 40", "Sound 50"];
        assert_eq!(take(&mut hearing), heard);
    }

    #[test]
    fn a_new_graph_goes_on_behind_the_old_one_whatever_the_clock_says() {
        let feed = Feed::default();
        let at = |s: u64| WallTime::from_micros(0) + Duration::from_secs(s);
        let s = Duration::from_secs;
        assert_eq!(feed.position(at(100)), s(1));
        feed.begin(inits(false), Reset::Reconnected);
        push_group(&feed, 1000, 1, 10);
        assert_eq!(feed.position(at(160)), s(61));
        assert_eq!(feed.position(at(40)), s(2), "the clock was set back");
        feed.pause();
        let mut viewing = Arc::new(feed).watch(false);
        assert!(take(&mut viewing).is_empty(), "an old picture is not live");
    }
}
