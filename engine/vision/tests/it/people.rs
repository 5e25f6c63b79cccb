//! The chain on real footage: pictures of the test clip, the small person detector, and the
//! labels beside the clip.
//!
//! The labels end at frame 554, and the network was trained on frames up to 555: the figures here
//! prove the chain around the network. On the unseen rest of the clip there are no labels; there
//! the number of people is checked.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bytes::Bytes;
use ronin_core::{WallTime, frame::VideoFrame};
use ronin_vision::{
    detector::{Detection, Detector, Device, DeviceChoice, Layout, Options},
    geometry::{Rect, Size},
};

use crate::fixture::{PERSON_MODEL, grey, person_model_dir};

pub(crate) const WIDTH: u32 = 768;
pub(crate) const HEIGHT: u32 = 576;
/// A label below this marks somebody half hidden: neither a miss nor a mistake.
const SURE_LABEL: f32 = 0.4;
pub(crate) const MATCH_IOU: f32 = 0.4;

/// Somebody in a picture.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    pub(crate) place: Rect,
    pub(crate) is_sure: bool,
}

/// How much of what was found is there, and of what is there was found.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) right: usize,
    wrong: usize,
    missed: usize,
    iou_sum: f32,
}

fn media(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/media").join(name)
}

fn options() -> Options {
    Options::new(person_model_dir(), PERSON_MODEL).unwrap().with_device(DeviceChoice::Cpu)
}

fn load() -> Detector {
    Detector::load(options()).unwrap()
}

/// One that tells of less sure objects too.
pub(crate) fn load_from_score(score: f32) -> Detector {
    Detector::load(options().with_score_threshold(score).unwrap()).unwrap()
}

