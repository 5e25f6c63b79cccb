//! The life of a camera: [`life`] decides, [`supervisor`] acts and posts to the [`board`].

pub mod board;
mod handle;
pub mod latest;
pub mod life;
mod outage;
mod rendition;
mod sub;
pub mod supervisor;
mod told;
