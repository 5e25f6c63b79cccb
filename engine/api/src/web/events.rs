//! `/events/{id}/snapshot.jpg`: the picture in which an event was seen best, without its box.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use ronin_core::{EventId, chain};
use tracing::error;

use super::{Context, words};

/// The picture may become a better one while the event goes on; after that it stays.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("private, max-age=5");

/// The snapshot of an event.
pub(super) async fn snapshot(State(context): State<Context>, Path(id): Path<String>) -> Response {
    let missing = || words(StatusCode::NOT_FOUND, "there is no picture of such an event");
    let Ok(id) = id.parse::<EventId>() else { return missing() };
    match context.store.event_snapshot(id).await {
        Ok(Some(jpeg)) => {
            let mut response = jpeg.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
            headers.insert(header::CACHE_CONTROL, FOR_A_WHILE);
            response
        }
        Ok(None) => missing(),
        Err(e) => {
            error!(error = %chain(&e), "could not read the picture of an event");
            words(StatusCode::SERVICE_UNAVAILABLE, "the database gives an error: see the log")
        }
    }
}
