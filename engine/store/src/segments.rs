//! The segment and run tables: what lies on disk. Written by the recorder and the reclaimer.
//!
//! A segment is found by time through its start; [`Store::earliest_start`] says how far back one
//! must look for those that began before.

use std::collections::HashMap;

use ronin_core::{
    CameraId, Recorded, RunId, Segment, SegmentId, Span, WallTime, control::KeptFootage,
    playback::FileIndex,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select, Statement,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    Error, Result, Store,
    entity::{fragment_index, garbage, lost_file, run, segment},
    error::{Doing, bigint, narrow, storable},
    footage::put,
    store::Lock,
};

/// Ids asked for in one question: below the number of parameters that every SQLite takes.
const IDS_MAX: usize = 900;
/// Segments closer than this follow each other: rounding, and nothing that anybody could see.
const SEAM_US: i64 = 1000;

#[derive(FromQueryResult)]
struct StretchRow {
    start_at: i64,
    reach: Option<i64>,
    last: i64,
}

impl Store {
    /// Notes that a camera's graph began a life. Twice is once.
    pub async fn begin_run(&self, id: RunId, camera: &CameraId, at: WallTime) -> Result<()> {
        let row = run::ActiveModel {
            id: Set(id.0),
            camera_id: Set(camera.to_string()),
            started_at: Set(at.as_micros()),
            ended_at: Set(None),
            end_reason: Set(None),
        };
        let keep = OnConflict::column(run::Column::Id).do_nothing().to_owned();
        let insert = run::Entity::insert(row).on_conflict(keep);
        insert.exec_without_returning(&self.db).await.doing("note the start of a run")?;
        Ok(())
    }

    /// Notes that a life ended, and why. The first end counts.
    pub async fn end_run(&self, id: RunId, at: WallTime, reason: &str) -> Result<()> {
        run::Entity::update_many()
            .col_expr(run::Column::EndedAt, Expr::value(at.as_micros()))
            .col_expr(run::Column::EndReason, Expr::value(storable(reason)))
            .filter(run::Column::Id.eq(id.0))
            .filter(run::Column::EndedAt.is_null())
            .exec(&self.db)
            .await
            .doing("note the end of a run")?;
        Ok(())
    }

    /// Adds a segment to the index, or replaces the row of the same id: telling the same twice
    /// changes nothing.
    pub async fn upsert_segment(&self, segment: &Segment) -> Result<()> {
        let transaction = self.begin_write(Lock::Segments).await.doing("index a segment")?;
        put(&transaction, segment).await?;
        transaction.commit().await.doing("index a segment")
    }

