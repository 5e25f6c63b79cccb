//! Rows K of docs/reliability.md: many who watch, and many who go without a word. The recording
//! loses nothing, and nothing of them stays.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use futures_util::future::join_all;
use ronin_proto::v1::{
    StreamKind, StreamLiveRequest, StreamLiveResponse, WatchCamerasRequest,
    live_service_client::LiveServiceClient, stream_live_response::Content,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    wait,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpSocket, TcpStream},
    time::{interval, timeout},
};
use tonic::{Streaming, transport::Channel};

use crate::sandbox::{Authorized, BOUND, Sandbox, assert_continuous, full_size};

const ID: &str = "cam";
/// Players of one address: the engine takes 256 connections from each.
const OF_ONE_ADDRESS: usize = 200;

/// A connection over HTTP that stays open.
struct Http {
    stream: BufStream<TcpStream>,
    head: String,
}

impl Http {
    /// Connects from one of many addresses of this machine.
    async fn connect(sandbox: &Sandbox, number: usize) -> Http {
        let from = Ipv4Addr::new(127, 0, 0, 2 + (number / OF_ONE_ADDRESS) as u8);
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        let stream = timeout(BOUND, socket.connect(sandbox.address)).await.unwrap().unwrap();
        let head = format!("Host: ronin\r\nAuthorization: Bearer {}\r\n", sandbox.token);
        Http { stream: BufStream::new(stream), head }
    }

    /// The body of an answer that says how long it is.
    async fn get(&mut self, path: &str) -> Vec<u8> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
        let (mut line, mut length, mut is_first) = (String::new(), 0, true);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            if is_first {
                assert!(line.starts_with("HTTP/1.1 200"), "{path}: {line}");
                is_first = false;
            } else if line.trim().is_empty() {
                break;
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        body
    }

    /// Plays so many segments, each as it appears at the end of the list, as a player does. Gives
    /// the bytes.
    async fn play(mut self, segments: usize) -> usize {
        let mut poll = interval(Duration::from_secs(1));
        let (mut last, mut played, mut bytes) = (String::new(), 0, 0);
        while played < segments {
            poll.tick().await;
            let list =
                String::from_utf8(self.get(&format!("/live/{ID}/index.m3u8")).await).unwrap();
            let newest = list.lines().rfind(|line| line.ends_with(".ts")).unwrap().to_owned();
            if newest != last {
                bytes += self.get(&format!("/live/{ID}/{newest}")).await.len();
                last = newest;
                played += 1;
            }
        }
        bytes
    }
}

/// Of `/proc/<pid>/status`, in KiB.
fn memory_kib(sandbox: &Sandbox, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", sandbox.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Time that the engine computed, in seconds, of a hundred ticks each.
fn cpu_seconds(sandbox: &Sandbox) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", sandbox.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

/// Open connections, the engine's own and those to it. Files come and go with the recording.
fn sockets(sandbox: &Sandbox) -> usize {
    let open = fs::read_dir(format!("/proc/{}/fd", sandbox.pid())).unwrap();
    // One may be closed meanwhile.
    let targets = open.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn k1_a_thousand_players_of_one_camera_cost_no_picture_and_little_memory() {
    let (players, segments) = if full_size() { (1000, 30) } else { (200, 4) };
    let mut camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    camera.swell_pictures(10_000);
    let mut sandbox = Sandbox::start().await;
    sandbox.add(ID, &camera.main_url()).await;
    sandbox.wait_segments(ID, 2).await;
    let (before, cpu) = (memory_kib(&sandbox, "VmRSS:"), cpu_seconds(&sandbox));

    let connections = join_all((0..players).map(|number| Http::connect(&sandbox, number))).await;
    let playing = connections.into_iter().map(|player| player.play(segments));
    let bytes: Vec<usize> = timeout(BOUND * 4, join_all(playing)).await.unwrap();

    let (after, cpu) = (memory_kib(&sandbox, "VmHWM:"), cpu_seconds(&sandbox) - cpu);
    let megabytes = bytes.iter().sum::<usize>() / 1_000_000;
    eprintln!(
        "{players} players, {megabytes} MB: {cpu:.1} s of CPU, {before} KiB before, {after} at most"
    );
    assert!(bytes.iter().all(|bytes| *bytes > segments * 100_000));
    assert!(after < before + (200 << 10), "{before} KiB became {after}");
    assert_eq!(camera.connections().total, 1);
    camera.stop();
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files(ID));
}

/// A viewer's stream, after its first picture.
async fn watch_live(live: &LiveServiceClient<Authorized>) -> Streaming<StreamLiveResponse> {
    let stream = StreamKind::Main.into();
    let ask = StreamLiveRequest {
        camera: format!("cameras/{ID}"),
        stream,
        sound: false,
        ..Default::default()
    };
    let mut stream = live.clone().stream_live(ask).await.unwrap().into_inner();
    loop {
        let message = timeout(BOUND, stream.message()).await.unwrap().unwrap();
        if let Some(Content::Fragment(_)) = message.unwrap().content {
            return stream;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_of_two_hundred_streams_that_end_without_a_word_nothing_stays() {
    const CONNECTIONS: usize = 20;
    const STREAMS: usize = 5;
    let mut camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add(ID, &camera.main_url()).await;
    sandbox.wait_segments(ID, 2).await;
    let before = sockets(&sandbox);

    let address = format!("http://{}", sandbox.address);
    let open = || async { Channel::from_shared(address.clone()).unwrap().connect().await };
    let channels = join_all((0..CONNECTIONS).map(|_| open())).await;
    let (mut pictures, mut cameras) = (Vec::new(), Vec::new());
    for channel in channels {
        let (live, watch) = sandbox.clients_over(channel.unwrap());
        for _ in 0..STREAMS {
            let ask = WatchCamerasRequest::default();
            cameras.push(watch.clone().watch_cameras(ask).await.unwrap().into_inner());
        }
        pictures.extend(join_all((0..STREAMS).map(|_| watch_live(&live))).await);
    }
    assert!(sockets(&sandbox) >= before + CONNECTIONS);

    // Half of the streams end one by one, then the connections break with all that is left.
    for stream in pictures.split_off(CONNECTIONS * STREAMS / 2) {
        drop(stream);
    }
    for stream in &mut pictures {
        timeout(BOUND, stream.message()).await.unwrap().unwrap();
    }
    drop((pictures, cameras));
    wait::eventually_async(Duration::from_secs(10), "nothing of them", || {
        sockets(&sandbox) <= before
    })
    .await;

    assert_eq!(camera.connections().total, 1);
    camera.stop();
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files(ID));
}
