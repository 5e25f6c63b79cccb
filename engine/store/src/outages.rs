//! The outage table: when a camera did not stream, and why. Written by the control loop.
//!
//! A camera has at most one open outage. Not here: gaps in the footage, which outages explain but
//! do not make ([`crate::timeline`]).

use ronin_core::{CameraId, Span, WallTime};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Result, Store,
    entity::outage,
    error::{Doing, storable},
    store::Lock,
    timeline::KnownOutage,
};

/// Why a camera does not stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// For machines, for example `CAMERA_UNREACHABLE`.
    pub cause: String,
    /// For people.
    pub message: String,
}

const DOING: &str = "note an outage";

impl Store {
    /// Says what ails a camera from `at` on; `None`: nothing. An outage of the same cause goes on
    /// with the new message; one of another cause ends at `at`.
    pub async fn set_outage(
        &self,
        camera: &CameraId,
        at: WallTime,
        outage: Option<Outage>,
    ) -> Result<()> {
        let transaction = self.begin_write(Lock::Outages).await.doing(DOING)?;
        let open = outage::Entity::find()
            .filter(outage::Column::CameraId.eq(camera.as_str()))
            .filter(outage::Column::EndedAt.is_null())
            .one(&transaction)
            .await
            .doing(DOING)?;
        match (open, outage) {
            (None, None) => {}
            (Some(open), None) => end(&transaction, &open, at).await?,
            (None, Some(new)) => begin(&transaction, camera, at, &new).await?,
            (Some(open), Some(new)) if open.cause == storable(&new.cause) => {
                refresh(&transaction, open.id, &new.message).await?;
            }
            (Some(open), Some(new)) => {
                end(&transaction, &open, at).await?;
                begin(&transaction, camera, at, &new).await?;
            }
        }
        transaction.commit().await.doing(DOING)
    }

    /// Outages of a camera that overlap `span`, by start; the open one reaches to the end of time.
    pub(crate) async fn outages_in(
        &self,
        camera: &CameraId,
        span: Span,
    ) -> Result<Vec<KnownOutage>> {
        use outage::Column;
        let reaches = Condition::any()
            .add(Column::EndedAt.is_null())
            .add(Column::EndedAt.gt(span.start.as_micros()));
        let rows = outage::Entity::find()
            .filter(Column::CameraId.eq(camera.as_str()))
            .filter(Column::StartedAt.lt(span.end.as_micros()))
            .filter(reaches)
            .order_by_asc(Column::StartedAt)
            .all(&self.db)
            .await
            .doing("read outages")?;
        let known = |row: outage::Model| KnownOutage {
            span: Span::new(
                WallTime::from_micros(row.started_at),
                WallTime::from_micros(row.ended_at.unwrap_or(i64::MAX)),
            ),
            outage: Outage { cause: row.cause, message: row.message },
        };
        Ok(rows.into_iter().map(known).collect())
    }
}

/// Ends every open outage at `at`; one that began later, when it began.
pub(crate) async fn end_open(db: &impl ConnectionTrait, at: WallTime) -> Result<()> {
    use outage::Column;
    let later = Expr::col(Column::StartedAt).gt(at.as_micros());
    for (end, begun) in
        [(Expr::col(Column::StartedAt), later.clone()), (Expr::value(at.as_micros()), later.not())]
    {
        outage::Entity::update_many()
            .col_expr(Column::EndedAt, end)
            .filter(Column::EndedAt.is_null())
            .filter(begun)
            .exec(db)
            .await
            .doing("end old outages")?;
    }
    Ok(())
}

async fn begin(
    transaction: &DatabaseTransaction,
    camera: &CameraId,
    at: WallTime,
    new: &Outage,
) -> Result<()> {
    let row = outage::ActiveModel {
        id: Set(Uuid::now_v7()),
        camera_id: Set(camera.to_string()),
        started_at: Set(at.as_micros()),
        ended_at: Set(None),
        cause: Set(storable(&new.cause)),
        message: Set(storable(&new.message)),
    };
    let insert = outage::Entity::insert(row);
    insert.exec_without_returning(transaction).await.doing(DOING)?;
    Ok(())
}

/// A clock that went back does not end an outage before it began.
async fn end(transaction: &DatabaseTransaction, open: &outage::Model, at: WallTime) -> Result<()> {
    let at = Ord::max(at.as_micros(), open.started_at);
    outage::Entity::update_many()
        .col_expr(outage::Column::EndedAt, Expr::value(at))
        .filter(outage::Column::Id.eq(open.id))
        .exec(transaction)
        .await
        .doing(DOING)?;
    Ok(())
}

async fn refresh(transaction: &DatabaseTransaction, id: Uuid, message: &str) -> Result<()> {
    outage::Entity::update_many()
        .col_expr(outage::Column::Message, Expr::value(storable(message)))
        .filter(outage::Column::Id.eq(id))
        .exec(transaction)
        .await
        .doing(DOING)?;
    Ok(())
}
