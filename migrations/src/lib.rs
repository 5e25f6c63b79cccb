//! The history of the database's schema, one file per step, the same for SQLite and Postgres.
//!
//! Files are only ever added: a step that was released is never changed, and no step names an
//! entity of the store, because entities show today's tables and a step those of its own day.
//! Every time is a BIGINT of microseconds since 1970 UTC.
//!
//! Not here: when the steps are run and under which lock (the store's `migrate`).

#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait hides the manager's lifetime, and async_trait takes no other spelling"
)]

mod m20261122_000001_cameras;
mod m20261122_000002_recordings;
mod m20261122_000003_accounts;
mod m20261122_000004_garbage;
mod m20261125_000005_keeping;
mod m20261126_000006_footage;
mod m20261126_000007_layouts;
mod m20261126_000008_motion;
mod m20261127_000009_events;
mod m20261127_000010_jobs;
mod m20261127_000011_transcode;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

/// Runs the steps that a database lacks.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_cameras::Migration),
            Box::new(m20261122_000002_recordings::Migration),
            Box::new(m20261122_000003_accounts::Migration),
            Box::new(m20261122_000004_garbage::Migration),
            Box::new(m20261125_000005_keeping::Migration),
            Box::new(m20261126_000006_footage::Migration),
            Box::new(m20261126_000007_layouts::Migration),
            Box::new(m20261126_000008_motion::Migration),
            Box::new(m20261127_000009_events::Migration),
            Box::new(m20261127_000010_jobs::Migration),
            Box::new(m20261127_000011_transcode::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_in_the_order_of_their_names() {
        let names: Vec<String> =
            Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();

        assert!(names.is_sorted(), "{names:?}");
        assert!(names.iter().all(|name| name.starts_with("m20")), "{names:?}");
    }
}