    /// Adds a finished file with its pieces. Twice is once; one that was lost is found; one whose file
    /// is about to be deleted stays out.
    pub async fn index_segment(&self, recorded: &Recorded) -> Result<()> {
        const DOING: &str = "index a file";
        let id = recorded.segment.id.0;
        let pieces = fragment_index::ActiveModel {
            segment_id: Set(id),
            pieces: Set(recorded.index.to_bytes()),
        };
        let mut replace = OnConflict::column(fragment_index::Column::SegmentId);
        replace.update_column(fragment_index::Column::Pieces);
        let transaction = self.begin_write(Lock::Segments).await.doing(DOING)?;
        let garbage = garbage::Entity::find_by_id(id).one(&transaction).await.doing(DOING)?;
        if garbage.is_some() {
            return Ok(());
        }
        fragment_index::Entity::insert(pieces)
            .on_conflict(replace)
            .exec_without_returning(&transaction)
            .await
            .doing(DOING)?;
        put(&transaction, &recorded.segment).await?;
        lost_file::Entity::delete_by_id(id).exec(&transaction).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)
    }

    /// Where the pieces of these segments lie in their files, as far as that is known.
    pub async fn pieces_of(&self, ids: &[SegmentId]) -> Result<HashMap<SegmentId, FileIndex>> {
        let mut known = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS_MAX) {
            let rows = fragment_index::Entity::find()
                .filter(fragment_index::Column::SegmentId.is_in(ids.iter().map(|id| id.0)))
                .all(&self.db)
                .await
                .doing("read the pieces of segments")?;
            known.extend(rows.into_iter().filter_map(|row| {
                Some((SegmentId(row.segment_id), FileIndex::from_bytes(&row.pieces)?))
            }));
        }
        Ok(known)
    }

    /// One segment.
    pub async fn segment(&self, id: SegmentId) -> Result<Option<Segment>> {
        let row = segment::Entity::find_by_id(id.0).one(&self.db).await.doing("read a segment")?;
        row.map(from_row).transpose()
    }

    /// Segments of a camera that overlap `span`, by start and id, from behind `after` on, at most
    /// `limit`.
    pub async fn segments_in(
        &self,
        camera: &CameraId,
        span: Span,
        after: Option<(WallTime, SegmentId)>,
        limit: u64,
    ) -> Result<Vec<Segment>> {
        use segment::Column;
        let Some(mut select) = self.overlapping(camera, span).await? else { return Ok(Vec::new()) };
        if let Some((start, id)) = after {
            let start = start.as_micros();
            let same_start =
                Condition::all().add(Column::StartAt.eq(start)).add(Column::Id.gt(id.0));
            select = select
                // Says the same as the next line less exactly: the index understands this one.
                .filter(Column::StartAt.gte(start))
                .filter(Condition::any().add(Column::StartAt.gt(start)).add(same_start));
        }
        let rows = select
            .order_by_asc(Column::StartAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.db)
            .await
            .doing("read segments")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Segments of all cameras by id, from behind `after` on, at most `limit`.
    pub async fn all_segments(&self, after: Option<SegmentId>, limit: u64) -> Result<Vec<Segment>> {
        let mut select = segment::Entity::find().order_by_asc(segment::Column::Id).limit(limit);
        if let Some(id) = after {
            select = select.filter(segment::Column::Id.gt(id.0));
        }
        let rows = select.all(&self.db).await.doing("read all segments")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Footage of a camera that overlaps `span`, in order: segments that follow each other are one
    /// stretch. The database puts them together, for a year has half a million of them.
    pub async fn stretches(&self, camera: &CameraId, span: Span) -> Result<Vec<Span>> {
        if span.is_empty() {
            return Ok(Vec::new());
        }
        let Some(earliest) = self.earliest_start(camera, span.start).await? else {
            return Ok(Vec::new());
        };
        let statement = stretches_of(self.db.get_database_backend(), camera, earliest, span);
        let rows = StretchRow::find_by_statement(statement);
        let rows = rows.all(&self.db).await.doing("read the times of segments")?;
        let ends = rows.iter().skip(1).map(|row| row.reach).chain([rows.last().map(|r| r.last)]);
        let ends: Vec<Option<i64>> = ends.collect();
        let at = WallTime::from_micros;
        let spans = rows.iter().zip(ends);
        Ok(spans.map(|(row, end)| Span::new(at(row.start_at), at(end.unwrap_or(0)))).collect())
    }

    pub(crate) async fn totals(&self, select: Select<segment::Entity>) -> Result<KeptFootage> {
        use segment::Column;
        // Postgres adds BIGINTs up to a NUMERIC.
        let bytes = Expr::col(Column::SizeBytes).sum().cast_as("BIGINT");
        let row: Option<(i64, Option<i64>)> = select
            .select_only()
            .column_as(Column::StartAt.count(), "segments")
            .column_as(bytes, "bytes")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("add up the segments")?;
        let (segments, bytes) = row.unwrap_or_default();
        Ok(KeptFootage {
            segments: narrow("the number of segments", segments)?,
            bytes: narrow("the size of segments", bytes.unwrap_or_default())?,
        })
    }

    /// Segments of a camera that overlap `span`; `None` where none can.
    pub(crate) async fn overlapping(
        &self,
        camera: &CameraId,
        span: Span,
    ) -> Result<Option<Select<segment::Entity>>> {
        use segment::Column;
        if span.is_empty() {
            return Ok(None);
        }
        let Some(earliest) = self.earliest_start(camera, span.start).await? else {
            return Ok(None);
        };
        let select = segment::Entity::find()
            .filter(Column::CameraId.eq(camera.as_str()))
            .filter(Column::StartAt.gte(earliest))
            .filter(Column::StartAt.lt(span.end.as_micros()))
            .filter(Column::EndAt.gt(span.start.as_micros()));
        Ok(Some(select))
    }

    /// The earliest start, in microseconds, of a segment that could reach beyond `at`: the
    /// camera's longest segment before it. `None` where the camera has no segment.
    async fn earliest_start(&self, camera: &CameraId, at: WallTime) -> Result<Option<i64>> {
        let longest: Option<Option<i64>> = segment::Entity::find()
            .filter(segment::Column::CameraId.eq(camera.as_str()))
            .select_only()
            .column_as(segment::Column::DurationUs.max(), "longest")
            .into_tuple()
            .one(&self.db)
            .await
            .doing("read the longest segment")?;
        Ok(longest.flatten().map(|longest| match longest {
            // Held at the limit: it may be longer.
            i64::MAX => i64::MIN,
            longest => at.as_micros().saturating_sub(longest),
        }))
    }
}

/// Asks where stretches begin, for segments that begin at `earliest` or later. A stretch begins where
/// nothing before reaches; where the one before it ended is told by the next beginning, and the last
/// one's end by the maximum.
pub(crate) fn stretches_of(
    backend: DbBackend,
    camera: &CameraId,
    earliest: i64,
    span: Span,
) -> Statement {
    let sql = "SELECT start_at, reach, last FROM (SELECT start_at, MAX(end_at) OVER (ORDER BY \
               start_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach, MAX(end_at) \
               OVER () AS last FROM segment WHERE camera_id = $1 AND start_at >= $2 AND start_at < \
               $3 AND end_at > $4) AS stretch WHERE reach IS NULL OR start_at > CASE WHEN reach < \
               $6 THEN reach + $5 ELSE reach END ORDER BY start_at";
    let values: [sea_orm::Value; 6] = [
        camera.as_str().into(),
        earliest.into(),
        span.end.as_micros().into(),
        span.start.as_micros().into(),
        SEAM_US.into(),
        // Beyond it, Postgres has no sum.
        (i64::MAX - SEAM_US).into(),
    ];
    Statement::from_sql_and_values(backend, sql, values)
}

pub(crate) fn to_row(segment: &Segment) -> Result<segment::ActiveModel> {
    let (start, end) = (segment.start.as_micros(), segment.end.as_micros());
    let duration_us = if end > start { end.saturating_sub(start) } else { 0 };
    Ok(segment::ActiveModel {
        id: Set(segment.id.0),
        camera_id: Set(segment.camera.to_string()),
        run_id: Set(segment.run.0),
        sequence: Set(segment.sequence.into()),
        start_at: Set(start),
        end_at: Set(end),
        duration_us: Set(duration_us),
        path: Set(segment.path.clone()),
        size_bytes: Set(bigint("the size of a segment", segment.size_bytes)?),
        frames: Set(bigint("the frames of a segment", segment.frames)?),
        // As in RFC 6381, whose strings hold no comma.
        codecs: Set(segment.codecs.join(",")),
        width: Set(segment.width.into()),
        height: Set(segment.height.into()),
        // As it was, and not looked at where it is new.
        transcode: NotSet,
    })
}

pub(crate) fn from_row(row: segment::Model) -> Result<Segment> {
    let camera = row.camera_id.parse().map_err(|_| Error::Damaged {
        what: format!("segment {}", row.id),
        problem: format!("{:?} is no camera id", row.camera_id),
    })?;
    let codecs = row.codecs.split(',').filter(|codec| !codec.is_empty());
    Ok(Segment {
        id: SegmentId(row.id),
        camera,
        run: RunId(row.run_id),
        sequence: narrow("the number of a segment", row.sequence)?,
        start: WallTime::from_micros(row.start_at),
        end: WallTime::from_micros(row.end_at),
        path: row.path,
        size_bytes: narrow("the size of a segment", row.size_bytes)?,
        frames: narrow("the frames of a segment", row.frames)?,
        codecs: codecs.map(str::to_owned).collect(),
        width: narrow("the width of a segment", row.width)?,
        height: narrow("the height of a segment", row.height)?,
    })
}
