//! Decodes a live stream and shows some of its pictures to whoever looks for something in them.
//!
//! ```text
//!  appsrc ─ decoder ─ (as many a second as asked for) ─ queue of one ─ videoconvert ─ caps ─ appsink
//! ```
//! It is a viewer like others: nothing that happens here is felt by the recording or by live
//! pictures, and it comes and goes while the camera records. Whoever looks may be slow: the newest
//! picture waits, older ones are left out.
//!
//! Not here: what is seen (`ronin_vision`), and which stream is looked at (the engine).

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use gst::prelude::*;
use gst_video::VideoFrameExt;
use ronin_core::{
    WallTime,
    live::{Init, Kind, Message, Viewing},
    status::BranchStats,
};
use tokio::task::spawn_blocking;

use crate::{
    elements::{caps_filter, make},
    error::Error,
    feed_source::{FeedSource, error_of},
    snapshot::Teardown,
};

/// Formats whose first plane is the luma, a byte a pixel.
const FORMATS: [&str; 5] = ["I420", "NV12", "Y42B", "Y444", "GRAY8"];

/// The luma of one picture.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Rows from the top, a byte a pixel.
    pub luma: &'a [u8],
    /// Bytes from one row to the next.
    pub stride_bytes: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Time in the stream.
    pub media_time: Duration,
    /// When it was taken.
    pub wall: WallTime,
}

/// How many pictures there were.
#[derive(Debug, Default)]
pub struct Tally {
    looked_at: AtomicU64,
    dropped: AtomicU64,
    last: Mutex<Option<Instant>>,
}

impl Tally {
    /// Pictures that were looked at.
    pub fn looked_at(&self) -> u64 {
        self.looked_at.load(Ordering::Relaxed)
    }

    /// Pictures that were not decoded, because the machine is too slow.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The same as numbers of a branch.
    pub fn stats(&self) -> BranchStats {
        let age = self.last().map(|last| last.elapsed()).unwrap_or_default();
        BranchStats {
            branch: "analysis",
            frames: self.looked_at(),
            bytes: 0,
            dropped_frames: self.dropped(),
            last_frame_age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            queued_ms: 0,
            queued_bytes: 0,
            most_queued: None,
            rate: None,
        }
    }

    fn count(&self) {
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        *self.last() = Some(Instant::now());
    }

    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls `look` with at most `rate` pictures a second of what `input` gives, until the camera is
/// gone. May be dropped while it waits; `look` is not called afterwards but for the picture it is at.
pub async fn run(
    mut input: Viewing,
    rate: u32,
    tally: Arc<Tally>,
    look: impl FnMut(Picture<'_>) + Send + 'static,
) -> Result<(), Error> {
    let look: Look = Arc::new(Mutex::new(look));
    let mut decoder: Option<Decoder> = None;
    let mut dropped_before = 0;
    loop {
        let message = input.next().await;
        if let Some(error) = decoder.as_ref().and_then(Decoder::error) {
            return Err(error);
        }
        match message {
            None => return Ok(()),
            Some(Message::Reset(_)) => {}
            Some(Message::Init(init, _)) => {
                dropped_before = tally.dropped();
                drop(decoder.take());
                let (look, tally) = (look.clone(), tally.clone());
                // Drivers take their time.
                let start = move || Decoder::start(&init, rate, look, tally);
                decoder = Some(spawn_blocking(start).await.map_err(|_| Error::panicked())??);
            }
            Some(Message::Fragment(fragment)) => {
                let Some(decoder) = decoder.as_ref().filter(|_| fragment.kind != Kind::Sound)
                else {
                    continue;
                };
                let given = decoder.source.give(&fragment);
                given.map_err(|refused| decoder.error().unwrap_or(refused))?;
                let dropped = dropped_before + decoder.source.dropped();
                tally.dropped.store(dropped, Ordering::Relaxed);
            }
        }
    }
}

type Look = Arc<Mutex<dyn FnMut(Picture<'_>) + Send>>;

/// The pipeline for one beginning of the stream. Stops when it is dropped.
struct Decoder {
    pipeline: Option<Teardown>,
    source: Arc<FeedSource>,
}

impl Decoder {
    fn start(init: &Init, rate: u32, look: Look, tally: Arc<Tally>) -> Result<Self, Error> {
        let source = Arc::new(FeedSource::new(init)?);
        let decoder = source.codec.live_decoder()?;
        thin_out(&decoder, rate);
        let queue = make("queue")?;
        queue.set_property_from_str("leaky", "downstream");
        queue.set_property("max-size-buffers", 1_u32);
        queue.set_property("max-size-bytes", 0_u32);
        queue.set_property("max-size-time", 0_u64);
        let sink = gst_app::AppSink::builder().sync(false).build();
        let caps = gst::Caps::builder("video/x-raw").field("format", gst::List::new(FORMATS));
        let elements = [
            source.element.upcast_ref::<gst::Element>().clone(),
            decoder,
            queue,
            make("videoconvert")?,
            caps_filter(caps.build())?,
            sink.upcast_ref::<gst::Element>().clone(),
        ];
        let pipeline = Teardown(gst::Pipeline::new());
        pipeline.0.add_many(&elements).map_err(Error::doing("build an analysis"))?;
        gst::Element::link_many(&elements).map_err(Error::doing("link an analysis"))?;
        let from = source.clone();
        let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            if show(&sample, &from, &look).is_some() {
                tally.count();
            }
            Ok(gst::FlowSuccess::Ok)
        });
        sink.set_callbacks(callbacks.build());
        let started = pipeline.0.set_state(gst::State::Playing);
        started.map_err(|_| Error::Picture { detail: "the analysis did not start".into() })?;
        Ok(Self { pipeline: Some(pipeline), source })
    }

    fn error(&self) -> Option<Error> {
        self.pipeline.as_ref().and_then(|pipeline| error_of(&pipeline.0))
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // It waits for the threads of the pipeline, and whoever drops it may not wait.
        let pipeline = self.pipeline.take();
        std::thread::spawn(move || drop(pipeline));
    }
}

/// Lets no more than `rate` pictures a second leave the decoder.
fn thin_out(decoder: &gst::Element, rate: u32) {
    let Some(exit) = decoder.static_pad("src") else { return };
    let thinning = Mutex::new(Thinning::new(rate));
    exit.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        let pts = info.buffer().and_then(|buffer| buffer.pts());
        let mut thinning = thinning.lock().unwrap_or_else(PoisonError::into_inner);
        match pts.is_some_and(|pts| thinning.takes(pts)) {
            true => gst::PadProbeReturn::Ok,
            false => gst::PadProbeReturn::Drop,
        }
    });
}

