//! A camera for demonstrations, browser tests and benchmarks: footage that loops, or numbered
//! pictures, over RTSP until it is told to end.
//!
//! The first line on stdout is the URL of its first stream. With `--control-port` it can be taken
//! away and brought back: `POST /stop`, `POST /start`, `GET /state`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use ronin_testkit::camera::{Audio, Builder, Clip, Codec, FakeCamera, MAIN, Pictures};
use ronin_testkit::footage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

/// A request of a person or a script fits into one read; more is not answered.
const MAX_REQUEST_BYTES: usize = 4096;
/// How long a client of the control port may take for its request.
const REQUEST_PATIENCE: Duration = Duration::from_secs(2);

/// A fake camera that loops footage over RTSP.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// The MP4 file to loop, H.264 or H.265; the street scene of this repository by default.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Numbered pictures instead of a file.
    #[arg(long, value_name = "WxH@FPS", value_parser = numbered, conflicts_with = "file")]
    numbered: Option<Pictures>,
    /// Codec of numbered pictures.
    #[arg(long, value_enum, default_value_t = CodecArg::H264)]
    codec: CodecArg,
    #[arg(long, value_enum, default_value_t = AudioArg::None)]
    audio: AudioArg,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port of RTSP; 0 takes a free one.
    #[arg(long, default_value_t = 8554)]
    port: u16,
    /// Port of the control endpoint (HTTP on the same address); 0 takes a free one.
    #[arg(long)]
    control_port: Option<u16>,
    /// Asks for this user, by digest.
    #[arg(long, requires = "password")]
    user: Option<String>,
    #[arg(long, requires = "user")]
    password: Option<String>,
    /// Serves /cam0, /cam1, … instead of /main and /sub, each from another moment of the file on.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    cameras: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CodecArg {
    H264,
    H265,
}

#[derive(Clone, Copy, ValueEnum)]
enum AudioArg {
    None,
    Pcmu,
    Pcma,
    Aac,
}

/// `160x120@25`, with a key frame every second.
fn numbered(text: &str) -> Result<Pictures> {
    let parts = text.split_once('@').and_then(|(size, fps)| Some((size.split_once('x')?, fps)));
    let Some(((width, height), fps)) = parts else { bail!("expected WxH@FPS, as in 160x120@25") };
    let (width, height, fps) = (width.parse()?, height.parse()?, fps.parse()?);
    Ok(Pictures::Numbered { fps, gop: fps, width, height })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let mut terminate = signal(SignalKind::terminate())?;
    let camera = builder(&args)?.start()?;
    let first = if args.cameras.is_some() { "/cam0" } else { MAIN };
    let control = match args.control_port {
        Some(port) => {
            let addr = SocketAddr::new(args.host, port);
            Some(TcpListener::bind(addr).await.with_context(|| format!("listen on {addr}"))?)
        }
        None => None,
    };
    println!("{}", camera.url(first));
    if let Some(control) = &control {
        println!("http://{}/", control.local_addr()?);
    }
    let camera = Arc::new(Mutex::new(camera));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = serve(control, &camera) => {}
    }
    Ok(())
}

fn builder(args: &Args) -> Result<Builder> {
    let (pictures, length) = match &args.numbered {
        Some(numbered) => (numbered.clone(), Duration::ZERO),
        None => {
            let clip = Clip::load(&args.file.clone().unwrap_or_else(footage::street))?;
            let length = clip.length();
            (Pictures::Clip(Arc::new(clip)), length)
        }
    };
    let builder = match args.cameras {
        None => FakeCamera::builder().main_stream(pictures.clone()).sub_stream(pictures),
        Some(count) => (0..count).fold(FakeCamera::builder(), |builder, n| {
            let skip = length * n / count;
            builder.stream_from(&format!("/cam{n}"), pictures.clone(), skip)
        }),
    };
    let codec = match args.codec {
        CodecArg::H264 => Codec::H264,
        CodecArg::H265 => Codec::H265,
    };
    let audio = match args.audio {
        AudioArg::None => Audio::None,
        AudioArg::Pcmu => Audio::Pcmu,
        AudioArg::Pcma => Audio::Pcma,
        AudioArg::Aac => Audio::Aac,
    };
    let builder = builder.host(args.host).port(args.port).codec(codec).audio(audio);
    Ok(match (&args.user, &args.password) {
        (Some(user), Some(password)) => builder.login(user, password),
        _ => builder,
    })
}

/// Answers the control port, one request after the other; without one it waits for ever.
async fn serve(control: Option<TcpListener>, camera: &Arc<Mutex<FakeCamera>>) {
    let Some(control) = control else { return std::future::pending().await };
    loop {
        let answered = match control.accept().await {
            Ok((stream, _)) => answer(stream, camera).await,
            Err(e) => Err(e.into()),
        };
        if let Err(e) = answered {
            eprintln!("control: {e:#}");
        }
    }
}

async fn answer(mut stream: TcpStream, camera: &Arc<Mutex<FakeCamera>>) -> Result<()> {
    let reading = request_line(&mut stream);
    let line = tokio::time::timeout(REQUEST_PATIENCE, reading).await.context("no request")??;
    let camera = Arc::clone(camera);
    // Stopping waits for the clients to be gone.
    let (status, body) = tokio::task::spawn_blocking(move || act(&line, &camera)).await?;
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}

async fn request_line(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await?;
        if read == 0 || head.len() > MAX_REQUEST_BYTES {
            bail!("not a request");
        }
    }
    let head = String::from_utf8_lossy(&head);
    Ok(head.lines().next().unwrap_or_default().to_owned())
}

/// Status line and body.
fn act(request: &str, camera: &Mutex<FakeCamera>) -> (&'static str, String) {
    let mut camera = camera.lock().unwrap_or_else(PoisonError::into_inner);
    let mut words = request.split_whitespace();
    let done = match (words.next(), words.next()) {
        (Some("POST"), Some("/stop")) => {
            camera.stop();
            Ok(())
        }
        (Some("POST"), Some("/start")) => camera.start(),
        (Some("GET"), Some("/state")) => Ok(()),
        _ => return ("404 Not Found", "{}".to_owned()),
    };
    if let Err(e) = done {
        let message = serde_json::Value::from(format!("{e:#}"));
        return ("500 Internal Server Error", format!("{{\"error\":{message}}}"));
    }
    let clients = camera.connections();
    let paths: Vec<&str> = camera.paths().collect();
    let newest = paths.iter().filter_map(|path| camera.newest_picture(path)).max();
    let state = serde_json::json!({
        "running": camera.is_running(),
        "connections": clients.current,
        "connectionsTotal": clients.total,
        "newestPicture": newest,
        "paths": paths,
    });
    ("200 OK", state.to_string())
}
