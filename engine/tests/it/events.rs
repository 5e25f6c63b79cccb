//! From RTSP to the stream of events: people in a street, a real detector, a running engine.

use std::time::{Duration, SystemTime};

use ronin_proto::v1::{
    AnalysedPicture, Camera, CreateCameraRequest, CreateReplayRequest, DetectSettings,
    DetectionGate, Event, EventState, ExplainEventRequest, GetEventRequest, GetReplayRequest,
    ListEventsRequest, ObjectRule, Point, Polygon, Replay, ReplayState, UpdateCameraRequest,
    UpdateReviewRequest, WatchDetectionsRequest, WatchDetectionsResponse, WatchEventsRequest,
    WatchEventsResponse, Zone, watch_detections_response, watch_events_response::Event as Message,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    footage, wait,
};
use tonic::Streaming;

use crate::sandbox::{BOUND, Builder, Sandbox, source};

pub(crate) const MODEL: &str = "person-416.torchscript";

/// A folder with the small person detector.
pub(crate) fn model_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/vision/tests/data/person-416.torchscript");
    std::fs::copy(model, folder.path().join(MODEL)).unwrap();
    folder
}

/// An engine with the detector of `models`.
pub(crate) fn with_detector(models: &tempfile::TempDir) -> Builder {
    Sandbox::builder()
        .env("RONIN_MODEL_DIR", models.path().display().to_string())
        .env("RONIN_DETECT_MODEL", MODEL)
}

/// A street with people, recorded and looked at.
fn street() -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::File(footage::street())).start().unwrap()
}

pub(crate) async fn add(sandbox: &mut Sandbox, camera: &FakeCamera, detect: DetectSettings) {
    let request = CreateCameraRequest {
        camera_id: "street".into(),
        camera: Some(Camera {
            display_name: "Street".into(),
            main: Some(source(&camera.main_url())),
            detect: Some(DetectSettings { motion: Some(true), ..detect }),
            ..Camera::default()
        }),
        validate_only: false,
    };
    sandbox.cameras.create_camera(request).await.unwrap();
}

async fn watch(sandbox: &Sandbox, resume_token: &str) -> Streaming<WatchEventsResponse> {
    let request = WatchEventsRequest { cameras: Vec::new(), resume_token: resume_token.into() };
    sandbox.events().watch_events(request).await.unwrap().into_inner()
}

