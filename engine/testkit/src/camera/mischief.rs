//! What a camera does to its own stream between its encoder and the network: key frames that never
//! come, pictures that are far too large, a clock that jumps.
//!
//! Not here: when a picture is sent ([`super::program`]), what the line does ([`super::wire`]).

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use gst::prelude::*;

use super::Codec;
use super::wire::Line;

/// Ticks of an RTP clock for video.
const TICKS_PER_SECOND: i64 = 90_000;

/// How a stream misbehaves. All of it can change at any time.
#[derive(Debug, Default)]
pub(super) struct Mischief {
    /// Width and height of numbered pictures, where they are not the first ones.
    pub(super) size: AtomicU64,
    /// Key frames are taken out.
    pub(super) withholds_key_frames: AtomicBool,
    /// Bytes of nothing behind each picture.
    pub(super) filler_bytes: AtomicUsize,
    /// Bytes of nothing behind the next picture alone.
    pub(super) next_filler_bytes: AtomicUsize,
    /// The media of now is to end as a camera that says goodbye.
    pub(super) says_goodbye: AtomicBool,
    /// What is added to every RTP timestamp.
    pub(super) ticks: AtomicU32,
    /// The first RTP timestamp, where it is not left to chance.
    pub(super) first_ticks: Option<u32>,
    pub(super) line: Mutex<Line>,
}

impl Mischief {
    pub(super) fn resize(&self, width: u32, height: u32) {
        self.size.store(u64::from(width) << 32 | u64::from(height), SeqCst);
    }

    /// The size of numbered pictures that were `first` made for.
    pub(super) fn size(&self, first: (u32, u32)) -> (u32, u32) {
        match self.size.load(SeqCst) {
            0 => first,
            size => ((size >> 32) as u32, size as u32),
        }
    }

    pub(super) fn jump_clock(&self, seconds: i64) {
        // RTP's clock is a ring, so a jump back is one far ahead.
        self.ticks.fetch_add((seconds * TICKS_PER_SECOND) as u32, SeqCst);
    }

    fn filler(&self) -> usize {
        self.filler_bytes.load(SeqCst) + self.next_filler_bytes.swap(0, SeqCst)
    }
}

/// Lets the mischief at encoded pictures, before they are cut into packets, and at the timestamps
/// of the packets.
pub(super) fn meddle(payloader: &gst::Element, codec: Codec, mischief: &Arc<Mischief>) {
    if let Some(first) = mischief.first_ticks {
        payloader.set_property("timestamp-offset", first);
    }
    if let Some(entrance) = payloader.static_pad("sink") {
        let mischief = Arc::clone(mischief);
        let is_first = AtomicBool::new(true);
        entrance.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
            let Some(gst::PadProbeData::Buffer(picture)) = &mut info.data else {
                return gst::PadProbeReturn::Ok;
            };
            let is_first = is_first.swap(false, SeqCst);
            match alter(picture, is_first, codec, &mischief) {
                true => gst::PadProbeReturn::Ok,
                false => gst::PadProbeReturn::Handled,
            }
        });
    }
    if let Some(exit) = payloader.static_pad("src") {
        let mischief = Arc::clone(mischief);
        let what = gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST;
        exit.add_probe(what, move |_, info| {
            let ticks = mischief.ticks.load(SeqCst);
            match &mut info.data {
                _ if ticks == 0 => {}
                Some(gst::PadProbeData::Buffer(packet)) => shift(packet.make_mut(), ticks),
                Some(gst::PadProbeData::BufferList(packets)) => {
                    packets.make_mut().foreach_mut(|mut packet, _| {
                        shift(packet.make_mut(), ticks);
                        std::ops::ControlFlow::Continue(Some(packet))
                    });
                }
                _ => {}
            }
            gst::PadProbeReturn::Ok
        });
    }
}

/// Adds `ticks` to the timestamp of an RTP packet.
fn shift(packet: &mut gst::BufferRef, ticks: u32) {
    let mut head = [0; 4];
    if packet.copy_to_slice(4, &mut head).is_err() {
        return;
    }
    let time = u32::from_be_bytes(head).wrapping_add(ticks);
    // Fails only where the packet is shorter than a header, which was just read.
    let _ = packet.copy_from_slice(4, &time.to_be_bytes());
}

