//! One DESCRIBE without credentials, before a password is handed to rtspsrc.
//!
//! rtspsrc answers any challenge, HTTP Basic included, and nothing of it can be seen or stopped
//! from outside. So where a password is set and Basic was not allowed, we look at the challenge
//! first. A camera that then changes its mind gets what it asks for; the one that simply is so is
//! told apart, and its password stays with us.

use std::time::Duration;

use ronin_core::{Fault, Source};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::rtsp::is_at;

/// For the connection and for the answer, each.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than any camera's answer to a DESCRIBE that it refuses.
const ANSWER_MAX: usize = 16 << 10;

/// A fault that shows before any password is sent; `None`: go on.
pub(crate) async fn look(source: &Source) -> Option<Fault> {
    let wanted = source.credentials.is_some() && !source.allow_basic_auth && !source.tls();
    if !wanted {
        return None;
    }
    let answer = match timeout(PATIENCE, TcpStream::connect((source.host(), source.port()))).await {
        Ok(Ok(stream)) => timeout(PATIENCE, ask(stream, source)).await,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            return Some(Fault::PortClosed);
        }
        Ok(Err(_)) | Err(_) => return Some(Fault::Unreachable),
    };
    // No answer, or a broken one, is rtspsrc's to judge: it sends no password without a challenge.
    judge(&answer.ok()?.ok()?, source)
}

async fn ask(mut stream: TcpStream, source: &Source) -> std::io::Result<String> {
    let request = format!(
        "DESCRIBE {} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\nUser-Agent: RoninNVR/{}\r\n\r\n",
        source.url(),
        env!("CARGO_PKG_VERSION"),
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut chunk = [0; 2048];
    while answer.len() < ANSWER_MAX && !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk).await? {
            0 => break,
            count => answer.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn judge(answer: &str, source: &Source) -> Option<Fault> {
    let mut lines = answer.lines();
    let status = lines.next()?.strip_prefix("RTSP/1.0 ")?.get(..3)?;
    let headers: Vec<(String, &str)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let values = |wanted: &'static str| {
        headers.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| *value)
    };
    match status {
        "401" => {
            let offers = |scheme: &str| {
                values("www-authenticate").any(|value| {
                    value.get(..scheme.len()).is_some_and(|v| v.eq_ignore_ascii_case(scheme))
                })
            };
            (offers("basic") && !offers("digest")).then_some(Fault::BasicAuthOnly)
        }
        "301" | "302" => {
            let elsewhere = values("location").any(|to| !is_at(to, source.host(), source.port()));
            elsewhere.then_some(Fault::Redirected)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_decides_whether_a_password_may_go() {
        let source = Source::parse_url("rtsp://u:p@cam/x").unwrap();
        let answer = |text: &str| judge(&format!("RTSP/1.0 {text}\r\n\r\n"), &source);
        let cases = [
            ("200 OK", None),
            ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"", Some(Fault::BasicAuthOnly)),
            ("401 Unauthorized\r\nwww-authenticate: Digest realm=\"x\", nonce=\"y\"", None),
            (
                "401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: Digest nonce=\"y\"",
                None,
            ),
            ("401 Unauthorized", None),
            ("302 Moved\r\nLocation: rtsp://evil/x", Some(Fault::Redirected)),
            ("302 Moved\r\nLocation: rtsp://cam:554/y", None),
            ("302 Moved\r\nLocation: rtsp://cam:555/y", Some(Fault::Redirected)),
        ];
        for (text, want) in cases {
            assert_eq!(answer(text), want, "{text}");
        }
        assert_eq!(judge("HTTP/1.1 401 x\r\nWWW-Authenticate: Basic\r\n\r\n", &source), None);
        assert_eq!(judge("", &source), None);
    }
}
