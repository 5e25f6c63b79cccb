//! What holds for every answer and every request, gRPC included.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use tracing::warn;

/// Graphviz, which draws the graphs of cameras in the browser, is WebAssembly, and that is compiled
/// only where the policy says so. `'wasm-unsafe-eval'` allows no text to become JavaScript.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                      img-src 'self' data: blob:; media-src 'self' blob:; \
                      style-src 'self' 'unsafe-inline'; connect-src 'self'; \
                      worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'self'";

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Puts the security headers on every answer. There are none for CORS: no other origin reads us.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Refuses what a page of another site makes a browser send. Clients that are no browser send
/// neither header.
pub(super) async fn same_site(request: Request, next: Next) -> Response {
    let harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if !harmless && is_cross_site(request.headers(), request.uri()) {
        let path = request.uri().path();
        warn!(target: "audit", ?path, "refused: cross-site request");
        return (StatusCode::FORBIDDEN, "cross-site requests are refused\n").into_response();
    }
    next.run(request).await
}

fn is_cross_site(headers: &HeaderMap, uri: &Uri) -> bool {
    // Browsers send it on https and localhost, and no page can change it.
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    match (origin, host) {
        (Some((_, origin)), Some(host)) => !origin.eq_ignore_ascii_case(host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sites_are_told_apart() {
        let cases: [(&[(&str, &str)], bool); 9] = [
            (&[], false),
            (&[("origin", "http://nvr:8000"), ("host", "nvr:8000")], false),
            (&[("origin", "https://NVR"), ("host", "nvr")], false),
            (&[("origin", "http://evil"), ("host", "nvr:8000")], true),
            (&[("origin", "http://nvr:9000"), ("host", "nvr:8000")], true),
            (&[("origin", "null"), ("host", "nvr:8000")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://proxied")], false),
        ];
        for (headers, want) in cases {
            let map = headers.iter().map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            });
            let map = HeaderMap::from_iter(map);
            assert_eq!(is_cross_site(&map, &Uri::from_static("/")), want, "{headers:?}");
        }
    }
}
