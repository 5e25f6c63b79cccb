//! What footage takes, for the wire.

use std::path::Path;

use ronin_core::{CameraId, control::KeptFootage};
use ronin_proto::v1;
use ronin_store::CameraUsage;

use super::{days::Day, name, time};
use crate::{facts::DiskFacts, forecast::Forecast};

/// The disk.
pub(crate) fn volume(
    path: &Path,
    disk: Option<DiskFacts>,
    recorded: KeptFootage,
    protected_bytes: u64,
    full: bool,
) -> v1::Volume {
    v1::Volume {
        path: path.display().to_string(),
        total_bytes: disk.map_or(0, |disk| disk.total_bytes),
        free_bytes: disk.map_or(0, |disk| disk.free_bytes),
        recorded_bytes: recorded.bytes,
        segments: recorded.segments,
        protected_bytes,
        full,
    }
}

/// What a camera takes; `usage` where it has footage.
pub(crate) fn camera(
    id: &CameraId,
    usage: Option<&CameraUsage>,
    removed: bool,
    bytes_per_day: u64,
) -> v1::CameraStorage {
    v1::CameraStorage {
        camera: name::camera(id),
        removed,
        recorded_bytes: usage.map_or(0, |usage| usage.kept.bytes),
        segments: usage.map_or(0, |usage| usage.kept.segments),
        oldest_time: usage.map(|usage| time::to_wire(usage.span.start)),
        newest_time: usage.map(|usage| time::to_wire(usage.span.end)),
        bytes_per_day,
    }
}

/// How long the disk will do.
pub(crate) fn forecast(forecast: Forecast) -> v1::Forecast {
    let Forecast { bytes_per_day, full_at, needed_bytes, days_that_fit, message } = forecast;
    let full_time = full_at.map(time::to_wire);
    v1::Forecast { bytes_per_day, full_time, needed_bytes, days_that_fit, message }
}

/// What a camera takes on each day; a day without footage is left out.
pub(crate) fn days(days: Vec<Day>, footage: Vec<KeptFootage>) -> v1::ListStorageDaysResponse {
    let days = days.into_iter().zip(footage).filter(|(_, kept)| kept.segments > 0);
    let day = |(day, kept): (Day, KeptFootage)| v1::StorageDay {
        day: day.name,
        recorded_bytes: kept.bytes,
        segments: kept.segments,
    };
    v1::ListStorageDaysResponse { days: days.map(day).collect() }
}
