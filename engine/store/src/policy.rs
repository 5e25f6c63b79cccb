//! The storage table, one row: which storage this is the index of, and the limits that were set for
//! it. Written by the engine's start and by whoever sets the limits.
//!
//! Not here: limits of one camera, which are among its settings, and what goes for them.

use std::time::Duration;

use ronin_core::storage::Limits;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use uuid::Uuid;

use crate::{
    Result, Store,
    entity::storage,
    error::{Doing, bigint, narrow},
};

const ROW: i32 = 1;

impl Store {
    /// The id of the storage that this is the index of; `None` where there is none yet.
    pub async fn storage_id(&self) -> Result<Option<Uuid>> {
        Ok(self.storage_row().await?.and_then(|row| row.storage_id))
    }

    /// Says which storage this is the index of.
    pub async fn set_storage_id(&self, id: Uuid) -> Result<()> {
        let row = storage::ActiveModel {
            id: Set(ROW),
            storage_id: Set(Some(id)),
            has_policy: Set(false),
            retention_us: Set(None),
            max_bytes: Set(None),
            reserve_bytes: Set(0),
        };
        let mut replace = OnConflict::column(storage::Column::Id);
        replace.update_column(storage::Column::StorageId);
        storage::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db)
            .await
            .doing("note which storage this is")?;
        Ok(())
    }

    /// The limits of all cameras that were set; `None` where those of the configuration hold.
    pub async fn storage_limits(&self) -> Result<Option<Limits>> {
        let Some(row) = self.storage_row().await?.filter(|row| row.has_policy) else {
            return Ok(None);
        };
        let max_bytes = row.max_bytes.map(|bytes| narrow("the size limit", bytes)).transpose()?;
        Ok(Some(Limits {
            max_age: row.retention_us.map(age),
            max_bytes,
            reserve_bytes: narrow("the reserve", row.reserve_bytes)?,
        }))
    }

    /// Sets the limits of all cameras.
    pub async fn set_storage_limits(&self, limits: &Limits) -> Result<()> {
        use storage::Column;
        let max_bytes =
            limits.max_bytes.map(|bytes| bigint("the size limit", bytes)).transpose()?;
        let row = storage::ActiveModel {
            id: Set(ROW),
            storage_id: Set(None),
            has_policy: Set(true),
            retention_us: Set(limits.max_age.map(age_us)),
            max_bytes: Set(max_bytes),
            reserve_bytes: Set(bigint("the reserve", limits.reserve_bytes)?),
        };
        let mut replace = OnConflict::column(Column::Id);
        replace.update_columns([
            Column::HasPolicy,
            Column::RetentionUs,
            Column::MaxBytes,
            Column::ReserveBytes,
        ]);
        storage::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db)
            .await
            .doing("set the limits of the storage")?;
        Ok(())
    }

    async fn storage_row(&self) -> Result<Option<storage::Model>> {
        storage::Entity::find_by_id(ROW).one(&self.db).await.doing("read the storage's settings")
    }
}

/// An age as the database holds it.
pub(crate) fn age_us(age: Duration) -> i64 {
    i64::try_from(age.as_micros()).unwrap_or(i64::MAX)
}

/// An age that the database holds.
pub(crate) fn age(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
