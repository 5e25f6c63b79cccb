//! Changes of a camera: which fields a request names, and what the settings are afterwards.

use prost_types::FieldMask;
use ronin_core::{
    CameraConfig, Credentials, Invalid, Secret, Source, WallTime, camera::check_display_name,
    transcode::H265Policy,
};
use ronin_proto::v1;

use super::{detect, limits, source, transcode};

/// A field that can be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    DisplayName,
    Enabled,
    Main,
    MainPassword,
    Sub,
    Record,
    RecordEnabled,
    RecordAudio,
    RetentionDays,
    RetentionMaxBytes,
    H265,
    Detect,
    PartOfDetect(detect::Field),
}

const FIELDS: [(&str, Field); 22] = [
    ("display_name", Field::DisplayName),
    ("enabled", Field::Enabled),
    ("main", Field::Main),
    ("main.password", Field::MainPassword),
    ("sub", Field::Sub),
    ("record", Field::Record),
    ("record.enabled", Field::RecordEnabled),
    ("record.audio", Field::RecordAudio),
    ("record.retention_days", Field::RetentionDays),
    ("record.retention_max_bytes", Field::RetentionMaxBytes),
    ("record.h265", Field::H265),
    ("detect", Field::Detect),
    ("detect.motion", Field::PartOfDetect(detect::Field::Motion)),
    ("detect.sensitivity", Field::PartOfDetect(detect::Field::Sensitivity)),
    ("detect.masks", Field::PartOfDetect(detect::Field::Masks)),
    ("detect.objects", Field::PartOfDetect(detect::Field::Objects)),
    ("detect.rules", Field::PartOfDetect(detect::Field::Rules)),
    ("detect.zones", Field::PartOfDetect(detect::Field::Zones)),
    ("detect.only_in_zones", Field::PartOfDetect(detect::Field::OnlyInZones)),
    ("detect.schedule", Field::PartOfDetect(detect::Field::Schedule)),
    ("detect.pre_roll", Field::PartOfDetect(detect::Field::PreRoll)),
    ("detect.post_roll", Field::PartOfDetect(detect::Field::PostRoll)),
];

/// `old` with the fields of `camera` that `mask` names.
pub(crate) fn apply(
    old: &CameraConfig,
    camera: &v1::Camera,
    mask: Option<&FieldMask>,
    now: WallTime,
) -> Result<CameraConfig, Invalid> {
    let fields = match mask {
        Some(mask) if !mask.paths.is_empty() => named(mask)?,
        _ => set(camera),
    };
    let mut new = old.clone();
    let mut invalid = Invalid::default();
    for field in fields {
        let result = apply_field(&mut new, old, camera, field);
        invalid.collect(result.map_err(|invalid| invalid.within("camera")));
    }
    invalid.check()?;
    new.detect.check().map_err(|invalid| invalid.within("camera.detect"))?;
    new.updated_at = now;
    new.version = old.version.saturating_add(1);
    Ok(new)
}

/// The fields that a mask names, a whole before its part.
fn named(mask: &FieldMask) -> Result<Vec<Field>, Invalid> {
    let mut invalid = Invalid::default();
    for path in &mask.paths {
        if !FIELDS.iter().any(|(name, _)| name == path) {
            let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
            let text = format!("a field that can be changed is one of {}", names.join(", "));
            invalid.collect::<()>(Err(Invalid::new("update_mask", text)));
            break;
        }
    }
    invalid.check()?;
    let fields = FIELDS.iter().filter(|(name, _)| mask.paths.iter().any(|path| path == name));
    Ok(fields.map(|(_, field)| *field).collect())
}

/// The fields that are set in `camera`.
fn set(camera: &v1::Camera) -> Vec<Field> {
    let record = camera.record.clone().unwrap_or_default();
    let is_set = [
        (Field::DisplayName, !camera.display_name.is_empty()),
        (Field::Enabled, camera.enabled.is_some()),
        (Field::Main, camera.main.is_some()),
        (Field::Sub, camera.sub.is_some()),
        (Field::RecordEnabled, record.enabled.is_some()),
        (Field::RecordAudio, record.audio.is_some()),
        (Field::RetentionDays, record.retention_days.is_some()),
        (Field::RetentionMaxBytes, record.retention_max_bytes.is_some()),
        (Field::H265, record.h265.is_some()),
        (Field::Detect, camera.detect.is_some()),
    ];
    is_set.into_iter().filter(|(_, set)| *set).map(|(field, _)| field).collect()
}

