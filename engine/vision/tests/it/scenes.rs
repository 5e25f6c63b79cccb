//! Scenes made of numbers, with what moves in them known for each picture: 320 by 240 pixels,
//! ten pictures a second, the same each time.
//!
//! Also used by `examples/motion_speed.rs`. Not here: what should be seen in them.

use std::{f32::consts::TAU, ops::Range, time::Duration};

use ronin_vision::{
    grid::{Grid, SIDE},
    motion::{Seen, State},
    polygon::{Point, Polygon},
};

pub(crate) const WIDTH: usize = 320;
pub(crate) const HEIGHT: usize = 240;
const STEP_MS: u64 = 100;
/// Any method may learn for so long.
const UNJUDGED_S: f32 = 5.0;
/// Pixels of the walker that a cell must have to count as touched.
const CELL_PIXELS: usize = 6;
const WALKER: (f32, f32) = (6.0, 14.0);
/// Where the flag flies and the leaves hang: left, top, right, bottom.
const CORNER: [usize; 4] = [240, 0, 320, 60];

/// What is in the scene apart from the walker.
#[derive(Clone, Copy, PartialEq)]
enum Thing {
    Nothing,
    /// So many bright streaks in each picture, each somewhere else.
    Rain(usize),
    /// A texture in the corner, which sways.
    Leaves,
    /// A texture in the corner, which runs, under a mask.
    MaskedFlag,
    /// Put down at ten seconds; nobody can say when it becomes background, up to 75.
    Parcel,
    /// At 15 seconds all surfaces change their brightness, and there is more noise.
    Infrared,
}

#[derive(Clone, Copy)]
struct Walk {
    from_s: f32,
    to_s: f32,
    x: f32,
    speed: f32,
}

/// One scene, before it is filmed.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    seconds: f32,
    noise: f32,
    thing: Thing,
    walk: Walk,
    /// Factor and summand at a time in seconds.
    light: fn(f32) -> (f32, f32),
}

/// What is true of a picture.
pub(crate) struct Truth {
    /// Where not, neither answer is a mistake.
    pub(crate) is_judged: bool,
    /// The cells that the walker touches.
    pub(crate) grid: Grid,
}

pub(crate) struct Picture {
    pub(crate) at: Duration,
    pub(crate) luma: Vec<u8>,
    pub(crate) truth: Truth,
}

fn steady(_: f32) -> (f32, f32) {
    (1.0, 0.0)
}

fn lamp(hertz: f32, at_s: f32) -> (f32, f32) {
    (1.0 + 0.1 * (TAU * hertz * at_s).sin(), 0.0)
}

fn lightning(at_s: f32) -> (f32, f32) {
    let is_on = [12.0, 35.0].iter().any(|start| (start - 0.05..start + 0.15).contains(&at_s));
    if is_on { (2.0, 30.0) } else { (1.0, 0.0) }
}

/// All scenes. In each a walker of 6 by 14 pixels, 20 grey levels brighter than what is behind,
/// crosses the picture once.
pub(crate) fn all() -> Vec<Scene> {
    let walk = Walk { from_s: 8.0, to_s: 30.0, x: -6.0, speed: 15.0 };
    let base =
        |name, light| Scene { name, seconds: 40.0, noise: 2.0, thing: Thing::Nothing, walk, light };
    let with = |name, thing| Scene { thing, ..base(name, steady) };
    let late = Walk { from_s: 78.0, to_s: 100.0, ..walk };
    let slow = Walk { from_s: 8.0, to_s: 45.0, x: 100.0, speed: 1.0 };
    let slow_light = |name, light| Scene {
        seconds: 70.0,
        walk: Walk { from_s: 30.0, to_s: 52.0, ..walk },
        ..base(name, light)
    };
    vec![
        base("noise 2", steady),
        Scene { noise: 6.0, ..base("noise 6", steady) },
        base("lamp 3.1 Hz", |at_s| lamp(3.1, at_s)),
        base("lamp 7.3 Hz", |at_s| lamp(7.3, at_s)),
        base("lamp 9.9 Hz", |at_s| lamp(9.9, at_s)),
        slow_light("dawn", |at_s| (1.0 + 0.4 * (at_s / 60.0).min(1.0), 0.0)),
        slow_light("dusk", |at_s| (1.0 - 0.4 * (at_s / 60.0).min(1.0), 0.0)),
        base("lightning", lightning),
        base("exposure", |at_s| if (15.0..33.0).contains(&at_s) { (1.5, 0.0) } else { (1.0, 0.0) }),
        with("rain", Thing::Rain(150)),
        Scene { noise: 4.0, ..with("heavy rain", Thing::Rain(300)) },
        with("leaves", Thing::Leaves),
        Scene { seconds: 105.0, walk: late, ..with("left behind", Thing::Parcel) },
        Scene { seconds: 60.0, walk: slow, ..base("slow walker", steady) },
        with("mask", Thing::MaskedFlag),
        with("infrared", Thing::Infrared),
    ]
}

