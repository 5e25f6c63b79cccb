//! `ronin.v1.AuthService`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use ronin_core::{ErrorKind, Invalid, WallTime, camera::check_display_name};
use ronin_proto::v1::{self, auth_service_server::AuthService};
use ronin_store::{ApiToken, User};
use tonic::{Request, Response, Status, metadata::MetadataValue};
use tracing::{info, warn};
use uuid::Uuid;

use super::{Context, caller};
use crate::{
    auth::{
        self, COOKIE, Caller, Credential, SESSION_LIFE, SecretToken, bearer, check_password,
        may_be_username, same_secret,
    },
    convert::{page, time, user},
    error,
};

/// API tokens of one user: one for each script and to spare.
const API_TOKENS_MAX: u64 = 100;

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl AuthService for Service {
    async fn get_setup_status(
        &self,
        _request: Request<v1::GetSetupStatusRequest>,
    ) -> Result<Response<v1::GetSetupStatusResponse>, Status> {
        let setup_required = !self.has_users().await?;
        Ok(Response::new(v1::GetSetupStatusResponse { setup_required }))
    }

    async fn complete_setup(
        &self,
        request: Request<v1::CompleteSetupRequest>,
    ) -> Result<Response<v1::CompleteSetupResponse>, Status> {
        let address = address(&request);
        let v1::CompleteSetupRequest { setup_token, username, password } = request.into_inner();
        let Context { auth, .. } = &self.0;
        if self.has_users().await? {
            auth.end_setup();
            return Err(auth::setup_complete());
        }
        let attempt = auth.throttle.begin(address, "").map_err(auth::too_many_failures)?;
        let expected = auth.setup_token();
        if !expected.is_some_and(|token| same_secret(token.expose(), &setup_token)) {
            warn!(target: "audit", peer = ?address, "refused: setup token");
            let message = match auth.setup_token() {
                Some(_) => "this is not the setup token that the server printed at its start",
                None => {
                    "the server made no setup token, for its database did not answer at the start: \
                     start it again"
                }
            };
            return Err(error::permission_denied("SETUP_TOKEN_WRONG", message));
        }
        attempt.succeeded();
        let made = auth::create_admin(&auth.store, &auth.hasher, &username, &password).await;
        let made = made.map_err(auth::Error::into_status)?.ok_or_else(auth::setup_complete)?;
        auth.end_setup();
        let (secret, expires) = auth.begin_session(made.id).await?;
        let response = Response::new(v1::CompleteSetupResponse {
            session_token: secret.expose().to_owned(),
            expire_time: Some(time::to_wire(expires)),
            user: Some(user::to_wire(&made)),
        });
        self.with_cookie(response, secret.expose())
    }

    async fn login(
        &self,
        request: Request<v1::LoginRequest>,
    ) -> Result<Response<v1::LoginResponse>, Status> {
        let address = address(&request);
        let v1::LoginRequest { username, password } = request.into_inner();
        let user = self.check_login(address, &username, password).await?;
        let (secret, expires) = self.0.auth.begin_session(user.id).await?;
        info!(target: "audit", user = ?user.username, peer = ?address, "signed in");
        let response = Response::new(v1::LoginResponse {
            session_token: secret.expose().to_owned(),
            expire_time: Some(time::to_wire(expires)),
            user: Some(user::to_wire(&user)),
        });
        self.with_cookie(response, secret.expose())
    }

    async fn logout(
        &self,
        request: Request<v1::LogoutRequest>,
    ) -> Result<Response<v1::LogoutResponse>, Status> {
        let caller = caller(&request)?;
        let token_hash = session_only(&caller.credential, "sign out")?;
        let deleted = self.0.auth.store.delete_session(token_hash).await;
        // Also where the database is away: who signs out is out.
        self.0.auth.revoke(|known| session_of(known) == Some(token_hash));
        deleted.map_err(|e| error::store("end the session", e))?;
        info!(target: "audit", user = ?caller.user.username, "signed out");
        self.with_cookie(Response::new(v1::LogoutResponse {}), "")
    }

    async fn get_session(
        &self,
        request: Request<v1::GetSessionRequest>,
    ) -> Result<Response<v1::GetSessionResponse>, Status> {
        let caller = caller(&request)?;
        let response = Response::new(v1::GetSessionResponse {
            user: Some(user::to_wire(&caller.user)),
            expire_time: caller.expires().map(time::to_wire),
        });
        // The cookie lives as long as the session, which each use makes longer.
        let headers = request.metadata().as_ref();
        match (&caller.credential, bearer(headers)) {
            (Credential::Session { .. }, Some(secret)) => self.with_cookie(response, secret),
            _ => Ok(response),
        }
    }

    async fn change_password(
        &self,
        request: Request<v1::ChangePasswordRequest>,
    ) -> Result<Response<v1::ChangePasswordResponse>, Status> {
        let address = address(&request);
        let caller = caller(&request)?;
        let own_session = session_only(&caller.credential, "change the password")?.clone();
        let v1::ChangePasswordRequest { current_password, new_password } = request.into_inner();
        check_password(&new_password, "new_password").map_err(error::invalid)?;
        match self.check_login(address, &caller.user.username, current_password).await {
            Ok(_) => {}
            Err(status) if status.code() == tonic::Code::Unauthenticated => {
                let text = "this is not your present password";
                return Err(error::invalid(Invalid::new("current_password", text)));
            }
            Err(status) => return Err(status),
        }
        let Context { auth, .. } = &self.0;
        let hash = auth.hasher.hash(new_password).await.map_err(auth::Error::into_status)?;
        let stored = auth.store.set_password_hash(caller.user.id, &hash).await;
        stored.map_err(|e| error::store("store the password", e))?;
        let ended = auth.store.delete_sessions_of(caller.user.id, Some(&own_session)).await;
        auth.revoke(|known| {
            let is_other = session_of(known).is_some_and(|session| *session != own_session);
            is_other && known.user.id == caller.user.id
        });
        ended.map_err(|e| error::store("end the other sessions", e))?;
        info!(target: "audit", user = ?caller.user.username, "password changed");
        Ok(Response::new(v1::ChangePasswordResponse {}))
    }

    async fn list_api_tokens(
        &self,
        request: Request<v1::ListApiTokensRequest>,
    ) -> Result<Response<v1::ListApiTokensResponse>, Status> {
        let caller = caller(&request)?;
        let v1::ListApiTokensRequest { page_size, page_token } = request.into_inner();
        let list = format!("api_tokens {}", caller.user.id);
        let mut invalid = Invalid::default();
        let size = invalid.collect(page::size(page_size)).unwrap_or_default();
        let after = invalid.collect(page::after(&list, &page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let after = after.as_deref().and_then(page::parse_time_and_id);
        let tokens = self.0.auth.store.api_tokens(caller.user.id, after, size as u64 + 1).await;
        let mut tokens = tokens.map_err(|e| error::store("list the API tokens", e))?;
        let more = tokens.len() > size;
        tokens.truncate(size);
        let last = tokens.last().filter(|_| more);
        let next = last.map(|last| page::token(&list, &page::time_and_id(last.created, last.id)));
        Ok(Response::new(v1::ListApiTokensResponse {
            api_tokens: tokens.iter().map(user::api_token).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn create_api_token(
        &self,
        request: Request<v1::CreateApiTokenRequest>,
    ) -> Result<Response<v1::CreateApiTokenResponse>, Status> {
        let caller = caller(&request)?;
        session_only(&caller.credential, "make an API token")?;
        let v1::CreateApiTokenRequest { display_name, expire_time } = request.into_inner();
        let now = WallTime::now();
        let mut invalid = Invalid::default();
        let display_name = invalid.collect(check_display_name(&display_name));
        let expires =
            expire_time.map(|t| time::from_wire(&t, "expire_time").and_then(|t| later(t, now)));
        let expires = invalid.collect(expires.transpose()).flatten();
        invalid.check().map_err(error::invalid)?;
        let some = self.0.auth.store.api_tokens(caller.user.id, None, API_TOKENS_MAX).await;
        let some = some.map_err(|e| error::store("count the API tokens", e))?;
        if some.len() as u64 >= API_TOKENS_MAX {
            let message = "you have 100 API tokens: revoke those that are not used";
            let kind = ErrorKind::ResourceExhausted;
            return Err(error::status(kind, "TOO_MANY_API_TOKENS", message));
        }
        let token = ApiToken {
            id: Uuid::now_v7(),
            user: caller.user.id,
            display_name: display_name.unwrap_or_default(),
            created: now,
            expires,
            used: None,
        };
        let secret = SecretToken::api_token().map_err(auth::Error::into_status)?;
        let stored = self.0.auth.store.insert_api_token(&token, &secret.hash()).await;
        stored.map_err(|e| error::store("store the API token", e))?;
        info!(target: "audit", user = ?caller.user.username, token = %token.id, "API token made");
        Ok(Response::new(v1::CreateApiTokenResponse {
            api_token: Some(user::api_token(&token)),
            secret: secret.expose().to_owned(),
        }))
    }

    async fn revoke_api_token(
        &self,
        request: Request<v1::RevokeApiTokenRequest>,
    ) -> Result<Response<v1::RevokeApiTokenResponse>, Status> {
        let caller = caller(&request)?;
        let text = "an API token's id is a UUID, as ListApiTokens shows it";
        let id = Uuid::try_parse(&request.get_ref().id);
        let id = id.map_err(|_| error::invalid(Invalid::new("id", text)))?;
        let deleted = self.0.auth.store.delete_api_token(id, caller.user.id).await;
        self.0.auth.revoke(|known| {
            let is_it =
                matches!(known.credential, Credential::ApiToken { id: its, .. } if its == id);
            is_it && known.user.id == caller.user.id
        });
        if !deleted.map_err(|e| error::store("revoke the API token", e))? {
            let message = "you have no API token with this id";
            return Err(error::status(ErrorKind::NotFound, "API_TOKEN_NOT_FOUND", message));
        }
        info!(target: "audit", user = ?caller.user.username, token = %id, "API token revoked");
        Ok(Response::new(v1::RevokeApiTokenResponse {}))
    }
}

impl Service {
    async fn has_users(&self) -> Result<bool, Status> {
        let found = self.0.auth.store.has_users().await;
        found.map_err(|e| error::store("look for an administrator", e))
    }

    /// The user whose password this is. Unknown users take as long as wrong passwords.
    async fn check_login(
        &self,
        address: IpAddr,
        username: &str,
        password: String,
    ) -> Result<User, Status> {
        let Context { auth, .. } = &self.0;
        let username = if may_be_username(username) { username } else { "" };
        let attempt = auth.throttle.begin(address, username).map_err(|wait| {
            warn!(target: "audit", user = ?username, peer = ?address, "refused: too many attempts");
            auth::too_many_failures(wait)
        })?;
        let found = auth.store.user_by_name(username).await;
        let found = found.map_err(|e| error::store("look up the user", e))?;
        let (user, hash) = found.unzip();
        let matches = auth.hasher.verify(password, hash).await;
        match user {
            Some(user) if matches.map_err(auth::Error::into_status)? => {
                attempt.succeeded();
                Ok(user)
            }
            _ => {
                warn!(target: "audit", user = ?username, peer = ?address, "refused: password");
                Err(auth::wrong_password())
            }
        }
    }

    /// Sets the cookie for media over HTTP; an empty secret takes it away.
    fn with_cookie<T>(
        &self,
        mut response: Response<T>,
        secret: &str,
    ) -> Result<Response<T>, Status> {
        let age = if secret.is_empty() { 0 } else { SESSION_LIFE.as_secs() };
        let secure = if self.0.secure_cookie { "; Secure" } else { "" };
        let cookie =
            format!("{COOKIE}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}{secure}");
        let cookie = MetadataValue::try_from(cookie);
        let cookie = cookie.map_err(|e| error::internal("set the cookie", &e))?;
        response.metadata_mut().insert("set-cookie", cookie);
        Ok(response)
    }
}

/// The session that was shown, by its hash; `None` for an API token.
fn session_of(caller: &Caller) -> Option<&String> {
    match &caller.credential {
        Credential::Session { token_hash, .. } => Some(token_hash),
        Credential::ApiToken { .. } => None,
    }
}

/// A token that leaks must not be able to make others or lock its owner out.
fn session_only<'a>(credential: &'a Credential, doing: &str) -> Result<&'a String, Status> {
    match credential {
        Credential::Session { token_hash, .. } => Ok(token_hash),
        Credential::ApiToken { .. } => {
            let message = format!("an API token cannot {doing}: sign in with your password");
            Err(error::permission_denied("SESSION_REQUIRED", message))
        }
    }
}

fn later(time: WallTime, now: WallTime) -> Result<WallTime, Invalid> {
    let past = || Invalid::new("expire_time", "a token cannot end before it begins");
    (time > now).then_some(time).ok_or_else(past)
}

/// The address of the connection. Unix sockets and tests without one count as this machine.
fn address<T>(request: &Request<T>) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip())
}
