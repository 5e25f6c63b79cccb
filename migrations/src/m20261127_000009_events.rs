//! Events: what came, was followed and went in front of the cameras; who has looked at which.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(event()).await?;
        let by = |name: &str, columns: &[Event]| {
            let mut index = Index::create();
            index.name(name).table(Event::Table);
            for column in columns {
                index.col(*column);
            }
            index.to_owned()
        };
        manager.create_index(by("event_sequence", &[Event::Sequence]).unique().to_owned()).await?;
        manager.create_index(by("event_start", &[Event::StartAt])).await?;
        manager.create_index(by("event_camera", &[Event::CameraId, Event::StartAt])).await?;
        manager.create_index(by("event_state", &[Event::State])).await?;
        manager.create_table(snapshot()).await?;
        manager.create_table(review()).await
    }
}

/// What is searched has columns; the rest is read with the event and is JSON. The path is apart,
/// because lists do without it.
fn event() -> TableCreateStatement {
    Table::create()
        .table(Event::Table)
        .col(ColumnDef::new(Event::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Event::Sequence).big_integer().not_null())
        .col(ColumnDef::new(Event::CameraId).text().not_null())
        .col(ColumnDef::new(Event::State).text().not_null())
        .col(ColumnDef::new(Event::Label).text().not_null())
        .col(ColumnDef::new(Event::StartAt).big_integer().not_null())
        .col(ColumnDef::new(Event::EndAt).big_integer().not_null())
        .col(ColumnDef::new(Event::Score).double().not_null())
        .col(ColumnDef::new(Event::Zones).text().not_null())
        .col(ColumnDef::new(Event::HasSnapshot).boolean().not_null())
        .col(ColumnDef::new(Event::Detail).text().not_null())
        .col(ColumnDef::new(Event::Path).text().not_null())
        .to_owned()
}

fn snapshot() -> TableCreateStatement {
    Table::create()
        .table(EventSnapshot::Table)
        .col(ColumnDef::new(EventSnapshot::EventId).uuid().not_null().primary_key())
        .col(ColumnDef::new(EventSnapshot::Jpeg).blob().not_null())
        .to_owned()
}

fn review() -> TableCreateStatement {
    Table::create()
        .table(EventReview::Table)
        .col(ColumnDef::new(EventReview::EventId).uuid().not_null())
        .col(ColumnDef::new(EventReview::UserId).uuid().not_null())
        .col(ColumnDef::new(EventReview::ReviewedAt).big_integer().not_null())
        .primary_key(Index::create().col(EventReview::EventId).col(EventReview::UserId))
        .to_owned()
}

#[derive(DeriveIden, Clone, Copy)]
enum Event {
    Table,
    Id,
    Sequence,
    CameraId,
    State,
    Label,
    StartAt,
    EndAt,
    Score,
    Zones,
    HasSnapshot,
    Detail,
    Path,
}

#[derive(DeriveIden)]
enum EventSnapshot {
    Table,
    EventId,
    Jpeg,
}

#[derive(DeriveIden)]
enum EventReview {
    Table,
    EventId,
    UserId,
    ReviewedAt,
}
