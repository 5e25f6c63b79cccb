//! Opens the database that an address names, and says in words why that is not possible.
//!
//! A first connection is made by hand before there is a pool: a pool would try again and again,
//! and in the end say only that time ran out.

use std::{io, path::Path, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqliteTransactionMode, SqlxPostgresConnector,
    SqlxSqliteConnector, TransactionOptions, TransactionTrait,
    sea_query::{ColumnDef, Table},
    sqlx::{
        self, ConnectOptions, Connection,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::{Error, Result, error::Cause};

/// Longer than a server on the other side of a slow link needs, shorter than people wait.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a question waits for a free connection before a caller is told to try later.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// SQLite has one writer at a time; the others wait this long for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// One writer and some readers; each connection is a thread.
const SQLITE_CONNECTIONS: u32 = 4;
/// A tenth of what Postgres allows all of its clients together unless told otherwise.
const POSTGRES_CONNECTIONS: u32 = 10;

/// Opens the database at `url`.
pub(crate) async fn open(url: &str) -> Result<DatabaseConnection> {
    match url.split_once(':') {
        Some(("sqlite", _)) => sqlite(url).await,
        Some(("postgres" | "postgresql", rest)) => {
            check_userinfo(rest)?;
            postgres(url).await
        }
        _ => Err(address("it begins with sqlite:// or postgres://")),
    }
}

/// Prepares to open the database at `url` when it is first asked something.
pub(crate) fn open_later(url: &str) -> Result<DatabaseConnection> {
    match url.split_once(':') {
        Some(("sqlite", _)) => {
            let pool = sqlite_pool().connect_lazy_with(sqlite_options(url)?);
            Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
        }
        Some(("postgres" | "postgresql", rest)) => {
            check_userinfo(rest)?;
            Ok(postgres_pool(postgres_options(url)?))
        }
        _ => Err(address("it begins with sqlite:// or postgres://")),
    }
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(address("a database in memory would forget all footage; name a file"));
    }
    let options: SqliteConnectOptions =
        url.parse().map_err(|error: sqlx::Error| address(&error.to_string()))?;
    Ok(options
        .journal_mode(SqliteJournalMode::Wal)
        // With a WAL, NORMAL can lose the last rows in a power cut. Footage would be adopted again,
        // but not a camera or a user that was just added. Rows are few: a flush for each is cheap.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .disable_statement_logging())
}

fn sqlite_pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(SQLITE_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT)
}

async fn sqlite(url: &str) -> Result<DatabaseConnection> {
    let options = sqlite_options(url)?;
    let file = options.get_filename().to_owned();
    if url.contains("mode=rwc") {
        create_file(&file).await?;
    }
    let pool = sqlite_pool()
        .connect_with(options)
        .await
        .map_err(|error| sqlite_failed(&file, Cause::from(&error)))?;
    let db = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    check_writable(&db).await.map_err(|error| sqlite_failed(&file, error.into()))?;
    Ok(db)
}

/// SQLite opens a file that it may only read without a word, and even begins to write to it. A
/// table that is taken back at once tells.
async fn check_writable(db: &DatabaseConnection) -> std::result::Result<(), DbErr> {
    let writing = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(writing).await?;
    let table =
        Table::create().table("ronin_write_check").col(ColumnDef::new("id").integer()).to_owned();
    transaction.execute(&table).await?;
    transaction.rollback().await
}

/// Makes the file where there is none, readable by its owner alone: SQLite itself would let
/// everyone read it, and gives its side files the same rights.
async fn create_file(file: &Path) -> Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    let opened = options.read(true).write(true).create(true).mode(0o600).open(file).await;
    let Err(error) = opened else { return Ok(()) };
    let folder = folder_of(file);
    let advice = if Path::new(&folder).is_dir() {
        format!("check that this user may write to the folder {folder} and to the file")
    } else {
        format!("make the folder {folder} first")
    };
    Err(Error::Open { place: file.display().to_string(), advice, source: Some(error.into()) })
}

