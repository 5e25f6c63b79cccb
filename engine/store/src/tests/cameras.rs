//! Settings of cameras: nothing is lost in a row, and no password is in it.

use std::{fs, time::Duration};

use ronin_core::{
    CameraConfig, Credentials, DetectSettings, ErrorKind, RecordSettings, Secret, Source,
    Transport, chain,
    transcode::{H265Policy, Quality, Saving},
};
use sea_orm::EntityTrait;

use super::{at, camera, on_both, segment};
use crate::{Error, MasterKey, Store, entity};

pub(super) fn config(id: &str) -> CameraConfig {
    let mut main = Source::new("cam.lan", 0, "/h264?channel=1", false).unwrap();
    main.credentials =
        Some(Credentials { username: "admin".into(), password: Secret::new("p\"w ä") });
    CameraConfig {
        id: camera(id),
        display_name: "Tür 🚪 '; DROP TABLE camera".into(),
        enabled: true,
        main,
        sub: None,
        record: RecordSettings::default(),
        detect: DetectSettings::unless_said(None),
        created_at: at(0),
        updated_at: at(1),
        version: 1,
    }
}

#[tokio::test]
async fn a_camera_reads_back_as_it_was_written() {
    on_both(async |database| {
        let plain = config("plain");
        let mut rich = config("rich");
        let mut sub = Source::new("fe80::1", 8554, "/sub", true).unwrap();
        sub.transport = Transport::Udp;
        sub.allow_basic_auth = true;
        sub.jitter_buffer = Some(ronin_core::JitterBuffer::from_ms(450).unwrap());
        sub.credentials =
            Some(Credentials { username: "viewer".into(), password: Secret::default() });
        rich.sub = Some(sub);
        rich.main.credentials = None;
        rich.enabled = false;
        rich.record = RecordSettings {
            enabled: false,
            audio: false,
            max_age: Some(Duration::from_micros(1)),
            max_bytes: Some(i64::MAX as u64),
            h265: Some(
                H265Policy::new(Duration::from_secs(60), Quality::Small, Saving::default(), None)
                    .unwrap(),
            ),
        };
        rich.version = i64::MAX;

        assert!(database.store.insert_camera(&plain).await.unwrap());
        assert!(database.store.insert_camera(&rich).await.unwrap());

        assert_eq!(database.store.cameras().await.unwrap(), [plain, rich]);
    })
    .await;
}

#[tokio::test]
async fn cameras_come_by_id_whatever_the_language_of_the_database() {
    on_both(async |database| {
        // Sorted by language, "a-b" stands behind "aa".
        let ids = ["0", "a", "a-b", "a0", "aa", "b"];
        for id in ["aa", "b", "a-b", "0", "a0", "a"] {
            database.store.insert_camera(&config(id)).await.unwrap();
        }

        let cameras = database.store.cameras().await.unwrap();

        let sorted: Vec<&str> = cameras.iter().map(|config| config.id.as_str()).collect();
        assert_eq!(sorted, ids);
    })
    .await;
}

#[tokio::test]
async fn an_id_is_taken_once() {
    on_both(async |database| {
        let first = config("front");
        let second = CameraConfig { display_name: "other".into(), ..first.clone() };

        assert!(database.store.insert_camera(&first).await.unwrap());
        assert!(!database.store.insert_camera(&second).await.unwrap());

        assert_eq!(database.store.cameras().await.unwrap(), [first]);
    })
    .await;
}

#[tokio::test]
async fn settings_are_replaced_only_where_nobody_was_faster() {
    on_both(async |database| {
        let old = config("front");
        database.store.insert_camera(&old).await.unwrap();
        let mut new = CameraConfig { display_name: "new".into(), version: 2, ..old.clone() };
        new.sub = Some(Source::new("cam.lan", 0, "/sub", false).unwrap());
        new.main.credentials = None;
        // Fixed for life: what the caller says about it is not stored.
        new.created_at = at(99);

        assert!(database.store.update_camera(&new, 1).await.unwrap());
        assert!(!database.store.update_camera(&old, 1).await.unwrap(), "somebody was faster");
        assert!(!database.store.update_camera(&config("gone"), 1).await.unwrap());

        let stored = CameraConfig { created_at: old.created_at, ..new };
        assert_eq!(database.store.cameras().await.unwrap(), [stored]);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_change_one_version_one_wins() {
    on_both(async |database| {
        database.store.insert_camera(&config("front")).await.unwrap();
        let change = async |n: i64| {
            let changed = CameraConfig { version: 2 + n, ..config("front") };
            database.store.update_camera(&changed, 1).await.unwrap()
        };

        let wins = tokio::join!(change(0), change(1), change(2), change(3), change(4));

        let wins = [wins.0, wins.1, wins.2, wins.3, wins.4];
        assert_eq!(wins.iter().filter(|won| **won).count(), 1, "{wins:?}");
    })
    .await;
}

#[tokio::test]
async fn a_removed_camera_leaves_its_footage() {
    on_both(async |database| {
        database.store.insert_camera(&config("front")).await.unwrap();
        database.store.upsert_segment(&segment("front", 0, 60)).await.unwrap();

        assert!(database.store.delete_camera(&camera("front")).await.unwrap());
        assert!(!database.store.delete_camera(&camera("front")).await.unwrap());

        assert_eq!(database.store.cameras().await.unwrap(), []);
        let kept = database.store.footage_of(&camera("front")).await.unwrap();
        assert_eq!((kept.segments, kept.bytes), (1, 1_000_000));
    })
    .await;
}

#[tokio::test]
async fn neither_user_name_nor_password_is_readable_in_the_database() {
    on_both(async |database| {
        let mut secret = config("front");
        let credentials = Credentials {
            username: "canary-user-8841".into(),
            password: Secret::new("canary-pass-8841"),
        };
        secret.main.credentials = Some(credentials.clone());
        let mut sub = secret.main.clone();
        sub.credentials = Some(credentials);
        secret.sub = Some(sub);
        database.store.insert_camera(&secret).await.unwrap();
        database.store.update_camera(&secret, 1).await.unwrap();

        let row = entity::camera::Entity::find().one(&database.store.db).await.unwrap().unwrap();
        let mut bytes = format!("{row:?}").into_bytes();
        bytes.extend(row.main_credentials.unwrap());
        bytes.extend(row.sub_credentials.unwrap());
        // With SQLite, the file and its log lie there.
        for entry in fs::read_dir(database.folder.path()).unwrap() {
            bytes.extend(fs::read(entry.unwrap().path()).unwrap());
        }

        assert!(!bytes.windows(7).any(|window| window == b"canary-"));
        assert!(bytes.windows(7).any(|window| window == b"cam.lan"), "this looks at the row");
    })
    .await;
}

#[tokio::test]
async fn another_key_file_is_named_and_nothing_is_changed() {
    on_both(async |database| {
        database.store.insert_camera(&config("front")).await.unwrap();
        let other = MasterKey::load_or_create(&database.folder.path().join("other.key")).unwrap();
        let stranger = Store::connect(&database.url, other).await.unwrap();

        let error = stranger.cameras().await.unwrap_err();

        assert!(matches!(error, Error::WrongKey { .. }), "{}", chain(&error));
        assert_eq!(error.kind(), ErrorKind::FailedPrecondition);
        assert!(error.to_string().contains("other.key"), "{error}");
        assert_eq!(database.store.cameras().await.unwrap(), [config("front")]);
    })
    .await;
}
