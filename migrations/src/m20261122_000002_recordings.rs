//! What was recorded, and why at times nothing was: runs, segments, outages, engine runs.
//!
//! None of these points at the camera table: footage outlives the settings of its camera.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(run()).await?;
        manager.create_table(segment()).await?;
        manager.create_index(segment_by_start()).await?;
        manager.create_index(segment_by_duration()).await?;
        manager.create_table(outage()).await?;
        manager.create_index(outage_by_start()).await?;
        manager.create_index(outage_open()).await?;
        manager.create_table(engine_run()).await
    }
}

fn run() -> TableCreateStatement {
    Table::create()
        .table(Run::Table)
        .col(ColumnDef::new(Run::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Run::CameraId).text().not_null())
        .col(ColumnDef::new(Run::StartedAt).big_integer().not_null())
        .col(ColumnDef::new(Run::EndedAt).big_integer())
        .col(ColumnDef::new(Run::EndReason).text())
        .to_owned()
}

fn segment() -> TableCreateStatement {
    Table::create()
        .table(Segment::Table)
        .col(ColumnDef::new(Segment::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Segment::CameraId).text().not_null())
        .col(ColumnDef::new(Segment::RunId).uuid().not_null())
        // BIGINT where the domain's number is a u32, which INTEGER does not hold.
        .col(ColumnDef::new(Segment::Sequence).big_integer().not_null())
        .col(ColumnDef::new(Segment::StartAt).big_integer().not_null())
        .col(ColumnDef::new(Segment::EndAt).big_integer().not_null())
        .col(ColumnDef::new(Segment::DurationUs).big_integer().not_null())
        .col(ColumnDef::new(Segment::Path).text().not_null().unique_key())
        .col(ColumnDef::new(Segment::SizeBytes).big_integer().not_null())
        .col(ColumnDef::new(Segment::Frames).big_integer().not_null())
        .col(ColumnDef::new(Segment::Codecs).text().not_null())
        .col(ColumnDef::new(Segment::Width).big_integer().not_null())
        .col(ColumnDef::new(Segment::Height).big_integer().not_null())
        .to_owned()
}

/// Holds the end too, so that a timeline is read from the index alone.
fn segment_by_start() -> IndexCreateStatement {
    Index::create()
        .name("segment_camera_start")
        .table(Segment::Table)
        .col(Segment::CameraId)
        .col(Segment::StartAt)
        .col(Segment::EndAt)
        .to_owned()
}

/// Tells the longest segment of a camera in one look: what overlaps a moment cannot have begun
/// earlier than that before it, so a search need not begin at the first segment ever.
fn segment_by_duration() -> IndexCreateStatement {
    Index::create()
        .name("segment_camera_duration")
        .table(Segment::Table)
        .col(Segment::CameraId)
        .col(Segment::DurationUs)
        .to_owned()
}

fn outage() -> TableCreateStatement {
    Table::create()
        .table(Outage::Table)
        .col(ColumnDef::new(Outage::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Outage::CameraId).text().not_null())
        .col(ColumnDef::new(Outage::StartedAt).big_integer().not_null())
        .col(ColumnDef::new(Outage::EndedAt).big_integer())
        .col(ColumnDef::new(Outage::Cause).text().not_null())
        .col(ColumnDef::new(Outage::Message).text().not_null())
        .to_owned()
}

fn outage_by_start() -> IndexCreateStatement {
    Index::create()
        .name("outage_camera_start")
        .table(Outage::Table)
        .col(Outage::CameraId)
        .col(Outage::StartedAt)
        .to_owned()
}

/// A camera has at most one open outage.
fn outage_open() -> IndexCreateStatement {
    Index::create()
        .name("outage_open")
        .table(Outage::Table)
        .col(Outage::CameraId)
        .unique()
        .and_where(Expr::col(Outage::EndedAt).is_null())
        .to_owned()
}

fn engine_run() -> TableCreateStatement {
    Table::create()
        .table(EngineRun::Table)
        .col(ColumnDef::new(EngineRun::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(EngineRun::StartedAt).big_integer().not_null())
        .col(ColumnDef::new(EngineRun::AliveAt).big_integer().not_null())
        .col(ColumnDef::new(EngineRun::StoppedAt).big_integer())
        .to_owned()
}

#[derive(DeriveIden)]
enum Run {
    Table,
    Id,
    CameraId,
    StartedAt,
    EndedAt,
    EndReason,
}

#[derive(DeriveIden)]
enum Segment {
    Table,
    Id,
    CameraId,
    RunId,
    Sequence,
    StartAt,
    EndAt,
    DurationUs,
    Path,
    SizeBytes,
    Frames,
    Codecs,
    Width,
    Height,
}

#[derive(DeriveIden)]
enum Outage {
    Table,
    Id,
    CameraId,
    StartedAt,
    EndedAt,
    Cause,
    Message,
}

#[derive(DeriveIden)]
enum EngineRun {
    Table,
    Id,
    StartedAt,
    AliveAt,
    StoppedAt,
}
