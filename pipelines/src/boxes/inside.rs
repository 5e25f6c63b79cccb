//! What is inside a `moov` or a `moof`: tracks, and the samples of a fragment.

use std::time::Duration;

/// A track, as far as its fragments need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Track {
    pub(crate) id: u32,
    /// Units of its time in a second.
    pub(crate) timescale: u32,
    pub(super) video: bool,
    default_duration: u32,
    default_flags: u32,
}

impl Track {
    /// Whether it is one of pictures.
    pub(crate) fn is_video(&self) -> bool {
        self.video
    }

    pub(crate) fn duration_of(&self, units: u64) -> Duration {
        if self.timescale == 0 {
            return Duration::ZERO;
        }
        let micros = u128::from(units) * 1_000_000 / u128::from(self.timescale);
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// A box inside another.
pub(crate) struct Child<'a> {
    pub(crate) kind: [u8; 4],
    /// With its size and its kind.
    pub(crate) whole: &'a [u8],
    pub(crate) body: &'a [u8],
}

/// The boxes inside a box; stops at the first that is broken.
pub(crate) fn children(mut data: &[u8]) -> impl Iterator<Item = Child<'_>> {
    std::iter::from_fn(move || {
        let size = usize::try_from(be_u32(data, 0)?).ok()?;
        let kind = data.get(4..8)?.try_into().ok()?;
        let (whole, rest) = data.split_at_checked(size)?;
        data = rest;
        Some(Child { kind, whole, body: whole.get(8..)? })
    })
}

/// The body of the first of this kind.
pub(crate) fn child<'a>(data: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(data).find(|b| &b.kind == kind).map(|b| b.body)
}

/// Number and units a second of the track in a `trak` body.
pub(crate) fn id_and_timescale(trak: &[u8]) -> Option<(u32, u32)> {
    // Behind two times, which are longer in version 1.
    let behind = |full: &[u8]| be_u32(full, if full.first() == Some(&1) { 20 } else { 12 });
    let mdhd = child(child(trak, b"mdia")?, b"mdhd")?;
    Some((behind(child(trak, b"tkhd")?)?, behind(mdhd)?))
}

/// Whether the track in a `trak` body is one of pictures.
pub(super) fn is_video(trak: &[u8]) -> Option<bool> {
    Some(child(child(trak, b"mdia")?, b"hdlr")?.get(8..12)? == b"vide")
}

/// The tracks in a `moov` body.
pub(crate) fn read_tracks(moov: &[u8]) -> Vec<Track> {
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
        let (id, timescale) = id_and_timescale(trak)?;
        let video = is_video(trak)?;
        let defaults = defaults.iter().find(|(track, ..)| *track == id);
        let (_, default_duration, default_flags) = defaults.copied().unwrap_or_default();
        Some(Track { id, timescale, video, default_duration, default_flags })
    };
    children(moov).filter(|b| &b.kind == b"trak").filter_map(|b| read(b.body)).collect()
}

/// The samples of one track in a fragment.
pub(super) struct Run {
    /// Its first sample can be decoded by itself.
    pub(super) key_frame: bool,
    pub(super) video: bool,
    pub(super) decode_time: Option<u64>,
    pub(super) samples: u64,
    pub(super) duration: u64,
}

/// The samples of the track in a `traf` body.
pub(super) fn read_traf(traf: &[u8], tracks: &[Track]) -> Option<Run> {
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
