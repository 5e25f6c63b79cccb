//! How much of a day is on disk, what is kept of it, and news of it.

use std::time::Duration;

use prost_types::Timestamp;
use ronin_core::{Segment, Span, WallTime};
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient,
    recording_service_client::RecordingServiceClient, watch_segments_response::Event,
};
use ronin_store::Outage;
use tonic::Code;

use crate::support::{Authorized, Log, Server, camera, fields, reason, segment};

const HOUR: Duration = Duration::from_secs(3600);

fn wire(time: WallTime) -> Option<Timestamp> {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros % 1_000_000 * 1000).unwrap();
    Some(Timestamp { seconds: micros / 1_000_000, nanos })
}

fn footage(camera: &str, span: Span) -> Segment {
    Segment { end: span.end, ..segment(camera, span.start) }
}

async fn client(server: &Server) -> RecordingServiceClient<Authorized> {
    RecordingServiceClient::new(server.admin().await)
}

fn coverage(cameras: &[&str], start_day: &str, end_day: &str) -> v1::GetCoverageRequest {
    v1::GetCoverageRequest {
        cameras: cameras.iter().map(|camera| format!("cameras/{camera}")).collect(),
        start_day: start_day.into(),
        end_day: end_day.into(),
        time_zone: "Europe/Berlin".into(),
    }
}

#[tokio::test]
async fn a_day_says_what_is_on_disk_and_what_is_missing_why() {
    let server = Server::start().await;
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    let store = &server.deps.store;
    let front = "front".parse().unwrap();
    let day: WallTime = "2024-10-26T22:00:00Z".parse().unwrap();
    let at = |hours: u32| day + HOUR * hours;
    // The control loop of these tests stores no camera: it is known by its footage alone, so only
    // outages say that footage is missing.
    for span in [Span::new(at(0), at(10)), Span::new(at(12), at(24))] {
        store.upsert_segment(&footage("front", span)).await.unwrap();
    }
    let outage =
        |message: &str| Outage { cause: "CAMERA_UNREACHABLE".into(), message: message.into() };
    store.set_outage(&front, at(10), Some(outage("no answer"))).await.unwrap();
    store.set_outage(&front, at(12), None).await.unwrap();

    let mut client = client(&server).await;
    let ask = coverage(&["front"], "2024-10-26", "2024-10-28");
    let answer = client.get_coverage(ask).await.unwrap().into_inner();

    let days = &answer.cameras[0].days;
    let names: Vec<_> = days.iter().map(|day| day.day.as_str()).collect();
    assert_eq!(names, ["2024-10-26", "2024-10-27", "2024-10-28"]);
    let day = &days[1];
    assert_eq!((day.start_time, day.end_time), (wire(at(0)), wire(at(25))));
    let hours = |seconds: f64| (seconds / 3600.0).round() as i64;
    assert_eq!((hours(day.recorded_seconds), hours(day.expected_seconds)), (22, 24));
    assert!((day.coverage - 22.0 / 24.0).abs() < 1e-3, "{}", day.coverage);
    assert_eq!(day.missing.len(), 1);
    let missing = &day.missing[0];
    assert_eq!(
        (missing.cause.as_str(), missing.message.as_str()),
        ("CAMERA_UNREACHABLE", "no answer")
    );
    assert_eq!((hours(missing.seconds), missing.gaps), (2, 1));
    assert_eq!((days[0].coverage, days[0].expected_seconds), (0.0, 0.0));
}

