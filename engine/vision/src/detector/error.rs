//! Why there is no detector, or no answer from it, in words that say what to do.

use std::{error, io, path::PathBuf};

use ronin_core::ErrorKind;

use crate::geometry::Size;

/// What libtorch or the archive reader said.
pub type Cause = Box<dyn error::Error + Send + Sync>;

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not the name of a file in the model folder.
    #[error(
        "{name:?} is not the name of a model file: give the name of a file inside the model \
         folder, without a path"
    )]
    FileName {
        /// What was given.
        name: String,
    },
    /// Not a number that makes sense there.
    #[error("the {name} threshold is {value}: give a number above 0, up to 1")]
    Threshold {
        /// `score` or `iou`.
        name: &'static str,
        /// What was given.
        value: f32,
    },
    /// The program cannot run any model.
    #[error(
        "this program was built without libtorch and cannot run models: build it with the \
         feature `tch`, or leave the detector switched off"
    )]
    BuiltWithoutTorch,
    /// CUDA was asked for, and libtorch sees none.
    #[error(
        "libtorch finds no CUDA device: use the GPU image, give the container a card, or let \
         the detector run on the processor"
    )]
    NoCuda,
    /// No such file.
    #[error("there is no model at {}: copy the export there", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A symbolic link.
    #[error("{} is a link: copy the model itself into the model folder", path.display())]
    Link {
        /// Where it lies.
        path: PathBuf,
    },
    /// A folder or a device.
    #[error("{} is not a regular file: give the name of the exported model", path.display())]
    NotAFile {
        /// Where it lies.
        path: PathBuf,
    },
    /// More than a model can have.
    #[error(
        "{} has {size_bytes} bytes, and the limit is {limit_bytes}: export a smaller model",
        path.display()
    )]
    TooLarge {
        /// Where it lies.
        path: PathBuf,
        /// What it has.
        size_bytes: u64,
        /// What it may have.
        limit_bytes: u64,
    },
    /// The disk or the rights.
    #[error("cannot read {}: check that the engine's user may", path.display())]
    Read {
        /// Where it lies.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another kind of file, ONNX or bare weights for example.
    #[error(
        "{} is not a TorchScript archive: make one with `yolo export model=yolo11n.pt \
         format=torchscript`",
        path.display()
    )]
    NotTorchScript {
        /// Where it lies.
        path: PathBuf,
    },
    /// Truncated or altered.
    #[error("{} is damaged: copy it again, or export it again", path.display())]
    Corrupt {
        /// Where it lies.
        path: PathBuf,
        /// What the reader said.
        #[source]
        source: Cause,
    },
    /// A TorchScript archive that no Ultralytics export made.
    #[error(
        "the archive does not describe its model (no extra/config.txt): export it with `yolo \
         export format=torchscript`"
    )]
    NoMetadata,
    /// A description that cannot be read as JSON.
    #[error("the model's description (extra/config.txt) is not JSON: export it again")]
    MetadataSyntax(#[source] serde_json::Error),
    /// A description that lacks something or says something odd.
    #[error("the model's description (extra/config.txt) {problem}: export it again")]
    Metadata {
        /// What is wrong with which field.
        problem: String,
    },
    /// A model for something else.
    #[error(
        "the model's task is `{task}`, and only `detect` is understood: export a detection \
         model, for example yolo11n.pt"
    )]
    Task {
        /// What it says it does.
        task: String,
    },
    /// libtorch refused to load an archive that is whole.
    #[error(
        "libtorch cannot load {}: export it again without `nms=True`, with a PyTorch no newer \
         than this libtorch",
        path.display()
    )]
    Load {
        /// Where it lies.
        path: PathBuf,
        /// What libtorch said.
        #[source]
        source: Cause,
    },
    /// The model failed on a picture.
    #[error(
        "the model failed on a picture of {input} pixels: export it again, without `half` and \
         `int8`, for the device it shall run on"
    )]
    Run {
        /// The input it says it wants.
        input: Size,
        /// What libtorch said.
        #[source]
        source: Cause,
    },
    /// The output is a dictionary, say, or larger than any picture's.
    #[error(
        "the model's output is not one tensor of a possible size: export a YOLO detection model"
    )]
    NoTensor,
    /// The output is no layout that is known.
    #[error(
        "the model's output has the shape {shape:?}, which fits no YOLO detection export with \
         {classes} classes: expected (1, {}, N), (1, N, {}) or (1, N, 6)",
        classes + 4,
        classes + 5
    )]
    Shape {
        /// What came out.
        shape: Vec<i64>,
        /// What the description names.
        classes: usize,
    },
    /// It takes one picture at a time, or makes something else of several.
    #[error("the model was given {asked} pictures and gave an output of the shape {shape:?}")]
    Batch {
        /// Pictures that went in.
        asked: usize,
        /// Lengths of the dimensions of what came out.
        shape: Vec<i64>,
    },
    /// Something else that stands where a model would.
    #[error("the detector failed on a picture")]
    Other(#[source] Cause),
    /// NaN or infinity.
    #[error("the model's output is not finite (NaN): export it again, without `half`")]
    NotFinite,
    /// Scores that are none, or a class that the description does not name.
    #[error("the model's output holds {found}, outside {expected}: export it again")]
    Value {
        /// What it is and how much.
        found: String,
        /// Where it should be.
        expected: String,
    },
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::FileName { .. } | Self::Threshold { .. } => ErrorKind::InvalidArgument,
            Self::Missing { .. } => ErrorKind::NotFound,
            Self::TooLarge { .. } => ErrorKind::ResourceExhausted,
            _ => ErrorKind::FailedPrecondition,
        }
    }
}
