//! What a bad line does to the packets of a stream: it loses, doubles, swaps and damages them.
//!
//! It stands behind the camera's RTP session, so that the camera counts, and reports, what it sent
//! and not what arrived. Over UDP this is packet loss as it is; over TCP it is a camera whose
//! packets are damaged while the connection is whole. Only pictures pass it, sound does not.
//! What happens is decided by a seed and is the same each time for the same packets.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use gst::prelude::*;

use super::Codec;
use super::mischief::{Mischief, is_parameter_set};
use super::program::lock;

/// A packet is damaged in one of this many ways.
const DAMAGES: u64 = 6;
/// The server keeps what it knows of the packets of one list on its stack.
const LIST_MAX: usize = 1000;
/// The fixed part of an RTP header.
const RTP_HEADER_BYTES: usize = 12;

/// How bad a line is: in a thousand packets, how many meet which fate. A perfect line is the
/// default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wire {
    /// Never arrive.
    pub lost: u32,
    /// Arrive twice.
    pub doubled: u32,
    /// Arrive after the packet that follows them.
    pub swapped: u32,
    /// Arrive with other bytes than were sent.
    pub damaged: u32,
    /// What happens to which packet.
    pub seed: u64,
}

/// What a line has done until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WireCounts {
    /// Packets that the camera sent while its line was bad.
    pub sent: u64,
    pub lost: u64,
    pub doubled: u64,
    pub swapped: u64,
    pub damaged: u64,
}

/// A line and where it is in its chances.
#[derive(Debug, Default)]
pub(super) struct Line {
    wire: Wire,
    chance: Chance,
    /// A packet that waits for its successor to overtake it.
    overtaken: Option<gst::Buffer>,
    pub(super) counts: WireCounts,
}

impl Line {
    pub(super) fn become_like(&mut self, wire: Wire) {
        self.wire = wire;
        self.chance = Chance(wire.seed);
    }

    fn is_perfect(&self) -> bool {
        self.overtaken.is_none() && Wire { seed: 0, ..self.wire } == Wire::default()
    }

    /// What arrives when `packet` is sent.
    fn carry(&mut self, mut packet: gst::Buffer) -> Vec<gst::Buffer> {
        self.counts.sent += 1;
        if self.chance.comes(self.wire.lost) {
            self.counts.lost += 1;
            return self.overtaken.take().into_iter().collect();
        }
        if self.chance.comes(self.wire.damaged) {
            self.counts.damaged += 1;
            packet = damaged(&packet, &mut self.chance);
        }
        let mut arriving = vec![packet.clone()];
        if self.chance.comes(self.wire.doubled) {
            self.counts.doubled += 1;
            arriving.push(packet);
        } else if self.overtaken.is_none() && self.chance.comes(self.wire.swapped) {
            self.counts.swapped += 1;
            self.overtaken = arriving.pop();
            return arriving;
        }
        arriving.extend(self.overtaken.take());
        arriving
    }
}

/// Puts the stream's line behind the RTP session of its media.
pub(super) fn stretch(exit: &gst::Pad, codec: Codec, mischief: &Arc<Mischief>) {
    let mischief = Arc::clone(mischief);
    let what = gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST;
    exit.add_probe(what, move |pad, info| {
        let mut sent: Vec<gst::Buffer> = match &info.data {
            Some(gst::PadProbeData::Buffer(packet)) => vec![packet.clone()],
            Some(gst::PadProbeData::BufferList(packets)) => packets.iter_owned().collect(),
            _ => return gst::PadProbeReturn::Ok,
        };
        // Parameter sets were needed to describe the stream, and look like a key frame to many.
        let withholds = mischief.withholds_key_frames.load(SeqCst);
        if withholds {
            sent.retain(|packet| !carries_parameter_set(packet, codec));
        }
        let arriving: Vec<gst::Buffer> = {
            let mut line = lock(&mischief.line);
            match line.is_perfect() {
                true if !withholds && sent.len() <= LIST_MAX => return gst::PadProbeReturn::Ok,
                true => sent,
                false => sent.into_iter().flat_map(|packet| line.carry(packet)).collect(),
            }
        };
        let Some(peer) = pad.peer() else { return gst::PadProbeReturn::Ok };
        let result = arriving.into_iter().try_for_each(|packet| peer.chain(packet).map(drop));
        info.flow_res = result.map(|()| gst::FlowSuccess::Ok);
        gst::PadProbeReturn::Handled
    });
}

fn carries_parameter_set(packet: &gst::Buffer, codec: Codec) -> bool {
    let mut first = [0];
    let read = packet.copy_to_slice(RTP_HEADER_BYTES, &mut first);
    read.is_ok() && is_parameter_set(first[0], codec)
}

