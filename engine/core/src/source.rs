//! Where a camera's stream comes from, parsed at the edge and trusted inside.
//!
//! Only `rtsp` and `rtsps` exist here, so no text of a person can reach another protocol. What is
//! ambiguous (two `@`, numbers that some resolvers read as addresses, control characters) is
//! refused and never repaired: a guess would connect somewhere else than the person meant.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    ops::RangeInclusive,
    time::Duration,
};

use crate::{error::Invalid, secret::Secret};

const DEFAULT_PORT: u16 = 554;
const DEFAULT_TLS_PORT: u16 = 322;
/// Longer than any camera's; keeps logs and rows small.
const URL_MAX: usize = 2048;
/// Longest DNS name.
const HOST_MAX: usize = 253;
/// Longest user name or password at a camera.
const CREDENTIAL_MAX: usize = 256;

/// How RTP reaches us.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Transport {
    /// Interleaved in the RTSP connection.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
}

/// User name and password at a camera.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Password; may be empty.
    pub password: Secret,
}

impl Credentials {
    /// Checks both texts. No user name means no credentials.
    pub fn parse(username: &str, password: &str) -> Result<Option<Self>, Invalid> {
        let mut invalid = Invalid::default();
        for (field, text) in [("username", username), ("password", password)] {
            if text.len() > CREDENTIAL_MAX {
                let text = format!("at most {CREDENTIAL_MAX} bytes are possible here");
                invalid.collect::<()>(Err(Invalid::new(field, text)));
            }
            if text.chars().any(char::is_control) {
                let text = "line breaks and other control characters cannot be sent to a camera";
                invalid.collect::<()>(Err(Invalid::new(field, text)));
            }
        }
        if username.is_empty() && !password.is_empty() {
            let text = "a password needs a user name";
            invalid.collect::<()>(Err(Invalid::new("username", text)));
        }
        invalid.check()?;
        let credentials =
            || Self { username: username.to_owned(), password: Secret::new(password) };
        Ok((!username.is_empty()).then(credentials))
    }
}

/// An RTSP stream of a camera. `Display` and `Debug` never show the password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Host name, IPv4 address, or IPv6 address without brackets.
    host: String,
    /// TCP port.
    port: u16,
    /// Path and query, beginning with `/`.
    path: String,
    /// RTSP over TLS.
    tls: bool,
    /// User name and password, where the camera wants them.
    pub credentials: Option<Credentials>,
    /// How RTP is carried.
    pub transport: Transport,
    /// Whether the password may be sent readable (HTTP Basic).
    pub allow_basic_auth: bool,
    /// How late a packet may be and still take its place; `None`: what fits the transport.
    pub jitter_buffer: Option<JitterBuffer>,
}

/// How late a packet may be and still take its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JitterBuffer(Duration);

impl JitterBuffer {
    /// Networks in a building need less than the first; what needs more than the last is not live.
    const RANGE_MS: RangeInclusive<u32> = 10..=5000;

    /// 10 to 5000 milliseconds.
    pub fn from_ms(ms: u32) -> Result<Self, Invalid> {
        if Self::RANGE_MS.contains(&ms) {
            return Ok(Self(Duration::from_millis(ms.into())));
        }
        Err(Invalid::new("jitter_buffer_ms", "a jitter buffer is 10 to 5000 ms, or 0 to leave it"))
    }

    /// As milliseconds.
    pub fn as_ms(self) -> u32 {
        u32::try_from(self.0.as_millis()).unwrap_or(u32::MAX)
    }
}

