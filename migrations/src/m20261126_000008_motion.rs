//! What is looked for in the pictures of a camera, and where something moved, minute by minute.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut detect = ColumnDef::new(Camera::Detect);
        let add = Table::alter().table(Camera::Table).add_column(detect.text()).to_owned();
        manager.alter_table(add).await?;
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

/// The settings are read and written together, so they are one column: JSON. Null where nobody has
/// said anything.
#[derive(DeriveIden)]
enum Camera {
    Table,
    Detect,
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
