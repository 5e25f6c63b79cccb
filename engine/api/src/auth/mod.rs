//! Who calls: passwords, sessions, API tokens and the first administrator.
//!
//! Secrets are random, handed out once and stored as their SHA-256 only. Not here: what a caller
//! may do (`crate::access`).

mod gate;
mod known;
mod password;
mod setup;
mod throttle;
mod token;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ronin_core::{ErrorKind, Invalid, WallTime, chain};
use ronin_store::{Store, User};
use tokio::{sync::watch, time::timeout};
use tonic::{Code, Status};
use tracing::warn;
use uuid::Uuid;

pub(crate) use self::{
    gate::{COOKIE, Gate, bearer, grpc as gate_grpc, http as gate_http},
    password::{Hasher, check_password, check_username, may_be_username},
    throttle::Throttle,
    token::{SecretToken, same_secret},
};
pub(crate) use setup::create as create_admin;
pub use setup::create_first_admin;

use self::known::Known;
use crate::error;

/// A database that takes longer to find a row is as good as away.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// A session that is not used for so long ends.
pub(crate) const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Uses are noted at most this often: a row is not written for each call.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// Longest credential that is looked at: ours are far shorter.
const CREDENTIAL_MAX: usize = 256;

/// Why a user cannot be made, or a password not checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// User name or password cannot be taken.
    #[error("{0}")]
    Invalid(Invalid),
    /// The store failed.
    #[error("could not store the user")]
    Store(#[source] Box<ronin_store::Error>),
    /// The password could not be hashed.
    #[error("could not hash the password: {0}")]
    Hash(String),
    /// The operating system gives no random numbers.
    #[error("could not get random numbers")]
    Random(#[source] getrandom::Error),
}

impl Error {
    /// The same for a caller over the wire.
    pub(crate) fn into_status(self) -> Status {
        match self {
            Self::Invalid(invalid) => error::invalid(invalid),
            Self::Store(source) => error::store("store the user", *source),
            Self::Hash(_) | Self::Random(_) => error::internal("check the password", &self),
        }
    }
}

/// Whose call it is, and by what credential.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    pub(crate) credential: Credential,
}

/// What a caller showed.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// Signed in.
    Session { token_hash: String, expires: WallTime },
    /// A script's token.
    ApiToken { id: Uuid, token_hash: String, expires: Option<WallTime> },
}

/// Knows credentials. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Auth {
    pub(crate) store: Store,
    pub(crate) hasher: Hasher,
    pub(crate) throttle: Throttle,
    setup_token: Arc<Mutex<Option<SecretToken>>>,
    known: Known,
    /// Counts revocations, so that open streams look again at once.
    revocations: Arc<watch::Sender<u64>>,
}

impl Auth {
    /// `setup_token` where no administrator exists.
    pub(crate) fn new(store: Store, hasher: Hasher, setup_token: Option<SecretToken>) -> Self {
        Self {
            store,
            hasher,
            throttle: Throttle::default(),
            setup_token: Arc::new(Mutex::new(setup_token)),
            known: Known::default(),
            revocations: Arc::default(),
        }
    }

