//! What the API needs of this machine and of the media crate.

use std::{
    fs::{self, File},
    io,
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};

use bytes::Bytes;
use ronin_api::{DetectorFacts, DiskFacts, MachineFacts, SystemFacts};
use ronin_core::{
    Coder, WallTime,
    playback::{FileIndex, Header, Part, Piece, ReadFootage},
};
use ronin_pipelines::{elements, joined, recorded_picture, rendition::piece, segment_file};

use crate::{
    detector::ModelFiles,
    jobs::coder::Encoders,
    storage::{self, Storage},
};

/// Facts about the machine and the engine.
pub(crate) struct Facts {
    /// Where footage is written.
    pub storage: Arc<Storage>,
    /// When the engine started.
    pub started_at: WallTime,
    /// The object detector.
    pub models: ModelFiles,
    /// The encoders of H.265 that were tried.
    pub(crate) encoders: Encoders,
}

impl SystemFacts for Facts {
    fn gstreamer_version(&self) -> String {
        elements::version()
    }

    fn encoders(&self) -> Vec<Coder> {
        let working = self.encoders.working().unwrap_or_default();
        elements::encoders(working.first().map(String::as_str))
    }

    fn decoders(&self) -> Vec<Coder> {
        elements::decoders()
    }

    fn detector(&self) -> DetectorFacts {
        self.models.facts()
    }

    fn machine(&self) -> MachineFacts {
        // The kernel makes both texts of what it has in memory.
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let cores = available_parallelism().map_or(1, usize::from);
        MachineFacts {
            cores: u32::try_from(cores).unwrap_or(u32::MAX),
            process_memory_bytes: resident_bytes(&status),
            load: load_averages(&load),
        }
    }

    fn segment_duration(&self) -> Duration {
        self.storage.segment_duration
    }

    fn start_time(&self) -> WallTime {
        self.started_at
    }

    fn disk(&self) -> Option<DiskFacts> {
        storage::disk(&self.storage.root)
    }
}

/// Reads recorded files for playback.
pub(crate) struct SegmentFiles;

impl ReadFootage for SegmentFiles {
    fn index(&self, file: &File) -> io::Result<FileIndex> {
        segment_file::index(file)
    }

    fn picture(
        &self,
        file: &File,
        header_bytes: u64,
        piece: &Piece,
        height: u32,
    ) -> io::Result<Bytes> {
        recorded_picture::read(file, header_bytes, piece, height)
    }

    fn h264_header(&self, file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes> {
        piece::header(file, header_bytes, piece)
    }

    fn h264(&self, file: &File, header_bytes: u64, piece: &Piece) -> io::Result<Bytes> {
        piece::media(file, header_bytes, piece)
    }

    fn header(&self, file: &File, header_bytes: u64, length: Duration) -> io::Result<Header> {
        joined::header(file, header_bytes, length)
    }

    fn copy(
        &self,
        file: &File,
        part: &Part,
        number: &mut u32,
        give: &mut dyn FnMut(Bytes) -> bool,
    ) -> io::Result<()> {
        joined::copy(file, part, number, give)
    }
}

/// Memory that a process holds, from its `/proc/…/status`.
fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    kibibytes.checked_mul(1024)
}

/// The three averages of `/proc/loadavg`.
fn load_averages(text: &str) -> Option<[f64; 3]> {
    let mut averages = text.split_whitespace().map_while(|word| word.parse().ok());
    Some([averages.next()?, averages.next()?, averages.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_load_are_read_as_the_kernel_writes_them() {
        let status = "Name:\tronin\nVmPeak:\t  900 kB\nVmRSS:\t  123456 kB\nThreads:\t7\n";
        assert_eq!(resident_bytes(status), Some(123_456 * 1024));
        assert_eq!(load_averages("0.52 1.08 10.50 3/1234 5678\n"), Some([0.52, 1.08, 10.5]));

        for text in ["", "VmRSS: many kB", "VmRSS: 5", "0.1 0.2", "a b c"] {
            assert_eq!((resident_bytes(text), load_averages(text)), (None, None), "{text:?}");
        }
    }
}
