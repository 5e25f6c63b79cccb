//! How calls end when nobody ends them: at their deadline, and when the server stops.
//!
//! tonic enforces `grpc-timeout` only in its own server, and axum waits for open streams when it
//! stops, so both are done here, for every service alike.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue};
use http_body::{Body as HttpBody, Frame};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;

use crate::{access, error};

/// Gives each call its deadline, and its response body the ends of [`Ending`].
pub(super) async fn layer(
    State(ending): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    if ending.is_cancelled() {
        return error::shutting_down().into_http();
    }
    let ours = access::rule(request.uri().path()).and_then(|rule| rule.deadline);
    let theirs = request.headers().get("grpc-timeout").and_then(parse_timeout);
    let limit = match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
        (one, other) => one.or(other),
    };
    // A limit too far away to be a time is none.
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));

    let response = match deadline {
        Some(deadline) => match timeout_at(deadline, next.run(request)).await {
            Ok(response) => response,
            Err(_) => return error::deadline_exceeded().into_http(),
        },
        None => next.run(request).await,
    };
    response.map(|body| {
        Body::new(Ending {
            body: Some(body),
            stop: Box::pin(ending.cancelled_owned()),
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))),
        })
    })
}

/// At most eight digits and a unit; what is not so is ignored, as if it were not sent.
fn parse_timeout(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// A response body that ends with a status of its own when the server stops or time is up. What
/// the handler has ready goes out first, so that a finished answer is never cut.
struct Ending {
    /// `None` after it ended.
    body: Option<Body>,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        let status = if self.stop.as_mut().poll(cx).is_ready() {
            error::shutting_down()
        } else if self.deadline.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready()) {
            error::deadline_exceeded()
        } else {
            return Poll::Pending;
        };
        self.body = None;
        Poll::Ready(Some(Ok(Frame::trailers(trailers(&status)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }
}

fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    // Only a message that is no header value fails here, and then the code has been written.
    let _ = status.add_header(&mut trailers);
    trailers
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware};
    use tonic::Code;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_have_a_deadline_where_the_caller_names_none() {
        let stop = CancellationToken::new();
        let app = Router::new()
            .fallback(async || std::future::pending::<()>().await)
            .layer(middleware::from_fn_with_state(stop.clone(), layer));
        let call = async |method: &str| {
            let path = format!("/ronin.v1.CameraService/{method}");
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            Status::from_header_map(response.headers()).unwrap().code()
        };
        for (method, seconds) in [("GetCamera", 10), ("ProbeCamera", 30)] {
            let began = Instant::now();
            assert_eq!(call(method).await, Code::DeadlineExceeded);
            assert_eq!(began.elapsed().as_secs(), seconds, "{method}");
        }
        stop.cancel();
        assert_eq!(call("GetCamera").await, Code::Unavailable);
    }

    #[test]
    fn timeouts_are_read_as_the_protocol_says() {
        let secs = |n| Some(Duration::from_secs(n));
        let cases = [
            ("5S", secs(5)),
            ("2M", secs(120)),
            ("1H", secs(3600)),
            ("100m", Some(Duration::from_millis(100))),
            ("7u", Some(Duration::from_micros(7))),
            ("9n", Some(Duration::from_nanos(9))),
            ("99999999H", secs(99_999_999 * 3600)),
            ("0S", secs(0)),
            ("", None),
            ("S", None),
            ("5", None),
            ("-5S", None),
            ("+5S", None),
            ("123456789S", None),
            ("5s", None),
            ("5 S", None),
        ];
        for (text, want) in cases {
            let value = HeaderValue::from_str(text).unwrap();
            assert_eq!(parse_timeout(&value), want, "{text:?}");
        }
    }
}
