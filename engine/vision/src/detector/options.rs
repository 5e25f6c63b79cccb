//! Which model, and how sure it must be.

use std::path::{Component, Path, PathBuf};

use super::Error;

/// Where a model shall run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DeviceChoice {
    /// On the first CUDA device where libtorch finds one, else on the processor.
    #[default]
    Auto,
    /// On the processor.
    Cpu,
    /// On the first CUDA device; no model without one.
    Cuda,
}

/// What a [`Detector`](super::Detector) is made of.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) model: PathBuf,
    pub(super) score_threshold: f32,
    pub(super) iou_threshold: f32,
    pub(super) device: DeviceChoice,
    /// Pictures in one run at most; `None`: by the device.
    pub(super) batch: Option<usize>,
}

impl Options {
    /// The model `file_name` inside `model_dir`. A model is a program: it comes from this folder
    /// and from nowhere a name or a link leads.
    pub fn new(model_dir: impl AsRef<Path>, file_name: &str) -> Result<Self, Error> {
        if !is_plain_name(file_name) {
            return Err(Error::FileName { name: file_name.to_owned() });
        }
        let model = model_dir.as_ref().join(file_name);
        if model.is_symlink() {
            return Err(Error::Link { path: model });
        }
        Ok(Self {
            model,
            score_threshold: 0.4,
            iou_threshold: 0.5,
            device: DeviceChoice::default(),
            batch: None,
        })
    }

    /// Objects below `value` are not reported. Above 0, up to 1; 0.4 unless told.
    pub fn with_score_threshold(self, value: f32) -> Result<Self, Error> {
        Ok(Self { score_threshold: threshold("score", value)?, ..self })
    }

    /// Of two boxes of a class that share more than `value`, the less sure one is dropped. Above
    /// 0, up to 1; 0.5 unless told.
    pub fn with_iou_threshold(self, value: f32) -> Result<Self, Error> {
        Ok(Self { iou_threshold: threshold("iou", value)?, ..self })
    }

    /// Where the model shall run; [`DeviceChoice::Auto`] unless told.
    pub fn with_device(self, device: DeviceChoice) -> Self {
        Self { device, ..self }
    }

    /// How many pictures one run takes at most; unless told, 8 on a graphics card, where several cost
    /// little more than one, and 1 on the processor, where they cost as much as they are.
    pub fn with_batch(self, pictures: usize) -> Self {
        Self { batch: Some(pictures.max(1)), ..self }
    }

    pub(super) fn file_name(&self) -> &str {
        self.model.file_name().and_then(|name| name.to_str()).expect("it was made of a plain name")
    }
}

fn threshold(name: &'static str, value: f32) -> Result<f32, Error> {
    let is_part_of_one = value > 0.0 && value <= 1.0;
    if is_part_of_one { Ok(value) } else { Err(Error::Threshold { name, value }) }
}

/// Whether `name` is one normal component of a path, on Windows too, and prints as it is.
fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(first)), None) if first == name
    );
    is_one && !name.contains(['\\', ':']) && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_lead_to_a_model() {
        let odd = ["", ".", "..", "/", "a/b", "a/", "/etc/passwd", "../a", "./a", "a\\b", "C:a"];
        for name in odd.into_iter().chain(["a\0b", "a\nb"]) {
            let result = Options::new("/models", name);
            assert!(matches!(result, Err(Error::FileName { .. })), "{name:?}");
        }

        let options = Options::new("/models", "yolo 11n..torchscript").unwrap();
        assert_eq!(options.model, Path::new("/models/yolo 11n..torchscript"));
        assert_eq!(options.file_name(), "yolo 11n..torchscript");
    }

    #[test]
    fn thresholds_are_parts_of_one() {
        let options = Options::new("/models", "a").unwrap();

        for value in [0.001, 0.5, 1.0] {
            assert!(options.clone().with_score_threshold(value).is_ok(), "{value}");
            assert!(options.clone().with_iou_threshold(value).is_ok(), "{value}");
        }
        for value in [0.0, -0.1, 1.1, f32::NAN, f32::INFINITY] {
            let score = options.clone().with_score_threshold(value);
            let iou = options.clone().with_iou_threshold(value);
            assert!(matches!(score, Err(Error::Threshold { name: "score", .. })), "{value}");
            assert!(matches!(iou, Err(Error::Threshold { name: "iou", .. })), "{value}");
        }
    }
}