/// Every `step`th frame of the clip from `first` up to `last`, with its number.
pub(crate) fn frames(first: usize, last: usize, step: usize) -> Vec<(usize, VideoFrame)> {
    let select = format!("select=between(n\\,{first}\\,{last})*not(mod(n-{first}\\,{step}))");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(media("vtest-768x576-10fps.mp4"))
        .args([
            "-vf",
            &select,
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("the program ffmpeg is needed for this test");
    assert!(output.status.success());
    let pictures = Bytes::from(output.stdout);
    let size = (3 * WIDTH * HEIGHT) as usize;
    assert_eq!(pictures.len() % size, 0);
    let frame = |(index, number): (usize, usize)| {
        let data = pictures.slice(index * size..(index + 1) * size);
        let time = WallTime::from_micros(100_000 * number as i64);
        (number, VideoFrame::new(WIDTH, HEIGHT, 3 * WIDTH as usize, data, time).unwrap())
    };
    let frames: Vec<_> = (first..=last).step_by(step).enumerate().map(frame).collect();
    assert_eq!(frames.len(), pictures.len() / size);
    frames
}

/// By frame number, in parts of the picture.
pub(crate) fn labels() -> HashMap<usize, Vec<Label>> {
    let text = std::fs::read_to_string(media("vtest-people.json")).unwrap();
    let raw: HashMap<String, Vec<[f32; 5]>> = serde_json::from_str(&text).unwrap();
    let label = |[x, y, width, height, score]: [f32; 5]| Label {
        place: Rect {
            left: x / WIDTH as f32,
            top: y / HEIGHT as f32,
            right: (x + width) / WIDTH as f32,
            bottom: (y + height) / HEIGHT as f32,
        },
        is_sure: score > SURE_LABEL,
    };
    raw.into_iter()
        .map(|(frame, labels)| (frame.parse().unwrap(), labels.into_iter().map(label).collect()))
        .collect()
}

fn place(found: &Detection) -> Rect {
    Rect {
        left: found.x,
        top: found.y,
        right: found.x + found.width,
        bottom: found.y + found.height,
    }
}

impl Figures {
    /// Counts one picture: the surest detection takes the label that fits it best.
    pub(crate) fn count(&mut self, found: impl Iterator<Item = Rect>, labels: &[Label]) {
        let (mut open, soft): (Vec<_>, Vec<_>) = labels.iter().partition(|label| label.is_sure);
        for place in found {
            let iou = |label: &&Label| label.place.iou(&place);
            let best = (0..open.len()).max_by(|&a, &b| iou(&open[a]).total_cmp(&iou(&open[b])));
            match best.filter(|&index| iou(&open[index]) > MATCH_IOU) {
                Some(index) => {
                    self.right += 1;
                    self.iou_sum += iou(&open.swap_remove(index));
                }
                None => self.wrong += usize::from(!soft.iter().any(|label| iou(label) > 0.3)),
            }
        }
        self.missed += open.len();
    }

    pub(crate) fn recall(&self) -> f32 {
        self.right as f32 / (self.right + self.missed) as f32
    }

    pub(crate) fn precision(&self) -> f32 {
        self.right as f32 / (self.right + self.wrong) as f32
    }
}

#[test]
fn people_are_found_where_they_are() {
    let labels = labels();
    let mut detector = load();
    let mut figures = Figures::default();

    for (number, frame) in frames(400, 554, 6) {
        let found = detector.detect(&frame).unwrap();
        figures.count(found.iter().map(place), &labels[&number]);
    }

    let (recall, precision) = (figures.recall(), figures.precision());
    let mean_iou = figures.iou_sum / figures.right as f32;
    println!(
        "{} right, {} wrong, {} missed: recall {recall:.3}, precision {precision:.3}, mean IoU \
         {mean_iou:.3}",
        figures.right, figures.wrong, figures.missed
    );
    assert!(figures.right >= 80, "{}", figures.right);
    assert!(recall >= 0.9, "{recall}");
    assert!(precision >= 0.75, "{precision}");
    assert!(mean_iou >= 0.7, "{mean_iou}");
}

#[test]
fn people_are_found_in_frames_the_network_never_saw() {
    let mut detector = load();

    for (number, frame) in frames(560, 794, 39) {
        let found = detector.detect(&frame).unwrap();

        // The clip has three to nine people; one may be hidden, one seen twice.
        assert!((2..=10).contains(&found.len()), "{} in frame {number}", found.len());
        for detection in found {
            assert_eq!(&*detection.label, "person");
            assert!((0.4..=1.0).contains(&detection.score));
            let place = place(&detection);
            assert!(place.left >= 0.0 && place.right <= 1.0 + f32::EPSILON, "{place:?}");
            assert!(place.top >= 0.0 && place.bottom <= 1.0 + f32::EPSILON, "{place:?}");
        }
    }
}

#[test]
fn same_picture_gives_the_same_answer() {
    let (mut one, mut other) = (load(), load());
    let frames = frames(600, 601, 1);

    let first = one.detect(&frames[0].1).unwrap();
    one.detect(&frames[1].1).unwrap();

    assert!(!first.is_empty());
    assert_eq!(one.detect(&frames[0].1).unwrap(), first);
    assert_eq!(other.detect(&frames[0].1).unwrap(), first);
}

#[test]
fn several_pictures_in_one_run_give_what_each_gives_alone() {
    let options = Options::new(person_model_dir(), PERSON_MODEL).unwrap();
    let options = options.with_device(DeviceChoice::Cpu).with_batch(3);
    let mut together = Detector::load(options).unwrap();
    assert_eq!(together.batch_max(), 3);
    let half = Rect { left: 0.0, top: 0.0, right: 0.6, bottom: 1.0 };
    let pictures: Vec<(VideoFrame, Rect)> = frames(600, 640, 10)
        .into_iter()
        .enumerate()
        .map(|(index, (_, frame))| (frame, if index % 2 == 0 { Rect::WHOLE } else { half }))
        .collect();

    let found = together.detect_all(&pictures).unwrap();

    let mut alone = load();
    assert_eq!(found.len(), pictures.len());
    for ((frame, region), found) in pictures.iter().zip(found) {
        let expected = alone.detect_in(frame, *region).unwrap();
        assert_eq!(found.len(), expected.len());
        assert!(!found.is_empty());
        for (found, expected) in found.iter().zip(&expected) {
            assert!(place(found).iou(&place(expected)) > 0.99, "{found:?} {expected:?}");
            assert!((found.score - expected.score).abs() < 0.01, "{found:?} {expected:?}");
        }
    }
}

#[test]
fn every_thread_that_detects_uses_one_core() {
    let mut detector = load();
    let frame = grey(WIDTH, HEIGHT);

    let elsewhere = std::thread::scope(|scope| {
        let detect = || detector.detect(&frame).map(|_| tch::get_num_threads());
        scope.spawn(detect).join().unwrap().unwrap()
    });

    assert_eq!((tch::get_num_threads(), elsewhere), (1, 1));
}

#[test]
fn model_says_what_it_is() {
    let info = load().info().clone();

    assert_eq!(info.file_name, PERSON_MODEL);
    assert_eq!(info.sha256, "5ab6222377846c0d1e9b340e566afdf3723788500dee05ca724339ca76c133f2");
    assert_eq!(info.device, Device::Cpu);
    assert_eq!(info.device.to_string(), "cpu");
    assert_eq!(info.labels, ["person".into()]);
    assert_eq!(info.input, Size { width: 416, height: 416 });
    assert_eq!(info.layout, Layout::ClassScores);
}
