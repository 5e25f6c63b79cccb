//! The same objects in each layout that exports have.

use ronin_vision::detector::{Detection, Detector, Layout, Options};
use tch::Tensor;

use crate::fixture::{ModelDir, SIDE, config, grey, tensor};

const NAMES: &str = r#"{"0": "person", "1": "car"}"#;

/// A car that was seen twice, a person in the same place, and something unsure: left, top, right,
/// bottom in pixels of the input, score, class.
const SEEN: [[f32; 6]; 4] = [
    [16.0, 24.0, 32.0, 40.0, 0.9, 1.0],
    [17.0, 24.0, 33.0, 40.0, 0.8, 1.0],
    [16.0, 24.0, 32.0, 40.0, 0.7, 0.0],
    [40.0, 24.0, 48.0, 40.0, 0.3, 0.0],
];

/// Middle, sides and the scores of both classes.
fn middles() -> [[f32; 6]; 4] {
    SEEN.map(|[left, top, right, bottom, score, class]| {
        let scores = if class == 0.0 { [score, 0.1] } else { [0.1, score] };
        let (x, y) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
        [x, y, right - left, bottom - top, scores[0], scores[1]]
    })
}

fn class_scores() -> Tensor {
    tensor(&[1, 4, 6], middles().as_flattened()).transpose(1, 2).contiguous()
}

fn objectness() -> Tensor {
    let rows = middles().map(|[x, y, width, height, person, car]| {
        [x, y, width, height, 0.95, person / 0.95, car / 0.95]
    });
    tensor(&[1, 4, 7], rows.as_flattened())
}

fn detect(options: Options) -> (Layout, Vec<Detection>) {
    let mut detector = Detector::load(options).unwrap();
    // Twice as wide as high: the input holds it in rows 16 to 47.
    let found = detector.detect(&grey(128, 64)).unwrap();
    (detector.info().layout, found)
}

fn assert_is(found: &Detection, label: &str, score: f32, place: [f32; 4]) {
    assert_eq!(&*found.label, label);
    let values = [found.score, found.x, found.y, found.width, found.height];
    let [x, y, width, height] = place;
    for (found, expected) in values.into_iter().zip([score, x, y, width, height]) {
        assert!((found - expected).abs() < 1e-5, "{values:?} is not {score} {place:?}");
    }
}

/// `SEEN` without the duplicate and the unsure, as parts of the picture.
fn assert_car_and_person(found: &[Detection]) {
    assert_eq!(found.len(), 2, "{found:?}");
    assert_is(&found[0], "car", 0.9, [0.25, 0.25, 0.25, 0.5]);
    assert_is(&found[1], "person", 0.7, [0.25, 0.25, 0.25, 0.5]);
    assert_eq!((found[0].class, found[1].class), (1, 0));
}

#[test]
fn yolov8_export_gives_boxes_in_parts_of_the_picture() {
    let dir = ModelDir::new();
    let (layout, found) = detect(dir.script(&class_scores(), Some(&config(NAMES))));

    assert_eq!(layout, Layout::ClassScores);
    assert_car_and_person(&found);
}

#[test]
fn yolov5_export_with_its_own_description_gives_the_same() {
    let dir = ModelDir::new();
    let config = format!(r#"{{"shape": [1, 3, {SIDE}, {SIDE}], "names": ["person", "car"]}}"#);
    let (layout, found) = detect(dir.script(&objectness(), Some(&config)));

    assert_eq!(layout, Layout::Objectness);
    assert_car_and_person(&found);
}

#[test]
fn output_may_be_wrapped_into_a_tuple() {
    let dir = ModelDir::new();
    let (layout, found) = detect(dir.script_of_tuple(&objectness(), &config(NAMES)));

    assert_eq!(layout, Layout::Objectness);
    assert_car_and_person(&found);
}

#[test]
fn end_to_end_export_keeps_what_the_model_kept() {
    let dir = ModelDir::new();
    let mut rows = SEEN.to_vec();
    rows.resize(300, [0.0; 6]);
    let output = tensor(&[1, 300, 6], rows.as_flattened());
    let (layout, found) = detect(dir.script(&output, Some(&config(NAMES))));

    assert_eq!(layout, Layout::EndToEnd);
    let labels: Vec<_> = found.iter().map(|detection| &*detection.label).collect();
    assert_eq!(labels, ["car", "car", "person"]);
    assert_is(&found[2], "person", 0.7, [0.25, 0.25, 0.25, 0.5]);
}

#[test]
fn boxes_end_at_the_edge_of_the_picture() {
    let dir = ModelDir::new();
    let rows = [[-20.0, 0.0, 32.0, 200.0, 0.9, 0.0], [0.0, 0.0, 60.0, 10.0, 0.8, 0.0], [0.0; 6]];
    let output = tensor(&[1, 3, 6], rows.as_flattened());
    let (_, found) = detect(dir.script(&output, Some(&config(NAMES))));

    assert_eq!(found.len(), 1, "the second lies in the margin: {found:?}");
    assert_is(&found[0], "person", 0.9, [0.0, 0.0, 0.5, 1.0]);
}

#[test]
fn thresholds_are_those_of_the_options() {
    let dir = ModelDir::new();
    let options = dir.script(&class_scores(), Some(&config(NAMES)));

    let unsure = options.clone().with_score_threshold(0.2).unwrap();
    let twice = options.clone().with_iou_threshold(1.0).unwrap();
    let surest = options.with_score_threshold(0.85).unwrap();

    assert_eq!([unsure, twice, surest].map(|options| detect(options).1.len()), [3, 3, 1]);
}

#[test]
fn pictures_may_change_their_size() {
    let dir = ModelDir::new();
    let mut detector = Detector::load(dir.script(&class_scores(), Some(&config(NAMES)))).unwrap();

    for (width, height) in [(128, 64), (64, 128), (64, 64), (1920, 1080), (128, 64)] {
        assert_eq!(detector.detect(&grey(width, height)).unwrap().len(), 2, "{width}x{height}");
    }
}
