//! What is seen in the pictures of a camera.
//!
//! The only crate that knows libtorch. Not here: decoding and scaling of video
//! (`ronin_pipelines`), the database, the API. A picture comes in as
//! [`ronin_core::frame::VideoFrame`], and what was found goes out as plain values.

pub mod chain;
mod clock;
pub mod detector;
mod gate;
pub mod geometry;
pub use ronin_core::{grid, polygon};
pub mod judge;
pub mod motion;
mod region;
pub mod track;
