//! Everything that touches GStreamer: one graph for each camera's life, probes and snapshots.
//!
//! Not here: when a camera is connected again, what becomes of a finished segment, who may look.
//! This crate knows neither the database nor the API. The rest of the program sees plain types:
//! [`graph::run`] is a future that lives as long as the graph does, and ends with the reason.
//!
//! Invariant: no text from a person reaches a launch string or a URI handler. Elements are made by
//! name from [`elements::REQUIRED`] and given typed properties.

pub mod analysis;
mod audio;
mod boxes;
mod branch;
mod clock;
pub mod elements;
mod error;
mod feed_source;
pub mod graph;
pub mod joined;
mod live_mp4;
mod messages;
mod picture;
mod preflight;
pub mod probe;
pub mod recorded_frames;
pub mod recorded_picture;
pub mod rendition;
mod rtsp;
pub mod segment_file;
mod silence;
mod sink;
mod snapshot;
mod sound;
mod source;
mod stats;
pub mod transcode;
pub mod verify;
mod video;

pub use error::Error;
pub use graph::{GraphSpec, GraphStatus, RecordOptions};
pub use picture::Picture;
pub use snapshot::{KeyFrame, jpeg, jpeg_of};

/// Starts GStreamer and checks that every element we use is there. Call once, first.
pub fn init() -> Result<(), Error> {
    gst::init().map_err(|source| Error::Init { source })?;
    elements::check()
}
