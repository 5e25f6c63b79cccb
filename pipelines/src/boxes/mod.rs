//! Reads the boxes of a fragmented MP4 as they are written, so that a finished file is known
//! without reading it again.
//!
//! Only what the index needs: tracks, pictures, duration, and where a fragment begins and ends.
//! Boxes are as in ISO/IEC 14496-12.

mod first_picture;
mod inside;

use std::{mem, time::Duration};

use ronin_core::playback::{FileIndex, Piece};

use inside::read_traf;

pub(crate) use first_picture::VideoTrack;
pub(crate) use inside::{
    Child, Track, be_u32, be_u64, child, children, id_and_timescale, read_tracks,
};

/// Largest `moov` or `moof` taken in: an hour of one-picture fragments is far below.
const COLLECT_MAX: u64 = 4 << 20;

/// Follows the top-level boxes of a file that is being written.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    /// Bytes taken so far.
    at: u64,
    header: Vec<u8>,
    current: Option<Current>,
    tracks: Vec<Track>,
    video: Extent,
    /// What the fragment adds whose media is not whole yet.
    announced: Extent,
    /// That fragment, where it has pictures: its offset and what it announces.
    fragment: Option<(u64, Pictures)>,
    whole_bytes: u64,
    /// Where the first `moof` begins.
    header_bytes: u64,
    /// Whole fragments with pictures, and whether each begins with a key frame.
    fragments: Vec<(bool, Piece)>,
}

/// What is whole in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Where the last whole fragment ends, or the header.
    pub(crate) bytes: u64,
    /// Pictures in it.
    pub(crate) frames: u64,
    /// How long they play.
    pub(crate) duration: Duration,
}

/// How much of the video track there is, in its units.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    frames: u64,
    /// Decode time of the first sample.
    first: Option<u64>,
    /// End of the last sample.
    end: u64,
}

#[derive(Debug)]
struct Current {
    kind: [u8; 4],
    offset: u64,
    remaining: u64,
    body: Option<Vec<u8>>,
}

/// The pictures of one fragment.
#[derive(Debug, Clone, Copy)]
struct Pictures {
    start: Duration,
    duration: Duration,
    key_frame: bool,
}

impl Scanner {
    /// Takes the next bytes of the file. True where they end with a whole fragment.
    pub(crate) fn push(&mut self, mut data: &[u8]) -> bool {
        let mut fragment_ended = false;
        while !data.is_empty() {
            if let Some(current) = &mut self.current {
                let take = data.len().min(usize::try_from(current.remaining).unwrap_or(usize::MAX));
                let (now, rest) = data.split_at(take);
                if let Some(body) = &mut current.body {
                    body.extend_from_slice(now);
                }
                current.remaining -= take as u64;
                self.at += take as u64;
                data = rest;
            } else {
                data = self.take_header(data);
            }
            fragment_ended = self.finish_if_whole();
        }
        fragment_ended
    }

    /// Whether the next byte begins a box.
    pub(crate) fn is_between_boxes(&self) -> bool {
        self.current.is_none() && self.header.is_empty()
    }

    /// Takes a whole top-level box that lies from `offset` to `end`. The body of `mdat` is not
    /// looked at.
    pub(crate) fn take_box(&mut self, kind: &[u8; 4], offset: u64, end: u64, body: &[u8]) {
        match kind {
            b"moof" => {
                if self.header_bytes == 0 {
                    self.header_bytes = offset;
                }
                self.fragment = self.pictures_of(body).map(|pictures| (offset, pictures));
                self.read_fragment(body);
                // Nothing without its media.
                return;
            }
            b"mdat" => {
                self.video = self.announced;
                if let Some((offset, pictures)) = self.fragment.take() {
                    let Pictures { start, duration, key_frame } = pictures;
                    let size_bytes = end - offset;
                    let piece = Piece { offset, size_bytes, start, duration };
                    self.fragments.push((key_frame, piece));
                }
            }
            b"moov" => self.tracks = read_tracks(body),
            _ => {}
        }
        self.whole_bytes = end;
    }

    /// When the fragment in this `moof` body plays, after the first picture of the file, for how
    /// long, and whether it begins with a key frame. `None` where it has no pictures.
    fn pictures_of(&self, moof: &[u8]) -> Option<Pictures> {
        let traf = children(moof)
            .filter(|b| &b.kind == b"traf")
            .find_map(|b| read_traf(b.body, &self.tracks).filter(|run| run.video))?;
        let track = self.tracks.iter().find(|track| track.video)?;
        let first = self.announced.first.or(traf.decode_time).unwrap_or(0);
        let start = traf.decode_time.unwrap_or(self.announced.end).saturating_sub(first);
        Some(Pictures {
            start: track.duration_of(start),
            duration: track.duration_of(traf.duration),
            key_frame: traf.key_frame,
        })
    }

    /// What is whole so far.
    pub(crate) fn whole(&self) -> Whole {
        let units = self.video.end.saturating_sub(self.video.first.unwrap_or(0));
        let track = self.tracks.iter().find(|track| track.video);
        Whole {
            bytes: self.whole_bytes,
            frames: self.video.frames,
            duration: track.map_or(Duration::ZERO, |track| track.duration_of(units)),
        }
    }

    /// The pieces of footage in the first `bytes` of the file.
    pub(crate) fn index(&self, bytes: u64) -> FileIndex {
        let mut index = FileIndex { header_bytes: self.header_bytes, pieces: Vec::new() };
        for (key_frame, piece) in &self.fragments {
            if piece.offset + piece.size_bytes <= bytes {
                index.add(*key_frame, *piece);
            }
        }
        index
    }

