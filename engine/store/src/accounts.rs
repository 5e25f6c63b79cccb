//! The app_user table: people who may sign in. Written by the API.
//!
//! Not here: how a password is hashed, and what a role may do.

use ronin_core::WallTime;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{Error, Result, Store, entity::app_user, error::Doing, store::Lock};

/// What a person may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Everything.
    Admin,
    /// Watch, and act on cameras.
    Operator,
    /// Watch.
    Viewer,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Admin, Self::Operator, Self::Viewer].into_iter().find(|role| role.as_str() == text)
    }
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Fixed for life.
    pub id: Uuid,
    /// What the person types to sign in.
    pub username: String,
    /// What the person may do.
    pub role: Role,
}

const CREATING: &str = "create the first user";

impl Store {
    /// Makes the first user, an administrator. `None` where there is a user already: of two
    /// set-ups that race, one wins.
    pub async fn create_first_admin(
        &self,
        username: &str,
        password_hash: &str,
        at: WallTime,
    ) -> Result<Option<User>> {
        let transaction = self.begin_write(Lock::FirstUser).await.doing(CREATING)?;
        let present = app_user::Entity::find().one(&transaction).await.doing(CREATING)?;
        if present.is_some() {
            transaction.rollback().await.doing(CREATING)?;
            return Ok(None);
        }
        let user = User { id: Uuid::now_v7(), username: username.to_owned(), role: Role::Admin };
        let row = app_user::ActiveModel {
            id: Set(user.id),
            username: Set(user.username.clone()),
            password_hash: Set(password_hash.to_owned()),
            role: Set(user.role.as_str().to_owned()),
            created_at: Set(at.as_micros()),
        };
        let insert = app_user::Entity::insert(row);
        insert.exec_without_returning(&transaction).await.doing(CREATING)?;
        transaction.commit().await.doing(CREATING)?;
        Ok(Some(user))
    }

    /// Whether anybody can sign in.
    pub async fn has_users(&self) -> Result<bool> {
        let first: Option<Uuid> = app_user::Entity::find()
            .select_only()
            .column(app_user::Column::Id)
            .limit(1)
            .into_tuple()
            .one(&self.db)
            .await
            .doing("look for users")?;
        Ok(first.is_some())
    }

    /// The user of this name, written exactly so, and the hash of the password.
    pub async fn user_by_name(&self, username: &str) -> Result<Option<(User, String)>> {
        let row = app_user::Entity::find()
            .filter(app_user::Column::Username.eq(username))
            .one(&self.db)
            .await
            .doing("read a user")?;
        let Some(row) = row else { return Ok(None) };
        let hash = row.password_hash.clone();
        Ok(Some((user(row)?, hash)))
    }

    /// One user.
    pub async fn user(&self, id: Uuid) -> Result<Option<User>> {
        let row = app_user::Entity::find_by_id(id).one(&self.db).await.doing("read a user")?;
        row.map(user).transpose()
    }

    /// The hash of a user's password.
    pub async fn password_hash(&self, id: Uuid) -> Result<Option<String>> {
        let row = app_user::Entity::find_by_id(id).one(&self.db).await.doing("read a password")?;
        Ok(row.map(|row| row.password_hash))
    }

    /// Replaces the hash of a user's password.
    pub async fn set_password_hash(&self, id: Uuid, password_hash: &str) -> Result<()> {
        app_user::Entity::update_many()
            .col_expr(app_user::Column::PasswordHash, Expr::value(password_hash))
            .filter(app_user::Column::Id.eq(id))
            .exec(&self.db)
            .await
            .doing("change a password")?;
        Ok(())
    }
}

/// A user of a row.
pub(crate) fn user(row: app_user::Model) -> Result<User> {
    let Some(role) = Role::parse(&row.role) else {
        return Err(Error::Damaged {
            what: format!("user {}", row.username),
            problem: format!("{:?} is no role", row.role),
        });
    };
    Ok(User { id: row.id, username: row.username, role })
}
