//! Where something moved in front of each camera, minute by minute.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(motion()).await
    }
}

/// Beside the grid of each second, what lets most rows be passed over unread: which seconds there
/// are, and the cells of all of them as four numbers of 64 bits.
fn motion() -> TableCreateStatement {
    Table::create()
        .table(Motion::Table)
        .col(ColumnDef::new(Motion::CameraId).text().not_null())
        .col(ColumnDef::new(Motion::StartAt).big_integer().not_null())
        .col(ColumnDef::new(Motion::Mask).big_integer().not_null())
        .col(ColumnDef::new(Motion::Cells0).big_integer().not_null())
        .col(ColumnDef::new(Motion::Cells1).big_integer().not_null())
        .col(ColumnDef::new(Motion::Cells2).big_integer().not_null())
        .col(ColumnDef::new(Motion::Cells3).big_integer().not_null())
        .col(ColumnDef::new(Motion::Seconds).blob().not_null())
        .primary_key(Index::create().col(Motion::CameraId).col(Motion::StartAt))
        .to_owned()
}

#[derive(DeriveIden)]
enum Motion {
    Table,
    CameraId,
    StartAt,
    Mask,
    Cells0,
    Cells1,
    Cells2,
    Cells3,
    Seconds,
}
