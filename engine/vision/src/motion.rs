//! Motion in the pictures of a camera that stands still, seen in their brightness alone.
//!
//! [`Motion`] learns for each pixel what it usually is and how much it varies, and reports what
//! differs from that and hangs together. Light that changes everywhere is taken out first.
//! Constants of time count in the pictures' own time, so the rate of pictures may change.
//!
//! Not here: where pictures come from, what moves, and what becomes of it over time.

mod absorb;
mod clean;
mod light;
mod luma;
mod phase;
mod rates;
mod regions;
mod rules;
mod scene;
mod shrink;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use ronin_core::Sensitivity;

pub use self::luma::{Error, Luma};
use self::scene::Scene;
use crate::{grid::Grid, polygon::Polygon};

/// Most regions in [`Seen::boxes`]: the sixteen largest say where to look.
pub const BOXES_MAX: usize = 16;
/// A person of 6 by 14 pixels in a picture of 320 by 240 is twice this.
pub const LEAST_SHARE: f32 = 0.0005;

/// What counts as motion.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// How much a pixel must differ.
    pub sensitivity: Sensitivity,
    /// What covers less of the unmasked picture than this is no motion; from 0 to 1. No number at
    /// all means [`LEAST_SHARE`].
    pub least_share: f32,
    /// Where nothing is looked at.
    pub masks: Vec<Polygon>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { sensitivity: Sensitivity::Normal, least_share: LEAST_SHARE, masks: Vec::new() }
    }
}

/// What can be said of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing yet: the first seconds of pictures of this size.
    Learning,
    /// Nothing moves.
    Still,
    /// Something moves.
    Moving,
    /// Most of the picture has changed at once: lightning, exposure, infrared, or the camera was
    /// turned. Nothing is said until it has passed or been learnt, which takes two seconds or so.
    LightChange,
}

/// A part of the picture; lengths are parts of it, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What was seen in one picture. Where the state is not [`State::Moving`], the rest is empty.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
    /// What can be said.
    pub state: State,
    /// The cells in which something moves.
    pub grid: Grid,
    /// How much of the unmasked picture moves, from 0 to 1.
    pub share: f32,
    /// What hangs together, largest first, at most [`BOXES_MAX`].
    pub boxes: Vec<Area>,
}

impl Seen {
    fn nothing(state: State) -> Self {
        Self { state, grid: Grid::EMPTY, share: 0.0, boxes: Vec::new() }
    }
}

/// Watches the pictures of one camera.
#[derive(Debug)]
pub struct Motion {
    settings: Settings,
    /// What was learnt from pictures of the size that came last.
    scene: Option<Scene>,
    last: Duration,
}

impl Motion {
    /// Knows nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, scene: None, last: Duration::ZERO }
    }

    /// Looks at the next picture; `at` is its time in the stream. A picture of another size, or
    /// one from before the last, begins anew.
    pub fn look(&mut self, picture: &Luma<'_>, at: Duration) -> Seen {
        if at < self.last || self.scene.as_ref().is_some_and(|scene| !scene.fits(picture)) {
            self.scene = None;
        }
        self.last = at;
        self.scene.get_or_insert_with(|| Scene::new(picture, &self.settings)).look(picture, at)
    }
}
