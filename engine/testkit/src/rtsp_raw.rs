//! Servers that are odd or hostile: silent, of another kind, refusing, redirecting, asking for a
//! password in clear text. A few lines of text each, without GStreamer.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

/// How a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Takes connections and requests, and never says a word.
    Silent,
    /// Says this as soon as somebody connects, as an SSH server does, and nothing more.
    Banner(&'static str),
    /// Answers as a web server that has never heard of RTSP.
    Http,
    /// Answers OPTIONS as a camera does, and everything else with this status.
    Status(u16),
    /// Sends DESCRIBE elsewhere (302). The target's own [`OddServer::connections`] tells whether
    /// somebody followed.
    Redirect(String),
    /// Asks for a password in clear text, and refuses (403) whatever it gets.
    BasicOnly,
    /// Answers each DESCRIBE with the next of these descriptions, over and over, and refuses (454)
    /// what comes after.
    Describes(Vec<String>),
}

impl Manner {
    /// An SSH server.
    pub const SSH: Manner = Manner::Banner("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
}

#[derive(Debug, Default)]
struct Seen {
    open: Vec<TcpStream>,
    connections: usize,
    requests: Vec<String>,
    /// How many of them were DESCRIBE.
    describes: usize,
}

/// A running server on a free port of 127.0.0.1. It ends with the value.
#[derive(Debug)]
pub struct OddServer {
    addr: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl OddServer {
    /// Starts a server of this manner.
    pub fn start(manner: Manner) -> Result<OddServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listen")?;
        let addr = listener.local_addr().context("read the port")?;
        let (seen, is_over) = (Arc::new(Mutex::default()), Arc::new(AtomicBool::new(false)));
        let (noted, over) = (Arc::clone(&seen), Arc::clone(&is_over));
        let body = move || serve(&listener, &manner, &noted, &over);
        let thread = std::thread::Builder::new().name("odd-server".to_owned()).spawn(body)?;
        Ok(OddServer { addr, seen, is_over, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `rtsp://…` of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("rtsp://{}{path}", self.addr)
    }

    /// How many connections it has ever taken.
    pub fn connections(&self) -> usize {
        lock(&self.seen).connections
    }

    /// The heads of all requests, in the order in which they came, with `\n` between lines.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.seen).requests.clone()
    }

    /// Whether a password was ever sent in clear text.
    pub fn saw_basic_login(&self) -> bool {
        lock(&self.seen)
            .requests
            .iter()
            .filter_map(|head| header(head, "authorization"))
            .any(|value| value.to_ascii_lowercase().starts_with("basic "))
    }
}

impl Drop for OddServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread out of its wait for a connection.
        drop(TcpStream::connect(self.addr));
        for stream in &lock(&self.seen).open {
            // Fails only where the other side has gone.
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(addr = %self.addr, "an odd server broke");
        }
    }
}

fn serve(listener: &TcpListener, manner: &Manner, seen: &Arc<Mutex<Seen>>, over: &AtomicBool) {
    for stream in listener.incoming() {
        if over.load(Ordering::SeqCst) {
            return;
        }
        if let Err(e) = stream.and_then(|stream| take(stream, manner, seen)) {
            tracing::warn!(error = %e, "an odd server lost a connection");
        }
    }
}

fn take(stream: TcpStream, manner: &Manner, seen: &Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let second = stream.try_clone()?;
    let reader = BufReader::new(stream.try_clone()?);
    {
        let mut seen = lock(seen);
        seen.connections += 1;
        seen.open.push(second);
    }
    let (manner, seen) = (manner.clone(), Arc::clone(seen));
    let body = move || {
        if let Err(e) = converse(stream, reader, &manner, &seen) {
            tracing::debug!(error = %e, "an odd server's client went away");
        }
    };
    std::thread::Builder::new().name("odd-connection".to_owned()).spawn(body).map(drop)
}

