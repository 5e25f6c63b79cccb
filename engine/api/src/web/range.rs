//! The `Range` header (RFC 9110, 14): one range of bytes.

/// What a request wants of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    /// All of it.
    All,
    /// These bytes; `last` is one of them.
    Part { first: u64, last: u64 },
    /// Nothing that it has.
    Unsatisfiable,
}

/// Reads a `Range` for a file of `size` bytes. Another unit is ignored, as the RFC wants; more than
/// one range is refused, as it allows: players ask for one, and many are an attack.
pub(super) fn parse(header: &str, size: u64) -> Wanted {
    let Some(spec) = header.strip_prefix("bytes=") else { return Wanted::All };
    let Some((first, last)) = spec.trim().split_once('-') else { return Wanted::Unsatisfiable };
    let number = |text: &str| -> Option<u64> {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse().unwrap_or(u64::MAX))
    };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => {
            Some((first, last.min(size.saturating_sub(1))))
        }
        (Some(first), None) if last.is_empty() => Some((first, size.saturating_sub(1))),
        (None, Some(length)) if first.is_empty() && length > 0 => {
            Some((size.saturating_sub(length), size.saturating_sub(1)))
        }
        _ => None,
    };
    match part {
        Some((first, last)) if first < size => Wanted::Part { first, last },
        _ => Wanted::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let part = |first, last| Wanted::Part { first, last };
        let cases = [
            ("bytes=0-0", part(0, 0)),
            ("bytes=0-", part(0, 99)),
            ("bytes=10-19", part(10, 19)),
            ("bytes=90-1000", part(90, 99)),
            ("bytes=-10", part(90, 99)),
            ("bytes=-1000", part(0, 99)),
            ("bytes=100-", Wanted::Unsatisfiable),
            ("bytes=5-4", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=-", Wanted::Unsatisfiable),
            ("bytes=", Wanted::Unsatisfiable),
            ("bytes=a-b", Wanted::Unsatisfiable),
            ("bytes=+1-2", Wanted::Unsatisfiable),
            ("bytes=0-0,0-0", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=0-99999999999999999999", part(0, 99)),
            ("lines=1-2", Wanted::All),
        ];
        for (header, want) in cases {
            assert_eq!(parse(header, 100), want, "{header}");
        }
        assert_eq!(parse("bytes=0-", 0), Wanted::Unsatisfiable);
        assert_eq!(parse("bytes=-5", 0), Wanted::Unsatisfiable);
    }
}
