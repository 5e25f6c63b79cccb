//! `ronin replay`: recorded footage through detection once more, over the API of a running server.

use std::{fs, path::Path, process::ExitCode, time::Duration};

use anyhow::Context;
use jiff::Timestamp;
use ronin_proto::v1::{
    self, CancelReplayRequest, CreateReplayRequest, GetReplayRequest, Replay, ReplayState,
    detection_service_client::DetectionServiceClient,
};
use serde::{Deserialize, Serialize};

use super::client::{self, refused};
use crate::cli;

/// Between two questions about how far it is.
const ASK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(args: cli::Replay) -> anyhow::Result<ExitCode> {
    let settings = args.settings.as_deref().map(read_settings).transpose()?;
    let baseline = args.against.as_deref().map(read_settings).transpose()?;
    let channel = client::connect(&args.server).await?;
    let bearer = client::bearer(&args.server, &channel).await?;
    let mut detection = DetectionServiceClient::with_interceptor(channel, bearer);
    let request = CreateReplayRequest {
        camera: format!("cameras/{}", args.camera),
        start_time: Some(client::time(&args.start, "--start")?),
        end_time: Some(client::time(&args.end, "--end")?),
        model: args.model.map(|file| format!("models/{file}")).unwrap_or_default(),
        settings,
        baseline,
    };
    let created = detection.create_replay(request).await.map_err(|s| refused(&s))?;
    let mut replay = created.into_inner().replay.unwrap_or_default();
    while matches!(replay.state(), ReplayState::Queued | ReplayState::Running) {
        tokio::select! {
            () = tokio::time::sleep(ASK_EVERY) => {}
            _ = tokio::signal::ctrl_c() => {
                let cancel = CancelReplayRequest { name: replay.name.clone() };
                detection.cancel_replay(cancel).await.map_err(|s| refused(&s))?;
                anyhow::bail!("stopped");
            }
        }
        let ask = GetReplayRequest { name: replay.name.clone() };
        let answer = detection.get_replay(ask).await.map_err(|s| refused(&s))?;
        replay = answer.into_inner().replay.unwrap_or_default();
        eprint!("\r{:>5.1} %, {:.1} x", replay.progress_percent, replay.speed);
    }
    eprintln!();
    if replay.state() != ReplayState::Succeeded {
        anyhow::bail!("the replay did not end well: {}", replay.message);
    }
    if args.json {
        println!("{}", serde_json::to_string(&report(&replay))?);
    } else {
        print!("{}", lines(&replay));
    }
    let is_same = replay.events_new.is_empty() && replay.events_missing.is_empty();
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is the same, what is new and what is missing, a line each.
fn lines(replay: &Replay) -> String {
    let report = report(replay);
    let mut text = format!(
        "{} pictures, {} looked at by {}, {:.1} times as fast as live\n{} events: {} as before, {} new, \
         {} missing\n",
        report.pictures,
        report.pictures_detected,
        report.model,
        report.speed,
        report.events.len(),
        report.events_same,
        replay.events_new.len(),
        report.events_missing.len()
    );
    for event in &report.events {
        text.push_str(&described(if event.is_new { '+' } else { ' ' }, event));
    }
    for name in report.events_missing {
        match replay.baseline_events.iter().find(|event| event.name == *name) {
            Some(event) => text.push_str(&described('-', &line(event, false))),
            None => text.push_str(&format!("- {name}\n")),
        }
    }
    text
}

#[derive(Serialize)]
struct Report<'a> {
    model: &'a str,
    pictures: u64,
    pictures_detected: u64,
    speed: f64,
    events_same: u32,
    events_missing: &'a [String],
    events: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    is_new: bool,
    label: &'a str,
    score: f32,
    start_time: String,
    end_time: String,
    seconds: f64,
    zones: Vec<&'a str>,
}

/// An event on a line.
fn described(mark: char, event: &Line<'_>) -> String {
    let Line { start_time, seconds, label, score, zones, .. } = event;
    let zones = zones.join(", ");
    format!("{mark} {start_time} {seconds:>5.1} s  {label} {score:.2}  {zones}\n")
}

fn line(event: &v1::Event, is_new: bool) -> Line<'_> {
    let text = |time: &Option<prost_types::Timestamp>| {
        let time = time.unwrap_or_default();
        Timestamp::new(time.seconds, time.nanos).unwrap_or_default()
    };
    let (start, end) = (text(&event.start_time), text(&event.end_time));
    Line {
        is_new,
        label: &event.label,
        score: event.score,
        start_time: start.to_string(),
        end_time: end.to_string(),
        seconds: end.duration_since(start).as_secs_f64(),
        zones: event.zones.iter().map(|visit| visit.zone.as_str()).collect(),
    }
}

fn report(replay: &Replay) -> Report<'_> {
    let is_new =
        |index: usize| replay.events_new.iter().any(|at| usize::try_from(*at) == Ok(index));
    let events = replay.events.iter().enumerate().map(|(index, event)| line(event, is_new(index)));
    Report {
        model: &replay.model,
        pictures: replay.pictures,
        pictures_detected: replay.pictures_detected,
        speed: replay.speed,
        events_same: replay.events_same,
        events_missing: &replay.events_missing,
        events: events.collect(),
    }
}