fn damaged(packet: &gst::Buffer, chance: &mut Chance) -> gst::Buffer {
    let Ok(map) = packet.map_readable() else { return packet.clone() };
    let mut copy = gst::Buffer::from_mut_slice(damage(map.to_vec(), chance));
    let times = copy.get_mut().expect("a new buffer has one owner");
    times.set_pts(packet.pts());
    times.set_dts(packet.dts());
    copy
}

/// Other bytes than these, in one of several ways. The result still fits into one packet.
fn damage(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    let payload = RTP_HEADER_BYTES.min(bytes.len());
    match chance.below(DAMAGES) {
        // Some bits, anywhere in the payload.
        0 => {
            for _ in 0..=chance.below(8) {
                if let Some(at) = chance.index(payload..bytes.len()) {
                    bytes[at] ^= 1 << chance.below(8);
                }
            }
        }
        // The packet ends early, or is a header and nothing more.
        1 => bytes.truncate(chance.index(payload..bytes.len()).unwrap_or(payload)),
        // The kind of what is in it.
        2 => {
            if let Some(kind) = bytes.get_mut(payload) {
                *kind = chance.below(256) as u8;
            }
        }
        // Noise as long as the payload.
        3 => bytes[payload..].fill_with(|| chance.below(256) as u8),
        // A piece of it twice.
        4 => {
            let from = chance.index(payload..bytes.len()).unwrap_or(payload);
            let room = 1400_usize.saturating_sub(bytes.len());
            let piece = bytes[from..].iter().copied().take(room).collect::<Vec<u8>>();
            bytes.extend(piece);
        }
        // The header of the packet itself: its flags, its kind, its number, its time.
        _ => {
            if let Some(at) = chance.index(0..payload.min(8)) {
                bytes[at] = chance.below(256) as u8;
            }
        }
    }
    bytes
}

/// Chances that come out the same for the same seed (SplitMix64).
#[derive(Debug, Default)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn comes(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.below(1000) < u64::from(per_mille)
    }

    fn index(&mut self, range: std::ops::Range<usize>) -> Option<usize> {
        let length = range.len() as u64;
        (length > 0).then(|| range.start + self.below(length) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(wire: Wire, packets: u32) -> (Vec<Vec<u8>>, WireCounts) {
        gst::init().unwrap();
        let mut line = Line::default();
        line.become_like(wire);
        let sent = (0..packets).map(|n| {
            let mut bytes = vec![0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            bytes.extend([n.to_be_bytes(); 20].concat());
            gst::Buffer::from_mut_slice(bytes)
        });
        let arrived = sent.flat_map(|packet| line.carry(packet));
        let arrived = arrived.map(|packet| packet.map_readable().unwrap().to_vec()).collect();
        (arrived, line.counts)
    }

    #[test]
    fn a_line_does_as_often_as_it_is_told() {
        let wire = Wire { lost: 100, doubled: 50, swapped: 50, damaged: 0, seed: 7 };
        let (arrived, counts) = carried(wire, 10_000);

        assert_eq!(counts.sent, 10_000);
        assert!((850..1150).contains(&counts.lost), "{counts:?}");
        assert!((350..550).contains(&counts.doubled), "{counts:?}");
        assert!((350..550).contains(&counts.swapped), "{counts:?}");
        // One may still be waiting to be overtaken.
        let expected = counts.sent - counts.lost + counts.doubled;
        assert!(expected - arrived.len() as u64 <= 1, "{} of {expected}", arrived.len());
    }

    #[test]
    fn a_packet_that_is_overtaken_comes_next() {
        let (arrived, counts) = carried(Wire { swapped: 1000, ..Wire::default() }, 4);

        let numbers: Vec<u8> = arrived.iter().map(|bytes| bytes[15]).collect();
        assert_eq!((numbers, counts.swapped), (vec![1, 0, 3, 2], 2));
    }

    #[test]
    fn damage_differs_from_what_was_sent_fits_a_packet_and_repeats_with_its_seed() {
        let wire = Wire { damaged: 1000, seed: 42, ..Wire::default() };
        let (sent, _) = carried(Wire { doubled: 1, ..Wire::default() }, 2000);
        let (first, counts) = carried(wire, 2000);
        let (again, _) = carried(wire, 2000);

        assert_eq!(counts.damaged, 2000);
        assert_eq!(first, again);
        assert!(first.iter().all(|bytes| bytes.len() <= 1400));
        let same = first.iter().filter(|bytes| sent.contains(bytes)).count();
        assert!(same < 100, "{same} packets were not damaged at all");
    }
}
