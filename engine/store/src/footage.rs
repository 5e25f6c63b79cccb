//! The footage table: how many segments each camera has and what they take, so that nobody adds up
//! a million rows.
//!
//! All that writes the segment table goes through [`put`] and [`remove`], in a transaction that
//! holds [`Lock::Segments`]: the sums are those of the rows at every moment.

use std::collections::BTreeMap;

use ronin_core::{CameraId, Segment, Span, WallTime, control::KeptFootage};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    FromQueryResult, Insert, Iterable, QueryFilter, QuerySelect, SqlErr, Statement,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    Error, Result, Store,
    entity::{footage, fragment_index, segment},
    error::{Doing, narrow},
    segments::to_row,
    store::Lock,
};

/// Footage of one camera, known or removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameraUsage {
    /// Whose.
    pub camera: CameraId,
    /// How much.
    pub kept: KeptFootage,
    /// Start of the oldest and end of the newest.
    pub span: Span,
}

#[derive(FromQueryResult)]
struct UsageRow {
    camera_id: String,
    segments: i64,
    bytes: i64,
    oldest: Option<i64>,
    newest: Option<i64>,
}

impl Store {
    /// What each camera with footage takes, by id.
    pub async fn usage(&self) -> Result<Vec<CameraUsage>> {
        let rows = UsageRow::find_by_statement(usage_of_all(self.db.get_database_backend()));
        let rows = rows.all(&self.db).await.doing("read what each camera takes")?;
        let mut usage = rows.into_iter().map(from_usage).collect::<Result<Vec<_>>>()?;
        usage.sort_by(|a, b| a.camera.cmp(&b.camera));
        Ok(usage)
    }

    /// Segments in the index and their size, of all cameras.
    pub async fn recorded_totals(&self) -> Result<KeptFootage> {
        use footage::Column;
        // Postgres adds BIGINTs up to a NUMERIC.
        let sum = |column: Column| Expr::col(column).sum().cast_as("BIGINT");
        let row: Option<(Option<i64>, Option<i64>)> = footage::Entity::find()
            .select_only()
            .column_as(sum(Column::Segments), "segments")
            .column_as(sum(Column::Bytes), "bytes")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("add up the footage of all cameras")?;
        let (segments, bytes) = row.unwrap_or_default();
        kept(segments.unwrap_or_default(), bytes.unwrap_or_default())
    }

    /// Segments in the index and their size, of one camera, known or removed.
    pub async fn footage_of(&self, camera: &CameraId) -> Result<KeptFootage> {
        let row = footage::Entity::find_by_id(camera.as_str()).one(&self.db).await;
        match row.doing("read what a camera takes")? {
            Some(row) => kept(row.segments, row.bytes),
            None => Ok(KeptFootage::default()),
        }
    }

    /// Cameras that have footage, by id, known or removed.
    pub async fn cameras_with_footage(&self) -> Result<Vec<CameraId>> {
        let rows = footage::Entity::find().all(&self.db).await;
        let rows = rows.doing("read which cameras have footage")?;
        let mut cameras =
            rows.iter().map(|row| camera_of(&row.camera_id)).collect::<Result<Vec<_>>>()?;
        cameras.sort();
        Ok(cameras)
    }

    /// Cameras whose sums are not those of their segments: none, but where somebody else wrote to
    /// the tables. Reads every segment.
    pub async fn miscounted_footage(&self) -> Result<Vec<CameraId>> {
        // One statement, so that no segment comes between the two counts.
        let sql = "SELECT camera_id FROM (SELECT camera_id, COUNT(*) AS segments, SUM(size_bytes) \
                   AS bytes FROM segment GROUP BY camera_id UNION ALL SELECT camera_id, -segments, \
                   -bytes FROM footage) AS difference GROUP BY camera_id HAVING SUM(segments) <> 0 \
                   OR SUM(bytes) <> 0 ORDER BY camera_id";
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.db.query_all_raw(statement).await.doing("count the footage")?;
        let camera = |row: sea_orm::QueryResult| {
            camera_of(&row.try_get::<String>("", "camera_id").doing("count the footage")?)
        };
        rows.into_iter().map(camera).collect()
    }

    /// Makes the sums anew of the segments.
    pub async fn recount_footage(&self) -> Result<()> {
        const DOING: &str = "count the footage anew";
        let transaction = self.begin_write(Lock::Segments).await.doing(DOING)?;
        footage::Entity::delete_many().exec(&transaction).await.doing(DOING)?;
        let count = "INSERT INTO footage (camera_id, segments, bytes) SELECT camera_id, COUNT(*), \
                     CAST(SUM(size_bytes) AS BIGINT) FROM segment GROUP BY camera_id";
        transaction.execute_unprepared(count).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)
    }
}

/// Adds a segment, or replaces the row of the same id.
pub(crate) async fn put(transaction: &DatabaseTransaction, segment: &Segment) -> Result<()> {
    let row = to_row(segment)?;
    let old = segment::Entity::find_by_id(segment.id.0).one(transaction).await;
    let old = old.doing("index a segment")?;
    let mut change = Change::default();
    if let Some(old) = old {
        change.add(old.camera_id, -1, -i128::from(old.size_bytes));
    }
    change.add(segment.camera.to_string(), 1, segment.size_bytes.into());
    match upsert(row).exec_without_returning(transaction).await {
        Err(error) if is_unique_violation(&error) => {
            return Err(Error::PathTaken { path: segment.path.clone() });
        }
        put => put.doing("index a segment")?,
    };
    change.apply(transaction).await
}

