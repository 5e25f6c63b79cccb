//! The text of a media playlist (RFC 8216).

use std::{fmt::Write, time::Duration};

use ronin_core::{Span, playback::Piece};

use super::h264;
use crate::footage::{Playable, scale, span_of};

/// Pieces of one playlist: a day of pieces of a second and room for more; 100 bytes of text each.
const PIECES_MAX: usize = 150_000;
/// Target duration of a playlist that grows, where no piece so far is longer. It should not change
/// later, so it is that of the usual GOPs; and players look for more as often, so it is no longer.
const GROWING_TARGET: Duration = Duration::from_secs(4);

/// The first picture is looked for in pieces as small as they are, and so is what is near it.
const SMALL: Duration = Duration::from_secs(30);
/// Pieces behind that are joined until they are so long: a player reads the whole playlist before the
/// first picture, and of an hour of pieces of a second that took a tenth of one.
const JOINED: Duration = Duration::from_secs(6);

/// Whether more is to come. What a player has seen of a playlist must not change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Growth {
    /// Pieces are added at its end.
    Grows,
    /// It may have grown until a moment ago.
    Ended,
    /// It has been what it is for long.
    Never,
}

/// A playlist in the making.
#[derive(Debug)]
pub(super) struct Playlist {
    span: Span,
    growth: Growth,
    /// What is H.265 is encoded as H.264 when it is asked for.
    h264: bool,
    body: String,
    longest: Duration,
    length: Duration,
    pieces: usize,
}

impl Playlist {
    pub(super) fn new(span: Span, growth: Growth, h264: bool) -> Self {
        Self {
            span,
            growth,
            h264,
            body: String::new(),
            longest: Duration::ZERO,
            length: Duration::ZERO,
            pieces: 0,
        }
    }

    /// Adds the pieces of a file that touch the span; `false` where they are too many. Each file
    /// restarts its time, so there is a discontinuity before each but the first.
    pub(super) fn add(&mut self, file: Playable) -> bool {
        let Playable { segment, mut index, is_open } = file;
        if is_open && self.growth == Growth::Grows {
            // It ends where the next key frame comes: only then its size is known.
            index.pieces.pop();
        }
        // Once a file is finished its scale is known; what was told while it grew stays.
        let scale = match self.growth {
            Growth::Never if !is_open => scale(&segment, &index),
            _ => 1.0,
        };
        let is_in =
            |piece: &&Piece| !span_of(&segment, piece, scale).intersect(self.span).is_empty();
        let mut pieces =
            index.pieces.iter().enumerate().filter(|(_, piece)| is_in(piece)).peekable();
        let Some((_, first)) = pieces.peek() else { return true };
        if !self.body.is_empty() {
            self.body.push_str("#EXT-X-DISCONTINUITY\n");
        }
        let encoded = self.h264 && h264::is_h265(&segment);
        let uri = format!("/segments/{}.mp4", segment.id);
        let begin = span_of(&segment, first, scale).start;
        // Writing to a String cannot fail.
        let _ = match encoded {
            true => writeln!(self.body, "#EXT-X-MAP:URI=\"{}\"", h264::header_path(segment.id)),
            false => {
                let size = index.header_bytes;
                writeln!(self.body, "#EXT-X-MAP:URI=\"{uri}\",BYTERANGE=\"{size}@0\"")
            }
        };
        let _ = writeln!(self.body, "#EXT-X-PROGRAM-DATE-TIME:{begin}");
        while let Some((number, &first)) = pieces.next() {
            let (mut piece, mut last) = (first, number);
            // Where more is added to a playlist, what it had may not change.
            if self.growth == Growth::Never && self.length >= SMALL {
                while piece.duration < JOINED
                    && let Some((number, next)) = pieces.next_if(|(_, next)| follows(&piece, next))
                {
                    piece.size_bytes += next.size_bytes;
                    piece.duration += next.duration;
                    last = number;
                }
            }
            self.pieces += 1;
            if self.pieces > PIECES_MAX {
                return false;
            }
            self.length += piece.duration;
            self.longest = self.longest.max(piece.duration);
            let (seconds, micros) = (piece.duration.as_secs(), piece.duration.subsec_micros());
            let (size, offset) = (piece.size_bytes, piece.offset);
            let _ = writeln!(self.body, "#EXTINF:{seconds}.{micros:06},");
            let _ = match encoded {
                true => writeln!(self.body, "{}", h264::piece_path(segment.id, number, last)),
                false => write!(self.body, "#EXT-X-BYTERANGE:{size}@{offset}\n{uri}\n"),
            };
        }
        true
    }

