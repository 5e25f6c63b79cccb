//! The session table: who is signed in. Written by the API. Holds the hash of a session's token,
//! never the token.
//!
//! Not here: how long a session lasts. An expired row is answered like any other.

use ronin_core::WallTime;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result, Store, User, accounts,
    entity::{app_user, session},
    error::Doing,
};

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRow {
    /// Whose it is.
    pub user: User,
    /// When the person signed in.
    pub created: WallTime,
    /// When it ends.
    pub expires: WallTime,
    /// When it was last used.
    pub used: WallTime,
}

impl Store {
    /// Notes that a person signed in.
    pub async fn insert_session(
        &self,
        token_hash: &str,
        user: Uuid,
        created: WallTime,
        expires: WallTime,
    ) -> Result<()> {
        let row = session::ActiveModel {
            token_hash: Set(token_hash.to_owned()),
            user_id: Set(user),
            created_at: Set(created.as_micros()),
            expires_at: Set(expires.as_micros()),
            used_at: Set(created.as_micros()),
        };
        let insert = session::Entity::insert(row);
        insert.exec_without_returning(&self.db).await.doing("store a session")?;
        Ok(())
    }

    /// The session of this token.
    pub async fn session(&self, token_hash: &str) -> Result<Option<SessionRow>> {
        let row = session::Entity::find_by_id(token_hash)
            .find_also_related(app_user::Entity)
            .one(&self.db)
            .await
            .doing("read a session")?;
        let Some((row, user)) = row else { return Ok(None) };
        let user = user.ok_or_else(|| Error::Damaged {
            what: "a session".to_owned(),
            problem: "it has no user".to_owned(),
        })?;
        Ok(Some(SessionRow {
            user: accounts::user(user)?,
            created: WallTime::from_micros(row.created_at),
            expires: WallTime::from_micros(row.expires_at),
            used: WallTime::from_micros(row.used_at),
        }))
    }

    /// Notes that a session was used, and when it ends now.
    pub async fn touch_session(
        &self,
        token_hash: &str,
        used: WallTime,
        expires: WallTime,
    ) -> Result<()> {
        session::Entity::update_many()
            .col_expr(session::Column::UsedAt, Expr::value(used.as_micros()))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires.as_micros()))
            .filter(session::Column::TokenHash.eq(token_hash))
            .exec(&self.db)
            .await
            .doing("prolong a session")?;
        Ok(())
    }

    /// Signs a session out.
    pub async fn delete_session(&self, token_hash: &str) -> Result<()> {
        session::Entity::delete_many()
            .filter(session::Column::TokenHash.eq(token_hash))
            .exec(&self.db)
            .await
            .doing("end a session")?;
        Ok(())
    }

    /// Signs a person out everywhere, except in the session of the token `except`.
    pub async fn delete_sessions_of(&self, user: Uuid, except: Option<&str>) -> Result<()> {
        let mut delete = session::Entity::delete_many().filter(session::Column::UserId.eq(user));
        if let Some(token_hash) = except {
            delete = delete.filter(session::Column::TokenHash.ne(token_hash));
        }
        delete.exec(&self.db).await.doing("end the sessions of a user")?;
        Ok(())
    }

    /// Forgets sessions that ended before or at `now`.
    pub async fn delete_expired_sessions(&self, now: WallTime) -> Result<()> {
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(now.as_micros()))
            .exec(&self.db)
            .await
            .doing("forget expired sessions")?;
        Ok(())
    }
}
