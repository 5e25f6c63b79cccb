//! `ronin coverage`: what of each day is on disk, over the API of a running server.

use std::process::ExitCode;

use anyhow::Context;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use ronin_proto::v1::{
    DayCoverage, GetCoverageRequest, GetSystemInfoRequest, MissingTime,
    recording_service_client::RecordingServiceClient, system_service_client::SystemServiceClient,
};
use serde::Serialize;
use tonic::{service::interceptor::InterceptedService, transport::Channel};

use super::client::{self, Bearer, refused};
use crate::cli;

/// Causes of a day in a table: a line can be read at a glance.
const CAUSES_SHOWN: usize = 3;
/// A year of 64 cameras with much that is missing.
const ANSWER_MAX_BYTES: usize = 64 << 20;

type System = SystemServiceClient<InterceptedService<Channel, Bearer>>;

pub(super) async fn run(args: cli::Coverage) -> anyhow::Result<ExitCode> {
    let channel = client::connect(&args.server).await?;
    let bearer = client::bearer(&args.server, &channel).await?;
    let mut system = SystemServiceClient::with_interceptor(channel.clone(), bearer.clone());
    let request = request(&args, &mut system).await?;
    let recordings = RecordingServiceClient::with_interceptor(channel, bearer);
    let mut recordings = recordings.max_decoding_message_size(ANSWER_MAX_BYTES);
    let answer = recordings.get_coverage(request).await.map_err(|s| refused(&s))?.into_inner();
    for camera in &answer.cameras {
        let id = camera.camera.strip_prefix("cameras/").unwrap_or(&camera.camera);
        for day in &camera.days {
            let text =
                if args.json { serde_json::to_string(&row(id, day))? } else { line(id, day) };
            println!("{text}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the server for its time and zone where they are needed.
async fn request(args: &cli::Coverage, system: &mut System) -> anyhow::Result<GetCoverageRequest> {
    let info = system.get_system_info(GetSystemInfoRequest {}).await.map_err(|s| refused(&s))?;
    let info = info.into_inner();
    let time_zone = args.time_zone.clone().unwrap_or(info.time_zone);
    let now = info.server_time.unwrap_or_default();
    let today = || today(Timestamp::new(now.seconds, now.nanos)?, &time_zone);
    let (start_day, end_day) = match (&args.from, &args.to) {
        (Some(from), Some(to)) => (from.clone(), to.clone()),
        (Some(from), None) => (from.clone(), today()?.to_string()),
        (None, _) => {
            let last = today()?;
            let first = last.checked_sub((i64::from(args.days) - 1).days())?;
            (first.to_string(), last.to_string())
        }
    };
    let cameras = args.camera.iter().map(|id| format!("cameras/{id}")).collect();
    Ok(GetCoverageRequest { cameras, start_day, end_day, time_zone })
}

fn today(now: Timestamp, zone: &str) -> anyhow::Result<Date> {
    let zone = TimeZone::get(zone).with_context(|| {
        format!(
            "there is no time zone {zone} here: name one as Europe/Berlin, or give --from and --to"
        )
    })?;
    Ok(now.to_zoned(zone).date())
}

/// A day of a camera on one line: the share on disk, and the largest causes of the rest.
fn line(camera: &str, day: &DayCoverage) -> String {
    let share = if day.expected_seconds > 0.0 {
        // Cut and not rounded: what is not complete must not look so.
        format!("{:.1} %", (day.coverage * 1000.0).floor() / 10.0)
    } else {
        "-".to_owned()
    };
    let causes: Vec<String> = day.missing.iter().take(CAUSES_SHOWN).map(cause).collect();
    let line = format!("{camera:<20} {} {share:>7}  {}", day.day, causes.join(", "));
    line.trim_end().to_owned()
}

fn cause(missing: &MissingTime) -> String {
    let gaps = if missing.gaps == 1 { String::new() } else { format!(" ({} gaps)", missing.gaps) };
    format!("{} {}{gaps}", missing.cause, time(missing.seconds))
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[derive(Serialize)]
struct Row<'a> {
    camera: &'a str,
    day: &'a str,
    start_time: Option<String>,
    end_time: Option<String>,
    recorded_seconds: f64,
    expected_seconds: f64,
    coverage: f64,
    missing: Vec<Cause<'a>>,
}

#[derive(Serialize)]
struct Cause<'a> {
    cause: &'a str,
    message: &'a str,
    seconds: f64,
    gaps: u32,
}

/// A day of a camera for a program. Names and units are those of the API.
fn row<'a>(camera: &'a str, day: &'a DayCoverage) -> Row<'a> {
    let time = |time: &Option<prost_types::Timestamp>| {
        let time = time.as_ref()?;
        Some(Timestamp::new(time.seconds, time.nanos).ok()?.to_string())
    };
    let missing = day.missing.iter().map(|missing| Cause {
        cause: &missing.cause,
        message: &missing.message,
        seconds: missing.seconds,
        gaps: missing.gaps,
    });
    Row {
        camera,
        day: &day.day,
        start_time: time(&day.start_time),
        end_time: time(&day.end_time),
        recorded_seconds: day.recorded_seconds,
        expected_seconds: day.expected_seconds,
        coverage: day.coverage,
        missing: missing.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(cause: &str, seconds: f64, gaps: u32) -> MissingTime {
        MissingTime { cause: cause.into(), message: "words".into(), seconds, gaps }
    }

    fn day(recorded: f64, missing: Vec<MissingTime>) -> DayCoverage {
        let expected = recorded + missing.iter().map(|missing| missing.seconds).sum::<f64>();
        DayCoverage {
            day: "2026-11-22".into(),
            start_time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            end_time: None,
            recorded_seconds: recorded,
            expected_seconds: expected,
            coverage: if expected > 0.0 { recorded / expected } else { 0.0 },
            missing,
        }
    }

    #[test]
    fn a_line_shows_the_share_and_what_is_missing_most() {
        let some = vec![
            missing("CAMERA_UNREACHABLE", 9000.0, 2),
            missing("ENGINE_STOPPED", 300.0, 1),
            missing("CONNECTING", 9.0, 4),
            missing("FILE_LOST", 1.0, 1),
        ];
        let cases = [
            (day(86_400.0, Vec::new()), "front                2026-11-22 100.0 %"),
            (day(0.0, Vec::new()), "front                2026-11-22       -"),
            (
                day(86_399.0, vec![missing("CONNECTING", 1.0, 1)]),
                "front                2026-11-22  99.9 %  CONNECTING 1 s",
            ),
            (
                day(77_090.0, some),
                "front                2026-11-22  89.2 %  CAMERA_UNREACHABLE 2.5 h (2 gaps), \
                 ENGINE_STOPPED 5 min, CONNECTING 9 s (4 gaps)",
            ),
        ];
        for (day, want) in cases {
            assert_eq!(line("front", &day), want);
        }
    }

    #[test]
    fn a_row_is_one_json_object_with_the_names_of_the_api() {
        let day = day(1.0, vec![missing("CONNECTING", 3.0, 1)]);
        let json = serde_json::to_string(&row("front", &day)).unwrap();
        assert_eq!(
            json,
            "{\"camera\":\"front\",\"day\":\"2026-11-22\",\
             \"start_time\":\"2023-11-14T22:13:20Z\",\"end_time\":null,\
             \"recorded_seconds\":1.0,\"expected_seconds\":4.0,\"coverage\":0.25,\
             \"missing\":[{\"cause\":\"CONNECTING\",\"message\":\"words\",\"seconds\":3.0,\"gaps\":1}]}"
        );
    }

    #[test]
    fn today_is_that_of_the_zone() {
        let now: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(today(now, "UTC").unwrap().to_string(), "2026-11-22");
        assert_eq!(today(now, "Europe/Berlin").unwrap().to_string(), "2026-11-23");
        let error = today(now, "Mars/Olympus").unwrap_err().to_string();
        assert!(error.contains("--from"), "{error}");
    }
}
