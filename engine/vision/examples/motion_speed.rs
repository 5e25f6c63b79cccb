//! How fast motion is looked for, and what is seen, in the scenes of the tests. `benches/motion`
//! runs this beside other methods.
//!
//!     motion_speed FOLDER
//!
//! Writes for each scene NAME.gray (the pictures, 320 by 240 bytes each), NAME.truth and NAME.ours
//! (33 bytes a picture: 0 still, 1 moving, 2 not judged; then the grid), and NAME.mask where there
//! is one (left, top, right, bottom, in parts of the picture). Prints a line a scene: name,
//! pictures, CPU seconds.

use std::{fmt::Write, fs, hint::black_box, io, path::Path};

use ronin_vision::{
    grid::Grid,
    motion::{Luma, Motion, Seen, Settings, State},
};

use self::scenes::{HEIGHT, Picture, Scene, Score, WIDTH};

#[path = "../tests/it/scenes.rs"]
mod scenes;

/// The fastest of these counts: the others were disturbed ...
const RUNS: usize = 4;
/// ... and each watches the scene so many times, because the kernel counts in steps of 4 ms.
const TIMES: usize = 8;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| io::Error::other("name a folder"))?;
    for scene in scenes::all() {
        let pictures: Vec<Picture> = scene.film().collect();
        let (mut seconds, mut seen) = (f64::INFINITY, Vec::new());
        for _ in 0..RUNS {
            let before = cpu_seconds()?;
            for _ in 0..TIMES {
                seen = black_box(watch(&scene, &pictures));
            }
            seconds = seconds.min((cpu_seconds()? - before) / TIMES as f64);
        }
        write(Path::new(&folder), &scene, &pictures, &seen)?;
        let mut score = Score::default();
        for (picture, seen) in pictures.iter().zip(&seen) {
            score.add(&picture.truth, seen);
        }
        let Score { right, wrong, missed } = score;
        let recall = score.recall();
        println!("{}\t{}\t{seconds}", scene.name, pictures.len());
        eprintln!(
            "{:12} {:6.0} pictures/s, {right} right, {wrong} wrong, {missed} missed, recall {recall:.3}",
            scene.name,
            pictures.len() as f64 / seconds
        );
    }
    Ok(())
}

fn watch(scene: &Scene, pictures: &[Picture]) -> Vec<Seen> {
    let mut motion = Motion::new(Settings { masks: scene.masks(), ..Settings::default() });
    let look = |picture: &Picture| {
        let luma = Luma::new(&picture.luma, WIDTH, WIDTH, HEIGHT).expect("the sizes are right");
        motion.look(&luma, picture.at)
    };
    pictures.iter().map(look).collect()
}

/// Of this thread.
fn cpu_seconds() -> io::Result<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<u64>().ok());
    Ok(nanoseconds.ok_or_else(|| io::Error::other("no CPU time in schedstat"))? as f64 / 1e9)
}

fn write(folder: &Path, scene: &Scene, pictures: &[Picture], seen: &[Seen]) -> io::Result<()> {
    let file = |kind: &str| folder.join(format!("{}.{kind}", scene.name));
    let luma: Vec<&[u8]> = pictures.iter().map(|picture| &picture.luma[..]).collect();
    fs::write(file("gray"), luma.concat())?;
    let (mut truth, mut ours) = (Vec::new(), Vec::new());
    for (Picture { truth: is, .. }, seen) in pictures.iter().zip(seen) {
        let state = if is.is_judged { u8::from(!is.grid.is_empty()) } else { 2 };
        add(&mut truth, state, &is.grid);
        add(&mut ours, u8::from(seen.state == State::Moving), &seen.grid);
    }
    fs::write(file("truth"), truth)?;
    fs::write(file("ours"), ours)?;
    if let Some(edges) = scene.mask() {
        let mut text = String::new();
        for edge in edges {
            write!(text, "{edge} ").expect("a string takes everything");
        }
        fs::write(file("mask"), text)?;
    }
    Ok(())
}

fn add(bytes: &mut Vec<u8>, state: u8, grid: &Grid) {
    bytes.push(state);
    bytes.extend(grid.to_bytes());
}
