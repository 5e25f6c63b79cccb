//! The object detector: a model file, loaded once, and the objects it sees in a picture.
//!
//! A model is a TorchScript export in the manner of Ultralytics (`yolo export
//! format=torchscript`). [`Detector::load`] refuses with words what is none, and runs the model
//! before it says yes: nothing about a model is found out later.
//!
//! Not here: when a picture is worth a look, and what becomes of the objects over time. One thread
//! owns the detector and lives long: libtorch keeps state for each thread that calls it.

mod archive;
mod crop;
mod decode;
mod error;
mod layout;
mod letterbox;
mod metadata;
mod nms;
mod options;
mod resample;
#[cfg(feature = "tch")]
mod torch;
#[cfg(not(feature = "tch"))]
#[path = "detector/without_torch.rs"]
mod torch;

use std::{fmt, sync::Arc};

use ronin_core::frame::VideoFrame;

use self::{
    crop::Crop, decode::Decoder, layout::Output, letterbox::Letterbox, resample::Resampler,
    torch::Network,
};
pub use self::{
    error::{Cause, Error},
    layout::Layout,
    options::{DeviceChoice, Options},
};
use crate::geometry::{Rect, Size};

/// The first runs of a script record what the later ones are optimised by: after three of them a
/// run takes what it will always take.
const WARM_UP_RUNS: usize = 3;

/// Pictures in one run on a graphics card: more make each wait longer for the others.
const BATCH_ON_CARD: usize = 8;

/// Where a model runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Device {
    /// The processor, one thread.
    Cpu,
    /// The graphics card of this number.
    Cuda(usize),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

/// What is known of a loaded model.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// Name of the file in the model folder.
    pub file_name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Where it runs.
    pub device: Device,
    /// Names of the classes, in the order of their numbers.
    pub labels: Vec<Arc<str>>,
    /// Pixels of the network's input.
    pub input: Size,
    /// How its output is laid out.
    pub layout: Layout,
}

/// One object in one picture. Lengths are parts of the picture, from 0 to 1.
#[derive(Clone, PartialEq, Debug)]
pub struct Detection {
    /// Name of the class.
    pub label: Arc<str>,
    /// Number of the class in the model.
    pub class: usize,
    /// How sure the model is, from 0 to 1.
    pub score: f32,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A loaded model, ready for pictures.
pub struct Detector {
    network: Network,
    info: ModelInfo,
    decoder: Decoder,
    iou_threshold: f32,
    /// Pictures in one run.
    batch_max: usize,
    /// For pictures of the size that came last.
    resampler: Option<Resampler>,
    /// The network's input: three planes, red, green, blue, from 0 to 1.
    planes: Vec<f32>,
}

/// Stack of a thread that loads and runs models: libtorch goes through a script by recursion, and on
/// the usual 2 MiB one of some thousand steps ends the program.
pub const STACK_BYTES: usize = 16 << 20;

/// Where a model runs on this machine unless told; `None` in a program built without libtorch.
pub fn usual_device() -> Option<Device> {
    torch::device(DeviceChoice::Auto).ok()
}

impl Detector {
    /// Reads the model file, loads it and runs it on an empty picture. Takes a second or two, and
    /// for a moment about four times the size of the file in memory.
    pub fn load(options: Options) -> Result<Self, Error> {
        let device = torch::device(options.device)?;
        let file = archive::read(&options.model)?;
        let metadata = metadata::parse(&file.config)?;
        let mut network = Network::load(&file, device, metadata.input)?;

        let planes = letterbox::empty_planes(metadata.input);
        let mut run = || Ok(network.run(&planes, 1)?.swap_remove(0));
        let mut output: Output = run()?;
        for _ in 1..WARM_UP_RUNS {
            output = run()?;
        }
        let layout = layout::recognise(&output.shape, &metadata)?;
        decode::check_values(layout, &output)?;

        let usual_batch = if device == Device::Cpu { 1 } else { BATCH_ON_CARD };
        let batch_max = batch(&mut network, &planes, &output, options.batch.unwrap_or(usual_batch));

        let info = ModelInfo {
            file_name: options.file_name().to_owned(),
            sha256: file.sha256,
            device,
            labels: metadata.labels,
            input: metadata.input,
            layout,
        };
        tracing::info!(
            model = info.file_name,
            sha256 = info.sha256,
            device = %info.device,
            input = %info.input,
            layout = %info.layout,
            classes = info.labels.len(),
            batch_max,
            "model loaded"
        );
        let decoder = Decoder {
            layout,
            shape: output.shape,
            classes: info.labels.len(),
            score_threshold: options.score_threshold,
        };
        let iou_threshold = options.iou_threshold;
        Ok(Self { network, info, decoder, iou_threshold, batch_max, resampler: None, planes })
    }

    /// What is known of the model.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Pictures that one run takes at most.
    pub fn batch_max(&self) -> usize {
        self.batch_max
    }

    /// The objects in `frame`, surest first. Blocks for one run of the model.
    pub fn detect(&mut self, frame: &VideoFrame) -> Result<Vec<Detection>, Error> {
        let letterbox = self.fill_planes(frame);
        let output = self.network.run(&self.planes, 1)?.swap_remove(0);
        self.read(&output, &letterbox)
    }

