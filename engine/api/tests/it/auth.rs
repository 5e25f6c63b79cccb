//! First start, sign-in, sessions and API tokens.

use std::time::Duration;

use ronin_core::WallTime;
use ronin_proto::v1::{
    self, auth_service_client::AuthServiceClient, camera_service_client::CameraServiceClient,
};
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::support::{Server, Start, fields, frame, reason, request, send};

fn setup(token: &str, username: &str) -> v1::CompleteSetupRequest {
    v1::CompleteSetupRequest {
        setup_token: token.into(),
        username: username.into(),
        password: "long enough".into(),
    }
}

#[tokio::test]
async fn the_first_start_needs_the_printed_token_and_closes_after_it() {
    let server = Server::start_with(Start { admin: false, ..Start::default() }).await;
    let token = server.setup_token.clone().unwrap();
    let mut client = AuthServiceClient::new(server.channel().await);
    let status = client.get_setup_status(v1::GetSetupStatusRequest {}).await.unwrap();
    assert!(status.into_inner().setup_required);
    assert_eq!(reason(&server.try_login("admin", "admin").await.unwrap_err()), "LOGIN_REFUSED");
    let wrong = client.complete_setup(setup("wrong", "admin")).await.unwrap_err();
    assert_eq!(
        (wrong.code(), reason(&wrong)),
        (Code::PermissionDenied, "SETUP_TOKEN_WRONG".into())
    );
    let short = v1::CompleteSetupRequest { password: "short".into(), ..setup(&token, "") };
    assert_eq!(fields(&client.complete_setup(short).await.unwrap_err()), ["username", "password"]);

    let made = client.complete_setup(setup(&token, "root")).await.unwrap();
    let cookie = made.metadata().get("set-cookie").unwrap().to_str().unwrap().to_owned();
    let made = made.into_inner();
    assert!(cookie.starts_with(&format!("ronin_session={};", made.session_token)), "{cookie}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "there is no TLS here");
    assert_eq!(made.user.unwrap().role(), v1::Role::Admin);

    let again = client.complete_setup(setup(&token, "other")).await.unwrap_err();
    assert_eq!(reason(&again), "SETUP_COMPLETE");
    let status = client.get_setup_status(v1::GetSetupStatusRequest {}).await.unwrap();
    assert!(!status.into_inner().setup_required);
    assert!(server.try_login("root", "long enough").await.is_ok());
}

#[tokio::test]
async fn of_two_racing_set_ups_one_wins() {
    let server = Server::start_with(Start { admin: false, ..Start::default() }).await;
    let token = server.setup_token.clone().unwrap();
    let channel = server.channel().await;
    let mut calls = Vec::new();
    for n in 0..6 {
        let mut client = AuthServiceClient::new(channel.clone());
        let request = setup(&token, &format!("user{n}"));
        calls.push(async move { client.complete_setup(request).await });
    }
    let results = futures_util::future::join_all(calls).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for status in results.into_iter().filter_map(Result::err) {
        // Who comes late finds the set-up closed, or the token used up.
        assert!(["SETUP_COMPLETE", "SETUP_TOKEN_WRONG"].contains(&&*reason(&status)));
    }
}

#[tokio::test]
async fn an_administrator_given_at_start_leaves_no_setup_token() {
    let server = Server::start().await;
    assert_eq!(server.setup_token, None);
    let again = ronin_api::auth::create_first_admin(&server.deps.store, "second", "password").await;
    assert!(again.unwrap().is_none());
    let short = ronin_api::auth::create_first_admin(&server.deps.store, "second", "x").await;
    assert!(short.unwrap().is_none(), "nothing is checked where nothing is made");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_header_does_not_help() {
    let server = Server::start().await;
    for _ in 0..20 {
        let status = server.try_login("admin", "wrong password").await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
        assert_eq!(status.message(), "user name or password is wrong");
    }
    let mut client = AuthServiceClient::new(server.channel().await);
    let right = v1::LoginRequest { username: "admin".into(), password: "correct horse".into() };
    let mut request = tonic::Request::new(right);
    request.metadata_mut().insert("x-forwarded-for", "1.2.3.4".parse().unwrap());
    let status = client.login(request).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "TOO_MANY_ATTEMPTS");
    let details = tonic_types::StatusExt::get_error_details(&status);
    let wait = details.retry_info().unwrap().retry_delay.unwrap();
    assert!((1..=60).contains(&wait.as_secs().max(1)));
}

#[tokio::test]
async fn an_unknown_user_looks_like_a_wrong_password() {
    let server = Server::start().await;
    let unknown = server.try_login("nobody", "wrong password").await.unwrap_err();
    let wrong = server.try_login("admin", "wrong password").await.unwrap_err();
    assert_eq!(unknown.code(), wrong.code());
    assert_eq!(unknown.message(), wrong.message());
    assert_eq!(unknown.details(), wrong.details());
}

#[tokio::test]
async fn logout_ends_the_session_its_cookie_and_its_open_streams() {
    let server = Server::start().await;
    let token = server.login().await;
    let mut auth = AuthServiceClient::new(server.with(&token).await);
    let session = auth.get_session(v1::GetSessionRequest {}).await.unwrap();
    assert!(session.metadata().get("set-cookie").is_some(), "the cookie lives with the session");
    let session = session.into_inner();
    assert_eq!(session.user.unwrap().username, "admin");
    assert!(session.expire_time.is_some());
    let mut cameras = CameraServiceClient::new(server.with(&token).await);
    let watch = cameras.watch_cameras(v1::WatchCamerasRequest {}).await.unwrap();
    let mut watch = watch.into_inner();
    assert!(watch.message().await.unwrap().is_some());

    let out = auth.logout(v1::LogoutRequest {}).await.unwrap();
    let cookie = out.metadata().get("set-cookie").unwrap().to_str().unwrap();
    assert!(cookie.starts_with("ronin_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    let ended = watch.message().await.unwrap_err();
    assert_eq!(ended.code(), Code::Unauthenticated);
    let after = auth.get_session(v1::GetSessionRequest {}).await.unwrap_err();
    assert_eq!(reason(&after), "CREDENTIAL_INVALID");
    let cookie = format!("ronin_session={token}");
    let media = request(server.address, "GET /live/a/index.m3u8", &[("cookie", &cookie)]).await;
    assert_eq!(media.status, 401);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let server = Server::start().await;
    let (mine, other) = (server.login().await, server.login().await);
    let mut client = AuthServiceClient::new(server.with(&mine).await);
    let change = |current: &str, new: &str| v1::ChangePasswordRequest {
        current_password: current.into(),
        new_password: new.into(),
    };
    let wrong = client.change_password(change("wrong one", "new password")).await.unwrap_err();
    assert_eq!(fields(&wrong), ["current_password"]);
    let short = client.change_password(change("correct horse", "short")).await.unwrap_err();
    assert_eq!(fields(&short), ["new_password"]);
    client.change_password(change("correct horse", "new password")).await.unwrap();

    assert!(client.get_session(v1::GetSessionRequest {}).await.is_ok());
    let mut ended = AuthServiceClient::new(server.with(&other).await);
    let status = ended.get_session(v1::GetSessionRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert!(server.try_login("admin", "correct horse").await.is_err());
    assert!(server.try_login("admin", "new password").await.is_ok());
}

#[tokio::test]
async fn api_tokens_work_until_revoked_and_make_no_others() {
    let server = Server::start().await;
    let mut client = AuthServiceClient::new(server.admin().await);
    let create = |name: &str, seconds: Option<i64>| v1::CreateApiTokenRequest {
        display_name: name.into(),
        expire_time: seconds.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
    };
    for (request, field) in [
        (create("", None), "display_name"),
        (create("x", Some(1)), "expire_time"),
        (create("x", Some(i64::MAX)), "expire_time"),
    ] {
        assert_eq!(fields(&client.create_api_token(request).await.unwrap_err()), [field]);
    }
    let made = client.create_api_token(create("script", None)).await.unwrap().into_inner();
    assert!(made.secret.starts_with("ronin_"));
    for n in 0..4 {
        client.create_api_token(create(&format!("more{n}"), Some(4_000_000_000))).await.unwrap();
    }

    let mut script = AuthServiceClient::new(server.with(&made.secret).await);
    assert!(script.get_session(v1::GetSessionRequest {}).await.is_ok());
    let refused = script.create_api_token(create("another", None)).await.unwrap_err();
    assert_eq!(reason(&refused), "SESSION_REQUIRED");
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let list = v1::ListApiTokensRequest { page_size: 2, page_token };
        let page = client.list_api_tokens(list).await.unwrap().into_inner();
        assert!(!format!("{page:?}").contains(&made.secret));
        names.extend(page.api_tokens.into_iter().map(|token| token.display_name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["more3", "more2", "more1", "more0", "script"]);

    let id = made.api_token.unwrap().id;
    let revoke = v1::RevokeApiTokenRequest { id };
    client.revoke_api_token(revoke.clone()).await.unwrap();
    assert!(script.get_session(v1::GetSessionRequest {}).await.is_err());
    let again = client.revoke_api_token(revoke).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
    let bad = v1::RevokeApiTokenRequest { id: "../x".into() };
    assert_eq!(fields(&client.revoke_api_token(bad).await.unwrap_err()), ["id"]);
}

#[tokio::test]
async fn a_browser_signs_in_through_grpc_web_and_gets_the_cookie() {
    let server = Server::start().await;
    let login = v1::LoginRequest { username: "admin".into(), password: "correct horse".into() };
    let body = frame(&login);
    let headers = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    let answer = send(server.address, "POST /ronin.v1.AuthService/Login", &headers, &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/grpc-web+proto"));
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
    assert!(answer.text().contains("grpc-status:0"), "{:?}", answer.text());
    let media = request(server.address, "GET /live/a/index.m3u8", &[("cookie", cookie)]).await;
    assert_eq!(media.status, 404, "signed in, and no such camera");
}

#[tokio::test]
async fn sessions_end_in_time_and_live_on_by_use() {
    let server = Server::start().await;
    let admin = server.deps.store.user_by_name("admin").await.unwrap().unwrap().0;
    let now = WallTime::now();
    let hour = Duration::from_secs(3600);
    let hash = |secret: &str| -> String {
        Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let store = &server.deps.store;
    store.insert_session(&hash("old"), admin.id, now - hour * 2, now - hour).await.unwrap();
    store.insert_session(&hash("used"), admin.id, now - hour, now + hour).await.unwrap();

    let mut old = AuthServiceClient::new(server.with("old").await);
    let status = old.get_session(v1::GetSessionRequest {}).await.unwrap_err();
    assert_eq!(reason(&status), "CREDENTIAL_INVALID");
    let mut used = AuthServiceClient::new(server.with("used").await);
    let session = used.get_session(v1::GetSessionRequest {}).await.unwrap().into_inner();
    let days = (session.expire_time.unwrap().seconds - now.as_micros() / 1_000_000) / 86_400;
    assert!((29..=30).contains(&days), "{days} days");
}
