//! Why a camera does not stream: told apart, named for machines, and put in words that say what
//! to do.

use std::time::Duration;

use crate::{retry::Backoff, source::Source};

/// Reason of the time in which a connection is being made.
pub const CONNECTING: &str = "CONNECTING";

/// What ended, or prevented, a connection to a camera.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// User name or password refused (401, 403).
    Unauthorized,
    /// The camera offers only HTTP Basic, and that was not allowed.
    BasicAuthOnly,
    /// No stream at this path (404).
    NotFound,
    /// The host does not answer, or its name is not known.
    Unreachable,
    /// The host answers, but not on this port.
    PortClosed,
    /// The camera's limit of connections is reached (453, 503).
    TooManySessions,
    /// The camera answered with another refusal.
    Refused {
        /// RTSP status code.
        status: u32,
    },
    /// The camera sent us to another host.
    Redirected,
    /// What answers does not speak RTSP.
    NotRtsp,
    /// The connection was made, but no picture came.
    NoVideo,
    /// Pictures came, but no key frame, with which a recording begins.
    NoKeyFrame,
    /// The stream has no codec that we can record.
    Unsupported {
        /// What it has, in words.
        codec: String,
    },
    /// The camera closed the connection.
    Ended,
    /// Pictures stopped coming although the connection stands.
    Stalled,
    /// The camera's own clock jumped; a new connection starts afresh.
    TimeJump,
    /// The clock of this machine was set. No trouble with the camera: a new run takes the new time.
    ClockSet,
    /// A mistake of ours or of a library.
    Internal {
        /// What it said.
        detail: String,
    },
}

impl Fault {
    /// Machine-readable reason, the same in the API, in rows and in metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized => "CAMERA_UNAUTHORIZED",
            Self::BasicAuthOnly => "CAMERA_BASIC_AUTH_ONLY",
            Self::NotFound => "CAMERA_PATH_NOT_FOUND",
            Self::Unreachable => "CAMERA_UNREACHABLE",
            Self::PortClosed => "CAMERA_PORT_CLOSED",
            Self::TooManySessions => "CAMERA_TOO_MANY_SESSIONS",
            Self::Refused { .. } => "CAMERA_REFUSED",
            Self::Redirected => "CAMERA_REDIRECTED",
            Self::NotRtsp => "CAMERA_NOT_RTSP",
            Self::NoVideo => "STREAM_NO_VIDEO",
            Self::NoKeyFrame => "STREAM_NO_KEY_FRAME",
            Self::Unsupported { .. } => "STREAM_CODEC_UNSUPPORTED",
            Self::Ended => "STREAM_ENDED",
            Self::Stalled => "STREAM_STALLED",
            Self::TimeJump => "STREAM_TIME_JUMP",
            Self::ClockSet => "CLOCK_SET",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    /// What happened and what to do. Never holds a password.
    pub fn message(&self, source: &Source) -> String {
        let at = source.authority();
        let host = source.host();
        match self {
            Self::Unauthorized => format!(
                "{host} refused the user name or password (401). Check both; some cameras want a \
                 separate user for RTSP"
            ),
            Self::BasicAuthOnly => format!(
                "{host} asks for the password readable on the network (HTTP Basic). Switch it to \
                 Digest in the camera, or allow Basic for this camera"
            ),
            Self::NotFound => format!(
                "{host} has no stream at {} (404). Look the path up in the camera's manual",
                source.path()
            ),
            Self::Unreachable => {
                format!("no answer from {at}. Is it on, and on this network?")
            }
            Self::PortClosed => format!(
                "{host} answered, but port {} is closed. RTSP may be off in the camera, or on \
                 another port",
                source.port()
            ),
            Self::TooManySessions => format!(
                "{host} serves no more connections (453/503). Close other viewers or recorders of \
                 this camera"
            ),
            Self::Refused { status } => {
                format!("{host} refused the stream with RTSP status {status}")
            }
            Self::Redirected => format!(
                "{host} redirects to another address, which is not followed. Enter that address \
                 if you trust it"
            ),
            Self::NotRtsp => {
                format!("what answers at {at} does not speak RTSP. Check the port")
            }
            Self::NoVideo => format!("{host} was connected, but sent no picture"),
            Self::NoKeyFrame => format!(
                "{host} sends pictures, but no key frame to begin with. Set the interval of key \
                 frames (I-frame interval, GOP) in the camera to a few seconds"
            ),
            Self::Unsupported { codec } => format!(
                "{host} sends {codec}, which cannot be recorded. Set the camera to H.264 or H.265"
            ),
            Self::Ended => format!("{host} closed the connection"),
            Self::Stalled => {
                format!("{host} stopped sending pictures although the connection stands")
            }
            Self::TimeJump => format!("the timestamps of {host} jumped; connecting afresh"),
            Self::ClockSet => {
                "the clock of this machine was set; recording goes on under the new time".to_owned()
            }
            Self::Internal { detail } => format!("the camera's graph failed: {detail}"),
        }
    }

