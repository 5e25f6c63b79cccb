//! What a person says about a camera.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    detect::DetectSettings, error::Invalid, id::CameraId, source::Source, time::WallTime,
    transcode::H265Policy,
};

/// Longest display name in characters.
const DISPLAY_NAME_MAX: usize = 100;

/// The settings of one camera, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameraConfig {
    /// Fixed for life.
    pub id: CameraId,
    /// What people call it; shown as text, never a path.
    pub display_name: String,
    /// Whether it is connected at all.
    pub enabled: bool,
    /// The full-size stream.
    pub main: Source,
    /// The small stream, where there is one.
    pub sub: Option<Source>,
    /// How it is recorded.
    pub record: RecordSettings,
    /// What is looked for in its pictures.
    pub detect: DetectSettings,
    /// When it was added.
    pub created_at: WallTime,
    /// When these settings came into force.
    pub updated_at: WallTime,
    /// Counts changes of the settings, from 1.
    pub version: i64,
}

/// How a camera is recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordSettings {
    /// Whether footage is written to disk.
    pub enabled: bool,
    /// Whether sound is recorded too.
    pub audio: bool,
    /// Age from which footage of this camera is deleted; `None`: the limit of all cameras.
    pub max_age: Option<Duration>,
    /// Most footage of this camera; `None`: no limit of its own.
    pub max_bytes: Option<u64>,
    /// When its footage is encoded anew; `None`: never.
    pub h265: Option<H265Policy>,
}

/// How little counts as motion.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sensitivity {
    /// Only what is large and clear.
    Low,
    /// People and cars; not rain and leaves.
    #[default]
    Normal,
    /// What is small or pale too, at the price of false ones.
    High,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { enabled: true, audio: true, max_age: None, max_bytes: None, h265: None }
    }
}

impl CameraConfig {
    /// Whether going from these settings to `new` needs a new connection.
    pub fn needs_new_life(&self, new: &Self) -> bool {
        self.enabled != new.enabled
            || self.main != new.main
            || self.record.enabled != new.record.enabled
            || self.record.audio != new.record.audio
    }
}

/// Checks a display name: trimmed, 1 to 100 characters, none of them a control character or one
/// that turns the direction of text around.
pub fn check_display_name(name: &str) -> Result<String, Invalid> {
    let bad = |text: &str| Err(Invalid::new("display_name", text));
    let name = name.trim();
    if name.is_empty() {
        return bad("give it a name");
    }
    if name.chars().count() > DISPLAY_NAME_MAX {
        return bad("a name has at most 100 characters");
    }
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if name.chars().any(hidden) {
        return bad("line breaks and invisible characters cannot be part of a name");
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_of_one_line() {
        for good in ["Front door", "../x", "<script>", "'; DROP TABLE camera", "Tür 🚪", " x "] {
            assert_eq!(check_display_name(good).unwrap(), good.trim());
        }
        let long = "x".repeat(10_000);
        for bad in ["", "   ", "a\nb", "a\0b", "\u{202E}evil", &long] {
            assert!(check_display_name(bad).is_err(), "{bad:?} was taken");
        }
    }
}
