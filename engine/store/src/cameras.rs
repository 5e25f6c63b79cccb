//! The camera table: settings as people gave them. Written by the control loop alone.

use ronin_core::{
    CameraConfig, CameraId, DetectSettings, JitterBuffer, RecordSettings, Source, Transport,
    WallTime,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set, Unchanged},
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Error, MasterKey, Result, Store,
    credentials::{self, Stream},
    entity::camera,
    error::{Doing, bigint, narrow},
    policy::{age, age_us},
};

/// A source as JSON in a row. User name and password are not in it.
#[derive(Serialize, Deserialize)]
struct SourceRow {
    host: String,
    port: u16,
    path: String,
    tls: bool,
    transport: TransportRow,
    allow_basic_auth: bool,
    /// Not there in rows from before it was a setting.
    #[serde(default)]
    jitter_buffer_ms: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TransportRow {
    Tcp,
    Udp,
}

impl Store {
    /// Every camera, by id.
    pub async fn cameras(&self) -> Result<Vec<CameraConfig>> {
        let rows = camera::Entity::find().all(&self.db).await.doing("read the cameras")?;
        let configs = rows.into_iter().map(|row| from_row(&self.key, row));
        let mut configs = configs.collect::<Result<Vec<CameraConfig>>>()?;
        // Here and not in the query: databases sort text by language.
        configs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(configs)
    }

    /// Adds a camera. `false` where there is one of this id.
    pub async fn insert_camera(&self, config: &CameraConfig) -> Result<bool> {
        let mut row = to_row(&self.key, config)?;
        row.id = Set(config.id.to_string());
        row.created_at = Set(config.created_at.as_micros());
        let keep = OnConflict::column(camera::Column::Id).do_nothing().to_owned();
        let insert = camera::Entity::insert(row).on_conflict(keep);
        let inserted = insert
            .exec_without_returning(&self.db)
            .await
            .doing("add the camera to the database")?;
        Ok(inserted == 1)
    }

    /// Replaces the settings of a camera whose version is still `expected_version`. `false` where
    /// it is another, or the camera is gone.
    pub async fn update_camera(
        &self,
        config: &CameraConfig,
        expected_version: i64,
    ) -> Result<bool> {
        let updated = camera::Entity::update_many()
            .set(to_row(&self.key, config)?)
            .filter(camera::Column::Id.eq(config.id.as_str()))
            .filter(camera::Column::Version.eq(expected_version))
            .exec(&self.db)
            .await
            .doing("change the camera in the database")?;
        Ok(updated.rows_affected == 1)
    }

