//! What is seen in the pictures of a camera.
//!
//! The only crate that knows libtorch. Not here: decoding and scaling of video
//! (`ronin_pipelines`), the database, the API. A picture comes in as
//! [`ronin_core::frame::VideoFrame`], and what was found goes out as plain values.

pub mod detector;
pub mod geometry;
pub use ronin_core::{grid, polygon};
pub mod motion;
