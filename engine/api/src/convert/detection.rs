//! The detector for the wire: models, what it sees, replays.

use std::time::Duration;

use ronin_core::{
    DetectSettings, Invalid,
    detection::{Model, ModelState, Models, Replay, ReplayRequest, ReplayState},
    event::{Detections, Seen},
};
use ronin_proto::v1;
use uuid::Uuid;

use super::{detect, event, name, recording, time};

/// Longest footage of a replay: a day.
const REPLAY_MAX: Duration = Duration::from_secs(24 * 3600);

/// The models there are.
pub(crate) fn models(models: Models) -> v1::ListModelsResponse {
    v1::ListModelsResponse {
        folder: models.folder.display().to_string(),
        message: models.message,
        models: models.models.into_iter().map(model).collect(),
    }
}

/// A model.
pub(crate) fn model(model: Model) -> v1::Model {
    let state = match model.state {
        ModelState::Available => v1::ModelState::Available,
        ModelState::Loading => v1::ModelState::Loading,
        ModelState::Running => v1::ModelState::Running,
        ModelState::Failed => v1::ModelState::Failed,
    };
    let loaded = model.loaded.unwrap_or_default();
    v1::Model {
        name: format!("models/{}", model.file_name),
        size_bytes: model.size_bytes,
        state: state.into(),
        message: model.message,
        sha256: loaded.sha256,
        labels: loaded.labels,
        input_width: loaded.input_width,
        input_height: loaded.input_height,
        device: loaded.device,
        picture_ms: loaded.took.as_secs_f64() * 1000.0,
        pictures: loaded.pictures,
        pictures_replaced: loaded.replaced,
    }
}

/// The file name of the model that `name`, found in `field`, names.
pub(crate) fn parse_model(name: &str, field: &str) -> Result<String, Invalid> {
    let file_name = name.strip_prefix("models/").filter(|file| !file.is_empty());
    let file_name = file_name.filter(|file| !file.contains('/'));
    let text = "name a model as models/{file name}, as ListModels shows it";
    file_name.map(str::to_owned).ok_or_else(|| Invalid::new(field, text))
}

/// What was seen in a picture.
pub(crate) fn picture(seen: &Detections) -> v1::AnalysedPicture {
    v1::AnalysedPicture {
        wall_time: Some(time::to_wire(seen.at)),
        gate: event::gate(seen.gate).into(),
        boxes: seen.objects.iter().map(object).collect(),
        motion_cells: seen.motion.to_bytes().to_vec(),
        detector_ms: seen.took.as_secs_f64() * 1000.0,
    }
}

fn object(seen: &Seen) -> v1::Detection {
    v1::Detection {
        label: seen.label.clone(),
        score: seen.score,
        track_id: seen.track.unwrap_or_default(),
        x: seen.place.x,
        y: seen.place.y,
        width: seen.place.width,
        height: seen.place.height,
        still: seen.is_still,
    }
}

/// What a replay is asked to run on. `usual`: the settings of the camera.
pub(crate) fn replay_request(
    request: &v1::CreateReplayRequest,
    usual: impl FnOnce(&ronin_core::CameraId) -> Option<DetectSettings>,
) -> Result<ReplayRequest, Invalid> {
    let mut invalid = Invalid::default();
    let camera = invalid.collect(name::parse_camera(&request.camera, "camera"));
    let (start, end) = (request.start_time.as_ref(), request.end_time.as_ref());
    let span = invalid.collect(recording::closed_span(start, end));
    if span.is_some_and(|span| span.duration() > REPLAY_MAX) {
        let text = "a replay runs over at most a day: ask for less";
        invalid.collect::<()>(Err(Invalid::new("end_time", text)));
    }
    let model = Some(&request.model).filter(|model| !model.is_empty());
    let model = model.map(|model| parse_model(model, "model")).transpose();
    let model = invalid.collect(model).flatten();
    let settings = match &request.settings {
        Some(wire) => merged(wire),
        None => Ok(camera.as_ref().and_then(usual).unwrap_or(DetectSettings::with_motion(true))),
    };
    let settings = invalid.collect(settings.map_err(|invalid| invalid.within("settings")));
    let baseline = request.baseline.as_ref().map(merged).transpose();
    let baseline = invalid.collect(baseline.map_err(|invalid| invalid.within("baseline")));
    invalid.check()?;
    let (Some(camera), Some(span), Some(settings)) = (camera, span, settings) else {
        return Err(Invalid::new("camera", "say which camera"));
    };
    let (settings, baseline) = (in_any_case(settings), baseline.flatten().map(in_any_case));
    Ok(ReplayRequest { camera, span, model, settings, baseline })
}

