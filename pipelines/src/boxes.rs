//! Reads the boxes of a fragmented MP4 as they are written, so that a finished file is known
//! without reading it again.
//!
//! Only what the index needs: tracks, pictures, duration, and where a fragment ends. Boxes are as
//! in ISO/IEC 14496-12.

use std::{mem, time::Duration};

/// Largest `moov` or `moof` taken in: an hour of one-picture fragments is far below.
const COLLECT_MAX: u64 = 4 << 20;

/// Follows the top-level boxes of a file that is being written.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    header: Vec<u8>,
    current: Option<Current>,
    tracks: Vec<Track>,
    video: Extent,
    /// What the fragment adds whose media is not whole yet.
    announced: Extent,
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
    remaining: u64,
    body: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy)]
struct Track {
    id: u32,
    timescale: u32,
    video: bool,
    default_duration: u32,
    default_flags: u32,
}

impl Track {
    fn duration_of(&self, units: u64) -> Duration {
        if self.timescale == 0 {
            return Duration::ZERO;
        }
        let micros = u128::from(units) * 1_000_000 / u128::from(self.timescale);
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// The pictures of one fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pictures {
    pub(crate) start: Duration,
    pub(crate) duration: Duration,
    pub(crate) key_frame: bool,
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

    /// Takes a whole top-level box. The body of `mdat` is not looked at.
    pub(crate) fn take_box(&mut self, kind: &[u8; 4], body: &[u8]) {
        match kind {
            b"moov" => self.tracks = read_tracks(body),
            b"moof" => self.read_fragment(body),
            b"mdat" => self.video = self.announced,
            _ => {}
        }
    }

    /// When the fragment in this `moof` body plays, after the first picture of the file, for how
    /// long, and whether it begins with a key frame. `None` where it has no pictures.
    pub(crate) fn pictures_of(&self, moof: &[u8]) -> Option<Pictures> {
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

    /// Pictures in the whole fragments so far.
    pub(crate) fn frames(&self) -> u64 {
        self.video.frames
    }

    /// How long the pictures play.
    pub(crate) fn duration(&self) -> Duration {
        let units = self.video.end.saturating_sub(self.video.first.unwrap_or(0));
        let track = self.tracks.iter().find(|track| track.video);
        track.map_or(Duration::ZERO, |track| track.duration_of(units))
    }

    fn take_header<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let wanted = match self.header.get(..4) {
            Some([0, 0, 0, 1]) => 16,
            _ => 8,
        };
        let take = data.len().min(wanted - self.header.len());
        let (now, rest) = data.split_at(take);
        self.header.extend_from_slice(now);
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
        self.current = Some(Current { kind, remaining, body: collect.then(Vec::new) });
        rest
    }

    fn finish_if_whole(&mut self) -> bool {
        let Some(Current { kind, body, .. }) = self.current.take_if(|c| c.remaining == 0) else {
            return false;
        };
        self.take_box(&kind, &body.unwrap_or_default());
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

struct Child<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

/// The boxes inside a box; stops at the first that is broken.
fn children(mut data: &[u8]) -> impl Iterator<Item = Child<'_>> {
    std::iter::from_fn(move || {
        let size = usize::try_from(be_u32(data, 0)?).ok()?;
        let kind = data.get(4..8)?.try_into().ok()?;
        let body = data.get(8..size)?;
        data = &data[size..];
        Some(Child { kind, body })
    })
}

fn child<'a>(data: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(data).find(|b| &b.kind == kind).map(|b| b.body)
}

fn read_tracks(moov: &[u8]) -> Vec<Track> {
    let defaults: Vec<(u32, u32, u32)> = child(moov, b"mvex")
        .map(|mvex| {
            children(mvex)
                .filter(|b| &b.kind == b"trex")
                .filter_map(|b| {
                    Some((be_u32(b.body, 4)?, be_u32(b.body, 12)?, be_u32(b.body, 20)?))
                })
                .collect()
        })
        .unwrap_or_default();
    let read = |trak: &[u8]| {
        let tkhd = child(trak, b"tkhd")?;
        let id = be_u32(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 })?;
        let mdia = child(trak, b"mdia")?;
        let mdhd = child(mdia, b"mdhd")?;
        let timescale = be_u32(mdhd, if mdhd.first() == Some(&1) { 20 } else { 12 })?;
        let video = child(mdia, b"hdlr")?.get(8..12)? == b"vide";
        let defaults = defaults.iter().find(|(track, ..)| *track == id);
        let (_, default_duration, default_flags) = defaults.copied().unwrap_or_default();
        Some(Track { id, timescale, video, default_duration, default_flags })
    };
    children(moov).filter(|b| &b.kind == b"trak").filter_map(|b| read(b.body)).collect()
}

