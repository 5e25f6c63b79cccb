//! The life of a camera: [`life`] decides, [`supervisor`] acts.

pub mod life;
pub mod supervisor;