#[tokio::test]
async fn the_file_being_written_is_on_disk_for_timeline_coverage_and_calendar() {
    let server = Server::start().await;
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    let start: WallTime = "2024-10-27T10:00:00Z".parse().unwrap();
    server.deps.unindexed.opened(footage("front", Span::new(start, start + HOUR)));
    let mut client = client(&server).await;

    let ask = coverage(&[], "2024-10-27", "2024-10-27");
    let answer = client.get_coverage(ask).await.unwrap().into_inner();
    assert!((answer.cameras[0].days[0].recorded_seconds - 3600.0).abs() < 1e-6);
    let ask = v1::GetTimelineRequest {
        cameras: vec!["cameras/front".into()],
        start_time: wire(start),
        end_time: wire(start + HOUR * 2),
        resolution_ms: 0,
    };
    let timeline = client.get_timeline(ask).await.unwrap().into_inner().timelines.remove(0);
    assert_eq!(timeline.recorded.len(), 1);
    assert_eq!(timeline.recorded[0].end_time, wire(start + HOUR));
    let listed = v1::ListSegmentsRequest { camera: "cameras/front".into(), ..Default::default() };
    let listed = client.list_segments(listed).await.unwrap().into_inner();
    assert!(listed.segments.is_empty(), "only finished files are listed");

    let month = |month: &str, time_zone: &str| v1::ListRecordingDaysRequest {
        camera: "cameras/front".into(),
        time_zone: time_zone.into(),
        month: month.into(),
    };
    let days = client.list_recording_days(month("2024-10", "Europe/Berlin")).await.unwrap();
    let days = days.into_inner().days;
    assert_eq!((days.len(), days[0].day.as_str()), (1, "2024-10-27"));
    assert!((days[0].recorded_seconds - 3600.0).abs() < 1e-6);
    let none = client.list_recording_days(month("2024-11", "")).await.unwrap().into_inner();
    assert!(none.days.is_empty());
    let status = client.list_recording_days(month("2024", "Nowhere")).await.unwrap_err();
    assert_eq!(fields(&status), ["month", "time_zone"]);
}

#[tokio::test]
async fn questions_about_days_are_bounded() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    let cases = [
        (coverage(&["a"], "2025-01-01", "2026-01-02"), "end_day"),
        (coverage(&["a"], "2026-01-02", "2026-01-01"), "end_day"),
        (coverage(&["a"], "", "2026-01-01"), "start_day"),
        (coverage(&["../x"], "2026-01-01", "2026-01-01"), "cameras[0]"),
        (coverage(&["a"; 65], "2026-01-01", "2026-01-01"), "cameras"),
    ];
    for (ask, field) in cases {
        assert_eq!(fields(&client.get_coverage(ask).await.unwrap_err()), [field]);
    }
    let none = coverage(&["none"], "2026-01-01", "2026-01-01");
    assert_eq!(client.get_coverage(none).await.unwrap_err().code(), Code::NotFound);
    let all = coverage(&[], "2026-01-01", "2026-12-31");
    assert!(client.get_coverage(all).await.unwrap().into_inner().cameras.is_empty());
}

fn protect(camera: &str, span: Span, note: &str) -> v1::ProtectSpanRequest {
    v1::ProtectSpanRequest {
        camera: format!("cameras/{camera}"),
        start_time: wire(span.start),
        end_time: wire(span.end),
        note: note.into(),
    }
}

