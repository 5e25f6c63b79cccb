//! Closed by default: what nobody may call without a credential is nearly everything.

use prost::Message;
use ronin_proto::v1::{self, camera_service_client::CameraServiceClient};
use tonic::{Code, Request, client::Grpc, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_prost::ProstCodec;
use tower::{Service, ServiceExt};

use crate::support::{Server, Start, reason, request, send};

/// Calls a method by its path with an empty message.
async fn call(channel: &Channel, path: &str, bearer: Option<&str>) -> tonic::Status {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let mut request = Request::new(v1::GetSetupStatusRequest {});
    if let Some(bearer) = bearer {
        let value = format!("Bearer {bearer}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let codec: ProstCodec<v1::GetSetupStatusRequest, v1::GetSetupStatusResponse> =
        ProstCodec::default();
    let path = path.parse().unwrap();
    match grpc.unary(request, path, codec).await {
        Ok(_) => tonic::Status::ok(""),
        Err(status) => status,
    }
}

#[tokio::test]
async fn every_method_wants_a_credential_except_sign_in() {
    let server = Server::start().await;
    let channel = server.channel().await;
    let set = prost_types::FileDescriptorSet::decode(ronin_proto::FILE_DESCRIPTOR_SET).unwrap();
    let open = ["GetSetupStatus", "CompleteSetup", "Login"];
    let mut refused = 0;
    for file in set.file.iter().filter(|file| file.package() == "ronin.v1") {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/ronin.v1.{}/{}", service.name(), method.name());
                let is_open = service.name() == "AuthService" && open.contains(&method.name());
                for bearer in [None, Some("x"), Some("ronin_x"), Some(&*"y".repeat(3000))] {
                    let status = call(&channel, &path, bearer).await;
                    let closed = status.code() == Code::Unauthenticated
                        && reason(&status).starts_with("CREDENTIAL_");
                    assert_ne!(closed, is_open, "{path}: {status:?}");
                }
                refused += usize::from(!is_open);
            }
        }
    }
    assert!(refused > 15);
}

#[tokio::test]
async fn unknown_methods_are_unimplemented_for_those_we_know() {
    let server = Server::start().await;
    let channel = server.channel().await;
    for path in ["/ronin.v1.CameraService/Nothing", "/no.such.Service/Call", "/x"] {
        assert_eq!(call(&channel, path, None).await.code(), Code::Unauthenticated, "{path}");
        let status = call(&channel, path, Some(&server.login().await)).await;
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
        assert_eq!(reason(&status), "UNKNOWN_METHOD");
    }
}

#[tokio::test]
async fn http_routes_want_a_credential_and_static_files_do_not() {
    let server = Server::start().await;
    for path in [
        "/live/front/index.m3u8",
        "/live/front/1.ts",
        "/live/../x",
        "/playback/front/index.m3u8",
        "/playback/front/master.m3u8?start=2026-11-22T12:00:00Z&end=2026-11-22T13:00:00Z",
        "/exports/x/file",
        "/exports/00000000-0000-0000-0000-000000000000/file?number=2",
        "/segments/x.mp4",
        "/segments/00000000-0000-0000-0000-000000000000.mp4",
    ] {
        let answer = request(server.address, &format!("GET {path}"), &[]).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.header("www-authenticate").is_some());
        let cookie = [("cookie", "ronin_session=wrong")];
        assert_eq!(request(server.address, &format!("GET {path}"), &cookie).await.status, 401);
    }
    for path in ["/", "/healthz", "/readyz", "/assets/a.js", "/cameras/front"] {
        assert_eq!(
            request(server.address, &format!("GET {path}"), &[]).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn rpc_never_takes_the_cookie_and_media_does() {
    let server = Server::start().await;
    let token = server.login().await;
    let mut client = CameraServiceClient::new(server.channel().await);
    let mut call = Request::new(v1::ListCamerasRequest::default());
    call.metadata_mut().insert("cookie", format!("ronin_session={token}").parse().unwrap());
    assert_eq!(client.list_cameras(call).await.unwrap_err().code(), Code::Unauthenticated);

    let path = "GET /live/front/index.m3u8";
    let cookie = format!("a=b; ronin_session={token}");
    assert_eq!(request(server.address, path, &[("cookie", &cookie)]).await.status, 404);
    let bearer = format!("Bearer {token}");
    assert_eq!(request(server.address, path, &[("authorization", &bearer)]).await.status, 404);
}

#[tokio::test]
async fn other_content_types_never_reach_a_handler() {
    let server = Server::start().await;
    let path = "POST /ronin.v1.AuthService/Login";
    let kinds = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json",
    ];
    for kind in kinds {
        let answer = send(server.address, path, &[("content-type", kind)], b"\0\0\0\0\0").await;
        assert_eq!(answer.status, 415, "{kind}");
    }
    assert_eq!(request(server.address, path, &[]).await.status, 415);
    let mut h2 = server.channel().await;
    for kind in kinds {
        let uri = format!("http://{}/ronin.v1.AuthService/Login", server.address);
        let call = http::Request::post(uri).header("content-type", kind);
        let call = call.body(tonic::body::Body::empty()).unwrap();
        assert_eq!(h2.ready().await.unwrap().call(call).await.unwrap().status(), 415, "{kind}");
    }
    let plain = [("content-type", "application/grpc")];
    assert_eq!(send(server.address, path, &plain, b"\0\0\0\0\0").await.status, 400, "gRPC on h1");
}

#[tokio::test]
async fn other_sites_are_refused_and_get_no_cors_headers() {
    let server = Server::start().await;
    let path = "POST /ronin.v1.AuthService/GetSetupStatus";
    let body = b"\0\0\0\0\0";
    let web = ("content-type", "application/grpc-web+proto");
    let own = format!("http://{}", server.address);
    for (name, value, want) in [
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("origin", &own, 200),
    ] {
        let answer = send(server.address, path, &[web, (name, value)], body).await;
        assert_eq!(answer.status, want, "{name}: {value}");
        assert!(!answer.head.contains("access-control-"), "{}", answer.head);
    }
    let preflight = [("origin", "http://evil.example"), ("access-control-request-method", "POST")];
    let answer = request(server.address, "OPTIONS /ronin.v1.AuthService/Login", &preflight).await;
    assert_eq!(answer.status, 405);
    assert!(!answer.head.contains("access-control-"));
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = Server::start().await;
    let token = format!("Bearer {}", server.login().await);
    let web = ("content-type", "application/grpc-web+proto");
    let answers = [
        request(server.address, "GET /", &[]).await,
        request(server.address, "GET /none.txt", &[]).await,
        request(server.address, "GET /live/a/index.m3u8", &[("authorization", &token)]).await,
        request(server.address, "GET /segments/x.mp4", &[]).await,
        request(server.address, "DELETE /", &[]).await,
        send(server.address, "POST /ronin.v1.AuthService/GetSession", &[web], b"\0\0\0\0\0").await,
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'self';"), "{}", answer.head);
        // Graphviz in the app is WebAssembly. No text becomes a script.
        assert!(policy.contains("; script-src 'self' 'wasm-unsafe-eval';"), "{}", answer.head);
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
}

#[tokio::test]
async fn reflection_is_public_while_on_and_unknown_while_off() {
    use tonic_reflection::pb::{
        v1::{self as v1_pb, server_reflection_client::ServerReflectionClient as V1},
        v1alpha::{self as alpha_pb, server_reflection_client::ServerReflectionClient as Alpha},
    };
    let list = |text: &str| v1_pb::ServerReflectionRequest {
        message_request: Some(
            v1_pb::server_reflection_request::MessageRequest::FileContainingSymbol(text.into()),
        ),
        ..Default::default()
    };
    let server = Server::start().await;
    let mut client = V1::new(server.channel().await);
    for symbol in ["ronin.v1.CameraService", "google.rpc.BadRequest"] {
        let stream = tokio_stream::iter([list(symbol)]);
        let mut answers = client.server_reflection_info(stream).await.unwrap().into_inner();
        let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
        let found = matches!(
            answer,
            v1_pb::server_reflection_response::MessageResponse::FileDescriptorResponse(_)
        );
        assert!(found, "{symbol}");
    }
    let mut alpha = Alpha::new(server.channel().await);
    let stream = tokio_stream::iter([alpha_pb::ServerReflectionRequest::default()]);
    assert!(alpha.server_reflection_info(stream).await.is_ok());

    let off = Server::start_with(Start { reflection: false, ..Start::default() }).await;
    let mut client = V1::new(off.channel().await);
    let stream = tokio_stream::iter([list("x")]);
    let status = client.server_reflection_info(stream).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn health_answers_anybody_for_each_service() {
    let server = Server::start().await;
    let mut client = HealthClient::new(server.channel().await);
    for service in ["", "ronin.v1.CameraService", "ronin.v1.StorageService"] {
        let request = HealthCheckRequest { service: service.into() };
        assert_eq!(client.check(request).await.unwrap().into_inner().status, 1, "{service}");
    }
    let unknown = HealthCheckRequest { service: "x".into() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), Code::NotFound);
}
