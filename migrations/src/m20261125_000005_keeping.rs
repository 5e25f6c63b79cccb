//! What is kept and what is told: limits of a camera and of all, protected spans, files that were
//! lost, where the pieces of footage lie in a file, notices, and which storage this is the index of.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [Camera::RetentionUs, Camera::RetentionMaxBytes] {
            // SQLite adds one column at a time.
            let mut column = ColumnDef::new(column);
            let add =
                Table::alter().table(Camera::Table).add_column(column.big_integer()).to_owned();
            manager.alter_table(add).await?;
        }
        // Nothing is asked of all cameras by start any more, and where that index is, Postgres takes
        // it for the oldest of one camera and reads past all the others.
        for old in ["segment_camera_start", "segment_start"] {
            let old = Index::drop().name(old).table(Segment::Table).to_owned();
            manager.drop_index(old).await?;
        }
        manager.create_index(segment_by_time()).await?;
        manager.create_table(fragment_index()).await?;
        manager.create_table(protected_span()).await?;
        manager.create_index(protected_by_start()).await?;
        manager.create_table(lost_file()).await?;
        manager.create_index(lost_by_start()).await?;
        manager.create_table(notice()).await?;
        manager.create_index(notice_by_camera()).await?;
        manager.create_table(storage()).await
    }
}

/// Holds the end and the size too, so that timelines and sums are read from the index alone.
fn segment_by_time() -> IndexCreateStatement {
    Index::create()
        .name("segment_camera_time")
        .table(Segment::Table)
        .col(Segment::CameraId)
        .col(Segment::StartAt)
        .col(Segment::EndAt)
        .col(Segment::SizeBytes)
        .to_owned()
}

/// Apart from the segment, whose rows are read by the thousand.
fn fragment_index() -> TableCreateStatement {
    Table::create()
        .table(FragmentIndex::Table)
        .col(ColumnDef::new(FragmentIndex::SegmentId).uuid().not_null().primary_key())
        .col(ColumnDef::new(FragmentIndex::Pieces).blob().not_null())
        .to_owned()
}

fn protected_span() -> TableCreateStatement {
    Table::create()
        .table(ProtectedSpan::Table)
        .col(ColumnDef::new(ProtectedSpan::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(ProtectedSpan::CameraId).text().not_null())
        .col(ColumnDef::new(ProtectedSpan::StartAt).big_integer().not_null())
        .col(ColumnDef::new(ProtectedSpan::EndAt).big_integer().not_null())
        .col(ColumnDef::new(ProtectedSpan::Note).text().not_null())
        .col(ColumnDef::new(ProtectedSpan::CreatedBy).text().not_null())
        .col(ColumnDef::new(ProtectedSpan::CreatedAt).big_integer().not_null())
        .to_owned()
}

fn protected_by_start() -> IndexCreateStatement {
    Index::create()
        .name("protected_span_camera_start")
        .table(ProtectedSpan::Table)
        .col(ProtectedSpan::CameraId)
        .col(ProtectedSpan::StartAt)
        .to_owned()
}

fn lost_file() -> TableCreateStatement {
    Table::create()
        .table(LostFile::Table)
        .col(ColumnDef::new(LostFile::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(LostFile::CameraId).text().not_null())
        .col(ColumnDef::new(LostFile::StartAt).big_integer().not_null())
        .col(ColumnDef::new(LostFile::EndAt).big_integer().not_null())
        .col(ColumnDef::new(LostFile::Path).text().not_null())
        .col(ColumnDef::new(LostFile::NoticedAt).big_integer().not_null())
        .to_owned()
}

fn lost_by_start() -> IndexCreateStatement {
    Index::create()
        .name("lost_file_camera_start")
        .table(LostFile::Table)
        .col(LostFile::CameraId)
        .col(LostFile::StartAt)
        .to_owned()
}

/// The number says the order in which notices were stored; the key makes telling one twice telling
/// it once.
fn notice() -> TableCreateStatement {
    Table::create()
        .table(Notice::Table)
        .col(ColumnDef::new(Notice::Id).big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new(Notice::Key).uuid().not_null().unique_key())
        .col(ColumnDef::new(Notice::At).big_integer().not_null())
        .col(ColumnDef::new(Notice::Kind).text().not_null())
        .col(ColumnDef::new(Notice::CameraId).text())
        .col(ColumnDef::new(Notice::Cause).text().not_null())
        .col(ColumnDef::new(Notice::Message).text().not_null())
        .to_owned()
}

fn notice_by_camera() -> IndexCreateStatement {
    Index::create()
        .name("notice_camera")
        .table(Notice::Table)
        .col(Notice::CameraId)
        .col(Notice::Id)
        .to_owned()
}

/// One row: the storage that the index belongs to, and the limits that were set for it.
fn storage() -> TableCreateStatement {
    Table::create()
        .table(Storage::Table)
        .col(ColumnDef::new(Storage::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(Storage::StorageId).uuid())
        .col(ColumnDef::new(Storage::HasPolicy).boolean().not_null())
        .col(ColumnDef::new(Storage::RetentionUs).big_integer())
        .col(ColumnDef::new(Storage::MaxBytes).big_integer())
        .col(ColumnDef::new(Storage::ReserveBytes).big_integer().not_null())
        .to_owned()
}

#[derive(DeriveIden)]
enum Camera {
    Table,
    RetentionUs,
    RetentionMaxBytes,
}

#[derive(DeriveIden)]
enum Segment {
    Table,
    CameraId,
    StartAt,
    EndAt,
    SizeBytes,
}

#[derive(DeriveIden)]
enum FragmentIndex {
    Table,
    SegmentId,
    Pieces,
}

#[derive(DeriveIden)]
enum ProtectedSpan {
    Table,
    Id,
    CameraId,
    StartAt,
    EndAt,
    Note,
    CreatedBy,
    CreatedAt,
}

#[derive(DeriveIden)]
enum LostFile {
    Table,
    Id,
    CameraId,
    StartAt,
    EndAt,
    Path,
    NoticedAt,
}

#[derive(DeriveIden)]
enum Notice {
    Table,
    Id,
    Key,
    At,
    Kind,
    CameraId,
    Cause,
    Message,
}

#[derive(DeriveIden)]
#[expect(clippy::enum_variant_names, reason = "the column is called so")]
enum Storage {
    Table,
    Id,
    StorageId,
    HasPolicy,
    RetentionUs,
    MaxBytes,
    ReserveBytes,
}
