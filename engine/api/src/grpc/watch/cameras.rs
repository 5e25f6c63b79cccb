//! The stream behind `WatchCameras`: every camera first, then what changes. A slow client skips
//! states, never the last one.

use std::{future::Future, sync::Arc};

use futures_util::Stream;
use ronin_core::control::Cameras;
use ronin_proto::v1::{self, watch_cameras_response::Event};
use tokio::sync::watch;
use tonic::Status;

use super::{Woken, heartbeat, heartbeats};
use crate::{
    convert::{camera, name},
    error,
};

/// The messages of a watch, until `still_holds` fails. It is asked at each heartbeat and at each
/// revocation.
pub(in crate::grpc) fn cameras<F, Fut>(
    mut cameras: watch::Receiver<Arc<Cameras>>,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::WatchCamerasResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        let mut seen = cameras.borrow_and_update().clone();
        let all = seen.values().map(|view| camera::to_wire(view)).collect();
        yield message(Event::Snapshot(v1::CameraList { cameras: all }));

        let mut heartbeats = heartbeats();
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                _ = heartbeats.tick() => Woken::Heartbeat,
                open = cameras.changed() => Woken::News(open.is_ok()),
            };
            match woken {
                Woken::Revocation(true) => still_holds().await?,
                Woken::Heartbeat => {
                    still_holds().await?;
                    yield message(Event::Heartbeat(heartbeat()));
                }
                Woken::News(true) => {
                    let now = cameras.borrow_and_update().clone();
                    for event in differences(&seen, &now) {
                        yield message(event);
                    }
                    seen = now;
                }
                Woken::Revocation(false) | Woken::News(false) => Err(error::shutting_down())?,
            }
        }
    }
}

fn message(event: Event) -> v1::WatchCamerasResponse {
    v1::WatchCamerasResponse { event: Some(event) }
}

/// What leads from `old` to `new`. An entry that did not change keeps its `Arc`.
fn differences(old: &Cameras, new: &Cameras) -> Vec<Event> {
    let removed = old.keys().filter(|id| !new.contains_key(*id));
    let removed = removed.map(|id| Event::Removed(name::camera(id)));
    let is_changed = |id, view| old.get(id).is_none_or(|before| !Arc::ptr_eq(before, view));
    let changed = new.iter().filter(|(id, view)| is_changed(*id, *view));
    let changed = changed.map(|(_, view)| Event::Changed(camera::to_wire(view)));
    removed.chain(changed).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures_util::StreamExt;
    use ronin_core::{
        CameraConfig, CameraState, CameraStatus, DetectSettings, RecordSettings, Source, WallTime,
        control::CameraView,
    };
    use tokio::time::Instant;

    use super::{super::HEARTBEAT, *};

    fn view(id: &str) -> Arc<CameraView> {
        let config = CameraConfig {
            id: id.parse().unwrap(),
            display_name: id.into(),
            enabled: true,
            main: Source::parse_url("rtsp://cam/").unwrap(),
            sub: None,
            record: RecordSettings::default(),
            detect: DetectSettings::unless_said(None),
            created_at: WallTime::default(),
            updated_at: WallTime::default(),
            version: 1,
        };
        let status = CameraStatus::new(CameraState::Connecting, WallTime::default());
        Arc::new(CameraView { config, status })
    }

    fn all(views: &[&Arc<CameraView>]) -> Arc<Cameras> {
        Arc::new(views.iter().map(|view| (view.config.id.clone(), (*view).clone())).collect())
    }

    #[test]
    fn only_what_changed_is_told() {
        let (a, b, c) = (view("a"), view("b"), view("c"));
        let events = differences(&all(&[&a, &b]), &all(&[&a, &c]));
        assert!(matches!(&events[..], [Event::Removed(gone), Event::Changed(new)]
            if gone == "cameras/b" && new.id == "c"));
        assert!(differences(&all(&[&a]), &all(&[&a])).is_empty());
        assert_eq!(differences(&all(&[&a]), &all(&[&view("a")])).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_watch_beats_and_ends_with_the_session() {
        let (cameras_tx, cameras_rx) = watch::channel(all(&[&view("a")]));
        let (_revoked_tx, revoked_rx) = watch::channel(0);
        let valid = Arc::new(AtomicBool::new(true));
        let asked = valid.clone();
        let still_holds = move || {
            let holds = asked.load(Ordering::SeqCst);
            async move { if holds { Ok(()) } else { Err(error::unauthenticated("X", "x")) } }
        };
        let mut stream = std::pin::pin!(cameras(cameras_rx, revoked_rx, still_holds));
        let mut next = async || stream.next().await.unwrap().map(|m| m.event.unwrap());

        assert!(matches!(next().await, Ok(Event::Snapshot(list)) if list.cameras.len() == 1));
        let quiet_since = Instant::now();
        assert!(matches!(next().await, Ok(Event::Heartbeat(_))));
        assert_eq!(quiet_since.elapsed().as_secs(), 15);
        cameras_tx.send_replace(all(&[]));
        assert!(matches!(next().await, Ok(Event::Removed(_))));
        valid.store(false, Ordering::SeqCst);
        let status = next().await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::Unauthenticated);
        assert!(quiet_since.elapsed() <= HEARTBEAT * 2);
    }
}
