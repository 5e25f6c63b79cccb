//! MP4 as we write it ourselves. For live viewers: a beginning, and one fragment for each picture or
//! packet of sound. For files: a beginning that says how long they are, and fragments of many pictures.
//!
//! A muxer that makes fragments of several pictures, or waits for the next picture to know how long
//! this one lasts, adds that time to the latency. Here a fragment is made of what is there.
//! Boxes are as in ISO/IEC 14496-12, -14 and -15. Pure.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    boxes::{Child, child, children},
    video::VideoCodec,
};

/// Units of time in a second, for every track.
pub(crate) const TIMESCALE: u32 = 90_000;
pub(crate) const VIDEO_TRACK: u32 = 1;
pub(crate) const AUDIO_TRACK: u32 = 2;

/// Sample flags: needs no other, and needs others.
const SYNC_SAMPLE: u32 = 0x0200_0000;
const NON_SYNC_SAMPLE: u32 = 0x0101_0000;
/// Identity, in fixed point.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// What the header says of the pictures.
pub(crate) struct VideoTrack<'a> {
    pub(crate) codec: VideoCodec,
    /// `AVCDecoderConfigurationRecord` or `HEVCDecoderConfigurationRecord`.
    pub(crate) config: &'a [u8],
    pub(crate) width: u16,
    pub(crate) height: u16,
}

/// What the header says of the sound, which is AAC.
pub(crate) struct AudioTrack<'a> {
    /// `AudioSpecificConfig`.
    pub(crate) config: &'a [u8],
    pub(crate) rate_hz: u32,
    pub(crate) channels: u16,
}

/// One picture, or one packet of sound.
pub(crate) struct Sample<'a> {
    pub(crate) track: u32,
    pub(crate) sequence: u32,
    /// When it is decoded.
    pub(crate) decode: Duration,
    /// How much later it is shown.
    pub(crate) composition: Duration,
    /// How long it is expected to last.
    pub(crate) duration: Duration,
    pub(crate) key_frame: bool,
    pub(crate) data: &'a [u8],
}

/// A picture lasts as long as the one before it did, within these bounds; the first a usual time.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(2);
pub(crate) const USUAL: Duration = Duration::from_millis(40);

/// How long each picture of a stream is expected to last.
#[derive(Default)]
pub(crate) struct Steps {
    last: Option<Duration>,
    lasted: Option<Duration>,
}

impl Steps {
    /// That of the picture that is decoded at `decode`.
    pub(crate) fn next(&mut self, decode: Duration) -> Duration {
        let passed = self.last.and_then(|last| decode.checked_sub(last));
        let lasts = passed.or(self.lasted).unwrap_or(USUAL).clamp(SHORTEST, LONGEST);
        (self.last, self.lasted) = (Some(decode), Some(lasts));
        lasts
    }
}

/// For `MediaSource.isTypeSupported`, of RFC 6381 strings.
pub(crate) fn mime_type(codecs: &[&str]) -> String {
    format!("video/mp4; codecs=\"{}\"", codecs.join(", "))
}

/// `ftyp` and `moov`.
pub(crate) fn init(video: &VideoTrack<'_>, audio: Option<&AudioTrack<'_>>) -> Vec<u8> {
    let mut out = Boxes(file_type());
    out.put(b"moov", |b| {
        movie(b);
        track(b, VIDEO_TRACK, Some((video.width, video.height)), |b| video_entry(b, video));
        if let Some(audio) = audio {
            track(b, AUDIO_TRACK, None, |b| audio_entry(b, audio));
        }
        b.put(b"mvex", |b| {
            for id in [VIDEO_TRACK, AUDIO_TRACK].into_iter().take(1 + usize::from(audio.is_some()))
            {
                b.full(b"trex", 0, 0, |b| b.u32s(&[id, 1, 0, 0, 0]));
            }
        });
    });
    out.0
}

/// `ftyp`.
pub(crate) fn file_type() -> Vec<u8> {
    let mut out = Boxes::default();
    out.put(b"ftyp", |b| {
        b.bytes(b"iso6");
        b.u32(0);
        b.bytes(b"iso6mp41");
    });
    out.0
}

