//! Whether pictures arrive as fast as the camera takes them: a way that is too narrow delivers every
//! picture, later and later. Told by the times that the camera puts into its packets, so a camera
//! that takes fewer pictures because nothing moves is not meant.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gst::prelude::*;

use super::state::Shared;

/// What is looked back at.
const WINDOW: Duration = Duration::from_secs(10);
/// Time between two readings.
const EVERY: Duration = Duration::from_secs(1);
/// Share of its speed below which a stream is slow,
const SLOW: f64 = 0.8;
/// and above which it is not any more.
const WELL: f64 = 0.95;
/// Ticks of a video packet's clock in a second (RFC 6184, RFC 7798).
const CLOCK_RATE: f64 = 90_000.0;
/// A step beyond this is another clock at the camera.
const STEP_MAX: u32 = 30 * CLOCK_RATE as u32;

/// Readings of a stream's clock.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When a packet arrived, and its time at the camera.
    readings: VecDeque<(Duration, u32)>,
    /// The next packet is to be read.
    is_asked: bool,
    is_slow: bool,
}

impl Pace {
    /// Whether it is time for the next reading, which is then made of the next packet.
    fn asks(&mut self, now: Duration) -> bool {
        let is_due = self.readings.back().is_none_or(|(at, _)| now.saturating_sub(*at) >= EVERY);
        is_due && !std::mem::replace(&mut self.is_asked, is_due)
    }

    fn read(&mut self, now: Duration, ticks: u32) {
        self.is_asked = false;
        let is_other =
            self.readings.back().is_some_and(|(_, last)| ticks.wrapping_sub(*last) > STEP_MAX);
        if is_other {
            self.readings.clear();
        }
        self.readings.push_back((now, ticks));
        // The oldest one that is kept is as old as the window, or a little older.
        while self.readings.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW) {
            self.readings.pop_front();
        }
        let Some(share) = self.share() else { return };
        self.is_slow = share < if self.is_slow { WELL } else { SLOW };
    }

    /// Seconds of pictures that arrived in a second; `None` before it is known.
    fn share(&self) -> Option<f64> {
        let (begin, first) = self.readings.front()?;
        let (end, last) = self.readings.back()?;
        let passed = end.saturating_sub(*begin);
        let ticks = f64::from(last.wrapping_sub(*first));
        (passed >= WINDOW).then(|| ticks / CLOCK_RATE / passed.as_secs_f64())
    }

    /// What is to be said of it.
    pub(super) fn warning(&self) -> Option<String> {
        let share = self.share().filter(|_| self.is_slow)?;
        // In steps, so that it does not change all the time.
        let tenths = (share * 10.0).round().clamp(0.0, 9.0) * 10.0;
        Some(format!(
            "pictures arrive too slowly: about {tenths} % of each second's. The way from the camera \
             is too narrow: use a cable, or set a lower bit rate in the camera"
        ))
    }
}

impl Shared {
    /// Reads the time of the next packet that comes, where that is due. `began` is when the graph
    /// did.
    pub(super) fn read_pace(&self, began: Instant) {
        let mut state = self.state();
        let Some(pad) = state.video_packets.clone() else { return };
        if !state.pace.asks(began.elapsed()) {
            return;
        }
        drop(state);
        let own = self.own.clone();
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
            if let (Some(shared), Some(buffer)) = (own.upgrade(), info.buffer())
                && let Some(ticks) = packet_time(buffer)
            {
                shared.state().pace.read(began.elapsed(), ticks);
            }
            gst::PadProbeReturn::Remove
        });
    }
}

/// The timestamp of an RTP packet (RFC 3550, 5.1).
fn packet_time(buffer: &gst::BufferRef) -> Option<u32> {
    let mut bytes = [0; 4];
    buffer.copy_to_slice(4, &mut bytes).ok()?;
    Some(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said after each second in which this share of a second's pictures came.
    fn told(shares: &[f64]) -> Vec<bool> {
        let mut pace = Pace::default();
        // Near its end, so that it begins anew on the way.
        let mut ticks = f64::from(u32::MAX - 100_000);
        let told = shares.iter().enumerate().map(|(second, share)| {
            ticks += share * CLOCK_RATE;
            pace.read(Duration::from_secs(second as u64), (ticks as u64 % (1 << 32)) as u32);
            pace.warning().is_some()
        });
        told.collect()
    }

    #[test]
    fn a_stream_in_time_is_never_told() {
        assert!(!told(&[1.0; 100]).contains(&true));
        let jitter: Vec<f64> = (0..100).map(|n| if n % 2 == 0 { 0.3 } else { 1.7 }).collect();
        assert!(!told(&jitter).contains(&true));
    }

    #[test]
    fn a_stream_that_trickles_is_told_within_ten_seconds_until_it_flows_again() {
        let shares: Vec<f64> = [[1.0; 20], [0.2; 20], [1.0; 20]].concat();
        let told = told(&shares);
        assert!(!told[..20].contains(&true));
        assert!(told[24..40].iter().all(|told| *told), "{told:?}");
        assert!(!told[50..].contains(&true), "{told:?}");
    }

    #[test]
    fn a_clock_that_begins_anew_is_no_delay() {
        let mut pace = Pace::default();
        for second in 0..40_u32 {
            let ticks = if second < 20 { second * 90_000 } else { 1_000_000_000 + second * 90_000 };
            pace.read(Duration::from_secs(second.into()), ticks);
            assert_eq!(pace.warning(), None, "{second}");
        }
        pace.read(Duration::from_secs(40), 7);
        assert_eq!(pace.share(), None, "back is another clock, too");
    }

    #[test]
    fn it_is_said_how_slow_in_steps() {
        let mut pace = Pace::default();
        for second in 0..12_u32 {
            pace.read(Duration::from_secs(second.into()), second * 18_000);
        }
        assert!(pace.warning().unwrap().contains("about 20 %"));
    }

    #[test]
    fn one_packet_a_second_is_asked_for() {
        let mut pace = Pace::default();
        let ms = Duration::from_millis;
        assert!(pace.asks(ms(0)) && !pace.asks(ms(250)) && !pace.asks(ms(2_000)));
        pace.read(ms(2_500), 0);
        assert!(!pace.asks(ms(3_400)) && pace.asks(ms(3_500)) && !pace.asks(ms(3_750)));
    }
}
