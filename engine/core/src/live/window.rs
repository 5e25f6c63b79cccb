//! The live window of a camera: its last HLS segments, in memory.
//!
//! Written by the live branch of a graph, read by HTTP. Nothing of it touches a disk, so a full or
//! dead disk does not end the live view. The window belongs to the camera and not to the graph:
//! when a new graph takes over, numbering goes on and the seam is marked as a discontinuity, so
//! that a player goes on by itself.

use std::{
    collections::VecDeque,
    fmt::Write,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;

use crate::time::WallTime;

/// Segments named in the playlist: 12 s at a second each.
const LISTED: usize = 12;
/// Segments kept after they left the playlist, for players that read it just before.
const KEPT_AFTER: usize = 2;
/// Bytes in the playlist beyond which it is shorter, whatever a camera sends.
const BYTES_MAX: usize = 64 << 20;
/// Segments in the playlist however large they are: what a player needs to begin.
const LISTED_MIN: usize = 3;

/// One finished HLS segment.
#[derive(Clone, Debug)]
pub struct LiveSegment {
    /// MPEG transport stream.
    pub data: Bytes,
    /// How long it plays.
    pub duration: Duration,
    /// Wall-clock time of its first picture.
    pub start: WallTime,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    discontinuity: bool,
    segment: LiveSegment,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Entry>,
    /// How many of them, from the newest, the playlist names.
    listed: usize,
    next_number: u64,
    discontinuities_gone: u64,
    seam: bool,
}

impl State {
    fn listed(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.iter().skip(self.entries.len() - self.listed)
    }

    fn listed_bytes(&self) -> usize {
        self.listed().map(|entry| entry.segment.data.len()).sum()
    }
}

/// The last segments of one camera.
#[derive(Debug)]
pub struct Window(Mutex<State>);

impl Window {
    /// An empty window. Numbering begins at the present second, so that it never goes back for a
    /// player that outlives the server.
    pub(super) fn new(now: WallTime) -> Self {
        let next_number = u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0);
        Self(Mutex::new(State { next_number, ..State::default() }))
    }

    /// Marks the next segment as the first of another graph.
    pub fn mark_seam(&self) {
        let mut state = self.lock();
        state.seam = !state.entries.is_empty();
    }

    /// Adds a finished segment and drops the oldest.
    pub fn push(&self, segment: LiveSegment) {
        let mut state = self.lock();
        let entry = Entry {
            number: state.next_number,
            discontinuity: std::mem::take(&mut state.seam),
            segment,
        };
        state.next_number += 1;
        state.entries.push_back(entry);
        state.listed += 1;
        while state.listed > LISTED || state.listed > LISTED_MIN && state.listed_bytes() > BYTES_MAX
        {
            let leaving = state.entries.len() - state.listed;
            state.discontinuities_gone += u64::from(state.entries[leaving].discontinuity);
            state.listed -= 1;
        }
        while state.entries.len() > state.listed + KEPT_AFTER {
            state.entries.pop_front();
        }
    }

    /// Forgets every segment: the camera was switched off.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.entries.clear();
        state.listed = 0;
        state.discontinuities_gone = 0;
    }

    /// The playlist; `None` before the first segment. Segments are named `{number}.ts`.
    pub fn playlist(&self) -> Option<String> {
        let state = self.lock();
        let listed = state.listed();
        let first = listed.clone().next()?.number;
        let longest = listed.clone().map(|e| e.segment.duration).max()?;
        // RFC 8216: no EXTINF, rounded, may be longer than the target.
        let target = longest.as_secs_f64().round().max(1.0);

        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{target}\n\
             #EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
            state.discontinuities_gone,
        );
        for entry in listed {
            if entry.discontinuity {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            let LiveSegment { duration, start, .. } = &entry.segment;
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "#EXT-X-PROGRAM-DATE-TIME:{start}\n#EXTINF:{:.3},\n{}.ts\n",
                duration.as_secs_f64(),
                entry.number,
            );
        }
        Some(text)
    }

    /// The bytes of a segment, while they are kept.
    pub fn segment(&self, number: u64) -> Option<Bytes> {
        let state = self.lock();
        let entry = state.entries.iter().find(|e| e.number == number)?;
        Some(entry.segment.data.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change leaves the state whole, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(seconds: u64) -> LiveSegment {
        LiveSegment {
            data: Bytes::from(vec![0x47; 188]),
            duration: Duration::from_secs(2),
            start: WallTime::from_micros(0) + Duration::from_secs(seconds),
        }
    }

    #[test]
    fn the_playlist_slides_and_its_numbers_go_on() {
        let window = Window::new(WallTime::from_micros(100_000_000));
        assert_eq!(window.playlist(), None);
        for n in 0..15 {
            window.push(segment(n * 2));
        }

        let playlist = window.playlist().unwrap();

        assert!(playlist.contains("#EXT-X-MEDIA-SEQUENCE:103\n"), "{playlist}");
        assert!(playlist.contains("#EXT-X-TARGETDURATION:2\n"), "{playlist}");
        assert_eq!(playlist.matches("#EXTINF:2.000,").count(), LISTED);
        assert!(playlist.ends_with("114.ts\n"), "{playlist}");
        assert!(window.segment(101).is_some(), "kept a little longer than listed");
        assert!(window.segment(100).is_none());
    }

    #[test]
    fn segments_of_far_too_many_bytes_make_the_window_short_and_no_shorter() {
        let window = Window::new(WallTime::from_micros(0));
        let data = Bytes::from(vec![0x47; BYTES_MAX / 5]);
        let listed = || window.playlist().unwrap().matches("#EXTINF").count();
        for n in 0..8 {
            window.push(LiveSegment { data: data.clone(), ..segment(n * 2) });
        }
        assert_eq!(listed(), 5);

        let data = Bytes::from(vec![0x47; BYTES_MAX]);
        window.mark_seam();
        for n in 8..11 {
            window.push(LiveSegment { data: data.clone(), ..segment(n * 2) });
        }
        assert_eq!(listed(), LISTED_MIN);
        assert!(window.segment(6).is_some() && window.segment(5).is_none());

        for n in 11..30 {
            window.push(segment(n * 2));
        }
        let playlist = window.playlist().unwrap();
        assert_eq!(playlist.matches("#EXTINF").count(), LISTED);
        assert!(playlist.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{playlist}");
    }

    #[test]
    fn a_new_graph_is_marked_once_and_counted_when_it_leaves() {
        let window = Window::new(WallTime::from_micros(0));
        window.mark_seam();
        window.push(segment(0));
        window.mark_seam();
        window.push(segment(2));
        let playlist = window.playlist().unwrap();
        assert_eq!(playlist.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "{playlist}");
        assert!(playlist.contains("#EXT-X-DISCONTINUITY-SEQUENCE:0\n"));

        for n in 2..14 {
            window.push(segment(n * 2));
        }

        let playlist = window.playlist().unwrap();
        assert_eq!(playlist.matches("#EXT-X-DISCONTINUITY\n").count(), 0, "{playlist}");
        assert!(playlist.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{playlist}");
    }
}
