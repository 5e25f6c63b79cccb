//! Stands where libtorch would be, in a program built without it: there is no device for any model.

use super::{Device, DeviceChoice, Error, archive::Archive, layout::Output};
use crate::geometry::Size;

/// There is none.
pub(super) fn device(_: DeviceChoice) -> Result<Device, Error> {
    Err(Error::BuiltWithoutTorch)
}

/// Cannot be made.
#[derive(Debug)]
pub(super) enum Network {}

impl Network {
    pub(super) fn load(_: &Archive, _: Device, _: Size) -> Result<Self, Error> {
        Err(Error::BuiltWithoutTorch)
    }

    pub(super) fn run(&mut self, _: &[f32], _: usize) -> Result<Vec<Output>, Error> {
        match *self {}
    }
}