fn merged(wire: &v1::DetectSettings) -> Result<DetectSettings, Invalid> {
    detect::merged(&DetectSettings::with_motion(true), wire)
}

/// Whoever asks for a replay wants both, whatever is switched off for live pictures.
fn in_any_case(settings: DetectSettings) -> DetectSettings {
    DetectSettings { motion: true, objects: true, ..settings }
}

/// A replay with its events.
pub(crate) fn replay(replay: &Replay) -> v1::Replay {
    let state = match replay.state {
        ReplayState::Queued => v1::ReplayState::Queued,
        ReplayState::Running => v1::ReplayState::Running,
        ReplayState::Succeeded => v1::ReplayState::Succeeded,
        ReplayState::Failed => v1::ReplayState::Failed,
        ReplayState::Cancelled => v1::ReplayState::Cancelled,
    };
    let difference = &replay.difference;
    let position = |index: &usize| u32::try_from(*index).unwrap_or(u32::MAX);
    v1::Replay {
        name: format!("replays/{}", replay.id),
        camera: name::camera(&replay.request.camera),
        start_time: Some(time::to_wire(replay.request.span.start)),
        end_time: Some(time::to_wire(replay.request.span.end)),
        model: replay.model.clone(),
        state: state.into(),
        message: replay.message.clone(),
        progress_percent: replay.progress * 100.0,
        pictures: replay.pictures,
        pictures_detected: replay.detected,
        speed: replay.speed,
        events: replay.events.iter().map(event::of).collect(),
        events_same: difference.same,
        events_new: difference.new.iter().map(position).collect(),
        events_missing: difference.missing.iter().map(|id| event::event_name(*id)).collect(),
        create_time: Some(time::to_wire(replay.created_at)),
        baseline_events: replay.baseline_events.iter().map(event::of).collect(),
    }
}

/// The replay that `name` names.
pub(crate) fn parse_replay(name: &str) -> Result<Uuid, Invalid> {
    let id = name.strip_prefix("replays/").and_then(|id| {
        // Only the one spelling that we print.
        Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)
    });
    id.ok_or_else(|| Invalid::new("name", "name a replay as replays/{id}, as ListReplays shows it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(
            parse_model("models/yolo11n.torchscript", "name").unwrap(),
            "yolo11n.torchscript"
        );
        for bad in ["", "models/", "models/../x", "models/a/b", "yolo"] {
            assert!(parse_model(bad, "name").is_err(), "{bad}");
        }
        let id = Uuid::now_v7();
        assert_eq!(parse_replay(&format!("replays/{id}")).unwrap(), id);
        for bad in ["", "replays/", "replays/x", &format!("replays/{{{id}}}")] {
            assert!(parse_replay(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_replay_without_settings_takes_those_of_the_camera() {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let request = v1::CreateReplayRequest {
            camera: "cameras/yard".into(),
            start_time: at(1_700_000_000),
            end_time: at(1_700_000_060),
            ..Default::default()
        };
        let of_camera = DetectSettings { only_in_zones: true, ..DetectSettings::with_motion(true) };
        let parsed = replay_request(&request, |_| Some(of_camera.clone())).unwrap();
        assert_eq!(parsed.settings, of_camera);
        assert_eq!(parsed.span.duration(), Duration::from_secs(60));

        let long = v1::CreateReplayRequest { end_time: at(1_700_100_000), ..request };
        let invalid = replay_request(&long, |_| None).unwrap_err();
        assert_eq!(invalid.violations[0].field, "end_time");
    }
}
