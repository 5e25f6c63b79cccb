//! The first administrator.

use ronin_core::{Invalid, WallTime};
use ronin_store::{Store, User};
use tracing::info;

use super::{Error, Hasher, check_password, check_username};

/// Makes the first administrator. `None` where a user exists already, whoever came first.
pub async fn create_first_admin(
    store: &Store,
    username: &str,
    password: &str,
) -> Result<Option<User>, Error> {
    let store_error = |e| Error::Store(Box::new(e));
    if store.has_users().await.map_err(store_error)? {
        return Ok(None);
    }
    let hasher = Hasher::new().await?;
    create(store, &hasher, username, password).await
}

/// The same with a hasher that is there already.
pub(crate) async fn create(
    store: &Store,
    hasher: &Hasher,
    username: &str,
    password: &str,
) -> Result<Option<User>, Error> {
    let mut invalid = Invalid::default();
    invalid.collect(check_username(username));
    invalid.collect(check_password(password, "password"));
    invalid.check().map_err(Error::Invalid)?;
    let hash = hasher.hash(password.to_owned()).await?;
    let user = store.create_first_admin(username, &hash, WallTime::now()).await;
    let user = user.map_err(|e| Error::Store(Box::new(e)))?;
    if user.is_some() {
        info!(target: "audit", user = ?username, "first administrator made");
    }
    Ok(user)
}
