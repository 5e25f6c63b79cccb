//! Jobs: long work, how far it is and what came of it; and footage that stays while a job needs it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(job()).await?;
        let by = |name: &str, columns: &[Job]| {
            let mut index = Index::create();
            index.name(name).table(Job::Table);
            for column in columns {
                index.col(*column);
            }
            index.to_owned()
        };
        manager.create_index(by("job_sequence", &[Job::Sequence]).unique().to_owned()).await?;
        manager.create_index(by("job_state", &[Job::State])).await?;
        manager.create_index(by("job_kind", &[Job::Kind, Job::Id])).await?;
        manager.create_index(by("job_expires", &[Job::ExpiresAt])).await?;
        let request = by("job_request", &[Job::CreatedBy, Job::RequestId]).unique().to_owned();
        manager.create_index(request).await?;
        manager.create_table(job_span()).await?;
        let spans = Index::create()
            .name("job_span_camera")
            .table(JobSpan::Table)
            .col(JobSpan::CameraId)
            .col(JobSpan::StartAt)
            .to_owned();
        manager.create_index(spans).await
    }
}

/// What is asked for and what came of it is read with the job and is JSON.
fn job() -> TableCreateStatement {
    Table::create()
        .table(Job::Table)
        .col(ColumnDef::new(Job::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Job::Sequence).big_integer().not_null())
        .col(ColumnDef::new(Job::Place).big_integer().not_null())
        .col(ColumnDef::new(Job::Kind).text().not_null())
        .col(ColumnDef::new(Job::Title).text().not_null())
        .col(ColumnDef::new(Job::Work).text().not_null())
        .col(ColumnDef::new(Job::Priority).integer().not_null())
        .col(ColumnDef::new(Job::State).text().not_null())
        .col(ColumnDef::new(Job::Cancelling).boolean().not_null())
        .col(ColumnDef::new(Job::Progress).double().not_null())
        .col(ColumnDef::new(Job::Reason).text().not_null())
        .col(ColumnDef::new(Job::Message).text().not_null())
        .col(ColumnDef::new(Job::Attempts).integer().not_null())
        .col(ColumnDef::new(Job::Worker).text().not_null())
        .col(ColumnDef::new(Job::Claim).uuid())
        .col(ColumnDef::new(Job::CreatedBy).text().not_null())
        .col(ColumnDef::new(Job::RequestId).uuid())
        .col(ColumnDef::new(Job::CreatedAt).big_integer().not_null())
        .col(ColumnDef::new(Job::StartedAt).big_integer())
        .col(ColumnDef::new(Job::EndedAt).big_integer())
        .col(ColumnDef::new(Job::RunAt).big_integer().not_null())
        .col(ColumnDef::new(Job::ExpiresAt).big_integer())
        .col(ColumnDef::new(Job::Made).text())
        .to_owned()
}

fn job_span() -> TableCreateStatement {
    Table::create()
        .table(JobSpan::Table)
        .col(ColumnDef::new(JobSpan::JobId).uuid().not_null())
        .col(ColumnDef::new(JobSpan::CameraId).text().not_null())
        .col(ColumnDef::new(JobSpan::StartAt).big_integer().not_null())
        .col(ColumnDef::new(JobSpan::EndAt).big_integer().not_null())
        .primary_key(Index::create().col(JobSpan::JobId).col(JobSpan::CameraId))
        .to_owned()
}

#[derive(DeriveIden, Clone, Copy)]
enum Job {
    Table,
    Id,
    Sequence,
    Place,
    Kind,
    Title,
    Work,
    Priority,
    State,
    Cancelling,
    Progress,
    Reason,
    Message,
    Attempts,
    Worker,
    Claim,
    CreatedBy,
    RequestId,
    CreatedAt,
    StartedAt,
    EndedAt,
    RunAt,
    ExpiresAt,
    Made,
}

#[derive(DeriveIden)]
enum JobSpan {
    Table,
    JobId,
    CameraId,
    StartAt,
    EndAt,
}
