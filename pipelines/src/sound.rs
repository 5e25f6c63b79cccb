//! The sound of a recorded file, fragment by fragment, as it is.

use std::{fs::File, io, time::Duration};

use crate::{
    boxes::{Track, be_u32, be_u64, child, children, id_and_timescale, read_tracks},
    live_mp4::VIDEO_TRACK,
    segment_file::{bytes_at, read_header, strange},
};

/// The sound of a file.
pub(crate) struct Sound {
    file: File,
    track: Track,
    /// `trak` and `trex`, as they stand in the file.
    pub(crate) boxes: (Vec<u8>, Vec<u8>),
    at: u64,
    end: u64,
    /// The next fragment: when it begins, and where it lies.
    next: Option<(Duration, Vec<u8>)>,
}

impl Sound {
    /// That of a file of which `whole_bytes` count; `None` where it has none.
    pub(crate) fn of(file: File, header_bytes: u64, whole_bytes: u64) -> io::Result<Option<Self>> {
        Self::from(file, header_bytes, header_bytes, whole_bytes)
    }

    /// As [`Sound::of`], from the fragment on that lies at `begin`.
    pub(crate) fn from(
        file: File,
        header_bytes: u64,
        begin: u64,
        end: u64,
    ) -> io::Result<Option<Self>> {
        let header = bytes_at(&file, 0, header_bytes)?;
        let moov = child(&header, b"moov").ok_or_else(|| strange("no moov"))?;
        let tracks = read_tracks(moov);
        let Some(track) = tracks.iter().find(|track| !track.is_video()).copied() else {
            return Ok(None);
        };
        if track.id == VIDEO_TRACK {
            return Err(strange("sound in the place of pictures"));
        }
        let whole = |kind: &[u8; 4], id: &dyn Fn(&[u8]) -> Option<u32>, within: &[u8]| {
            let mut found = children(within).filter(|b| &b.kind == kind);
            found.find(|b| id(b.body) == Some(track.id)).map(|b| b.whole.to_vec())
        };
        let trak = whole(b"trak", &|body| id_and_timescale(body).map(|(id, _)| id), moov);
        let mvex = child(moov, b"mvex").unwrap_or_default();
        let trex = whole(b"trex", &|body| be_u32(body, 4), mvex);
        let boxes = trak.zip(trex).ok_or_else(|| strange("sound that is not described"))?;
        let mut sound = Self { file, track, boxes, at: begin, end, next: None };
        sound.next = sound.read()?;
        Ok(Some(sound))
    }

    /// The next fragment, where it begins before `until`, with another number.
    pub(crate) fn take_before(
        &mut self,
        until: Duration,
        number: u32,
    ) -> io::Result<Option<Vec<u8>>> {
        if self.next.as_ref().is_none_or(|(begins, _)| *begins >= until) {
            return Ok(None);
        }
        let taken = self.next.take();
        self.next = self.read()?;
        Ok(taken.map(|(_, mut bytes)| {
            // moof, mfhd, version.
            if let Some(place) = bytes.get_mut(20..24) {
                place.copy_from_slice(&number.to_be_bytes());
            }
            bytes
        }))
    }

    /// Finds the next fragment of the track.
    fn read(&mut self) -> io::Result<Option<(Duration, Vec<u8>)>> {
        while let Some((kind, head, size)) = read_header(&self.file, self.at, self.end)? {
            let at = self.at;
            self.at += size;
            if &kind != b"moof" {
                continue;
            }
            let moof = bytes_at(&self.file, at, size)?;
            let Some(begins) = self.begins(moof.get(usize::try_from(head).unwrap_or(8)..)) else {
                continue;
            };
            let media = read_header(&self.file, self.at, self.end)?;
            let Some((_, _, media_size)) = media.filter(|(kind, ..)| kind == b"mdat") else {
                continue;
            };
            let media = bytes_at(&self.file, self.at, media_size)?;
            self.at += media_size;
            return Ok(Some((begins, [moof, media].concat())));
        }
        Ok(None)
    }

    /// When the fragment in a `moof` body begins; `None` where it is not of this track alone.
    fn begins(&self, moof: Option<&[u8]>) -> Option<Duration> {
        let moof = moof?;
        let mut tracks = children(moof).filter(|b| &b.kind == b"traf");
        let (traf, is_only) = (tracks.next()?.body, tracks.next().is_none());
        let id = be_u32(child(traf, b"tfhd")?, 4)?;
        if id != self.track.id || !is_only || child(moof, b"mfhd").is_none() {
            return None;
        }
        let tfdt = child(traf, b"tfdt")?;
        let units = match tfdt.first() {
            Some(1) => be_u64(tfdt, 4)?,
            _ => u64::from(be_u32(tfdt, 4)?),
        };
        Some(self.track.duration_of(units))
    }
}
