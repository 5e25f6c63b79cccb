//! A decoded picture as those see it who look for something in it, and how many of them they see.
//!
//! Not here: where pictures come from ([`crate::analysis`], [`crate::recorded_frames`]), what is
//! seen (`ronin_vision`).

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use gst::prelude::*;
use gst_video::VideoFrameExt;
use ronin_core::{WallTime, frame::VideoFrame};

/// Formats whose first plane is the luma, a byte a pixel.
const FORMATS: [&str; 5] = ["I420", "NV12", "Y42B", "Y444", "GRAY8"];

/// One picture.
#[derive(Clone, Copy)]
pub struct Picture<'a> {
    /// Luma: rows from the top, a byte a pixel.
    pub luma: &'a [u8],
    /// Bytes from one row to the next.
    pub stride_bytes: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Time in the stream.
    pub media_time: Duration,
    /// When it was taken.
    pub wall: WallTime,
    frame: &'a gst_video::VideoFrameRef<&'a gst::BufferRef>,
}

impl Picture<'_> {
    /// The same in colours, as a copy that may be kept; `None` where it cannot be converted.
    pub fn rgb(&self) -> Option<VideoFrame> {
        let (width, height) = (self.frame.width(), self.frame.height());
        let rgb = gst_video::VideoInfo::builder(gst_video::VideoFormat::Rgb, width, height);
        // The converter changes neither, and takes no others.
        let rgb = rgb.fps(self.frame.info().fps());
        let rgb = rgb.interlace_mode(self.frame.info().interlace_mode()).build().ok()?;
        let converter = gst_video::VideoConverter::new(self.frame.info(), &rgb, None).ok()?;
        let buffer = gst::Buffer::with_size(rgb.size()).ok()?;
        let mut converted = gst_video::VideoFrame::from_buffer_writable(buffer, &rgb).ok()?;
        converter.frame_ref(self.frame, &mut converted.as_mut_video_frame_ref());
        let stride = usize::try_from(converted.plane_stride().first().copied()?).ok()?;
        let data = converted.into_buffer().into_mapped_buffer_readable().ok()?;
        VideoFrame::new(width, height, stride, Bytes::from_owner(data), self.wall).ok()
    }
}

/// What comes out of a `videoconvert` for those who look.
pub(crate) fn caps() -> gst::Caps {
    gst::Caps::builder("video/x-raw").field("format", gst::List::new(FORMATS)).build()
}

/// Calls `look` with the picture of a sample of [`caps`], taken at `wall`; `None` where it has none.
pub(crate) fn with<T>(
    sample: &gst::Sample,
    wall: WallTime,
    look: impl FnOnce(Picture<'_>) -> T,
) -> Option<T> {
    let (buffer, caps) = (sample.buffer()?, sample.caps()?);
    let info = gst_video::VideoInfo::from_caps(caps).ok()?;
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info).ok()?;
    let picture = Picture {
        luma: frame.plane_data(0).ok()?,
        stride_bytes: usize::try_from(frame.plane_stride().first().copied()?).ok()?,
        width: usize::try_from(frame.width()).ok()?,
        height: usize::try_from(frame.height()).ok()?,
        media_time: Duration::from(buffer.pts()?),
        wall,
        frame: &frame,
    };
    Some(look(picture))
}

/// Lets no more than `rate` pictures a second leave the decoder.
pub(crate) fn thin_out(decoder: &gst::Element, rate: u32) {
    let Some(exit) = decoder.static_pad("src") else { return };
    let thinning = Mutex::new(Thinning::new(rate));
    exit.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        let pts = info.buffer().and_then(|buffer| buffer.pts());
        let mut thinning = thinning.lock().unwrap_or_else(PoisonError::into_inner);
        match pts.is_some_and(|pts| thinning.takes(pts)) {
            true => gst::PadProbeReturn::Ok,
            false => gst::PadProbeReturn::Drop,
        }
    });
}

/// Takes pictures at a regular distance.
struct Thinning {
    period: gst::ClockTime,
    /// The last one that was taken, and when the next one is due.
    last: Option<(gst::ClockTime, gst::ClockTime)>,
}

impl Thinning {
    fn new(rate: u32) -> Self {
        Self { period: gst::ClockTime::SECOND / u64::from(rate.max(1)), last: None }
    }

    fn takes(&mut self, pts: gst::ClockTime) -> bool {
        let (last, due) = self.last.unwrap_or((pts, pts));
        // Times may go back, and leap.
        let goes_on = last <= pts && pts <= due + self.period;
        // One that comes a little early is the one that is due.
        if goes_on && pts + self.period / 4 < due {
            return false;
        }
        self.last = Some((pts, if goes_on { due } else { pts } + self.period));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rate: u32, times_ms: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut thinning = Thinning::new(rate);
        let is_taken = |ms: &u64| thinning.takes(gst::ClockTime::from_mseconds(*ms));
        times_ms.into_iter().filter(is_taken).collect()
    }

    #[test]
    fn no_more_pictures_are_taken_than_asked_for_at_regular_distances() {
        assert_eq!(taken(5, (0..10).map(|n| n * 100)), [0, 200, 400, 600, 800]);
        assert_eq!(taken(5, (0..15).map(|n| n * 1000 / 15)), [0, 200, 400, 600, 800]);
        assert_eq!(taken(5, (0..8).map(|n| n * 250)).len(), 8, "all of a slower camera");
        let early = [0].into_iter().chain((0..20).map(|n| 153 + n * 40));
        assert_eq!(taken(5, early), [0, 153, 353, 553, 753], "never two for one that is due");
        let of_25 = taken(10, (0..250).map(|n| n * 40)).len();
        assert!((95..=101).contains(&of_25), "{of_25} in 10 s");
    }

    #[test]
    fn times_that_go_back_or_leap_do_not_stop_it() {
        assert_eq!(taken(5, [0, 100, 200, 10, 20, 60_000, 60_100]), [0, 200, 10, 60_000]);
    }
}
