//! The crate from outside: a real model on real pictures, models that must be refused, and motion in
//! scenes made of numbers.

#![allow(clippy::unwrap_used, reason = "clippy lets tests unwrap, and not what tests call")]

#[cfg(feature = "tch")]
mod chain;
#[cfg(feature = "tch")]
mod fixture;
#[cfg(feature = "tch")]
mod layouts;
mod motion;
#[cfg(feature = "tch")]
mod people;
#[cfg(feature = "tch")]
mod refusals;
mod scenes;

/// A model may be loaded by one thread and used by another.
#[test]
fn detector_can_change_its_thread() {
    fn is_send<T: Send>() {}
    is_send::<ronin_vision::detector::Detector>();
}

#[cfg(not(feature = "tch"))]
#[test]
fn program_without_libtorch_says_so() {
    use ronin_vision::detector::{Detector, Error, Options};

    let error = Detector::load(Options::new("models", "a.torchscript").unwrap()).unwrap_err();

    assert!(matches!(error, Error::BuiltWithoutTorch));
    assert!(error.to_string().contains("without libtorch"), "{error}");
}