fn sqlite_failed(file: &Path, source: Cause) -> Error {
    let folder = folder_of(file);
    let advice = if file.exists() {
        format!(
            "check that it is an SQLite database, and that this user may write to it and to the \
             folder {folder}"
        )
    } else {
        "there is no such file; add ?mode=rwc to the address to have it made".to_owned()
    };
    Error::Open { place: file.display().to_string(), advice, source: Some(source) }
}

fn folder_of(file: &Path) -> String {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.display().to_string(),
        _ => ".".to_owned(),
    }
}

async fn postgres(url: &str) -> Result<DatabaseConnection> {
    let options = postgres_options(url)?;
    let failed =
        |advice: String, source| Error::Open { place: postgres_place(&options), advice, source };
    match tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await {
        Err(_) => {
            let seconds = CONNECT_TIMEOUT.as_secs();
            let advice =
                format!("no answer within {seconds} s; check host, port and the firewall between");
            return Err(failed(advice, None));
        }
        Ok(Err(error)) => return Err(failed(postgres_advice(&error), Some(Cause::from(&error)))),
        // How it ends does not matter: it has shown that we are let in.
        Ok(Ok(connection)) => drop(connection.close().await),
    }
    Ok(postgres_pool(options))
}

fn postgres_options(url: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions =
        url.parse().map_err(|error: sqlx::Error| address(&error.to_string()))?;
    Ok(options.disable_statement_logging().application_name("ronin"))
}

fn postgres_pool(options: PgConnectOptions) -> DatabaseConnection {
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options);
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

fn postgres_place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    let user = options.get_username();
    match options.get_socket() {
        Some(socket) => format!("{database} at {} as user {user}", socket.display()),
        None => {
            let (host, port) = (options.get_host(), options.get_port());
            format!("{database} at {host}:{port} as user {user}")
        }
    }
}

fn postgres_advice(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    let advice = match (error, &*code) {
        (_, "28P01" | "28000") => {
            "user name or password was refused; check both in the database address"
        }
        (_, "3D000") => "there is no such database; make it, or correct its name in the address",
        (_, "53300") => "all of its connections are in use; raise max_connections",
        (_, "57P03") => "it is starting or stopping; try again in a moment",
        (sqlx::Error::Tls(_), _) => "TLS failed; check sslmode and sslrootcert in the address",
        (sqlx::Error::Io(source), _) => match source.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
                "nothing answers there; is Postgres running, and are host and port right?"
            }
            _ => "it cannot be reached; check the host name and the network",
        },
        _ => "check the database address and the log of Postgres",
    };
    advice.to_owned()
}

/// Refuses an address whose password holds a character that ends it early: the rest of the
/// password would be taken for a host or a name, and shown.
fn check_userinfo(rest: &str) -> Result<()> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let userinfo = rest.rsplit_once('@').map_or("", |(userinfo, _)| userinfo);
    if userinfo.contains(['/', '?', '#', '@', ' ']) {
        return Err(address(
            "in user name and password, write / as %2F, ? as %3F, # as %23 and @ as %40",
        ));
    }
    Ok(())
}

fn address(problem: &str) -> Error {
    Error::Address(problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_cannot_be_meant_is_refused_and_never_repeated() {
        let cases = [
            ("", "sqlite:// or postgres://"),
            ("canary-1", "sqlite:// or postgres://"),
            ("mysql://u:canary-1@h/db", "sqlite:// or postgres://"),
            ("sqlite::memory:", "name a file"),
            ("sqlite://x?mode=memory", "name a file"),
            ("sqlite://x?mode=canary-1", ""),
            ("postgres://u:12/canary-1@h/db", "%2F"),
            ("postgres://u:12#canary-1@h/db", "%23"),
            ("postgres://u:12?canary-1@h/db", "%3F"),
            ("postgres://u:canary-1@x@h/db", "%40"),
            ("postgres://u:canary-1@h:99999/db", "port"),
        ];
        for (url, words) in cases {
            let error = open(url).await.unwrap_err();
            let text = ronin_core::chain(&error);
            assert!(matches!(error, Error::Address(_)), "{text}");
            assert!(text.contains(words), "{url}: {text}");
            assert!(!text.contains("12"), "{text}");
            // The mode is no secret, and naming it helps.
            assert!(url.contains("mode=") || !text.contains("canary-1"), "{text}");
        }
    }
}
