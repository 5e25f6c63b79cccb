//! The camera's TCP port: takes connections, counts them, hands them to the RTSP server, and shuts
//! them all at once. The port stays ours while nobody listens on it.

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use gst_rtsp_server::gio;
use gst_rtsp_server::prelude::*;
use gst_rtsp_server::{RTSPClient, RTSPServer};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use super::program::lock;
use crate::wait;

/// Tests connect by the dozen at once.
const BACKLOG: u32 = 128;

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open now.
    pub current: usize,
    /// Taken since the camera was made.
    pub total: usize,
}

#[derive(Debug)]
pub(super) struct Door {
    server: RTSPServer,
    /// Bound and never listening: nobody else gets the port while the door is shut.
    _reserved: TcpSocket,
    addr: SocketAddr,
    guests: Arc<Mutex<Guests>>,
    porter: Option<Porter>,
}

/// A second handle on each connection, to shut it from outside.
#[derive(Debug, Default)]
struct Guests {
    open: HashMap<usize, TcpStream>,
    total: usize,
    /// The one that is being handed to the server.
    arriving: usize,
}

/// The thread that takes connections.
#[derive(Debug)]
struct Porter {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Door {
    pub(super) fn new(server: RTSPServer, addr: SocketAddr) -> Result<Door> {
        // GLib 2.74 hangs where one thread registers a type while another makes the class that wants
        // it, as the porter and a client do with that of addresses.
        gio::SocketAddress::static_type();
        gio::Socket::static_type();
        let reserved = bound(addr)?;
        let addr = reserved.local_addr().context("read the port")?;
        let guests = Arc::new(Mutex::new(Guests::default()));
        let counted = Arc::clone(&guests);
        server.connect_client_connected(move |_, client| note_end(client, &counted));
        Ok(Door { server, _reserved: reserved, addr, guests, porter: None })
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(super) fn is_open(&self) -> bool {
        self.porter.is_some()
    }

    pub(super) fn connections(&self) -> Connections {
        let guests = lock(&self.guests);
        Connections { current: guests.open.len(), total: guests.total }
    }

    /// Takes connections from `delay` on. Does nothing where the door is open.
    pub(super) fn open(&mut self, delay: Duration) -> Result<()> {
        if self.porter.is_some() {
            return Ok(());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listen = move |addr| bound(addr)?.listen(BACKLOG).context("listen");
        let mut listener = None;
        if delay.is_zero() {
            let _context = runtime.enter();
            listener = Some(listen(self.addr)?);
        }
        let (server, addr, guests) = (self.server.clone(), self.addr, Arc::clone(&self.guests));
        let (stop, stopped) = oneshot::channel();
        let work = async move {
            let listener = match listener {
                Some(listener) => listener,
                None => {
                    tokio::time::sleep(delay).await;
                    listen(addr).expect("the port is reserved")
                }
            };
            take_all(&listener, &server, &guests).await;
        };
        let body = move || {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped => {}
                    () = work => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("camera-door".to_owned()).spawn(body)?;
        self.porter = Some(Porter { stop, thread });
        Ok(())
    }

    /// Refuses new connections, closes the others and waits for the server to have let go of them.
    pub(super) fn close(&mut self, bound: Duration) {
        let Some(porter) = self.porter.take() else { return };
        // Fails only where the thread has already ended.
        let _ = porter.stop.send(());
        if porter.thread.join().is_err() {
            tracing::error!(addr = %self.addr, "a fake camera's door broke");
        }
        for stream in lock(&self.guests).open.values() {
            // Fails only where the other side has gone.
            let _ = stream.shutdown(Shutdown::Both);
        }
        if !wait::until(bound, || lock(&self.guests).open.is_empty()) {
            tracing::warn!(addr = %self.addr, "a fake camera's clients did not end in time");
        }
    }
}

fn bound(addr: SocketAddr) -> Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.context("make a socket")?;
    socket.set_reuseaddr(true).context("share the port")?;
    socket.bind(addr).with_context(|| format!("bind {addr}"))?;
    Ok(socket)
}

async fn take_all(listener: &TcpListener, server: &RTSPServer, guests: &Mutex<Guests>) {
    loop {
        let taken = match listener.accept().await {
            Ok((stream, peer)) => take(stream, peer, server, guests),
            Err(e) => Err(e.into()),
        };
        if let Err(e) = taken {
            tracing::warn!(error = %e, "a fake camera lost a connection");
        }
    }
}

fn take(
    stream: tokio::net::TcpStream,
    peer: SocketAddr,
    server: &RTSPServer,
    guests: &Mutex<Guests>,
) -> Result<()> {
    let stream = stream.into_std()?;
    let second = stream.try_clone()?;
    let id = {
        let mut guests = lock(guests);
        guests.total += 1;
        guests.arriving = guests.total;
        let id = guests.arriving;
        guests.open.insert(id, second);
        id
    };
    let handed = gio::Socket::from_fd(OwnedFd::from(stream)).map_err(anyhow::Error::from).and_then(
        |socket| {
            let (ip, port) = (peer.ip().to_string(), i32::from(peer.port()));
            Ok(server.transfer_connection(socket, &ip, port, None)?)
        },
    );
    if handed.is_err() {
        lock(guests).open.remove(&id);
    }
    handed
}

/// Runs inside `transfer_connection`, so the arriving one is this client's.
fn note_end(client: &RTSPClient, guests: &Arc<Mutex<Guests>>) {
    let id = lock(guests).arriving;
    let guests = Arc::clone(guests);
    client.connect_closed(move |_| {
        lock(&guests).open.remove(&id);
    });
}
