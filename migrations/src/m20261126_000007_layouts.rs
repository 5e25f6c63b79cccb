//! Named layouts of live pictures.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(layout()).await
    }
}

/// The cameras of a layout are read and written together, so they are one column: ids as JSON.
fn layout() -> TableCreateStatement {
    Table::create()
        .table(Layout::Table)
        .col(ColumnDef::new(Layout::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Layout::DisplayName).text().not_null().unique_key())
        .col(ColumnDef::new(Layout::Cameras).text().not_null())
        .col(ColumnDef::new(Layout::Columns).integer().not_null())
        .col(ColumnDef::new(Layout::UpdatedBy).text().not_null())
        .col(ColumnDef::new(Layout::UpdatedAt).big_integer().not_null())
        .col(ColumnDef::new(Layout::Version).big_integer().not_null())
        .to_owned()
}

#[derive(DeriveIden)]
enum Layout {
    Table,
    Id,
    DisplayName,
    Cameras,
    Columns,
    UpdatedBy,
    UpdatedAt,
    Version,
}
