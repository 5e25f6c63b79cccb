//! Connections: how many, from whom, and how long one may be silent.
//!
//! hyper waits without end for the first bytes of a connection and for a peer that stops reading;
//! here both run out.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum_server::accept::Accept;
use hyper_util::{rt::TokioExecutor, rt::TokioTimer, server::conn::auto::Builder};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// A household of browsers and some scripts use dozens; each costs some 10 KiB.
const CONNECTIONS_MAX: usize = 1024;
/// Of these from one address: a reverse proxy needs many, but one client cannot take all.
const CONNECTIONS_PER_ADDRESS: usize = 256;
/// Silence in both directions after which a connection ends. Streams beat every 15 s.
const IDLE: Duration = Duration::from_secs(75);
/// Time for the head of a request on HTTP/1.1.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Calls at the same time on one HTTP/2 connection: a wall of cameras and its streams.
const STREAMS_MAX: u32 = 128;
/// Head of a request: credentials and cookies fit many times.
const HEAD_MAX_BYTES: u32 = 16 * 1024;
/// Read buffer of HTTP/1.1, which bounds the head of a request there.
const BUFFER_MAX_BYTES: usize = 64 * 1024;
const HEADERS_MAX: usize = 64;
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Sets the limits of HTTP itself.
pub(crate) fn tune(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_MAX_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_TIMEOUT)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_MAX_BYTES);
}

/// Takes connections while there is room.
#[derive(Clone, Default)]
pub(crate) struct Limiter(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Limiter {
    fn take(&self, address: IpAddr) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total: usize = open.values().sum();
        let own = open.get(&address).copied().unwrap_or_default();
        if total >= CONNECTIONS_MAX || own >= CONNECTIONS_PER_ADDRESS {
            return None;
        }
        open.insert(address, own + 1);
        Some(Place { limiter: self.clone(), address })
    }
}

/// A connection's place in the count.
struct Place {
    limiter: Limiter,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.limiter.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.address);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Limiter {
    type Stream = Connection;
    type Service = S;
    type Future = Ready<io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let connection = || {
            stream.set_nodelay(true)?;
            let address = stream.peer_addr()?.ip().to_canonical();
            let full = || io::Error::other("too many connections");
            let place = self.take(address).ok_or_else(full)?;
            let idle = Box::pin(sleep(IDLE));
            Ok((Connection { stream, idle, _place: place }, service))
        };
        ready(connection())
    }
}

/// A connection that ends when it is silent for too long.
pub(crate) struct Connection {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    _place: Place,
}

impl Connection {
    /// Notes what moved, or finds that nothing did for too long.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        moved: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.idle.as_mut().reset(Instant::now() + IDLE);
            return moved;
        }
        match self.idle.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.watch(cx, read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, net::TcpListener};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_ends() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let (mut connection, ()) = Limiter::default().accept(stream, ()).await.unwrap();
        let began = Instant::now();
        let error = connection.read(&mut [0]).await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed()), (io::ErrorKind::TimedOut, IDLE));
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let limiter = Limiter::default();
        let address = |n: u32| IpAddr::V4(n.into());
        let mut places: Vec<_> = (0..300).filter_map(|_| limiter.take(address(1))).collect();
        assert_eq!(places.len(), CONNECTIONS_PER_ADDRESS);
        assert!(limiter.take(address(2)).is_some());
        places.pop();
        places.extend(limiter.take(address(1)));
        assert_eq!(places.len(), CONNECTIONS_PER_ADDRESS);
        places.extend((0..5000).filter_map(|n| limiter.take(address(n))));
        assert_eq!(places.len(), CONNECTIONS_MAX);
        drop(places);
        assert!(limiter.0.lock().unwrap().is_empty());
    }
}
