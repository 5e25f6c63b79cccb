//! libtorch: loads a script and runs it. The only file that names tch.
//!
//! Not here: what the numbers mean. This file knows shapes and numbers only.

use tch::{CModule, IValue, Kind, TchError, Tensor};

use super::{Device, DeviceChoice, Error, archive::Archive, layout::Output};
use crate::geometry::Size;

/// YOLO at 1280 pixels gives 2.8 million numbers.
const MAX_OUTPUT_VALUES: usize = 16 << 20;

thread_local! {
    /// libtorch's own threads fight with the other work of the engine for the cores and make a
    /// picture slower, not faster. The setting belongs to the thread that calls.
    static ONE_THREAD: () = tch::set_num_threads(1);
}

/// What libtorch said, without its C++ stack.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

/// The device for `choice` on this machine.
pub(super) fn device(choice: DeviceChoice) -> Result<Device, Error> {
    match choice {
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Auto | DeviceChoice::Cuda if tch::Cuda::is_available() => Ok(Device::Cuda(0)),
        DeviceChoice::Auto => Ok(Device::Cpu),
        DeviceChoice::Cuda => Err(Error::NoCuda),
    }
}

/// A script on its device.
#[derive(Debug)]
pub(super) struct Network {
    module: CModule,
    device: tch::Device,
    input: Size,
}

impl Network {
    /// Loads the script of `archive`, for inputs of size `input`.
    pub(super) fn load(archive: &Archive, device: Device, input: Size) -> Result<Self, Error> {
        ONE_THREAD.with(|()| ());
        let device = match device {
            Device::Cpu => tch::Device::Cpu,
            Device::Cuda(index) => tch::Device::Cuda(index),
        };
        let loaded = CModule::load_data_on_device(&mut archive.bytes.as_slice(), device);
        let module = loaded.map_err(|error| Error::Load {
            path: archive.path.clone(),
            source: Box::new(said(&error)),
        })?;
        Ok(Self { module, device, input })
    }

    /// Runs the script on the three planes of each of `count` pictures, one behind the other.
    pub(super) fn run(&mut self, planes: &[f32], count: usize) -> Result<Vec<Output>, Error> {
        ONE_THREAD.with(|()| ());
        let _no_gradients = tch::no_grad_guard();
        let input = self.input;
        let output = self
            .forward(planes, count)
            .map_err(|error| Error::Run { input, source: Box::new(said(&error)) })?;
        let output = output.ok_or(Error::NoTensor)?;
        if count == 1 {
            return Ok(vec![output]);
        }
        let Output { shape, values } = output;
        if shape.first().copied() != i64::try_from(count).ok() {
            return Err(Error::Batch { asked: count, shape });
        }
        let one = [&[1], &shape[1..]].concat();
        let parts = values.chunks_exact(values.len() / count);
        Ok(parts.map(|values| Output { shape: one.clone(), values: values.to_vec() }).collect())
    }

    /// What all pictures gave together; `None` where what comes out is no tensor of a possible size.
    fn forward(&self, planes: &[f32], count: usize) -> Result<Option<Output>, TchError> {
        let (height, width) = (i64::from(self.input.height), i64::from(self.input.width));
        let pictures = i64::try_from(count).unwrap_or(i64::MAX);
        let input = Tensor::f_from_slice(planes)?.f_view([pictures, 3, height, width])?;
        let input = input.f_to_device(self.device)?;
        let Some(output) = first_tensor(self.module.forward_is(&[IValue::Tensor(input)])?) else {
            return Ok(None);
        };
        let values_count = output.numel();
        if values_count > MAX_OUTPUT_VALUES.saturating_mul(count) {
            return Ok(None);
        }
        let output = output.f_to_kind(Kind::Float)?.f_to_device(tch::Device::Cpu)?;
        let output = output.f_contiguous()?;
        let mut values = vec![0.0; values_count];
        output.f_copy_data(&mut values, values_count)?;
        Ok(Some(Output { shape: output.size(), values }))
    }
}

/// YOLOv5's exports wrap their output into a tuple of one, some others into a list.
fn first_tensor(value: IValue) -> Option<Tensor> {
    match value {
        IValue::Tensor(tensor) => Some(tensor),
        IValue::TensorList(list) => list.into_iter().next(),
        IValue::Tuple(values) | IValue::GenericList(values) => {
            values.into_iter().next().and_then(first_tensor)
        }
        _ => None,
    }
}

/// The one line of libtorch's page of text that says what happened.
fn said(error: &TchError) -> Said {
    let text = match error {
        TchError::Torch(text) => text.clone(),
        other => other.to_string(),
    };
    tracing::debug!(text, "libtorch failed");
    let of_the_script = text.lines().rev().find(|line| line.starts_with("RuntimeError: "));
    let line = of_the_script.or_else(|| text.lines().find(|line| !line.trim().is_empty()));
    Said(line.unwrap_or("no reason given").trim().trim_end_matches(':').to_owned())
}
