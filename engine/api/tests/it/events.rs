//! Events over the wire: pages, watches that go on, marks of each user, pictures behind a credential.

use std::time::Duration;

use ronin_core::{Event, Span, WallTime, event::EventState};
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, event_service_client::EventServiceClient,
    watch_events_response::Event as Message,
};
use ronin_testkit::events::event;
use tonic::Streaming;

use crate::support::{Authorized, Server, camera, fields, reason, request};

const SECOND: Duration = Duration::from_secs(1);

/// Stores an event and tells of it, as the recorder does.
async fn tell(server: &Server, event: &Event, snapshot: Option<&[u8]>) {
    let sequence = server.deps.store.write_event(event, snapshot).await.unwrap();
    server.deps.news.event_stored(sequence);
}

fn at(second: u32) -> Event {
    let start = WallTime::from_micros(1_700_000_000_000_000) + SECOND * second;
    event("front", "person", Span::new(start, start + SECOND * 4))
}

async fn client(server: &Server) -> EventServiceClient<Authorized> {
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    EventServiceClient::new(server.admin().await)
}

async fn next(stream: &mut Streaming<v1::WatchEventsResponse>) -> (String, String) {
    match stream.message().await.unwrap().unwrap().event.unwrap() {
        Message::Change(change) => (change.event.unwrap().name, change.resume_token),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_are_listed_page_by_page_and_a_watch_goes_on_behind_the_list() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    let events: Vec<Event> = (0..5).map(|n| at(10 * n)).collect();
    for event in &events {
        tell(&server, event, None).await;
    }
    let (mut names, mut page_token, mut resume) = (Vec::new(), String::new(), String::new());
    loop {
        let list = v1::ListEventsRequest { page_size: 2, page_token, ..Default::default() };
        let page = client.list_events(list).await.unwrap().into_inner();
        names.extend(page.events.into_iter().map(|event| event.name));
        page_token = page.next_page_token;
        if resume.is_empty() {
            resume = page.resume_token;
        }
        if page_token.is_empty() {
            break;
        }
    }
    let newest_first: Vec<_> = events.iter().rev().map(|e| format!("events/{}", e.id)).collect();
    assert_eq!(names, newest_first);

    let of_paths = v1::ListEventsRequest { with_path: true, ..Default::default() };
    let page = client.list_events(of_paths).await.unwrap().into_inner();
    assert!(page.events.iter().all(|event| event.path.len() == events[0].path.len()));

    let grown = Event { end: events[0].end + SECOND, ..events[0].clone() };
    tell(&server, &grown, None).await;
    let watch = |resume_token: &str| v1::WatchEventsRequest {
        cameras: vec!["cameras/front".into()],
        resume_token: resume_token.into(),
    };
    let mut stream = client.watch_events(watch(&resume)).await.unwrap().into_inner();
    let (name, token) = next(&mut stream).await;
    assert_eq!(name, newest_first[4]);
    let rejected = Event { state: EventState::Rejected, ..at(90) };
    tell(&server, &rejected, None).await;
    let last = at(100);
    tell(&server, &last, None).await;
    let (name, _) = next(&mut stream).await;
    assert_eq!(name, format!("events/{}", last.id), "what made no event is not told");

    let mut again = client.watch_events(watch(&token)).await.unwrap().into_inner();
    assert_eq!(next(&mut again).await.0, format!("events/{}", last.id));
    for strange in ["x", &page_token_of_another_list()] {
        let mut lost = client.watch_events(watch(strange)).await.unwrap().into_inner();
        let first = lost.message().await.unwrap().unwrap().event;
        assert!(matches!(first, Some(Message::ListAgain(_))), "{strange}: {first:?}");
    }
}

fn page_token_of_another_list() -> String {
    "AAAAAAAAAAAA".to_owned()
}

#[tokio::test]
async fn an_event_is_explained_and_its_picture_needs_a_credential() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    let event = at(0);
    tell(&server, &event, Some(b"\xff\xd8jpeg")).await;
    let name = format!("events/{}", event.id);

    let explain = v1::ExplainEventRequest { name: name.clone() };
    let why = client.explain_event(explain).await.unwrap().into_inner();
    assert_eq!(why.gate(), v1::DetectionGate::Motion);
    assert_eq!(why.checks.len(), event.why.checks.len());
    assert_eq!(why.event.unwrap().path.len(), event.path.len());

    let got = v1::GetEventRequest { name: name.clone() };
    let got = client.get_event(got).await.unwrap().into_inner().event.unwrap();
    let path = format!("GET {}", got.snapshot_path);
    assert_eq!(request(server.address, &path, &[]).await.status, 401);
    let bearer = format!("Bearer {}", server.login().await);
    let answer = request(server.address, &path, &[("authorization", &bearer)]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(answer.body, b"\xff\xd8jpeg");
    let other = format!("GET /events/{}/snapshot.jpg", uuid::Uuid::now_v7());
    let answer = request(server.address, &other, &[("authorization", &bearer)]).await;
    assert_eq!(answer.status, 404);

    let mark = v1::UpdateReviewRequest { names: vec![name], reviewed: true };
    assert_eq!(client.update_review(mark).await.unwrap().into_inner().count, 1);
    let seen = v1::ListEventsRequest { reviewed: Some(false), ..Default::default() };
    assert!(client.list_events(seen).await.unwrap().into_inner().events.is_empty());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_words() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    let bad = v1::ListEventsRequest {
        cameras: vec!["front".into()],
        min_score: 2.0,
        page_size: -1,
        page_token: "x".into(),
        ..Default::default()
    };
    let status = client.list_events(bad).await.unwrap_err();
    assert_eq!(fields(&status), ["cameras[0]", "min_score", "page_size", "page_token"]);
    let many = v1::ListEventsRequest { with_path: true, page_size: 101, ..Default::default() };
    assert_eq!(fields(&client.list_events(many).await.unwrap_err()), ["page_size"]);
    let unknown = v1::GetEventRequest { name: format!("events/{}", uuid::Uuid::now_v7()) };
    assert_eq!(reason(&client.get_event(unknown).await.unwrap_err()), "EVENT_NOT_FOUND");
    let many = vec!["events/x".to_owned(); 1001];
    let status = client.update_review(v1::UpdateReviewRequest { names: many, reviewed: true });
    assert_eq!(fields(&status.await.unwrap_err()), ["names"]);
}
