//! A TCP relay in front of a camera that breaks connections in known ways. It keeps its port for
//! its whole life, whatever happens behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// The most that is moved at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// A trickle moves a little this often, so that the other side never sees a long silence.
const TRICKLE_STEP: Duration = Duration::from_millis(50);
/// What garbage is made of. No RTSP line, and no frame either: those begin with `$`.
const JUNK: [u8; 64] = [0xA7; 64];

/// What the relay does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Moves everything.
    Pass,
    /// Ends every connection, and every new one as soon as it is there.
    Cut(Ending),
    /// Keeps every connection and moves nothing. New connections are taken and stay silent.
    Freeze,
    /// Moves no more than this each way and connection.
    Trickle { bytes_per_second: u32 },
    /// Puts junk before each piece that comes from the server.
    Garbage,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As a program that closes its socket.
    Fin,
    /// As a machine that knows nothing of the connection any more.
    Rst,
}

/// What the relay has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Connections that clients have now.
    pub current: usize,
    /// Connections that clients ever made, the refused ones among them.
    pub total: usize,
    /// Bytes written to servers.
    pub to_server_bytes: u64,
    /// Bytes written to clients, junk included.
    pub to_client_bytes: u64,
}

#[derive(Debug, Default)]
struct Counters {
    current: AtomicUsize,
    total: AtomicUsize,
    to_server: AtomicU64,
    to_client: AtomicU64,
}

/// A running relay. It ends with the value; open connections are closed then.
#[derive(Debug)]
pub struct Relay {
    addr: SocketAddr,
    mode: watch::Sender<Mode>,
    counters: Arc<Counters>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Relays a free port of 127.0.0.1 to `target`, which need not be there yet.
    pub fn start(target: SocketAddr) -> Result<Relay> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listen")?;
        listener.set_nonblocking(true).context("listen")?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener).context("listen")?
        };
        let addr = listener.local_addr().context("read the port")?;
        let (mode, watched) = watch::channel(Mode::Pass);
        let counters = Arc::new(Counters::default());
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, target, watched, Arc::clone(&counters));
        let body = move || {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped => {}
                    () = serving => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(body)?;
        Ok(Relay { addr, mode, counters, stop: Some(stop), thread: Some(thread) })
    }

    /// Where clients connect to.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `rtsp://…` of a path behind the relay.
    pub fn url(&self, path: &str) -> String {
        format!("rtsp://{}{path}", self.addr)
    }

    /// Changes what happens, at once and for every connection.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Back to [`Mode::Pass`]. Frozen connections go on where they were.
    pub fn restore(&self) {
        self.set(Mode::Pass);
    }

    /// What has happened until now.
    pub fn counts(&self) -> Counts {
        Counts {
            current: self.counters.current.load(Ordering::SeqCst),
            total: self.counters.total.load(Ordering::SeqCst),
            to_server_bytes: self.counters.to_server.load(Ordering::SeqCst),
            to_client_bytes: self.counters.to_client.load(Ordering::SeqCst),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only where the thread has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(addr = %self.addr, "a relay broke");
        }
    }
}