fn read_settings(path: &Path) -> anyhow::Result<v1::DetectSettings> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("could not read the settings {}", path.display()))?;
    let file: SettingsFile = serde_json::from_str(&text)
        .with_context(|| format!("{} does not hold settings of detection", path.display()))?;
    file.to_wire()
}

/// `v1::DetectSettings` in the JSON of protocol buffers.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SettingsFile {
    motion: Option<bool>,
    sensitivity: Option<String>,
    masks: Vec<PolygonFile>,
    objects: Option<bool>,
    rules: Vec<RuleFile>,
    zones: Vec<ZoneFile>,
    only_in_zones: Option<bool>,
    schedule: Option<ScheduleFile>,
    pre_roll: Option<String>,
    post_roll: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolygonFile {
    points: Vec<PointFile>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct PointFile {
    #[serde(default)]
    x: f32,
    #[serde(default)]
    y: f32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleFile {
    label: String,
    #[serde(default)]
    min_score: f32,
    #[serde(default)]
    min_area: f32,
    #[serde(default)]
    max_area: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneFile {
    name: String,
    area: PolygonFile,
    #[serde(default)]
    labels: Vec<String>,
    loiter: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScheduleFile {
    time_zone: String,
    hours: Vec<HoursFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HoursFile {
    days: Vec<i32>,
    #[serde(default)]
    start_minute: i32,
    #[serde(default)]
    end_minute: i32,
}

impl SettingsFile {
    fn to_wire(&self) -> anyhow::Result<v1::DetectSettings> {
        let sensitivity = match self.sensitivity.as_deref() {
            None => v1::MotionSensitivity::Unspecified,
            Some(name) => v1::MotionSensitivity::from_str_name(name).with_context(|| {
                format!("{name} is no sensitivity: MOTION_SENSITIVITY_LOW, _NORMAL or _HIGH")
            })?,
        };
        let zones = self.zones.iter().map(|zone| {
            Ok(v1::Zone {
                name: zone.name.clone(),
                area: Some(zone.area.to_wire()),
                labels: zone.labels.clone(),
                loiter: duration(zone.loiter.as_deref())?,
            })
        });
        Ok(v1::DetectSettings {
            motion: self.motion,
            sensitivity: sensitivity.into(),
            masks: self.masks.iter().map(PolygonFile::to_wire).collect(),
            objects: self.objects,
            rules: self.rules.iter().map(RuleFile::to_wire).collect(),
            zones: zones.collect::<anyhow::Result<_>>()?,
            only_in_zones: self.only_in_zones,
            schedule: self.schedule.as_ref().map(ScheduleFile::to_wire),
            pre_roll: duration(self.pre_roll.as_deref())?,
            post_roll: duration(self.post_roll.as_deref())?,
        })
    }
}

impl PolygonFile {
    fn to_wire(&self) -> v1::Polygon {
        let points = self.points.iter().map(|&PointFile { x, y }| v1::Point { x, y });
        v1::Polygon { points: points.collect() }
    }
}

impl RuleFile {
    fn to_wire(&self) -> v1::ObjectRule {
        let Self { label, min_score, min_area, max_area } = self;
        let label = label.clone();
        v1::ObjectRule { label, min_score: *min_score, min_area: *min_area, max_area: *max_area }
    }
}

impl ScheduleFile {
    fn to_wire(&self) -> v1::Schedule {
        let hours = self.hours.iter().map(|hours| v1::ScheduleHours {
            days: hours.days.clone(),
            start_minute: hours.start_minute,
            end_minute: hours.end_minute,
        });
        v1::Schedule { time_zone: self.time_zone.clone(), hours: hours.collect() }
    }
}

/// "5s" or "1.5s".
fn duration(text: Option<&str>) -> anyhow::Result<Option<prost_types::Duration>> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
    let length = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let length = length.and_then(|length| prost_types::Duration::try_from(length).ok());
    length.map(Some).with_context(|| format!("{text:?} is no length of time: write 5s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_the_api_shows_them() {
        let text = r#"{"motion": true, "sensitivity": "MOTION_SENSITIVITY_HIGH",
            "rules": [{"label": "person", "minScore": 0.6}],
            "zones": [{"name": "Porch", "area": {"points": [{"x": 0.1}, {"x": 1, "y": 1}, {"y": 1}]},
                       "loiter": "20s"}],
            "schedule": {"timeZone": "UTC", "hours": [{"days": [1], "endMinute": 60}]},
            "preRoll": "1.5s"}"#;
        let file: SettingsFile = serde_json::from_str(text).unwrap();
        let wire = file.to_wire().unwrap();
        assert_eq!(wire.sensitivity(), v1::MotionSensitivity::High);
        assert_eq!(wire.rules[0].min_score, 0.6);
        assert_eq!(wire.zones[0].loiter.map(|loiter| loiter.seconds), Some(20));
        assert_eq!(wire.pre_roll.map(|roll| roll.nanos), Some(500_000_000));
        assert!(serde_json::from_str::<SettingsFile>(r#"{"zonen": []}"#).is_err());
        assert!(duration(Some("5 minutes")).is_err());
    }
}
