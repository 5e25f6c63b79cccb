//! What the database is and how large it has become.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Error, Result, Store, error::Doing};

/// The database as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DatabaseFacts {
    /// Version of SQLite or of the Postgres server, for example `3.46.1`.
    pub version: String,
    /// What its tables and indexes take on disk, without what waits in a write-ahead log.
    pub size_bytes: u64,
}

impl Store {
    /// Version and size of the database.
    pub async fn database_facts(&self) -> Result<DatabaseFacts> {
        const DOING: &str = "ask the database for its size";
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DbBackend::Sqlite => {
                "SELECT sqlite_version() AS version, page_count * page_size AS bytes \
                 FROM pragma_page_count(), pragma_page_size()"
            }
            _ => {
                "SELECT current_setting('server_version') AS version, \
                 pg_database_size(current_database()) AS bytes"
            }
        };
        let row = self.db.query_one_raw(Statement::from_string(backend, sql)).await.doing(DOING)?;
        let row = row.ok_or_else(|| damaged("there is none"))?;
        let version: String = row.try_get("", "version").doing(DOING)?;
        let bytes: i64 = row.try_get("", "bytes").doing(DOING)?;
        // Distributions add their own words behind it.
        let version = version.split_whitespace().next().unwrap_or_default().to_owned();
        let size_bytes = u64::try_from(bytes).map_err(|_| damaged("it is below zero"))?;
        Ok(DatabaseFacts { version, size_bytes })
    }
}

fn damaged(problem: &str) -> Error {
    Error::Damaged { what: "the size".to_owned(), problem: problem.to_owned() }
}