/// Takes pictures at a regular distance.
struct Thinning {
    period: gst::ClockTime,
    due: Option<gst::ClockTime>,
}

impl Thinning {
    fn new(rate: u32) -> Self {
        Self { period: gst::ClockTime::SECOND / u64::from(rate.max(1)), due: None }
    }

    fn takes(&mut self, pts: gst::ClockTime) -> bool {
        let due = self.due.unwrap_or(pts);
        // One that comes a little early is the one that is due. Times may go back.
        let is_early = pts + self.period / 4 < due;
        if is_early && pts + self.period >= due {
            return false;
        }
        let is_regular = !is_early && pts <= due + self.period;
        self.due = Some(if is_regular { due } else { pts } + self.period);
        true
    }
}

/// Hands the luma of a decoded picture to who looks; `None` where there is none.
fn show(sample: &gst::Sample, source: &FeedSource, look: &Look) -> Option<()> {
    let (buffer, caps) = (sample.buffer()?, sample.caps()?);
    let info = gst_video::VideoInfo::from_caps(caps).ok()?;
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info).ok()?;
    let pts = buffer.pts()?;
    let picture = Picture {
        luma: frame.plane_data(0).ok()?,
        stride_bytes: usize::try_from(frame.plane_stride().first().copied()?).ok()?,
        width: usize::try_from(frame.width()).ok()?,
        height: usize::try_from(frame.height()).ok()?,
        media_time: Duration::from(pts),
        wall: source.wall_of(pts),
    };
    look.lock().unwrap_or_else(PoisonError::into_inner)(picture);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rate: u32, times_ms: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut thinning = Thinning::new(rate);
        let is_taken = |ms: &u64| thinning.takes(gst::ClockTime::from_mseconds(*ms));
        times_ms.into_iter().filter(is_taken).collect()
    }

    #[test]
    fn no_more_pictures_are_taken_than_asked_for_at_regular_distances() {
        assert_eq!(taken(5, (0..10).map(|n| n * 100)), [0, 200, 400, 600, 800]);
        assert_eq!(taken(5, (0..15).map(|n| n * 1000 / 15)), [0, 200, 400, 600, 800]);
        assert_eq!(taken(5, (0..8).map(|n| n * 250)).len(), 8, "all of a slower camera");
        let of_25 = taken(10, (0..250).map(|n| n * 40)).len();
        assert!((95..=101).contains(&of_25), "{of_25} in 10 s");
    }

    #[test]
    fn times_that_go_back_or_leap_do_not_stop_it() {
        assert_eq!(taken(5, [0, 100, 200, 10, 20, 60_000, 60_100]), [0, 200, 10, 60_000]);
    }
}
