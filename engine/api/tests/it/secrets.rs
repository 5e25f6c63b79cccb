//! What is written down: who did what, on one line each, and never a secret.

use ronin_proto::v1::{self, camera_service_client::CameraServiceClient};

use crate::support::{Log, Server, request};

#[tokio::test]
async fn the_audit_log_names_who_and_what_and_no_secret() {
    let server = Server::start().await;

    let token = server.login().await;
    let forged = "x\n2026-01-01T00:00:00Z INFO audit: forged";
    assert!(server.try_login(forged, "canary-wrong").await.is_err());
    let bearer = [("authorization", "Bearer canary-bearer")];
    request(server.address, "GET /segments/x.mp4", &bearer).await;
    let mut client = CameraServiceClient::new(server.with(&token).await);
    let url = "rtsp://admin:canary-camera@192.0.2.7/";
    let main = v1::Source { url: url.into(), ..Default::default() };
    let camera = v1::Camera { display_name: "a".into(), main: Some(main), ..Default::default() };
    let create = v1::CreateCameraRequest { camera: Some(camera), ..Default::default() };
    client.create_camera(create).await.unwrap();

    let text = Log::of_all_tests().text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(" audit: ")).collect();
    for what in ["first administrator made", "signed in", "refused: password", "camera added"] {
        assert!(audit.iter().any(|line| line.contains(what)), "no line says {what:?}: {audit:#?}");
    }
    assert!(!text.lines().any(|line| line.starts_with("2026-01-01")), "a forged line");
    for secret in ["canary", token.as_str(), "correct horse"] {
        let leak = text.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret} was logged");
    }
}
