//! What footage takes: sums over the segment table, by camera and by day.

use ronin_core::{CameraId, Segment, Span, WallTime, control::KeptFootage};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Error, Result, Store,
    entity::segment,
    error::{Doing, narrow},
    protected::protecting,
    segments::from_row,
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
    bytes: Option<i64>,
    oldest: i64,
    newest: i64,
}

impl Store {
    /// What each camera with footage takes, by id.
    pub async fn usage(&self) -> Result<Vec<CameraUsage>> {
        use segment::Column;
        // Postgres adds BIGINTs up to a NUMERIC.
        let bytes = Expr::col(Column::SizeBytes).sum().cast_as("BIGINT");
        let rows: Vec<UsageRow> = segment::Entity::find()
            .select_only()
            .column(Column::CameraId)
            .column_as(Column::StartAt.count(), "segments")
            .column_as(bytes, "bytes")
            .column_as(Column::StartAt.min(), "oldest")
            .column_as(Column::EndAt.max(), "newest")
            .group_by(Column::CameraId)
            .into_model()
            .all(&self.db)
            .await
            .doing("add up the footage of each camera")?;
        let mut usage = rows.into_iter().map(from_usage).collect::<Result<Vec<_>>>()?;
        usage.sort_by(|a, b| a.camera.cmp(&b.camera));
        Ok(usage)
    }

    /// Segments of a camera that begin in each of `spans`, and their size.
    pub async fn footage_begun_in(
        &self,
        camera: &CameraId,
        spans: &[Span],
    ) -> Result<Vec<KeptFootage>> {
        use segment::Column;
        let mut sums = Vec::with_capacity(spans.len());
        for span in spans {
            let select = segment::Entity::find()
                .filter(Column::CameraId.eq(camera.as_str()))
                .filter(Column::StartAt.gte(span.start.as_micros()))
                .filter(Column::StartAt.lt(span.end.as_micros()));
            sums.push(self.totals(select).await?);
        }
        Ok(sums)
    }

    /// Footage of a camera that ended before `before` and is not protected.
    pub async fn unprotected_before(
        &self,
        camera: &CameraId,
        before: WallTime,
    ) -> Result<KeptFootage> {
        let select = segment::Entity::find()
            .filter(segment::Column::CameraId.eq(camera.as_str()))
            // The second line says more than the first, which the index understands.
            .filter(segment::Column::StartAt.lt(before.as_micros()))
            .filter(segment::Column::EndAt.lt(before.as_micros()))
            .filter(Expr::exists(protecting()).not());
        self.totals(select).await
    }

    /// Cameras that have footage, by id, known or removed.
    pub async fn cameras_with_footage(&self) -> Result<Vec<CameraId>> {
        use segment::Column;
        let mut cameras = Vec::new();
        let mut after = String::new();
        // From one id to the next through the index, not over every row.
        loop {
            let next: Option<Option<String>> = segment::Entity::find()
                .filter(Column::CameraId.gt(after.as_str()))
                .select_only()
                .column_as(Column::CameraId.min(), "next")
                .into_tuple()
                .one(&self.db)
                .await
                .doing("read which cameras have footage")?;
            let Some(next) = next.flatten() else { return Ok(cameras) };
            let camera = next.parse().map_err(|_| Error::Damaged {
                what: "a segment".to_owned(),
                problem: format!("{next:?} is no camera id"),
            })?;
            cameras.push(camera);
            after = next;
        }
    }

    /// The oldest segments of a camera that are not protected, at most `limit`.
    pub async fn oldest_unprotected(&self, camera: &CameraId, limit: u64) -> Result<Vec<Segment>> {
        let select = oldest_unprotected_of(camera, limit);
        let rows = select.all(&self.db).await.doing("read the oldest segments")?;
        rows.into_iter().map(from_row).collect()
    }

    /// The newest segment of a camera; `None` where it has none.
    pub async fn newest_segment(&self, camera: &CameraId) -> Result<Option<Segment>> {
        let row = segment::Entity::find()
            .filter(segment::Column::CameraId.eq(camera.as_str()))
            .order_by_desc(segment::Column::StartAt)
            .limit(1)
            .one(&self.db)
            .await
            .doing("read the newest segment")?;
        row.map(from_row).transpose()
    }
}

pub(crate) fn oldest_unprotected_of(camera: &CameraId, limit: u64) -> Select<segment::Entity> {
    segment::Entity::find()
        .filter(segment::Column::CameraId.eq(camera.as_str()))
        .filter(Expr::exists(protecting()).not())
        .order_by_asc(segment::Column::StartAt)
        .order_by_asc(segment::Column::Id)
        .limit(limit)
}

fn from_usage(row: UsageRow) -> Result<CameraUsage> {
    let camera = row.camera_id.parse().map_err(|_| Error::Damaged {
        what: "a segment".to_owned(),
        problem: format!("{:?} is no camera id", row.camera_id),
    })?;
    Ok(CameraUsage {
        camera,
        kept: KeptFootage {
            segments: narrow("the number of segments", row.segments)?,
            bytes: narrow("the size of segments", row.bytes.unwrap_or_default())?,
        },
        span: Span::new(WallTime::from_micros(row.oldest), WallTime::from_micros(row.newest)),
    })
}
