//! The stream behind `WatchDetections`: what is seen in the newest picture. One that is read slowly
//! leaves pictures out.

use std::{future::Future, sync::Arc};

use futures_util::Stream;
use ronin_core::event::Detections;
use ronin_proto::v1::{self, watch_detections_response::Event};
use tokio::sync::watch;
use tonic::Status;

use super::{Woken, heartbeat, heartbeats};
use crate::{convert::detection, error};

/// The messages of a watch, until `still_holds` fails.
pub(in crate::grpc) fn detections<F, Fut>(
    mut seen: watch::Receiver<Option<Arc<Detections>>>,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchDetectionsResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        let mut heartbeats = heartbeats();
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                open = seen.changed() => Woken::News(open.is_ok()),
                _ = heartbeats.tick() => Woken::Heartbeat,
            };
            match woken {
                Woken::Revocation(true) => still_holds().await?,
                Woken::Heartbeat => {
                    still_holds().await?;
                    yield message(Event::Heartbeat(heartbeat()));
                }
                Woken::News(true) => {
                    let newest = seen.borrow_and_update().clone();
                    if let Some(newest) = newest {
                        yield message(Event::Picture(detection::picture(&newest)));
                    }
                }
                Woken::Revocation(false) | Woken::News(false) => Err(error::shutting_down())?,
            }
        }
    }
}

fn message(event: Event) -> v1::WatchDetectionsResponse {
    v1::WatchDetectionsResponse { event: Some(event) }
}
