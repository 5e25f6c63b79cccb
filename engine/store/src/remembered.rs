//! The cameras as text for a file beside the database, so that they can be recorded while it is
//! away. Passwords in it are encrypted as in the database.
//!
//! Not here: where the file is, and when it is written (the engine).

use ronin_core::CameraConfig;

use crate::{Error, Result, Store, cameras, entity::camera};

impl Store {
    /// These cameras as JSON.
    pub fn seal_cameras(&self, configs: &[CameraConfig]) -> Result<String> {
        let rows = configs.iter().map(|config| cameras::to_model(&self.key, config));
        let rows = rows.collect::<Result<Vec<camera::Model>>>()?;
        serde_json::to_string(&rows).map_err(|error| damaged(&error))
    }

    /// The cameras of [`Store::seal_cameras`].
    pub fn open_cameras(&self, json: &str) -> Result<Vec<CameraConfig>> {
        let rows: Vec<camera::Model> = serde_json::from_str(json).map_err(|e| damaged(&e))?;
        rows.into_iter().map(|row| cameras::from_row(&self.key, row)).collect()
    }
}

fn damaged(error: &serde_json::Error) -> Error {
    Error::Damaged { what: "the remembered cameras".to_owned(), problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use ronin_core::{CameraConfig, DetectSettings, RecordSettings, Source, WallTime};

    use crate::{MasterKey, Store};

    #[tokio::test]
    async fn cameras_survive_and_their_passwords_are_not_readable() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
        let store = Store::connect_later("postgres://nobody@127.0.0.1:1/none", key).unwrap();
        let camera = CameraConfig {
            id: "front".parse().unwrap(),
            display_name: "Front".into(),
            enabled: true,
            main: Source::parse_url("rtsp://viewer:canary-31@cam/main").unwrap(),
            sub: Some(Source::parse_url("rtsp://cam/sub").unwrap()),
            record: RecordSettings { max_bytes: Some(7), ..RecordSettings::default() },
            detect: DetectSettings::unless_said(None),
            created_at: WallTime::from_micros(1),
            updated_at: WallTime::from_micros(2),
            version: 3,
        };

        let text = store.seal_cameras(std::slice::from_ref(&camera)).unwrap();

        assert!(!text.contains("canary-31"));
        assert_eq!(store.open_cameras(&text).unwrap(), [camera]);
        assert!(store.open_cameras("[{}]").is_err());
    }
}
