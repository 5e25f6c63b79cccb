//! Where a stream comes from: `v1::Source` and [`Source`]. Passwords come in and never go out.

use ronin_core::{Credentials, Invalid, JitterBuffer, Source, Transport};
use ronin_proto::v1;

/// A source for the wire, without its password.
pub(crate) fn to_wire(source: &Source) -> v1::Source {
    let credentials = source.credentials.as_ref();
    let transport = match source.transport {
        Transport::Tcp => v1::Transport::Tcp,
        Transport::Udp => v1::Transport::Udp,
    };
    v1::Source {
        url: String::new(),
        host: source.host().to_owned(),
        port: source.port().into(),
        path: source.path().to_owned(),
        username: credentials.map(|c| c.username.clone()).unwrap_or_default(),
        password: String::new(),
        has_password: has_password(source),
        transport: transport.into(),
        tls: source.tls(),
        allow_basic_auth: source.allow_basic_auth,
        jitter_buffer_ms: source.jitter_buffer.map_or(0, JitterBuffer::as_ms),
    }
}

/// A source from the wire. Field names are relative to the source.
pub(crate) fn from_wire(wire: &v1::Source) -> Result<Source, Invalid> {
    let mut invalid = Invalid::default();
    let source = if wire.url.is_empty() {
        invalid.collect(from_parts(wire))
    } else {
        invalid.collect(from_url(wire))
    };
    let transport = invalid.collect(transport(wire.transport));
    let jitter_buffer = match wire.jitter_buffer_ms {
        0 => None,
        ms => invalid.collect(JitterBuffer::from_ms(ms)),
    };
    invalid.check()?;
    let (Some(mut source), Some(transport)) = (source, transport) else {
        return Err(Invalid::new("host", "say where the stream comes from"));
    };
    source.transport = transport;
    source.allow_basic_auth = wire.allow_basic_auth;
    source.jitter_buffer = jitter_buffer;
    Ok(source)
}

fn from_parts(wire: &v1::Source) -> Result<Source, Invalid> {
    let mut invalid = Invalid::default();
    let port = u16::try_from(wire.port)
        .map_err(|_| Invalid::new("port", "a port is a number from 1 to 65535"));
    let port = invalid.collect(port);
    let source = Source::new(&wire.host, port.unwrap_or_default(), &wire.path, wire.tls);
    let source = invalid.collect(source);
    let credentials = invalid.collect(Credentials::parse(&wire.username, &wire.password));
    invalid.check()?;
    match (source, credentials) {
        (Some(mut source), Some(credentials)) => {
            source.credentials = credentials;
            Ok(source)
        }
        _ => Err(Invalid::new("host", "say where the stream comes from")),
    }
}

/// The address may hold user name and password, or they stand beside it, but not both.
fn from_url(wire: &v1::Source) -> Result<Source, Invalid> {
    let mut invalid = Invalid::default();
    let said_twice = [
        ("host", !wire.host.is_empty()),
        ("port", wire.port != 0),
        ("path", !wire.path.is_empty()),
        ("tls", wire.tls && !wire.url.to_ascii_lowercase().starts_with("rtsps:")),
    ];
    for (field, twice) in said_twice {
        if twice {
            let text = "the url says this already: give either url or the parts";
            invalid.collect::<()>(Err(Invalid::new(field, text)));
        }
    }
    let source = invalid.collect(Source::parse_url(&wire.url));
    let beside = invalid.collect(Credentials::parse(&wire.username, &wire.password));
    if let (Some(source), Some(Some(_))) = (&source, &beside)
        && source.credentials.is_some()
    {
        let text = "the url holds a user name already: give it in one place";
        invalid.collect::<()>(Err(Invalid::new("username", text)));
    }
    invalid.check()?;
    let (Some(mut source), Some(beside)) = (source, beside) else {
        return Err(Invalid::new("url", "say where the stream comes from"));
    };
    source.credentials = source.credentials.or(beside);
    Ok(source)
}

