//! While the database is away: who was signed in stays, and nobody waits long.

use std::time::{Duration, Instant};

use ronin_api::{Options, Service, Tls};
use ronin_core::{Segment, WallTime};
use ronin_proto::v1::{
    self, auth_service_client::AuthServiceClient, camera_service_client::CameraServiceClient,
    recording_service_client::RecordingServiceClient, system_service_client::SystemServiceClient,
};
use ronin_store::{MasterKey, Store};
use ronin_testkit::postgres::Postgres;
use tokio::net::TcpListener;
use tonic::{Code, Status};

use crate::support::{Server, Start, camera, reason, request, segment};

/// A deadline of every call, which nothing here may need.
const LONG: Duration = Duration::from_secs(8);

fn assert_away(status: &Status) {
    assert_eq!((status.code(), reason(status)), (Code::Unavailable, "STORE_UNAVAILABLE".into()));
    assert!(status.message().contains("the database does not answer"), "{}", status.message());
}

async fn session(server: &Server, token: &str) -> Result<String, Status> {
    let mut client = AuthServiceClient::new(server.with(token).await);
    let session = client.get_session(v1::GetSessionRequest {}).await?;
    Ok(session.into_inner().user.unwrap().username)
}

/// Makes a camera and an API token, and looks around with a session that is returned with it.
async fn signed_in(server: &Server) -> (String, v1::CreateApiTokenResponse) {
    let session = server.login().await;
    let mut cameras = CameraServiceClient::new(server.with(&session).await);
    cameras.create_camera(camera("front")).await.unwrap();
    let mut auth = AuthServiceClient::new(server.with(&session).await);
    let new = v1::CreateApiTokenRequest { display_name: "script".into(), expire_time: None };
    let token = auth.create_api_token(new).await.unwrap().into_inner();
    assert_eq!(self::session(server, &token.secret).await.unwrap(), "admin");
    (session, token)
}

