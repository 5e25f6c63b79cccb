//! Footage on its way out: files that are to be deleted, or are already, and no longer shown.
//!
//! A table of its own and not a mark on the segment, so that no query can forget to look at it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(garbage()).await?;
        manager.create_index(segment_by_age()).await
    }
}

fn garbage() -> TableCreateStatement {
    Table::create()
        .table(Garbage::Table)
        .col(ColumnDef::new(Garbage::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Garbage::Path).text().not_null())
        .col(ColumnDef::new(Garbage::DiscardedAt).big_integer().not_null())
        .to_owned()
}

/// Tells the oldest footage of all cameras in one look.
fn segment_by_age() -> IndexCreateStatement {
    Index::create()
        .name("segment_start")
        .table(Segment::Table)
        .col(Segment::StartAt)
        .col(Segment::Id)
        .to_owned()
}

#[derive(DeriveIden)]
enum Garbage {
    Table,
    Id,
    Path,
    DiscardedAt,
}

#[derive(DeriveIden)]
enum Segment {
    Table,
    Id,
    StartAt,
}