impl Scene {
    /// Left, top, right and bottom of what is masked, in parts of the picture.
    pub(crate) fn mask(&self) -> Option<[f32; 4]> {
        let [left, top, right, bottom] = CORNER.map(|edge| edge as f32);
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        (self.thing == Thing::MaskedFlag)
            .then(|| [left / width, top / height, right / width, bottom / height])
    }

    /// The same for [`ronin_vision::motion::Settings`].
    pub(crate) fn masks(&self) -> Vec<Polygon> {
        let rectangle = |[left, top, right, bottom]: [f32; 4]| {
            let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
            Polygon::new(&corners.map(|(x, y)| Point { x, y })).expect("a rectangle is a polygon")
        };
        self.mask().map(rectangle).into_iter().collect()
    }

    /// The pictures, one after the other.
    pub(crate) fn film(&self) -> impl Iterator<Item = Picture> + '_ {
        let mut studio = Studio::new(self.name);
        let count = (self.seconds * 1000.0) as u64 / STEP_MS;
        (0..count).map(move |n| {
            let at = Duration::from_millis(n * STEP_MS);
            let at_s = at.as_secs_f32();
            Picture { at, luma: studio.picture(self, at_s), truth: self.truth(at_s) }
        })
    }

    /// Where the walker is: columns and rows, partly outside at the sides.
    fn walker(&self, at_s: f32) -> Option<(Range<f32>, Range<f32>)> {
        let Walk { from_s, to_s, x, speed } = self.walk;
        let left = x + speed * (at_s - from_s);
        let is_there = (from_s..to_s).contains(&at_s);
        is_there.then_some((left..left + WALKER.0, 150.0..150.0 + WALKER.1))
    }

    fn truth(&self, at_s: f32) -> Truth {
        let mut pixels = [[0; SIDE]; SIDE];
        let mut total = 0;
        if let Some((columns, rows)) = self.walker(at_s) {
            for y in rows.start as usize..rows.end as usize {
                for x in columns.start.max(0.0) as usize..(columns.end.max(0.0) as usize).min(WIDTH)
                {
                    pixels[y * SIDE / HEIGHT][x * SIDE / WIDTH] += 1;
                    total += 1;
                }
            }
        }
        let mut grid = Grid::EMPTY;
        for (row, cells) in pixels.iter().enumerate() {
            for (column, &count) in cells.iter().enumerate() {
                if count >= CELL_PIXELS {
                    grid.set(column, row);
                }
            }
        }
        // Half in the picture is neither there nor not.
        let is_half = self.walker(at_s).is_some() && total < 70;
        let is_parcel_new = self.thing == Thing::Parcel && (10.0..75.0).contains(&at_s);
        Truth { is_judged: at_s >= UNJUDGED_S && !is_half && !is_parcel_new, grid }
    }
}

/// What is seen against what is true.
#[derive(Default)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
}

