//! Parts of recorded files as one file: the fragments as they are, with other times.
//!
//! Not here: which parts, and whether they fit together (the API asks for [`header`] of each).

use std::{fs::File, io, os::unix::fs::FileExt, time::Duration};

use bytes::Bytes;
use ronin_core::playback::{Header, Part};

use crate::boxes::{be_u32, be_u64};

/// Largest header or `moof`: an hour of one-picture fragments is far below.
const BODY_MAX: u64 = 4 << 20;
/// Bytes of a sample entry before the boxes inside it.
const VIDEO_ENTRY_FIELDS: usize = 78;
const SOUND_ENTRY_FIELDS: usize = 28;
/// Media copied at a time.
const CHUNK: u64 = 256 << 10;

/// What stands before the fragments of `file`, for a file of `length`: without the box that says
/// which segment it is, since it is none any more.
pub fn header(file: &File, header_bytes: u64, length: Duration) -> io::Result<Header> {
    let old = bytes_at(file, 0, header_bytes.min(BODY_MAX))?;
    let mut bytes = Vec::with_capacity(old.len());
    let mut tracks = Vec::new();
    for (kind, whole) in boxes(&old) {
        if kind == *b"uuid" {
            continue;
        }
        let at = bytes.len();
        bytes.extend_from_slice(&old[whole.clone()]);
        if kind == *b"moov" {
            describe(&old[whole.start + 8..whole.end], &mut tracks);
            set_length(&mut bytes[at + 8..], length);
        }
    }
    if tracks.is_empty() {
        return Err(strange("no track"));
    }
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
    let header = bytes_at(file, 0, part.header_bytes.min(BODY_MAX))?;
    let scales = scales(&header);
    let mut at = part.bytes.start;
    while at < part.bytes.end {
        let (kind, size) = box_at(file, at)?;
        let end = at + size;
        if end > part.bytes.end {
            return Err(strange("a fragment that is not whole"));
        }
        if &kind == b"moof" {
            let mut moof = bytes_at(file, at, size.min(BODY_MAX))?;
            *number = number.wrapping_add(1);
            move_fragment(&mut moof, &scales, part, *number)?;
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

/// Kind and place of each box in `data`; stops at the first that is broken.
fn boxes(data: &[u8]) -> impl Iterator<Item = ([u8; 4], std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let size = usize::try_from(be_u32(data, at)?).ok()?;
        let kind = data.get(at + 4..at + 8)?.try_into().ok()?;
        let whole = at..at.checked_add(size.max(8))?;
        data.get(whole.clone())?;
        at = whole.end;
        Some((kind, whole))
    })
}

/// The body of the first box of this kind in `data`, as a place in it.
fn body(data: &[u8], kind: &[u8; 4]) -> Option<std::ops::Range<usize>> {
    let (_, whole) = boxes(data).find(|(found, _)| found == kind)?;
    Some(whole.start + 8..whole.end)
}

/// The same, each box inside the one before.
fn body_of(data: &[u8], path: &[&[u8; 4]]) -> Option<std::ops::Range<usize>> {
    path.iter().try_fold(0..data.len(), |within, kind| {
        let inside = body(&data[within.clone()], kind)?;
        Some(within.start + inside.start..within.start + inside.end)
    })
}

/// Of each track in a `moov` body: its number, its unit of time, and what decodes it.
fn describe(moov: &[u8], tracks: &mut Vec<u8>) {
    for (_, whole) in boxes(moov).filter(|(kind, _)| kind == b"trak") {
        let trak = &moov[whole.start + 8..whole.end];
        let Some((id, scale)) = id_and_scale(trak) else { continue };
        let decoder = body_of(trak, &[b"mdia", b"minf", b"stbl", b"stsd"]);
        tracks.extend_from_slice(&id.to_be_bytes());
        tracks.extend_from_slice(&scale.to_be_bytes());
        if let Some(stsd) = decoder {
            describe_entry(trak[stsd].get(8..).unwrap_or_default(), tracks);
        }
    }
}

/// Of the first sample entry in `stsd`: what a decoder must know, and not how many bits a second
/// the muxer has counted, which differs from file to file.
fn describe_entry(stsd: &[u8], tracks: &mut Vec<u8>) {
    let Some((kind, whole)) = boxes(stsd).next() else { return };
    let entry = &stsd[whole.start + 8..whole.end];
    let fields = if &kind == b"mp4a" { SOUND_ENTRY_FIELDS } else { VIDEO_ENTRY_FIELDS };
    tracks.extend_from_slice(&kind);
    let Some((fields, inside)) = entry.split_at_checked(fields) else { return };
    tracks.extend_from_slice(fields);
    for (kind, whole) in boxes(inside).filter(|(kind, _)| kind != b"btrt") {
        let body = &inside[whole.start + 8..whole.end];
        let told = if &kind == b"esds" { sound_config(body).unwrap_or(body) } else { body };
        tracks.extend_from_slice(told);
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

fn id_and_scale(trak: &[u8]) -> Option<(u32, u32)> {
    let tkhd = &trak[body(trak, b"tkhd")?];
    let id = be_u32(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 })?;
    let mdhd = &trak[body_of(trak, &[b"mdia", b"mdhd"])?];
    let scale = be_u32(mdhd, if mdhd.first() == Some(&1) { 20 } else { 12 })?;
    Some((id, scale))
}

/// Number and units a second of each track in a header.
fn scales(header: &[u8]) -> Vec<(u32, u32)> {
    let Some(moov) = body(header, b"moov").map(|moov| &header[moov]) else { return Vec::new() };
    let traks = boxes(moov).filter(|(kind, _)| kind == b"trak");
    traks.filter_map(|(_, whole)| id_and_scale(&moov[whole.start + 8..whole.end])).collect()
}

/// Says in a `moov` body how long the file is, where it says how long the old one was.
fn set_length(moov: &mut [u8], length: Duration) {
    let scale = body(moov, b"mvhd").and_then(|mvhd| {
        let mvhd = &moov[mvhd];
        be_u32(mvhd, if mvhd.first() == Some(&1) { 20 } else { 12 })
    });
    let Some((scale, mehd)) = scale.zip(body_of(moov, &[b"mvex", b"mehd"])) else { return };
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
fn move_fragment(
    moof: &mut [u8],
    scales: &[(u32, u32)],
    part: &Part,
    number: u32,
) -> io::Result<()> {
    if let Some(mfhd) = body_of(moof, &[b"moof", b"mfhd"]).filter(|mfhd| mfhd.len() >= 8) {
        moof[mfhd.start + 4..mfhd.start + 8].copy_from_slice(&number.to_be_bytes());
    }
    let inside = body(moof, b"moof").ok_or_else(|| strange("no fragment"))?;
    let trafs: Vec<_> = boxes(&moof[inside.clone()])
        .filter(|(kind, _)| kind == b"traf")
        .map(|(_, whole)| inside.start + whole.start + 8..inside.start + whole.end)
        .collect();
    for traf in trafs {
        let traf = &mut moof[traf];
        let id = body(traf, b"tfhd").and_then(|tfhd| be_u32(&traf[tfhd], 4));
        let scale = scales.iter().find(|(track, _)| Some(*track) == id).map(|(_, scale)| *scale);
        let (scale, tfdt) =
            scale.zip(body(traf, b"tfdt")).ok_or_else(|| strange("a fragment without a time"))?;
        move_time(&mut traf[tfdt], |time| {
            (time + units(part.at, scale)).saturating_sub(units(part.begins, scale))
        })?;
    }
    Ok(())
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

fn box_at(file: &File, at: u64) -> io::Result<([u8; 4], u64)> {
    let head = bytes_at(file, at, 16)?;
    let mut kind = [0; 4];
    kind.copy_from_slice(&head[4..8]);
    let size = match be_u32(&head, 0) {
        Some(1) => be_u64(&head, 8).unwrap_or(0),
        size => size.map_or(0, u64::from),
    };
    if size < 8 { Err(strange("a box without a size")) } else { Ok((kind, size)) }
}

fn bytes_at(file: &File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

fn strange(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
