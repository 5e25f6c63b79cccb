//! People, their sessions and their API tokens. Of every secret only a hash is kept.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(app_user()).await?;
        manager.create_table(session()).await?;
        manager.create_index(session_by_user()).await?;
        manager.create_index(session_by_expiry()).await?;
        manager.create_table(api_token()).await?;
        manager.create_index(api_token_by_user()).await
    }
}

/// `user` is a reserved word in Postgres.
fn app_user() -> TableCreateStatement {
    Table::create()
        .table(AppUser::Table)
        .col(ColumnDef::new(AppUser::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(AppUser::Username).text().not_null().unique_key())
        .col(ColumnDef::new(AppUser::PasswordHash).text().not_null())
        .col(ColumnDef::new(AppUser::Role).text().not_null())
        .col(ColumnDef::new(AppUser::CreatedAt).big_integer().not_null())
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table(Session::Table)
        .col(ColumnDef::new(Session::TokenHash).text().not_null().primary_key())
        .col(ColumnDef::new(Session::UserId).uuid().not_null())
        .col(ColumnDef::new(Session::CreatedAt).big_integer().not_null())
        .col(ColumnDef::new(Session::ExpiresAt).big_integer().not_null())
        .col(ColumnDef::new(Session::UsedAt).big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .name("session_user")
                .from(Session::Table, Session::UserId)
                .to(AppUser::Table, AppUser::Id)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn session_by_user() -> IndexCreateStatement {
    Index::create().name("session_user_id").table(Session::Table).col(Session::UserId).to_owned()
}

fn session_by_expiry() -> IndexCreateStatement {
    Index::create()
        .name("session_expires_at")
        .table(Session::Table)
        .col(Session::ExpiresAt)
        .to_owned()
}

fn api_token() -> TableCreateStatement {
    Table::create()
        .table(ApiToken::Table)
        .col(ColumnDef::new(ApiToken::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(ApiToken::UserId).uuid().not_null())
        .col(ColumnDef::new(ApiToken::DisplayName).text().not_null())
        .col(ColumnDef::new(ApiToken::SecretHash).text().not_null().unique_key())
        .col(ColumnDef::new(ApiToken::CreatedAt).big_integer().not_null())
        .col(ColumnDef::new(ApiToken::ExpiresAt).big_integer())
        .col(ColumnDef::new(ApiToken::UsedAt).big_integer())
        .foreign_key(
            ForeignKey::create()
                .name("api_token_user")
                .from(ApiToken::Table, ApiToken::UserId)
                .to(AppUser::Table, AppUser::Id)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn api_token_by_user() -> IndexCreateStatement {
    Index::create()
        .name("api_token_user_created")
        .table(ApiToken::Table)
        .col(ApiToken::UserId)
        .col(ApiToken::CreatedAt)
        .to_owned()
}

#[derive(DeriveIden)]
enum AppUser {
    Table,
    Id,
    Username,
    PasswordHash,
    Role,
    CreatedAt,
}

#[derive(DeriveIden)]
enum Session {
    Table,
    TokenHash,
    UserId,
    CreatedAt,
    ExpiresAt,
    UsedAt,
}

#[derive(DeriveIden)]
enum ApiToken {
    Table,
    Id,
    UserId,
    DisplayName,
    SecretHash,
    CreatedAt,
    ExpiresAt,
    UsedAt,
}