impl Score {
    /// Counts one picture as moving or not.
    pub(crate) fn add(&mut self, truth: &Truth, seen: &Seen) {
        let is_moving = !truth.grid.is_empty();
        match (is_moving, seen.state == State::Moving) {
            _ if !truth.is_judged => {}
            (true, true) => self.right += 1,
            (false, true) => self.wrong += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    /// Of what moved, the part that was seen.
    pub(crate) fn recall(&self) -> f32 {
        self.right as f32 / (self.right + self.missed).max(1) as f32
    }
}

/// Paints pictures; keeps the surfaces and its dice.
struct Studio {
    dice: Dice,
    surface: Vec<f32>,
    infrared: Vec<f32>,
    leaves: Vec<f32>,
    /// Of deviation 1.
    noise: Vec<f32>,
    canvas: Vec<f32>,
}

/// Twice the corner's sides, so that it can move.
const LEAVES: (usize, usize) = (160, 120);

impl Studio {
    fn new(name: &str) -> Self {
        let mut dice =
            Dice(name.bytes().fold(0x5eed, |seed, byte| seed.wrapping_mul(31) + u64::from(byte)));
        let coarse = blots(&mut dice, (WIDTH, HEIGHT), 24);
        let fine = blots(&mut dice, (WIDTH, HEIGHT), 3);
        let other = blots(&mut dice, (WIDTH, HEIGHT), 24);
        let surface: Vec<f32> = (0..WIDTH * HEIGHT)
            .map(|index| {
                let ramp = (index % WIDTH) as f32 / 8.0 + (index / WIDTH) as f32 / 6.0;
                (80.0 + ramp + 30.0 * coarse[index] + 8.0 * fine[index]).clamp(20.0, 200.0)
            })
            .collect();
        let infrared = surface.iter().zip(&other).map(|(s, o)| 50.0 + 0.4 * s + 40.0 * o).collect();
        let leaves = blots(&mut dice, LEAVES, 4);
        let noise = (0..1 << 17).map(|_| dice.normal()).collect();
        let canvas = vec![0.0; WIDTH * HEIGHT];
        Self { dice, surface, infrared, leaves, noise, canvas }
    }

    fn picture(&mut self, scene: &Scene, at_s: f32) -> Vec<u8> {
        let is_infrared = scene.thing == Thing::Infrared && at_s >= 15.0;
        self.canvas.copy_from_slice(if is_infrared { &self.infrared } else { &self.surface });
        match scene.thing {
            Thing::Leaves => self.paint_corner(
                10.0 + 2.5 * (TAU * 0.5 * at_s).sin(),
                10.0 + 1.5 * (TAU * 0.37 * at_s).sin(),
            ),
            Thing::MaskedFlag => self.paint_corner(40.0 * (at_s * 0.7).fract(), 10.0),
            Thing::Parcel if at_s >= 10.0 => self.brighten(200.0..212.0, 90.0..102.0, 50.0),
            Thing::Rain(count) => self.rain(count),
            _ => {}
        }
        if let Some((columns, rows)) = scene.walker(at_s) {
            self.brighten(columns, rows, 20.0);
        }
        let noise = if is_infrared { 3.0 * scene.noise } else { scene.noise };
        self.develop((scene.light)(at_s), noise)
    }

    fn develop(&mut self, (gain, offset): (f32, f32), deviation: f32) -> Vec<u8> {
        let mut luma = Vec::with_capacity(WIDTH * HEIGHT);
        for row in self.canvas.chunks_exact(WIDTH) {
            let from = self.dice.below(self.noise.len() - WIDTH);
            let noise = &self.noise[from..];
            luma.extend(row.iter().zip(noise).map(|(value, noise)| {
                (value * gain + offset + deviation * noise + 0.5).clamp(0.0, 255.0) as u8
            }));
        }
        luma
    }

    /// Adds to a rectangle; pixels partly in it get their part.
    fn brighten(&mut self, columns: Range<f32>, rows: Range<f32>, by: f32) {
        for y in rows.start as usize..rows.end as usize {
            for x in
                columns.start.max(0.0) as usize..(columns.end.ceil().max(0.0) as usize).min(WIDTH)
            {
                let (left, right) = (columns.start.max(x as f32), columns.end.min(x as f32 + 1.0));
                self.canvas[y * WIDTH + x] += by * (right - left).max(0.0);
            }
        }
    }

    fn rain(&mut self, count: usize) {
        for _ in 0..count {
            let (x, y) = (self.dice.below(WIDTH), self.dice.below(HEIGHT - 8));
            for row in y..y + 8 {
                self.canvas[row * WIDTH + x] += 60.0;
            }
        }
    }

    /// Puts the leaves into the corner, moved by parts of pixels.
    fn paint_corner(&mut self, dx: f32, dy: f32) {
        let [left, top, right, bottom] = CORNER;
        let (part_x, part_y) = (dx.fract(), dy.fract());
        for y in top..bottom {
            for x in left..right {
                let from = (y - top + dy as usize) * LEAVES.0 + x - left + dx as usize;
                let row = |from: usize| {
                    self.leaves[from] * (1.0 - part_x) + self.leaves[from + 1] * part_x
                };
                let value = row(from) * (1.0 - part_y) + row(from + LEAVES.0) * part_y;
                self.canvas[y * WIDTH + x] = 100.0 + 40.0 * value;
            }
        }
    }
}

/// Smooth random values from -1 to 1, that change over `size` pixels.
fn blots(dice: &mut Dice, (width, height): (usize, usize), size: usize) -> Vec<f32> {
    let knots_wide = width / size + 2;
    let knots: Vec<f32> = (0..knots_wide * (height / size + 2)).map(|_| dice.signed()).collect();
    let value = |index: usize| {
        let (x, y) = (index % width, index / width);
        let (part_x, part_y) = ((x % size) as f32 / size as f32, (y % size) as f32 / size as f32);
        let knot = y / size * knots_wide + x / size;
        let row = |knot: usize| knots[knot] * (1.0 - part_x) + knots[knot + 1] * part_x;
        row(knot) * (1.0 - part_y) + row(knot + knots_wide) * part_y
    };
    (0..width * height).map(value).collect()
}

/// Random numbers that are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// From -1 to 1.
    fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    /// Of mean 0 and deviation 1: the sum of twelve, near enough.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.signed()).sum::<f32>() / 2.0
    }
}
