//! What the tests stand on: fake cameras whose pictures carry numbers, a relay that breaks
//! connections in known ways, odd servers, and readers that say what is in a recorded file.
//!
//! Not here: a running engine. Tests start the real `ronin` binary themselves, and this crate
//! knows nothing of it. Nothing here is part of the product.

pub mod camera;
pub mod dice;
pub mod dir;
pub mod events;
pub mod faulty_disk;
pub mod ffprobe;
pub mod footage;
pub mod numbers;
pub mod postgres;
pub mod relay;
pub mod rtsp_raw;
pub mod wait;
