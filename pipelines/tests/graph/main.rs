//! One graph against a real RTSP camera: what is recorded, read back picture by picture.

#![allow(clippy::unwrap_used, reason = "tests")]

mod analysis;
mod harness;
mod live;
mod recording;
mod report;
mod room;
mod streams;
