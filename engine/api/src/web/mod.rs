//! Plain HTTP on the same port: live pictures, recorded files, health and the app.
//!
//! Not here: gRPC (`crate::grpc`); [`join`] puts both on one port.

mod app;
mod events;
mod exports;
mod guard;
mod live;
pub(crate) mod playback;
mod range;
mod ready;
mod segments;

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, Method, StatusCode, header};
use ronin_core::{Unindexed, live::Channels, playback::ReadFootage};
use ronin_store::Store;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::{
    auth::{Gate, gate_http},
    footage::Footage,
    options::Dependencies,
};

/// Each takes up to some 30 MB while it is made; a wall of cameras waits in line for a moment.
const PLAYLISTS_AT_ONCE: usize = 4;
/// Each takes a core for some 10 ms, which recording may want too.
const PICTURES_AT_ONCE: usize = 2;

/// Each takes a core for some tenths of a second.
const RENDITIONS_AT_ONCE: usize = 2;
/// Each holds a thread for as long as it takes.
const DOWNLOADS_AT_ONCE: usize = 16;

/// What the HTTP handlers work with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Context {
    store: Store,
    live: Channels,
    unindexed: Unindexed,
    files: Arc<dyn ReadFootage>,
    footage: Footage,
    storage_root: Arc<std::path::Path>,
    ready: ready::Ready,
    /// Playlists that are made at the same time.
    playlists: Arc<Semaphore>,
    /// Pictures that are decoded at the same time.
    pictures: Arc<Semaphore>,
    /// Pieces that are encoded for browsers at the same time.
    renditions: Arc<Semaphore>,
    /// Spans that are downloaded at the same time.
    downloads: Arc<Semaphore>,
}

impl Context {
    pub(crate) fn new(deps: &Dependencies, storage_root: Arc<std::path::Path>) -> Self {
        Self {
            store: deps.store.clone(),
            live: deps.live.clone(),
            unindexed: deps.unindexed.clone(),
            files: deps.files.clone(),
            footage: deps.footage(storage_root.clone()),
            ready: ready::Ready::new(deps.store.clone(), storage_root.clone()),
            storage_root,
            playlists: Arc::new(Semaphore::new(PLAYLISTS_AT_ONCE)),
            pictures: Arc::new(Semaphore::new(PICTURES_AT_ONCE)),
            renditions: Arc::new(Semaphore::new(RENDITIONS_AT_ONCE)),
            downloads: Arc::new(Semaphore::new(DOWNLOADS_AT_ONCE)),
        }
    }
}

/// The routes of plain HTTP. Each route needs a credential unless the gate names it.
pub(crate) fn router(context: Context, gate: Arc<Gate>, web_root: Option<PathBuf>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready::readyz))
        .route("/events/{id}/snapshot.jpg", get(events::snapshot))
        .route("/exports/{id}/file", get(exports::file))
        .route("/live/{camera}/{file}", get(live::file))
        .route("/playback/{camera}/index.m3u8", get(playback::index))
        .route("/playback/{camera}/master.m3u8", get(playback::master))
        .route("/playback/{camera}/span.mp4", get(playback::span))
        .route("/preview/{file}", get(playback::preview))
        .route("/segments/{file}", get(segments::file))
        .route("/segments/{id}/h264/{file}", get(playback::h264_piece))
        .with_state(context)
        .fallback_service(app::router(web_root))
        .layer(middleware::from_fn_with_state(gate, gate_http))
}

/// Both kinds of traffic on one port: what says that it is gRPC goes there, whatever its path, and
/// nothing else does. All of it passes the guard.
pub(crate) fn join(grpc: Router, web: Router) -> Router {
    web.layer(middleware::from_fn_with_state(grpc, split))
        .layer(middleware::from_fn(guard::same_site))
        .layer(middleware::from_fn(guard::headers))
}

async fn split(State(grpc): State<Router>, request: Request, next: Next) -> Response {
    if request.headers().get(header::CONTENT_TYPE).is_some_and(is_grpc) {
        // A router cannot fail: its error is Infallible.
        return grpc.oneshot(request).await.unwrap_or_else(|never| match never {});
    }
    if request.method() == Method::POST && is_rpc_path(request.uri().path()) {
        let words = "calls go to this path as application/grpc or application/grpc-web\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, words).into_response();
    }
    next.run(request).await
}

/// `application/grpc`, `application/grpc-web` and `application/grpc-web-text`, with a suffix such as
/// `+proto` or without. None of them is a type that another site can send without being asked.
fn is_grpc(content_type: &HeaderValue) -> bool {
    let rest = content_type.as_bytes().strip_prefix(b"application/grpc");
    let rest = rest.map(|rest| rest.strip_prefix(b"-web").unwrap_or(rest));
    let rest = rest.map(|rest| rest.strip_prefix(b"-text").unwrap_or(rest));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// `/package.Service/Method`.
fn is_rpc_path(path: &str) -> bool {
    let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    parts.is_some_and(|(service, method)| service.contains('.') && !method.contains('/'))
}

/// A short answer in words.
fn words(status: StatusCode, text: &str) -> Response {
    let mut response = (status, format!("{text}\n")).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grpc_is_told_by_its_content_type() {
        let cases = [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc-web+proto", true),
            ("application/grpc-web-text", true),
            ("application/grpc; charset=utf-8", true),
            ("application/grpcx", false),
            ("text/plain; application/grpc", false),
            ("application/json", false),
            ("", false),
        ];
        for (text, want) in cases {
            assert_eq!(is_grpc(&HeaderValue::from_static(text)), want, "{text}");
        }
    }

    #[test]
    fn paths_of_calls_are_told_from_views() {
        assert!(is_rpc_path("/ronin.v1.CameraService/ListCameras"));
        for view in ["/", "/live/front", "/assets/a.js", "/cameras", "/a.b/c/d"] {
            assert!(!is_rpc_path(view), "{view}");
        }
    }
}
