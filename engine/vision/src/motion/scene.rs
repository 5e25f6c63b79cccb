//! What was learnt from pictures of one size, and the way of a picture through it:
//! shrink, take out the light, compare, clean, find regions, learn.
//!
//! Not here: the steps themselves, and when which is due ([`super::phase`]).

use std::time::Duration;

use super::{
    BOXES_MAX, Luma, Seen, Settings, State,
    absorb::Absorber,
    clean::Cleaner,
    light::{Light, Meter},
    phase::{Action, Glance, Phase},
    rates::{FIRST_VARIANCE, Rates, share},
    regions::{Bounds, Region, Regions, set_cells},
    rules::Rules,
    shrink::Shrink,
};
use crate::{grid::Grid, polygon::Polygon};

/// What moves is seen in two pictures one after the other, unless they are further apart, or it
/// is large.
const RELATED: Duration = Duration::from_millis(340);
/// After a gap, a picture counts for no more than this.
const STEP_MAX_S: f32 = 1.0;
/// Parts of the picture. So much that differs for one picture only is rain or snow ...
const SPECKLED: f32 = 0.008;
/// ... when it lasts for seconds.
const SPECKLES_S: f32 = 3.0;
/// Widths of the picture in a second: what is further than this from all that was in the last
/// picture is something else.
const SPEED_MAX: f32 = 0.3;

/// The planes have one value for each pixel of the small picture.
#[derive(Debug)]
pub(super) struct Scene {
    rules: Rules,
    shrink: Shrink,
    meter: Meter,
    cleaner: Cleaner,
    regions: Regions,
    absorber: Absorber,
    /// None before the first picture.
    phase: Option<Phase>,
    last: Duration,
    /// When learning began, and how many pictures were learnt since.
    anew: Duration,
    learnt: f32,
    /// Regions of the last picture, whether or not they were reported.
    suspects: Vec<Bounds>,
    /// 1 where the picture is looked at.
    open: Vec<u8>,
    now: Vec<f32>,
    usual: Vec<f32>,
    variance: Vec<f32>,
    /// What is left of the last three pictures without `usual` in their light, newest first.
    rests: [Vec<f32>; 3],
    /// Their median, in which what is there for one picture only is not.
    calm: Vec<f32>,
    /// Part of the picture that differs for one picture only, over the last seconds.
    speckles: f32,
    /// Whether it is enough for rain; then `calm` is looked at, else the newest of `rests`.
    is_speckled: bool,
    /// 1 where that is too much.
    differs: Vec<u8>,
    clean: Vec<u8>,
    /// 1 where something is reported.
    moving: Vec<u8>,
}

impl Scene {
    pub(super) fn new(picture: &Luma<'_>, settings: &Settings) -> Self {
        let shrink = Shrink::new(picture.width(), picture.height());
        let (width, height) = (shrink.width, shrink.height);
        let open = open(&settings.masks, width, height);
        let pixels = open.len();
        Self {
            rules: Rules::new(settings, &open),
            meter: Meter::new(width, height, &open),
            cleaner: Cleaner::new(width, height),
            regions: Regions::default(),
            absorber: Absorber::new(pixels),
            phase: None,
            last: Duration::ZERO,
            anew: Duration::ZERO,
            learnt: 0.0,
            suspects: Vec::new(),
            open,
            now: vec![0.0; pixels],
            usual: vec![0.0; pixels],
            variance: vec![0.0; pixels],
            rests: std::array::from_fn(|_| vec![0.0; pixels]),
            calm: vec![0.0; pixels],
            speckles: 0.0,
            is_speckled: true,
            differs: vec![0; pixels],
            clean: vec![0; pixels],
            moving: vec![0; pixels],
            shrink,
        }
    }

    pub(super) fn fits(&self, picture: &Luma<'_>) -> bool {
        self.shrink.fits(picture)
    }

    /// Looks at a picture that [fits](Self::fits) and is not older than the last.
    pub(super) fn look(&mut self, picture: &Luma<'_>, at: Duration) -> Seen {
        self.shrink.run(picture, &mut self.now);
        let Some(phase) = self.phase else {
            self.phase = Some(Phase::start(at));
            self.begin_anew(at);
            return Seen::nothing(State::Learning);
        };
        let step = at.saturating_sub(self.last);
        let light = self.meter.measure(&self.now, &self.usual);
        self.subtract(light);
        let is_learning = matches!(phase, Phase::Learning { .. });
        self.is_speckled = step <= RELATED && (is_learning || self.speckles > SPECKLED);
        let speckles = self.mark();
        let changed = self.rules.share(self.cleaner.run(&self.differs, &mut self.clean));
        let (phase, action) = phase.step(Glance { at, level: light.level, changed });
        self.phase = Some(phase);
        self.last = at;
        match action {
            Action::Learn(state) => {
                self.moving.fill(0);
                self.learn(light, step, speckles);
                Seen::nothing(state)
            }
            Action::Watch => {
                let seen = self.watch(step);
                self.learn(light, step, speckles);
                seen
            }
            Action::Hold => Seen::nothing(State::LightChange),
            Action::Follow => {
                self.follow(light);
                Seen::nothing(State::LightChange)
            }
            Action::BeginAnew => {
                self.begin_anew(at);
                Seen::nothing(State::LightChange)
            }
        }
    }

    fn begin_anew(&mut self, at: Duration) {
        self.usual.copy_from_slice(&self.now);
        self.variance.fill(FIRST_VARIANCE);
        for rest in &mut self.rests {
            rest.fill(0.0);
        }
        self.suspects.clear();
        (self.anew, self.last, self.learnt) = (at, at, 1.0);
    }