/// `moov` of a file that plays for `length`. `sound` is the `trak` and the `trex` of a track of another
/// file, which become part of this one.
pub(crate) fn movie_of_file(
    video: &VideoTrack<'_>,
    length: Duration,
    sound: Option<(&[u8], &[u8])>,
) -> Vec<u8> {
    let mut out = Boxes::default();
    out.put(b"moov", |b| {
        movie(b);
        track(b, VIDEO_TRACK, Some((video.width, video.height)), |b| video_entry(b, video));
        b.bytes(sound.map_or(&[], |(track, _)| track));
        b.put(b"mvex", |b| {
            b.full(b"mehd", 1, 0, |b| b.u64(ticks(length)));
            b.full(b"trex", 0, 0, |b| b.u32s(&[VIDEO_TRACK, 1, 0, 0, 0]));
            b.bytes(sound.map_or(&[], |(_, defaults)| defaults));
        });
    });
    out.0
}

fn movie(out: &mut Boxes) {
    out.full(b"mvhd", 0, 0, |b| {
        b.u32s(&[0, 0, TIMESCALE, 0, 0x1_0000]);
        b.u16(0x0100);
        b.bytes(&[0; 10]);
        b.u32s(&MATRIX);
        b.bytes(&[0; 24]);
        b.u32(AUDIO_TRACK + 1);
    });
}

/// A picture of a file: times in units of [`TIMESCALE`].
pub(crate) struct Coded {
    /// When it is decoded, after the first one.
    pub(crate) decode: u64,
    /// How much later it is shown; where others are decoded before they are shown, also earlier.
    pub(crate) composition: i64,
    pub(crate) key_frame: bool,
    pub(crate) data: Vec<u8>,
}

/// `moof` and `mdat` of pictures that follow each other; behind the last one comes `next`.
pub(crate) fn fragment_of(sequence: u32, pictures: &[Coded], next: u64) -> Vec<u8> {
    let media: usize = pictures.iter().map(|picture| picture.data.len()).sum();
    let mut out = Boxes(Vec::with_capacity(media + 100 + pictures.len() * 16));
    let mut offset_at = 0;
    out.put(b"moof", |b| {
        b.full(b"mfhd", 0, 0, |b| b.u32(sequence));
        b.put(b"traf", |b| {
            // Offsets count from this box.
            b.full(b"tfhd", 0, 0x02_0000, |b| b.u32(VIDEO_TRACK));
            b.full(b"tfdt", 1, 0, |b| b.u64(pictures.first().map_or(0, |first| first.decode)));
            // Where the data is; of each its duration, size, flags, and how much later it is shown.
            b.full(b"trun", 1, 0x0f01, |b| {
                b.u32(u32::try_from(pictures.len()).unwrap_or(u32::MAX));
                offset_at = b.0.len();
                b.u32(0);
                let ends = pictures.iter().skip(1).map(|picture| picture.decode).chain([next]);
                for (picture, end) in pictures.iter().zip(ends) {
                    let lasts = end.saturating_sub(picture.decode);
                    let later = i32::try_from(picture.composition).unwrap_or(0);
                    let flags = if picture.key_frame { SYNC_SAMPLE } else { NON_SYNC_SAMPLE };
                    b.u32s(&[
                        u32::try_from(lasts).unwrap_or(u32::MAX),
                        u32::try_from(picture.data.len()).unwrap_or(u32::MAX),
                        flags,
                        later.cast_unsigned(),
                    ]);
                }
            });
        });
    });
    let data_at = u32::try_from(out.0.len() + 8).unwrap_or(u32::MAX);
    out.0[offset_at..offset_at + 4].copy_from_slice(&data_at.to_be_bytes());
    out.put(b"mdat", |b| pictures.iter().for_each(|picture| b.bytes(&picture.data)));
    out.0
}

