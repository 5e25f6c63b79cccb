//! Cameras over the wire: adding, changing, watching, probing.

use std::collections::BTreeSet;

use prost_types::FieldMask;
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, live_service_client::LiveServiceClient,
    system_service_client::SystemServiceClient, watch_cameras_response::Event,
};
use tonic::{Code, Status};

use crate::support::{Server, fields, reason, stored_password};

const CANARY: &str = "canary-31337";

fn camera(name: &str) -> v1::Camera {
    v1::Camera {
        display_name: name.into(),
        main: Some(v1::Source {
            url: format!("rtsp://admin:{CANARY}@192.0.2.7/main"),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub(crate) fn create(name: &str) -> v1::CreateCameraRequest {
    v1::CreateCameraRequest { camera: Some(camera(name)), ..Default::default() }
}

fn update(camera: v1::Camera, paths: &[&str]) -> v1::UpdateCameraRequest {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    v1::UpdateCameraRequest { camera: Some(camera), update_mask: Some(FieldMask { paths }) }
}

fn named(name: &str) -> v1::GetCameraRequest {
    v1::GetCameraRequest { name: name.into() }
}

#[tokio::test]
async fn a_camera_is_made_read_and_removed_and_its_password_stays_inside() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    let dry = v1::CreateCameraRequest { validate_only: true, ..create("Front door") };
    let dry = client.create_camera(dry).await.unwrap().into_inner();
    assert_eq!(
        client.get_camera(named("cameras/front-door")).await.unwrap_err().code(),
        Code::NotFound
    );
    let made = client.create_camera(create("Front door")).await.unwrap().into_inner();
    let read = client.get_camera(named("cameras/front-door")).await.unwrap().into_inner();
    let listed = client.list_cameras(v1::ListCamerasRequest::default()).await.unwrap().into_inner();
    let again = client.create_camera(create("Front door")).await.unwrap_err();
    assert_eq!(
        (again.code(), reason(&again)),
        (Code::AlreadyExists, "CAMERA_ALREADY_EXISTS".into())
    );
    let dry_again = v1::CreateCameraRequest { validate_only: true, ..create("Front door") };
    assert_eq!(client.create_camera(dry_again).await.unwrap_err().code(), Code::AlreadyExists);

    let camera = read.camera.clone().unwrap();
    assert_eq!((camera.id.as_str(), camera.enabled), ("front-door", Some(true)));
    assert_eq!(camera.status.as_ref().unwrap().state(), v1::CameraState::Streaming);
    let main = camera.main.as_ref().unwrap();
    assert!(main.has_password && main.password.is_empty() && main.url.is_empty());
    assert_eq!(stored_password(&server.deps.control, "front-door"), CANARY);
    let everything = format!("{dry:?} {made:?} {read:?} {listed:?} {again:?}");
    assert!(!everything.contains(CANARY));

    let delete = v1::DeleteCameraRequest { name: "cameras/front-door".into() };
    let kept = client.delete_camera(delete.clone()).await.unwrap().into_inner();
    assert_eq!((kept.kept_segments, kept.kept_bytes), (3, 7));
    let gone = client.delete_camera(delete).await.unwrap_err();
    assert_eq!(reason(&gone), "CAMERA_NOT_FOUND");
}

#[tokio::test]
async fn hostile_sources_and_names_are_refused_by_field() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    let long = format!("rtsp://{}/", "a".repeat(300));
    for url in [
        "file:///etc/passwd",
        "http://127.0.0.1",
        "fd://0",
        "exec:rm",
        "rtsp://x ! filesink location=/tmp/p",
        "rtsp://x\r\nHost: y/",
        "rtsp://x\0/",
        "rtsp://user@evil@cam/",
        "rtsp://[fe80::1%25eth0]/",
        "rtsp://2130706433/",
        "rtsp://0177.0.0.1/",
        &long,
    ] {
        let mut request = create("x");
        request.camera.as_mut().unwrap().main.as_mut().unwrap().url = url.into();
        let status = client.create_camera(request).await.unwrap_err();
        assert_eq!(fields(&status), ["camera.main.url"], "{url:?}");
        let probe = v1::Source { url: url.into(), ..Default::default() };
        let probe = v1::ProbeCameraRequest { source: Some(probe), camera: String::new() };
        let status = client.probe_camera(probe).await.unwrap_err();
        assert_eq!(fields(&status), ["source.url"], "{url:?}");
    }
    for name in ["", "a\nb", "\u{202E}evil", &"x".repeat(10_000)] {
        let status = client.create_camera(create(name)).await.unwrap_err();
        assert_eq!(fields(&status), ["camera.display_name"], "{name:?}");
    }
    for id in ["../../etc/passwd", "/etc", "%2e%2e%2f", "..\\", "A", &"a".repeat(4096)] {
        let request = v1::CreateCameraRequest { camera_id: id.into(), ..create("x") };
        assert_eq!(fields(&client.create_camera(request).await.unwrap_err()), ["camera_id"]);
        let status = client.get_camera(named(&format!("cameras/{id}"))).await.unwrap_err();
        assert_eq!(fields(&status), ["name"]);
    }
    assert!(server.deps.control.cameras().is_empty());
    assert!(server.fake.probed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn odd_names_are_only_text() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    for (n, name) in ["../x", "<script>alert(1)</script>", "'; DROP TABLE camera; --", "Tür 🚪"]
        .into_iter()
        .enumerate()
    {
        let request = v1::CreateCameraRequest { camera_id: format!("c{n}"), ..create(name) };
        let made = client.create_camera(request).await.unwrap().into_inner();
        assert_eq!(made.camera.unwrap().display_name, name);
    }
}

#[tokio::test]
async fn lists_are_paged_and_their_tokens_cannot_be_changed() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    for n in 0..7 {
        client.create_camera(create(&format!("cam {n}"))).await.unwrap();
    }
    let list =
        |page_size, token: &str| v1::ListCamerasRequest { page_size, page_token: token.into() };
    let (mut ids, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.list_cameras(list(3, &token)).await.unwrap().into_inner();
        assert!(page.cameras.len() <= 3);
        ids.extend(page.cameras.into_iter().map(|camera| camera.id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        let tampered = format!("{token}A");
        let status = client.list_cameras(list(3, &tampered)).await.unwrap_err();
        assert_eq!(fields(&status), ["page_token"]);
    }
    assert_eq!(ids.len(), 7);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 7);
    for size in [0, 1000, i32::MAX] {
        let page = client.list_cameras(list(size, "")).await.unwrap().into_inner();
        assert_eq!((page.cameras.len(), page.next_page_token.as_str()), (7, ""));
    }
    for size in [-1, i32::MIN] {
        let status = client.list_cameras(list(size, "x")).await.unwrap_err();
        assert_eq!(fields(&status), ["page_size", "page_token"]);
    }
}

#[tokio::test]
async fn updates_change_what_the_mask_names_and_respect_the_etag() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    client.create_camera(create("Yard")).await.unwrap();
    let yard = || v1::Camera { name: "cameras/yard".into(), ..Default::default() };
    let off = v1::Camera { enabled: Some(false), display_name: "ignored".into(), ..yard() };
    let new = client.update_camera(update(off.clone(), &["enabled"])).await.unwrap().into_inner();
    let new = new.camera.unwrap();
    assert_eq!((new.display_name.as_str(), new.enabled), ("Yard", Some(false)));

    let stale = v1::Camera { etag: "1".into(), ..off.clone() };
    let status = client.update_camera(update(stale, &["enabled"])).await.unwrap_err();
    assert_eq!((status.code(), reason(&status)), (Code::Aborted, "CAMERA_CHANGED".into()));
    let fresh = v1::Camera { etag: new.etag, ..off.clone() };
    assert!(client.update_camera(update(fresh, &["enabled"])).await.is_ok());
    *server.fake.conflicts.lock().unwrap() = 2;
    assert!(client.update_camera(update(off.clone(), &["enabled"])).await.is_ok(), "tried again");
    *server.fake.conflicts.lock().unwrap() = 3;
    let status = client.update_camera(update(off.clone(), &["enabled"])).await.unwrap_err();
    assert_eq!(status.code(), Code::Aborted);

    for path in ["status", "password", "*"] {
        let status = client.update_camera(update(off.clone(), &[path])).await.unwrap_err();
        assert_eq!(fields(&status), ["update_mask"]);
    }
    let none = v1::UpdateCameraRequest::default();
    assert_eq!(fields(&client.update_camera(none).await.unwrap_err()), ["camera"]);
    let unknown = v1::Camera { name: "cameras/none".into(), ..off };
    let status = client.update_camera(update(unknown, &["enabled"])).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn a_stored_password_follows_no_change_of_host() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    client.create_camera(create("Yard")).await.unwrap();
    let to = |host: &str, password: &str| v1::Camera {
        name: "cameras/yard".into(),
        main: Some(v1::Source {
            host: host.into(),
            username: "admin".into(),
            password: password.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    client.update_camera(update(to("192.0.2.7", ""), &["main"])).await.unwrap();
    assert_eq!(stored_password(&server.deps.control, "yard"), CANARY);
    let status = client.update_camera(update(to("evil", ""), &["main"])).await.unwrap_err();
    assert_eq!(fields(&status), ["camera.main.password"]);
    client.update_camera(update(to("192.0.2.8", "other"), &["main"])).await.unwrap();
    assert_eq!(stored_password(&server.deps.control, "yard"), "other");
    client.update_camera(update(to("", "third"), &["main.password"])).await.unwrap();
    assert_eq!(stored_password(&server.deps.control, "yard"), "third");

    let probe = |host: &str| v1::ProbeCameraRequest {
        source: to(host, "").main,
        camera: "cameras/yard".into(),
    };
    client.probe_camera(probe("192.0.2.8")).await.unwrap();
    let status = client.probe_camera(probe("evil")).await.unwrap_err();
    assert_eq!(fields(&status), ["source.password"]);
    let probed = server.fake.probed.lock().unwrap().clone();
    assert_eq!(probed.len(), 1);
    assert_eq!(probed[0].credentials.as_ref().unwrap().password.expose(), "third");
}

#[tokio::test]
async fn a_camera_that_refuses_is_an_error_with_the_reason_of_its_fault() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    let source = v1::Source { host: "refuses".into(), ..Default::default() };
    let request = v1::ProbeCameraRequest { source: Some(source), camera: String::new() };
    let status = client.probe_camera(request).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(reason(&status), "CAMERA_UNAUTHORIZED");
    assert!(status.message().contains("refused the user name or password"));
    let nothing = v1::ProbeCameraRequest::default();
    assert_eq!(fields(&client.probe_camera(nothing).await.unwrap_err()), ["source"]);
}

#[tokio::test]
async fn a_watch_tells_all_then_what_changes() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    client.create_camera(create("a")).await.unwrap();
    let watch = client.watch_cameras(v1::WatchCamerasRequest {}).await.unwrap();
    let mut watch = watch.into_inner();
    let mut next = async || -> Result<Event, Status> {
        Ok(watch.message().await?.expect("a watch does not end").event.unwrap())
    };
    assert!(matches!(next().await.unwrap(), Event::Snapshot(list) if list.cameras.len() == 1));
    client.create_camera(create("b")).await.unwrap();
    assert!(matches!(next().await.unwrap(), Event::Changed(camera) if camera.id == "b"));
    let delete = v1::DeleteCameraRequest { name: "cameras/a".into() };
    client.delete_camera(delete).await.unwrap();
    assert!(matches!(next().await.unwrap(), Event::Removed(name) if name == "cameras/a"));
}

#[tokio::test]
async fn the_small_calls_answer() {
    let server = Server::start().await;
    let channel = server.admin().await;
    let mut client = CameraServiceClient::new(channel.clone());
    client.create_camera(create("a")).await.unwrap();
    let name = "cameras/a".to_owned();
    let snapshot = v1::GetSnapshotRequest { name: name.clone() };
    let snapshot = client.get_snapshot(snapshot).await.unwrap().into_inner();
    assert_eq!(
        (snapshot.image.as_slice(), &*snapshot.mime_type),
        (&b"\xff\xd8jpeg"[..], "image/jpeg")
    );
    assert!(client.restart_camera(v1::RestartCameraRequest { name: name.clone() }).await.is_ok());

    let mut live = LiveServiceClient::new(channel.clone());
    let ask = |camera: &str, stream| v1::GetLiveStreamRequest { camera: camera.into(), stream };
    let stream = live.get_live_stream(ask("cameras/a", 0)).await.unwrap().into_inner();
    assert_eq!(stream.hls_path, "/live/a/index.m3u8");
    assert_eq!(stream.codecs, ["avc1.64001f"]);
    assert_eq!(live.get_live_stream(ask("cameras/x", 0)).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(fields(&live.get_live_stream(ask("x", 9)).await.unwrap_err()), ["camera", "stream"]);

    let mut system = SystemServiceClient::new(channel);
    let info = system.get_system_info(v1::GetSystemInfoRequest {}).await.unwrap().into_inner();
    assert_eq!((info.cameras, info.cameras_streaming, &*info.database), (1, 1, "sqlite"));
    assert!(info.database_available);
    assert_eq!(info.storage.unwrap().free_bytes, 40);
    assert!(!info.detector.unwrap().available);
    let stats = v1::GetPipelineStatsRequest { camera: name };
    assert!(!system.get_pipeline_stats(stats).await.unwrap().into_inner().run_id.is_empty());
}