    /// The text; `None` where no piece is in the span.
    pub(super) fn finish(self) -> Option<String> {
        if self.body.is_empty() {
            return None;
        }
        let (kind, floor, end) = match self.growth {
            Growth::Grows => ("EVENT", GROWING_TARGET, ""),
            Growth::Ended => ("EVENT", GROWING_TARGET, "#EXT-X-ENDLIST\n"),
            Growth::Never => ("VOD", Duration::from_secs(1), "#EXT-X-ENDLIST\n"),
        };
        let target = self.longest.max(floor).as_secs_f64().round();
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n\
             #EXT-X-PLAYLIST-TYPE:{kind}\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        );
        text.reserve_exact(self.body.len() + end.len());
        text.push_str(&self.body);
        text.push_str(end);
        Some(text)
    }
}

/// Whether a piece lies right behind another in their file.
fn follows(piece: &Piece, next: &Piece) -> bool {
    piece.offset + piece.size_bytes == next.offset
}

#[cfg(test)]
mod tests {
    use ronin_core::{RunId, Segment, SegmentId, WallTime, playback::FileIndex};

    use super::*;

    const NOON: WallTime = WallTime::from_micros(1_700_000_000_000_000);

    /// A file of three pieces of 2 s.
    fn file(start_seconds: u64) -> Playable {
        let start = NOON + Duration::from_secs(start_seconds);
        let segment = Segment {
            id: SegmentId::generate(),
            camera: "cam".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start,
            end: start + Duration::from_secs(6),
            path: String::new(),
            size_bytes: 700,
            frames: 150,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        let piece = |n: u64| Piece {
            offset: 100 + n * 200,
            size_bytes: 200,
            start: Duration::from_secs(n * 2),
            duration: Duration::from_secs(2),
        };
        let index = FileIndex { header_bytes: 100, pieces: (0..3).map(piece).collect() };
        Playable { segment, index, is_open: false }
    }

    fn span(start: u64, end: u64) -> Span {
        Span::new(NOON + Duration::from_secs(start), NOON + Duration::from_secs(end))
    }

    fn render(files: &[Playable], span: Span, growth: Growth) -> Option<String> {
        let mut playlist = Playlist::new(span, growth, false);
        assert!(files.iter().all(|file| playlist.add(file.clone())));
        playlist.finish()
    }

    #[test]
    fn a_span_takes_the_pieces_it_touches_and_marks_each_seam() {
        let files = [file(0), file(6), file(60)];

        let text = render(&files, span(3, 61), Growth::Never).unwrap();

        assert_eq!(text.matches("#EXTINF:2.000000,").count(), 2 + 3 + 1, "{text}");
        assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 2);
        assert_eq!(text.matches("BYTERANGE=\"100@0\"").count(), 3);
        assert!(text.contains("#EXT-X-BYTERANGE:200@300\n"), "{text}");
        assert!(!text.contains(&format!("200@100\n/segments/{}", files[0].segment.id)), "{text}");
        let first = NOON + Duration::from_secs(2);
        assert!(text.contains(&format!("PROGRAM-DATE-TIME:{first}\n")), "{text}");
        assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT"), "{text}");
        assert!(text.contains("#EXT-X-TARGETDURATION:2\n"), "{text}");
        assert!(text.ends_with("#EXT-X-ENDLIST\n"));
    }

    #[test]
    fn what_is_h265_is_named_piece_by_piece_where_h264_is_wanted() {
        let (mut old, new) = (file(0), file(6));
        old.segment.codecs = vec!["hvc1.1.6.L93.B0".into(), "mp4a.40.2".into()];
        let mut playlist = Playlist::new(span(3, 8), Growth::Never, true);
        assert!(playlist.add(old.clone()) && playlist.add(new.clone()));
        let text = playlist.finish().unwrap();

        let of_old = format!("/segments/{}/h264", old.segment.id);
        assert!(text.contains(&format!("#EXT-X-MAP:URI=\"{of_old}/header.mp4\"\n")), "{text}");
        assert!(text.contains(&format!("#EXTINF:2.000000,\n{of_old}/1-1.mp4\n")), "{text}");
        assert!(text.contains(&format!("#EXTINF:2.000000,\n{of_old}/2-2.mp4\n")), "{text}");
        assert!(!text.contains("/0-0.mp4"), "{text}");
        let of_new = format!("/segments/{}.mp4", new.segment.id);
        assert!(text.contains(&format!("URI=\"{of_new}\",BYTERANGE=\"100@0\"")), "{text}");
        let plain = render(&[old], span(3, 8), Growth::Never).unwrap();
        assert!(!plain.contains("h264"), "{plain}");
    }

