//! Fake cameras: real RTSP servers in this process, with pictures that carry numbers or with
//! footage that loops forever.
//!
//! ```text
//!  door (TCP, counts, shuts)  ──►  GstRTSPServer  ──►  one shared media per path
//!                                                        ▲
//!                                  program (numbers or clip, paced by the clock)
//! ```
//! Not here: broken servers ([`crate::rtsp_raw`]) and broken networks ([`crate::relay`]).

mod builder;
mod clip;
mod door;
mod media;
mod program;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

pub use builder::Builder;
pub use clip::Clip;
pub use door::Connections;

use door::Door;
use program::Program;

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
    // Before the programs: clients go first, and their media end with them.
    door: Door,
    programs: BTreeMap<String, Arc<Program>>,
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
        self.programs.keys().map(String::as_str)
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
        self.programs.values().for_each(|p| p.hold(hold));
    }

    /// Stops sending sound, or sends it again.
    pub fn mute_audio(&self, mute: bool) {
        self.programs.values().for_each(|p| p.mute(mute));
    }

    /// How far a stream has come: the number of its newest picture.
    pub fn newest_picture(&self, path: &str) -> Option<u64> {
        self.programs.get(path).and_then(|p| p.newest())
    }
}

impl Drop for FakeCamera {
    fn drop(&mut self) {
        self.stop();
        let idle = || self.programs.values().all(|p| p.is_idle());
        if !crate::wait::until(WIND_DOWN, idle) {
            tracing::warn!(addr = %self.addr(), "a fake camera's media did not end in time");
        }
    }
}
