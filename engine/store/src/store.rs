//! The handle to the database: opening, tables, locks. The questions are in the other modules,
//! one per table.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use ronin_migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sea_query::{Func, Query},
};

use crate::{
    Error, MasterKey, Result, connect,
    error::{Cause, Doing},
};

/// The database. Cheap to clone; every clone is the same connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: DatabaseConnection,
    pub(crate) key: Arc<MasterKey>,
    is_away: Arc<AtomicBool>,
}

/// What only one transaction at a time does, in all processes together. SQLite has one writer
/// anyway; Postgres takes an advisory lock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    Tables,
    FirstUser,
    Outages,
    EngineRuns,
    Segments,
    Motion,
    Events,
    Jobs,
}

impl Lock {
    /// The lock's number in Postgres, where every program that uses the database shares them: the
    /// letters `roni` keep clear of others.
    fn number(self) -> i64 {
        0x726f_6e69_0000
            + match self {
                Self::Tables => 1,
                Self::FirstUser => 2,
                Self::Outages => 3,
                Self::EngineRuns => 4,
                Self::Segments => 5,
                Self::Motion => 6,
                Self::Events => 7,
                Self::Jobs => 8,
            }
    }
}

impl Store {
    /// Opens the database at `url`: `sqlite://path?mode=rwc` or `postgres://user:password@host/name`.
    /// Its tables are left as they are: see [`Store::migrate`].
    pub async fn connect(url: &str, key: MasterKey) -> Result<Self> {
        Ok(Self::over(connect::open(url).await?, key))
    }

    /// As [`Store::connect`], for a database that does not answer now: the first question connects.
    pub fn connect_later(url: &str, key: MasterKey) -> Result<Self> {
        let store = Self::over(connect::open_later(url)?, key);
        store.note_available(false);
        Ok(store)
    }

    fn over(db: DatabaseConnection, key: MasterKey) -> Self {
        Self { db, key: Arc::new(key), is_away: Arc::default() }
    }

    /// Whether the database answered when it was last asked for something that matters.
    pub fn is_available(&self) -> bool {
        !self.is_away.load(Relaxed)
    }

    /// Says whether it did. True where this is news.
    pub fn note_available(&self, is_available: bool) -> bool {
        self.is_away.swap(!is_available, Relaxed) == is_available
    }

    /// Brings the tables up to date, in one transaction. Processes that start together wait for
    /// each other, and the later ones find nothing left to do.
    pub async fn migrate(&self) -> Result<()> {
        let transaction = self.begin_write(Lock::Tables).await.map_err(migrate_failed)?;
        Migrator::up(&transaction, None).await.map_err(migrate_failed)?;
        transaction.commit().await.map_err(migrate_failed)
    }

    /// Every step of the tables' history, and whether this database has taken it.
    pub async fn migration_status(&self) -> Result<Vec<(String, bool)>> {
        let steps = Migrator::get_migration_with_status_read_only(&self.db)
            .await
            .map_err(migrate_failed)?;
        let applied = |step: &Migration| step.status() == MigrationStatus::Applied;
        Ok(steps.iter().map(|step| (step.name().to_owned(), applied(step))).collect())
    }

    /// `sqlite` or `postgres`.
    pub fn backend(&self) -> &'static str {
        match self.db.get_database_backend() {
            DbBackend::Sqlite => "sqlite",
            _ => "postgres",
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.db.ping().await.doing("reach the database")
    }

    /// Closes every connection, those of the clones too.
    pub async fn close(self) -> Result<()> {
        self.db.close().await.doing("close the database")
    }

    /// Begins a transaction that reads before it writes: nobody else who takes `lock` comes in
    /// between.
    pub(crate) async fn begin_write(
        &self,
        lock: Lock,
    ) -> std::result::Result<DatabaseTransaction, DbErr> {
        // Deferred, two readers who both want to write would fail each other at once.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.db.begin_with_options(options).await?;
        take(&transaction, lock).await?;
        Ok(transaction)
    }
}

/// Takes a lock for the rest of a transaction that [`Store::begin_write`] began. Those who take two
/// take the one that stands higher in [`Lock`] first.
pub(crate) async fn take(
    transaction: &DatabaseTransaction,
    lock: Lock,
) -> std::result::Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let call = Func::cust("pg_advisory_xact_lock").arg(lock.number());
        transaction.query_one(&Query::select().expr(call).to_owned()).await?;
    }
    Ok(())
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.backend())
    }
}

/// The migrator has no error of its own for steps that it does not know.
fn migrate_failed(error: DbErr) -> Error {
    match error {
        DbErr::Custom(text) if text.contains("file is missing") => {
            Error::Newer(DbErr::Custom(text).into())
        }
        error => Error::Migrate(Cause::from(error)),
    }
}
