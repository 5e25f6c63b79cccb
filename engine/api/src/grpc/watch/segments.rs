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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures_util::StreamExt;
    use ronin_core::{RunId, SegmentId, WallTime, notice::News};
    use tokio::time::Instant;

    use super::{super::HEARTBEAT, *};

    fn segment(camera: &str) -> Segment {
        Segment {
            id: SegmentId::generate(),
            camera: camera.parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start: WallTime::default(),
            end: WallTime::default(),
            path: String::new(),
            size_bytes: 0,
            frames: 1,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_too_slow_lists_again_and_a_quiet_watch_beats_until_its_session_ends() {
        static HOLDS: AtomicBool = AtomicBool::new(true);
        let still_holds = || async {
            let refused = || error::unauthenticated("X", "x");
            HOLDS.load(Ordering::SeqCst).then_some(()).ok_or_else(refused)
        };
        let news = News::default();
        let (_revoked_tx, revoked) = watch::channel(0);
        let mut stream = std::pin::pin!(segments(news.segments(), None, revoked, still_holds));
        let mut next = async || stream.next().await.unwrap().map(|m| m.event.unwrap());

        assert!(matches!(next().await, Ok(Event::ListAgain(_))));
        let quiet_since = Instant::now();
        assert!(matches!(next().await, Ok(Event::Heartbeat(_))));
        assert_eq!(quiet_since.elapsed(), HEARTBEAT);
        for n in 0..1000 {
            news.segment_indexed(&segment(&format!("cam-{n}")));
        }
        assert!(matches!(next().await, Ok(Event::ListAgain(_))));
        for n in 744..1000 {
            let event = next().await;
            assert!(
                matches!(&event, Ok(Event::Indexed(s)) if s.camera == format!("cameras/cam-{n}"))
            );
        }
        HOLDS.store(false, Ordering::SeqCst);
        assert_eq!(next().await.unwrap_err().code(), tonic::Code::Unauthenticated);
    }
}
