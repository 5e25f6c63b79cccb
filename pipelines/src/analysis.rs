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
    time::Instant,
};

use gst::prelude::*;
use ronin_core::{
    live::{Init, Kind, Message, Viewing},
    status::BranchStats,
};
use tokio::task::spawn_blocking;

use crate::{
    elements::{caps_filter, make},
    error::Error,
    feed_source::{FeedSource, error_of},
    picture::{self, Picture, thin_out},
    snapshot::Teardown,
};

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
        let elements = [
            source.element.upcast_ref::<gst::Element>().clone(),
            decoder,
            queue,
            make("videoconvert")?,
            caps_filter(picture::caps())?,
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

/// Shows a decoded picture to who looks; `None` where there is none.
fn show(sample: &gst::Sample, source: &FeedSource, look: &Look) -> Option<()> {
    let wall = source.wall_of(sample.buffer()?.pts()?);
    let mut look = look.lock().unwrap_or_else(PoisonError::into_inner);
    picture::with(sample, wall, &mut *look)
}