    /// The objects in parts of pictures, in their order, each surest first: as many in one run as the
    /// model takes.
    pub fn detect_all(
        &mut self,
        pictures: &[(VideoFrame, Rect)],
    ) -> Result<Vec<Vec<Detection>>, Error> {
        let mut found = Vec::with_capacity(pictures.len());
        for pictures in pictures.chunks(self.batch_max) {
            let (mut planes, mut places) = (Vec::new(), Vec::new());
            for (frame, region) in pictures {
                let crop = Crop::new(frame, *region);
                let letterbox = self.fill_planes(&crop.frame(frame));
                planes.extend_from_slice(&self.planes);
                places.push((crop, letterbox));
            }
            let outputs = self.network.run(&planes, pictures.len())?;
            for (output, (crop, letterbox)) in outputs.iter().zip(places) {
                let in_crop = self.read(output, &letterbox)?.into_iter();
                found.push(in_crop.filter_map(|object| crop.to_picture(object)).collect());
            }
        }
        Ok(found)
    }

    /// What an output says of a picture that lies in the input as `letterbox` says.
    fn read(&self, output: &Output, letterbox: &Letterbox) -> Result<Vec<Detection>, Error> {
        let mut found = self.decoder.candidates(output)?;
        if !self.info.layout.is_free_of_duplicates() {
            found = nms::suppress(found, self.iou_threshold);
        }
        nms::keep_surest(&mut found);
        let detections = found.into_iter().filter_map(|candidate| {
            let place = letterbox.to_picture(candidate.place);
            (place.area() > 0.0).then(|| Detection {
                label: Arc::clone(&self.info.labels[candidate.class]),
                class: candidate.class,
                score: candidate.score,
                x: place.left,
                y: place.top,
                width: place.width(),
                height: place.height(),
            })
        });
        Ok(detections.collect())
    }

    /// The objects in the part of `frame` that `region` covers, surest first. What is cut by an edge
    /// of the region that is none of the picture is left out.
    pub fn detect_in(&mut self, frame: &VideoFrame, region: Rect) -> Result<Vec<Detection>, Error> {
        let crop = Crop::new(frame, region);
        let found = self.detect(&crop.frame(frame))?;
        Ok(found.into_iter().filter_map(|detection| crop.to_picture(detection)).collect())
    }

    /// Scales `frame` into the network's input and says where it lies there.
    fn fill_planes(&mut self, frame: &VideoFrame) -> Letterbox {
        let picture = Size { width: frame.width(), height: frame.height() };
        let letterbox = Letterbox::new(picture, self.info.input);
        if self.resampler.as_ref().is_none_or(|resampler| resampler.letterbox() != letterbox) {
            // The margins of the last size may lie where this picture goes, and the other way.
            self.planes = letterbox::empty_planes(self.info.input);
            self.resampler = None;
        }
        self.resampler
            .get_or_insert_with(|| Resampler::new(letterbox))
            .fill(frame, &mut self.planes);
        letterbox
    }
}

/// How many pictures one run may have: as many as wanted, where the model makes of each what it makes
/// of one alone.
fn batch(network: &mut Network, planes: &[f32], alone: &Output, wanted: usize) -> usize {
    if wanted < 2 {
        return 1;
    }
    match network.run(&planes.repeat(wanted), wanted) {
        Ok(outputs) if outputs.iter().all(|output| output.shape == alone.shape) => wanted,
        Ok(_) => 1,
        Err(error) => {
            tracing::info!(error = ronin_core::chain(&error), "the model takes one picture a run");
            1
        }
    }
}

/// What finds objects in pictures; a seam for those who have no model.
pub trait Detect: Send {
    /// What is known of the model.
    fn info(&self) -> &ModelInfo;

    /// The objects in a part of `frame`, surest first, in parts of the whole picture.
    fn detect_in(&mut self, frame: &VideoFrame, region: Rect) -> Result<Vec<Detection>, Error>;

    /// Pictures that are worth looking at together.
    fn batch_max(&self) -> usize {
        1
    }

    /// The same for several, in their order.
    fn detect_all(
        &mut self,
        pictures: &[(VideoFrame, Rect)],
    ) -> Result<Vec<Vec<Detection>>, Error> {
        pictures.iter().map(|(frame, region)| self.detect_in(frame, *region)).collect()
    }
}

impl Detect for Detector {
    fn info(&self) -> &ModelInfo {
        self.info()
    }

    fn detect_in(&mut self, frame: &VideoFrame, region: Rect) -> Result<Vec<Detection>, Error> {
        self.detect_in(frame, region)
    }

    fn batch_max(&self) -> usize {
        self.batch_max
    }

    fn detect_all(
        &mut self,
        pictures: &[(VideoFrame, Rect)],
    ) -> Result<Vec<Vec<Detection>>, Error> {
        self.detect_all(pictures)
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").field("info", &self.info).finish_non_exhaustive()
    }
}
