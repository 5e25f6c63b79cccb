//! A file's pictures, taken apart once and kept in memory as access units.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use gst::prelude::*;
use gst_app::AppSink;

use super::Codec;
use crate::ffprobe;

/// Reading the next access unit of a local file takes less by far.
const READ_PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(20);

/// One encoded picture.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) buffer: gst::Buffer,
    /// Since the first unit's decoding time.
    pub(super) due: Duration,
    pub(super) pts: Duration,
    pub(super) is_key: bool,
}

/// The pictures of an MP4 file with H.264 or H.265, in decoding order.
#[derive(Debug)]
pub struct Clip {
    pub(super) codec: Codec,
    pub(super) caps: gst::Caps,
    pub(super) units: Vec<Unit>,
    /// From the first picture to where the first picture comes again.
    pub(super) length: Duration,
}

impl Clip {
    /// Reads a file. Its sound is left out.
    pub fn load(path: &Path) -> Result<Clip> {
        gst::init().context("start GStreamer")?;
        let clip = read(path).with_context(|| format!("read {}", path.display()))?;
        Ok(clip)
    }

    /// How long it takes until the clip begins again.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Pictures in the clip.
    pub fn pictures(&self) -> usize {
        self.units.len()
    }
}

/// ```text
/// filesrc ─► qtdemux ─► h26xparse ─► caps (byte-stream, whole access units) ─► appsink
/// ```
fn read(path: &Path) -> Result<Clip> {
    let probe = ffprobe::probe(path)?;
    let (codec, format) = match probe.video().map(|v| v.codec.as_str()) {
        Some("h264") => (Codec::H264, "h264"),
        Some("hevc") => (Codec::H265, "h265"),
        other => bail!("its video is {other:?}, not H.264 or H.265"),
    };
    let text = format!(
        "filesrc name=file ! qtdemux name=demux demux.video_0 ! {format}parse config-interval=-1 \
         ! video/x-{format},stream-format=byte-stream,alignment=au ! appsink name=units sync=false"
    );
    let pipeline = gst::parse::launch(&text)?.downcast::<gst::Pipeline>();
    let pipeline = Playing(pipeline.map_err(|_| anyhow!("not a pipeline"))?);
    pipeline.0.by_name("file").context("the source")?.set_property("location", path);
    let sink = pipeline.0.by_name("units").context("the sink")?;
    let sink = sink.downcast::<AppSink>().map_err(|_| anyhow!("not an appsink"))?;
    pipeline.0.set_state(gst::State::Playing).context("play")?;

    let mut samples = Vec::new();
    while let Some(sample) = sink.try_pull_sample(READ_PATIENCE) {
        samples.push(sample);
    }
    let bus = pipeline.0.bus().context("the bus")?;
    if let Some(message) = bus.pop_filtered(&[gst::MessageType::Error])
        && let gst::MessageView::Error(e) = message.view()
    {
        return Err(e.error().into());
    }
    ensure!(sink.is_eos(), "reading stalled");
    assemble(codec, &samples)
}

fn assemble(codec: Codec, samples: &[gst::Sample]) -> Result<Clip> {
    let caps = samples.last().and_then(|s| s.caps_owned()).context("it has no pictures")?;
    let first = samples.first().and_then(|s| s.buffer()).and_then(|b| b.dts_or_pts());
    let first = first.context("its first picture has no time")?;
    let mut units = Vec::with_capacity(samples.len());
    for sample in samples {
        let buffer = sample.buffer_owned().context("a sample without a buffer")?;
        let since = |time: Option<gst::ClockTime>| {
            time.map(|t| Duration::from_nanos(t.saturating_sub(first).nseconds()))
        };
        let due = since(buffer.dts_or_pts()).context("a picture has no time")?;
        let pts = since(buffer.pts()).context("a picture has no presentation time")?;
        let is_key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        units.push(Unit { buffer, due, pts, is_key });
    }
    ensure!(units.len() > 1, "it has too few pictures to loop");
    ensure!(units[0].is_key, "it does not begin with a key frame");
    let last = units[units.len() - 1].due;
    let length = last + last / (units.len() as u32 - 1);
    ensure!(!length.is_zero(), "all its pictures have the same time");
    Ok(Clip { codec, caps, units, length })
}

/// A pipeline that is stopped when the value goes.
struct Playing(gst::Pipeline);

impl Drop for Playing {
    fn drop(&mut self) {
        if self.0.set_state(gst::State::Null).is_err() {
            tracing::warn!("a clip's pipeline did not stop");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footage;

    #[test]
    fn the_shipped_footage_loops_without_a_step() {
        let clip = Clip::load(&footage::street()).unwrap();

        assert_eq!((clip.codec, clip.pictures()), (Codec::H264, 795));
        assert!((clip.length().as_secs_f64() - 79.5).abs() < 0.01, "{:?}", clip.length());
        assert!(clip.units.windows(2).all(|w| w[0].due < w[1].due));
        assert_eq!(clip.units.iter().filter(|u| u.is_key).count(), 40);
    }

    #[test]
    fn a_file_without_pictures_is_refused_by_name() {
        let error = Clip::load(&footage::street_people()).unwrap_err();
        assert!(format!("{error:#}").contains("vtest-people.json"), "{error:#}");
    }
}
