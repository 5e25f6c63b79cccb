//! The api_token table: keys for scripts. Written by the API. Holds the hash of a token's secret,
//! never the secret.
//!
//! Not here: whether a token still counts. An expired row is answered like any other.

use ronin_core::WallTime;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Error, Result, Store, User, accounts,
    entity::{api_token, app_user},
    error::Doing,
};

/// A key for scripts, without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    /// Its id.
    pub id: Uuid,
    /// On whose behalf scripts act that use it.
    pub user: Uuid,
    /// What the person calls it.
    pub display_name: String,
    /// When it was made.
    pub created: WallTime,
    /// When it ends; `None`: never.
    pub expires: Option<WallTime>,
    /// When it was last used; `None`: never.
    pub used: Option<WallTime>,
}

impl Store {
    /// Adds a token.
    pub async fn insert_api_token(&self, token: &ApiToken, secret_hash: &str) -> Result<()> {
        let row = api_token::ActiveModel {
            id: Set(token.id),
            user_id: Set(token.user),
            display_name: Set(token.display_name.clone()),
            secret_hash: Set(secret_hash.to_owned()),
            created_at: Set(token.created.as_micros()),
            expires_at: Set(token.expires.map(WallTime::as_micros)),
            used_at: Set(token.used.map(WallTime::as_micros)),
        };
        let insert = api_token::Entity::insert(row);
        insert.exec_without_returning(&self.db).await.doing("store an API token")?;
        Ok(())
    }

    /// The token of this secret, and whose it is.
    pub async fn api_token_by_hash(&self, secret_hash: &str) -> Result<Option<(ApiToken, User)>> {
        let row = api_token::Entity::find()
            .filter(api_token::Column::SecretHash.eq(secret_hash))
            .find_also_related(app_user::Entity)
            .one(&self.db)
            .await
            .doing("read an API token")?;
        let Some((row, user)) = row else { return Ok(None) };
        let user = user.ok_or_else(|| Error::Damaged {
            what: format!("API token {}", row.id),
            problem: "it has no user".to_owned(),
        })?;
        Ok(Some((from_row(row), accounts::user(user)?)))
    }

    /// Tokens of a user, newest first, from behind `after` (time of creation and id) on, at most
    /// `limit`.
    pub async fn api_tokens(
        &self,
        user: Uuid,
        after: Option<(WallTime, Uuid)>,
        limit: u64,
    ) -> Result<Vec<ApiToken>> {
        use api_token::Column;
        let mut select = api_token::Entity::find().filter(Column::UserId.eq(user));
        if let Some((created, id)) = after {
            let created = created.as_micros();
            let same_time =
                Condition::all().add(Column::CreatedAt.eq(created)).add(Column::Id.lt(id));
            select =
                select.filter(Condition::any().add(Column::CreatedAt.lt(created)).add(same_time));
        }
        let rows = select
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(&self.db)
            .await
            .doing("read API tokens")?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// Notes that a token was used.
    pub async fn touch_api_token(&self, id: Uuid, used: WallTime) -> Result<()> {
        api_token::Entity::update_many()
            .col_expr(api_token::Column::UsedAt, Expr::value(used.as_micros()))
            .filter(api_token::Column::Id.eq(id))
            .exec(&self.db)
            .await
            .doing("note the use of an API token")?;
        Ok(())
    }

    /// Removes a token of this user. `false` where the user has no such token.
    pub async fn delete_api_token(&self, id: Uuid, user: Uuid) -> Result<bool> {
        let deleted = api_token::Entity::delete_many()
            .filter(api_token::Column::Id.eq(id))
            .filter(api_token::Column::UserId.eq(user))
            .exec(&self.db)
            .await
            .doing("remove an API token")?;
        Ok(deleted.rows_affected == 1)
    }
}

fn from_row(row: api_token::Model) -> ApiToken {
    ApiToken {
        id: row.id,
        user: row.user_id,
        display_name: row.display_name,
        created: WallTime::from_micros(row.created_at),
        expires: row.expires_at.map(WallTime::from_micros),
        used: row.used_at.map(WallTime::from_micros),
    }
}
