//! Files that are no usable model: each is refused at load, in words that say what to do.

use std::{fs, os::unix::fs::symlink};

use ronin_core::chain;
use ronin_vision::detector::{Detector, DeviceChoice, Error, Options};
use tch::{Kind, Tensor};

use crate::fixture::{ModelDir, PERSON_MODEL, SIDE, config, person_model_dir, tensor};

const NAMES: &str = r#"["person", "car"]"#;

/// The error of a model that does not load; its text is one line, and has `words` in it.
#[track_caller]
fn refusal(options: Options, words: &str) -> Error {
    let error = Detector::load(options).expect_err("it is no usable model");
    let text = chain(&error);
    assert!(text.contains(words), "{text}");
    assert!(!text.contains('\n') && text.len() < 600, "{text}");
    error
}

fn person_model() -> Vec<u8> {
    fs::read(person_model_dir().join(PERSON_MODEL)).unwrap()
}

fn zeros(shape: &[i64]) -> Tensor {
    Tensor::zeros(shape, (Kind::Float, tch::Device::Cpu))
}

#[test]
fn missing_file() {
    let dir = ModelDir::new();
    let error = refusal(dir.options("yolo11n.torchscript"), "copy the export there");
    assert!(matches!(error, Error::Missing { .. }));
}

#[test]
fn link_that_leads_out_of_the_folder() {
    let dir = ModelDir::new();
    let before = dir.options("linked");
    symlink(person_model_dir().join(PERSON_MODEL), dir.path().join("linked")).unwrap();

    let at_once = Options::new(dir.path(), "linked").unwrap_err();
    let made_later = refusal(before, "is a link");

    assert!(matches!(at_once, Error::Link { .. }));
    assert!(matches!(made_later, Error::Link { .. }));
}

#[test]
fn another_kind_of_file() {
    let error = refusal(ModelDir::new().write(b"\x08\x08onnx"), "format=torchscript");
    assert!(matches!(error, Error::NotTorchScript { .. }));
}

#[test]
fn half_a_copy() {
    let bytes = person_model();
    let error = refusal(ModelDir::new().write(&bytes[..bytes.len() / 2]), "copy it again");
    assert!(matches!(error, Error::Corrupt { .. }));
}

#[test]
fn one_altered_byte_in_the_weights() {
    let mut bytes = person_model();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let error = refusal(ModelDir::new().write(&bytes), "damaged");
    assert!(matches!(error, Error::Corrupt { .. }));
}

#[test]
fn whole_archive_that_libtorch_does_not_understand() {
    let mut bytes = person_model();
    // The names of the entries are under no checksum.
    let (from, to) = (b"person-416/code/__torch__", b"person-416/code/__t0rch__");
    let places: Vec<_> =
        (0..bytes.len() - from.len()).filter(|&at| &bytes[at..at + from.len()] == from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }

    let error = refusal(ModelDir::new().write(&bytes), "libtorch cannot load");
    assert!(matches!(error, Error::Load { .. }));
}

#[test]
fn script_without_a_description() {
    let dir = ModelDir::new();
    let error = refusal(dir.script(&zeros(&[1, 6, 84]), None), "extra/config.txt");
    assert!(matches!(error, Error::NoMetadata));
}

#[test]
fn model_for_another_task() {
    let dir = ModelDir::new();
    let config = config(NAMES).replace("detect", "segment");
    let error = refusal(dir.script(&zeros(&[1, 38, 84]), Some(&config)), "`segment`");
    assert!(matches!(error, Error::Task { .. }));
}

#[test]
fn output_of_no_known_shape() {
    for shape in [&[1, 80, 84][..], &[1, 6], &[2, 6, 84]] {
        let dir = ModelDir::new();
        let error = refusal(dir.script(&zeros(shape), Some(&config(NAMES))), "expected (1, 6, N)");
        assert!(matches!(error, Error::Shape { shape: found, classes: 2 } if found == shape));
    }
}

#[test]
fn output_that_is_not_a_number() {
    let dir = ModelDir::new();
    let output = zeros(&[1, 6, 84]) + f64::NAN;
    let error = refusal(dir.script(&output, Some(&config(NAMES))), "NaN");
    assert!(matches!(error, Error::NotFinite));
}

#[test]
fn scores_that_are_none() {
    let dir = ModelDir::new();
    let output = tensor(&[1, 6, 1], &[9.0, 9.0, 9.0, 9.0, -4.6, -4.6]);
    let error = refusal(dir.script(&output, Some(&config(NAMES))), "the score -4.6");
    assert!(matches!(error, Error::Value { .. }));
}

#[test]
fn script_for_another_input_than_it_says() {
    let dir = ModelDir::new();
    let config = config(NAMES).replace(&SIDE.to_string(), "96");
    let options = dir.trace(Some(&config), |input| input.view([1, 6, SIDE * SIDE / 2]));
    let error = refusal(options, "96x96");
    assert!(matches!(error, Error::Run { .. }));
}

#[test]
fn cuda_where_there_is_none() {
    if tch::Cuda::is_available() {
        return;
    }
    let options = Options::new(person_model_dir(), PERSON_MODEL).unwrap();
    let error = refusal(options.with_device(DeviceChoice::Cuda), "no CUDA device");
    assert!(matches!(error, Error::NoCuda));
}
