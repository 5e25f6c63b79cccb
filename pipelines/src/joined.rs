//! Parts of recorded files as one file: the fragments as they are, with other times.
//!
//! Not here: which parts, and whether they fit together (the API asks for [`header`] of each).

use std::{fs::File, io, ops::Range, time::Duration};

use bytes::Bytes;
use ronin_core::playback::{Header, Part};

use crate::{
    boxes::{Child, Track, be_u32, be_u64, child, children, id_and_timescale, read_tracks},
    segment_file::{bytes_at, read_header, strange},
};

/// Bytes of a sample entry before the boxes inside it.
const VIDEO_ENTRY_FIELDS: usize = 78;
const SOUND_ENTRY_FIELDS: usize = 28;
/// Media copied at a time.
const CHUNK: u64 = 256 << 10;

/// What stands before the fragments of `file`, for a file of `length`: without the box that says
/// which segment it is, since it is none any more.
pub fn header(file: &File, header_bytes: u64, length: Duration) -> io::Result<Header> {
    let old = bytes_at(file, 0, header_bytes)?;
    let mut bytes = Vec::with_capacity(old.len());
    for Child { whole, .. } in children(&old).filter(|b| &b.kind != b"uuid") {
        bytes.extend_from_slice(whole);
    }
    let moov = place(&bytes, &[b"moov"]).ok_or_else(|| strange("no header"))?;
    let tracks = describe(&bytes[moov.clone()]);
    set_length(&mut bytes[moov], length);
    Ok(Header { bytes: bytes.into(), tracks })
}

/// Hands on the fragments of a part of `file`, each with its new time and the next number, until
/// `give` says `false`.
pub fn copy(
    file: &File,
    part: &Part,
    number: &mut u32,
    give: &mut dyn FnMut(Bytes) -> bool,
) -> io::Result<()> {
    let header = bytes_at(file, 0, part.header_bytes)?;
    let tracks = child(&header, b"moov").map(read_tracks).unwrap_or_default();
    let mut at = part.bytes.start;
    while at < part.bytes.end {
        let head = read_header(file, at, part.bytes.end)?;
        let (kind, _, size) = head.ok_or_else(|| strange("a fragment that is not whole"))?;
        let end = at + size;
        if &kind == b"moof" {
            let mut moof = bytes_at(file, at, size)?;
            *number = number.wrapping_add(1);
            move_fragment(&mut moof, &tracks, part, *number)?;
            if !give(moof.into()) {
                return Ok(());
            }
        } else {
            let mut from = at;
            while from < end {
                let chunk = bytes_at(file, from, CHUNK.min(end - from))?;
                from += chunk.len() as u64;
                if !give(chunk.into()) {
                    return Ok(());
                }
            }
        }
        at = end;
    }
    Ok(())
}

/// Where the body of a box lies, the first of each kind inside the one before.
fn place(data: &[u8], path: &[&[u8; 4]]) -> Option<Range<usize>> {
    path.iter().try_fold(0..data.len(), |within, kind| {
        let mut start = within.start;
        for Child { kind: found, whole, body } in children(&data[within]) {
            let end = start + whole.len();
            if &found == *kind {
                return Some(end - body.len()..end);
            }
            start = end;
        }
        None
    })
}

/// Of each track in a `moov` body: its number, its unit of time, and what decodes it.
fn describe(moov: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for trak in children(moov).filter(|b| &b.kind == b"trak") {
        let (id, timescale) = id_and_timescale(trak.body).unwrap_or_default();
        out.extend_from_slice(&id.to_be_bytes());
        out.extend_from_slice(&timescale.to_be_bytes());
        if let Some(stsd) = place(trak.body, &[b"mdia", b"minf", b"stbl", b"stsd"]) {
            describe_entry(trak.body[stsd].get(8..).unwrap_or_default(), &mut out);
        }
    }
    out
}

/// Of the first sample entry in `stsd`: what a decoder must know, and not how many bits a second
/// the muxer has counted, which differs from file to file.
fn describe_entry(stsd: &[u8], out: &mut Vec<u8>) {
    let Some(entry) = children(stsd).next() else { return };
    let fields = if &entry.kind == b"mp4a" { SOUND_ENTRY_FIELDS } else { VIDEO_ENTRY_FIELDS };
    let Some((fields, inside)) = entry.body.split_at_checked(fields) else { return };
    out.extend_from_slice(&entry.kind);
    out.extend_from_slice(fields);
    for Child { kind, body, .. } in children(inside).filter(|b| &b.kind != b"btrt") {
        let told = if &kind == b"esds" { sound_config(body).unwrap_or(body) } else { body };
        out.extend_from_slice(told);
    }
}

