//! The engine_run table: when the engine itself was running, so that a gap in the footage is not
//! blamed on a camera. Written by the engine's start, its heartbeat and its stop.

use ronin_core::{Span, WallTime};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{Result, Store, entity::engine_run, error::Doing, outages, store::Lock};

const BEGINNING: &str = "note the start of the engine";

impl Store {
    /// Notes that the engine began to run. A run before it that was killed ended at its last sign of
    /// life, and so did the outages that it left open: what happened after that nobody saw. Twice is
    /// once.
    pub async fn begin_engine_run(&self, id: Uuid, at: WallTime) -> Result<()> {
        use engine_run::Column;
        let transaction = self.begin_write(Lock::EngineRuns).await.doing(BEGINNING)?;
        let known = engine_run::Entity::find_by_id(id).one(&transaction).await.doing(BEGINNING)?;
        if known.is_some() {
            return Ok(());
        }
        engine_run::Entity::update_many()
            .col_expr(Column::StoppedAt, Expr::col(Column::AliveAt))
            .filter(Column::StoppedAt.is_null())
            .exec(&transaction)
            .await
            .doing(BEGINNING)?;
        let last_seen: Option<Option<i64>> = engine_run::Entity::find()
            .select_only()
            .column_as(Column::StoppedAt.max(), "last_seen")
            .into_tuple()
            .one(&transaction)
            .await
            .doing(BEGINNING)?;
        if let Some(last_seen) = last_seen.flatten() {
            outages::end_open(&transaction, WallTime::from_micros(last_seen)).await?;
        }
        let row = engine_run::ActiveModel {
            id: Set(id),
            started_at: Set(at.as_micros()),
            alive_at: Set(at.as_micros()),
            stopped_at: Set(None),
        };
        let insert = engine_run::Entity::insert(row);
        insert.exec_without_returning(&transaction).await.doing(BEGINNING)?;
        transaction.commit().await.doing(BEGINNING)
    }

    /// Notes a sign of life: should the engine be killed, it ran at least until the last one.
    pub async fn engine_alive(&self, id: Uuid, at: WallTime) -> Result<()> {
        engine_run::Entity::update_many()
            .col_expr(engine_run::Column::AliveAt, Expr::value(at.as_micros()))
            .filter(engine_run::Column::Id.eq(id))
            .exec(&self.db)
            .await
            .doing("note that the engine is alive")?;
        Ok(())
    }

    /// Notes that the engine stopped as it should.
    pub async fn end_engine_run(&self, id: Uuid, at: WallTime) -> Result<()> {
        engine_run::Entity::update_many()
            .col_expr(engine_run::Column::AliveAt, Expr::value(at.as_micros()))
            .col_expr(engine_run::Column::StoppedAt, Expr::value(at.as_micros()))
            .filter(engine_run::Column::Id.eq(id))
            .exec(&self.db)
            .await
            .doing("note the stop of the engine")?;
        Ok(())
    }

    /// Runs that overlap `span`, by start. The one that has not stopped is the one that asks: it
    /// reaches to the end of time.
    pub(crate) async fn engine_runs_in(&self, span: Span) -> Result<Vec<Span>> {
        use engine_run::Column;
        let reaches = Condition::any()
            .add(Column::StoppedAt.is_null())
            .add(Column::StoppedAt.gt(span.start.as_micros()));
        let rows: Vec<(i64, Option<i64>)> = engine_run::Entity::find()
            .select_only()
            .columns([Column::StartedAt, Column::StoppedAt])
            .filter(Column::StartedAt.lt(span.end.as_micros()))
            .filter(reaches)
            .order_by_asc(Column::StartedAt)
            .into_tuple()
            .all(&self.db)
            .await
            .doing("read when the engine ran")?;
        let span = |(start, end): (i64, Option<i64>)| {
            Span::new(WallTime::from_micros(start), WallTime::from_micros(end.unwrap_or(i64::MAX)))
        };
        Ok(rows.into_iter().map(span).collect())
    }
}
