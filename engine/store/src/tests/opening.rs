//! Opening a database, and the words where that is not possible.

use std::{fs, net::TcpListener, os::unix::fs::MetadataExt, time::Duration};

use ronin_core::{ErrorKind, chain};
use ronin_testkit::postgres::Postgres;
use sea_orm::{ConnectionTrait, Statement};

use super::{Database, on_both, on_both_empty};
use crate::{Error, MasterKey, Store};

const CANARY: &str = "canary-5512";

async fn refused(url: &str) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
    let error = Store::connect(url, key).await.expect_err("it opened");
    let shown = format!("{} {error:?}", chain(&error));
    assert!(!shown.contains(CANARY), "{shown}");
    error
}

#[tokio::test]
async fn a_database_answers_until_it_is_closed() {
    on_both(async |database| {
        let store = database.again().await;
        store.ping().await.unwrap();
        let clone = store.clone();

        store.close().await.unwrap();

        assert_eq!(clone.ping().await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(clone.cameras().await.unwrap_err().kind(), ErrorKind::Unavailable);
    })
    .await;
}

#[tokio::test]
async fn questions_before_the_tables_exist_fail_with_words() {
    on_both_empty(async |database| {
        let error = database.store.cameras().await.unwrap_err();
        assert!(error.to_string().contains("read the cameras"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_sqlite_file_is_private_and_set_up_for_many_readers() {
    let database = Database::sqlite().await;
    database.store.migrate().await.unwrap();

    for entry in fs::read_dir(database.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
    let pragmas = [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")];
    for (pragma, want) in pragmas {
        let sql = format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}");
        let question = Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
        let row = database.store.db.query_one_raw(question).await.unwrap().unwrap();
        assert_eq!(row.try_get::<String>("", "value").unwrap(), want, "{pragma}");
    }
}

#[tokio::test]
async fn a_sqlite_file_that_cannot_be_had_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    fs::write(folder.path().join("text.db"), "this is no database, but long enough ".repeat(99))
        .unwrap();
    let cases = [
        // Not even root may write there.
        ("sqlite:///proc/ronin.db?mode=rwc".to_owned(), "write to the folder /proc"),
        (format!("sqlite://{path}/no/ronin.db?mode=rwc"), "make the folder"),
        (format!("sqlite://{path}/ronin.db"), "?mode=rwc"),
        (format!("sqlite://{path}/text.db?mode=rwc"), "is an SQLite database"),
        (format!("sqlite://{path}?mode=rwc"), "write to the folder"),
    ];
    for (url, words) in cases {
        let error = refused(&url).await;
        assert!(matches!(error, Error::Open { .. }), "{}", chain(&error));
        assert!(error.to_string().contains(words), "{url}: {}", chain(&error));
    }
}

#[tokio::test]
async fn a_sqlite_file_that_may_only_be_read_is_refused_at_once() {
    let database = Database::sqlite().await;
    database.store.migrate().await.unwrap();
    database.store.close().await.unwrap();

    let error = refused(&database.url.replace("mode=rwc", "mode=ro")).await;

    assert!(error.to_string().contains("may write"), "{}", chain(&error));
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_named_without_the_password() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    let error = refused(&format!("postgres://ronin:{CANARY}@{closed}/nvr")).await;

    let text = error.to_string();
    assert!(text.contains(&closed.to_string()) && text.contains("is Postgres running"), "{text}");
    assert!(text.contains("nvr") && text.contains("user ronin"), "{text}");
    assert_eq!(error.kind(), ErrorKind::Unavailable);

    let error = refused(&format!("postgres://ronin:{CANARY}@host.invalid/nvr")).await;
    assert!(error.to_string().contains("host.invalid"), "{}", chain(&error));
}

#[tokio::test]
async fn a_postgres_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();

    let url = format!("postgres://ronin:{CANARY}@{address}/nvr");
    let error = tokio::time::timeout(Duration::from_secs(20), refused(&url)).await.unwrap();

    assert!(error.to_string().contains("no answer within 5 s"), "{}", chain(&error));
}

#[tokio::test]
async fn a_database_that_postgres_lacks_is_named() {
    let url = Postgres::shared().create_database().unwrap();
    let error = refused(&url.replace("/test_", "/absent_")).await;
    assert!(error.to_string().contains("no such database"), "{}", chain(&error));
    assert!(error.to_string().contains("absent_"), "{}", chain(&error));
}

#[tokio::test]
async fn a_postgres_that_goes_away_makes_questions_fail_as_unavailable() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
    let store = Store::connect(&url, key).await.unwrap();
    store.migrate().await.unwrap();

    drop(postgres);

    let answer = tokio::time::timeout(Duration::from_secs(20), store.cameras()).await.unwrap();
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_postgres_that_is_down_at_first_is_used_when_it_comes() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    postgres.go_down().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();

    let store = Store::connect_later(&url, key).unwrap();
    assert!(!store.is_available(), "nobody has seen it answer");
    assert_eq!(store.ping().await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(store.cameras().await.unwrap_err().kind(), ErrorKind::Unavailable);

    postgres.come_up().unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.cameras().await.unwrap(), []);
    assert!(store.clone().note_available(true), "it was away, and that it is back is news");
    assert!(store.is_available(), "every clone knows");
    assert!(!store.note_available(true));
    assert!(store.note_available(false));
}

#[tokio::test]
async fn a_sqlite_file_may_be_opened_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ronin.db");
    let key = || MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
    let url = format!("sqlite://{}?mode=rwc", file.display());

    let store = Store::connect_later(&url, key()).unwrap();
    assert!(!store.is_available());
    assert!(!file.exists());
    store.migrate().await.unwrap();
    assert_eq!(store.cameras().await.unwrap(), []);

    let database = Database::sqlite().await;
    assert!(database.store.is_available(), "it answered when it was opened");
    for url in ["mysql://a/b", "sqlite::memory:", "postgres://u:p/w@h/d"] {
        let error = Store::connect_later(url, key()).unwrap_err();
        assert!(matches!(error, Error::Address(_)), "{}", chain(&error));
    }
}
