//! Sums over a part of the segment table, and what is oldest and newest.
//!
//! Not here: what a camera takes in all ([`crate::footage`]).

use ronin_core::{CameraId, Segment, Span, WallTime, control::KeptFootage};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Result, Store, entity::segment, error::Doing, protected::protecting, segments::from_row,
};

impl Store {
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

    /// About how many bytes of a camera's segments lie in a span; `None` where there is none.
    pub async fn bytes_in(&self, camera: &CameraId, span: Span) -> Result<Option<u64>> {
        let Some(select) = self.overlapping(camera, span).await? else { return Ok(None) };
        let all = self.totals(select.clone()).await?;
        if all.segments == 0 {
            return Ok(None);
        }
        // Those at both ends reach beyond it.
        let first = select.clone().order_by_asc(segment::Column::StartAt);
        let last = select.order_by_desc(segment::Column::StartAt);
        let mut bytes = all.bytes;
        let mut seen = None;
        for edge in [first, last] {
            let row = edge.one(&self.db).await.doing("read the segments of a span")?;
            let Some(edge) = row.map(from_row).transpose()? else { continue };
            if seen.replace(edge.id) == Some(edge.id) {
                continue;
            }
            let whole = edge.span();
            let inside = whole.intersect(span).duration().as_secs_f64();
            let outside = 1.0 - inside / whole.duration().as_secs_f64().max(f64::MIN_POSITIVE);
            bytes = bytes.saturating_sub((edge.size_bytes as f64 * outside) as u64);
        }
        Ok(Some(bytes))
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
