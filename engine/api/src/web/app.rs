//! The built app: its files, and its first page for every path that is one of its views.

use std::path::PathBuf;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use tower::ServiceExt;
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
};

use super::words;

/// Everything that no route takes.
pub(super) fn router(web_root: Option<PathBuf>) -> Router {
    let compression = CompressionLayer::new();
    Router::new().fallback(serve).with_state(web_root).layer(compression)
}

async fn serve(State(web_root): State<Option<PathBuf>>, request: Request) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "only GET and HEAD\n").into_response();
    }
    let Some(root) = web_root else {
        return words(
            StatusCode::NOT_FOUND,
            "nothing is here: this server was started without the app",
        );
    };
    let path = request.uri().path();
    let is_asset = path.starts_with("/assets/");
    // A view has no dot in its last part; a file that is missing must not look like a page.
    let is_view = !is_asset && !path.rsplit('/').next().unwrap_or_default().contains('.');
    let index = ServeFile::new(root.join("index.html"));
    let (again, request) = copy(request);
    let mut response = match ServeDir::new(&root).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND && is_view {
        response = match index.oneshot(again).await {
            Ok(response) => response.map(Body::new),
            Err(e) => return words(StatusCode::INTERNAL_SERVER_ERROR, &e.to_string()),
        };
    }
    if response.status() == StatusCode::NOT_FOUND {
        return words(StatusCode::NOT_FOUND, "there is no such file");
    }
    let cache = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// The request once more without its body, which GET and HEAD do not have.
fn copy(request: Request) -> (Request, Request) {
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    (again, Request::from_parts(parts, body))
}
