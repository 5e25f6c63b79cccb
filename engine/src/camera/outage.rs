//! Why there is no footage of a camera right now, for the gap that this leaves.

use std::time::Duration;

use ronin_core::{CameraConfig, CameraStatus, WallTime, fault::CONNECTING};

use super::life::Life;

/// Footage that ended longer ago is not what the outage began with.
const JUST_NOW: Duration = Duration::from_secs(60);

/// Cause and words; `None`: there is footage, or a camera that is gone needs no reason.
pub(super) fn of(
    life: &Life,
    status: &CameraStatus,
    config: &CameraConfig,
) -> Option<(String, String)> {
    let named = |cause: &str, message: &str| Some((cause.to_owned(), message.to_owned()));
    match (life, &status.fault) {
        (Life::Over, _) => None,
        (Life::Streaming { .. }, _) if !config.record.enabled => {
            named("RECORDING_DISABLED", "recording of this camera was switched off")
        }
        (Life::Streaming { .. }, _) => {
            let fault = status.recording_fault.as_ref()?;
            named(fault.reason(), &fault.message())
        }
        (Life::Disabled, _) => named("CAMERA_DISABLED", "the camera was switched off"),
        (_, Some(seen)) => named(seen.fault.reason(), &seen.fault.message(&config.main)),
        (_, None) => named(CONNECTING, "the camera was being connected"),
    }
}

/// What was said last of why there is no footage.
#[derive(Debug, Default)]
pub(super) struct Said {
    cause: Option<String>,
    is_said: bool,
}

impl Said {
    /// Whether this cause is another than the one that was said.
    pub(super) fn differs(&self, outage: &Option<(String, String)>) -> bool {
        !self.is_said || self.cause.as_deref() != outage.as_ref().map(|(cause, _)| cause.as_str())
    }

    /// It is said now; returns since when it is so. Trouble is noticed some seconds after the last
    /// footage, and the gap begins there.
    pub(super) fn say(
        &mut self,
        outage: &Option<(String, String)>,
        footage_end: Option<WallTime>,
        now: WallTime,
    ) -> WallTime {
        let was_recorded = self.is_said && self.cause.is_none();
        self.is_said = true;
        self.cause = outage.as_ref().map(|(cause, _)| cause.clone());
        let end = footage_end.filter(|end| *end + JUST_NOW >= now);
        end.filter(|_| was_recorded && outage.is_some()).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use ronin_core::{
        CameraState, DetectSettings, Fault, RecordSettings, RecordingFault, RunId, Source,
        status::SeenFault,
    };

    use super::*;

    fn config() -> CameraConfig {
        CameraConfig {
            id: "front".parse().unwrap(),
            display_name: "Front".into(),
            enabled: true,
            main: Source::parse_url("rtsp://cam.lan/main").unwrap(),
            sub: None,
            record: RecordSettings::default(),
            detect: DetectSettings::unless_said(None),
            created_at: WallTime::default(),
            updated_at: WallTime::default(),
            version: 1,
        }
    }

    #[test]
    fn the_cause_is_what_is_nearest_to_the_footage() {
        let run = RunId::generate();
        let streaming = Life::Streaming { run, since: Instant::now(), failures: 0 };
        let connecting = Life::Connecting { run, failures: 0 };
        let fault = || Some(SeenFault { fault: Fault::Stalled, at: WallTime::default() });
        let failed = Some(RecordingFault::WriteFailed { detail: "no".into() });
        let cases = [
            (&streaming, None, None, None),
            (&streaming, None, Some(RecordingFault::DiskFull), Some("DISK_FULL")),
            (&streaming, fault(), failed, Some("RECORDING_FAILED")),
            (&connecting, None, None, Some("CONNECTING")),
            (&connecting, fault(), None, Some("STREAM_STALLED")),
            (&Life::Disabled, fault(), None, Some("CAMERA_DISABLED")),
            (&Life::Over, fault(), None, None),
        ];
        for (life, fault, recording_fault, wanted) in cases {
            let mut status = CameraStatus::new(CameraState::Streaming, WallTime::default());
            (status.fault, status.recording_fault) = (fault, recording_fault);
            let outage = of(life, &status, &config());
            assert_eq!(outage.as_ref().map(|(cause, _)| cause.as_str()), wanted, "{life:?}");
        }
    }

    #[test]
    fn an_outage_begins_where_the_footage_ends() {
        let at = |seconds: i64| WallTime::from_micros(seconds * 1_000_000);
        let outage = |cause: &str| Some((cause.to_owned(), String::new()));
        let mut said = Said::default();
        assert!(said.differs(&None));

        assert_eq!(said.say(&None, None, at(0)), at(0));
        assert!(said.differs(&outage("A")) && !said.differs(&None));
        assert_eq!(said.say(&outage("A"), Some(at(95)), at(100)), at(95), "noticed 5 s later");
        assert_eq!(said.say(&outage("B"), Some(at(95)), at(120)), at(120), "then another");
        assert_eq!(said.say(&None, Some(at(95)), at(130)), at(130));
        assert_eq!(said.say(&outage("A"), Some(at(95)), at(900)), at(900), "long ago");
    }
}
