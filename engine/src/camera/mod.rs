//! The life of a camera: [`life`] decides, [`supervisor`] acts and posts to the [`board`].

pub mod board;
pub mod latest;
pub mod life;
pub mod supervisor;