fn apply_field(
    new: &mut CameraConfig,
    old: &CameraConfig,
    camera: &v1::Camera,
    field: Field,
) -> Result<(), Invalid> {
    let record = camera.record.clone().unwrap_or_default();
    let wire_of_detect = || camera.detect.clone().unwrap_or_default();
    let missing = |field| Invalid::new(field, "the mask names this field, and it is not set");
    match field {
        Field::DisplayName => new.display_name = check_display_name(&camera.display_name)?,
        Field::Enabled => new.enabled = camera.enabled.ok_or_else(|| missing("enabled"))?,
        Field::Main => {
            let wire = camera.main.as_ref().ok_or_else(|| missing("main"))?;
            new.main = changed_source(wire, &[&old.main]).map_err(|i| i.within("main"))?;
        }
        Field::MainPassword => {
            let wire = camera.main.as_ref().ok_or_else(|| missing("main"))?;
            set_password(&mut new.main, &wire.password).map_err(|i| i.within("main"))?;
        }
        Field::Sub => {
            let stored: Vec<_> = old.sub.iter().chain([&old.main]).collect();
            let sub = camera.sub.as_ref().map(|wire| changed_source(wire, &stored)).transpose();
            new.sub = sub.map_err(|i| i.within("sub"))?;
        }
        Field::Record => {
            new.record.enabled = record.enabled.unwrap_or(old.record.enabled);
            new.record.audio = record.audio.unwrap_or(old.record.audio);
            if let Some(days) = record.retention_days {
                new.record.max_age = limits::max_age(days).map_err(|i| i.within("record"))?;
            }
            if let Some(bytes) = record.retention_max_bytes {
                new.record.max_bytes = limits::max_bytes(bytes).map_err(|i| i.within("record"))?;
            }
            if record.h265.is_some() {
                new.record.h265 = h265(&record)?;
            }
        }
        Field::RecordEnabled => {
            new.record.enabled = record.enabled.ok_or_else(|| missing("record.enabled"))?;
        }
        Field::RecordAudio => {
            new.record.audio = record.audio.ok_or_else(|| missing("record.audio"))?;
        }
        // Unset and 0 alike: the camera has no limit of its own.
        Field::RetentionDays => {
            let days = record.retention_days.unwrap_or_default();
            new.record.max_age = limits::max_age(days).map_err(|i| i.within("record"))?;
        }
        Field::RetentionMaxBytes => {
            let bytes = record.retention_max_bytes.unwrap_or_default();
            new.record.max_bytes = limits::max_bytes(bytes).map_err(|i| i.within("record"))?;
        }
        Field::H265 => new.record.h265 = h265(&record)?,
        Field::Detect => {
            let merged = detect::merged(&old.detect, &wire_of_detect());
            new.detect = merged.map_err(|invalid| invalid.within("detect"))?;
        }
        Field::PartOfDetect(part) => {
            let applied = part.apply(&mut new.detect, &wire_of_detect());
            applied.map_err(|invalid| invalid.within("detect"))?;
        }
    }
    Ok(())
}

fn h265(record: &v1::RecordSettings) -> Result<Option<H265Policy>, Invalid> {
    let policy = record.h265.as_ref().map(transcode::policy).transpose();
    policy.map_err(|invalid| invalid.within("record.h265"))
}

/// A source that replaces another. Without a password it keeps the stored one, but only for the
/// same user at the same host: else whoever changes the host is sent the password.
fn changed_source(wire: &v1::Source, stored: &[&Source]) -> Result<Source, Invalid> {
    let mut new = source::from_wire(wire)?;
    let kept = stored.iter().any(|stored| source::keep_password(&mut new, stored));
    let one_is_stored = stored.iter().any(|stored| source::has_password(stored));
    if !kept && one_is_stored && source::lacks_password(&new) {
        let text = "type the password again: host or user name changed, and the stored password \
                    is sent to no other";
        return Err(Invalid::new("password", text));
    }
    Ok(new)
}

