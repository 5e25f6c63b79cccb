//! How the databases answer the questions of pages: through an index, at any size.

use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};

use super::{Database, camera, on_both, span};
use crate::{Store, footage::usage_of_all, segments::stretches_of, usage::oldest_unprotected_of};

const ROWS: u32 = 20_000;

/// Minutes of four cameras, protected spans and outages, of which the database knows the numbers.
async fn fill(store: &Store) {
    let (id, look) = match store.db.get_database_backend() {
        DbBackend::Sqlite => ("randomblob(16)", "ANALYZE"),
        _ => ("gen_random_uuid()", "VACUUM ANALYZE"),
    };
    let first = super::at(0).as_micros();
    let minute = |n: &str| format!("{first} + {n} / 4 * CAST(60000000 AS BIGINT)");
    let numbers = |rows: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
            rows - 1
        )
    };
    let (start, end) = (minute("i"), minute("(i + 4)"));
    let of = "'camera-' || (i % 4)";
    let statements = [
        format!(
            "{} INSERT INTO segment (id, camera_id, run_id, sequence, start_at, end_at, \
             duration_us, path, size_bytes, frames, codecs, width, height) SELECT {id}, {of}, {id}, \
             i, {start}, {end}, 60000000, 'front/' || i, 30000000, 1500, 'avc1.64001f', 1920, 1080 \
             FROM n",
            numbers(ROWS)
        ),
        format!(
            "{} INSERT INTO protected_span (id, camera_id, start_at, end_at, note, created_by, \
             created_at) SELECT {id}, {of}, {start}, {end}, '', '', 0 FROM n",
            numbers(100)
        ),
        look.to_owned(),
    ];
    for statement in statements {
        store.db.execute_unprepared(&statement).await.unwrap();
    }
    store.recount_footage().await.unwrap();
}

/// What the database says of how it would answer.
async fn plan(store: &Store, asked: Statement) -> String {
    let (explain, column) = match asked.db_backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let sql = format!("{explain} {}", asked.sql);
    let values = asked.values.map(|values| values.0).unwrap_or_default();
    let asked = Statement::from_sql_and_values(asked.db_backend, sql, values);
    let rows = store.db.query_all_raw(asked).await.unwrap();
    let lines = rows.into_iter().map(|row| row.try_get::<String>("", column).unwrap());
    lines.collect::<Vec<String>>().join("\n")
}

/// The index is used, and the segments are not read one after the other.
fn uses(plan: &str, index: &str) {
    assert!(plan.contains(index), "{plan}");
    for scan in ["Seq Scan on segment", "SCAN segment"] {
        assert!(!plan.contains(scan), "{plan}");
    }
}

async fn filled(database: &Database) -> (&Store, DbBackend) {
    fill(&database.store).await;
    (&database.store, database.store.db.get_database_backend())
}

#[tokio::test]
async fn questions_about_a_day_and_the_oldest_are_answered_through_an_index() {
    on_both(async |database| {
        let (store, backend) = filled(database).await;
        let (of, day) = (camera("camera-1"), span(86_400, 2 * 86_400));
        let earliest = day.start.as_micros() - 60_000_000;

        let timeline = plan(store, stretches_of(backend, &of, earliest, day)).await;
        uses(&timeline, "segment_camera_time");
        let oldest = plan(store, oldest_unprotected_of(&of, 100).build(backend)).await;
        uses(&oldest, "segment_camera_time");
        let segments = store.overlapping(&of, day).await.unwrap().unwrap();
        uses(&plan(store, segments.build(backend)).await, "segment_camera_time");

        let usage = plan(store, usage_of_all(backend)).await;
        uses(&usage, "segment_camera_time");
        uses(&usage, "segment_camera_duration");

        assert_eq!(store.usage().await.unwrap().len(), 4);
        assert_eq!(store.stretches(&of, day).await.unwrap().len(), 1);
        assert_eq!(store.oldest_unprotected(&of, 100).await.unwrap().len(), 100);
    })
    .await;
}
