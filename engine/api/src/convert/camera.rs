//! Cameras: `v1::Camera` and [`CameraConfig`].

use ronin_core::{
    CameraConfig, CameraId, DetectSettings, Invalid, RecordSettings, WallTime,
    camera::check_display_name, control::CameraView,
};
use ronin_proto::v1;

use super::{detect, limits, name, source, status, time, transcode};

/// A camera for the wire.
pub(crate) fn to_wire(view: &CameraView) -> v1::Camera {
    v1::Camera { status: Some(status::to_wire(view)), ..settings_to_wire(&view.config) }
}

/// The settings of a camera for the wire, without how it is doing.
pub(crate) fn settings_to_wire(config: &CameraConfig) -> v1::Camera {
    v1::Camera {
        name: name::camera(&config.id),
        id: config.id.to_string(),
        display_name: config.display_name.clone(),
        enabled: Some(config.enabled),
        main: Some(source::to_wire(&config.main)),
        sub: config.sub.as_ref().map(source::to_wire),
        record: Some(v1::RecordSettings {
            enabled: Some(config.record.enabled),
            audio: Some(config.record.audio),
            retention_days: Some(limits::days(config.record.max_age)),
            retention_max_bytes: Some(config.record.max_bytes.unwrap_or_default()),
            h265: config.record.h265.as_ref().map(transcode::policy_to_wire),
        }),
        detect: Some(detect::to_wire(&config.detect)),
        status: None,
        create_time: Some(time::to_wire(config.created_at)),
        update_time: Some(time::to_wire(config.updated_at)),
        etag: etag(config.version),
    }
}

/// The settings of a camera to be made.
pub(crate) fn create(
    request: &v1::CreateCameraRequest,
    now: WallTime,
) -> Result<CameraConfig, Invalid> {
    let Some(camera) = &request.camera else {
        return Err(Invalid::new("camera", "say what camera to add"));
    };
    let mut invalid = Invalid::default();
    let display_name =
        check_display_name(&camera.display_name).map_err(|invalid| invalid.within("camera"));
    let display_name = invalid.collect(display_name);
    let id = match &display_name {
        // An id made of a name that cannot be taken would only be a second complaint.
        None if request.camera_id.is_empty() => None,
        name => invalid.collect(new_id(&request.camera_id, name.as_deref().unwrap_or_default())),
    };
    let main = match &camera.main {
        Some(main) => source::from_wire(main).map_err(|invalid| invalid.within("camera.main")),
        None => Err(Invalid::new("camera.main", "say where the camera's stream comes from")),
    };
    let main = invalid.collect(main);
    let sub = camera.sub.as_ref().map(source::from_wire).transpose();
    let sub = invalid.collect(sub.map_err(|invalid| invalid.within("camera.sub")));
    let record = camera.record.clone().unwrap_or_default();
    let record = record_settings(&record).map_err(|invalid| invalid.within("camera.record"));
    let record = invalid.collect(record);
    let unless_said = DetectSettings::unless_said(sub.as_ref().and_then(Option::as_ref));
    let wire = camera.detect.clone().unwrap_or_default();
    let detect = detect::merged(&unless_said, &wire);
    let detect = invalid.collect(detect.map_err(|invalid| invalid.within("camera.detect")));
    invalid.check()?;

    let (Some(display_name), Some(id), Some(main), Some(sub), Some(record), Some(detect)) =
        (display_name, id, main, sub, record, detect)
    else {
        return Err(Invalid::new("camera", "say what camera to add"));
    };
    Ok(CameraConfig {
        id,
        display_name,
        enabled: camera.enabled.unwrap_or(true),
        main,
        sub,
        record,
        detect,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

fn record_settings(record: &v1::RecordSettings) -> Result<RecordSettings, Invalid> {
    let mut invalid = Invalid::default();
    let max_age = limits::max_age(record.retention_days.unwrap_or_default());
    let max_age = invalid.collect(max_age).flatten();
    let max_bytes = limits::max_bytes(record.retention_max_bytes.unwrap_or_default());
    let max_bytes = invalid.collect(max_bytes).flatten();
    let h265 = record.h265.as_ref().map(transcode::policy).transpose();
    let h265 = invalid.collect(h265.map_err(|invalid| invalid.within("h265"))).flatten();
    invalid.check()?;
    Ok(RecordSettings {
        enabled: record.enabled.unwrap_or(true),
        audio: record.audio.unwrap_or(true),
        max_age,
        max_bytes,
        h265,
    })
}

fn new_id(wanted: &str, display_name: &str) -> Result<CameraId, Invalid> {
    if !wanted.is_empty() {
        return wanted.parse();
    }
    CameraId::suggest(display_name).ok_or_else(|| {
        let text = "no id can be made of this name: give one of a-z, 0-9 and -";
        Invalid::new("camera_id", text)
    })
}

/// The tag of a version of the settings.
pub(crate) fn etag(version: i64) -> String {
    version.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(camera: v1::Camera) -> v1::CreateCameraRequest {
        v1::CreateCameraRequest { camera: Some(camera), ..Default::default() }
    }

    fn camera(display_name: &str, url: &str) -> v1::Camera {
        v1::Camera {
            display_name: display_name.into(),
            main: Some(v1::Source { url: url.into(), ..Default::default() }),
            ..Default::default()
        }
    }

    #[test]
    fn unset_means_on_and_the_id_comes_from_the_name() {
        let now = WallTime::from_micros(7);
        let config = create(&request(camera("Front door", "rtsp://cam/")), now).unwrap();
        assert_eq!(config.id.as_str(), "front-door");
        assert!(config.enabled && config.record.enabled && config.record.audio);
        assert_eq!(config.version, 1);

        assert!(!config.detect.motion, "a large picture costs much to look at");

        let wire = settings_to_wire(&config);
        assert_eq!(wire.name, "cameras/front-door");
        assert_eq!(wire.etag, "1");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let bad = v1::CreateCameraRequest {
            camera_id: "../x".into(),
            camera: Some(v1::Camera {
                sub: Some(v1::Source { port: 70_000, ..Default::default() }),
                ..camera("a\nb", "exec:rm")
            }),
            validate_only: false,
        };
        let invalid = create(&bad, WallTime::default()).unwrap_err();
        let fields: Vec<_> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        let want = [
            "camera.display_name",
            "camera_id",
            "camera.main.url",
            "camera.sub.port",
            "camera.sub.host",
        ];
        assert_eq!(fields, want);
        let nothing = v1::CreateCameraRequest::default();
        assert_eq!(
            create(&nothing, WallTime::default()).unwrap_err().violations[0].field,
            "camera"
        );
        let unnamed = request(camera("日本", "rtsp://cam/"));
        let invalid = create(&unnamed, WallTime::default()).unwrap_err();
        assert_eq!(invalid.violations[0].field, "camera_id");
    }
}