/// Takes segments away, and their pieces.
pub(crate) async fn remove(
    transaction: &DatabaseTransaction,
    rows: &[segment::Model],
) -> Result<()> {
    let mut change = Change::default();
    for row in rows {
        change.add(row.camera_id.clone(), -1, -i128::from(row.size_bytes));
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    fragment_index::Entity::delete_many()
        .filter(fragment_index::Column::SegmentId.is_in(ids.clone()))
        .exec(transaction)
        .await
        .doing("remove the pieces of segments")?;
    segment::Entity::delete_many()
        .filter(segment::Column::Id.is_in(ids))
        .exec(transaction)
        .await
        .doing("remove segments")?;
    change.apply(transaction).await
}

/// What comes to the sums of each camera, and what goes.
#[derive(Default)]
struct Change(BTreeMap<String, (i64, i128)>);

impl Change {
    fn add(&mut self, camera: String, segments: i64, bytes: i128) {
        let of_camera = self.0.entry(camera).or_default();
        of_camera.0 += segments;
        of_camera.1 += bytes;
    }

    async fn apply(self, transaction: &DatabaseTransaction) -> Result<()> {
        const DOING: &str = "count the footage of a camera";
        for (camera, change) in self.0.into_iter().filter(|(_, change)| *change != (0, 0)) {
            let row = footage::Entity::find_by_id(&camera).one(transaction).await.doing(DOING)?;
            let (segments, bytes) = row.map_or((0, 0), |row| (row.segments, row.bytes));
            let segments = segments + change.0;
            if segments == 0 {
                let delete = footage::Entity::delete_by_id(camera);
                delete.exec(transaction).await.doing(DOING)?;
                continue;
            }
            let row = footage::ActiveModel {
                camera_id: Set(camera),
                segments: Set(segments),
                bytes: Set(sum_of_bytes(i128::from(bytes) + change.1)?),
            };
            let mut replace = OnConflict::column(footage::Column::CameraId);
            replace.update_columns([footage::Column::Segments, footage::Column::Bytes]);
            let insert = footage::Entity::insert(row).on_conflict(replace);
            insert.exec_without_returning(transaction).await.doing(DOING)?;
        }
        Ok(())
    }
}

fn sum_of_bytes(bytes: i128) -> Result<i64> {
    i64::try_from(bytes).map_err(|_| Error::TooLarge {
        field: "the size of a camera's footage",
        value: u64::try_from(bytes).unwrap_or(u64::MAX),
    })
}

/// Asks for the sums, the start of the oldest and the end of the newest of each camera, without
/// reading more than a few segments: what ends last began at most as long before the newest start
/// as the longest lasts.
pub(crate) fn usage_of_all(backend: DbBackend) -> Statement {
    let sql = "WITH kept AS (SELECT camera_id, segments, bytes, (SELECT MIN(start_at) FROM segment \
               WHERE segment.camera_id = footage.camera_id) AS oldest, (SELECT MAX(start_at) FROM \
               segment WHERE segment.camera_id = footage.camera_id) AS latest, (SELECT \
               MAX(duration_us) FROM segment WHERE segment.camera_id = footage.camera_id) AS \
               longest FROM footage) SELECT camera_id, segments, bytes, oldest, (SELECT \
               MAX(end_at) FROM segment WHERE segment.camera_id = kept.camera_id AND start_at >= \
               CASE WHEN latest < 0 OR longest = $1 THEN $2 ELSE latest - longest END) AS newest \
               FROM kept";
    // Held at the limit, the longest may be longer; before 1970 the difference may be no number.
    Statement::from_sql_and_values(backend, sql, [i64::MAX.into(), i64::MIN.into()])
}

fn upsert(row: segment::ActiveModel) -> Insert<segment::ActiveModel> {
    use segment::Column;
    let mut replace = OnConflict::column(Column::Id);
    replace.update_columns(
        Column::iter().filter(|column| !matches!(column, Column::Id | Column::Transcode)),
    );
    segment::Entity::insert(row).on_conflict(replace)
}

fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

fn from_usage(row: UsageRow) -> Result<CameraUsage> {
    let camera = camera_of(&row.camera_id)?;
    let (Some(oldest), Some(newest)) = (row.oldest, row.newest) else {
        return Err(Error::Damaged {
            what: format!("what camera {camera} takes"),
            problem: "it has no segment; ronin check --rebuild counts again".to_owned(),
        });
    };
    let kept = kept(row.segments, row.bytes)?;
    let span = Span::new(WallTime::from_micros(oldest), WallTime::from_micros(newest));
    Ok(CameraUsage { camera, kept, span })
}

fn camera_of(id: &str) -> Result<CameraId> {
    id.parse().map_err(|_| Error::Damaged {
        what: "the footage of a camera".to_owned(),
        problem: format!("{id:?} is no camera id"),
    })
}

fn kept(segments: i64, bytes: i64) -> Result<KeptFootage> {
    Ok(KeptFootage {
        segments: narrow("the number of segments", segments)?,
        bytes: narrow("the size of segments", bytes)?,
    })
}
