//! The one layer in front of everything: who may pass is decided here, before any handler.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tonic::Status;
use tracing::{debug, warn};

use super::{Auth, Caller, missing};
use crate::{
    access::{self, Access},
    error,
};

/// Name of the cookie that media over HTTP takes.
pub(crate) const COOKIE: &str = "ronin_session";
/// Paths that need no credential: orchestrators ask them. Their answers name no path or version.
const PUBLIC_PATHS: [&str; 2] = ["/healthz", "/readyz"];

/// Characters of a path that are logged: anybody can send a long one.
const PATH_LOGGED: usize = 200;

/// Decides who passes.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) auth: Auth,
    pub(crate) reflection: bool,
}

/// In front of RPC. Takes `authorization: Bearer` and never the cookie, which a browser would send
/// along with a request that another site made.
pub(crate) async fn grpc(
    State(gate): State<Arc<Gate>>,
    mut request: Request,
    next: Next,
) -> Response {
    let rule = access::rule(request.uri().path());
    let public = match rule.map(|rule| rule.access) {
        Some(Access::Public) => true,
        Some(Access::Reflection) => gate.reflection,
        Some(Access::AtLeast(_)) | None => false,
    };
    if public {
        return next.run(request).await;
    }
    let caller = match identify(&gate.auth, bearer(request.headers()), Asked::new(&request)).await {
        Ok(caller) => caller,
        Err(status) => return status.into_http(),
    };
    let needs = match rule.map(|rule| rule.access) {
        Some(Access::AtLeast(role)) => role,
        Some(Access::Public | Access::Reflection) | None => {
            return error::unknown_method().into_http();
        }
    };
    if !access::suffices(caller.user.role, needs) {
        let path = request.uri().path();
        warn!(target: "audit", user = ?caller.user.username, ?path, "refused: role");
        let message = "your role does not allow this: ask an administrator";
        return error::permission_denied("ROLE_INSUFFICIENT", message).into_http();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// In front of everything else over HTTP: routes need a credential unless they are named here; the
/// app's static files, which no route matches, need none.
pub(crate) async fn http(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if route.is_none_or(|route| PUBLIC_PATHS.contains(&route)) {
        return next.run(request).await;
    }
    let credential = bearer(request.headers()).or_else(|| cookie(request.headers()));
    match identify(&gate.auth, credential, Asked::new(&request)).await {
        Ok(_) => next.run(request).await,
        Err(status) => refuse(&status),
    }
}

/// What the audit log says of a request. (The request itself cannot be held while waiting.)
struct Asked<'a> {
    path: &'a str,
    peer: Option<IpAddr>,
}

impl<'a> Asked<'a> {
    fn new(request: &'a Request) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let path = request.uri().path();
        let end = path.char_indices().nth(PATH_LOGGED).map_or(path.len(), |(end, _)| end);
        Self { path: &path[..end], peer: peer.map(|info| info.0.ip()) }
    }
}

async fn identify(
    auth: &Auth,
    credential: Option<&str>,
    asked: Asked<'_>,
) -> Result<Caller, Status> {
    let result = match credential {
        Some(secret) => auth.identify(secret).await,
        None => Err(missing()),
    };
    if let Err(status) = &result
        && status.code() == tonic::Code::Unauthenticated
    {
        let Asked { path, peer } = asked;
        match credential {
            Some(_) => warn!(target: "audit", ?peer, ?path, "refused: credential not valid"),
            None => debug!(?peer, ?path, "refused: no credential"),
        }
    }
    result
}

fn refuse(status: &Status) -> Response {
    let code = error::http_status(status.code());
    let mut response = (code, format!("{}\n", status.message())).into_response();
    if code == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer realm=\"ronin\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

/// The credential of `authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim()).filter(|s| !s.is_empty())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, secret)| secret).filter(|s| !s.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_exactly() {
        let with = |name: header::HeaderName, value: &str| {
            HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
        };
        for (value, want) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Basic abc", None),
            ("abc", None),
        ] {
            assert_eq!(bearer(&with(header::AUTHORIZATION, value)), want, "{value}");
        }
        for (value, want) in [
            ("ronin_session=abc", Some("abc")),
            ("a=b; ronin_session=abc; c=d", Some("abc")),
            ("xronin_session=abc", None),
            ("ronin_session=", None),
            ("ronin_session", None),
        ] {
            assert_eq!(cookie(&with(header::COOKIE, value)), want, "{value}");
        }
    }
}
