//! How many segments each camera has and what they take, kept as segments come and go: nobody adds
//! up every row any more.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(footage()).await?;
        // Postgres adds BIGINTs up to a NUMERIC.
        let count = "INSERT INTO footage (camera_id, segments, bytes) SELECT camera_id, COUNT(*), \
                     CAST(SUM(size_bytes) AS BIGINT) FROM segment GROUP BY camera_id";
        manager.get_connection().execute_unprepared(count).await?;
        Ok(())
    }
}

/// A row for each camera that has footage, known or removed.
fn footage() -> TableCreateStatement {
    Table::create()
        .table(Footage::Table)
        .col(ColumnDef::new(Footage::CameraId).text().not_null().primary_key())
        .col(ColumnDef::new(Footage::Segments).big_integer().not_null())
        .col(ColumnDef::new(Footage::Bytes).big_integer().not_null())
        .to_owned()
}

#[derive(DeriveIden)]
enum Footage {
    Table,
    CameraId,
    Segments,
    Bytes,
}
