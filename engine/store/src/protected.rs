//! The protected_span table: footage that nobody deletes for age or space. Written by the API.
//!
//! A segment is protected where any of it lies in a protected span of its camera, or in a span that
//! a job needs ([`crate::jobs`]).

use std::{collections::BTreeMap, time::Duration};

use ronin_core::{CameraId, Span, WallTime, control::KeptFootage};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{
    Error, Result, Store,
    entity::{job_span, protected_span, segment},
    error::{Doing, storable},
    store::Lock,
    timeline::union,
};

/// A span whose footage stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProtectedSpan {
    /// Its id, which grows with the time it was made.
    pub id: Uuid,
    /// Whose footage.
    pub camera: CameraId,
    /// When.
    pub span: Span,
    /// Why, for people.
    pub note: String,
    /// Name of the user who wanted it.
    pub created_by: String,
    /// When it was made.
    pub created_at: WallTime,
}

impl Store {
    /// Protects a span. Once this returns, nothing of it is deleted any more.
    pub async fn protect(&self, new: &ProtectedSpan) -> Result<()> {
        let row = protected_span::ActiveModel {
            id: Set(new.id),
            camera_id: Set(new.camera.to_string()),
            start_at: Set(new.span.start.as_micros()),
            end_at: Set(new.span.end.as_micros()),
            note: Set(storable(&new.note)),
            created_by: Set(storable(&new.created_by)),
            created_at: Set(new.created_at.as_micros()),
        };
        // What is being discarded at this moment is discarded, or sees the protection.
        let transaction = self.begin_write(Lock::Segments).await.doing("protect footage")?;
        let insert = protected_span::Entity::insert(row);
        insert.exec_without_returning(&transaction).await.doing("protect footage")?;
        transaction.commit().await.doing("protect footage")
    }

    /// Takes a protection away. `false` where there was none of this camera and id.
    pub async fn unprotect(&self, camera: &CameraId, id: Uuid) -> Result<bool> {
        let deleted = protected_span::Entity::delete_many()
            .filter(protected_span::Column::Id.eq(id))
            .filter(protected_span::Column::CameraId.eq(camera.as_str()))
            .exec(&self.db)
            .await
            .doing("take a protection away")?;
        Ok(deleted.rows_affected == 1)
    }

    /// Protected spans of a camera or of all, newest first, from those older than `before` on, at
    /// most `limit`.
    pub async fn protected_spans(
        &self,
        camera: Option<&CameraId>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<ProtectedSpan>> {
        use protected_span::Column;
        let mut select = protected_span::Entity::find().order_by_desc(Column::Id).limit(limit);
        if let Some(camera) = camera {
            select = select.filter(Column::CameraId.eq(camera.as_str()));
        }
        if let Some(before) = before {
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.all(&self.db).await.doing("read the protected spans")?;
        rows.into_iter().map(from_row).collect()
    }

    /// Footage of a camera that overlaps `span`: what a protection of it keeps.
    pub async fn footage_in(&self, camera: &CameraId, span: Span) -> Result<KeptFootage> {
        match self.overlapping(camera, span).await? {
            Some(select) => self.totals(select).await,
            None => Ok(KeptFootage::default()),
        }
    }

    /// Footage of all cameras that is protected.
    pub async fn protected_totals(&self) -> Result<KeptFootage> {
        let mut of_camera: BTreeMap<CameraId, Vec<Span>> = BTreeMap::new();
        for protected in self.protected_spans(None, None, u64::from(u32::MAX)).await? {
            of_camera.entry(protected.camera).or_default().push(protected.span);
        }
        let mut sum = KeptFootage::default();
        for (camera, mut spans) in of_camera {
            spans.sort_by_key(|span| span.start);
            let mut counted_until = WallTime::from_micros(i64::MIN);
            for span in union(spans, Duration::ZERO) {
                let Some(touching) = self.overlapping(&camera, span).await? else { continue };
                // One that began earlier and reaches into this span was counted with the last one.
                let new = touching.filter(segment::Column::StartAt.gte(counted_until.as_micros()));
                let KeptFootage { segments, bytes } = self.totals(new).await?;
                sum.segments += segments;
                sum.bytes += bytes;
                counted_until = span.end;
            }
        }
        Ok(sum)
    }
}

/// What protects a segment, for `EXISTS` in a query of segments: spans that people protect, and
/// those that a job needs.
pub(crate) fn protecting() -> SelectStatement {
    let of_segment = |column| Expr::col((Alias::new("segment"), column));
    let of = |table: &'static str, camera: DynIden, start: DynIden, end: DynIden| {
        let column = |column| Expr::col((Alias::new(table), column));
        Query::select()
            .expr(Expr::val(1))
            .from(Alias::new(table))
            .and_where(column(camera).equals((Alias::new("segment"), segment::Column::CameraId)))
            .and_where(column(start).lt(of_segment(segment::Column::EndAt)))
            .and_where(column(end).gt(of_segment(segment::Column::StartAt)))
            .to_owned()
    };
    let by_people = {
        use protected_span::Column;
        let [camera, start, end] = [Column::CameraId, Column::StartAt, Column::EndAt];
        of("protected_span", camera.into_iden(), start.into_iden(), end.into_iden())
    };
    let by_jobs = {
        use job_span::Column;
        let [camera, start, end] = [Column::CameraId, Column::StartAt, Column::EndAt];
        of("job_span", camera.into_iden(), start.into_iden(), end.into_iden())
    };
    by_people.clone().union(UnionType::All, by_jobs).to_owned()
}

fn from_row(row: protected_span::Model) -> Result<ProtectedSpan> {
    let camera = row.camera_id.parse().map_err(|_| Error::Damaged {
        what: format!("protected span {}", row.id),
        problem: format!("{:?} is no camera id", row.camera_id),
    })?;
    Ok(ProtectedSpan {
        id: row.id,
        camera,
        span: Span::new(WallTime::from_micros(row.start_at), WallTime::from_micros(row.end_at)),
        note: row.note,
        created_by: row.created_by,
        created_at: WallTime::from_micros(row.created_at),
    })
}
