//! News for people: listed, followed, and resumed without a loss.

use ronin_core::{Notice, NoticeKind};
use ronin_proto::v1::{
    self, auth_service_client::AuthServiceClient, system_service_client::SystemServiceClient,
    watch_notices_response::Event,
};
use tonic::Streaming;

use crate::support::{Authorized, Server, fields};

/// Stores a notice and tells of it, as the recorder does.
async fn tell(server: &Server, kind: NoticeKind, camera: Option<&str>, message: &str) -> i64 {
    let camera = camera.map(|id| id.parse().unwrap());
    let notice = Notice::new(kind, camera, "", message);
    let row = server.deps.store.insert_notice(&notice).await.unwrap();
    server.deps.news.notice_stored(row);
    row
}

async fn next(stream: &mut Streaming<v1::WatchNoticesResponse>) -> Event {
    stream.message().await.unwrap().unwrap().event.unwrap()
}

async fn next_notice(stream: &mut Streaming<v1::WatchNoticesResponse>) -> v1::Notice {
    match next(stream).await {
        Event::Notice(notice) => notice,
        event => panic!("{event:?}"),
    }
}

async fn watch(
    client: &mut SystemServiceClient<Authorized>,
    kinds: &[v1::NoticeKind],
    resume_token: &str,
) -> Streaming<v1::WatchNoticesResponse> {
    let kinds = kinds.iter().map(|kind| i32::from(*kind)).collect();
    let request = v1::WatchNoticesRequest { kinds, resume_token: resume_token.into() };
    client.watch_notices(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn notices_are_listed_newest_first_by_kind_and_camera() {
    let server = Server::start().await;
    for n in 0..3 {
        tell(&server, NoticeKind::CameraLost, Some("front"), &format!("lost {n}")).await;
        tell(&server, NoticeKind::StorageFull, None, &format!("full {n}")).await;
    }
    tell(&server, NoticeKind::CameraLost, Some("back"), "lost back").await;
    let mut client = SystemServiceClient::new(server.admin().await);
    let mut list = async |kinds: &[i32], camera: &str| -> Vec<String> {
        let (mut messages, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = v1::ListNoticesRequest {
                kinds: kinds.to_vec(),
                camera: camera.into(),
                page_size: 2,
                page_token,
            };
            let page = client.list_notices(request).await.unwrap().into_inner();
            messages.extend(page.notices.into_iter().map(|notice| notice.message));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return messages;
            }
        }
    };
    let lost = i32::from(v1::NoticeKind::CameraLost);
    let all = ["lost back", "full 2", "lost 2", "full 1", "lost 1", "full 0", "lost 0"];
    assert_eq!(list(&[], "").await, all);
    assert_eq!(list(&[lost], "").await, ["lost back", "lost 2", "lost 1", "lost 0"]);
    assert_eq!(list(&[lost], "cameras/front").await, ["lost 2", "lost 1", "lost 0"]);

    let bad = v1::ListNoticesRequest {
        kinds: vec![lost, 99],
        camera: "../x".into(),
        page_size: -1,
        page_token: "x".into(),
    };
    let status = client.list_notices(bad).await.unwrap_err();
    assert_eq!(fields(&status), ["kinds[1]", "camera", "page_size", "page_token"]);
}

#[tokio::test]
async fn a_watch_goes_on_where_another_ended() {
    let server = Server::start().await;
    tell(&server, NoticeKind::ClockSet, None, "before").await;
    let mut client = SystemServiceClient::new(server.admin().await);
    let mut stream = watch(&mut client, &[], "").await;
    tell(&server, NoticeKind::CameraLost, Some("front"), "one").await;
    let one = next_notice(&mut stream).await;
    assert_eq!((one.message.as_str(), one.camera.as_str()), ("one", "cameras/front"));
    assert_eq!(one.kind(), v1::NoticeKind::CameraLost);
    drop(stream);

    // More than are read at once, while nobody listens.
    for n in 0..250 {
        tell(&server, NoticeKind::CameraBack, None, &n.to_string()).await;
    }
    let mut stream = watch(&mut client, &[], &one.resume_token).await;
    for n in 0..250 {
        assert_eq!(next_notice(&mut stream).await.message, n.to_string());
    }
    tell(&server, NoticeKind::StorageFull, None, "full").await;
    let kinds = [v1::NoticeKind::StorageFull];
    let mut some = watch(&mut client, &kinds, &one.resume_token).await;
    assert_eq!(next_notice(&mut some).await.message, "full");
    assert_eq!(next_notice(&mut stream).await.message, "full");
}

#[tokio::test]
async fn a_token_that_is_too_old_or_not_ours_says_list_again() {
    let server = Server::start().await;
    for n in 0..3 {
        tell(&server, NoticeKind::CameraLost, None, &n.to_string()).await;
    }
    let mut client = SystemServiceClient::new(server.admin().await);
    let list = v1::ListNoticesRequest::default();
    let listed = client.list_notices(list).await.unwrap().into_inner().notices;
    let oldest = listed.last().unwrap().resume_token.clone();
    server.deps.store.forget_notices(ronin_core::WallTime::now()).await.unwrap();

    for token in ["x", oldest.as_str(), &"A".repeat(10_000)] {
        let mut stream = watch(&mut client, &[], token).await;
        assert!(matches!(next(&mut stream).await, Event::ListAgain(_)), "{token}");
        tell(&server, NoticeKind::CameraBack, None, "now").await;
        assert_eq!(next_notice(&mut stream).await.message, "now", "it goes on from now");
    }
    let mut stream = watch(&mut client, &[], &listed[0].resume_token).await;
    assert_eq!(next_notice(&mut stream).await.message, "now", "the newest is still known");
}

#[tokio::test]
async fn a_watch_ends_with_its_session() {
    let server = Server::start().await;
    let token = server.login().await;
    let mut client = SystemServiceClient::new(server.with(&token).await);
    let mut stream = watch(&mut client, &[], "x").await;
    assert!(matches!(next(&mut stream).await, Event::ListAgain(_)));
    let mut auth = AuthServiceClient::new(server.with(&token).await);
    auth.logout(v1::LogoutRequest {}).await.unwrap();
    let status = stream.message().await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
}