impl Source {
    /// Takes an `rtsp://` or `rtsps://` URL apart; user name and password may be in it.
    pub fn parse_url(url: &str) -> Result<Self, Invalid> {
        let bad = |text: &str| Err(Invalid::new("url", text));
        if url.len() > URL_MAX {
            return bad("the address is longer than 2048 characters");
        }
        if url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return bad(
                "spaces, control characters and backslashes are not possible in an address: \
                        write them as %20 and so on",
            );
        }
        let (tls, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("rtsp") => (false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("rtsps") => (true, rest),
            _ => return bad("an address begins with rtsp:// or rtsps://"),
        };
        let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(split);
        let (userinfo, host_port) = match authority.split_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        if host_port.contains('@') {
            return bad(
                "there is more than one @ before the path: write an @ in the password as %40",
            );
        }

        let (host, port) =
            split_port(host_port, if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT })?;
        let mut source = Self::new(host, port, path, tls).map_err(|invalid| {
            // All of it came from one field.
            Invalid::new(
                "url",
                invalid.violations.into_iter().map(|v| v.description).next().unwrap_or_default(),
            )
        })?;
        if let Some(userinfo) = userinfo {
            let (username, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
            let decode = |text| {
                percent_decode(text)
                    .ok_or_else(|| Invalid::new("url", "user name or password has a broken % code"))
            };
            source.credentials = Credentials::parse(&decode(username)?, &decode(password)?)
                .map_err(|i| Invalid::new("url", i.to_string()))?;
        }
        Ok(source)
    }

    /// A source from its parts. A port of 0 means the protocol's own.
    pub fn new(host: &str, port: u16, path: &str, tls: bool) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let host = invalid.collect(check_host(host));
        let path = invalid.collect(check_path(path));
        invalid.check()?;
        let default = if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT };
        Ok(Self {
            host: host.unwrap_or_default(),
            port: if port == 0 { default } else { port },
            path: path.unwrap_or_default(),
            tls,
            credentials: None,
            transport: Transport::default(),
            allow_basic_auth: false,
            jitter_buffer: None,
        })
    }

    /// Host name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, beginning with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is RTSP over TLS.
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// The URL without user name and password.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "rtsps" } else { "rtsp" };
        format!("{scheme}://{}{}", self.authority(), self.path)
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}

fn split_port(text: &str, default: u16) -> Result<(&str, u16), Invalid> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((host, after)) = rest.split_once(']') else {
            return Err(Invalid::new("url", "an IPv6 address is written in [ and ]"));
        };
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return Err(Invalid::new("url", "only :port may follow the ]")),
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let Some(port) = port else { return Ok((host, default)) };
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(number) if digits && number > 0 => Ok((host, number)),
        _ => Err(Invalid::new("url", "the port is a number from 1 to 65535")),
    }
}

fn check_host(host: &str) -> Result<String, Invalid> {
    let bad = |text: &str| Err(Invalid::new("host", text));
    if host.is_empty() {
        return bad("say where the camera is: a host name or an IP address");
    }
    if host.len() > HOST_MAX {
        return bad("a host name has at most 253 characters");
    }
    if host.contains(':') {
        return match host.parse::<Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => bad("this is no IPv6 address (a zone such as %eth0 cannot be used)"),
        };
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(address.to_string());
    }
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if !name.split('.').all(label_fits) {
        return bad("this is neither a host name nor an IP address");
    }
    // Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses; nobody types them by accident.
    let last = name.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|b| b.is_ascii_digit())
        || last
            .to_ascii_lowercase()
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if numeric {
        return bad("write an IPv4 address as four decimal numbers, for example 192.168.1.20");
    }
    Ok(name.to_ascii_lowercase())
}

