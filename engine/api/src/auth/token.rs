//! Random secrets: session tokens, API tokens and the setup token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Error;

/// Tells API tokens from sessions, for people and for secret scanners.
pub(super) const API_TOKEN_PREFIX: &str = "ronin_";
/// 256 bits: nobody guesses them.
const SECRET_BYTES: usize = 32;

/// A secret that is handed out once. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretToken(String);

impl SecretToken {
    /// A secret for a session, or for setting up.
    pub(crate) fn session() -> Result<Self, Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A secret for scripts.
    pub(crate) fn api_token() -> Result<Self, Error> {
        Ok(Self(format!("{API_TOKEN_PREFIX}{}", Self::session()?.0)))
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> String {
        hash(&self.0)
    }

    /// The secret itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// SHA-256 in hex. Enough for secrets with 256 random bits.
pub(super) fn hash(secret: &str) -> String {
    use std::fmt::Write;

    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(secret) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Whether two secrets are the same, in a time that does not tell how much of them is.
pub(crate) fn same_secret(a: &str, b: &str) -> bool {
    Sha256::digest(a).as_slice().ct_eq(Sha256::digest(b).as_slice()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_hide() {
        let (a, b) = (SecretToken::session().unwrap(), SecretToken::session().unwrap());
        assert_ne!(a.expose(), b.expose());
        assert_eq!(a.expose().len(), 43);
        assert_eq!(format!("{a:?}"), "***");
        assert!(SecretToken::api_token().unwrap().expose().starts_with("ronin_"));
        let known = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(hash("hello"), known);
        assert!(same_secret("a", "a") && !same_secret("a", "b") && !same_secret("a", ""));
    }
}
