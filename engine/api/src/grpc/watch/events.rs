//! The stream behind `WatchEvents`: changes by their sequence, so that none is lost over a new
//! connection, however long a client takes. Of an event that changed several times while a client was
//! away, it gets the last.

use std::future::{Future, ready};

use futures_util::Stream;
use ronin_core::{CameraId, ErrorKind, chain};
use ronin_proto::v1::{self, watch_events_response::Event};
use ronin_store::Store;
use tokio::sync::watch;
use tonic::Status;
use tracing::warn;
use uuid::Uuid;

use super::{Start, Woken, heartbeat, heartbeats};
use crate::{convert::event, error};

/// Changes read at once: what a client gets before it is asked again whether it may.
const BATCH: u64 = 100;

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
    mut news: watch::Receiver<i64>,
    start: Start,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchEventsResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        if start.is_lost {
            yield message(Event::ListAgain(v1::ListAgain {}));
        }
        let mut after = start.after;
        let mut is_behind = true;
        let mut heartbeats = heartbeats();
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                _ = heartbeats.tick() => Woken::Heartbeat,
                () = ready(()), if is_behind => Woken::News(true),
                open = news.changed() => Woken::News(open.is_ok()),
            };
            let WantedEvents { store, cameras, user } = &wanted;
            match woken {
                Woken::Revocation(true) => still_holds().await?,
                Woken::Heartbeat => {
                    still_holds().await?;
                    // In case the database did not answer when there was news.
                    is_behind = true;
                    yield message(Event::Heartbeat(heartbeat()));
                }
                Woken::News(true) => match store.events_after(after, cameras, *user, BATCH).await {
                    Ok(batch) => {
                        is_behind = batch.len() as u64 == BATCH;
                        for stored in batch {
                            after = stored.sequence;
                            yield message(Event::Change(v1::EventChange {
                                event: Some(event::to_wire(&stored)),
                                resume_token: event::resume_token(stored.sequence),
                            }));
                        }
                    }
                    Err(e) if e.kind() == ErrorKind::Unavailable => {
                        warn!(error = %chain(&e), "events wait for the database");
                        is_behind = false;
                    }
                    Err(e) => Err(error::store("read the events", e))?,
                },
                Woken::Revocation(false) | Woken::News(false) => Err(error::shutting_down())?,
            }
        }
    }
}

fn message(event: Event) -> v1::WatchEventsResponse {
    v1::WatchEventsResponse { event: Some(event) }
}
