//! The object detector of this engine: one model on one thread, for the pictures of every camera.
//!
//! ```text
//!  cameras ──pictures──▶ desk (one of each, newest wins) ──▶ worker (thread, the model) ──answers──▶ cameras
//!                          ▲                                    │ loaded, failed, panicked
//!                          └──────────── service ◀──────────────┘
//! ```
//! The service starts workers, watches them, and starts another where one hangs, panics, or the file
//! of the model changes. Whatever happens to it, recording, live pictures and motion do not notice.
//!
//! Not here: when a picture is worth a look and what becomes of what is found
//! ([`crate::camera::analysis`], [`ronin_vision::chain`]).

mod desk;
mod models;
mod service;
#[cfg(test)]
mod tests;
mod worker;

use std::{path::PathBuf, sync::Arc};

use ronin_vision::{
    detector::{self, Detect, Detector, DeviceChoice},
    track::LEAST_SCORE,
};

pub use self::{
    desk::{Answer, Desk, Job},
    models::ModelFiles,
    service::{Service, State, Status},
};

/// Loads the model of this file name; a seam for tests. Blocks for a second or two.
pub type Load = Arc<
    dyn Fn(&str, DeviceChoice) -> Result<Box<dyn Detect>, detector::Error> + Send + Sync + 'static,
>;

/// Loads models from the model folder.
pub fn load_from(folder: PathBuf) -> Load {
    Arc::new(move |file_name, device| {
        let options = detector::Options::new(&folder, file_name)?;
        let options = options.with_score_threshold(LEAST_SCORE)?.with_device(device);
        Ok(Box::new(Detector::load(options)?))
    })
}