fn converse(
    mut stream: TcpStream,
    mut reader: BufReader<TcpStream>,
    manner: &Manner,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    if let Manner::Banner(text) = manner {
        stream.write_all(text.as_bytes())?;
    }
    while let Some(head) = next_head(&mut reader)? {
        let answer = {
            let mut seen = lock(seen);
            let answer = answer(manner, &head, seen.describes);
            seen.describes += usize::from(head.starts_with("DESCRIBE "));
            seen.requests.push(head);
            answer
        };
        if let Some(answer) = answer {
            stream.write_all(answer.as_bytes())?;
        }
        if *manner == Manner::Http {
            return stream.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

/// The lines of a request up to the empty one; `None` at the end of the connection.
fn next_head(reader: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" if head.is_empty() => {}
            "" => return Ok(Some(head.join("\n"))),
            text => head.push(text.to_owned()),
        }
    }
}

/// What a server of this manner says to a request, if anything. `describes` is how many DESCRIBE
/// came before.
fn answer(manner: &Manner, head: &str, describes: usize) -> Option<String> {
    let is_options = head.starts_with("OPTIONS ");
    let number = header(head, "cseq").unwrap_or("0");
    let has_login = header(head, "authorization").is_some();
    let (status, extra) = match manner {
        Manner::Silent | Manner::Banner(_) => return None,
        Manner::Http => {
            let text = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\n\
                        Connection: close\r\n\r\n";
            return Some(text.to_owned());
        }
        _ if is_options => (200, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n".to_owned()),
        Manner::Describes(descriptions) if head.starts_with("DESCRIBE ") => {
            let body = descriptions.get(describes % descriptions.len().max(1))?;
            let length = body.len();
            return Some(format!(
                "RTSP/1.0 200 OK\r\nCSeq: {number}\r\nContent-Type: application/sdp\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            ));
        }
        Manner::Describes(_) => (454, String::new()),
        Manner::Status(status) => (*status, String::new()),
        Manner::Redirect(url) => (302, format!("Location: {url}\r\n")),
        Manner::BasicOnly if has_login => (403, String::new()),
        Manner::BasicOnly => (401, "WWW-Authenticate: Basic realm=\"camera\"\r\n".to_owned()),
    };
    let reason = reason(status);
    Some(format!("RTSP/1.0 {status} {reason}\r\nCSeq: {number}\r\n{extra}\r\n"))
}

/// The value of a header; names are compared without case.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Moved Temporarily",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        453 => "Not Enough Bandwidth",
        454 => "Session Not Found",
        503 => "Service Unavailable",
        _ => "Odd",
    }
}

/// What is behind this lock is whole at every moment, so a panic elsewhere does not matter.
fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIBE: &str = "DESCRIBE rtsp://x/main RTSP/1.0\nCSeq: 7";
    const OPTIONS: &str = "OPTIONS rtsp://x/main RTSP/1.0\nCSeq: 6";

    #[test]
    fn each_manner_answers_in_its_way() {
        let with_login = format!("{DESCRIBE}\nAuthorization: Basic dTpw");
        let elsewhere = Manner::Redirect("rtsp://127.0.0.1:1/other".to_owned());
        for (manner, head, expected) in [
            (Manner::Silent, DESCRIBE, None),
            (Manner::SSH, DESCRIBE, None),
            (Manner::Http, DESCRIBE, Some("HTTP/1.1 400 Bad Request\r\nServer: nginx")),
            (Manner::Status(453), OPTIONS, Some("RTSP/1.0 200 OK\r\nCSeq: 6\r\nPublic: ")),
            (
                Manner::Status(453),
                DESCRIBE,
                Some("RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 7\r\n\r\n"),
            ),
            (
                elsewhere,
                DESCRIBE,
                Some(
                    "RTSP/1.0 302 Moved Temporarily\r\nCSeq: 7\r\nLocation: rtsp://127.0.0.1:1/other\r\n\r\n",
                ),
            ),
            (
                Manner::BasicOnly,
                DESCRIBE,
                Some("RTSP/1.0 401 Unauthorized\r\nCSeq: 7\r\nWWW-Authenticate: Basic"),
            ),
            (Manner::BasicOnly, &with_login, Some("RTSP/1.0 403 Forbidden\r\nCSeq: 7\r\n\r\n")),
        ] {
            let answer = answer(&manner, head, 0);
            match expected {
                None => assert_eq!(answer, None, "{manner:?}"),
                Some(start) => assert!(answer.unwrap().starts_with(start), "{manner:?}"),
            }
        }
    }

    #[test]
    fn descriptions_are_given_in_turn() {
        let manner = Manner::Describes(vec!["v=0".to_owned(), "v=1".to_owned()]);
        for (before, body) in [(0, "v=0"), (1, "v=1"), (2, "v=0")] {
            let answer = answer(&manner, DESCRIBE, before).unwrap();
            assert!(answer.ends_with(&format!("Content-Length: 3\r\n\r\n{body}")), "{answer}");
        }
        let setup = answer(&manner, "SETUP rtsp://x/main RTSP/1.0\nCSeq: 8", 1).unwrap();
        assert!(setup.starts_with("RTSP/1.0 454"), "{setup}");
    }
}