/// Takes the key frame out of `picture` and puts filler behind it, as told; false where nothing is
/// left. The first picture of a media keeps its parameter sets, which describe the stream.
fn alter(picture: &mut gst::Buffer, is_first: bool, codec: Codec, mischief: &Mischief) -> bool {
    let is_key = !picture.flags().contains(gst::BufferFlags::DELTA_UNIT);
    let withheld = is_key && mischief.withholds_key_frames.load(SeqCst);
    if withheld && !is_first {
        return false;
    }
    let filler = mischief.filler();
    if !withheld && filler == 0 {
        return true;
    }
    let Ok(map) = picture.map_readable() else { return true };
    let mut bytes = map.to_vec();
    drop(map);
    if withheld {
        bytes = parameter_sets(&bytes, codec);
    }
    if filler > 0 {
        bytes.extend(filler_unit(filler, codec));
    }
    let mut altered = gst::Buffer::from_mut_slice(bytes);
    let copied = altered.get_mut().expect("a new buffer has one owner");
    // Fails only where memory was asked for.
    let _ = picture.copy_into(copied, gst::BUFFER_COPY_METADATA, ..);
    *picture = altered;
    true
}

/// The parameter sets of an access unit (byte stream), and nothing else of it.
fn parameter_sets(bytes: &[u8], codec: Codec) -> Vec<u8> {
    let starts: Vec<usize> =
        (0..bytes.len().saturating_sub(3)).filter(|&at| bytes[at..at + 3] == [0, 0, 1]).collect();
    let mut kept = Vec::with_capacity(bytes.len());
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(bytes.len());
        if is_parameter_set(bytes[start + 3], codec) {
            kept.extend_from_slice(&bytes[start..end]);
        }
    }
    kept
}

/// Whether the unit with this first byte describes the stream.
pub(super) fn is_parameter_set(first: u8, codec: Codec) -> bool {
    match codec {
        Codec::H264 => matches!(first & 0x1F, 7 | 8),
        Codec::H265 => matches!(first >> 1 & 0x3F, 32..=34),
    }
}

/// A unit that means nothing, as encoders with a constant rate send it.
fn filler_unit(bytes: usize, codec: Codec) -> impl Iterator<Item = u8> {
    let head: &[u8] = match codec {
        Codec::H264 => &[0, 0, 0, 1, 12],
        Codec::H265 => &[0, 0, 0, 1, 38 << 1, 1],
    };
    head.iter().copied().chain(std::iter::repeat_n(0xFF, bytes)).chain([0x80])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_first_key_frame_only_its_parameter_sets_stay_and_of_others_nothing() {
        gst::init().unwrap();
        let unit = [0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 3, 4];
        assert_eq!(parameter_sets(&unit, Codec::H264), [0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2]);
        let hevc = [0, 0, 1, 0x40, 1, 9, 0, 0, 1, 19 << 1, 1, 7];
        assert_eq!(parameter_sets(&hevc, Codec::H265), [0, 0, 1, 0x40, 1, 9]);

        let mischief = Mischief::default();
        mischief.withholds_key_frames.store(true, SeqCst);
        let mut key = gst::Buffer::from_mut_slice(unit.to_vec());
        assert!(!alter(&mut key, false, Codec::H264, &mischief));
        assert!(alter(&mut key, true, Codec::H264, &mischief));
        assert_eq!(key.size(), 10);
        let mut delta = gst::Buffer::from_mut_slice(vec![0, 0, 1, 0x41, 5]);
        delta.make_mut().set_flags(gst::BufferFlags::DELTA_UNIT);
        assert!(alter(&mut delta, false, Codec::H264, &mischief));
        assert_eq!(delta.size(), 5);
    }

    #[test]
    fn filler_is_as_long_as_asked_and_comes_once_where_it_is_for_one_picture() {
        gst::init().unwrap();
        let mischief = Mischief::default();
        mischief.next_filler_bytes.store(1000, SeqCst);
        let mut picture = gst::Buffer::from_mut_slice(vec![0, 0, 1, 0x41, 5]);
        picture.make_mut().set_pts(gst::ClockTime::SECOND);

        alter(&mut picture, false, Codec::H264, &mischief);
        let size = picture.size();
        alter(&mut picture, false, Codec::H264, &mischief);

        assert_eq!((size, picture.size()), (5 + 1006, 5 + 1006));
        assert_eq!(picture.pts(), Some(gst::ClockTime::SECOND));
    }

    #[test]
    fn a_jump_back_is_one_round_the_ring() {
        gst::init().unwrap();
        let mischief = Mischief::default();
        mischief.jump_clock(-3600);
        let mut packet = gst::Buffer::from_mut_slice(vec![0; 12]);
        packet.make_mut().copy_from_slice(4, &1_000_000_000_u32.to_be_bytes()).unwrap();

        shift(packet.make_mut(), mischief.ticks.load(SeqCst));

        let mut time = [0; 4];
        packet.copy_to_slice(4, &mut time).unwrap();
        assert_eq!(u32::from_be_bytes(time), 1_000_000_000 - 3600 * 90_000);
    }
}
