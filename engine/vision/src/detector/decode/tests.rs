//! Outputs written out by hand, two or three boxes each.

use super::*;

fn decoder(layout: Layout, shape: [i64; 3], classes: usize) -> Decoder {
    Decoder { layout, shape: shape.to_vec(), classes, score_threshold: 0.5 }
}

fn output(shape: [i64; 3], values: &[f32]) -> Output {
    assert_eq!(shape.iter().product::<i64>(), values.len() as i64);
    Output { shape: shape.to_vec(), values: values.to_vec() }
}

fn candidate(class: usize, score: f32, edges: [f32; 4]) -> Candidate {
    let [left, top, right, bottom] = edges;
    Candidate { class, score, place: Rect { left, top, right, bottom } }
}

#[rustfmt::skip]
const CLASS_SCORES: [f32; 18] = [
    // three boxes: middle x, middle y, width, height, two classes
    10.0, 20.0, 30.0,
    10.0, 20.0, 30.0,
     4.0,  8.0,  2.0,
     2.0,  8.0,  2.0,
     0.9,  0.1,  0.2,
     0.3,  0.2,  0.5,
];

#[test]
fn yolov8_columns_become_boxes_of_their_best_class() {
    let shape = [1, 6, 3];

    let found = decoder(Layout::ClassScores, shape, 2).candidates(&output(shape, &CLASS_SCORES));

    let expected = vec![
        candidate(0, 0.9, [8.0, 9.0, 12.0, 11.0]),
        candidate(1, 0.5, [29.0, 29.0, 31.0, 31.0]),
    ];
    assert_eq!(found.unwrap(), expected);
}

#[test]
fn yolov5_scores_count_as_much_as_there_is_an_object() {
    let shape = [1, 3, 7];
    let rows = [
        [10.0, 10.0, 4.0, 2.0, 0.5, 0.1, 1.0],
        [20.0, 20.0, 8.0, 8.0, 0.6, 0.8, 0.0],
        [30.0, 30.0, 2.0, 2.0, 0.1, 1.0, 1.0],
    ];

    let found =
        decoder(Layout::Objectness, shape, 2).candidates(&output(shape, rows.as_flattened()));

    assert_eq!(found.unwrap(), vec![candidate(1, 0.5, [8.0, 9.0, 12.0, 11.0])]);
}

#[test]
fn end_to_end_rows_are_boxes_already() {
    let shape = [1, 3, 6];
    let rows = [[8.0, 9.0, 12.0, 11.0, 0.9, 1.0], [1.0, 1.0, 2.0, 2.0, 0.4, 0.0], [0.0; 6]];

    let found = decoder(Layout::EndToEnd, shape, 2).candidates(&output(shape, rows.as_flattened()));

    assert_eq!(found.unwrap(), vec![candidate(1, 0.9, [8.0, 9.0, 12.0, 11.0])]);
}

#[test]
fn classes_that_have_no_name_are_refused() {
    let shape = [1, 1, 6];
    for class in [2.0, -1.0, 0.5, f32::INFINITY] {
        let output = output(shape, &[8.0, 9.0, 12.0, 11.0, 0.9, class]);
        let result = decoder(Layout::EndToEnd, shape, 2).candidates(&output);
        assert!(matches!(result, Err(Error::Value { .. })), "{class}: {result:?}");
    }
}

#[test]
fn nan_among_what_would_be_used_is_refused() {
    let table = [
        (Layout::ClassScores, [1, 6, 1], vec![1.0, 1.0, 1.0, 1.0, f32::NAN, 0.0]),
        (Layout::ClassScores, [1, 6, 1], vec![f32::NAN, 1.0, 1.0, 1.0, 0.9, 0.0]),
        (Layout::Objectness, [1, 1, 7], vec![1.0, 1.0, 1.0, 1.0, f32::NAN, 0.9, 0.0]),
        (Layout::Objectness, [1, 1, 7], vec![1.0, 1.0, 1.0, 1.0, 0.9, f32::NAN, 0.0]),
        (Layout::EndToEnd, [1, 1, 6], vec![1.0, 1.0, 1.0, 1.0, f32::NAN, 0.0]),
        (Layout::EndToEnd, [1, 1, 6], vec![1.0, 1.0, 1.0, 1.0, 0.9, f32::NAN]),
        (Layout::EndToEnd, [1, 1, 6], vec![1.0, f32::INFINITY, 1.0, 1.0, 0.9, 0.0]),
    ];

    for (layout, shape, values) in table {
        let result = decoder(layout, shape, 2).candidates(&output(shape, &values));
        assert!(matches!(result, Err(Error::NotFinite)), "{layout} {values:?}: {result:?}");
    }
}

#[test]
fn output_that_changes_its_shape_is_refused() {
    let decoder = decoder(Layout::ClassScores, [1, 6, 4], 2);
    let result = decoder.candidates(&output([1, 6, 3], &CLASS_SCORES));
    assert!(matches!(result, Err(Error::Shape { .. })));
}

#[test]
fn whole_output_is_checked_at_load() {
    let good = output([1, 6, 3], &CLASS_SCORES);
    assert!(check_values(Layout::ClassScores, &good).is_ok());

    let mut nan = good.clone();
    nan.values[0] = f32::NAN;
    assert!(matches!(check_values(Layout::ClassScores, &nan), Err(Error::NotFinite)));

    let mut logit = good;
    logit.values[17] = -4.6;
    assert!(matches!(check_values(Layout::ClassScores, &logit), Err(Error::Value { .. })));

    let rows = output([1, 1, 7], &[500.0, 500.0, 90.0, 90.0, 0.5, 0.5, 1.2]);
    assert!(matches!(check_values(Layout::Objectness, &rows), Err(Error::Value { .. })));
    let rows = output([1, 1, 6], &[500.0, 500.0, 590.0, 590.0, 0.5, 70.0]);
    assert!(check_values(Layout::EndToEnd, &rows).is_ok());
}
