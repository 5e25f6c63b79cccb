//! The life of a camera: [`life`] decides, [`supervisor`] acts and posts to the [`board`].

pub mod analysis;
mod answers;
pub mod board;
mod handle;
pub mod latest;
pub mod life;
mod outage;
mod reconnects;
mod rendition;
mod sub;
pub mod supervisor;
mod telling;
mod told;
