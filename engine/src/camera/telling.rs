//! Events on their way to the index, with their pictures, in their order.
//!
//! Encoding a picture takes some milliseconds, which neither the pictures nor the detector wait for.
//! Not here: what is an event ([`ronin_vision::chain`]).

use ronin_core::{Event, chain, event::EventState, frame::VideoFrame};
use ronin_pipelines::jpeg_of;
use tokio::{sync::mpsc, task::spawn_blocking};
use tracing::{debug, warn};

use crate::{
    recorder::Entry,
    spool::{Jpeg, ToldEvent},
};

/// Changes that may wait: a busy second. More is told by the next change.
const QUEUE: usize = 32;
/// Pixels of a row of a snapshot: as large as a telephone shows it, some 100 kB at most.
const WIDTH_MAX: u32 = 640;

/// Takes what became of events. Cheap to clone; waits for nothing.
#[derive(Clone, Debug)]
pub(super) struct Teller(mpsc::Sender<(Event, Option<VideoFrame>)>);

impl Teller {
    /// Tells how an event is now, and in which picture it is seen better than before.
    pub(super) fn tell(&self, event: Event, picture: Option<VideoFrame>) {
        if self.0.try_send((event, picture)).is_err() {
            warn!("events come faster than they can be stored: one was left out");
        }
    }
}

/// A teller, and what hands its events on as long as it lives.
pub(super) fn channel(entries: mpsc::Sender<Entry>) -> (Teller, impl Future<Output = ()> + Send) {
    let (sender, mut changes) = mpsc::channel::<(Event, Option<VideoFrame>)>(QUEUE);
    let hand_on = async move {
        while let Some((event, picture)) = changes.recv().await {
            let snapshot = match picture {
                Some(picture) => encode(picture).await,
                None => None,
            };
            let has_more = event.state == EventState::Open && event.start != event.end;
            let is_growth = has_more && snapshot.is_none();
            debug!(camera = %event.camera, label = event.label, state = ?event.state, "event");
            let told = Entry::Event(Box::new(ToldEvent { event, snapshot, is_growth }));
            // Pictures do not wait for the index.
            if entries.try_send(told).is_err() {
                warn!("the index is behind: a change of an event was not stored");
            }
        }
    };
    (Teller(sender), hand_on)
}

async fn encode(picture: VideoFrame) -> Option<Jpeg> {
    match spawn_blocking(move || jpeg_of(&picture, WIDTH_MAX)).await {
        Ok(Ok(jpeg)) => Some(Jpeg::new(jpeg.to_vec())),
        Ok(Err(error)) => {
            warn!(error = chain(&error), "could not make the picture of an event");
            None
        }
        Err(_) => None,
    }
}
