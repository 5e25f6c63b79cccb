//! The entrances of a branch: what goes in, and until when. They never wait.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use gst::prelude::*;

use ronin_core::status::Queued;

use crate::{clock::running_time, stats::Counters};

/// How much may wait at a branch's entrance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) bytes: u64,
    /// Most bytes of one GOP: what is behind the queue may hold a whole one.
    pub(crate) gop_bytes: u64,
}

impl Limit {
    /// Whether so much waits.
    fn is_reached(&self, waits: Duration, bytes: u64) -> bool {
        waits > self.time || bytes > self.bytes
    }
}

/// How much waits between a gate and the exit of its queue.
///
/// The queue's own level of time cannot be used: once the segment event has left it, and until the
/// first picture has, it counts from the start of the stream, which may be days ago.
pub(crate) struct Waiting {
    queue: gst::Element,
    /// Running times of the last picture that went in, and the last that came out (before that:
    /// the first that went in), in nanoseconds.
    last_in: AtomicU64,
    last_out: AtomicU64,
}

impl Waiting {
    /// No picture has gone in.
    const NEVER: u64 = u64::MAX;

    fn new(queue: &gst::Element) -> Self {
        Self {
            queue: queue.clone(),
            last_in: AtomicU64::new(Self::NEVER),
            last_out: AtomicU64::new(Self::NEVER),
        }
    }

    /// A picture goes in.
    fn goes_in(&self, running: gst::ClockTime) {
        self.last_in.store(running.nseconds(), SeqCst);
        let running = running.nseconds();
        let _ = self.last_out.compare_exchange(Self::NEVER, running, SeqCst, SeqCst);
    }

    /// A picture comes out.
    fn comes_out(&self, running: gst::ClockTime) {
        self.last_out.store(running.nseconds(), SeqCst);
    }

    pub(super) fn time(&self) -> Duration {
        let (last_in, last_out) = (self.last_in.load(SeqCst), self.last_out.load(SeqCst));
        Duration::from_nanos(last_in.saturating_sub(last_out))
    }

    pub(super) fn bytes(&self) -> u64 {
        u64::from(self.queue.property::<u32>("current-level-bytes"))
    }

    pub(super) fn is_beyond(&self, limit: Limit) -> bool {
        limit.is_reached(self.time(), self.bytes())
    }
}

/// The entrance for pictures. Opens at a key frame, and drops to the next one where the branch is
/// full.
pub(crate) struct Gate {
    closed: AtomicBool,
    wants_key_frame: AtomicBool,
    /// Pictures were dropped because the branch was full, and none has gone in since.
    is_dropping: AtomicBool,
    /// Bytes of the GOP that is going in.
    gop_bytes: AtomicU64,
    pub(crate) counters: Arc<Counters>,
}

impl Gate {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        Self {
            closed: AtomicBool::new(false),
            wants_key_frame: AtomicBool::new(true),
            is_dropping: AtomicBool::new(false),
            gop_bytes: AtomicU64::new(0),
            counters,
        }
    }

    /// Lets nothing in any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    /// Whether pictures have been dropped since the last one that went in.
    pub(crate) fn is_dropping(&self) -> bool {
        self.is_dropping.load(SeqCst)
    }

    fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    /// Whether this picture goes in.
    fn admits(&self, buffer: &gst::BufferRef, full: bool, gop_bytes_max: u64) -> bool {
        if self.is_closed() {
            return false;
        }
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        if key_frame {
            self.gop_bytes.store(0, SeqCst);
        }
        let gop_bytes = self.gop_bytes.fetch_add(buffer.size() as u64, SeqCst);
        if full || gop_bytes > gop_bytes_max {
            self.wants_key_frame.store(true, SeqCst);
            self.is_dropping.store(true, SeqCst);
        } else if key_frame {
            self.wants_key_frame.store(false, SeqCst);
            self.is_dropping.store(false, SeqCst);
        }
        if self.wants_key_frame.load(SeqCst) {
            self.counters.drop_one();
            return false;
        }
        self.counters.count(buffer.size());
        true
    }
}

