//! Fake cameras: real RTSP servers in this process, with pictures that carry numbers or with
//! footage that loops forever.
//!
//! ```text
//!  door (TCP, counts, shuts)  ──►  GstRTSPServer  ──►  one shared media per path
//!                                                        ▲      │ mischief, wire
//!                                  program (numbers or clip, paced by the clock)
//! ```
//! Not here: broken servers ([`crate::rtsp_raw`]) and broken networks ([`crate::relay`]).

mod builder;
mod clip;
mod door;
mod media;
mod mischief;
mod program;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use anyhow::Result;
use gst_rtsp_server::RTSPMediaFactory;
use gst_rtsp_server::prelude::*;

pub use builder::Builder;
pub use clip::Clip;
pub use door::Connections;
pub use wire::{Wire, WireCounts};

use door::Door;
use media::Look;
use program::{Program, lock};

/// Path of the large stream.
pub const MAIN: &str = "/main";
/// Path of the small stream.
pub const SUB: &str = "/sub";

/// A media stops within a few pictures of its last client; a test machine may be slow.
const WIND_DOWN: Duration = Duration::from_secs(3);

/// How pictures are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    H264,
    H265,
}

/// How sound is compressed, if there is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audio {
    #[default]
    None,
    /// G.711 µ-law, 8 kHz mono.
    Pcmu,
    /// G.711 A-law, 8 kHz mono.
    Pcma,
    /// Bare samples of 24 bits, 16 kHz mono, which few recorders take.
    Pcm24,
    /// AAC-LC, 16 kHz mono.
    Aac,
}

/// Where a stream's pictures come from.
#[derive(Debug, Clone)]
pub enum Pictures {
    /// Pictures that carry their number (see [`crate::numbers`]), made and encoded while they are sent.
    /// `gop` is the distance of key frames in pictures. The width is a multiple of 16, the height
    /// is even, and neither is under [`crate::numbers::MIN_SIDE`].
    Numbered { fps: u32, gop: u32, width: u32, height: u32 },
    /// An MP4 file with H.264 or H.265, sent as it is, over and over.
    File(PathBuf),
    /// As [`Pictures::File`], with the file read before, so that many cameras share its memory.
    Clip(Arc<Clip>),
}

impl Pictures {
    /// Numbered pictures that cost next to nothing: 160×120, 25 a second, a key frame a second.
    pub const SMALL: Pictures = Pictures::Numbered { fps: 25, gop: 25, width: 160, height: 120 };
}

/// A running camera. It ends, with all its connections, when the value is dropped.
#[derive(Debug)]
pub struct FakeCamera {
    // Before the streams: clients go first, and their media end with them.
    door: Door,
    streams: BTreeMap<String, Stream>,
}

/// One path of a camera.
#[derive(Debug)]
struct Stream {
    program: Arc<Program>,
    factory: RTSPMediaFactory,
    look: Look,
}

impl FakeCamera {
    /// A camera with default settings: any port, H.264, no sound, no login, small numbered
    /// pictures on `/main`.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Where the camera listens, or would listen while it is stopped.
    pub fn addr(&self) -> SocketAddr {
        self.door.addr()
    }

    /// `rtsp://…` of a path, without the login.
    pub fn url(&self, path: &str) -> String {
        format!("rtsp://{}{path}", self.addr())
    }

    /// `rtsp://…/main`.
    pub fn main_url(&self) -> String {
        self.url(MAIN)
    }

    /// `rtsp://…/sub`.
    pub fn sub_url(&self) -> String {
        self.url(SUB)
    }