    /// Whether `reason` is of a camera that is away: as it goes, meanwhile, or as it comes back. One
    /// absence goes through several.
    pub fn is_absence(reason: &str) -> bool {
        let of = [Self::Ended, Self::Stalled, Self::PortClosed, Self::Unreachable, Self::NoVideo];
        reason == CONNECTING || of.iter().any(|fault| fault.reason() == reason)
    }

    /// Whether something is wrong with the camera or the way to it.
    pub fn is_of_camera(&self) -> bool {
        !matches!(self, Self::ClockSet)
    }

    /// How long to wait before the next attempt. Wrong passwords wait long, so that the camera
    /// does not lock the account.
    pub fn backoff(&self) -> Backoff {
        let secs = Duration::from_secs;
        match self {
            Self::Unauthorized | Self::BasicAuthOnly => Backoff::new(secs(75), secs(300)),
            Self::NotFound | Self::Redirected | Self::Unsupported { .. } => {
                Backoff::new(secs(30), secs(120))
            }
            Self::TooManySessions | Self::Refused { .. } => Backoff::new(secs(5), secs(60)),
            // It was there a moment ago, or its host is: asking costs next to nothing.
            Self::PortClosed | Self::Ended | Self::Stalled => Backoff::new(secs(1), secs(4)),
            // Nothing is wrong: every moment of waiting is lost footage.
            Self::ClockSet => Backoff::new(Duration::from_millis(20), secs(1)),
            // Most that go away restart.
            _ => Backoff::new(secs(1), secs(30)).at_first_at_most(secs(4)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_where_and_never_the_password() {
        let source = Source::parse_url("rtsp://u:canary-22@cam.lan/h264").unwrap();
        let faults = [
            Fault::Unauthorized,
            Fault::BasicAuthOnly,
            Fault::NotFound,
            Fault::Unreachable,
            Fault::PortClosed,
            Fault::TooManySessions,
            Fault::Refused { status: 500 },
            Fault::Redirected,
            Fault::NotRtsp,
            Fault::NoVideo,
            Fault::NoKeyFrame,
            Fault::Unsupported { codec: "Motion JPEG".into() },
            Fault::Ended,
            Fault::Stalled,
            Fault::TimeJump,
        ];
        for fault in faults {
            let message = fault.message(&source);
            assert!(message.contains("cam.lan"), "{message}");
            assert!(!message.contains("canary-22"), "{message}");
        }
    }

    #[test]
    fn a_wrong_password_is_not_tried_again_within_a_minute() {
        for jitter in [0.0, 0.5, 1.0] {
            assert!(Fault::Unauthorized.backoff().delay(1, jitter) >= Duration::from_secs(60));
        }
        assert!(Fault::Ended.backoff().delay(1, 1.0) <= Duration::from_secs(2));
    }

    #[test]
    fn a_clock_that_was_set_is_no_fault_of_a_camera_and_costs_no_wait() {
        let source = Source::parse_url("rtsp://cam.lan/h264").unwrap();
        assert!(!Fault::ClockSet.is_of_camera() && Fault::Ended.is_of_camera());
        assert!(!Fault::ClockSet.message(&source).contains("cam.lan"));
        assert!(Fault::ClockSet.backoff().delay(1, 1.0) < Duration::from_millis(50));
    }
}