#[tokio::test]
async fn a_span_is_protected_listed_and_given_back() {
    let server = Server::start().await;
    let start: WallTime = "2026-11-22T10:00:00Z".parse().unwrap();
    for (n, camera) in [(0, "front"), (1, "front"), (5, "front"), (0, "back")] {
        let start = start + HOUR * n;
        let row = footage(camera, Span::new(start, start + HOUR));
        server.deps.store.upsert_segment(&row).await.unwrap();
    }
    let mut client = client(&server).await;
    let span = Span::new(start + HOUR / 2, start + HOUR * 2);

    let made = client.protect_span(protect("front", span, " the break-in ")).await.unwrap();
    let made = made.into_inner().span.unwrap();
    assert!(made.name.starts_with("cameras/front/protectedSpans/"), "{}", made.name);
    assert_eq!((made.note.as_str(), made.created_by.as_str()), ("the break-in", "admin"));
    assert_eq!((made.start_time, made.size_bytes), (wire(span.start), 20));
    let other = client.protect_span(protect("back", span, "")).await.unwrap().into_inner();
    for _ in 0..3 {
        client.protect_span(protect("front", span, "again")).await.unwrap();
    }

    let list = |camera: &str, page_token: String| v1::ListProtectedSpansRequest {
        camera: camera.into(),
        page_size: 2,
        page_token,
    };
    let (mut notes, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = client.list_protected_spans(list("", page_token)).await.unwrap().into_inner();
        notes.extend(page.spans.iter().map(|span| span.note.clone()));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
        let other_list = list("cameras/front", page_token.clone());
        let status = client.list_protected_spans(other_list).await.unwrap_err();
        assert_eq!(fields(&status), ["page_token"]);
    }
    assert_eq!(notes, ["again", "again", "again", "", "the break-in"]);
    let back = client.list_protected_spans(list("cameras/back", String::new())).await.unwrap();
    assert_eq!(back.into_inner().spans, [other.span.unwrap()]);

    let gone = v1::UnprotectSpanRequest { name: made.name.clone() };
    client.unprotect_span(gone.clone()).await.unwrap();
    let again = client.unprotect_span(gone).await.unwrap_err();
    assert_eq!((again.code(), reason(&again)), (Code::NotFound, "PROTECTED_SPAN_NOT_FOUND".into()));
    let log = Log::of_all_tests().text();
    assert!(log.contains("footage protected") && log.contains("protection taken away"));
}

#[tokio::test]
async fn a_span_that_cannot_be_protected_is_refused_by_field() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    let now = WallTime::now();
    let long = "x".repeat(201);
    let cases = [
        (protect("front", Span { start: now, end: now }, ""), vec!["end_time"]),
        (protect("front", Span::new(now, now + HOUR * 24 * 367), ""), vec!["end_time"]),
        (protect("../x", Span::new(now, now + HOUR), &long), vec!["camera", "note"]),
        (protect("front", Span::new(now, now + HOUR), "a\nb"), vec!["note"]),
    ];
    for (ask, want) in cases {
        assert_eq!(fields(&client.protect_span(ask).await.unwrap_err()), want);
    }
    let unknown = client.protect_span(protect("none", Span::new(now, now + HOUR), "")).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    for name in ["", "cameras/front", "cameras/front/protectedSpans/../x"] {
        let ask = v1::UnprotectSpanRequest { name: name.into() };
        assert_eq!(fields(&client.unprotect_span(ask).await.unwrap_err()), ["name"]);
    }
}

#[tokio::test]
async fn segments_are_told_as_they_are_indexed() {
    let server = Server::start().await;
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    let mut client = client(&server).await;
    let watch = |camera: &str| v1::WatchSegmentsRequest { camera: camera.into() };
    let all = client.watch_segments(watch("")).await.unwrap().into_inner();
    let front = client.watch_segments(watch("cameras/front")).await.unwrap().into_inner();
    let (mut all, mut front) = (all, front);
    for stream in [&mut all, &mut front] {
        let first = stream.message().await.unwrap().unwrap().event.unwrap();
        assert!(matches!(first, Event::ListAgain(_)), "what was before is to be listed");
    }

    let now = WallTime::now();
    let (one, other) = (segment("back", now), segment("front", now));
    for row in [&one, &other] {
        server.deps.news.segment_indexed(row);
    }
    let indexed = |event: Event| match event {
        Event::Indexed(segment) => segment.camera,
        event => panic!("{event:?}"),
    };
    for want in ["cameras/back", "cameras/front"] {
        let event = all.message().await.unwrap().unwrap().event.unwrap();
        assert_eq!(indexed(event), want);
    }
    let event = front.message().await.unwrap().unwrap().event.unwrap();
    assert_eq!(indexed(event), "cameras/front");

    let status = client.watch_segments(watch("../x")).await.unwrap_err();
    assert_eq!(fields(&status), ["camera"]);
    assert_eq!(
        client.watch_segments(watch("cameras/none")).await.unwrap_err().code(),
        Code::NotFound
    );
}
