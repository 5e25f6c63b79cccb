//! Cameras and footage as tests want them.

use std::time::Duration;

use ronin_core::{RunId, Segment, SegmentId, WallTime};
use ronin_proto::v1;

/// A camera of this name.
pub(crate) fn camera(name: &str) -> v1::CreateCameraRequest {
    let main = v1::Source { url: "rtsp://192.0.2.7/main".into(), ..Default::default() };
    let camera = v1::Camera { display_name: name.into(), main: Some(main), ..Default::default() };
    v1::CreateCameraRequest { camera: Some(camera), ..Default::default() }
}

/// A minute of footage from `start` on, in a file of its own.
pub(crate) fn segment(camera: &str, start: WallTime) -> Segment {
    let id = SegmentId::generate();
    Segment {
        id,
        camera: camera.parse().unwrap(),
        run: RunId::generate(),
        sequence: 0,
        start,
        end: start + Duration::from_secs(60),
        path: format!("{camera}/{id}.mp4"),
        size_bytes: 10,
        frames: 1500,
        codecs: vec!["avc1.64001f".into()],
        width: 640,
        height: 360,
    }
}