/// The `DecoderSpecificInfo` in an `esds` body: ISO/IEC 14496-1, 7.2.6.
fn sound_config(esds: &[u8]) -> Option<&[u8]> {
    let stream = descriptor(esds.get(4..)?, 3)?;
    let decoder = descriptor(stream.get(3..)?, 4)?;
    descriptor(decoder.get(13..)?, 5)
}

/// The body of a descriptor that `data` begins with. Its length has seven bits a byte.
fn descriptor(data: &[u8], tag: u8) -> Option<&[u8]> {
    let mut rest = data.strip_prefix(&[tag])?;
    let mut length = 0;
    for _ in 0..4 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    rest.get(..length)
}

/// Says in a `moov` body how long the file is, where it says how long the old one was.
fn set_length(moov: &mut [u8], length: Duration) {
    let scale = child(moov, b"mvhd")
        .and_then(|mvhd| be_u32(mvhd, if mvhd.first() == Some(&1) { 20 } else { 12 }));
    let Some((scale, mehd)) = scale.zip(place(moov, &[b"mvex", b"mehd"])) else { return };
    let units = units(length, scale);
    let mehd = &mut moov[mehd];
    match (mehd.first(), mehd.len()) {
        (Some(1), 12..) => mehd[4..12].copy_from_slice(&units.to_be_bytes()),
        (Some(0), 8..) => {
            let units = u32::try_from(units).unwrap_or(u32::MAX);
            mehd[4..8].copy_from_slice(&units.to_be_bytes());
        }
        _ => {}
    }
}

/// Gives a `moof` its new number and each of its tracks its new time.
fn move_fragment(moof: &mut [u8], tracks: &[Track], part: &Part, number: u32) -> io::Result<()> {
    if let Some(mfhd) = place(moof, &[b"moof", b"mfhd"]).filter(|mfhd| mfhd.len() >= 8) {
        moof[mfhd.start + 4..mfhd.start + 8].copy_from_slice(&number.to_be_bytes());
    }
    let inside = place(moof, &[b"moof"]).ok_or_else(|| strange("no fragment"))?;
    let mut at = inside.start;
    let boxes: Vec<_> = children(&moof[inside]).map(|b| (b.kind, b.whole.len())).collect();
    for (kind, size) in boxes {
        if &kind == b"traf" {
            move_track(&mut moof[at + 8..at + size], tracks, part)?;
        }
        at += size;
    }
    Ok(())
}

fn move_track(traf: &mut [u8], tracks: &[Track], part: &Part) -> io::Result<()> {
    let id = child(traf, b"tfhd").and_then(|tfhd| be_u32(tfhd, 4));
    let track = tracks.iter().find(|track| Some(track.id) == id);
    let (track, tfdt) =
        track.zip(place(traf, &[b"tfdt"])).ok_or_else(|| strange("a fragment without a time"))?;
    move_time(&mut traf[tfdt], |time| {
        (time + units(part.at, track.timescale)).saturating_sub(units(part.begins, track.timescale))
    })
}

/// Changes the time in a `tfdt` body.
fn move_time(tfdt: &mut [u8], to: impl FnOnce(u64) -> u64) -> io::Result<()> {
    let beyond = || strange("a time beyond what the file can say");
    match (tfdt.first(), tfdt.len()) {
        (Some(1), 12..) => {
            let time = to(be_u64(tfdt, 4).unwrap_or(0));
            tfdt[4..12].copy_from_slice(&time.to_be_bytes());
        }
        (Some(0), 8..) => {
            let time = to(be_u32(tfdt, 4).map_or(0, u64::from));
            let time = u32::try_from(time).map_err(|_| beyond())?;
            tfdt[4..8].copy_from_slice(&time.to_be_bytes());
        }
        _ => return Err(beyond()),
    }
    Ok(())
}

fn units(time: Duration, scale: u32) -> u64 {
    let units = (time.as_nanos() * u128::from(scale) + 500_000_000) / 1_000_000_000;
    u64::try_from(units).unwrap_or(u64::MAX >> 1)
}