    /// Leaves what is brighter than white as it is: it comes back when the light goes.
    fn follow(&mut self, light: Light) {
        for usual in &mut self.usual {
            *usual = *usual * light.gain + light.offset;
        }
    }

    /// What the picture is without the background, once that is in the light of now.
    fn subtract(&mut self, light: Light) {
        let [rest, last, before] = &mut self.rests;
        for ((rest, &now), &usual) in rest.iter_mut().zip(&self.now).zip(&self.usual) {
            *rest = now - in_light(usual, light);
        }
        let three = rest.iter().zip(last.iter()).zip(before.iter());
        for (calm, ((&rest, &last), &before)) in self.calm.iter_mut().zip(three) {
            *calm = rest.min(last).max(rest.max(last).min(before));
        }
    }

    /// Marks what differs by too much. Returns the part of the picture that does so in `rests`
    /// and not in `calm`.
    fn mark(&mut self) -> f32 {
        let rules = self.rules;
        let known = self.variance.iter().zip(&self.open);
        let seen = self.rests[0].iter().zip(&self.calm).zip(known);
        let mut speckles = 0;
        for (((&rest, &calm), (&variance, &open)), differs) in seen.zip(&mut self.differs) {
            let limit = rules.limit(variance);
            let (is_now, is_calm) = (u8::from(rest * rest > limit), u8::from(calm * calm > limit));
            *differs = open & if self.is_speckled { is_calm } else { is_now };
            speckles += u32::from(open & is_now & !is_calm);
        }
        rules.share(speckles as usize)
    }

    /// What is looked at and learnt.
    fn shown(&self) -> &[f32] {
        if self.is_speckled { &self.calm } else { &self.rests[0] }
    }

    fn watch(&mut self, step: Duration) -> Seen {
        let (width, height) = (self.shrink.width, self.shrink.height);
        self.regions.find(&self.clean, width);
        let reported = self.reported(step);
        let mut grid = Grid::EMPTY;
        self.moving.fill(0);
        self.absorber.begin(step.as_secs_f32().min(STEP_MAX_S), self.last - self.anew);
        for run in self.regions.runs_of(|index| reported[index]) {
            set_cells(&mut grid, run, width, height);
            self.moving[run.pixels(width)].fill(1);
            for pixel in run.pixels(width) {
                let (usual, tolerance) =
                    (self.usual[pixel], self.rules.limit(self.variance[pixel]).sqrt());
                let value = usual + self.shown()[pixel];
                self.usual[pixel] = self.absorber.moving(pixel, value, usual, tolerance);
            }
        }

        let all = self.regions.found().iter().zip(&reported);
        let mut moving: Vec<Region> =
            all.filter(|&(_, &reported)| reported).map(|(&region, _)| region).collect();
        if moving.is_empty() {
            return Seen::nothing(State::Still);
        }
        let share = self.rules.share(moving.iter().map(|region| region.pixels).sum());
        moving.sort_by_key(|region| std::cmp::Reverse(region.pixels));
        moving.truncate(BOXES_MAX);
        let boxes = moving.iter().map(|region| region.bounds.area(width, height)).collect();
        Seen { state: State::Moving, grid, share, boxes }
    }

    /// Which of the regions are reported.
    fn reported(&mut self, step: Duration) -> Vec<bool> {
        let rules = self.rules;
        let reach = (SPEED_MAX * step.as_secs_f32() * self.shrink.width as f32) as usize + 2;
        let is_large_enough = |region: &Region| region.pixels >= rules.least_pixels.max(1);
        let is_sure = |region: &Region| {
            step > RELATED
                || region.pixels >= rules.large_pixels
                || self.suspects.iter().any(|other| other.is_near(&region.bounds, reach))
        };
        let found = self.regions.found();
        let reported =
            found.iter().map(|region| is_large_enough(region) && is_sure(region)).collect();
        self.suspects.clear();
        let large = found.iter().filter(|region| is_large_enough(region));
        self.suspects.extend(large.map(|region| region.bounds));
        reported
    }

    /// Learns the picture, where nothing is reported.
    fn learn(&mut self, light: Light, step: Duration, speckles: f32) {
        let step_s = step.as_secs_f32().min(STEP_MAX_S);
        self.learnt += 1.0;
        let rates = Rates::new(light, step_s, self.learnt, self.is_speckled);
        let width = self.shrink.width;
        let shown = if self.is_speckled { &self.calm } else { &self.rests[0] };
        let learnt = self.usual.chunks_exact_mut(width).zip(self.variance.chunks_exact_mut(width));
        let seen = shown.chunks_exact(width).zip(self.moving.chunks_exact(width));
        for ((usual, variance), (rest, moving)) in learnt.zip(seen) {
            if moving.contains(&1) {
                rates.learn_around(usual, variance, rest, moving);
            } else {
                rates.learn_all(usual, variance, rest);
            }
        }
        let new_part = if step > RELATED { 0.0 } else { share(step_s, SPECKLES_S) };
        self.speckles += new_part * (speckles - self.speckles);
        self.rests.rotate_right(1);
    }
}

fn in_light(usual: f32, light: Light) -> f32 {
    (usual * light.gain + light.offset).clamp(0.0, 255.0)
}

/// 1 for each pixel whose middle lies in none of the masks.
fn open(masks: &[Polygon], width: usize, height: usize) -> Vec<u8> {
    let mut open = vec![1; width * height];
    for mask in masks {
        for (open, inside) in open.iter_mut().zip(mask.rasterise(width, height)) {
            *open &= u8::from(!inside);
        }
    }
    open
}
