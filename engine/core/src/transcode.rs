//! Recorded footage that is encoded anew as H.265: when, how well, and what came of it.
//!
//! Not here: how it is encoded and compared (the media crate), who does it (the engine).

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    detect::Schedule,
    error::Invalid,
    id::{CameraId, SegmentId},
    time::Span,
};

/// The folder of files that are being made, below the storage root.
pub const TRANSCODING: &str = ".transcoding";
/// Unless somebody says otherwise, a new file is smaller by this much.
const USUAL_SAVING: u8 = 15;
/// The most that can be asked for.
const SAVING_MAX: u32 = 90;
/// The oldest that can be waited for: longer than anything is kept.
const AFTER_MAX: Duration = Duration::from_secs(3650 * 24 * 3600);

/// When footage of a camera is encoded anew.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct H265Policy {
    /// Age of a file from which on it is.
    pub after: Duration,
    /// How alike the pictures have to be.
    #[serde(default)]
    pub quality: Quality,
    /// How much smaller the new file has to be, in percent.
    pub minimum_saving: Saving,
    /// Hours in which it is done; `None`: always.
    #[serde(default)]
    pub schedule: Option<Schedule>,
}

impl H265Policy {
    /// Checks the age.
    pub fn new(
        after: Duration,
        quality: Quality,
        minimum_saving: Saving,
        schedule: Option<Schedule>,
    ) -> Result<Self, Invalid> {
        if after > AFTER_MAX {
            return Err(Invalid::new("after", "an age is 0 to 3650 days"));
        }
        Ok(Self { after, quality, minimum_saving, schedule })
    }
}

/// How alike pictures of encoded footage are to those that were recorded.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// Nobody sees a difference.
    High,
    /// Small differences in what is fine and moves.
    #[default]
    Balanced,
    /// Softer.
    Small,
}

/// How much smaller something has to be: 1 to 90 percent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Saving(u8);

impl Saving {
    /// Checks a number of percent.
    pub fn percent(percent: u32) -> Result<Self, Invalid> {
        let words = "the least saving is 1 to 90 percent";
        let small = u8::try_from(percent).ok().filter(|_| (1..=SAVING_MAX).contains(&percent));
        small.map(Self).ok_or_else(|| Invalid::new("minimum_saving_percent", words))
    }

    /// As a number of percent.
    pub fn as_percent(self) -> u32 {
        u32::from(self.0)
    }

    /// The most bytes that something of `bytes` may have afterwards.
    pub fn most_of(self, bytes: u64) -> u64 {
        let rest = u128::from(bytes) * u128::from(100 - u32::from(self.0)) / 100;
        u64::try_from(rest).unwrap_or(bytes)
    }
}

impl Default for Saving {
    fn default() -> Self {
        Self(USUAL_SAVING)
    }
}

impl TryFrom<u32> for Saving {
    type Error = Invalid;

    fn try_from(percent: u32) -> Result<Self, Invalid> {
        Self::percent(percent)
    }
}

impl From<Saving> for u32 {
    fn from(saving: Saving) -> Self {
        saving.as_percent()
    }
}

/// Files to encode anew.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TranscodeWork {
    /// Whose.
    pub camera: CameraId,
    /// Which, by time.
    pub segments: Vec<SegmentId>,
    /// From the start of the first to the end of the last.
    pub span: Span,
    /// Their size together, as it was seen when they were chosen.
    pub bytes: u64,
    /// How alike the pictures have to be.
    pub quality: Quality,
    /// How much smaller each file has to be.
    pub minimum_saving: Saving,
    /// Hours in which it is done; `None`: always.
    #[serde(default)]
    pub schedule: Option<Schedule>,
}

/// Why a file stays as it was recorded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The new file is not smaller by what was asked for.
    SavesTooLittle,
    /// The new file does not have the same pictures.
    PicturesDiffer,
    /// The recorded file cannot be decoded.
    FileUnreadable,
    /// No encoder of this machine got through.
    EncoderFailed,
}

/// Every reason and its name.
const LEFT: [(Left, &str); 4] = [
    (Left::SavesTooLittle, "SAVES_TOO_LITTLE"),
    (Left::PicturesDiffer, "PICTURES_DIFFER"),
    (Left::FileUnreadable, "FILE_UNREADABLE"),
    (Left::EncoderFailed, "ENCODER_FAILED"),
];

impl Left {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        LEFT.iter().find(|(left, _)| *left == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Left {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = LEFT.iter().find(|(_, name)| *name == text);
        found.map(|(left, _)| *left).ok_or_else(|| Invalid::new("left", "no reason of ours"))
    }
}

/// What came of files.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Transcoded {
    /// Files that new ones took the place of.
    pub files: u64,
    /// How long they play.
    pub footage: Duration,
    /// Their size as they were recorded.
    pub bytes_before: u64,
    /// Their size now.
    pub bytes_after: u64,
    /// How long encoding and checking them took.
    pub work: Duration,
    /// The encoder that was used last; empty where none was.
    pub encoder: String,
    /// Files that stay as they were recorded, by reason.
    pub left: Vec<(Left, u64)>,
}

impl Transcoded {
    /// Counts more files that stay as they are.
    pub fn leave(&mut self, why: Left, files: u64) {
        match self.left.iter_mut().find(|(left, _)| *left == why) {
            Some((_, count)) => *count += files,
            None => self.left.push((why, files)),
        }
    }

    /// Adds what came of other files.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.footage += other.footage;
        self.bytes_before += other.bytes_before;
        self.bytes_after += other.bytes_after;
        self.work += other.work;
        if !other.encoder.is_empty() {
            self.encoder.clone_from(&other.encoder);
        }
        other.left.iter().for_each(|(left, files)| self.leave(*left, *files));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_is_a_part_of_the_whole() {
        assert!([0, 91, 1000].into_iter().all(|percent| Saving::percent(percent).is_err()));
        let saving = |percent| Saving::percent(percent).unwrap();
        assert_eq!(saving(15).most_of(1000), 850);
        assert_eq!(saving(90).most_of(u64::MAX), u64::MAX / 10);
        assert_eq!(saving(1).most_of(0), 0);
        assert_eq!(Saving::default().as_percent(), 15);
        let json = serde_json::to_string(&saving(20)).unwrap();
        assert_eq!((json.as_str(), serde_json::from_str(&json).ok()), ("20", Some(saving(20))));
        assert!(serde_json::from_str::<Saving>("0").is_err());
    }

    #[test]
    fn an_age_has_an_end() {
        let policy = |days: u64| {
            let after = Duration::from_secs(days * 24 * 3600);
            H265Policy::new(after, Quality::High, Saving::default(), None)
        };
        assert!(policy(0).is_ok() && policy(3650).is_ok() && policy(3651).is_err());
    }

    #[test]
    fn reasons_are_read_as_they_are_named_and_counts_add_up() {
        for (left, name) in LEFT {
            assert_eq!((left.name(), name.parse()), (name, Ok(left)));
        }
        let one = Transcoded {
            files: 1,
            bytes_before: 10,
            bytes_after: 4,
            left: vec![(Left::SavesTooLittle, 2)],
            encoder: "x265enc".into(),
            ..Transcoded::default()
        };
        let mut sum = one.clone();
        sum.leave(Left::EncoderFailed, 1);
        sum.add(&Transcoded { encoder: String::new(), ..one });
        assert_eq!((sum.files, sum.bytes_before, sum.bytes_after), (2, 20, 8));
        assert_eq!(sum.left, [(Left::SavesTooLittle, 4), (Left::EncoderFailed, 1)]);
        assert_eq!(sum.encoder, "x265enc");
    }
}
