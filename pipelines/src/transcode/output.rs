//! The new file: a header, what it is, fragments of pictures and of sound, its end.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    time::Duration,
};

use ronin_core::Segment;

use super::{Encoded, Failed, Order};
use crate::{
    live_mp4::{self, Coded, TIMESCALE, VideoTrack, fragment_of, ticks},
    segment_file::{Ending, Identity, Inspected},
    sink::disk::O_NOFOLLOW,
    sound::Sound,
    video::{VideoCodec, codec_string},
};

/// A fragment begins at a key frame, and else after this: as in what is recorded.
const FRAGMENT: u64 = TIMESCALE as u64;
/// What the last picture lasts where the recorded file does not say.
const USUAL: u64 = TIMESCALE as u64 / 25;

/// See the module. Removes its file unless that is finished.
pub(super) struct Output {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    sound: Option<Sound>,
    ending: Ending,
    most_bytes: u64,
    written: u64,
    /// How long the recorded file plays.
    length: u64,
    sequence: u32,
    frames: u64,
    /// Times that the encoder gave the first picture: when it is shown, and decoded.
    first: Option<(i128, i128)>,
    pending: Vec<Coded>,
}

impl Output {
    /// Makes the file for pictures of these caps.
    pub(super) fn begin(
        order: &Order,
        source: &Inspected,
        caps: Option<&gst::CapsRef>,
    ) -> Result<Self, Failed> {
        let strange = |what: &str| Failed::Encoder(format!("its pictures have no {what}"));
        let caps = caps.ok_or_else(|| strange("description"))?;
        let structure = caps.structure(0).ok_or_else(|| strange("description"))?;
        let size = |field| structure.get::<i32>(field).ok().and_then(|n| u16::try_from(n).ok());
        let (width, height) = size("width").zip(size("height")).ok_or_else(|| strange("size"))?;
        let config = structure.get::<gst::Buffer>("codec_data");
        let config = config.map_err(|_| strange("parameters"))?;
        let config = config.map_readable().map_err(|_| strange("parameters"))?;
        let unreadable = |e: io::Error| Failed::Source(e.to_string());
        let unnamed = || Failed::Source("it does not say what it is".to_owned());
        let old = source.clone().into_segment(String::new()).ok_or_else(unnamed)?;

        let recorded = File::open(&order.source).map_err(unreadable)?;
        let sound = Sound::of(recorded, source.index.header_bytes, source.whole_bytes);
        let sound = sound.map_err(unreadable)?;
        let video = VideoTrack { codec: VideoCodec::H265, config: &config, width, height };
        let boxes = sound.as_ref().map(|sound| (&*sound.boxes.0, &*sound.boxes.1));
        let movie = live_mp4::movie_of_file(&video, source.duration, boxes);
        let identity = identity(order, &old, codec_string(caps), sound.is_some());

        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o640)
            .custom_flags(O_NOFOLLOW)
            .open(&order.target)
            .map_err(Failed::Disk)?;
        let mut output = Self {
            path: order.target.clone(),
            file: Some(BufWriter::new(file)),
            sound,
            ending: Ending { end: old.end },
            most_bytes: order.most_bytes,
            written: 0,
            length: ticks(source.duration),
            sequence: 0,
            frames: 0,
            first: None,
            pending: Vec::new(),
        };
        for part in [live_mp4::file_type(), identity.to_box(), movie] {
            output.write(&part)?;
        }
        Ok(output)
    }

    /// Takes the next picture in the order in which they are decoded.
    pub(super) fn add(&mut self, sample: &gst::Sample) -> Result<(), Failed> {
        let untimed = || Failed::Encoder("a picture without a time".to_owned());
        let buffer = sample.buffer().ok_or_else(untimed)?;
        let pts = i128::from(buffer.pts().ok_or_else(untimed)?.nseconds());
        let dts = buffer.dts().map_or(pts, |dts| i128::from(dts.nseconds()));
        let data = buffer.map_readable().map_err(|_| untimed())?.to_vec();
        let key_frame = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let (first_shown, first_decoded) = *self.first.get_or_insert((pts, dts));
        let (shown, decode) = (to_ticks(pts - first_shown), to_ticks(dts - first_decoded));
        let decode = u64::try_from(decode).map_err(|_| untimed())?;
        if self.pending.last().is_some_and(|last| last.decode > decode) {
            return Err(Failed::Encoder("pictures out of order".to_owned()));
        }
        let is_due = self.pending.first().is_some_and(|first| decode - first.decode >= FRAGMENT);
        if (key_frame || is_due) && !self.pending.is_empty() {
            self.flush(decode)?;
        }
        let composition = shown - i64::try_from(decode).map_err(|_| untimed())?;
        self.pending.push(Coded { decode, composition, key_frame, data });
        self.frames += 1;
        Ok(())
    }

    /// Writes what is left and brings the file to disk.
    pub(super) fn finish(mut self) -> Result<Encoded, Failed> {
        if let Some(last) = self.pending.last() {
            let end = if self.length > last.decode { self.length } else { last.decode + USUAL };
            self.flush(end)?;
        }
        self.write_sound(Duration::MAX)?;
        let ending = self.ending.to_box();
        self.write(&ending)?;
        if let Some(file) = &mut self.file {
            file.flush().map_err(Failed::Disk)?;
            file.get_ref().sync_all().map_err(Failed::Disk)?;
        }
        self.file = None;
        Ok(Encoded { frames: self.frames, size_bytes: self.written })
    }

    /// Writes the pictures that wait, behind which comes what is decoded at `next`.
    fn flush(&mut self, next: u64) -> Result<(), Failed> {
        let pictures = std::mem::take(&mut self.pending);
        self.sequence += 1;
        self.write(&fragment_of(self.sequence, &pictures, next))?;
        self.write_sound(Duration::from_secs_f64(next as f64 / f64::from(TIMESCALE)))
    }

    /// Writes the sound that begins before `until`.
    fn write_sound(&mut self, until: Duration) -> Result<(), Failed> {
        while let Some(sound) = &mut self.sound {
            let taken = sound.take_before(until, self.sequence + 1);
            let Some(bytes) = taken.map_err(|e| Failed::Source(e.to_string()))? else { break };
            self.sequence += 1;
            self.write(&bytes)?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        self.written += bytes.len() as u64;
        if self.written > self.most_bytes {
            return Err(Failed::TooLarge);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes).map_err(Failed::Disk)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Half a file is of no use; where it stays, its folder goes later.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What the new file says it is: the old one with other pictures.
fn identity(order: &Order, old: &Segment, codec: String, has_sound: bool) -> Identity {
    let sound = old.codecs.iter().skip(1).filter(|_| has_sound).cloned();
    let codecs = std::iter::once(codec).chain(sound).collect();
    let new = Segment { id: order.segment, codecs, ..old.clone() };
    Identity::of(&new).replacing(old.id)
}

/// Nanoseconds in units of time, to the nearest.
fn to_ticks(nanos: i128) -> i64 {
    let ticks = (nanos * i128::from(TIMESCALE) + 500_000_000).div_euclid(1_000_000_000);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}
