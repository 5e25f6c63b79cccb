//! Our boxes beside those that Ultralytics itself found with the same models in the same pictures.
//! `benches/ultralytics` makes all of them and runs this.
//!
//!     detect_compare FOLDER SCORE IOU PICTURE...
//!
//! FOLDER has for each model NAME.torchscript and NAME.json: for each picture rows of left, top,
//! right, bottom in pixels, score, class. Fails where a box has none of its class within a pixel.

use std::{error::Error, fs, path::Path, process::Command};

use ronin_core::{WallTime, frame::VideoFrame};
use ronin_vision::detector::{Detection, Detector, DeviceChoice, Options};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Left, top, right, bottom in pixels, score, class.
type Found = [f32; 6];

/// Pixels.
const PLACE_SLACK: f32 = 1.0;
const SCORE_SLACK: f32 = 0.01;
/// Closer to the threshold than this, rounding decides whether a box is there.
const EDGE: f32 = 1e-3;

/// What came of one model.
#[derive(Default)]
struct Tally {
    compared: usize,
    /// Of one side alone, and not at the threshold.
    alone: usize,
    at_edge: usize,
    place: f32,
    score: f32,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, score, iou, pictures @ ..] = &arguments[..] else {
        return Err("name a folder, two thresholds and pictures".into());
    };
    let (score, iou) = (score.parse()?, iou.parse()?);
    let pictures = pictures.iter().map(|path| picture(path)).collect::<Result<Vec<_>>>()?;
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".torchscript")?.to_owned()))
        .collect();
    names.sort();

    println!(
        "| model | layout | boxes | largest difference, pixels | of scores | at the threshold \
         | alone |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut is_right = !names.is_empty();
    for name in names {
        let options = Options::new(folder, &format!("{name}.torchscript"))?
            .with_device(DeviceChoice::Cpu)
            .with_score_threshold(score)?
            .with_iou_threshold(iou)?;
        let mut detector = Detector::load(options).map_err(|error| format!("{name}: {error}"))?;
        let text = fs::read_to_string(Path::new(folder).join(format!("{name}.json")))?;
        let theirs: Vec<Vec<Found>> = serde_json::from_str(&text)?;
        if theirs.len() != pictures.len() {
            return Err(format!("{name}: {} pictures", theirs.len()).into());
        }
        let mut tally = Tally::default();
        for (picture, mut theirs) in pictures.iter().zip(theirs) {
            // Random weights give boxes whose right edge is left of the left one. We tell of none.
            theirs.retain(|[left, top, right, bottom, ..]| left < right && top < bottom);
            let ours = detector.detect(picture)?;
            tally.add(ours.iter().map(|found| in_pixels(found, picture)).collect(), theirs, score);
        }
        let Tally { compared, alone, at_edge, place, score: of_scores } = tally;
        let layout = detector.info().layout;
        println!(
            "| {name} | {layout} | {compared} | {place:.4} | {of_scores:.5} | {at_edge} | {alone} |"
        );
        is_right &= compared > 0 && alone == 0;
    }
    if is_right { Ok(()) } else { Err("the boxes differ".into()) }
}

impl Tally {
    /// Takes what both found in one picture.
    fn add(&mut self, ours: Vec<Found>, mut theirs: Vec<Found>, threshold: f32) {
        let is_at_edge = |found: &Found| found[4] - threshold < EDGE;
        for found in ours {
            let near =
                |other: &Found| other[5] == found[5] && (other[4] - found[4]).abs() <= SCORE_SLACK;
            let candidates = (0..theirs.len()).filter(|&index| near(&theirs[index]));
            let distance = |index: &usize| distance(&theirs[*index], &found);
            match candidates.min_by(|a, b| distance(a).total_cmp(&distance(b))) {
                Some(index) if distance(&index) <= PLACE_SLACK => {
                    self.place = self.place.max(distance(&index));
                    self.score = self.score.max((theirs[index][4] - found[4]).abs());
                    self.compared += 1;
                    theirs.swap_remove(index);
                }
                _ if is_at_edge(&found) => self.at_edge += 1,
                _ => {
                    eprintln!("ours alone: {found:?}");
                    self.alone += 1;
                }
            }
        }
        for found in theirs {
            if is_at_edge(&found) {
                self.at_edge += 1;
            } else {
                eprintln!("theirs alone: {found:?}");
                self.alone += 1;
            }
        }
    }
}

/// The largest distance of an edge.
fn distance(one: &Found, other: &Found) -> f32 {
    (0..4).map(|edge| (one[edge] - other[edge]).abs()).fold(0.0, f32::max)
}

fn in_pixels(found: &Detection, picture: &VideoFrame) -> Found {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (right, bottom) = (found.x + found.width, found.y + found.height);
    let class = found.class as f32;
    [found.x * width, found.y * height, right * width, bottom * height, found.score, class]
}

/// Reads a picture of any kind.
fn picture(path: &str) -> Result<VideoFrame> {
    let run = |program: &str, arguments: &[&str]| -> Result<Vec<u8>> {
        let output = Command::new(program).args(["-v", "error"]).args(arguments).output()?;
        if output.status.success() { Ok(output.stdout) } else { Err(program.into()) }
    };
    let size = run("ffprobe", &["-show_entries", "stream=width,height", "-of", "csv=p=0", path])?;
    let (width, height) = str::from_utf8(&size)?.trim().split_once(',').ok_or("no size")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let pixels = run("ffmpeg", &["-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])?;
    Ok(VideoFrame::new(width, height, 3 * width as usize, pixels.into(), WallTime::default())?)
}
