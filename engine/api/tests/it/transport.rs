//! TLS, the port itself, and how the server ends.

use std::{sync::Arc, time::Duration};

use ronin_api::{Error, Options, Service, Tls};
use ronin_proto::v1::{
    self, auth_service_client::AuthServiceClient, camera_service_client::CameraServiceClient,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tonic::{
    Code, Request,
    transport::{Certificate, Channel, ClientTlsConfig},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::support::{Answer, Server, Start, reason};

async fn tls_server() -> Server {
    Server::start_with(Start { tls: true, ..Start::default() }).await
}

#[tokio::test]
async fn grpc_goes_through_tls_and_the_cookie_is_secure() {
    let server = tls_server().await;
    let pem = std::fs::read(server.path("tls/cert.pem")).unwrap();
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
    let endpoint = Channel::from_shared(format!("https://localhost:{}", server.address.port()));
    let channel = endpoint.unwrap().tls_config(tls).unwrap().connect().await.unwrap();
    let login = v1::LoginRequest { username: "admin".into(), password: "correct horse".into() };
    let answer = AuthServiceClient::new(channel).login(login).await.unwrap();
    let cookie = answer.metadata().get("set-cookie").unwrap().to_str().unwrap();
    assert!(cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn tls_offers_both_protocols_by_name() {
    let server = tls_server().await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server.path("tls/cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    for (offered, chosen) in [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"][..], "http/1.1")] {
        let mut config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = TcpStream::connect(server.address).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen.as_bytes()));
        if chosen == "http/1.1" {
            let request = b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes).await;
            assert_eq!(Answer::parse(&bytes).text(), "ok\n");
        }
    }
}

#[tokio::test]
async fn a_busy_port_and_a_bad_certificate_are_found_at_once() {
    let server = Server::start().await;
    let bind = async |bind, tls| {
        let deps = server.deps.clone();
        let storage_root = server.path("storage");
        let options = Options { bind, tls, web_root: None, storage_root, reflection: false };
        Service::bind(options, deps).await.err().unwrap()
    };
    let busy = bind(server.address, Tls::Off).await;
    assert!(matches!(busy, Error::Bind { .. }));
    assert!(busy.to_string().contains(&server.address.to_string()), "{busy}");
    let missing = Tls::Files { cert: server.path("none.pem"), key: server.path("none.pem") };
    let error = bind(([127, 0, 0, 1], 0).into(), missing).await;
    assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
}

#[tokio::test]
async fn stopping_ends_open_streams_and_the_server_at_once() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    let watch = client.watch_cameras(v1::WatchCamerasRequest {}).await.unwrap();
    let mut watch = watch.into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let mut health = HealthClient::new(server.channel().await);
    let request = HealthCheckRequest { service: String::new() };
    let mut health_watch = health.watch(request).await.unwrap().into_inner();
    assert_eq!(health_watch.message().await.unwrap().unwrap().status, 1);

    server.cancel.cancel();
    let stopped = async {
        let status = watch.message().await.unwrap_err();
        assert_eq!((status.code(), reason(&status)), (Code::Unavailable, "SHUTTING_DOWN".into()));
        assert_eq!(status.message(), "server is shutting down");
        // Health may say so first; then this stream ends too.
        let ended = loop {
            match health_watch.message().await {
                Ok(Some(answer)) => assert_eq!(answer.status, 2, "NOT_SERVING"),
                Ok(None) => panic!("ended without a status"),
                Err(status) => break status,
            }
        };
        assert_eq!(ended.code(), Code::Unavailable);
        drop((client, health));
        server.served.await.unwrap().unwrap();
    };
    timeout(Duration::from_secs(2), stopped).await.expect("the server ends within two seconds");
}

#[tokio::test]
async fn a_stream_over_grpc_web_on_http_1_ends_with_a_status_too() {
    let server = Server::start().await;
    let token = server.login().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /ronin.v1.CameraService/WatchCameras HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
         content-type: application/grpc-web+proto\r\nauthorization: Bearer {token}\r\n\
         content-length: 5\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[0; 5]).await.unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "closed early");
    }

    server.cancel.cancel();
    let rest = timeout(Duration::from_secs(2), stream.read_to_end(&mut bytes));
    rest.await.expect("the stream ends within two seconds").unwrap();
    let answer = Answer::parse(&bytes);
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("grpc-status:14"), "{:?}", answer.text());
}

#[tokio::test]
async fn a_call_over_plain_http_2_works_with_a_client_deadline() {
    let server = Server::start().await;
    let mut client = AuthServiceClient::new(server.admin().await);
    let mut request = Request::new(v1::GetSessionRequest {});
    request.set_timeout(Duration::from_secs(5));
    assert_eq!(
        client.get_session(request).await.unwrap().into_inner().user.unwrap().username,
        "admin"
    );
}
