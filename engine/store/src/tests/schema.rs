//! The tables' history: in any order of programs and processes, the same tables.

use ronin_core::{RecordSettings, Span, WallTime, chain, control::KeptFootage};
use ronin_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Database, on_both, on_both_empty};
use crate::{Error, Store};

/// Every table, column and index of a database, as text.
async fn dump(store: &Store) -> Vec<String> {
    let backend = store.db.get_database_backend();
    let questions: &[&str] = match backend {
        DbBackend::Sqlite => &["SELECT COALESCE(sql, name) AS line FROM sqlite_master"],
        _ => &[
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, \
             column_default) AS line FROM information_schema.columns \
             WHERE table_schema = 'public'",
            "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) AS line \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        ],
    };
    let mut lines = Vec::new();
    for question in questions {
        let rows = store.db.query_all_raw(Statement::from_string(backend, *question)).await;
        let line = |row: sea_orm::QueryResult| row.try_get::<String>("", "line").unwrap();
        lines.extend(rows.unwrap().into_iter().map(line));
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn a_database_upgraded_step_by_step_equals_a_fresh_one() {
    for (upgraded, fresh) in [
        (Database::sqlite().await, Database::sqlite().await),
        (Database::postgres().await, Database::postgres().await),
    ] {
        for _ in Migrator::migrations() {
            // Each step by a program of its own.
            let store = upgraded.again().await;
            Migrator::up(&store.db, Some(1)).await.unwrap();
            store.close().await.unwrap();
        }
        fresh.store.migrate().await.unwrap();

        let (upgraded, fresh) = (dump(&upgraded.store).await, dump(&fresh.store).await);

        assert_eq!(upgraded, fresh);
        assert!(fresh.len() > 20, "{fresh:#?}");
    }
}

#[tokio::test]
async fn every_step_is_shown_as_open_and_then_as_done() {
    on_both_empty(async |database| {
        let before = database.store.migration_status().await.unwrap();
        database.store.migrate().await.unwrap();
        let after = database.store.migration_status().await.unwrap();

        assert_eq!(before.len(), Migrator::migrations().len());
        assert!(before.iter().all(|(name, done)| name.starts_with("m2026") && !done));
        assert!(after.iter().all(|(_, done)| *done));
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_together_do_not_clash() {
    on_both_empty(async |database| {
        let (a, b, c) = (database.again().await, database.again().await, database.again().await);

        let (a, b, c) = tokio::join!(a.migrate(), b.migrate(), c.migrate());

        for result in [a, b, c] {
            result.map_err(|error| chain(&error)).unwrap();
        }
        database.store.migrate().await.unwrap();
        assert_eq!(database.store.cameras().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    on_both(async |database| {
        let sql = "INSERT INTO seaql_migrations (version, applied_at) \
                   VALUES ('m20991231_000001_later', 0)";
        database.store.db.execute_unprepared(sql).await.unwrap();

        let migrate = database.store.migrate().await.unwrap_err();
        let status = database.store.migration_status().await.unwrap_err();

        assert!(matches!(migrate, Error::Newer(_)), "{}", chain(&migrate));
        assert!(matches!(status, Error::Newer(_)), "{}", chain(&status));
        assert!(migrate.to_string().contains("newer version"), "{migrate}");
    })
    .await;
}

/// Rows as the version before limits, protection, notices and sums wrote them.
const OLD_ROWS: [&str; 5] = [
    "INSERT INTO camera (id, display_name, enabled, main_source, record_enabled, record_audio, \
     created_at, updated_at, version) VALUES ('front', 'Front', TRUE, \
     '{\"host\":\"cam.lan\",\"port\":554,\"path\":\"/main\",\"tls\":false,\"transport\":\"tcp\",\
     \"allow_basic_auth\":false}', TRUE, FALSE, 1, 2, 3)",
    "INSERT INTO run (id, camera_id, started_at) VALUES ({ID}, 'front', 5)",
    "INSERT INTO segment (id, camera_id, run_id, sequence, start_at, end_at, duration_us, path, \
     size_bytes, frames, codecs, width, height) VALUES ({ID}, 'front', {ID}, 4, 1000000, \
     61000000, 60000000, 'front/a.mp4', 123, 1500, 'avc1.64001f', 640, 480)",
    "INSERT INTO outage (id, camera_id, started_at, cause, message) \
     VALUES ({ID}, 'front', 61000000, 'CAMERA_UNREACHABLE', 'no answer')",
    "INSERT INTO garbage (id, path, discarded_at) VALUES ({ID}, 'front/b.mp4', 9)",
];

#[tokio::test]
async fn rows_of_a_database_from_before_survive_the_upgrade() {
    on_both_empty(async |database| {
        let store = &database.store;
        let sqlite = store.db.get_database_backend() == DbBackend::Sqlite;
        let id = if sqlite {
            "X'0192d5a0000070008000000000000001'"
        } else {
            "'0192d5a0-0000-7000-8000-000000000001'"
        };
        Migrator::up(&store.db, Some(4)).await.unwrap();
        for row in OLD_ROWS {
            store.db.execute_unprepared(&row.replace("{ID}", id)).await.unwrap();
        }

        store.migrate().await.unwrap();

        let cameras = store.cameras().await.unwrap();
        let record = RecordSettings { audio: false, ..RecordSettings::default() };
        assert_eq!((cameras.len(), &cameras[0].record), (1, &record), "no limit of its own");
        let span = Span::new(WallTime::from_micros(0), WallTime::from_micros(100_000_000));
        let segments = store.segments_in(&cameras[0].id, span, None, 9).await.unwrap();
        assert_eq!((segments.len(), segments[0].size_bytes), (1, 123));
        assert!(store.pieces_of(&[segments[0].id]).await.unwrap().is_empty());
        assert_eq!(store.outages_in(&cameras[0].id, span).await.unwrap().len(), 1);
        assert_eq!(store.garbage(9).await.unwrap().len(), 1);
        assert_eq!(store.storage_limits().await.unwrap(), None);
        assert_eq!(store.oldest_unprotected(&cameras[0].id, 9).await.unwrap(), segments);
        let kept = KeptFootage { segments: 1, bytes: 123 };
        assert_eq!(store.footage_of(&cameras[0].id).await.unwrap(), kept);
        assert!(store.miscounted_footage().await.unwrap().is_empty());
    })
    .await;
}