/// `moof` and `mdat`.
pub(crate) fn fragment(sample: &Sample<'_>) -> Vec<u8> {
    let mut out = Boxes(Vec::with_capacity(sample.data.len() + 128));
    let size = u32::try_from(sample.data.len()).unwrap_or(u32::MAX);
    let flags = if sample.key_frame { SYNC_SAMPLE } else { NON_SYNC_SAMPLE };
    let mut offset_at = 0;
    out.put(b"moof", |b| {
        b.full(b"mfhd", 0, 0, |b| b.u32(sample.sequence));
        b.put(b"traf", |b| {
            // Duration, size and flags of the sample stand here; offsets count from this box.
            b.full(b"tfhd", 0, 0x02_0038, |b| {
                b.u32s(&[sample.track, ticks32(sample.duration), size, flags]);
            });
            b.full(b"tfdt", 1, 0, |b| b.u64(ticks(sample.decode)));
            // One sample: where its data is, and how much later it is shown.
            b.full(b"trun", 1, 0x0801, |b| {
                b.u32(1);
                offset_at = b.0.len();
                b.u32s(&[0, ticks32(sample.composition)]);
            });
        });
    });
    let data_at = u32::try_from(out.0.len() + 8).unwrap_or(u32::MAX);
    out.0[offset_at..offset_at + 4].copy_from_slice(&data_at.to_be_bytes());
    out.put(b"mdat", |b| b.bytes(sample.data));
    out.0
}

/// The beginning of a stream without sound, with the sound that `other` begins with; `None` where
/// that has none.
pub(crate) fn with_sound_of(silent: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let moov = child(other, b"moov")?;
    let track = children(moov).filter(|b| &b.kind == b"trak").nth(1)?.whole;
    let defaults = children(moov).find(|b| &b.kind == b"mvex")?.whole;
    let mut out = Boxes::default();
    for Child { kind, whole, body } in children(silent) {
        if &kind != b"moov" {
            out.bytes(whole);
            continue;
        }
        out.put(b"moov", |b| {
            children(body).filter(|b| &b.kind != b"mvex").for_each(|inside| b.bytes(inside.whole));
            b.bytes(track);
            b.bytes(defaults);
        });
    }
    Some(out.0)
}

/// The sample in a fragment that [`fragment`] made.
pub(crate) fn sample_of(fragment: &Bytes) -> Option<Bytes> {
    child(fragment, b"mdat").map(|media| fragment.slice_ref(media))
}

fn track(out: &mut Boxes, id: u32, picture: Option<(u16, u16)>, entry: impl FnOnce(&mut Boxes)) {
    let (width, height) = picture.unwrap_or_default();
    let is_sound = picture.is_none();
    out.put(b"trak", |b| {
        // Enabled, in the movie.
        b.full(b"tkhd", 0, 3, |b| {
            b.u32s(&[0, 0, id, 0, 0, 0, 0, 0]);
            b.u16(if is_sound { 0x0100 } else { 0 });
            b.u16(0);
            b.u32s(&MATRIX);
            b.u32s(&[u32::from(width) << 16, u32::from(height) << 16]);
        });
        b.put(b"mdia", |b| {
            // Language: undetermined.
            b.full(b"mdhd", 0, 0, |b| b.u32s(&[0, 0, TIMESCALE, 0, 0x55c4_0000]));
            b.full(b"hdlr", 0, 0, |b| {
                b.u32(0);
                b.bytes(if is_sound { b"soun" } else { b"vide" });
                b.bytes(&[0; 13]);
            });
            b.put(b"minf", |b| {
                if is_sound {
                    b.full(b"smhd", 0, 0, |b| b.u32(0));
                } else {
                    b.full(b"vmhd", 0, 1, |b| b.bytes(&[0; 8]));
                }
                // The data is in this file.
                b.put(b"dinf", |b| {
                    b.full(b"dref", 0, 0, |b| {
                        b.u32(1);
                        b.full(b"url ", 0, 1, |_| {});
                    });
                });
                b.put(b"stbl", |b| {
                    b.full(b"stsd", 0, 0, |b| {
                        b.u32(1);
                        entry(b);
                    });
                    for empty in [b"stts", b"stsc", b"stco"] {
                        b.full(empty, 0, 0, |b| b.u32(0));
                    }
                    b.full(b"stsz", 0, 0, |b| b.u32s(&[0, 0]));
                });
            });
        });
    });
}

