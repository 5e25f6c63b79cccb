//! Segments and timelines.

use prost_types::Timestamp;
use ronin_core::{RunId, Segment, SegmentId, WallTime};
use ronin_proto::v1::{self, recording_service_client::RecordingServiceClient};
use tonic::Code;

use crate::support::{Server, fields};

fn segment(camera: &str, n: i64) -> Segment {
    let at = |seconds: i64| WallTime::from_micros(seconds * 1_000_000);
    Segment {
        id: SegmentId::generate(),
        camera: camera.parse().unwrap(),
        run: RunId::generate(),
        sequence: u32::try_from(n).unwrap(),
        start: at(n * 60),
        end: at(n * 60 + 60),
        path: format!("{camera}/1970-01-01/00-{n:02}-00.mp4"),
        size_bytes: 10,
        frames: 2,
        codecs: vec!["avc1.64001f".into()],
        width: 640,
        height: 360,
    }
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

#[tokio::test]
async fn segments_of_a_removed_camera_are_listed_page_by_page() {
    let server = Server::start().await;
    for n in 0..5 {
        server.deps.store.upsert_segment(&segment("gone", n)).await.unwrap();
    }
    let mut client = RecordingServiceClient::new(server.admin().await);
    let list = |token: &str| v1::ListSegmentsRequest {
        camera: "cameras/gone".into(),
        page_size: 2,
        page_token: token.into(),
        ..Default::default()
    };
    let (mut rows, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.list_segments(list(&token)).await.unwrap().into_inner();
        rows.extend(page.segments);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        let other = v1::ListSegmentsRequest { start_time: at(1), ..list(&token) };
        let status = client.list_segments(other).await.unwrap_err();
        assert_eq!(fields(&status), ["page_token"], "a token fits its own question only");
    }
    let sequences: Vec<_> = rows.iter().map(|row| row.sequence).collect();
    assert_eq!(sequences, [0, 1, 2, 3, 4]);
    assert!(rows[0].name.starts_with("cameras/gone/segments/"));
    assert!(rows[0].download_path.ends_with(".mp4"));

    let part = v1::ListSegmentsRequest { start_time: at(60), end_time: at(120), ..list("") };
    let page = client.list_segments(part).await.unwrap().into_inner();
    assert_eq!(page.segments.len(), 1);
}

#[tokio::test]
async fn unknown_cameras_and_impossible_spans_are_told() {
    let server = Server::start().await;
    let mut client = RecordingServiceClient::new(server.admin().await);
    let none = v1::ListSegmentsRequest { camera: "cameras/none".into(), ..Default::default() };
    assert_eq!(client.list_segments(none.clone()).await.unwrap_err().code(), Code::NotFound);
    let bad = v1::ListSegmentsRequest {
        camera: "../x".into(),
        start_time: at(i64::MAX),
        end_time: Some(Timestamp { seconds: 0, nanos: -1 }),
        page_size: -1,
        page_token: "x".into(),
    };
    let status = client.list_segments(bad).await.unwrap_err();
    assert_eq!(fields(&status), ["camera", "start_time", "end_time", "page_size", "page_token"]);
    let backwards = v1::ListSegmentsRequest { start_time: at(5), end_time: at(5), ..none };
    assert_eq!(fields(&client.list_segments(backwards).await.unwrap_err()), ["end_time"]);
}

#[tokio::test]
async fn a_timeline_is_bounded_and_shows_what_is_on_disk() {
    let server = Server::start().await;
    server.deps.store.upsert_segment(&segment("gone", 1)).await.unwrap();
    let mut client = RecordingServiceClient::new(server.admin().await);
    let ask = |cameras: Vec<String>, start, end| v1::GetTimelineRequest {
        cameras,
        start_time: start,
        end_time: end,
        resolution_ms: 0,
    };
    let gone = || vec!["cameras/gone".to_owned()];
    let timeline = client.get_timeline(ask(gone(), at(0), at(240))).await.unwrap().into_inner();
    let timeline = &timeline.timelines[0];
    assert_eq!(timeline.recorded.len(), 1);
    assert!((timeline.coverage - 0.25).abs() < 1e-9, "{}", timeline.coverage);
    assert!(!timeline.gaps.is_empty());

    let day = 86_400;
    let cases = [
        (gone(), at(0), at(366 * day + 1), "end_time"),
        (gone(), at(9), at(1), "end_time"),
        (gone(), None, at(1), "start_time"),
        (gone(), at(i64::MIN), at(1), "start_time"),
        (gone(), at(0), at(102_481_911_520_608), "end_time"),
        (vec!["cameras/a".into(); 65], at(0), at(1), "cameras"),
        (vec!["x".into()], at(0), at(1), "cameras[0]"),
    ];
    for (cameras, start, end, field) in cases {
        let status = client.get_timeline(ask(cameras, start, end)).await.unwrap_err();
        assert_eq!(fields(&status), [field]);
    }
    let year_9999 = ask(gone(), at(253_402_300_000), at(253_402_300_799));
    assert!(client.get_timeline(year_9999).await.is_ok());
    let year_1 = ask(gone(), at(-62_135_596_800), at(-62_135_596_700));
    assert!(client.get_timeline(year_1).await.is_ok());
    let none = client.get_timeline(ask(vec!["cameras/none".into()], at(0), at(1))).await;
    assert_eq!(none.unwrap_err().code(), Code::NotFound);
    let all = client.get_timeline(ask(Vec::new(), at(0), at(1))).await.unwrap().into_inner();
    assert!(all.timelines.is_empty(), "there is no camera");
}
