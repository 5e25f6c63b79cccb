//! The event tables: what came, was followed and went in front of the cameras; its snapshot; who has
//! looked at it. Events are written by the recorder, reviews by the API.
//!
//! Every change of an event gives it a new, higher sequence, so that whoever follows them has missed
//! nothing that is above the last one seen.

use ronin_core::{CameraId, Event, EventId, WallTime, event::EventState};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use crate::{
    Error, Result, Store,
    entity::{event, event_review, event_snapshot},
    error::{Doing, storable},
    store::Lock,
};

const DOING: &str = "read events";
/// Ids in one statement: below what SQLite takes as variables.
const CHUNK: usize = 500;

/// An event as it is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredEvent {
    /// Higher than that of every change before.
    pub sequence: i64,
    /// The event; its path is empty where a list was asked for that does without.
    pub event: Event,
    /// Whether there is a picture of it.
    pub has_snapshot: bool,
    /// Whether the user who asks has looked at it.
    pub reviewed: bool,
}

/// Which events are wanted.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EventFilter {
    /// Empty: of all cameras.
    pub cameras: Vec<CameraId>,
    /// Those that end later.
    pub after: Option<WallTime>,
    /// Those that begin earlier.
    pub before: Option<WallTime>,
    /// Empty: all classes.
    pub labels: Vec<String>,
    /// Names of zones; empty: wherever.
    pub zones: Vec<String>,
    /// Objects that made no event, instead of events.
    pub rejected: bool,
    /// Only those that the user has looked at, or has not.
    pub reviewed: Option<bool>,
    /// Least score, 0 to 1.
    pub min_score: f32,
    /// Whether each comes with its path.
    pub with_path: bool,
}

/// A row as lists read it.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    sequence: i64,
    state: String,
    has_snapshot: bool,
    detail: String,
    /// Only where it is asked for: it is most of a row.
    path: Option<String>,
}

