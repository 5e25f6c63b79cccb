//! Sizes, deadlines and how many at once.

use std::time::{Duration, Instant};

use ronin_proto::v1::{
    self, auth_service_client::AuthServiceClient, camera_service_client::CameraServiceClient,
};
use tonic::Code;

use crate::support::{Server, frame, reason, send};

fn probe(host: &str) -> v1::ProbeCameraRequest {
    let source = v1::Source { host: host.into(), ..Default::default() };
    v1::ProbeCameraRequest { source: Some(source), camera: String::new() }
}

#[tokio::test]
async fn a_large_message_is_refused_unread() {
    let server = Server::start().await;
    let mut client = AuthServiceClient::new(server.channel().await);
    let large = v1::LoginRequest { username: "a".into(), password: "x".repeat(5 << 20) };
    assert_eq!(client.login(large).await.unwrap_err().code(), Code::OutOfRange);
}

#[tokio::test]
async fn a_deadline_of_the_caller_holds() {
    let server = Server::start().await;
    // By hand: tonic's client has a timer of its own, which would hide the server's.
    let bearer = format!("Bearer {}", server.login().await);
    let headers = [
        ("content-type", "application/grpc-web+proto"),
        ("authorization", &bearer),
        ("grpc-timeout", "50m"),
    ];
    let began = Instant::now();
    let path = "POST /ronin.v1.CameraService/ProbeCamera";
    let answer = send(server.address, path, &headers, &frame(&probe("hang"))).await;
    assert_eq!(answer.header("grpc-status"), Some("4"), "{}", answer.head);
    let path = "POST /ronin.v1.CameraService/WatchCameras";
    let answer = send(server.address, path, &headers, &frame(&v1::WatchCamerasRequest {})).await;
    assert!(answer.text().contains("grpc-status:4"), "{:?}", answer.text());
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_user_probes_two_cameras_at_a_time() {
    let server = Server::start().await;
    let client = CameraServiceClient::new(server.admin().await);
    let call = |host: &'static str| {
        let mut client = client.clone();
        async move { client.probe_camera(probe(host)).await }
    };
    let mut hanging: Vec<_> = vec![Box::pin(call("hang")), Box::pin(call("hang"))];
    // Both are under way once the control loop has them; each look drives them.
    while server.fake.probed.lock().unwrap().len() < 2 {
        let both = futures_util::future::select_all(&mut hanging);
        let look = tokio::time::timeout(Duration::from_millis(5), both);
        assert!(look.await.is_err(), "a hanging probe ended");
    }

    let status = call("other").await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status)),
        (Code::ResourceExhausted, "TOO_MANY_PROBES".into())
    );
    drop(hanging);
    let freed = async {
        while let Err(status) = call("other").await {
            assert_eq!(status.code(), Code::ResourceExhausted);
        }
    };
    tokio::time::timeout(Duration::from_secs(5), freed).await.unwrap();
}
