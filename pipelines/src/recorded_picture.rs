//! A small picture of a moment in a recorded file: the key frame of the piece that holds it.
//!
//! Nothing but that key frame is read and decoded, so it costs the same wherever the moment is, and
//! a file that is still being written is as good as another.

use std::{fs::File, io};

use bytes::Bytes;
use ronin_core::{WallTime, playback::Piece};

use crate::{
    boxes::VideoTrack,
    segment_file::{bytes_at, read_header, strange},
    snapshot::{KeyFrame, small_jpeg},
    video::VideoCodec,
};

/// Decodes the key frame that a piece of `file` begins with, and encodes it as JPEG, `height` pixels
/// high. Blocks for as long as that takes: some 10 ms at 1080p.
pub fn read(file: &File, header_bytes: u64, piece: &Piece, height: u32) -> io::Result<Bytes> {
    let header = bytes_at(file, 0, header_bytes)?;
    let track = VideoTrack::read(&header).ok_or_else(|| strange("no video track"))?;
    let (codec, format) = VideoCodec::from_sample_entry(track.entry)
        .ok_or_else(|| strange("a codec that we do not record"))?;

    let head = read_header(file, piece.offset, piece.offset + piece.size_bytes)?;
    let (head, size) = head
        .filter(|(kind, ..)| kind == b"moof")
        .map(|(_, head, size)| (head, size))
        .ok_or_else(|| strange("no fragment where one should be"))?;
    let moof = bytes_at(file, piece.offset + head, size - head)?;
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
