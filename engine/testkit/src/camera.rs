//! Fake cameras: real RTSP servers in this process, with pictures that carry numbers or with
//! footage that loops forever.
//!
//! ```text
//!  door (TCP, counts, shuts)  ──►  GstRTSPServer  ──►  one shared media per path
//!                                                        ▲
//!                                  program (numbers or clip, paced by the clock)
//! ```
//! Not here: broken servers ([`crate::rtsp_raw`]) and broken networks ([`crate::relay`]).

mod clip;
mod door;
mod media;
mod program;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use gst_rtsp_server::prelude::*;
use gst_rtsp_server::{RTSPAuth, RTSPMountPoints, RTSPServer, RTSPToken};

pub use clip::Clip;
pub use door::Connections;

use door::Door;
use program::{Program, Source};

use crate::numbers;

/// Path of the large stream.
pub const MAIN: &str = "/main";
/// Path of the small stream.
pub const SUB: &str = "/sub";

/// The role that every known user has.
const ROLE: &str = "viewer";
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
    /// Pictures that carry their number (see [`numbers`]), made and encoded while they are sent.
    /// `gop` is the distance of key frames in pictures. The width is a multiple of 16, the height
    /// is even, and neither is under [`numbers::MIN_SIDE`].
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

#[derive(Debug, Clone)]
enum Login {
    Digest { user: String, password: String },
    Basic { user: String, password: String },
}

#[derive(Debug)]
struct Mount {
    path: String,
    pictures: Pictures,
    skip: Duration,
}

/// What a camera is like. Made by [`FakeCamera::builder`].
#[derive(Debug)]
pub struct Builder {
    host: IpAddr,
    port: u16,
    codec: Codec,
    b_frames: u32,
    audio: Audio,
    silent_after: Option<Duration>,
    login: Option<Login>,
    mounts: Vec<Mount>,
    start_delay: Duration,
}

impl Builder {
    /// Listens on another address than 127.0.0.1.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// Listens on this port; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Codec of numbered pictures. Files are sent with the codec they have.
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// Puts this many B-frames between two other frames of numbered pictures.
    pub fn b_frames(mut self, b_frames: u32) -> Self {
        self.b_frames = b_frames;
        self
    }

    /// What `/main` shows. Without any stream a camera has [`Pictures::SMALL`] there.
    pub fn main_stream(self, pictures: Pictures) -> Self {
        self.stream(MAIN, pictures)
    }

    /// Adds `/sub`.
    pub fn sub_stream(self, pictures: Pictures) -> Self {
        self.stream(SUB, pictures)
    }

    /// Adds a stream under any path.
    pub fn stream(self, path: &str, pictures: Pictures) -> Self {
        self.stream_from(path, pictures, Duration::ZERO)
    }

    /// Adds a stream that begins `skip` into its footage, at the next key frame. Numbered pictures
    /// begin with the number of that time.
    pub fn stream_from(mut self, path: &str, pictures: Pictures, skip: Duration) -> Self {
        self.mounts.push(Mount { path: path.to_owned(), pictures, skip });
        self
    }

    /// Adds sound to every stream.
    pub fn audio(mut self, audio: Audio) -> Self {
        self.audio = audio;
        self
    }

    /// Sound is announced, and stops this long after its media began; zero: it never comes.
    pub fn audio_silent_after(mut self, after: Duration) -> Self {
        self.silent_after = Some(after);
        self
    }

    /// Asks for this user and password, by digest.
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login::Digest { user: user.to_owned(), password: password.to_owned() });
        self
    }

    /// Asks for this user and password in clear text, and offers nothing else.
    pub fn basic_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login::Basic { user: user.to_owned(), password: password.to_owned() });
        self
    }

    /// The port refuses connections for this long after the start.
    pub fn start_delay(mut self, delay: Duration) -> Self {
        self.start_delay = delay;
        self
    }

    /// Starts the camera.
    pub fn start(mut self) -> Result<FakeCamera> {
        gst::init().context("start GStreamer")?;
        if self.mounts.is_empty() {
            self = self.main_stream(Pictures::SMALL);
        }
        let server = RTSPServer::new();
        let points = RTSPMountPoints::new();
        let mut programs = BTreeMap::new();
        let mut clips = BTreeMap::new();
        for mount in std::mem::take(&mut self.mounts) {
            let source = self.source(&mount, &mut clips)?;
            let program = Arc::new(Program::new(source, mount.skip, self.silent_after));
            let factory = media::factory(&program, self.audio, self.login.as_ref().map(|_| ROLE));
            points.add_factory(&mount.path, factory);
            let path = mount.path;
            ensure!(programs.insert(path.clone(), program).is_none(), "{path} is there twice");
        }
        server.set_mount_points(Some(&points));
        if let Some(login) = &self.login {
            server.set_auth(Some(&auth(login)));
        }
        let mut door = Door::new(server, SocketAddr::new(self.host, self.port))?;
        door.open(self.start_delay)?;
        Ok(FakeCamera { door, programs })
    }

    fn source(&self, mount: &Mount, clips: &mut BTreeMap<PathBuf, Arc<Clip>>) -> Result<Source> {
        match &mount.pictures {
            &Pictures::Numbered { fps, gop, width, height } => {
                ensure!(fps > 0 && gop > 0, "numbered pictures need a rate and a GOP");
                let small = width.min(height) < numbers::MIN_SIDE as u32;
                if small || width % 16 != 0 || height % 2 != 0 {
                    bail!("numbers do not fit into pictures of {width}×{height}");
                }
                let (codec, b_frames) = (self.codec, self.b_frames);
                Ok(Source::Numbered { codec, fps, gop, width, height, b_frames })
            }
            Pictures::File(path) => {
                let clip = match clips.get(path) {
                    Some(clip) => Arc::clone(clip),
                    None => Arc::new(Clip::load(path)?),
                };
                clips.insert(path.clone(), Arc::clone(&clip));
                Ok(Source::Clip(clip))
            }
            Pictures::Clip(clip) => Ok(Source::Clip(Arc::clone(clip))),
        }
    }
}

fn auth(login: &Login) -> RTSPAuth {
    let auth = RTSPAuth::new();
    let role = gst_rtsp_server::RTSP_TOKEN_MEDIA_FACTORY_ROLE;
    let token = RTSPToken::builder().field(role, ROLE).build();
    match login {
        Login::Digest { user, password } => {
            auth.set_supported_methods(gst_rtsp::RTSPAuthMethod::Digest);
            auth.add_digest(user, password, &token);
        }
        Login::Basic { user, password } => {
            auth.set_supported_methods(gst_rtsp::RTSPAuthMethod::Basic);
            auth.add_basic(&RTSPAuth::make_basic(user, password), &token);
        }
    }
    auth
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
        Builder {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            codec: Codec::H264,
            b_frames: 0,
            audio: Audio::None,
            silent_after: None,
            login: None,
            mounts: Vec::new(),
            start_delay: Duration::ZERO,
        }
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
