//! Small scripts that give a fixed output, saved as exports are.

use std::{
    fs::{self, File, OpenOptions},
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
};

use ronin_core::{WallTime, frame::VideoFrame};
use ronin_vision::detector::{DeviceChoice, Options};
use tch::{CModule, Kind, Tensor};
use tempfile::TempDir;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::FileOptions};

/// The side of the scripts' inputs, in pixels.
pub(crate) const SIDE: i64 = 64;

/// What an export of a model with these classes says of itself.
pub(crate) fn config(names: &str) -> String {
    format!(r#"{{"task": "detect", "stride": 32, "imgsz": [{SIDE}, {SIDE}], "names": {names}}}"#)
}

/// The model that is in the repository.
pub(crate) fn person_model_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// Its file name.
pub(crate) const PERSON_MODEL: &str = "person-416.torchscript";

/// A model folder of one test.
pub(crate) struct ModelDir(TempDir);

impl ModelDir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// On the processor, so that the tests do the same everywhere.
    pub(crate) fn options(&self, name: &str) -> Options {
        Options::new(self.path(), name).unwrap().with_device(DeviceChoice::Cpu)
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Options {
        fs::write(self.path().join("m.torchscript"), bytes).unwrap();
        self.options("m.torchscript")
    }

    /// Saves a script that always gives `output`.
    pub(crate) fn script(&self, output: &Tensor, config: Option<&str>) -> Options {
        // A tracer refuses outputs that do not depend on the input.
        self.trace(config, |input| output + input.mean(Kind::Float) * 0.0)
    }

    /// Saves a script that always gives a tuple of `output` alone, as YOLOv5's exports do.
    pub(crate) fn script_of_tuple(&self, output: &Tensor, config: &str) -> Options {
        let options = self.script(output, Some(config));
        rewrite_code(&self.path().join("m.torchscript"), |code| {
            let (head, result) = code.trim_end().rsplit_once("return ").unwrap();
            let head = head.replace("-> Tensor:", "-> Tuple[Tensor]:");
            format!("{head}return ({result},)\n")
        });
        options
    }

    /// Saves the script of what `run` does.
    pub(crate) fn trace(&self, config: Option<&str>, run: impl Fn(&Tensor) -> Tensor) -> Options {
        let input = Tensor::zeros([1, 3, SIDE, SIDE], (Kind::Float, tch::Device::Cpu));
        let mut trace = |inputs: &[Tensor]| vec![run(&inputs[0])];
        let module = CModule::create_by_tracing("m", "forward", &[input], &mut trace).unwrap();
        let path = self.path().join("m.torchscript");
        module.save(&path).unwrap();
        if let Some(config) = config {
            add_config(&path, config);
        }
        self.options("m.torchscript")
    }
}

fn add_config(path: &Path, config: &str) {
    let file: File = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut archive = ZipWriter::new_append(file).unwrap();
    archive.start_file("m/extra/config.txt", stored()).unwrap();
    archive.write_all(config.as_bytes()).unwrap();
    archive.finish().unwrap();
}

/// Writes the archive anew with its script changed by `edit`.
fn rewrite_code(path: &Path, edit: impl Fn(&str) -> String) {
    let mut old = ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let mut new = ZipWriter::new(File::create(path).unwrap());
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let name = entry.name().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with(".py") {
            bytes = edit(str::from_utf8(&bytes).unwrap()).into_bytes();
        }
        new.start_file(name, stored()).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap();
}

fn stored() -> FileOptions {
    FileOptions::default().compression_method(CompressionMethod::Stored)
}

/// A tensor of this shape.
pub(crate) fn tensor(shape: &[i64], values: &[f32]) -> Tensor {
    Tensor::from_slice(values).view(shape)
}

/// An even picture.
pub(crate) fn grey(width: u32, height: u32) -> VideoFrame {
    let data = vec![90; (3 * width * height) as usize];
    VideoFrame::new(width, height, 3 * width as usize, data.into(), WallTime::default()).unwrap()
}
