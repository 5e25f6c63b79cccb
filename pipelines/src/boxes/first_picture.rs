//! Where the first picture of a fragment lies, and what a decoder must know to show it.

use super::inside::{Child, be_u32, child, children, id_and_timescale, is_video};

/// Bytes of a video sample entry before the boxes inside it: ISO/IEC 14496-12, 12.1.3.
const VIDEO_ENTRY_FIELDS: usize = 78;

/// The video track of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VideoTrack<'a> {
    /// Type of its sample entry, for example `avc1`.
    pub(crate) entry: [u8; 4],
    /// Body of the box that configures its decoder: `avcC` or `hvcC`.
    pub(crate) configuration: &'a [u8],
    /// Pixels.
    pub(crate) width: u16,
    /// Pixels.
    pub(crate) height: u16,
    id: u32,
    default_size: u32,
}

impl<'a> VideoTrack<'a> {
    /// The first video track in what stands before the fragments of a file.
    pub(crate) fn read(header: &'a [u8]) -> Option<Self> {
        let moov = child(header, b"moov")?;
        children(moov).filter(|b| &b.kind == b"trak").find_map(|trak| Self::of(moov, trak.body))
    }

    fn of(moov: &'a [u8], trak: &'a [u8]) -> Option<Self> {
        let (id, _) = id_and_timescale(trak).filter(|_| is_video(trak) == Some(true))?;
        let stbl = child(child(child(trak, b"mdia")?, b"minf")?, b"stbl")?;
        let Child { kind: entry, body, .. } = children(child(stbl, b"stsd")?.get(8..)?).next()?;
        let mut inside = children(body.get(VIDEO_ENTRY_FIELDS..)?);
        let configuration = inside.find(|b| matches!(&b.kind, b"avcC" | b"hvcC"))?.body;
        let is_ours = |trex: &Child<'_>| be_u32(trex.body, 4) == Some(id);
        let mut defaults = children(child(moov, b"mvex")?).filter(|b| &b.kind == b"trex");
        let default_size = defaults.find(is_ours).and_then(|trex| be_u32(trex.body, 16))?;
        let size = be_u32(body, 24)?;
        let (width, height) = ((size >> 16) as u16, (size & 0xffff) as u16);
        Some(Self { entry, configuration, width, height, id, default_size })
    }

    /// Where the first picture of a fragment lies, counted from the beginning of its `moof`, and how
    /// long it is. `None` where there is none, or where the fragment counts from elsewhere.
    pub(crate) fn first_picture(&self, moof: &[u8]) -> Option<(u64, u64)> {
        let is_ours = |traf: &Child<'_>| {
            child(traf.body, b"tfhd").and_then(|tfhd| be_u32(tfhd, 4)) == Some(self.id)
        };
        let traf = children(moof).filter(|b| &b.kind == b"traf").find(is_ours)?;
        let tfhd = child(traf.body, b"tfhd")?;
        let flags = be_u32(tfhd, 0)? & 0x00ff_ffff;
        if flags & 0x1 != 0 {
            return None;
        }
        let before = [(0x2, 4), (0x8, 4)].iter().filter(|(flag, _)| flags & flag != 0);
        let at = 8 + before.map(|(_, size)| size).sum::<usize>();
        let default_size = if flags & 0x10 == 0 { self.default_size } else { be_u32(tfhd, at)? };

        let trun = child(traf.body, b"trun")?;
        let flags = be_u32(trun, 0)? & 0x00ff_ffff;
        if flags & 0x1 == 0 || be_u32(trun, 4)? == 0 {
            return None;
        }
        let offset = be_u32(trun, 8)?.cast_signed();
        let sample = 12 + if flags & 0x4 == 0 { 0 } else { 4 };
        let size_at = sample + if flags & 0x100 == 0 { 0 } else { 4 };
        let size = if flags & 0x200 == 0 { default_size } else { be_u32(trun, size_at)? };
        Some((u64::try_from(offset).ok()?, u64::from(size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes()[..], kind, body].concat()
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_be_bytes()).collect()
    }

    fn trak(id: u32, handler: &[u8; 4], entry: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let entry = boxed(entry, &[&[0; VIDEO_ENTRY_FIELDS][..], inside].concat());
        let stsd = boxed(b"stsd", &[words(&[0, 1]), entry].concat());
        let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
        let mdhd = boxed(b"mdhd", &words(&[0, 0, 0, 1000, 0]));
        let hdlr = boxed(b"hdlr", &[&words(&[0, 0])[..], handler].concat());
        let tkhd = boxed(b"tkhd", &words(&[0, 0, 0, id, 0]));
        boxed(b"trak", &[tkhd, boxed(b"mdia", &[mdhd, hdlr, minf].concat())].concat())
    }

    fn header() -> Vec<u8> {
        let trex = |id, size| boxed(b"trex", &words(&[0, id, 1, 40, size, 0]));
        let mvex = boxed(b"mvex", &[trex(1, 7), trex(2, 900)].concat());
        let sound = trak(1, b"soun", b"mp4a", &boxed(b"esds", b"s"));
        let pictures = trak(2, b"vide", b"avc1", &boxed(b"avcC", b"how"));
        let moov = boxed(b"moov", &[sound, pictures, mvex].concat());
        [boxed(b"ftyp", b"iso5"), boxed(b"uuid", b"who it is"), moov].concat()
    }

    fn traf(id: u32, tfhd: &[u32], trun: &[u32]) -> Vec<u8> {
        let tfhd = boxed(b"tfhd", &words(&[&[tfhd[0], id], &tfhd[1..]].concat()));
        boxed(b"traf", &[tfhd, boxed(b"trun", &words(trun))].concat())
    }

    #[test]
    fn the_first_picture_is_found_whatever_the_fields_before_it() {
        let header = header();
        let track = VideoTrack::read(&header).unwrap();
        assert_eq!((&track.entry, track.configuration), (b"avc1", &b"how"[..]));

        let sound = traf(1, &[0], &[0x201, 1, 5000, 11]);
        type Case<'a> = (&'a [u32], &'a [u32], Option<(u64, u64)>);
        let cases: [Case<'_>; 8] = [
            (&[0x2_0000], &[0x201, 2, 300, 77, 78], Some((300, 77))),
            (&[0x2_0000], &[0x305, 1, 300, 0, 40, 77], Some((300, 77))),
            (&[0x2_0000], &[0x101, 1, 300, 40], Some((300, 900))),
            (&[0x2_001a, 1, 40, 55], &[0x1, 1, 300], Some((300, 55))),
            (&[0x2_0001, 0, 9], &[0x201, 1, 300, 77], None),
            (&[0x2_0000], &[0x200, 1, 77], None),
            (&[0x2_0000], &[0x201, 0, 300], None),
            (&[0x2_0000], &[0x201, 1, u32::MAX, 77], None),
        ];
        for (tfhd, trun, want) in cases {
            let moof = [sound.clone(), traf(2, tfhd, trun)].concat();
            assert_eq!(track.first_picture(&moof), want, "{tfhd:x?} {trun:x?}");
        }
        assert_eq!(track.first_picture(&sound), None);
    }

    #[test]
    fn broken_headers_do_no_harm() {
        let header = header();
        for cut in 0..header.len() {
            assert_eq!(VideoTrack::read(&header[..cut]), None);
            let mut broken = header.clone();
            broken[cut] ^= 0xff;
            let _ = VideoTrack::read(&broken);
        }
    }
}