/// Puts `gate` before a queue; returns what will wait in it.
pub(super) fn guard_pictures(
    entrance: &gst::Pad,
    queue: &gst::Element,
    gate: &Arc<Gate>,
    limit: Limit,
) -> Arc<Waiting> {
    let waiting = Arc::new(Waiting::new(queue));
    if let Some(exit) = queue.static_pad("src") {
        let waiting = Arc::downgrade(&waiting);
        exit.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
            if let Some(gst::PadProbeData::Buffer(buffer)) = &info.data
                && let Some((waiting, running)) = waiting.upgrade().zip(running_time(pad, buffer))
            {
                waiting.comes_out(running);
            }
            gst::PadProbeReturn::Ok
        });
    }
    let (gate, waits) = (gate.clone(), Arc::downgrade(&waiting));
    entrance.add_probe(data(), move |pad, info| {
        let admitted = match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => {
                let waits = waits.upgrade();
                let waiting = waits.as_ref().map(|waits| (waits.time(), waits.bytes()));
                let full = waiting.is_none_or(|(time, bytes)| limit.is_reached(time, bytes));
                if let Some((time, bytes)) = waiting {
                    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                    gate.counters.note_queued(Queued { ms, bytes });
                }
                let admitted = gate.admits(buffer, full, limit.gop_bytes);
                if admitted && let Some((waits, running)) = waits.zip(running_time(pad, buffer)) {
                    waits.goes_in(running);
                }
                admitted
            }
            // A closed branch must not see the caps of the stream that comes next.
            Some(gst::PadProbeData::Event(event)) => !gate.is_closed() || comes_first(event),
            _ => !gate.is_closed(),
        };
        if admitted { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Handled }
    });
    waiting
}

/// The entrance for sound. Sound comes through decoders, later than the pictures it belongs to, so
/// at a cut it is not now that decides what goes into which file, but when the sound was.
pub(crate) struct SoundGate {
    from: gst::ClockTime,
    until: Mutex<Until>,
    changed: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Until {
    Open,
    /// Sound before this goes in.
    Cut(gst::ClockTime),
    Over,
}

impl SoundGate {
    /// An entrance for sound from running time `from` on.
    pub(super) fn new(from: gst::ClockTime) -> Self {
        Self { from, until: Mutex::new(Until::Open), changed: Condvar::new() }
    }

    /// Lets in what was before `cut`, `None`: nothing any more.
    pub(super) fn end(&self, cut: Option<gst::ClockTime>) {
        *self.until() = cut.map_or(Until::Over, Until::Cut);
        self.changed.notify_all();
    }

    /// Waits until everything before the cut is in, but no longer than `timeout`; then it is over.
    pub(super) fn wait_for_end(&self, timeout: Duration) {
        let until = self.until();
        let waiting = |until: &mut Until| *until != Until::Over;
        let waited = self.changed.wait_timeout_while(until, timeout, waiting);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = Until::Over;
    }

    fn admits(&self, running: Option<gst::ClockTime>) -> bool {
        let mut until = self.until();
        let end = match *until {
            Until::Over => return false,
            Until::Open => gst::ClockTime::MAX,
            Until::Cut(cut) => cut,
        };
        let Some(running) = running else { return true };
        if running >= end {
            *until = Until::Over;
            self.changed.notify_all();
            return false;
        }
        running >= self.from
    }

    fn is_over(&self) -> bool {
        *self.until() == Until::Over
    }