fn video_entry(out: &mut Boxes, video: &VideoTrack<'_>) {
    let (name, config) = match video.codec {
        VideoCodec::H264 => (b"avc1", b"avcC"),
        VideoCodec::H265 => (b"hvc1", b"hvcC"),
    };
    out.put(name, |b| {
        b.bytes(&[0, 0, 0, 0, 0, 0, 0, 1]);
        b.bytes(&[0; 16]);
        b.u16(video.width);
        b.u16(video.height);
        // 72 dpi, one picture a sample.
        b.u32s(&[0x48_0000, 0x48_0000, 0]);
        b.u16(1);
        b.bytes(&[0; 32]);
        b.u16(24);
        b.u16(u16::MAX);
        b.put(config, |b| b.bytes(video.config));
    });
}

fn audio_entry(out: &mut Boxes, audio: &AudioTrack<'_>) {
    out.put(b"mp4a", |b| {
        b.bytes(&[0, 0, 0, 0, 0, 0, 0, 1]);
        b.bytes(&[0; 8]);
        b.u16(audio.channels);
        b.u16(16);
        b.u32(0);
        b.u32(audio.rate_hz.min(u32::from(u16::MAX)) << 16);
        b.full(b"esds", 0, 0, |b| {
            let specific = descriptor(5, audio.config);
            // AAC, an audio stream; buffer and rates are not said.
            let decoder = [&[0x40, 0x15][..], &[0; 11], &specific].concat();
            let decoder = descriptor(4, &decoder);
            b.bytes(&descriptor(3, &[&[0, 1, 0][..], &decoder, &descriptor(6, &[2])].concat()));
        });
    });
}

/// An MPEG-4 descriptor. Its length is written in seven bits a byte.
fn descriptor(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let digit = |shift: u32, more: u8| (length >> shift & 0x7f) as u8 | more;
    let head = [tag, digit(21, 0x80), digit(14, 0x80), digit(7, 0x80), digit(0, 0)];
    [&head[..], body].concat()
}

