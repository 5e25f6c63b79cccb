//! The layout table: named choices of cameras for live pictures. Written by the API.

use ronin_core::{CameraId, WallTime};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    Error, Result, Store,
    entity::layout,
    error::{Doing, storable},
};

/// A named choice of cameras.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Its id.
    pub id: Uuid,
    /// Its name for people; no two have the same.
    pub display_name: String,
    /// What is shown, in order. A camera may be gone by now.
    pub cameras: Vec<CameraId>,
    /// Columns of the grid; 0: as many as fit.
    pub columns: u8,
    /// Name of the user who changed it last.
    pub updated_by: String,
    /// When that was.
    pub updated_at: WallTime,
    /// Grows with every change, from 1.
    pub version: i64,
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored {
    /// It is stored.
    Done,
    /// Another layout has the name.
    NameTaken,
    /// There are as many as there may be.
    TooMany,
    /// It has another version by now, or is gone.
    Changed,
}

impl Store {
    /// Every layout, by name.
    pub async fn layouts(&self) -> Result<Vec<Layout>> {
        let rows = layout::Entity::find().all(&self.db).await.doing("read the layouts")?;
        let mut layouts = rows.into_iter().map(from_row).collect::<Result<Vec<Layout>>>()?;
        // Here and not in the query: databases sort text by language.
        layouts.sort_by(|a, b| a.display_name.cmp(&b.display_name));
        Ok(layouts)
    }

    /// Adds a layout where there are fewer than `max`.
    pub async fn insert_layout(&self, new: &Layout, max: u64) -> Result<Stored> {
        // Two at the same time may make one more than the limit, which harms nobody.
        let count = layout::Entity::find().count(&self.db).await.doing("count the layouts")?;
        if count >= max {
            return Ok(Stored::TooMany);
        }
        let keep = OnConflict::column(layout::Column::DisplayName).do_nothing().to_owned();
        let insert = layout::Entity::insert(to_row(new)?.into_active_model()).on_conflict(keep);
        let inserted = insert.exec_without_returning(&self.db).await.doing("add the layout")?;
        Ok(if inserted == 1 { Stored::Done } else { Stored::NameTaken })
    }

    /// Replaces a layout whose version is still `expected_version`.
    pub async fn update_layout(&self, new: &Layout, expected_version: i64) -> Result<Stored> {
        use layout::Column;
        let is_taken = layout::Entity::find()
            .filter(Column::DisplayName.eq(storable(&new.display_name)))
            .filter(Column::Id.ne(new.id))
            .one(&self.db)
            .await
            .doing("look for a layout of this name")?;
        if is_taken.is_some() {
            return Ok(Stored::NameTaken);
        }
        let mut row = to_row(new)?.into_active_model().reset_all();
        row.id = Set(new.id);
        let updated = layout::Entity::update_many()
            .set(row)
            .filter(Column::Id.eq(new.id))
            .filter(Column::Version.eq(expected_version))
            .exec(&self.db)
            .await
            .doing("change the layout")?;
        Ok(if updated.rows_affected == 1 { Stored::Done } else { Stored::Changed })
    }

    /// Removes a layout. `false` where there was none.
    pub async fn delete_layout(&self, id: Uuid) -> Result<bool> {
        let deleted = layout::Entity::delete_by_id(id).exec(&self.db).await;
        Ok(deleted.doing("remove the layout")?.rows_affected == 1)
    }
}

fn to_row(layout: &Layout) -> Result<layout::Model> {
    let ids: Vec<&str> = layout.cameras.iter().map(CameraId::as_str).collect();
    let cameras = serde_json::to_string(&ids).map_err(|e| damaged(layout.id, &e))?;
    Ok(layout::Model {
        id: layout.id,
        display_name: storable(&layout.display_name),
        cameras,
        columns: layout.columns.into(),
        updated_by: storable(&layout.updated_by),
        updated_at: layout.updated_at.as_micros(),
        version: layout.version,
    })
}

fn from_row(row: layout::Model) -> Result<Layout> {
    let ids: Vec<String> = serde_json::from_str(&row.cameras).map_err(|e| damaged(row.id, &e))?;
    let cameras = ids.iter().map(|id| id.parse().map_err(|e| damaged(row.id, &e)));
    Ok(Layout {
        id: row.id,
        display_name: row.display_name,
        cameras: cameras.collect::<Result<Vec<CameraId>>>()?,
        columns: row.columns.try_into().map_err(|e| damaged(row.id, &e))?,
        updated_by: row.updated_by,
        updated_at: WallTime::from_micros(row.updated_at),
        version: row.version,
    })
}

fn damaged(id: Uuid, problem: &dyn std::fmt::Display) -> Error {
    Error::Damaged { what: format!("layout {id}"), problem: problem.to_string() }
}
