//! The stream behind `WatchSegments`: segments as they come into the index.

use std::future::Future;

use futures_util::Stream;
use ronin_core::{CameraId, Segment};
use ronin_proto::v1::{self, watch_segments_response::Event};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};
use tonic::Status;

use super::{Woken, heartbeat, heartbeats};
use crate::{convert::recording, error};

/// The messages of a watch of one camera or, with `None`, of all, until `still_holds` fails.
pub(in crate::grpc) fn segments<F, Fut>(
    mut segments: broadcast::Receiver<Segment>,
    camera: Option<CameraId>,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchSegmentsResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        // What was indexed before this moment is found by a list that is made after it.
        yield message(Event::ListAgain(v1::ListAgain {}));
        let mut heartbeats = heartbeats();
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                _ = heartbeats.tick() => Woken::Heartbeat,
                news = segments.recv() => Woken::News(news),
            };
            match woken {
                Woken::Revocation(true) => still_holds().await?,
                Woken::Heartbeat => {
                    still_holds().await?;
                    yield message(Event::Heartbeat(heartbeat()));
                }
                Woken::News(Ok(segment)) => {
                    if camera.as_ref().is_none_or(|camera| *camera == segment.camera) {
                        yield message(Event::Indexed(recording::segment(&segment)));
                    }
                }
                Woken::News(Err(RecvError::Lagged(_))) => {
                    yield message(Event::ListAgain(v1::ListAgain {}));
                }
                Woken::Revocation(false) | Woken::News(Err(RecvError::Closed)) => {
                    Err(error::shutting_down())?;
                }
            }
        }
    }
}

fn message(event: Event) -> v1::WatchSegmentsResponse {
    v1::WatchSegmentsResponse { event: Some(event) }
}
