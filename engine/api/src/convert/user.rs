//! Users and API tokens for the wire.

use ronin_proto::v1;
use ronin_store::{ApiToken, Role, User};

use super::time;

/// A user.
pub(crate) fn to_wire(user: &User) -> v1::User {
    let role = match user.role {
        Role::Admin => v1::Role::Admin,
        Role::Operator => v1::Role::Operator,
        Role::Viewer => v1::Role::Viewer,
    };
    v1::User {
        name: format!("users/{}", user.id),
        username: user.username.clone(),
        role: role.into(),
    }
}

/// An API token without its secret.
pub(crate) fn api_token(token: &ApiToken) -> v1::ApiToken {
    v1::ApiToken {
        id: token.id.to_string(),
        display_name: token.display_name.clone(),
        create_time: Some(time::to_wire(token.created)),
        expire_time: token.expires.map(time::to_wire),
        last_used_time: token.used.map(time::to_wire),
    }
}
