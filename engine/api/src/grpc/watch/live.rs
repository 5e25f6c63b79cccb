//! The stream behind `StreamLive`: pictures as they come, and a heartbeat each second.

use std::{future::Future, time::Duration};

use futures_util::Stream;
use ronin_core::{
    WallTime,
    live::{Fragment, Kind, Message, Reset, Viewing},
};
use ronin_proto::v1::{self, stream_live_response::Content};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tonic::Status;

use super::{Woken, heartbeats};
use crate::{
    convert::{status, time},
    error,
};

/// How often a viewer hears how the camera is doing.
const PULSE: Duration = Duration::from_secs(1);

/// The messages of a live stream, until `still_holds` fails or the camera is gone, which ends it
/// with `gone`.
pub(in crate::grpc) fn live<F, Fut>(
    mut viewing: Viewing,
    gone: Status,
    mut revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<v1::StreamLiveResponse, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    async_stream::try_stream! {
        yield heartbeat(&viewing);
        let mut checks = heartbeats();
        let mut pulse = interval_at(Instant::now() + PULSE, PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let woken = tokio::select! {
                biased;
                open = revocations.changed() => Woken::Revocation(open.is_ok()),
                _ = checks.tick() => Woken::Heartbeat,
                _ = pulse.tick() => {
                    yield heartbeat(&viewing);
                    continue;
                }
                message = viewing.next() => Woken::News(message),
            };
            match woken {
                Woken::Revocation(true) | Woken::Heartbeat => still_holds().await?,
                Woken::Revocation(false) => Err(error::shutting_down())?,
                Woken::News(Some(message)) => yield to_wire(message),
                Woken::News(None) => Err(gone.clone())?,
            }
        }
    }
}

fn heartbeat(viewing: &Viewing) -> v1::StreamLiveResponse {
    content(Content::Heartbeat(v1::LiveHeartbeat {
        server_time: Some(time::to_wire(WallTime::now())),
        skipped_frames: viewing.skipped(),
        last_picture_age: viewing.age().map(duration),
    }))
}

fn to_wire(message: Message) -> v1::StreamLiveResponse {
    content(match message {
        Message::Init(init, streams) => Content::Init(v1::LiveInit {
            data: init.data.clone(),
            mime_type: init.mime_type.clone(),
            streams: streams.iter().map(status::stream).collect(),
        }),
        Message::Fragment(Fragment { data, wall, media_time, kind }) => {
            Content::Fragment(v1::LiveFragment {
                data,
                wall_time: Some(time::to_wire(wall)),
                media_time: Some(duration(media_time)),
                key_frame: kind == Kind::KeyFrame,
                sound: kind == Kind::Sound,
            })
        }
        Message::Reset(reset) => {
            let reason = match reset {
                Reset::SlowViewer => v1::LiveResetReason::SlowViewer,
                Reset::Reconnected => v1::LiveResetReason::Reconnected,
                Reset::ParametersChanged => v1::LiveResetReason::ParametersChanged,
            };
            Content::Reset(v1::LiveReset { reason: reason.into() })
        }
    })
}

fn content(content: Content) -> v1::StreamLiveResponse {
    v1::StreamLiveResponse { content: Some(content) }
}

fn duration(duration: Duration) -> prost_types::Duration {
    // The time of a stream is far below what the wire can say.
    prost_types::Duration::try_from(duration).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use futures_util::StreamExt;
    use ronin_core::live::{Channels, Init, Inits};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pictures_pass_at_once_and_silence_is_told_each_second_until_the_camera_is_gone() {
        let channels = Channels::default();
        let camera = "a".parse().unwrap();
        let feed = channels.open(&camera).main;
        let (_keep, revocations) = watch::channel(0);
        let gone = Status::not_found("gone");
        let stream = live(feed.watch(false), gone, revocations, async || Ok(()));
        let mut stream = std::pin::pin!(stream);
        let mut next = async || stream.next().await.unwrap().map(|m| m.content.unwrap());
        assert!(matches!(next().await, Ok(Content::Heartbeat(beat)) if beat.skipped_frames == 0));

        let init = Init { data: Bytes::from_static(b"init"), mime_type: "video/mp4".into() };
        let inits = Inits { silent: Arc::new(init), sounding: None, streams: Vec::new() };
        feed.begin(inits, Reset::Reconnected);
        feed.push(Fragment {
            data: Bytes::from_static(b"picture"),
            wall: WallTime::from_micros(5),
            media_time: Duration::from_millis(1500),
            kind: Kind::KeyFrame,
        });
        let began = Instant::now();
        assert!(matches!(next().await, Ok(Content::Init(init)) if init.data == "init"));
        let Ok(Content::Fragment(picture)) = next().await else { panic!("no picture") };
        assert_eq!(
            (&picture.data[..], picture.key_frame, picture.sound),
            (&b"picture"[..], true, false)
        );
        assert_eq!(
            picture.media_time.unwrap(),
            prost_types::Duration { seconds: 1, nanos: 500_000_000 }
        );
        assert_eq!(began.elapsed(), Duration::ZERO);

        for second in 1..=3 {
            assert!(matches!(next().await, Ok(Content::Heartbeat(_))));
            assert_eq!(began.elapsed(), PULSE * second);
        }
        channels.remove(&camera);
        assert_eq!(next().await.unwrap_err().message(), "gone");
    }
}
