//! The text of a multivariant playlist (RFC 8216): what is in the one playlist that it names.

use std::time::Duration;

use ronin_core::{Segment, Span};

use crate::convert::recording;
use crate::footage::{Playable, span_of};

/// Bandwidth is measured over at least this long: a single short piece is no rate.
const MEASURED_OVER: Duration = Duration::from_secs(1);

/// A multivariant playlist in the making.
#[derive(Debug)]
pub(super) struct Master {
    span: Span,
    /// As in the playlist that it names.
    h264: bool,
    codecs: Vec<String>,
    size: (u32, u32),
    frames: u64,
    frames_over: Duration,
    bytes: u64,
    duration: Duration,
    peak_bits_per_second: f64,
}

impl Master {
    pub(super) fn new(span: Span, h264: bool) -> Self {
        Self {
            span,
            h264,
            codecs: Vec::new(),
            size: (0, 0),
            frames: 0,
            frames_over: Duration::ZERO,
            bytes: 0,
            duration: Duration::ZERO,
            peak_bits_per_second: 0.0,
        }
    }

    /// Takes in a file.
    pub(super) fn add(&mut self, file: Playable) {
        let Playable { segment, index, .. } = file;
        let is_in = |piece: &&ronin_core::playback::Piece| {
            !span_of(&segment, piece, 1.0).intersect(self.span).is_empty()
        };
        let (mut bytes, mut duration) = (0, Duration::ZERO);
        let mut is_played = false;
        for piece in index.pieces.iter().filter(is_in) {
            is_played = true;
            self.bytes += piece.size_bytes;
            self.duration += piece.duration;
            bytes += piece.size_bytes;
            duration += piece.duration;
            if duration >= MEASURED_OVER {
                self.peak_bits_per_second = self.peak_bits_per_second.max(rate(bytes, duration));
                (bytes, duration) = (0, Duration::ZERO);
            }
        }
        if is_played {
            self.describe(&segment);
        }
    }

    fn describe(&mut self, segment: &Segment) {
        let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        let size = (segment.width, segment.height);
        if area(size) > area(self.size) {
            self.size = size;
        }
        self.frames += segment.frames;
        self.frames_over += segment.span().duration();
        // What a file says of itself is not believed to be fit for a quoted string.
        let is_plain = |codec: &&String| {
            codec.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        };
        for codec in segment.codecs.iter().filter(is_plain) {
            if !self.codecs.contains(codec) {
                self.codecs.push(codec.clone());
            }
        }
    }

    /// The text; `None` where no piece is in the span.
    pub(super) fn finish(mut self) -> Option<String> {
        if self.duration.is_zero() {
            return None;
        }
        let average = rate(self.bytes, self.duration);
        let peak = self.peak_bits_per_second.max(average);
        let mut attributes =
            format!("BANDWIDTH={:.0},AVERAGE-BANDWIDTH={average:.0}", peak.max(1.0));
        recording::video_first(&mut self.codecs);
        if !self.codecs.is_empty() {
            attributes.push_str(&format!(",CODECS=\"{}\"", self.codecs.join(",")));
        }
        if let (width @ 1.., height @ 1..) = self.size {
            attributes.push_str(&format!(",RESOLUTION={width}x{height}"));
        }
        if self.frames > 0 && !self.frames_over.is_zero() {
            let frame_rate = self.frames as f64 / self.frames_over.as_secs_f64();
            attributes.push_str(&format!(",FRAME-RATE={frame_rate:.3}"));
        }
        let Span { start, end } = self.span;
        let h264 = if self.h264 { "&h264=true" } else { "" };
        Some(format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-STREAM-INF:{attributes}\nindex.m3u8?start={start}&end={end}{h264}\n"
        ))
    }
}

fn rate(bytes: u64, duration: Duration) -> f64 {
    bytes as f64 * 8.0 / duration.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use ronin_core::{
        RunId, SegmentId, WallTime,
        playback::{FileIndex, Piece},
    };

    use super::*;

    fn file(start: u64, codecs: &[&str], width: u32, sizes: &[u64]) -> Playable {
        let start = WallTime::from_micros(0) + Duration::from_secs(start);
        let mut index = FileIndex { header_bytes: 100, pieces: Vec::new() };
        let (mut offset, mut at) = (100, Duration::ZERO);
        for size_bytes in sizes.iter().copied() {
            let duration = Duration::from_secs(1);
            index.pieces.push(Piece { offset, size_bytes, start: at, duration });
            (offset, at) = (offset + size_bytes, at + duration);
        }
        let segment = Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start + at,
            path: String::new(),
            size_bytes: offset,
            frames: 25 * sizes.len() as u64,
            codecs: codecs.iter().map(|&codec| codec.to_owned()).collect(),
            width,
            height: width / 2,
        };
        Playable { segment, index, is_open: false }
    }

    fn render(files: Vec<Playable>) -> Option<String> {
        let at = |seconds| WallTime::from_micros(0) + Duration::from_secs(seconds);
        let mut master = Master::new(Span::new(at(0), at(100)), false);
        files.into_iter().for_each(|file| master.add(file));
        master.finish()
    }

    #[test]
    fn one_stream_says_what_all_files_are() {
        let files = vec![
            file(0, &["avc1.64001f", "mp4a.40.2"], 640, &[1000, 3000]),
            file(10, &["hvc1.1.6.L93.B0", "mp4a.40.2", "x\",URI=\"evil"], 1920, &[2000]),
            file(200, &["avc1.never"], 4096, &[9_000_000]),
        ];

        let text = render(files).unwrap();

        let stream = "#EXT-X-STREAM-INF:BANDWIDTH=24000,AVERAGE-BANDWIDTH=16000,\
                      CODECS=\"avc1.64001f,hvc1.1.6.L93.B0,mp4a.40.2\",RESOLUTION=1920x960,\
                      FRAME-RATE=25.000\n\
                      index.m3u8?start=1970-01-01T00:00:00Z&end=1970-01-01T00:01:40Z\n";
        assert!(text.ends_with(stream), "{text}");
        assert_eq!(text.matches("#EXT-X-STREAM-INF").count(), 1);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let mut bare = file(0, &[], 0, &[1000]);
        bare.segment.frames = 0;
        let text = render(vec![bare]).unwrap();
        assert!(text.contains("INF:BANDWIDTH=8000,AVERAGE-BANDWIDTH=8000\n"), "{text}");
        assert_eq!(render(vec![file(200, &[], 0, &[1])]), None);
        assert_eq!(render(Vec::new()), None);
    }
}
