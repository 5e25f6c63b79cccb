//! A small picture of a moment in a recorded file: the key frame of the piece that holds it.
//!
//! Nothing but that key frame is read and decoded, so it costs the same wherever the moment is, and
//! a file that is still being written is as good as another.

use std::{fs::File, io, os::unix::fs::FileExt};

use bytes::Bytes;
use ronin_core::{WallTime, playback::Piece};

use crate::{
    boxes::{VideoTrack, be_u32},
    snapshot::{KeyFrame, small_jpeg},
    video::VideoCodec,
};

/// Largest header, `moof` and key frame read: far above what a camera makes.
const READ_MAX: u64 = 16 << 20;

/// Decodes the key frame that a piece of `file` begins with, and encodes it as JPEG, `height` pixels
/// high. Blocks for as long as that takes: some 10 ms at 1080p.
pub fn read(file: &File, header_bytes: u64, piece: &Piece, height: u32) -> io::Result<Bytes> {
    let header = bytes_at(file, 0, header_bytes)?;
    let track = VideoTrack::read(&header).ok_or_else(|| strange("no video track"))?;
    let (codec, format) = VideoCodec::from_sample_entry(track.entry)
        .ok_or_else(|| strange("a codec that we do not record"))?;

    let head = bytes_at(file, piece.offset, 8)?;
    let length = be_u32(&head, 0).map_or(0, u64::from);
    if &head[4..8] != b"moof" || length < 8 {
        return Err(strange("no fragment where one should be"));
    }
    let moof = bytes_at(file, piece.offset + 8, length - 8)?;
    let first = track.first_picture(&moof);
    let (offset, size) = first.ok_or_else(|| strange("a fragment without a picture"))?;
    if offset.checked_add(size).is_none_or(|end| end > piece.size_bytes) {
        return Err(strange("a picture that is not whole"));
    }
    let data = bytes_at(file, piece.offset + offset, size)?;

    let configuration = gst::Buffer::from_slice(track.configuration.to_vec());
    let caps = codec.access_units(format).field("codec_data", configuration).build();
    let buffer = gst::Buffer::from_slice(data);
    // Nobody asks it when it was taken.
    let key_frame = KeyFrame { codec, caps, buffer, at: WallTime::from_micros(0) };
    small_jpeg(&key_frame, height).map_err(io::Error::other)
}

fn bytes_at(file: &File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    if size > READ_MAX {
        return Err(strange("a part that is larger than any should be"));
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

fn strange(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