    fn take_header<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let wanted = match self.header.get(..4) {
            Some([0, 0, 0, 1]) => 16,
            _ => 8,
        };
        let take = data.len().min(wanted - self.header.len());
        let (now, rest) = data.split_at(take);
        self.header.extend_from_slice(now);
        self.at += take as u64;
        if self.header.len() < wanted || (wanted == 8 && self.header[..4] == [0, 0, 0, 1]) {
            return rest;
        }
        let header = mem::take(&mut self.header);
        let size = match header.len() {
            16 => be_u64(&header, 8).unwrap_or(0),
            _ => u64::from(be_u32(&header, 0).unwrap_or(0)),
        };
        let mut kind = [0; 4];
        kind.copy_from_slice(&header[4..8]);
        let remaining = size.saturating_sub(header.len() as u64);
        let collect = matches!(&kind, b"moov" | b"moof") && remaining <= COLLECT_MAX;
        let offset = self.at - header.len() as u64;
        self.current = Some(Current { kind, offset, remaining, body: collect.then(Vec::new) });
        rest
    }

    fn finish_if_whole(&mut self) -> bool {
        let whole = self.current.take_if(|current| current.remaining == 0);
        let Some(Current { kind, offset, body, .. }) = whole else { return false };
        self.take_box(&kind, offset, self.at, &body.unwrap_or_default());
        &kind == b"mdat"
    }

    fn read_fragment(&mut self, moof: &[u8]) {
        for traf in children(moof).filter(|b| &b.kind == b"traf") {
            let Some(run) = read_traf(traf.body, &self.tracks) else { continue };
            if !run.video {
                continue;
            }
            let video = &mut self.announced;
            video.frames += run.samples;
            let start = run.decode_time.unwrap_or(video.end);
            video.first.get_or_insert(start);
            video.end = start.saturating_add(run.duration);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.extend_from_slice(body);
        out
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_be_bytes()).collect()
    }

    fn file() -> Vec<u8> {
        let tkhd = boxed(b"tkhd", &words(&[0, 0, 0, 1, 0]));
        let mdhd = boxed(b"mdhd", &words(&[0, 0, 0, 1000, 0]));
        let hdlr = boxed(b"hdlr", &[&words(&[0, 0])[..], b"vide"].concat());
        let trak = boxed(b"trak", &[tkhd, boxed(b"mdia", &[mdhd, hdlr].concat())].concat());
        let mvex = boxed(b"mvex", &boxed(b"trex", &words(&[0, 1, 1, 40, 0, 0])));
        let moov = boxed(b"moov", &[trak, mvex].concat());
        let fragment = |time: u32, count: u32| {
            let tfhd = boxed(b"tfhd", &words(&[0, 1]));
            let tfdt = boxed(b"tfdt", &words(&[0, time]));
            let trun = boxed(b"trun", &words(&[0, count]));
            let traf = boxed(b"traf", &[tfhd, tfdt, trun].concat());
            [boxed(b"moof", &traf), boxed(b"mdat", &[7; 100])].concat()
        };
        [boxed(b"ftyp", b"iso5"), moov, fragment(500, 25), fragment(1500, 10)].concat()
    }

    #[test]
    fn a_file_is_read_whatever_the_size_of_the_writes() {
        let file = file();
        let header = file.windows(4).position(|kind| kind == b"moof").unwrap() as u64 - 4;
        let size_bytes = (file.len() as u64 - header) / 2;
        let piece = |n: u64, start: u64, duration: u64| Piece {
            offset: header + n * size_bytes,
            size_bytes,
            start: Duration::from_millis(start),
            duration: Duration::from_millis(duration),
        };
        for step in [1, 3, 7, 64, file.len()] {
            let mut scanner = Scanner::default();
            let mut ended = 0;
            for chunk in file.chunks(step) {
                ended += u32::from(scanner.push(chunk));
            }
            let whole = scanner.whole();
            assert_eq!(whole.frames, 35, "in steps of {step}");
            assert_eq!(whole.duration, Duration::from_millis(1400), "in steps of {step}");
            assert_eq!(whole.bytes, file.len() as u64, "in steps of {step}");
            let index = scanner.index(whole.bytes);
            assert_eq!(index.header_bytes, header, "in steps of {step}");
            assert_eq!(index.pieces, [piece(0, 0, 1000), piece(1, 1000, 400)]);
            assert_eq!(scanner.index(whole.bytes - 1).pieces, [piece(0, 0, 1000)]);
            assert!(ended >= 1);
            assert!(step > 1 || ended == 2);
        }
    }

    #[test]
    fn what_is_whole_ends_with_the_last_media_that_is_there() {
        let file = file();
        let mut whole = vec![0];
        let mut scanner = Scanner::default();
        for byte in &file {
            scanner.push(&[*byte]);
            let bytes = scanner.whole().bytes;
            if whole.last() != Some(&bytes) {
                whole.push(bytes);
            }
        }
        let ftyp_moov_and_two_fragments = 4;
        assert_eq!(whole.len(), 1 + ftyp_moov_and_two_fragments, "{whole:?}");
    }

    #[test]
    fn a_broken_file_does_no_harm() {
        let file = file();
        for cut in 0..file.len() {
            let mut broken = file.clone();
            broken[cut] ^= 0xff;
            let mut scanner = Scanner::default();
            scanner.push(&broken);
            let _ = scanner.whole();
        }
    }
}
