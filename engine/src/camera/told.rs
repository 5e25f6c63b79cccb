//! What people were told of a camera, so that they are told again only when it changes: it went
//! away, it is back, its pictures are not written, they are again.

use std::time::{Duration, Instant};

use ronin_core::{CameraConfig, CameraStatus, Notice, NoticeKind, RecordingFault};

use super::life::Life;

/// What was told last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Last {
    /// Nothing yet, or that all is well.
    #[default]
    Well,
    Lost(Instant),
    NotWritten(Instant),
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Told(Last);

impl Told {
    /// The notices that are due, the first first.
    pub(super) fn news(
        &mut self,
        life: &Life,
        status: &CameraStatus,
        config: &CameraConfig,
        now: Instant,
    ) -> Vec<Notice> {
        let name = &config.display_name;
        let tell = |kind, cause: &str, text: String| {
            Notice::new(kind, Some(config.id.clone()), cause, text)
        };
        let mut news = Vec::new();
        let ill = match (life, &status.fault, &status.recording_fault) {
            (Life::Streaming { .. }, _, Some(RecordingFault::WriteFailed { .. })) => {
                Last::NotWritten(now)
            }
            // Of a disk that is full or away people are told once, and not for each camera.
            (Life::Streaming { .. } | Life::Disabled, ..) => Last::Well,
            (Life::Backoff { .. }, Some(seen), _) if seen.fault.is_of_camera() => Last::Lost(now),
            // On the way from one to the other.
            _ => return news,
        };
        if std::mem::discriminant(&ill) == std::mem::discriminant(&self.0) {
            return news;
        }
        let since = |at: Instant| words(now.saturating_duration_since(at));
        match self.0 {
            Last::Lost(_) if *life == Life::Disabled => {}
            Last::Lost(at) => {
                let text = format!("{name} sends pictures again, after {}", since(at));
                news.push(tell(NoticeKind::CameraBack, "", text));
            }
            Last::NotWritten(at) if ill == Last::Well => {
                let text = format!("{name} is recorded again, after {}", since(at));
                news.push(tell(NoticeKind::RecordingResumed, "", text));
            }
            Last::NotWritten(_) | Last::Well => {}
        }
        match (ill, &status.fault, &status.recording_fault) {
            (Last::Lost(_), Some(seen), _) => {
                let text = format!("{name}: {}", seen.fault.message(&config.main));
                news.push(tell(NoticeKind::CameraLost, seen.fault.reason(), text));
            }
            (Last::NotWritten(_), _, Some(fault)) => {
                let text = format!("{name}: {}", fault.message());
                news.push(tell(NoticeKind::RecordingFailed, fault.reason(), text));
            }
            _ => {}
        }
        self.0 = ill;
        news
    }
}

fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use ronin_core::{
        CameraState, DetectSettings, Fault, RecordSettings, RunId, Source, WallTime,
        status::SeenFault,
    };

    use super::*;

    #[test]
    fn each_change_is_told_once_and_in_words() {
        let config = CameraConfig {
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
        };
        let run = RunId::generate();
        let start = Instant::now();
        let streaming = Life::Streaming { run, since: start, failures: 0 };
        let backoff = Life::Backoff { fault: Fault::Stalled, failures: 1, until: start };
        let connecting = Life::Connecting { run, failures: 0 };
        let stalled = Some(SeenFault { fault: Fault::Stalled, at: WallTime::default() });
        let failed = Some(RecordingFault::WriteFailed { detail: "no".into() });
        let mut told = Told::default();
        let mut step = |life: &Life, fault, recording_fault, seconds| {
            let mut status = CameraStatus::new(CameraState::Streaming, WallTime::default());
            (status.fault, status.recording_fault) = (fault, recording_fault);
            let news = told.news(life, &status, &config, start + Duration::from_secs(seconds));
            news.into_iter().map(|n| (n.kind, n.cause, n.message)).collect::<Vec<_>>()
        };

        assert_eq!(step(&streaming, None, None, 0), []);
        let lost = step(&backoff, stalled.clone(), None, 10);
        assert_eq!((lost.len(), lost[0].0), (1, NoticeKind::CameraLost));
        assert_eq!(lost[0].1, "STREAM_STALLED");
        assert_eq!(step(&connecting, stalled.clone(), None, 11), [], "on the way");
        assert_eq!(step(&backoff, stalled, None, 12), [], "told already");
        let back = step(&streaming, None, None, 105);
        assert_eq!(back[0].2, "Front sends pictures again, after 1 min 35 s");
        let kinds = |news: Vec<(NoticeKind, String, String)>| news[0].0;
        assert_eq!(kinds(step(&streaming, None, failed, 110)), NoticeKind::RecordingFailed);
        assert_eq!(kinds(step(&streaming, None, None, 120)), NoticeKind::RecordingResumed);
        let full = Some(RecordingFault::DiskFull);
        assert_eq!(step(&streaming, None, full, 130), [], "told once for all cameras");
        assert_eq!(step(&Life::Disabled, None, None, 140), []);
    }
}
