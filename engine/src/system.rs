//! What the API needs of this machine and of the media crate.

use std::{fs::File, io, sync::Arc, time::Duration};

use bytes::Bytes;
use ronin_api::{DetectorFacts, DiskFacts, SystemFacts};
use ronin_core::{
    WallTime,
    playback::{FileIndex, Piece, ReadFootage},
};
use ronin_pipelines::{elements, recorded_picture, segment_file};

use crate::storage::{self, Storage};

/// Facts about the machine and the engine.
pub struct Facts {
    /// Where footage is written.
    pub storage: Arc<Storage>,
    /// When the engine started.
    pub started_at: WallTime,
    /// The object detector.
    pub detector: DetectorFacts,
}

impl SystemFacts for Facts {
    fn gstreamer_version(&self) -> String {
        elements::version()
    }

    fn encoders(&self) -> Vec<String> {
        elements::encoders()
    }

    fn decoders(&self) -> Vec<String> {
        elements::decoders()
    }

    fn detector(&self) -> DetectorFacts {
        self.detector.clone()
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
pub struct SegmentFiles;

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
}