/// Replaces the password alone; an empty one keeps the stored.
fn set_password(source: &mut Source, password: &str) -> Result<(), Invalid> {
    let username = source.credentials.as_ref().map(|c| c.username.clone()).unwrap_or_default();
    Credentials::parse(&username, password)?;
    if let Some(credentials) = &mut source.credentials
        && !password.is_empty()
    {
        credentials.password = Secret::new(password);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::camera;

    fn old() -> CameraConfig {
        let main = v1::Source { url: "rtsp://admin:stored@cam/a".into(), ..Default::default() };
        let camera =
            v1::Camera { display_name: "Front".into(), main: Some(main), ..Default::default() };
        let request = v1::CreateCameraRequest { camera: Some(camera), ..Default::default() };
        camera::create(&request, WallTime::from_micros(1)).unwrap()
    }

    fn change(camera: v1::Camera, paths: &[&str]) -> Result<CameraConfig, Invalid> {
        let mask = FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() };
        apply(&old(), &camera, Some(&mask), WallTime::from_micros(2))
    }

    fn source(host: &str, username: &str, password: &str) -> Option<v1::Source> {
        Some(v1::Source {
            host: host.into(),
            username: username.into(),
            password: password.into(),
            ..Default::default()
        })
    }

    fn password(source: &Source) -> &str {
        source.credentials.as_ref().map(|c| c.password.expose()).unwrap_or_default()
    }

    #[test]
    fn only_masked_fields_change() {
        let camera = v1::Camera {
            display_name: "New".into(),
            enabled: Some(false),
            main: source("other", "", ""),
            ..Default::default()
        };
        let new = change(camera.clone(), &["enabled"]).unwrap();
        assert_eq!((new.enabled, new.display_name.as_str()), (false, "Front"));
        assert_eq!((new.version, new.updated_at), (2, WallTime::from_micros(2)));
        assert_eq!(new.main, old().main);

        let all_set = apply(&old(), &camera, None, WallTime::from_micros(2)).unwrap();
        assert_eq!(all_set.display_name, "New");
        assert_eq!(all_set.main.host(), "other");
        assert_eq!(all_set.record, old().record);
    }

    #[test]
    fn unknown_and_unset_paths_are_refused() {
        for path in ["status", "*", "id", "main.host", "", "record.", "Main"] {
            let invalid = change(v1::Camera::default(), &[path]).expect_err(path);
            assert_eq!(invalid.violations[0].field, "update_mask");
        }
        for (path, field) in [
            ("main", "camera.main"),
            ("enabled", "camera.enabled"),
            ("display_name", "camera.display_name"),
            ("record.audio", "camera.record.audio"),
        ] {
            let invalid = change(v1::Camera::default(), &[path]).expect_err(path);
            assert_eq!(invalid.violations[0].field, field);
        }
    }

    #[test]
    fn an_empty_password_keeps_the_stored_one_for_the_same_host_and_user_only() {
        let with = |main| v1::Camera { main, ..Default::default() };
        let kept = change(with(source("cam", "admin", "")), &["main"]).unwrap();
        assert_eq!(password(&kept.main), "stored");
        let new = change(with(source("other", "admin", "own")), &["main"]).unwrap();
        assert_eq!(password(&new.main), "own");
        assert_eq!(
            change(with(source("other", "", "")), &["main"]).unwrap().main.credentials,
            None
        );
        for main in [source("evil", "admin", ""), source("cam", "root", "")] {
            let invalid = change(with(main), &["main"]).unwrap_err();
            assert_eq!(invalid.violations[0].field, "camera.main.password");
        }
    }

    #[test]
    fn the_password_alone_can_change() {
        let camera = v1::Camera { main: source("evil", "x", "new"), ..Default::default() };
        let new = change(camera, &["main.password"]).unwrap();
        assert_eq!((new.main.host(), password(&new.main)), ("cam", "new"));
        let empty = v1::Camera { main: source("", "", ""), ..Default::default() };
        let same = change(empty, &["main.password"]).unwrap();
        assert_eq!(password(&same.main), "stored");
    }

    #[test]
    fn a_small_stream_comes_and_goes_and_may_share_the_password() {
        let sub = v1::Camera { sub: source("cam", "admin", ""), ..Default::default() };
        let new = change(sub, &["sub"]).unwrap();
        assert_eq!(password(new.sub.as_ref().unwrap()), "stored");
        assert_eq!(change(v1::Camera::default(), &["sub"]).unwrap().sub, None);
    }
}