    #[test]
    fn a_span_without_footage_has_no_playlist() {
        assert_eq!(render(&[file(0)], span(6, 60), Growth::Never), None);
        assert_eq!(render(&[], span(0, 60), Growth::Grows), None);
    }

    #[test]
    fn what_a_player_has_seen_of_a_growing_playlist_stays() {
        let span = span(1, 3600);
        let mut open = file(6);
        open.is_open = true;
        let young = render(&[file(0), open.clone()], span, Growth::Grows).unwrap();
        assert!(young.contains("#EXT-X-PLAYLIST-TYPE:EVENT\n"), "{young}");
        assert!(young.contains("#EXT-X-TARGETDURATION:4\n"), "{young}");
        assert!(!young.contains("#EXT-X-ENDLIST"));
        assert_eq!(young.matches("#EXTINF").count(), 3 + 2, "the last piece may grow");

        // The same files later: finished, with a clock that was corrected, and another behind them.
        let first = render(&[open.clone()], span, Growth::Grows).unwrap();
        open.is_open = false;
        open.segment.end = open.segment.end + Duration::from_millis(30);
        let files = [open.clone(), file(13)];
        let grown = render(&files, span, Growth::Grows).unwrap();
        let ended = render(&files, span, Growth::Ended).unwrap();
        assert!(grown.starts_with(&first), "{first}\n{grown}");
        assert_eq!(ended, format!("{grown}#EXT-X-ENDLIST\n"));
    }

    #[test]
    fn the_end_of_an_open_file_is_played_where_nothing_grows() {
        let mut open = file(0);
        open.is_open = true;
        let text = render(&[open], span(0, 60), Growth::Ended).unwrap();
        assert_eq!(text.matches("#EXTINF").count(), 3);
    }

    #[test]
    fn a_corrected_clock_moves_the_pieces_with_it() {
        let text = |file: Playable, from_ms: u64| {
            let start = NOON + Duration::from_millis(from_ms);
            render(&[file], Span::new(start, start + Duration::from_secs(60)), Growth::Never)
        };
        let mut slow = file(0);
        slow.segment.end = slow.segment.end + Duration::from_millis(60);
        // Its second piece begins 20 ms later than by the media.
        let at = NOON + Duration::from_millis(2020);
        let with_first = text(slow.clone(), 2010).unwrap();
        assert!(with_first.contains(&format!("PROGRAM-DATE-TIME:{NOON}\n")), "{with_first}");
        let without = text(slow, 2030).unwrap();
        assert!(without.contains(&format!("PROGRAM-DATE-TIME:{at}\n")), "{without}");

        for end_ms in [6001, 9000] {
            let mut other = file(0);
            other.segment.end = NOON + Duration::from_millis(end_ms);
            let begin = NOON + Duration::from_secs(2);
            let text = text(other, 2010).unwrap();
            assert!(text.contains(&format!("PROGRAM-DATE-TIME:{begin}\n")), "{end_ms}: {text}");
        }
    }

    #[test]
    fn pieces_far_from_the_beginning_are_joined_where_nothing_grows() {
        let files: Vec<_> = (0..8).map(|n| file(6 * n)).collect();
        let pieces = |growth| render(&files, span(0, 60), growth).unwrap();

        let text = pieces(Growth::Never);
        assert_eq!(text.matches("#EXTINF:2.000000,").count(), 15, "{text}");
        assert_eq!(text.matches("#EXTINF:6.000000,\n#EXT-X-BYTERANGE:600@100\n").count(), 3);
        assert!(text.contains("#EXT-X-TARGETDURATION:6\n"), "{text}");
        for growth in [Growth::Grows, Growth::Ended] {
            assert_eq!(pieces(growth).matches("#EXTINF:2.000000,").count(), 24);
        }

        let mut holed = file(30);
        holed.index.pieces[2].offset += 1;
        let files = [&files[..5], &[holed]].concat();
        let text = render(&files, span(0, 60), Growth::Never).unwrap();
        assert!(text.contains("#EXT-X-BYTERANGE:400@100\n"), "{text}");
        assert!(text.contains("#EXT-X-BYTERANGE:200@501\n"), "{text}");
    }

    #[test]
    fn a_playlist_has_a_longest_length() {
        let mut many = file(0);
        let piece = |n: u64| Piece {
            offset: 100 + 2 * n,
            size_bytes: 1,
            start: Duration::from_micros(n),
            duration: Duration::from_micros(1),
        };
        many.index.pieces = (0..PIECES_MAX as u64 + 1).map(piece).collect();
        let mut playlist = Playlist::new(span(0, 60), Growth::Never, false);
        assert!(!playlist.add(many));
    }
}