    fn until(&self) -> MutexGuard<'_, Until> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts `gate` before sound.
pub(super) fn guard_sound(entrance: &gst::Pad, gate: &Arc<SoundGate>) {
    let gate = gate.clone();
    entrance.add_probe(data(), move |pad, info| {
        let admitted = match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => gate.admits(running_time(pad, buffer)),
            Some(gst::PadProbeData::Event(event)) => !gate.is_over() || comes_first(event),
            _ => !gate.is_over(),
        };
        if admitted { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Handled }
    });
}

/// What GStreamer wants to see before data, also before data that is then refused.
fn comes_first(event: &gst::EventRef) -> bool {
    matches!(event.type_(), gst::EventType::StreamStart | gst::EventType::Segment)
}

fn data() -> gst::PadProbeType {
    gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Option<gst::ClockTime> {
        Some(gst::ClockTime::from_mseconds(ms))
    }

    fn picture(key_frame: bool, size: usize) -> gst::Buffer {
        let mut buffer = gst::Buffer::with_size(size).unwrap();
        if !key_frame {
            buffer.get_mut().unwrap().set_flags(gst::BufferFlags::DELTA_UNIT);
        }
        buffer
    }

    #[test]
    fn a_gate_that_was_full_opens_at_a_key_frame() {
        gst::init().unwrap();
        let gate = Gate::new(Arc::new(Counters::new()));
        let steps = [
            (false, false, false, "no key frame yet"),
            (true, false, true, "a key frame"),
            (false, false, true, "behind it"),
            (false, true, false, "full"),
            (false, false, false, "there is room again, but nothing to begin with"),
            (true, true, false, "full at a key frame"),
            (true, false, true, "a key frame and room"),
        ];
        for (key_frame, full, admitted, what) in steps {
            assert_eq!(gate.admits(&picture(key_frame, 10), full, 1000), admitted, "{what}");
        }
        assert_eq!((gate.counters.frames(), gate.counters.dropped()), (3, 4));
    }

    #[test]
    fn a_branch_that_begins_late_is_not_full_before_its_first_picture_is_out() {
        gst::init().unwrap();
        let bin = gst::Bin::new();
        let queue = super::super::unbounded_queue().unwrap();
        let sink = gst::ElementFactory::make("fakesink").property("async", false).build().unwrap();
        bin.add_many([&queue, &sink]).unwrap();
        queue.link(&sink).unwrap();
        // What is behind the queue takes its time with the segment event.
        let (arrived, has_arrived) = std::sync::mpsc::channel();
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let gates = Mutex::new((arrived, goes_on));
        let exit = queue.static_pad("src").unwrap();
        exit.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
            if let Some(gst::PadProbeData::Event(event)) = &info.data
                && event.type_() == gst::EventType::Segment
            {
                let gates = gates.lock().unwrap();
                gates.0.send(()).unwrap();
                let _ = gates.1.recv();
            }
            gst::PadProbeReturn::Ok
        });
        let entrance = queue.static_pad("sink").unwrap();
        let gate = Arc::new(Gate::new(Arc::new(Counters::new())));
        let second = Duration::from_secs(1);
        let limit = Limit { time: 10 * second, bytes: 1 << 20, gop_bytes: 1 << 20 };
        let waiting = guard_pictures(&entrance, &queue, &gate, limit);
        bin.set_state(gst::State::Playing).unwrap();
        let source = gst::Pad::builder(gst::PadDirection::Src).build();
        source.set_active(true).unwrap();
        source.link(&entrance).unwrap();
        let segment = gst::FormattedSegment::<gst::ClockTime>::new();
        source.push_event(gst::event::StreamStart::new("pictures"));
        source.push_event(gst::event::Segment::new(&segment));
        has_arrived.recv().unwrap();

        for n in 0..=10 {
            let mut buffer = picture(n == 0, 10);
            buffer.get_mut().unwrap().set_pts(gst::ClockTime::from_seconds(3600 + n));
            source.push(buffer).unwrap();
        }
        assert_eq!(gate.counters.frames(), 11, "10 s may wait");
        assert_eq!(waiting.time(), 10 * second);
        let mut late = picture(false, 10);
        late.get_mut().unwrap().set_pts(gst::ClockTime::from_seconds(3611));
        source.push(late.copy()).unwrap();
        source.push(late).unwrap();
        assert_eq!((gate.counters.frames(), gate.counters.dropped()), (12, 1), "no more than that");

        go_on.send(()).unwrap();
        bin.set_state(gst::State::Null).unwrap();
    }

    #[test]
    fn a_gop_without_end_is_cut_short() {
        gst::init().unwrap();
        let gate = Gate::new(Arc::new(Counters::new()));
        assert!(gate.admits(&picture(true, 100), false, 1000));
        let admitted = (0..100).filter(|_| gate.admits(&picture(false, 100), false, 1000)).count();
        assert_eq!(admitted, 10);
        assert!(gate.admits(&picture(true, 100), false, 1000), "the next one begins");
    }

    #[test]
    fn sound_goes_into_the_file_of_its_time() {
        let (old, new) = (SoundGate::new(gst::ClockTime::ZERO), SoundGate::new(ms(100).unwrap()));
        old.end(ms(100));

        let taken = [50, 90, 100, 110].map(|at| (old.admits(ms(at)), new.admits(ms(at))));

        assert_eq!(taken, [(true, false), (true, false), (false, true), (false, true)]);
        assert!(old.is_over() && !new.is_over());
        old.wait_for_end(Duration::from_secs(3600));
        new.end(None);
        assert!(!new.admits(ms(200)));
    }
}