struct Run {
    /// Its first sample can be decoded by itself.
    key_frame: bool,
    video: bool,
    decode_time: Option<u64>,
    samples: u64,
    duration: u64,
}

fn read_traf(traf: &[u8], tracks: &[Track]) -> Option<Run> {
    let tfhd = child(traf, b"tfhd")?;
    let flags = be_u32(tfhd, 0)? & 0x00ff_ffff;
    let id = be_u32(tfhd, 4)?;
    let track = tracks.iter().find(|t| t.id == id)?;
    let mut at = 8;
    for (flag, size) in [(0x1, 8), (0x2, 4)] {
        if flags & flag != 0 {
            at += size;
        }
    }
    let default_duration =
        if flags & 0x8 != 0 { be_u32(tfhd, at)? } else { track.default_duration };
    let decode_time = child(traf, b"tfdt").and_then(|tfdt| match tfdt.first()? {
        1 => be_u64(tfdt, 4),
        _ => be_u32(tfdt, 4).map(u64::from),
    });

    let default_flags = tfhd_flags(tfhd, flags).unwrap_or(track.default_flags);
    let mut run =
        Run { key_frame: false, video: track.video, decode_time, samples: 0, duration: 0 };
    for trun in children(traf).filter(|b| &b.kind == b"trun") {
        if run.samples == 0 {
            run.key_frame = first_flags(trun.body).unwrap_or(default_flags) & NOT_SYNC == 0;
        }
        add_samples(&mut run, trun.body, default_duration)?;
    }
    Some(run)
}

/// `sample_is_non_sync_sample`.
const NOT_SYNC: u32 = 0x0001_0000;

/// Default flags of the samples in a fragment, where `tfhd` has them.
fn tfhd_flags(tfhd: &[u8], flags: u32) -> Option<u32> {
    let before = [(0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4)];
    let at =
        before.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, size)| size).sum::<usize>();
    if flags & 0x20 == 0 { None } else { be_u32(tfhd, 8 + at) }
}

/// Flags of the first sample, where `trun` has them.
fn first_flags(trun: &[u8]) -> Option<u32> {
    let flags = be_u32(trun, 0)? & 0x00ff_ffff;
    let header = if flags & 0x1 != 0 { 12 } else { 8 };
    if flags & 0x4 != 0 {
        return be_u32(trun, header);
    }
    let before = [0x100, 0x200].iter().filter(|flag| flags & **flag != 0).count() * 4;
    if flags & 0x400 == 0 { None } else { be_u32(trun, header + before) }
}

fn add_samples(run: &mut Run, trun: &[u8], default_duration: u32) -> Option<()> {
    let flags = be_u32(trun, 0)? & 0x00ff_ffff;
    let count = be_u32(trun, 4)?;
    run.samples += u64::from(count);
    let header = 8 + [0x1, 0x4].iter().filter(|flag| flags & **flag != 0).count() * 4;
    let fields = [0x100, 0x200, 0x400, 0x800];
    let stride = fields.iter().filter(|flag| flags & **flag != 0).count() * 4;
    if flags & 0x100 == 0 {
        run.duration += u64::from(count) * u64::from(default_duration);
        return Some(());
    }
    for sample in 0..usize::try_from(count).ok()? {
        run.duration += u64::from(be_u32(trun, header + sample * stride)?);
    }
    Some(())
}

pub(crate) fn be_u32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn be_u64(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(data.get(at..at.checked_add(8)?)?.try_into().ok()?))
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
        for step in [1, 3, 7, 64, file.len()] {
            let mut scanner = Scanner::default();
            let mut ended = 0;
            for chunk in file.chunks(step) {
                ended += u32::from(scanner.push(chunk));
            }
            assert_eq!(scanner.frames(), 35, "in steps of {step}");
            assert_eq!(scanner.duration(), Duration::from_millis(1400), "in steps of {step}");
            assert!(ended >= 1);
            assert!(step > 1 || ended == 2);
        }
    }

    #[test]
    fn a_broken_file_does_no_harm() {
        let file = file();
        for cut in 0..file.len() {
            let mut broken = file.clone();
            broken[cut] ^= 0xff;
            let mut scanner = Scanner::default();
            scanner.push(&broken);
            let _ = (scanner.frames(), scanner.duration());
        }
    }
}
