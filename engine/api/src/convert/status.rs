//! How cameras and their graphs are doing, for the wire.

use ronin_core::{
    CameraState, CameraStatus, MediaStream, StreamMedia,
    control::{CameraView, Probe},
};
use ronin_proto::v1;

use super::time;

/// The status of a camera.
pub(crate) fn to_wire(view: &CameraView) -> v1::CameraStatus {
    let CameraView { config, status } = view;
    let CameraStatus { state, since, fault, streams, .. } = status;
    let next_attempt = match state {
        CameraState::Backoff { next_attempt_at } => Some(time::to_wire(*next_attempt_at)),
        _ => None,
    };
    v1::CameraStatus {
        state: state_to_wire(*state).into(),
        since_time: Some(time::to_wire(*since)),
        fault: fault.as_ref().map(|seen| v1::Fault {
            reason: seen.fault.reason().to_owned(),
            message: seen.fault.message(&config.main),
            time: Some(time::to_wire(seen.at)),
        }),
        streams: streams.iter().map(stream).collect(),
        next_attempt_time: next_attempt,
        failed_attempts: status.failed_attempts,
        recording: status.recording,
        dropped_frames: status.dropped_frames,
        warnings: status.warnings.clone(),
        clock_offset_seconds: status.clock_offset,
        recording_fault: status.recording_fault.as_ref().map(|fault| v1::Fault {
            reason: fault.reason().to_owned(),
            message: fault.message(),
            time: None,
        }),
    }
}

fn state_to_wire(state: CameraState) -> v1::CameraState {
    match state {
        CameraState::Disabled => v1::CameraState::Disabled,
        CameraState::Connecting => v1::CameraState::Connecting,
        CameraState::Streaming => v1::CameraState::Streaming,
        CameraState::Backoff { .. } => v1::CameraState::Backoff,
        CameraState::Stopping => v1::CameraState::Stopping,
    }
}

/// One elementary stream.
pub(crate) fn stream(stream: &MediaStream) -> v1::MediaStream {
    let common = v1::MediaStream {
        codec: stream.codec.clone(),
        codec_string: stream.codec_string.clone(),
        bits_per_second: stream.bits_per_second,
        ..Default::default()
    };
    match stream.media {
        StreamMedia::Video { width, height, frames_per_second } => v1::MediaStream {
            kind: v1::MediaKind::Video.into(),
            width,
            height,
            frames_per_second,
            ..common
        },
        StreamMedia::Audio { sample_rate_hz, channels } => v1::MediaStream {
            kind: v1::MediaKind::Audio.into(),
            sample_rate_hz,
            channels,
            ..common
        },
    }
}

/// What a probe found.
pub(crate) fn probe(probe: Probe) -> v1::ProbeCameraResponse {
    v1::ProbeCameraResponse {
        streams: probe.streams.iter().map(stream).collect(),
        snapshot: probe.snapshot.map(|jpeg| jpeg.to_vec()).unwrap_or_default(),
        warnings: probe.warnings,
    }
}