fn check_path(path: &str) -> Result<String, Invalid> {
    let bad = |text: &str| Err(Invalid::new("path", text));
    if path.len() > URL_MAX {
        return bad("the path is longer than 2048 characters");
    }
    if path.contains('#') {
        return bad("a # cannot be part of the path: write it as %23");
    }
    if !path.bytes().all(|b| b.is_ascii_graphic()) || path.contains('\\') {
        return bad(
            "only printable ASCII without spaces is possible here: write others as %20 and \
                    so on",
        );
    }
    Ok(match path.chars().next() {
        None => "/".to_owned(),
        Some('/') => path.to_owned(),
        Some(_) => format!("/{path}"),
    })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let source = Source::parse_url("rtsp://admin:p%40ss%2Fw@192.168.1.20/h264?ch=1").unwrap();
        assert_eq!(source.url(), "rtsp://192.168.1.20:554/h264?ch=1");
        let credentials = source.credentials.as_ref().unwrap();
        assert_eq!(credentials.username, "admin");
        assert_eq!(credentials.password.expose(), "p@ss/w");

        let cases = [
            ("rtsp://cam", "rtsp://cam:554/"),
            ("RTSP://Cam.Local:8554/a", "rtsp://cam.local:8554/a"),
            ("rtsps://cam/x", "rtsps://cam:322/x"),
            ("rtsp://[fe80::1]:99/", "rtsp://[fe80::1]:99/"),
            ("rtsp://cam?token=1", "rtsp://cam:554/?token=1"),
        ];
        for (url, want) in cases {
            assert_eq!(Source::parse_url(url).unwrap().url(), want);
        }
    }

    #[test]
    fn hostile_urls_are_refused() {
        let long_host = format!("rtsp://{}/", "a".repeat(300));
        let long = format!("rtsp://cam/{}", "a".repeat(10_000));
        let cases = [
            "",
            " ",
            "cam",
            "/dev/video0",
            "file:///etc/passwd",
            "http://127.0.0.1",
            "fd://0",
            "exec:rm",
            "rtsp:",
            "rtsp://",
            "rtsp:///path",
            "rtspu://cam/",
            "rtsph://cam/",
            "rtsp://x ! filesink location=/tmp/p",
            "rtsp://x\r\nHost: y/",
            "rtsp://x\0/",
            "rtsp://x\ty/",
            "rtsp://user@evil@cam/",
            "rtsp://a:b@c:d@cam/",
            "rtsp://cam\\@evil/",
            "rtsp://[fe80::1%25eth0]/",
            "rtsp://[fe80::1%eth0]/",
            "rtsp://[::1/",
            "rtsp://[::1]x/",
            "rtsp://2130706433/",
            "rtsp://0x7f000001/",
            "rtsp://0177.0.0.1/",
            "rtsp://127.1/",
            "rtsp://1.2.3.4.5/",
            "rtsp://256.1.1.1/",
            "rtsp://cam:0/",
            "rtsp://cam:65536/",
            "rtsp://cam:+554/",
            "rtsp://cam:/",
            "rtsp://-cam/",
            "rtsp://ca..m/",
            "rtsp://c%61m/",
            "rtsp://käm/",
            "rtsp://cam/#x",
            "rtsp://cam/ä",
            "rtsp://u%0d%0a:p@cam/",
            "rtsp://%zz:p@cam/",
            "rtsp://%ff:p@cam/",
            "rtsp://:p@cam/",
            &long_host,
            &long,
        ];
        for url in cases {
            let invalid = Source::parse_url(url).expect_err(url);
            assert_eq!(invalid.violations.len(), 1, "{url:?}");
            assert_eq!(invalid.violations[0].field, "url");
            assert!(invalid.violations[0].description.len() > 10);
        }
    }

    #[test]
    fn parts_are_checked_field_by_field() {
        let invalid = Source::new("", 0, "a b", false).unwrap_err();
        let fields: Vec<&str> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["host", "path"]);
        assert_eq!(Source::new("cam", 0, "", true).unwrap().url(), "rtsps://cam:322/");
        assert!(Credentials::parse("a\nb", "").is_err());
        assert!(Credentials::parse("", "x").is_err());
        assert_eq!(Credentials::parse("", "").unwrap(), None);
    }

    #[test]
    fn a_password_is_never_printed() {
        let source = Source::parse_url("rtsp://u:canary-7431@cam/").unwrap();
        assert!(!format!("{source} {source:?}").contains("canary-7431"));
    }
}
