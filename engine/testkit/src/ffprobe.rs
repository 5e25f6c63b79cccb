//! What `ffprobe` and `ffmpeg` say about a file: an opinion that is not GStreamer's.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A file as `ffprobe` sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Length in seconds; 0 where the file does not say.
    pub duration_s: f64,
    /// Names of the container, as in `mov,mp4,m4a,3gp,3g2,mj2`.
    pub format: String,
    pub streams: Vec<Stream>,
}

/// One stream of a [`Probe`].
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// `video`, `audio`, …
    pub kind: String,
    /// FFmpeg's name: `h264`, `hevc`, `aac`, `pcm_mulaw`, …
    pub codec: String,
    /// As in `hvc1`.
    pub codec_tag: String,
    /// Pixels; 0 for audio.
    pub width: u32,
    pub height: u32,
    /// Packets in the file: pictures, for video.
    pub frames: u64,
    /// How far decoding order and presentation order differ; 0 means no B-frames.
    pub reorder: u32,
    /// Time of the first packet in seconds.
    pub start_s: f64,
    pub duration_s: f64,
    /// Samples per second; 0 for video.
    pub sample_rate_hz: u32,
}

impl Probe {
    /// The first video stream.
    pub fn video(&self) -> Option<&Stream> {
        self.streams.iter().find(|s| s.kind == "video")
    }

    /// The first audio stream.
    pub fn audio(&self) -> Option<&Stream> {
        self.streams.iter().find(|s| s.kind == "audio")
    }
}

/// Looks into a file and counts its packets; decodes nothing.
pub fn probe(path: &Path) -> Result<Probe> {
    let args = ["-v", "error", "-count_packets", "-show_format", "-show_streams", "-of", "json"];
    let output = Command::new("ffprobe").args(args).arg(path).stdin(Stdio::null()).output();
    let output = output.context("start ffprobe")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ffprobe {}: {}", path.display(), complaint.trim());
    let raw: RawProbe = serde_json::from_slice(&output.stdout).context("read ffprobe's answer")?;
    Ok(raw.into())
}

/// Decodes everything in a file and returns what the decoder complained about. Empty: all is well.
///
/// # Panics
/// When `ffmpeg` cannot be started.
pub fn decode_errors(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        // The file's own times: else ffmpeg rounds them to the frame rate and complains of that.
        .args(["-map", "0", "-fps_mode", "passthrough", "-enc_time_base", "-1"])
        .args(["-f", "null", "-"]);
    let output = command.stdin(Stdio::null()).output().expect("ffmpeg is installed");
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.success() || !complaint.is_empty() {
        true => complaint,
        false => format!("ffmpeg ended with {}", output.status),
    }
}

/// The time of every video packet in the order of the file, in seconds: decoding time and
/// presentation time.
pub fn packet_times(path: &Path) -> Result<Vec<(f64, f64)>> {
    let args =
        ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=dts_time,pts_time"];
    let mut command = Command::new("ffprobe");
    command.args(args).args(["-of", "csv=p=0"]).arg(path).stdin(Stdio::null());
    let output = command.output().context("start ffprobe")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ffprobe {}: {}", path.display(), complaint.trim());
    let text = String::from_utf8(output.stdout).context("read ffprobe's answer")?;
    text.lines().filter(|line| !line.is_empty()).map(packet_time).collect()
}

/// `pts,dts` and, with some versions, a comma at the end.
fn packet_time(line: &str) -> Result<(f64, f64)> {
    let mut fields = line.split(',');
    let mut next = || -> Result<f64> {
        let field = fields.next().context("a time is missing")?;
        field.parse().with_context(|| format!("a packet without a time: {line}"))
    };
    let (pts, dts) = (next()?, next()?);
    Ok((dts, pts))
}

#[derive(Deserialize)]
struct RawProbe {
    #[serde(default)]
    streams: Vec<RawStream>,
    format: RawFormat,
}

#[derive(Deserialize)]
struct RawFormat {
    #[serde(default)]
    format_name: String,
    duration: Option<String>,
}

/// `ffprobe` writes most numbers as strings, and leaves out those it does not know.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct RawStream {
    codec_type: String,
    codec_name: String,
    codec_tag_string: String,
    width: u32,
    height: u32,
    has_b_frames: u32,
    nb_read_packets: Option<String>,
    start_time: Option<String>,
    duration: Option<String>,
    sample_rate: Option<String>,
}

impl From<RawProbe> for Probe {
    fn from(raw: RawProbe) -> Self {
        Probe {
            duration_s: number(raw.format.duration),
            format: raw.format.format_name,
            streams: raw.streams.into_iter().map(Stream::from).collect(),
        }
    }
}

impl From<RawStream> for Stream {
    fn from(raw: RawStream) -> Self {
        Stream {
            kind: raw.codec_type,
            codec: raw.codec_name,
            codec_tag: raw.codec_tag_string,
            width: raw.width,
            height: raw.height,
            frames: number(raw.nb_read_packets),
            reorder: raw.has_b_frames,
            start_s: number(raw.start_time),
            duration_s: number(raw.duration),
            sample_rate_hz: number(raw.sample_rate),
        }
    }
}

fn number<T: std::str::FromStr + Default>(text: Option<String>) -> T {
    text.and_then(|t| t.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footage;

    #[test]
    fn the_shipped_footage_is_what_its_note_says() {
        let probe = probe(&footage::street()).unwrap();

        let video = probe.video().unwrap();
        assert_eq!((video.codec.as_str(), video.width, video.height), ("h264", 768, 576));
        assert_eq!((video.frames, video.reorder), (795, 0));
        assert!((probe.duration_s - 79.5).abs() < 0.01, "{probe:?}");
        assert_eq!(probe.audio(), None);
        assert_eq!(packet_times(&footage::street()).unwrap().len(), 795);
    }

    #[test]
    fn a_file_that_is_no_video_is_an_error() {
        let dir = crate::dir::TestDir::new();
        let path = dir.join("empty.mp4");
        std::fs::write(&path, "").unwrap();

        assert!(probe(&path).is_err());
        assert_ne!(decode_errors(&path), "");
    }
}
