//! Identifiers. Each kind is a type of its own, so that one cannot stand where another is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Invalid;

/// Longest camera id: a DNS label, so that it fits a folder name, a URL and a host name alike.
const CAMERA_ID_MAX: usize = 63;

/// The name of a camera in the API, in URLs and as a folder: 1 to 63 of `a-z`, `0-9` and `-`,
/// beginning with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CameraId(String);

impl CameraId {
    /// Makes an id of what a person calls the camera: `Front door (2)` becomes `front-door-2`.
    /// `None` where nothing of the name can be used.
    pub fn suggest(display_name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in display_name.chars() {
            match c.to_ascii_lowercase() {
                c @ ('a'..='z' | '0'..='9') => slug.push(c),
                _ if slug.ends_with('-') || slug.is_empty() => {}
                _ => slug.push('-'),
            }
            if slug.len() == CAMERA_ID_MAX {
                break;
            }
        }
        slug.trim_end_matches('-').parse().ok()
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CameraId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bytes = text.as_bytes();
        let fits = (1..=CAMERA_ID_MAX).contains(&bytes.len())
            && bytes[0] != b'-'
            && bytes.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "camera_id",
                "a camera id is 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit",
            ))
        }
    }
}

impl TryFrom<String> for CameraId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<CameraId> for String {
    fn from(id: CameraId) -> String {
        id.0
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; ids made later sort after ids made earlier.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                // Only the one spelling that we print: no braces, no urn:, no upper case.
                match Uuid::try_parse(text) {
                    Ok(uuid) if uuid.to_string() == text => Ok(Self(uuid)),
                    _ => Err(Invalid::new("id", "an id is a lower-case UUID")),
                }
            }
        }
    };
}

uuid_id! {
    /// One life of a camera's graph, from connection to fault. Media time is continuous within it.
    RunId
}
uuid_id! {
    /// One recorded file.
    SegmentId
}
uuid_id! {
    /// One event.
    EventId
}
uuid_id! {
    /// One piece of long work.
    JobId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camera_ids_are_slugs() {
        for good in ["a", "0", "front-door", "cam-2", &"x".repeat(63)] {
            assert_eq!(good.parse::<CameraId>().unwrap().as_str(), good);
        }
        let long = "x".repeat(64);
        for bad in ["", "-a", "A", "a b", "../x", "a/b", "a\nb", "ä", ".", "a.b", &long, "a\0"] {
            assert!(bad.parse::<CameraId>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn an_id_is_suggested_from_the_name() {
        let cases = [
            ("Front door (2)", Some("front-door-2")),
            ("  Hof  ", Some("hof")),
            ("../../etc", Some("etc")),
            ("日本", None),
            ("", None),
        ];
        for (name, want) in cases {
            assert_eq!(CameraId::suggest(name).as_ref().map(CameraId::as_str), want, "{name:?}");
        }
        assert_eq!(CameraId::suggest(&"ab ".repeat(400)).unwrap().as_str().len(), 62);
    }

    #[test]
    fn uuids_have_one_spelling() {
        let id = SegmentId::generate();
        assert_eq!(id.to_string().parse::<SegmentId>().unwrap(), id);
        assert!(id.to_string().to_uppercase().parse::<SegmentId>().is_err());
        assert!(format!("{{{id}}}").parse::<SegmentId>().is_err());
        assert!("../../etc/passwd".parse::<SegmentId>().is_err());
    }
}