    /// Forgets the settings of a camera. Its footage stays. `false` where there was none.
    pub async fn delete_camera(&self, id: &CameraId) -> Result<bool> {
        let deleted = camera::Entity::delete_many()
            .filter(camera::Column::Id.eq(id.as_str()))
            .exec(&self.db)
            .await
            .doing("remove the camera from the database")?;
        Ok(deleted.rows_affected == 1)
    }
}

/// Everything but the id and the time it was added, which never change.
fn to_row(key: &MasterKey, config: &CameraConfig) -> Result<camera::ActiveModel> {
    let mut row = to_model(key, config)?.into_active_model().reset_all();
    row.id = Unchanged(config.id.to_string());
    row.created_at = NotSet;
    Ok(row)
}

/// The whole row of a camera.
pub(crate) fn to_model(key: &MasterKey, config: &CameraConfig) -> Result<camera::Model> {
    let seal = |source: &Source, stream| {
        let credentials = source.credentials.as_ref();
        credentials.map(|c| credentials::seal(key, &config.id, stream, c)).transpose()
    };
    let sub = config.sub.as_ref();
    let max_bytes = config.record.max_bytes;
    Ok(camera::Model {
        id: config.id.to_string(),
        display_name: config.display_name.clone(),
        enabled: config.enabled,
        main_source: source_json(&config.id, &config.main)?,
        main_credentials: seal(&config.main, Stream::Main)?,
        sub_source: sub.map(|source| source_json(&config.id, source)).transpose()?,
        sub_credentials: sub.map(|s| seal(s, Stream::Sub)).transpose()?.flatten(),
        record_enabled: config.record.enabled,
        record_audio: config.record.audio,
        retention_us: config.record.max_age.map(age_us),
        retention_max_bytes: max_bytes
            .map(|bytes| bigint("the size limit of a camera", bytes))
            .transpose()?,
        detect: Some(to_json(&config.id, &config.detect)?),
        h265: config.record.h265.as_ref().map(|policy| to_json(&config.id, policy)).transpose()?,
        created_at: config.created_at.as_micros(),
        updated_at: config.updated_at.as_micros(),
        version: config.version,
    })
}

pub(crate) fn from_row(key: &MasterKey, row: camera::Model) -> Result<CameraConfig> {
    let id: CameraId = row.id.parse().map_err(|_| Error::Damaged {
        what: "a camera".to_owned(),
        problem: format!("{:?} is no camera id", row.id),
    })?;
    let source = |json: &str, sealed: Option<&[u8]>, stream| {
        let mut source = source_from_json(&id, json)?;
        source.credentials =
            sealed.map(|blob| credentials::open(key, &id, stream, blob)).transpose()?;
        Ok::<Source, Error>(source)
    };
    let main = source(&row.main_source, row.main_credentials.as_deref(), Stream::Main)?;
    let sub = match &row.sub_source {
        Some(json) => Some(source(json, row.sub_credentials.as_deref(), Stream::Sub)?),
        None => None,
    };
    let detect = row.detect.as_deref().map(|json| settings(&id, json)).transpose()?;
    let h265 = row.h265.as_deref().map(|json| settings(&id, json)).transpose()?;
    let detect = detect.unwrap_or_else(|| DetectSettings::unless_said(sub.as_ref()));
    Ok(CameraConfig {
        id,
        display_name: row.display_name,
        enabled: row.enabled,
        main,
        sub,
        record: RecordSettings {
            enabled: row.record_enabled,
            audio: row.record_audio,
            max_age: row.retention_us.map(age),
            max_bytes: row
                .retention_max_bytes
                .map(|bytes| narrow("the size limit of a camera", bytes))
                .transpose()?,
            h265,
        },
        detect,
        created_at: WallTime::from_micros(row.created_at),
        updated_at: WallTime::from_micros(row.updated_at),
        version: row.version,
    })
}

fn to_json(camera: &CameraId, settings: &impl Serialize) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| damaged(camera, error.to_string()))
}

fn settings<T: DeserializeOwned>(camera: &CameraId, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| damaged(camera, error.to_string()))
}

fn source_json(camera: &CameraId, source: &Source) -> Result<String> {
    let row = SourceRow {
        host: source.host().to_owned(),
        port: source.port(),
        path: source.path().to_owned(),
        tls: source.tls(),
        transport: match source.transport {
            Transport::Tcp => TransportRow::Tcp,
            Transport::Udp => TransportRow::Udp,
        },
        allow_basic_auth: source.allow_basic_auth,
        jitter_buffer_ms: source.jitter_buffer.map(JitterBuffer::as_ms),
    };
    serde_json::to_string(&row).map_err(|error| damaged(camera, error.to_string()))
}

fn source_from_json(camera: &CameraId, json: &str) -> Result<Source> {
    let row: SourceRow =
        serde_json::from_str(json).map_err(|error| damaged(camera, error.to_string()))?;
    let mut source = Source::new(&row.host, row.port, &row.path, row.tls)
        .map_err(|invalid| damaged(camera, invalid.to_string()))?;
    source.transport = match row.transport {
        TransportRow::Tcp => Transport::Tcp,
        TransportRow::Udp => Transport::Udp,
    };
    source.allow_basic_auth = row.allow_basic_auth;
    let jitter_buffer = row.jitter_buffer_ms.map(JitterBuffer::from_ms).transpose();
    source.jitter_buffer = jitter_buffer.map_err(|invalid| damaged(camera, invalid.to_string()))?;
    Ok(source)
}

fn damaged(camera: &CameraId, problem: String) -> Error {
    Error::Damaged { what: format!("the source of camera {camera}"), problem }
}
