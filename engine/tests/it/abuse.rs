//! Input that no camera needs: refused with words, and nothing half done.

use std::{fs, net::TcpListener};

use ronin_proto::v1::{ListCamerasRequest, ProbeCameraRequest};
use ronin_testkit::camera::{FakeCamera, Pictures};
use tonic::Code;
use tonic_types::StatusExt;

use crate::sandbox::{Sandbox, source};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_addresses_are_refused_before_anything_is_connected_or_stored() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut sandbox = Sandbox::start().await;
    let planted = sandbox.folder.path().join("planted");
    let planted_name = planted.display();
    let long_host = format!("rtsp://{}:{port}/", "a".repeat(300));
    let urls = [
        "file:///etc/passwd".to_owned(),
        format!("http://127.0.0.1:{port}/"),
        "fd://0".to_owned(),
        format!("rtsp://127.0.0.1:{port}/x ! filesink location={planted_name}"),
        format!("rtsp://127.0.0.1:{port}/x\" ! filesink location={planted_name} name=\"e"),
        format!("rtsp://127.0.0.1:{port}/\r\nHost: evil"),
        format!("rtsp://127.0.0.1:{port}/\0"),
        format!("rtsp://user@evil@127.0.0.1:{port}/"),
        format!("rtsp://[fe80::1%25lo]:{port}/"),
        format!("rtsp://2130706433:{port}/"),
        format!("rtsp://0177.0.0.1:{port}/"),
        format!("rtsp://0x7f.1:{port}/"),
        long_host,
        format!("rtsp://127.0.0.1:{port}/{}", "x".repeat(10_000)),
        "exec:touch /tmp/x".to_owned(),
        String::new(),
    ];

    for url in &urls {
        let refused = sandbox.create("evil", url).await.expect_err(url);
        assert_eq!(refused.code(), Code::InvalidArgument, "{url:?}: {refused:?}");
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert!(violations[0].field.starts_with("camera.main"), "{violations:?}");
        assert!(violations[0].description.len() > 10, "{violations:?}");
        let probe = ProbeCameraRequest { source: Some(source(url)), camera: String::new() };
        let refused = sandbox.cameras.probe_camera(probe).await.expect_err(url);
        assert_eq!(refused.code(), Code::InvalidArgument, "{url:?}");
    }

    let all = sandbox.cameras.list_cameras(ListCamerasRequest::default()).await.unwrap();
    assert!(all.into_inner().cameras.is_empty());
    assert!(listener.accept().is_err(), "somebody connected");
    assert!(!planted.exists());
    let entries: Vec<_> = fs::read_dir(sandbox.storage()).unwrap().collect();
    assert_eq!(entries.len(), 2, "only the lock and the sentinel: {entries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_text_and_ids_are_never_paths() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let url = camera.main_url();
    let mut sandbox = Sandbox::start().await;

    let long = "x".repeat(10_000);
    for id in ["../evil", "/etc", "a/b", "a\nb", "A", "a b", ".", "..", "%2e%2e", &long] {
        let refused = sandbox.create(id, &url).await.expect_err(id);
        assert_eq!(refused.code(), Code::InvalidArgument, "{id:?}");
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert!(violations.iter().any(|v| v.field == "camera_id"), "{violations:?}");
    }
    sandbox.add("front", &url).await;
    let twice = sandbox.create("front", &url).await.unwrap_err();
    assert_eq!(twice.code(), Code::AlreadyExists, "{twice:?}");
    assert!(twice.message().contains("front"));

    let hostile = ["../x", "<script>alert(1)</script>", "'; DROP TABLE camera; --", "Tür 🚪"];
    for (index, name) in hostile.iter().enumerate() {
        let id = format!("named-{index}");
        let mut camera = ronin_proto::v1::Camera {
            display_name: (*name).to_owned(),
            enabled: Some(false),
            main: Some(source(&url)),
            ..Default::default()
        };
        let request = ronin_proto::v1::CreateCameraRequest {
            camera_id: id.clone(),
            camera: Some(camera.clone()),
            validate_only: false,
        };
        sandbox.cameras.create_camera(request).await.unwrap();
        assert_eq!(sandbox.camera(&id).await.display_name, *name);
        camera.display_name = "a\nb".into();
        let request = ronin_proto::v1::CreateCameraRequest {
            camera_id: format!("other-{index}"),
            camera: Some(camera),
            validate_only: false,
        };
        let refused = sandbox.cameras.create_camera(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    sandbox.wait_recording("front").await;
    let outside: Vec<_> = fs::read_dir(sandbox.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        outside.iter().all(|n| ["storage", "data", "log"].contains(&n.as_str())),
        "{outside:?}"
    );
}
