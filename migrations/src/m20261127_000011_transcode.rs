//! Footage that is encoded anew: when, which files were looked at, and what came of it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut policy = ColumnDef::new(Camera::H265);
        let add = Table::alter().table(Camera::Table).add_column(policy.text()).to_owned();
        manager.alter_table(add).await?;
        let mut state = ColumnDef::new(Segment::Transcode);
        let state = state.integer().not_null().default(0);
        let add = Table::alter().table(Segment::Table).add_column(state).to_owned();
        manager.alter_table(add).await?;
        // Of a long history only what nobody has looked at is in it.
        let index =
            "CREATE INDEX segment_transcode ON segment (camera_id, end_at) WHERE transcode = 0";
        manager.get_connection().execute_unprepared(index).await?;
        manager.create_table(transcode_total()).await
    }
}

fn transcode_total() -> TableCreateStatement {
    Table::create()
        .table(TranscodeTotal::Table)
        .col(ColumnDef::new(TranscodeTotal::CameraId).text().not_null().primary_key())
        .col(ColumnDef::new(TranscodeTotal::Result).text().not_null())
        .to_owned()
}

/// The policy is read and written as a whole: JSON. Null: footage stays as it was recorded.
#[derive(DeriveIden)]
enum Camera {
    Table,
    H265,
}

/// 0: not looked at, 1: in a job, 2: nothing more to do.
#[derive(DeriveIden)]
enum Segment {
    Table,
    Transcode,
}

/// What came of the files of a camera since the beginning: JSON.
#[derive(DeriveIden)]
enum TranscodeTotal {
    Table,
    CameraId,
    Result,
}