    /// Paths of all streams.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.streams.keys().map(String::as_str)
    }

    /// RTSP connections, now and ever.
    pub fn connections(&self) -> Connections {
        self.door.connections()
    }

    /// Whether the camera takes connections.
    pub fn is_running(&self) -> bool {
        self.door.is_open()
    }

    /// Vanishes: closes every connection (FIN) and refuses new ones. The port stays reserved.
    ///
    /// As with a real camera the last picture may be cut short, and a client may record half of
    /// it. A test that reads every picture calls [`FakeCamera::hold_pictures`] first.
    pub fn stop(&mut self) {
        self.door.close(WIND_DOWN);
    }

    /// Comes back on the same port. Numbers and footage go on with the time that has passed, so
    /// that no number comes twice and a gap is as long as the outage.
    pub fn start(&mut self) -> Result<()> {
        self.door.open(Duration::ZERO)
    }

    /// Stops sending pictures while everything else goes on; sound too, and the connections live.
    /// After `false` the numbers go on with the time that has passed.
    pub fn hold_pictures(&self, hold: bool) {
        self.programs().for_each(|p| p.hold(hold));
    }

    /// Stops sending sound, or sends it again.
    pub fn mute_audio(&self, mute: bool) {
        self.programs().for_each(|p| p.mute(mute));
    }

    /// Numbered pictures have this size from the next one on, in the same stream.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        builder::check_size(width, height)?;
        self.programs().for_each(|p| p.mischief.resize(width, height));
        Ok(())
    }

    /// Numbered pictures are compressed in this way from the next connection on that finds no
    /// other.
    pub fn change_codec(&mut self, codec: Codec) {
        self.change_look(|look| look.codec = codec);
    }

    /// Sound is of this kind, or there is none, from the next connection on that finds no other.
    pub fn change_audio(&mut self, audio: Audio) {
        self.change_look(|look| look.audio = audio);
    }

    fn change_look(&mut self, change: impl Fn(&mut Look)) {
        for stream in self.streams.values_mut() {
            change(&mut stream.look);
            stream.factory.set_launch(&media::launch(&stream.program.source, stream.look));
        }
    }

    /// Timestamps of pictures jump by this many seconds, as after somebody set the camera's clock.
    pub fn jump_clock(&self, seconds: i64) {
        self.programs().for_each(|p| p.mischief.jump_clock(seconds));
    }

    /// Takes the key frames out of the streams, and what describes them out of the packets. The
    /// description (SDP) still names it.
    pub fn withhold_key_frames(&self, withhold: bool) {
        self.programs().for_each(|p| p.mischief.withholds_key_frames.store(withhold, SeqCst));
    }

    /// Makes each picture larger by this many bytes that mean nothing.
    pub fn swell_pictures(&self, bytes: usize) {
        self.programs().for_each(|p| p.mischief.filler_bytes.store(bytes, SeqCst));
    }

    /// Makes one picture of each stream larger by this many bytes that mean nothing.
    pub fn swell_one_picture(&self, bytes: usize) {
        self.programs().for_each(|p| p.mischief.next_filler_bytes.store(bytes, SeqCst));
    }

    /// Ends the streams by RTCP BYE while their connections stand. The next connection that finds
    /// no other begins them again.
    pub fn say_goodbye(&self) {
        self.programs().for_each(|p| p.mischief.says_goodbye.store(true, SeqCst));
    }

    /// The line that pictures go over is as bad as this from now on.
    pub fn set_wire(&self, wire: Wire) {
        self.programs().for_each(|p| lock(&p.mischief.line).become_like(wire));
    }

    /// What the line of a stream has done.
    pub fn wire_counts(&self, path: &str) -> Option<WireCounts> {
        self.streams.get(path).map(|s| lock(&s.program.mischief.line).counts)
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        self.streams.values().map(|stream| &*stream.program)
    }

    /// Whether pictures of any stream are being made: somebody is connected, and no stream of his
    /// has ended.
    pub fn is_sending(&self) -> bool {
        self.programs().any(|p| !p.is_idle())
    }

    /// How far a stream has come: the number of its newest picture.
    pub fn newest_picture(&self, path: &str) -> Option<u64> {
        self.streams.get(path).and_then(|s| s.program.newest())
    }
}

impl Drop for FakeCamera {
    fn drop(&mut self) {
        self.stop();
        let idle = || self.programs().all(|p| p.is_idle());
        if !crate::wait::until(WIND_DOWN, idle) {
            tracing::warn!(addr = %self.addr(), "a fake camera's media did not end in time");
        }
    }
}
