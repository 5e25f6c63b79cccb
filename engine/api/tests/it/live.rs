//! Live pictures over the wire.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use ronin_core::{
    WallTime,
    live::{Feed, Fragment, Init, Inits, Kind, Reset},
};
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, live_service_client::LiveServiceClient,
    stream_live_response::Content, stream_live_tiles_response::Event,
};
use tokio::time::timeout;
use tonic::Code;

use crate::{
    cameras::create,
    support::{Server, fields, reason},
};

const BOUND: Duration = Duration::from_secs(10);

fn ask(camera: &str, stream: v1::StreamKind) -> v1::StreamLiveRequest {
    v1::StreamLiveRequest {
        camera: camera.into(),
        stream: stream.into(),
        sound: false,
        ..Default::default()
    }
}

fn show(feed: &Feed, picture: &'static [u8]) {
    let init = Init { data: Bytes::from_static(b"init"), mime_type: "video/mp4".into() };
    let inits = Inits { silent: Arc::new(init), sounding: None, streams: Vec::new() };
    feed.begin(inits, Reset::Reconnected);
    feed.push(Fragment {
        data: Bytes::from_static(picture),
        wall: WallTime::from_micros(0),
        media_time: Duration::from_secs(1),
        kind: Kind::KeyFrame,
    });
}

#[tokio::test]
async fn pictures_reach_a_viewer_from_the_last_key_frame_until_the_camera_is_removed() {
    let server = Server::start().await;
    let channel = server.admin().await;
    let mut cameras = CameraServiceClient::new(channel.clone());
    cameras.create_camera(create("a")).await.unwrap();
    let mut live = LiveServiceClient::new(channel);
    let main = v1::StreamKind::Main;
    show(&server.deps.live.open(&"a".parse().unwrap()).main, b"picture");

    let stream = live.stream_live(ask("cameras/a", main)).await.unwrap();
    let mut stream = stream.into_inner();
    let mut next = async || timeout(BOUND, stream.message()).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 2 {
        match next().await.unwrap().unwrap().content.unwrap() {
            Content::Init(init) => seen.push(init.data),
            Content::Fragment(fragment) => seen.push(fragment.data),
            Content::Heartbeat(_) => {}
            Content::Reset(reset) => panic!("{reset:?}"),
        }
    }
    assert_eq!(seen, ["init", "picture"]);

    server.deps.live.remove(&"a".parse().unwrap());
    let gone = loop {
        match next().await {
            Ok(Some(_)) => {}
            other => break other,
        }
    };
    assert_eq!(gone.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn several_streams_share_a_connection_and_one_that_cannot_be_watched_ends_alone() {
    let server = Server::start().await;
    let channel = server.admin().await;
    let mut cameras = CameraServiceClient::new(channel.clone());
    for id in ["a", "b"] {
        cameras.create_camera(create(id)).await.unwrap();
        let feed = server.deps.live.open(&id.parse().unwrap()).main;
        show(&feed, if id == "a" { b"of a" } else { b"of b" });
    }
    let mut live = LiveServiceClient::new(channel);
    let (main, sub) = (v1::StreamKind::Main, v1::StreamKind::Sub);
    let tiles = vec![
        ask("cameras/a", main),
        ask("cameras/nobody", main),
        ask("cameras/a", sub),
        ask("cameras/b", main),
    ];

    let stream = live.stream_live_tiles(v1::StreamLiveTilesRequest { tiles }).await.unwrap();
    let mut stream = stream.into_inner();
    let mut seen = Vec::new();
    while seen.len() < 4 {
        let message = timeout(BOUND, stream.message()).await.unwrap().unwrap().unwrap();
        match message.event.unwrap() {
            Event::Message(v1::StreamLiveResponse { content: Some(Content::Fragment(f)) }) => {
                seen.push((message.tile, String::from_utf8(f.data.to_vec()).unwrap()));
            }
            Event::Message(_) => {}
            Event::End(end) => seen.push((message.tile, end.reason)),
        }
    }
    seen.sort();
    let seen: Vec<_> = seen.iter().map(|(tile, what)| (*tile, what.as_str())).collect();
    let ends = [(1, "CAMERA_NOT_FOUND"), (2, "STREAM_NOT_LIVE")];
    assert_eq!(seen, [(0, "of a"), ends[0], ends[1], (3, "of b")]);
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_named() {
    let server = Server::start().await;
    let mut live = LiveServiceClient::new(server.admin().await);
    let none = live.stream_live_tiles(v1::StreamLiveTilesRequest::default()).await;
    assert_eq!(fields(&none.unwrap_err()), ["tiles"]);
    let wrong =
        v1::StreamLiveRequest { camera: "x".into(), stream: 9, sound: false, ..Default::default() };
    assert_eq!(fields(&live.stream_live(wrong).await.unwrap_err()), ["camera", "stream"]);
    let unknown = live.stream_live(ask("cameras/x", v1::StreamKind::Main)).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn as_many_streams_are_encoded_as_there_are_cores_and_each_for_all_who_ask() {
    let server = Server::start().await;
    let channel = server.admin().await;
    CameraServiceClient::new(channel.clone()).create_camera(create("a")).await.unwrap();
    let mut live = LiveServiceClient::new(channel);
    let feeds = &server.deps.live;
    let rendition = v1::LiveRendition::H264.into();
    let request = v1::StreamLiveRequest { rendition, ..ask("cameras/a", v1::StreamKind::Main) };
    let cores = std::thread::available_parallelism().unwrap().get();
    let others: Vec<_> = (0..cores)
        .map(|n| feeds.open(&format!("other-{n}").parse().unwrap()).sub_h264.watch(false))
        .collect();

    let busy = live.stream_live(request.clone()).await.unwrap_err();
    assert_eq!((busy.code(), reason(&busy).as_str()), (Code::ResourceExhausted, "RENDITIONS_BUSY"));
    assert!(busy.message().contains("sub stream"), "{}", busy.message());

    let (_first, _others) = (feeds.open(&"a".parse().unwrap()).main_h264.watch(false), others);
    show(&feeds.open(&"a".parse().unwrap()).main_h264, b"as H.264");
    let mut stream = live.stream_live(request.clone()).await.unwrap().into_inner();
    let picture = loop {
        let message = timeout(BOUND, stream.message()).await.unwrap().unwrap().unwrap();
        if let Some(Content::Fragment(fragment)) = message.content {
            break fragment.data;
        }
    };
    assert_eq!(picture, "as H.264");

    let wrong = v1::StreamLiveRequest { rendition: 9, ..request };
    assert_eq!(fields(&live.stream_live(wrong).await.unwrap_err()), ["rendition"]);
}
