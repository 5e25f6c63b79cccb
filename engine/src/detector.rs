//! Which object detector this engine has, in the words people see.

use std::path::Path;

use ronin_api::DetectorFacts;
use ronin_core::chain;
use ronin_vision::detector::{Detector, Options, usual_device};

/// Loads the model that the settings name and says how that went, and what models run on here.
/// Blocks for a second or two.
pub fn describe(model_dir: &Path, model: Option<&str>) -> DetectorFacts {
    let usual = usual_device().map(|device| device.to_string()).unwrap_or_default();
    let facts = load(model_dir, model);
    let inference_device = if facts.device.is_empty() { usual } else { facts.device.clone() };
    DetectorFacts { inference_device, ..facts }
}

fn load(model_dir: &Path, model: Option<&str>) -> DetectorFacts {
    let Some(model) = model else {
        return DetectorFacts {
            message: format!(
                "no model is set. Put a TorchScript export (`yolo export model=yolo11n.pt \
                 format=torchscript`) into {} and set RONIN_DETECT_MODEL to its file name",
                model_dir.display()
            ),
            ..DetectorFacts::default()
        };
    };
    let failed =
        |message| DetectorFacts { model: model.to_owned(), message, ..DetectorFacts::default() };
    match Options::new(model_dir, model).and_then(Detector::load) {
        Ok(detector) => DetectorFacts {
            available: true,
            device: detector.info().device.to_string(),
            model: model.to_owned(),
            ..DetectorFacts::default()
        },
        Err(error) => failed(chain(&error)),
    }
}
