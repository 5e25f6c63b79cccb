//! Passwords: what can be one, and Argon2id off the async threads, never more than two at a time.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use ronin_core::Invalid;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{Error, token::SecretToken};

/// Each hash takes 19 MiB and tens of milliseconds of a core that recording needs too.
const HASHES_AT_ONCE: usize = 2;
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=1024;
const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 1..=64;

/// Hashes and checks passwords. Cheap to clone; clones share the limit.
#[derive(Clone)]
pub(crate) struct Hasher {
    permits: Arc<Semaphore>,
    /// A hash of nothing that anybody knows: checked where there is no such user, so that the
    /// answer takes the same time.
    nobody: Arc<str>,
}

impl Hasher {
    /// Makes the hash for unknown users, so that the first of them takes no longer either.
    pub(crate) async fn new() -> Result<Self, Error> {
        let secret = SecretToken::session()?;
        let nobody = spawn_blocking(move || hash_now(secret.expose()))
            .await
            .map_err(|e| Error::Hash(e.to_string()))??;
        Ok(Self { permits: Arc::new(Semaphore::new(HASHES_AT_ONCE)), nobody: nobody.into() })
    }

    /// The hash to store, in PHC format.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.work(move || hash_now(&password)).await
    }

    /// Whether `password` belongs to `hash`; never for an unknown user (`None`), and that takes as
    /// long.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        let nobody = self.nobody.clone();
        let known = hash.is_some();
        let matches = self.work(move || verify_now(&password, hash.as_deref().unwrap_or(&nobody)));
        Ok(matches.await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|e| Error::Hash(e.to_string()))?;
        // The permit goes with the work: a caller that goes away does not free it early.
        let done = spawn_blocking(move || {
            let result = job();
            drop(permit);
            result
        });
        done.await.map_err(|e| Error::Hash(e.to_string()))?
    }
}

fn hash_now(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash: PasswordHash = hash.map_err(|e| Error::Hash(e.to_string()))?;
    Ok(hash.to_string())
}

fn verify_now(password: &str, hash: &str) -> Result<bool, Error> {
    let hash = PasswordHash::new(hash).map_err(|e| Error::Hash(e.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Checks a new password. `field` is where it was found.
pub(crate) fn check_password(password: &str, field: &str) -> Result<(), Invalid> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        return Ok(());
    }
    Err(Invalid::new(field, "a password has 8 to 1024 characters"))
}

/// Whether `username` can be anybody's. What cannot is neither looked up nor remembered.
pub(crate) fn may_be_username(username: &str) -> bool {
    USERNAME_CHARS.contains(&username.chars().count())
}

/// Checks a new user name.
pub(crate) fn check_username(username: &str) -> Result<(), Invalid> {
    let bad = |text: &str| Err(Invalid::new("username", text));
    if !may_be_username(username) {
        return bad("a user name has 1 to 64 characters");
    }
    if username.trim() != username || username.chars().any(char::is_control) {
        return bad("a user name is one line without spaces around it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn passwords_are_argon2id_and_checked() {
        let hasher = Hasher::new().await.unwrap();
        let hash = hasher.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(hasher.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("anything".into(), None).await.unwrap());
        assert!(hasher.verify("x".into(), Some("broken".into())).await.is_err());
    }

    #[test]
    fn lengths_are_bounded() {
        for (password, good) in [("1234567", false), ("12345678", true), ("ääääääää", true)]
        {
            assert_eq!(check_password(password, "password").is_ok(), good);
        }
        assert!(check_password(&"x".repeat(1024), "p").is_ok());
        assert!(check_password(&"x".repeat(1025), "p").is_err());
        for bad in ["", " a", "a ", "a\nb", "a\0", &"x".repeat(65)] {
            assert!(check_username(bad).is_err(), "{bad:?}");
        }
        assert!(check_username("Jörg 2").is_ok());
    }
}