/// The next event of the watch, and the token behind it.
async fn next(watch: &mut Streaming<WatchEventsResponse>) -> (Event, String) {
    let change = async {
        loop {
            match watch.message().await.unwrap().unwrap().event {
                Some(Message::Change(change)) => {
                    return (change.event.unwrap(), change.resume_token);
                }
                Some(Message::Heartbeat(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(BOUND, change).await.expect("an event within the bound")
}

async fn wait_state(
    watch: &mut Streaming<WatchEventsResponse>,
    state: EventState,
) -> (Event, String) {
    loop {
        let (event, token) = next(watch).await;
        if event.state() == state {
            return (event, token);
        }
    }
}

/// The next picture with two people or more that are followed.
async fn with_boxes(seen: &mut Streaming<WatchDetectionsResponse>) -> AnalysedPicture {
    loop {
        match seen.message().await.unwrap().unwrap().event {
            Some(watch_detections_response::Event::Picture(picture))
                if picture.boxes.iter().filter(|found| found.track_id > 0).count() > 1 =>
            {
                return picture;
            }
            _ => {}
        }
    }
}

fn time(time: Option<prost_types::Timestamp>) -> SystemTime {
    time.unwrap().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_in_a_street_become_events_that_are_told_explained_and_marked() {
    let (camera, models) = (street(), model_folder());
    let mut sandbox = with_detector(&models).start().await;
    let began = SystemTime::now();
    let mut told = watch(&sandbox, "").await;
    let everywhere = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let points = everywhere.map(|(x, y)| Point { x, y }).to_vec();
    let zone = Zone { name: "Street".into(), area: Some(Polygon { points }), ..Zone::default() };
    add(&mut sandbox, &camera, DetectSettings { zones: vec![zone], ..Default::default() }).await;

    let seen = WatchDetectionsRequest { camera: "cameras/street".into() };
    let mut seen = sandbox.detection().watch_detections(seen).await.unwrap().into_inner();
    let (opened, token) = wait_state(&mut told, EventState::Open).await;
    assert_eq!((opened.label.as_str(), opened.camera.as_str()), ("person", "cameras/street"));
    assert!(opened.score > 0.5 && time(opened.start_time) > began - Duration::from_secs(5));
    let boxes = tokio::time::timeout(BOUND, with_boxes(&mut seen)).await.expect("people");
    assert!(boxes.gate() != DetectionGate::Unspecified && boxes.detector_ms > 0.0);
    assert!(boxes.boxes.iter().all(|found| found.label == "person" && found.width > 0.0));

    // The clip begins again after 80 s, and somebody leaves before that.
    let (closed, _) = wait_state(&mut told, EventState::Closed).await;
    let named = GetEventRequest { name: closed.name.clone() };
    let event = sandbox.events().get_event(named).await.unwrap().into_inner().event.unwrap();
    assert!(event.path.len() > 2 && event.zones[0].zone == "Street", "{event:?}");
    let (clip, end) = (time(event.clip_start_time), time(event.clip_end_time));
    assert_eq!(time(event.start_time).duration_since(clip).unwrap(), Duration::from_secs(5));
    assert_eq!(end.duration_since(time(event.end_time)).unwrap(), Duration::from_secs(5));

    let (head, jpeg) = sandbox.get(&event.snapshot_path);
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("image/jpeg"), "{head}");
    assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.len() > 5000, "{} bytes", jpeg.len());

    let explain = ExplainEventRequest { name: event.name.clone() };
    let why = sandbox.events().explain_event(explain).await.unwrap().into_inner();
    assert!(why.model == MODEL && why.model_sha256.starts_with("5ab62223"), "{why:?}");
    assert!(why.checks.len() >= 4 && why.checks.iter().all(|check| check.passed), "{why:?}");
    assert!(why.pictures_seen >= 3 && why.pictures_seen <= why.pictures_looked_at, "{why:?}");

    // A watch that was away gets what it missed; one with a strange token is told to list again.
    let mut again = watch(&sandbox, &token).await;
    next(&mut again).await;
    let mut lost = watch(&sandbox, "x").await;
    let first = lost.message().await.unwrap().unwrap().event;
    assert!(matches!(first, Some(Message::ListAgain(_))), "{first:?}");

    let mark = UpdateReviewRequest { names: vec![event.name.clone()], reviewed: true };
    let marked = sandbox.events().update_review(mark).await.unwrap().into_inner();
    assert_eq!(marked.count, 1);
    let list = ListEventsRequest {
        cameras: vec!["cameras/street".into()],
        labels: vec!["person".into()],
        zones: vec!["Street".into()],
        reviewed: Some(true),
        ..Default::default()
    };
    let listed = sandbox.events().list_events(list).await.unwrap().into_inner().events;
    assert_eq!(listed.iter().map(|event| &event.name).collect::<Vec<_>>(), [&event.name]);
    let timeline = sandbox.timeline("street", began).await;
    assert!(timeline.events.iter().any(|on_it| on_it.name == event.name), "{timeline:?}");
    assert!(sandbox.stop("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_made_no_event_is_listed_with_the_reason_and_nothing_stays_open_after_a_crash() {
    let (camera, models) = (street(), model_folder());
    let mut sandbox = with_detector(&models).start().await;
    let rules = vec![strict_rule()];
    add(&mut sandbox, &camera, DetectSettings { rules, ..Default::default() }).await;
    let events = sandbox.events();
    let list = |rejected| ListEventsRequest { rejected, ..Default::default() };
    let rejected = wait::eventually_some(BOUND * 2, "a rejected person", async || {
        let listed = events.clone().list_events(list(true)).await.unwrap().into_inner().events;
        listed.into_iter().next()
    });
    let rejected = rejected.await;
    assert_eq!(rejected.state(), EventState::Rejected);
    assert!(rejected.rejection.contains("0.99"), "{rejected:?}");
    assert!(
        sandbox.events().list_events(list(false)).await.unwrap().into_inner().events.is_empty()
    );

    let detect = Some(DetectSettings::default());
    let camera = Some(Camera { name: "cameras/street".into(), detect, ..Camera::default() });
    let mask = prost_types::FieldMask { paths: vec!["detect.rules".into()] };
    let mut told = watch(&sandbox, "").await;
    let request = UpdateCameraRequest { camera, update_mask: Some(mask) };
    sandbox.cameras.update_camera(request).await.unwrap();
    let (open, _) = wait_state(&mut told, EventState::Open).await;
    sandbox.stop("KILL");

    let mut sandbox = sandbox.start_again().await;
    let named = || GetEventRequest { name: open.name.clone() };
    let closed = wait::eventually_some(BOUND, "the event is closed", async || {
        let event = sandbox.events().get_event(named()).await.unwrap().into_inner().event?;
        (event.state() == EventState::Closed).then_some(event)
    });
    assert_eq!(closed.await.start_time, open.start_time);
    assert!(sandbox.stop("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_recorded_footage_finds_the_same_events_each_time() {
    let (camera, models) = (street(), model_folder());
    let mut sandbox = with_detector(&models).start().await;
    let began = SystemTime::now();
    let mut told = watch(&sandbox, "").await;
    add(&mut sandbox, &camera, DetectSettings::default()).await;
    let (closed, _) = wait_state(&mut told, EventState::Closed).await;
    // The file with its last picture is whole and in the index.
    let end = time(closed.end_time) + Duration::from_secs(1);
    let mut known = 1;
    while time(sandbox.segments("street").await.last().unwrap().end_time) <= end {
        known += 1;
        sandbox.wait_segments("street", known).await;
    }

    let first = replay(&sandbox, began, end, None).await;
    let second = replay(&sandbox, began, end, None).await;
    let strict = DetectSettings { rules: vec![strict_rule()], ..Default::default() };
    let strict = replay(&sandbox, began, end, Some(strict)).await;

    assert_eq!(first.state(), ReplayState::Succeeded, "{}", first.message);
    assert!(first.pictures > 8 && first.pictures_detected > 3, "{first:?}");
    assert!(!first.events.is_empty() && first.events_same > 0, "{closed:?}\n{first:?}");
    assert_eq!(first.events, second.events);
    assert_eq!((strict.events.len(), strict.events_same), (0, 0));
    assert!(strict.events_missing.contains(&closed.name), "{strict:?}");

    // The same against other settings, and not what was recorded.
    let compared = CreateReplayRequest {
        baseline: Some(DetectSettings { rules: vec![strict_rule()], ..Default::default() }),
        ..request(began, end, None)
    };
    let compared = finish(&sandbox, compared).await;
    assert_eq!(compared.events, first.events);
    assert_eq!((compared.events_same, compared.baseline_events.len()), (0, 0));
    assert_eq!(compared.events_new.len(), first.events.len());

    let unknown = CreateReplayRequest { model: "models/x".into(), ..request(began, end, None) };
    let refused = sandbox.detection().create_replay(unknown).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::NotFound);
    let nothing = request(began - Duration::from_secs(900), began - Duration::from_secs(600), None);
    let refused = sandbox.detection().create_replay(nothing).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    assert!(sandbox.stop("TERM").success());
}

fn request(
    start: SystemTime,
    end: SystemTime,
    settings: Option<DetectSettings>,
) -> CreateReplayRequest {
    CreateReplayRequest {
        camera: "cameras/street".into(),
        start_time: Some(start.into()),
        end_time: Some(end.into()),
        model: String::new(),
        settings,
        baseline: None,
    }
}

/// Which nobody meets.
fn strict_rule() -> ObjectRule {
    ObjectRule { label: "person".into(), min_score: 0.99, ..Default::default() }
}

async fn replay(
    sandbox: &Sandbox,
    start: SystemTime,
    end: SystemTime,
    settings: Option<DetectSettings>,
) -> Replay {
    finish(sandbox, request(start, end, settings)).await
}

async fn finish(sandbox: &Sandbox, request: CreateReplayRequest) -> Replay {
    let created = sandbox.detection().create_replay(request).await.unwrap();
    let name = created.into_inner().replay.unwrap().name;
    wait::eventually_some(BOUND * 2, "the replay is over", async || {
        let ask = GetReplayRequest { name: name.clone() };
        let replay = sandbox.detection().get_replay(ask).await.unwrap().into_inner().replay?;
        let is_over = !matches!(replay.state(), ReplayState::Queued | ReplayState::Running);
        is_over.then_some(replay)
    })
    .await
}
