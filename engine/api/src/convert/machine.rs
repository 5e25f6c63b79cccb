//! What the machine offers and takes, for the wire.

use ronin_core::{Coder, RunsOn};
use ronin_proto::v1;
use ronin_store::DatabaseFacts;

use crate::facts::{DetectorFacts, MachineFacts};

/// An encoder or decoder.
pub(crate) fn coder(coder: Coder) -> v1::Coder {
    let device = match coder.runs_on {
        RunsOn::Software => v1::CoderDevice::Software,
        RunsOn::Nvidia => v1::CoderDevice::Nvidia,
        RunsOn::VaApi => v1::CoderDevice::Vaapi,
        RunsOn::QuickSync => v1::CoderDevice::QuickSync,
        RunsOn::V4l2 => v1::CoderDevice::V4l2,
    };
    v1::Coder {
        name: coder.name,
        codec: coder.codec.to_owned(),
        device: device.into(),
        hardware: coder.runs_on.is_hardware(),
        used: coder.is_used,
        best: coder.is_best,
    }
}

/// The database; `None`: it does not answer.
pub(crate) fn database(kind: &str, facts: Option<DatabaseFacts>) -> v1::DatabaseInfo {
    let (version, size_bytes) = facts.map(|facts| (facts.version, facts.size_bytes)).unzip();
    v1::DatabaseInfo { kind: kind.to_owned(), version, size_bytes }
}

/// The processor and what the program takes.
pub(crate) fn machine(facts: MachineFacts) -> v1::MachineInfo {
    let MachineFacts { cores, process_memory_bytes, load } = facts;
    let [load_1m, load_5m, load_15m] = load.map_or([None; 3], |load| load.map(Some));
    v1::MachineInfo { cores, process_memory_bytes, load_1m, load_5m, load_15m }
}

/// The object detector.
pub(crate) fn detector(facts: DetectorFacts) -> v1::DetectorInfo {
    let DetectorFacts { available, device, model, message, inference_device, degraded } = facts;
    v1::DetectorInfo { available, device, model, message, inference_device, degraded }
}
