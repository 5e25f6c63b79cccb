//! The settings of cameras.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let camera = Table::create()
            .table(Camera::Table)
            .col(ColumnDef::new(Camera::Id).text().not_null().primary_key())
            .col(ColumnDef::new(Camera::DisplayName).text().not_null())
            .col(ColumnDef::new(Camera::Enabled).boolean().not_null())
            // A source is JSON without user name and password; those are encrypted beside it.
            .col(ColumnDef::new(Camera::MainSource).text().not_null())
            .col(ColumnDef::new(Camera::MainCredentials).blob())
            .col(ColumnDef::new(Camera::SubSource).text())
            .col(ColumnDef::new(Camera::SubCredentials).blob())
            .col(ColumnDef::new(Camera::RecordEnabled).boolean().not_null())
            .col(ColumnDef::new(Camera::RecordAudio).boolean().not_null())
            .col(ColumnDef::new(Camera::CreatedAt).big_integer().not_null())
            .col(ColumnDef::new(Camera::UpdatedAt).big_integer().not_null())
            .col(ColumnDef::new(Camera::Version).big_integer().not_null())
            .to_owned();
        manager.create_table(camera).await
    }
}

#[derive(DeriveIden)]
enum Camera {
    Table,
    Id,
    DisplayName,
    Enabled,
    MainSource,
    MainCredentials,
    SubSource,
    SubCredentials,
    RecordEnabled,
    RecordAudio,
    CreatedAt,
    UpdatedAt,
    Version,
}