    /// The one-time token, until it is used.
    pub(crate) fn setup_token(&self) -> Option<SecretToken> {
        self.setup_token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets the one-time token.
    pub(crate) fn end_setup(&self) {
        *self.setup_token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Forgets credentials that lost their worth, and tells open streams to look again.
    pub(crate) fn revoke(&self, is_gone: impl Fn(&Caller) -> bool) {
        self.known.revoke(is_gone);
        self.revocations.send_modify(|count| *count += 1);
    }

    /// Changes each time a credential loses its worth.
    pub(crate) fn revocations(&self) -> watch::Receiver<u64> {
        self.revocations.subscribe()
    }

    /// Who shows this credential.
    pub(crate) async fn identify(&self, secret: &str) -> Result<Caller, Status> {
        if secret.len() > CREDENTIAL_MAX {
            return Err(refused());
        }
        let token_hash = token::hash(secret);
        if secret.starts_with(token::API_TOKEN_PREFIX) {
            self.look_up(Kind::ApiToken, token_hash).await
        } else {
            self.look_up(Kind::Session, token_hash).await
        }
    }

    /// Whether the credential still holds.
    pub(crate) async fn still_holds(&self, caller: &Caller) -> Result<(), Status> {
        let (kind, token_hash) = match &caller.credential {
            Credential::Session { token_hash, .. } => (Kind::Session, token_hash),
            Credential::ApiToken { token_hash, .. } => (Kind::ApiToken, token_hash),
        };
        self.look_up(kind, token_hash.clone()).await?;
        Ok(())
    }

    /// Begins a session for `user` and returns its secret and its end.
    pub(crate) async fn begin_session(
        &self,
        user: Uuid,
    ) -> Result<(SecretToken, WallTime), Status> {
        let secret = SecretToken::session().map_err(Error::into_status)?;
        let now = WallTime::now();
        let expires = now + SESSION_LIFE;
        if let Err(e) = self.store.delete_expired_sessions(now).await {
            warn!(error = %chain(&e), "could not clear expired sessions");
        }
        let stored = self.store.insert_session(&secret.hash(), user, now, expires).await;
        stored.map_err(|e| error::store("begin the session", e))?;
        Ok((secret, expires))
    }

    /// Whose credential this is. While the database does not answer, whose it was.
    async fn look_up(&self, kind: Kind, token_hash: String) -> Result<Caller, Status> {
        if (!self.store.is_available() || self.known.is_away())
            && let Some(caller) = self.known.recall(&token_hash)
        {
            return Ok(caller);
        }
        let look_up = self.known.begin();
        let asked = async {
            match kind {
                Kind::Session => self.session(&token_hash).await,
                Kind::ApiToken => self.api_token(&token_hash).await,
            }
        };
        let found = timeout(PATIENCE, asked).await;
        let found = found.unwrap_or_else(|_| Err(error::store_away("look up the credential")));
        match found {
            Ok(found) => {
                self.known.confirm(&look_up, &token_hash, &found.caller);
                Ok(self.note_use(found).await)
            }
            Err(status) if status.code() == Code::Unavailable => {
                self.known.note_away();
                self.known.recall(&token_hash).ok_or(status)
            }
            Err(status) => Err(status),
        }
    }

    async fn session(&self, token_hash: &str) -> Result<Found, Status> {
        let row = self.store.session(token_hash).await;
        let row = row.map_err(|e| error::store("look up the session", e))?.ok_or_else(refused)?;
        if row.expires <= WallTime::now() {
            return Err(refused());
        }
        let token_hash = token_hash.to_owned();
        let credential = Credential::Session { token_hash, expires: row.expires };
        Ok(Found { caller: Caller { user: row.user, credential }, used: Some(row.used) })
    }

    async fn api_token(&self, token_hash: &str) -> Result<Found, Status> {
        let found = self.store.api_token_by_hash(token_hash).await;
        let found = found.map_err(|e| error::store("look up the API token", e))?;
        let (token, user) = found.ok_or_else(refused)?;
        if token.expires.is_some_and(|end| end <= WallTime::now()) {
            return Err(refused());
        }
        let token_hash = token_hash.to_owned();
        let credential = Credential::ApiToken { id: token.id, token_hash, expires: token.expires };
        Ok(Found { caller: Caller { user, credential }, used: token.used })
    }

    /// Notes that a credential was used, which makes a session longer. A database that cannot be
    /// written must not end the live view: only the note is lost.
    async fn note_use(&self, found: Found) -> Caller {
        let Found { mut caller, used } = found;
        let now = WallTime::now();
        if used.is_some_and(|used| now.since(used) <= TOUCH_EVERY) {
            return caller;
        }
        let longer = now + SESSION_LIFE;
        let note = async {
            match &caller.credential {
                Credential::Session { token_hash, .. } => {
                    self.store.touch_session(token_hash, now, longer).await
                }
                Credential::ApiToken { id, .. } => self.store.touch_api_token(*id, now).await,
            }
        };
        match timeout(PATIENCE, note).await {
            Ok(Ok(())) => {
                if let Credential::Session { expires, .. } = &mut caller.credential {
                    *expires = longer;
                }
            }
            Ok(Err(e)) => warn!(error = %chain(&e), "could not note the use of a credential"),
            Err(_) => warn!("could not note the use of a credential: the database is slow"),
        }
        caller
    }
}

/// Which table a credential is in.
#[derive(Clone, Copy)]
enum Kind {
    Session,
    ApiToken,
}

/// A credential that the database knows.
struct Found {
    caller: Caller,
    /// When it was last used.
    used: Option<WallTime>,
}

/// Unknown, expired and revoked read the same.
fn refused() -> Status {
    error::unauthenticated("CREDENTIAL_INVALID", "this session or API token is not valid: sign in")
}

/// Nothing was shown at all.
fn missing() -> Status {
    let message = "sign in first, and send authorization: Bearer <session or API token>";
    error::unauthenticated("CREDENTIAL_MISSING", message)
}

/// Too many failures; the caller may try again after `wait`.
pub(crate) fn too_many_failures(wait: Duration) -> Status {
    let message = "too many failed attempts: wait a minute, then try again";
    error::exhausted("TOO_MANY_ATTEMPTS", message, wait)
}

/// A wrong user name or password, whichever it was.
pub(crate) fn wrong_password() -> Status {
    error::unauthenticated("LOGIN_REFUSED", "user name or password is wrong")
}

/// Setting up is over.
pub(crate) fn setup_complete() -> Status {
    let message = "an administrator exists already: sign in";
    error::status(ErrorKind::FailedPrecondition, "SETUP_COMPLETE", message)
}