async fn serve(
    listener: TcpListener,
    target: SocketAddr,
    mode: watch::Receiver<Mode>,
    counters: Arc<Counters>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((client, _)) => {
                    connections.spawn(carry(client, target, mode.clone(), Arc::clone(&counters)));
                }
                Err(e) => tracing::warn!(error = %e, "a relay lost a connection"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Counts a connection for as long as it lives.
struct Counted(Arc<Counters>);

impl Counted {
    fn new(counters: Arc<Counters>) -> Self {
        counters.total.fetch_add(1, Ordering::SeqCst);
        counters.current.fetch_add(1, Ordering::SeqCst);
        Counted(counters)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.current.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One connection from its first to its last moment.
async fn carry(
    mut client: TcpStream,
    target: SocketAddr,
    mut mode: watch::Receiver<Mode>,
    counters: Arc<Counters>,
) {
    let counted = Counted::new(counters);
    let mut server = None;
    let ending = tokio::select! {
        biased;
        ending = cut(mode.clone()) => Some(ending),
        () = move_all(&mut client, &mut server, target, &mut mode, &counted.0) => None,
    };
    if ending == Some(Ending::Rst) {
        for stream in std::iter::once(&client).chain(&server) {
            if let Err(e) = stream.set_zero_linger() {
                tracing::debug!(error = %e, "a relay's connection had ended before it was cut");
            }
        }
    }
}

/// Waits for [`Mode::Cut`].
async fn cut(mut mode: watch::Receiver<Mode>) -> Ending {
    let is_cut = |mode: &Mode| matches!(mode, Mode::Cut(_));
    match mode.wait_for(is_cut).await.map(|mode| *mode) {
        Ok(Mode::Cut(ending)) => ending,
        // The relay is going away.
        _ => Ending::Fin,
    }
}

/// Ends when both directions have.
async fn move_all(
    client: &mut TcpStream,
    server: &mut Option<TcpStream>,
    target: SocketAddr,
    mode: &mut watch::Receiver<Mode>,
    counters: &Counters,
) {
    // The sender lives as long as the relay; without it there is nothing to carry.
    let thawed = mode.wait_for(|mode| *mode != Mode::Freeze).await.map(|_| ());
    let connected = match thawed {
        Ok(()) => TcpStream::connect(target).await,
        Err(_) => return,
    };
    let server = match connected {
        Ok(stream) => server.insert(stream),
        Err(e) => return tracing::debug!(error = %e, "a relay's target refused"),
    };
    let (client_read, client_write) = client.split();
    let (server_read, server_write) = server.split();
    let up = Direction { written: &counters.to_server, takes_junk: false };
    let down = Direction { written: &counters.to_client, takes_junk: true };
    tokio::join!(
        up.pump(client_read, server_write, mode.clone()),
        down.pump(server_read, client_write, mode.clone()),
    );
}

struct Direction<'a> {
    written: &'a AtomicU64,
    takes_junk: bool,
}

impl Direction<'_> {
    /// Moves bytes until one side ends or fails, then ends the other.
    async fn pump(
        &self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        mut modes: watch::Receiver<Mode>,
    ) {
        let mut waiting = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let mode = *modes.borrow_and_update();
            let limit = match mode {
                Mode::Freeze => {
                    if modes.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                Mode::Trickle { bytes_per_second } => {
                    tokio::time::sleep(TRICKLE_STEP).await;
                    let share = TRICKLE_STEP.as_secs_f64() * f64::from(bytes_per_second);
                    (share as usize).clamp(1, CHUNK_BYTES)
                }
                Mode::Pass | Mode::Cut(_) | Mode::Garbage => CHUNK_BYTES,
            };
            let moved = tokio::select! {
                biased;
                changed = modes.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return,
                },
                moved = step(&mut from, &mut to, &mut waiting, &mut chunk[..limit]) => moved,
            };
            match moved {
                Ok(Moved::Read(bytes)) => {
                    if self.takes_junk && mode == Mode::Garbage {
                        waiting.extend_from_slice(&JUNK);
                    }
                    waiting.extend_from_slice(&chunk[..bytes]);
                }
                Ok(Moved::Written(bytes)) => {
                    self.written.fetch_add(bytes as u64, Ordering::SeqCst);
                }
                Ok(Moved::End) => break,
                Err(e) => {
                    tracing::debug!(error = %e, "a relay's connection ended early");
                    break;
                }
            }
        }
        // Fails only where the other side has gone.
        let _ = to.shutdown().await;
    }
}

enum Moved {
    Read(usize),
    Written(usize),
    End,
}

/// One read, or one write of what was read before. Loses nothing when it is dropped.
async fn step(
    from: &mut ReadHalf<'_>,
    to: &mut WriteHalf<'_>,
    waiting: &mut Vec<u8>,
    chunk: &mut [u8],
) -> std::io::Result<Moved> {
    if waiting.is_empty() {
        return Ok(match from.read(chunk).await? {
            0 => Moved::End,
            bytes => Moved::Read(bytes),
        });
    }
    let most = waiting.len().min(chunk.len());
    let bytes = to.write(&waiting[..most]).await?;
    waiting.drain(..bytes);
    Ok(Moved::Written(bytes))
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{Shutdown, TcpStream as StdStream};
    use std::time::Instant;

    use super::*;
    use crate::wait::{eventually, until};

    const SOON: Duration = Duration::from_secs(5);
    /// Long enough to see that nothing comes.
    const MOMENT: Duration = Duration::from_millis(150);

    /// Sends back what it gets.
    fn echo() -> SocketAddr {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut back = stream.try_clone().unwrap();
                    let _ = std::io::copy(&mut stream, &mut back);
                    let _ = back.shutdown(Shutdown::Write);
                });
            }
        });
        addr
    }

    fn relay() -> (Relay, StdStream) {
        let relay = Relay::start(echo()).unwrap();
        let mut client = StdStream::connect(relay.addr()).unwrap();
        client.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(answer(&mut client, b"hello"), b"hello");
        (relay, client)
    }

    fn answer(client: &mut StdStream, text: &[u8]) -> Vec<u8> {
        client.write_all(text).unwrap();
        let mut back = vec![0; text.len()];
        client.read_exact(&mut back).unwrap();
        back
    }

    fn is_silent(client: &mut StdStream) -> bool {
        client.set_read_timeout(Some(MOMENT)).unwrap();
        let error = client.read(&mut [0; 16]).map_err(|e| e.kind());
        client.set_read_timeout(Some(SOON)).unwrap();
        error == Err(ErrorKind::WouldBlock)
    }

    #[test]
    fn bytes_and_connections_are_counted() {
        let (relay, client) = relay();

        let counts = relay.counts();
        assert_eq!((counts.current, counts.total), (1, 1));
        // Bytes are counted when they are written, which the client may see first.
        eventually(SOON, "five bytes each way", || {
            let counts = relay.counts();
            (counts.to_server_bytes, counts.to_client_bytes) == (5, 5)
        });
        drop(client);
        eventually(SOON, "the connection to end", || relay.counts().current == 0);
    }

    #[test]
    fn a_cut_with_rst_resets_and_new_connections_end_at_once() {
        let (relay, mut client) = relay();

        relay.set(Mode::Cut(Ending::Rst));

        let error = client.read(&mut [0; 16]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let mut new = StdStream::connect(relay.addr()).unwrap();
        assert!(matches!(new.read(&mut [0; 16]), Ok(0) | Err(_)));
        assert_eq!(relay.counts().total, 2);
        relay.restore();
        let mut third = StdStream::connect(relay.addr()).unwrap();
        assert_eq!(answer(&mut third, b"again"), b"again");
    }

    #[test]
    fn a_cut_with_fin_ends_the_stream() {
        let (relay, mut client) = relay();

        relay.set(Mode::Cut(Ending::Fin));

        assert_eq!(client.read(&mut [0; 16]).unwrap(), 0);
    }

    #[test]
    fn a_freeze_holds_everything_and_loses_nothing() {
        let (relay, mut client) = relay();

        relay.set(Mode::Freeze);
        client.write_all(b"later").unwrap();
        let mut new = StdStream::connect(relay.addr()).unwrap();
        new.set_read_timeout(Some(SOON)).unwrap();
        new.write_all(b"news").unwrap();
        assert!(is_silent(&mut client) && is_silent(&mut new));
        relay.restore();

        let mut text = [0; 5];
        client.read_exact(&mut text).unwrap();
        assert_eq!(&text, b"later");
        new.read_exact(&mut text[..4]).unwrap();
        assert_eq!(&text[..4], b"news");
    }

    #[test]
    fn a_trickle_is_slow() {
        let (relay, mut client) = relay();

        relay.set(Mode::Trickle { bytes_per_second: 1000 });
        let began = Instant::now();

        assert_eq!(answer(&mut client, &[7; 300]), [7; 300]);
        assert!(began.elapsed() > Duration::from_millis(250), "{:?}", began.elapsed());
        assert!(!until(Duration::ZERO, || relay.counts().current != 1));
    }

    #[test]
    fn garbage_comes_before_what_the_server_says() {
        let (relay, mut client) = relay();

        relay.set(Mode::Garbage);
        client.write_all(b"hi").unwrap();

        let mut back = [0; JUNK.len() + 2];
        client.read_exact(&mut back).unwrap();
        assert_eq!(back[..JUNK.len()], JUNK);
        assert_eq!(&back[JUNK.len()..], b"hi");
    }
}