fn transport(wire: i32) -> Result<Transport, Invalid> {
    match v1::Transport::try_from(wire) {
        Ok(v1::Transport::Unspecified | v1::Transport::Tcp) => Ok(Transport::Tcp),
        Ok(v1::Transport::Udp) => Ok(Transport::Udp),
        Err(_) => Err(Invalid::new("transport", "RTP is carried by TCP or UDP")),
    }
}

/// Whether `new` has a user name and no password, so that a stored one may be meant.
pub(crate) fn lacks_password(new: &Source) -> bool {
    new.credentials.as_ref().is_some_and(|c| c.password.is_empty())
}

/// Whether a password is stored with `source`.
pub(crate) fn has_password(source: &Source) -> bool {
    source.credentials.as_ref().is_some_and(|c| !c.password.is_empty())
}

/// Takes over the password of `stored` where it belongs to the same user at the same host. Says
/// whether it did. A stored password goes to no other host.
pub(crate) fn keep_password(new: &mut Source, stored: &Source) -> bool {
    let host = new.host().to_owned();
    let (Some(credentials), Some(old)) = (&mut new.credentials, &stored.credentials) else {
        return false;
    };
    if !credentials.password.is_empty() || old.password.is_empty() {
        return false;
    }
    if credentials.username != old.username || host != stored.host() {
        return false;
    }
    credentials.password = old.password.clone();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(url: &str) -> v1::Source {
        v1::Source { url: url.into(), ..Default::default() }
    }

    #[test]
    fn the_password_goes_in_and_never_out() {
        let source = from_wire(&wire("rtsp://admin:canary-9@cam/x")).unwrap();
        assert_eq!(source.credentials.as_ref().unwrap().password.expose(), "canary-9");
        let out = to_wire(&source);
        assert!(out.has_password);
        assert_eq!(out.username, "admin");
        assert!(!format!("{out:?}").contains("canary-9"));
        assert_eq!(from_wire(&v1::Source { has_password: false, ..out }).unwrap().path(), "/x");
    }

    #[test]
    fn url_and_parts_exclude_each_other() {
        let cases: [(v1::Source, &str); 10] = [
            (v1::Source { host: "b".into(), ..wire("rtsp://a/") }, "host"),
            (v1::Source { port: 1, ..wire("rtsp://a/") }, "port"),
            (v1::Source { tls: true, ..wire("rtsp://a/") }, "tls"),
            (v1::Source { username: "u".into(), ..wire("rtsp://v:w@a/") }, "username"),
            (v1::Source { transport: 9, ..wire("rtsp://a/") }, "transport"),
            (v1::Source { jitter_buffer_ms: 9, ..wire("rtsp://a/") }, "jitter_buffer_ms"),
            (v1::Source { jitter_buffer_ms: 5001, ..wire("rtsp://a/") }, "jitter_buffer_ms"),
            (wire("file:///etc/passwd"), "url"),
            (wire(""), "host"),
            (v1::Source { host: "a".into(), port: 65_536, ..wire("") }, "port"),
        ];
        for (source, field) in cases {
            let invalid = from_wire(&source).expect_err(field);
            assert_eq!(invalid.violations[0].field, field, "{invalid}");
        }
        let beside = v1::Source { username: "u".into(), password: "p".into(), ..wire("rtsp://a/") };
        assert!(from_wire(&beside).unwrap().credentials.is_some());
    }

    #[test]
    fn a_stored_password_stays_with_its_host_and_user() {
        let stored = Source::parse_url("rtsp://admin:stored@cam/x").unwrap();
        let cases = [
            ("rtsp://admin@cam/other", true),
            ("rtsp://admin@cam:8554/", true),
            ("rtsp://admin@evil/x", false),
            ("rtsp://root@cam/x", false),
            ("rtsp://cam/x", false),
            ("rtsp://admin:own@cam/x", false),
        ];
        for (url, kept) in cases {
            let mut new = Source::parse_url(url).unwrap();
            assert_eq!(keep_password(&mut new, &stored), kept, "{url}");
            let password = new.credentials.map(|c| c.password.expose().to_owned());
            assert_eq!(password.as_deref() == Some("stored"), kept, "{url}");
        }
    }
}