async fn looks_around_without_the_database(server: &Server, session: &str, token: &str) {
    let began = Instant::now();
    for credential in [session, token] {
        let mut cameras = CameraServiceClient::new(server.with(credential).await);
        let listed = cameras.list_cameras(v1::ListCamerasRequest::default()).await.unwrap();
        assert_eq!(listed.into_inner().cameras.len(), 1);
    }
    let mut system = SystemServiceClient::new(server.with(session).await);
    let info = system.get_system_info(v1::GetSystemInfoRequest {}).await.unwrap().into_inner();
    assert!(!info.database_available);
    let database = info.database_details.unwrap();
    assert_eq!((database.version, database.size_bytes), (None, None));
    assert_eq!(info.storage.unwrap().total_bytes, 100);
    let cookie = format!("ronin_session={session}");
    let live = request(server.address, "GET /live/front/index.m3u8", &[("cookie", &cookie)]).await;
    assert_eq!(live.status, 404, "signed in, and no live picture");

    let mut recordings = RecordingServiceClient::new(server.with(session).await);
    let list = v1::ListSegmentsRequest { camera: "cameras/front".into(), ..Default::default() };
    assert_away(&recordings.list_segments(list).await.unwrap_err());
    assert_away(&server.try_login("admin", "correct horse").await.unwrap_err());
    assert_away(&self::session(server, "another").await.unwrap_err());
    let stranger = [("cookie", "ronin_session=another")];
    let live = request(server.address, "GET /live/front/index.m3u8", &stranger).await;
    assert_eq!(live.status, 503);
    assert!(began.elapsed() < LONG * 3, "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_was_signed_in_stays_while_the_database_is_away() {
    let server = Server::start().await;
    let (session, token) = signed_in(&server).await;

    server.deps.store.clone().close().await.unwrap();

    looks_around_without_the_database(&server, &session, &token.secret).await;
    server.deps.store.note_available(false);
    looks_around_without_the_database(&server, &session, &token.secret).await;
    let open = Segment { frames: 0, ..segment("front", WallTime::now()) };
    let path = server.path("storage").join(&open.path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "0123456789").unwrap();
    server.deps.unindexed.opened(open.clone());
    server.deps.unindexed.grew(open.id, open.end, 10, 25);
    let cookie = format!("ronin_session={session}");
    let line = format!("GET /segments/{}.mp4", open.id);
    let file = request(server.address, &line, &[("cookie", &cookie)]).await;
    assert_eq!((file.status, file.text().as_str()), (200, "0123456789"));
}

#[tokio::test]
async fn who_was_signed_in_stays_while_postgres_is_stopped() {
    let postgres = Postgres::start().unwrap();
    let database = Some(postgres.create_database().unwrap());
    let server = Server::start_with(Start { database, ..Start::default() }).await;
    let (session, token) = signed_in(&server).await;

    drop(postgres);

    looks_around_without_the_database(&server, &session, &token.secret).await;
}

#[tokio::test]
async fn what_was_revoked_stays_revoked_while_the_database_is_away() {
    let server = Server::start().await;
    let (mine, token) = signed_in(&server).await;
    let (out, other) = (server.login().await, server.login().await);
    for credential in [&out, &other] {
        session(&server, credential).await.unwrap();
    }
    let mut auth = AuthServiceClient::new(server.with(&out).await);
    auth.logout(v1::LogoutRequest {}).await.unwrap();
    let mut auth = AuthServiceClient::new(server.with(&mine).await);
    let id = token.api_token.unwrap().id;
    auth.revoke_api_token(v1::RevokeApiTokenRequest { id }).await.unwrap();
    let change = v1::ChangePasswordRequest {
        current_password: "correct horse".into(),
        new_password: "a longer sentence".into(),
    };
    auth.change_password(change).await.unwrap();

    server.deps.store.clone().close().await.unwrap();

    assert_eq!(session(&server, &mine).await.unwrap(), "admin");
    for credential in [&out, &other, &token.secret] {
        assert_away(&session(&server, credential).await.unwrap_err());
    }
    // Who signs out now is told that the database does not know yet, and is out all the same.
    assert_away(&auth.logout(v1::LogoutRequest {}).await.unwrap_err());
    assert_away(&session(&server, &mine).await.unwrap_err());
}

#[tokio::test]
async fn a_watch_goes_on_while_the_database_is_away() {
    let server = Server::start().await;
    let (session, _) = signed_in(&server).await;
    let mut cameras = CameraServiceClient::new(server.with(&session).await);
    let watch = cameras.watch_cameras(v1::WatchCamerasRequest {}).await.unwrap();
    let mut watch = watch.into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let other = server.login().await;

    server.deps.store.clone().close().await.unwrap();

    // A revocation makes every stream ask whether its caller still counts.
    let mut auth = AuthServiceClient::new(server.with(&other).await);
    let _ = auth.logout(v1::LogoutRequest {}).await;
    cameras.create_camera(camera("back")).await.unwrap();
    let message = watch.message().await.unwrap().unwrap();
    assert!(format!("{message:?}").contains("back"), "{message:?}");
}

#[tokio::test]
async fn a_server_starts_without_its_database_as_if_it_were_set_up() {
    let folder = tempfile::tempdir().unwrap();
    // It takes connections and says nothing.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let silent_port = silent.local_addr().unwrap().port();
    for port in [silent_port, 1] {
        let server = Server::start().await;
        let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
        let url = format!("postgres://ronin@127.0.0.1:{port}/ronin");
        let store = Store::connect_later(&url, key).unwrap();
        let options = Options {
            bind: ([127, 0, 0, 1], 0).into(),
            tls: Tls::Off,
            web_root: None,
            storage_root: server.path("storage"),
            reflection: false,
        };
        let deps = ronin_api::Dependencies { store, ..server.deps.clone() };

        let began = Instant::now();
        let service = Service::bind(options, deps).await.unwrap();

        assert_eq!(service.setup_token(), None);
        assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    }
}
