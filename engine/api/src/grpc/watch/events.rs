//! The stream behind `WatchEvents`: changes by their sequence, so that none is lost over a new
//! connection, however long a client takes. Of an event that changed several times while a client was
//! away, it gets the last.

use std::future::Future;

use futures_util::Stream;
use ronin_core::CameraId;
use ronin_proto::v1::{self, watch_events_response::Event};
use ronin_store::{Store, StoredEvent};
use tokio::sync::watch;
use tonic::Status;
use uuid::Uuid;

use super::{BATCH, Start, Told, numbered};
use crate::{convert::event, error};

/// Whose events are told, and to whom.
pub(in crate::grpc) struct WantedEvents {
    /// Where they are.
    pub(in crate::grpc) store: Store,
    /// Empty: of all cameras.
    pub(in crate::grpc) cameras: Vec<CameraId>,
    /// Whose marks they show.
    pub(in crate::grpc) user: Uuid,
}

/// Where a watch with this resume token begins.
pub(in crate::grpc) async fn start_of_events(store: &Store, token: &str) -> Result<Start, Status> {
    let rows = store.event_sequences().await.map_err(|e| error::store("read the events", e))?;
    let row = event::parse_resume_token(token);
    // With nothing there, nothing was missed by whoever has seen nothing.
    if rows.is_none() && row == Some(0) {
        return Ok(Start { after: 0, is_lost: false });
    }
    // An event that grew has no row of its earlier sequence any more, and nothing is missing for it:
    // only what is above the newest is none of ours.
    let rows = rows.map(|(_, newest)| (1, newest));
    Ok(Start::new(rows, token, row))
}

/// The messages of a watch, until `still_holds` fails. `news` was subscribed to before `start` was
/// read.
pub(in crate::grpc) fn events<F, Fut>(
    wanted: WantedEvents,
    news: watch::Receiver<i64>,
    start: Start,
    revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchEventsResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    let WantedEvents { store, cameras, user } = wanted;
    let read = move |after| {
        let (store, cameras) = (store.clone(), cameras.clone());
        async move {
            let batch = store.events_after(after, &cameras, user, BATCH).await?;
            Ok(batch.iter().map(|stored| (stored.sequence, changed(stored))).collect())
        }
    };
    numbered("read the events", read, news, start, revocations, still_holds)
}

impl Told for v1::WatchEventsResponse {
    fn list_again(again: v1::ListAgain) -> Self {
        message(Event::ListAgain(again))
    }

    fn heartbeat(beat: v1::Heartbeat) -> Self {
        message(Event::Heartbeat(beat))
    }
}

fn changed(stored: &StoredEvent) -> v1::WatchEventsResponse {
    message(Event::Change(v1::EventChange {
        event: Some(event::to_wire(stored)),
        resume_token: event::resume_token(stored.sequence),
    }))
}

fn message(event: Event) -> v1::WatchEventsResponse {
    v1::WatchEventsResponse { event: Some(event) }
}