/// Time in units of [`TIMESCALE`], to the nearest.
pub(crate) fn ticks(time: Duration) -> u64 {
    let ticks = (time.as_nanos() * u128::from(TIMESCALE) + 500_000_000) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

fn ticks32(time: Duration) -> u32 {
    u32::try_from(ticks(time)).unwrap_or(u32::MAX >> 1)
}

/// Boxes that are being written.
#[derive(Default)]
struct Boxes(Vec<u8>);

impl Boxes {
    fn put(&mut self, kind: &[u8; 4], body: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.u32(0);
        self.bytes(kind);
        body(self);
        let size = u32::try_from(self.0.len() - at).unwrap_or(u32::MAX);
        self.0[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }

    fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Self)) {
        self.put(kind, |b| {
            b.u32(u32::from(version) << 24 | flags);
            body(b);
        });
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    fn u32s(&mut self, values: &[u32]) {
        values.iter().for_each(|value| self.u32(*value));
    }

    fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Scanner;

    #[test]
    fn a_fragment_says_where_its_picture_is_and_when() {
        let sample = Sample {
            track: VIDEO_TRACK,
            sequence: 7,
            decode: Duration::from_millis(1500),
            composition: Duration::from_millis(80),
            duration: Duration::from_millis(40),
            key_frame: true,
            data: b"picture",
        };
        let bytes = fragment(&sample);

        assert!(bytes.ends_with(b"\0\0\0\x0fmdatpicture"), "{bytes:?}");
        let after = |kind: &[u8; 4]| {
            let at = bytes.windows(4).position(|w| w == kind).unwrap();
            bytes[at + 4..].to_vec()
        };
        assert_eq!(after(b"tfdt")[4..12], 135_000_u64.to_be_bytes());
        let trun = after(b"trun");
        let offset = u32::from_be_bytes(trun[8..12].try_into().unwrap());
        assert_eq!(&bytes[offset as usize..], b"picture");
        assert_eq!(trun[12..16], 7200_u32.to_be_bytes());
    }

    #[test]
    fn a_fragment_of_a_file_says_how_long_each_picture_lasts() {
        let picture = |decode, composition, key_frame| Coded {
            decode,
            composition,
            key_frame,
            data: vec![7; 10],
        };
        let pictures = [picture(0, 0, true), picture(3600, -3600, false)];
        let video = VideoTrack { codec: VideoCodec::H265, config: &[1], width: 64, height: 64 };
        let mut scanner = Scanner::default();
        scanner.push(&file_type());
        scanner.push(&movie_of_file(&video, Duration::from_secs(1), None));
        let bytes = fragment_of(1, &pictures, 9000);

        assert!(scanner.push(&bytes));

        assert_eq!(scanner.whole().frames, 2);
        assert_eq!(scanner.whole().duration, Duration::from_millis(100));
        assert_eq!(scanner.index(scanner.whole().bytes).pieces.len(), 1);
        let trun = bytes.windows(4).position(|w| w == b"trun").unwrap();
        let word =
            |at: usize| u32::from_be_bytes(bytes[trun + at..trun + at + 4].try_into().unwrap());
        assert_eq!((word(16), word(32)), (3600, 5400));
        assert_eq!(word(44).cast_signed(), -3600);
        assert_eq!(bytes[usize::try_from(word(12)).unwrap()..], [7; 20]);
    }

    #[test]
    fn our_own_reader_counts_the_pictures() {
        let video = VideoTrack { codec: VideoCodec::H264, config: &[1], width: 64, height: 64 };
        let audio = AudioTrack { config: &[0x12, 0x10], rate_hz: 44_100, channels: 2 };
        let mut scanner = Scanner::default();
        scanner.push(&init(&video, Some(&audio)));
        for n in 0..25_u32 {
            let sample = Sample {
                track: if n % 5 == 4 { AUDIO_TRACK } else { VIDEO_TRACK },
                sequence: n,
                decode: Duration::from_millis(40) * n,
                composition: Duration::ZERO,
                duration: Duration::from_millis(40),
                key_frame: n == 0,
                data: b"x",
            };
            scanner.push(&fragment(&sample));
        }
        assert_eq!(scanner.whole().frames, 20);
        assert_eq!(scanner.whole().duration, Duration::from_millis(24 * 40));
    }

    #[test]
    fn a_picture_lasts_as_long_as_the_one_before_it_did() {
        let ms = Duration::from_millis;
        let mut steps = Steps::default();
        let times = [0, 100, 150, 150, 140, 9000];
        let lasts = times.map(|time| steps.next(ms(time)).as_millis());
        assert_eq!(lasts, [40, 100, 50, 1, 1, 2000]);
    }

    #[test]
    fn a_beginning_takes_the_sound_of_another() {
        let video = VideoTrack { codec: VideoCodec::H264, config: &[1], width: 64, height: 64 };
        let other = VideoTrack { codec: VideoCodec::H265, config: &[2; 9], width: 9, height: 9 };
        let audio = AudioTrack { config: &[0x12, 0x10], rate_hz: 44_100, channels: 2 };
        let silent = init(&video, None);

        let sounding = with_sound_of(&silent, &init(&other, Some(&audio)));

        assert_eq!(sounding, Some(init(&video, Some(&audio))));
        assert_eq!(with_sound_of(&silent, &init(&other, None)), None);
        assert_eq!(with_sound_of(&silent, b"else"), None);
    }

    #[test]
    fn the_sample_of_a_fragment_is_found_again() {
        let sample = Sample {
            track: VIDEO_TRACK,
            sequence: 1,
            decode: Duration::ZERO,
            composition: Duration::ZERO,
            duration: Duration::ZERO,
            key_frame: false,
            data: b"picture",
        };
        let bytes = Bytes::from(fragment(&sample));
        assert_eq!(sample_of(&bytes).as_deref(), Some(&b"picture"[..]));
        assert_eq!(sample_of(&bytes.slice(..bytes.len() - 1)), None);
    }

    #[test]
    fn lengths_of_descriptors_take_seven_bits_a_byte() {
        assert_eq!(descriptor(5, &[9; 200])[..6], [5, 0x80, 0x80, 0x81, 0x48, 9]);
    }
}
