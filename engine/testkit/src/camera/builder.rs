//! What a camera is like, before it starts.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use gst_rtsp_server::prelude::*;
use gst_rtsp_server::{RTSPAuth, RTSPMountPoints, RTSPServer, RTSPToken};

use super::door::Door;
use super::media::{self, Look};
use super::mischief::Mischief;
use super::program::{Program, Source};
use super::{Audio, Clip, Codec, FakeCamera, MAIN, Pictures, SUB, Stream};
use crate::numbers;

/// The role that every known user has.
const ROLE: &str = "viewer";

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
    uneven: bool,
    first_ticks: Option<u32>,
    audio: Audio,
    silent_after: Option<Duration>,
    login: Option<Login>,
    mounts: Vec<Mount>,
    start_delay: Duration,
}

impl Builder {
    pub(super) fn new() -> Self {
        Builder {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            codec: Codec::H264,
            b_frames: 0,
            uneven: false,
            first_ticks: None,
            audio: Audio::None,
            silent_after: None,
            login: None,
            mounts: Vec::new(),
            start_delay: Duration::ZERO,
        }
    }

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

    /// Numbered pictures come at their rate in one second and at a fifth of it in the next.
    pub fn uneven_rate(mut self) -> Self {
        self.uneven = true;
        self
    }

    /// RTP timestamps of pictures (90 kHz) begin here instead of anywhere.
    pub fn first_rtp_time(mut self, ticks: u32) -> Self {
        self.first_ticks = Some(ticks);
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
        let mut streams = BTreeMap::new();
        let look = Look { codec: self.codec, audio: self.audio };
        let mut clips = BTreeMap::new();
        for mount in std::mem::take(&mut self.mounts) {
            let source = self.source(&mount, &mut clips)?;
            let mischief = Mischief { first_ticks: self.first_ticks, ..Mischief::default() };
            let program = Program::new(source, mount.skip, self.silent_after, mischief);
            let program = Arc::new(program);
            let factory = media::factory(&program, look, self.login.as_ref().map(|_| ROLE));
            points.add_factory(&mount.path, factory.clone());
            let (path, stream) = (mount.path, Stream { program, factory, look });
            ensure!(streams.insert(path.clone(), stream).is_none(), "{path} is there twice");
        }
        server.set_mount_points(Some(&points));
        if let Some(login) = &self.login {
            server.set_auth(Some(&auth(login)));
        }
        let mut door = Door::new(server, SocketAddr::new(self.host, self.port))?;
        door.open(self.start_delay)?;
        Ok(FakeCamera { door, streams })
    }

    fn source(&self, mount: &Mount, clips: &mut BTreeMap<PathBuf, Arc<Clip>>) -> Result<Source> {
        match &mount.pictures {
            &Pictures::Numbered { fps, gop, width, height } => {
                ensure!(fps > 0 && gop > 0, "numbered pictures need a rate and a GOP");
                check_size(width, height)?;
                let (uneven, b_frames) = (self.uneven, self.b_frames);
                Ok(Source::Numbered { fps, uneven, gop, width, height, b_frames })
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

/// Whether numbers can be read from pictures of this size, and encoders take them.
pub(super) fn check_size(width: u32, height: u32) -> Result<()> {
    let small = width.min(height) < numbers::MIN_SIDE as u32;
    if small || !width.is_multiple_of(16) || !height.is_multiple_of(2) {
        bail!("numbers do not fit into pictures of {width}×{height}");
    }
    Ok(())
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