impl Store {
    /// Writes an event as it is now, and its snapshot where there is a new one. Returns its sequence.
    pub async fn write_event(&self, new: &Event, snapshot: Option<&[u8]>) -> Result<i64> {
        let doing = "write an event";
        let transaction = self.begin_write(Lock::Events).await.doing(doing)?;
        let sequence = next_sequence(&transaction).await?;
        let mut row = to_row(new, sequence)?;
        use event::Column;
        let mut columns = vec![
            Column::Sequence,
            Column::State,
            Column::Label,
            Column::StartAt,
            Column::EndAt,
            Column::Score,
            Column::Zones,
            Column::Detail,
            Column::Path,
        ];
        row.has_snapshot = Set(snapshot.is_some());
        if snapshot.is_some() {
            columns.push(Column::HasSnapshot);
        }
        let replace = OnConflict::column(Column::Id).update_columns(columns).to_owned();
        let insert = event::Entity::insert(row).on_conflict(replace);
        insert.exec_without_returning(&transaction).await.doing(doing)?;
        if let Some(jpeg) = snapshot {
            let row =
                event_snapshot::ActiveModel { event_id: Set(new.id.0), jpeg: Set(jpeg.to_vec()) };
            let replace = OnConflict::column(event_snapshot::Column::EventId)
                .update_column(event_snapshot::Column::Jpeg)
                .to_owned();
            let insert = event_snapshot::Entity::insert(row).on_conflict(replace);
            insert.exec_without_returning(&transaction).await.doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(sequence)
    }

    /// Closes events that an earlier life of the engine left open: those that began before `before`.
    /// Returns the sequence of the last, where there was one.
    pub async fn close_events(&self, before: WallTime) -> Result<Option<i64>> {
        let doing = "close events";
        let transaction = self.begin_write(Lock::Events).await.doing(doing)?;
        let open: Vec<Uuid> = event::Entity::find()
            .select_only()
            .column(event::Column::Id)
            .filter(event::Column::State.eq(EventState::Open.name()))
            .filter(event::Column::StartAt.lt(before.as_micros()))
            .order_by_asc(event::Column::StartAt)
            .into_tuple()
            .all(&transaction)
            .await
            .doing(doing)?;
        let mut last = None;
        for id in open {
            let sequence = next_sequence(&transaction).await?;
            event::Entity::update_many()
                .col_expr(event::Column::State, Expr::value(EventState::Closed.name()))
                .col_expr(event::Column::Sequence, Expr::value(sequence))
                .filter(event::Column::Id.eq(id))
                .exec(&transaction)
                .await
                .doing(doing)?;
            last = Some(sequence);
        }
        transaction.commit().await.doing(doing)?;
        Ok(last)
    }

    /// One event with its path.
    pub async fn event(&self, id: EventId, user: Uuid) -> Result<Option<StoredEvent>> {
        let row = event::Entity::find_by_id(id.0).one(&self.db).await.doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let row = Row {
            id: row.id,
            sequence: row.sequence,
            state: row.state,
            has_snapshot: row.has_snapshot,
            detail: row.detail,
            path: Some(row.path),
        };
        Ok(self.with_reviews(vec![row], user).await?.pop())
    }

    /// Events behind the one that began at `before` with this id, newest first, at most `limit`.
    pub async fn events(
        &self,
        filter: &EventFilter,
        behind: Option<(WallTime, Uuid)>,
        user: Uuid,
        limit: u64,
    ) -> Result<Vec<StoredEvent>> {
        use event::Column;
        let mut condition = condition(filter, user);
        if let Some((start, id)) = behind {
            let older = Column::StartAt.lt(start.as_micros());
            let same = Column::StartAt.eq(start.as_micros()).and(Column::Id.lt(id));
            condition = condition.add(older.or(same));
        }
        let mut select = columns_of_lists(event::Entity::find());
        if filter.with_path {
            select = select.column(Column::Path);
        }
        let rows = select
            .filter(condition)
            .order_by_desc(Column::StartAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .into_model::<Row>()
            .all(&self.db)
            .await
            .doing(DOING)?;
        self.with_reviews(rows, user).await
    }

    /// Events of a camera that touch the span, by when they began, at most `limit`: those with the
    /// highest score where there are more.
    pub async fn events_in(
        &self,
        camera: &CameraId,
        span: ronin_core::Span,
        limit: u64,
    ) -> Result<Vec<Event>> {
        let filter = EventFilter {
            cameras: vec![camera.clone()],
            after: Some(span.start),
            before: Some(span.end),
            ..EventFilter::default()
        };
        let rows = columns_of_lists(event::Entity::find())
            .filter(condition(&filter, Uuid::nil()))
            .order_by_desc(event::Column::Score)
            .limit(limit)
            .into_model::<Row>()
            .all(&self.db)
            .await
            .doing(DOING)?;
        let mut events = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
        events.sort_by_key(|stored| (stored.event.start, stored.event.id));
        Ok(events.into_iter().map(|stored| stored.event).collect())
    }

    /// Changes behind a sequence, in order, at most `limit`. Objects that made no event are left out.
    pub async fn events_after(
        &self,
        sequence: i64,
        cameras: &[CameraId],
        user: Uuid,
        limit: u64,
    ) -> Result<Vec<StoredEvent>> {
        let filter = EventFilter { cameras: cameras.to_vec(), ..EventFilter::default() };
        let rows = columns_of_lists(event::Entity::find())
            .filter(condition(&filter, user))
            .filter(event::Column::Sequence.gt(sequence))
            .order_by_asc(event::Column::Sequence)
            .limit(limit)
            .into_model::<Row>()
            .all(&self.db)
            .await
            .doing(DOING)?;
        self.with_reviews(rows, user).await
    }

    /// Lowest and highest sequence there are.
    pub async fn event_sequences(&self) -> Result<Option<(i64, i64)>> {
        let found: Option<(Option<i64>, Option<i64>)> = event::Entity::find()
            .select_only()
            .column_as(event::Column::Sequence.min(), "lowest")
            .column_as(event::Column::Sequence.max(), "highest")
            .into_tuple()
            .one(&self.db)
            .await
            .doing(DOING)?;
        Ok(found.and_then(|(lowest, highest)| lowest.zip(highest)))
    }

    /// The picture of an event, as JPEG.
    pub async fn event_snapshot(&self, id: EventId) -> Result<Option<Vec<u8>>> {
        let row = event_snapshot::Entity::find_by_id(id.0).one(&self.db).await;
        Ok(row.doing("read the snapshot of an event")?.map(|row| row.jpeg))
    }

    /// Marks events as looked at by a user, or not. Returns how many of them there are.
    pub async fn review_events(
        &self,
        ids: &[EventId],
        user: Uuid,
        at: Option<WallTime>,
    ) -> Result<u64> {
        let doing = "mark events";
        let mut count = 0;
        for ids in ids.chunks(CHUNK) {
            let ids = ids.iter().map(|id| id.0);
            let known: Vec<Uuid> = event::Entity::find()
                .select_only()
                .column(event::Column::Id)
                .filter(event::Column::Id.is_in(ids))
                .into_tuple()
                .all(&self.db)
                .await
                .doing(doing)?;
            count += known.len() as u64;
            if known.is_empty() {
                continue;
            }
            let Some(at) = at else {
                event_review::Entity::delete_many()
                    .filter(event_review::Column::UserId.eq(user))
                    .filter(event_review::Column::EventId.is_in(known))
                    .exec(&self.db)
                    .await
                    .doing(doing)?;
                continue;
            };
            let rows = known.into_iter().map(|id| event_review::ActiveModel {
                event_id: Set(id),
                user_id: Set(user),
                reviewed_at: Set(at.as_micros()),
            });
            use event_review::Column;
            let keep =
                OnConflict::columns([Column::EventId, Column::UserId]).do_nothing().to_owned();
            let insert = event_review::Entity::insert_many(rows).on_conflict(keep);
            insert.exec_without_returning(&self.db).await.doing(doing)?;
        }
        Ok(count)
    }

    /// Forgets the events of a camera that ended before `before`, but never the change with the
    /// highest sequence, which says where a watch is. Returns how many.
    pub async fn forget_events(&self, camera: &CameraId, before: WallTime) -> Result<u64> {
        let old = Condition::all()
            .add(event::Column::CameraId.eq(camera.as_str()))
            .add(event::Column::EndAt.lt(before.as_micros()));
        self.forget(old).await
    }

    /// Forgets objects that made no event and ended before `before`.
    pub async fn forget_rejected(&self, before: WallTime) -> Result<u64> {
        let old = Condition::all()
            .add(event::Column::State.eq(EventState::Rejected.name()))
            .add(event::Column::EndAt.lt(before.as_micros()));
        self.forget(old).await
    }

    /// Forgets events from before the oldest footage of their camera; where a camera has none, those
    /// that ended before `before`.
    pub async fn forget_events_without_footage(&self, before: WallTime) -> Result<()> {
        let usage = self.usage().await?;
        for camera in &usage {
            self.forget_events(&camera.camera, camera.span.start).await?;
        }
        let recorded = usage.iter().map(|usage| usage.camera.as_str());
        let old = Condition::all()
            .add(event::Column::CameraId.is_not_in(recorded))
            .add(event::Column::EndAt.lt(before.as_micros()));
        self.forget(old).await?;
        Ok(())
    }

    async fn forget(&self, which: Condition) -> Result<u64> {
        let doing = "forget events";
        let Some((_, highest)) = self.event_sequences().await? else { return Ok(0) };
        let which = which.add(event::Column::Sequence.lt(highest));
        let transaction = self.begin_write(Lock::Events).await.doing(doing)?;
        let ids = || {
            let mut select = Query::select();
            select.column(event::Column::Id).from(event::Entity).cond_where(which.clone());
            select.to_owned()
        };
        event_snapshot::Entity::delete_many()
            .filter(event_snapshot::Column::EventId.in_subquery(ids()))
            .exec(&transaction)
            .await
            .doing(doing)?;
        event_review::Entity::delete_many()
            .filter(event_review::Column::EventId.in_subquery(ids()))
            .exec(&transaction)
            .await
            .doing(doing)?;
        let deleted = event::Entity::delete_many().filter(which.clone()).exec(&transaction).await;
        let deleted = deleted.doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(deleted.rows_affected)
    }

    async fn with_reviews(&self, rows: Vec<Row>, user: Uuid) -> Result<Vec<StoredEvent>> {
        let mut reviewed = Vec::new();
        for rows in rows.chunks(CHUNK) {
            let ids = rows.iter().map(|row| row.id);
            let marks: Vec<Uuid> = event_review::Entity::find()
                .select_only()
                .column(event_review::Column::EventId)
                .filter(event_review::Column::UserId.eq(user))
                .filter(event_review::Column::EventId.is_in(ids))
                .into_tuple()
                .all(&self.db)
                .await
                .doing(DOING)?;
            reviewed.extend(marks);
        }
        rows.into_iter()
            .map(|row| {
                let is_reviewed = reviewed.contains(&row.id);
                from_row(row).map(|stored| StoredEvent { reviewed: is_reviewed, ..stored })
            })
            .collect()
    }
}

/// The next free sequence; whoever asks holds the lock.
async fn next_sequence(transaction: &DatabaseTransaction) -> Result<i64> {
    let newest: Option<Option<i64>> = event::Entity::find()
        .select_only()
        .column_as(event::Column::Sequence.max(), "highest")
        .into_tuple()
        .one(transaction)
        .await
        .doing("write an event")?;
    Ok(newest.flatten().unwrap_or(0) + 1)
}

fn columns_of_lists(select: Select<event::Entity>) -> Select<event::Entity> {
    use event::Column;
    select.select_only().columns([
        Column::Id,
        Column::Sequence,
        Column::State,
        Column::HasSnapshot,
        Column::Detail,
    ])
}

fn condition(filter: &EventFilter, user: Uuid) -> Condition {
    use event::Column;
    let mut all = Condition::all();
    all = match filter.rejected {
        true => all.add(Column::State.eq(EventState::Rejected.name())),
        false => all.add(Column::State.ne(EventState::Rejected.name())),
    };
    if !filter.cameras.is_empty() {
        all = all.add(Column::CameraId.is_in(filter.cameras.iter().map(CameraId::as_str)));
    }
    if let Some(after) = filter.after {
        all = all.add(Column::EndAt.gt(after.as_micros()));
    }
    if let Some(before) = filter.before {
        all = all.add(Column::StartAt.lt(before.as_micros()));
    }
    if !filter.labels.is_empty() {
        all = all.add(Column::Label.is_in(filter.labels.iter().map(|label| storable(label))));
    }
    if !filter.zones.is_empty() {
        // Names hold neither commas nor what LIKE takes for more than itself.
        let in_zone = |zone: &String| Column::Zones.contains(format!(",{},", storable(zone)));
        all = all.add(filter.zones.iter().map(in_zone).fold(Condition::any(), Condition::add));
    }
    if filter.min_score > 0.0 {
        all = all.add(Column::Score.gte(f64::from(filter.min_score)));
    }
    if let Some(reviewed) = filter.reviewed {
        let mut marks = Query::select();
        marks
            .column(event_review::Column::EventId)
            .from(event_review::Entity)
            .cond_where(event_review::Column::UserId.eq(user));
        all = match reviewed {
            true => all.add(Column::Id.in_subquery(marks)),
            false => all.add(Column::Id.not_in_subquery(marks)),
        };
    }
    all
}

fn to_row(new: &Event, sequence: i64) -> Result<event::ActiveModel> {
    let id = new.id.0;
    let text = |json: serde_json::Result<String>| {
        json.map(|text| storable(&text)).map_err(|e| damaged(id, &e))
    };
    let path = text(serde_json::to_string(&new.path))?;
    let detail = text(serde_json::to_string(&Event { path: Vec::new(), ..new.clone() }))?;
    let mut zones = String::from(",");
    for visit in &new.zones {
        let name = visit.zone.as_str();
        if !zones.contains(&format!(",{name},")) {
            zones.push_str(name);
            zones.push(',');
        }
    }
    Ok(event::ActiveModel {
        id: Set(id),
        sequence: Set(sequence),
        camera_id: Set(new.camera.to_string()),
        state: Set(new.state.name().to_owned()),
        label: Set(storable(&new.label)),
        start_at: Set(new.start.as_micros()),
        end_at: Set(new.end.as_micros()),
        score: Set(f64::from(new.best.score)),
        zones: Set(zones),
        has_snapshot: Set(false),
        detail: Set(detail),
        path: Set(path),
    })
}

fn from_row(row: Row) -> Result<StoredEvent> {
    let mut event: Event = serde_json::from_str(&row.detail).map_err(|e| damaged(row.id, &e))?;
    // The column is right: an event that was left open is closed there.
    event.state = row.state.parse().map_err(|e| damaged(row.id, &e))?;
    if let Some(path) = &row.path {
        event.path = serde_json::from_str(path).map_err(|e| damaged(row.id, &e))?;
    }
    let Row { sequence, has_snapshot, .. } = row;
    Ok(StoredEvent { sequence, event, has_snapshot, reviewed: false })
}

fn damaged(id: Uuid, problem: &dyn std::fmt::Display) -> Error {
    Error::Damaged { what: format!("event {id}"), problem: problem.to_string() }
}
