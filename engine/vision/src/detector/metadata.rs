//! What an export says of itself: JSON in `extra/config.txt`.
//!
//! Ultralytics writes `task`, `imgsz`, `names` as a map; YOLOv5 writes `shape` instead of `imgsz`,
//! no task, and `names` as a list in old versions.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::Error;
use crate::geometry::Size;

/// What a model must at least have to see anything, and four times what the largest exports use.
const INPUT_SIDE: std::ops::RangeInclusive<u32> = 32..=5120;

/// The parts of a description that matter here.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Metadata {
    /// Pixels of the network's input.
    pub(super) input: Size,
    /// Names of the classes, in the order of their numbers.
    pub(super) labels: Vec<Arc<str>>,
    /// Whether the export says that duplicates are removed inside the model.
    pub(super) is_end_to_end: bool,
}

#[derive(Deserialize)]
struct Raw {
    task: Option<String>,
    imgsz: Option<ImageSize>,
    shape: Option<Vec<u32>>,
    names: Option<Names>,
    end2end: Option<bool>,
    args: Option<RawArgs>,
}

#[derive(Deserialize)]
struct RawArgs {
    nms: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ImageSize {
    Square(u32),
    /// Rows first.
    Sides([u32; 2]),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    List(Vec<String>),
    Map(BTreeMap<String, String>),
}

/// Reads the description `text`.
pub(super) fn parse(text: &str) -> Result<Metadata, Error> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(Error::MetadataSyntax)?;
    // The task first: another task's other fields may look different, and it is the better answer.
    if let Some(task) = json.get("task").and_then(|task| task.as_str()).filter(|&t| t != "detect") {
        return Err(Error::Task { task: task.to_owned() });
    }
    let raw = Raw::deserialize(json).map_err(|e| problem(format!("cannot be understood ({e})")))?;
    debug_assert!(raw.task.is_none_or(|task| task == "detect"));
    let says_nms = raw.args.and_then(|args| args.nms).unwrap_or(false);
    Ok(Metadata {
        input: input_size(raw.imgsz, raw.shape.as_deref())?,
        labels: labels(raw.names)?,
        is_end_to_end: raw.end2end.unwrap_or(false) || says_nms,
    })
}

fn problem(problem: impl Into<String>) -> Error {
    Error::Metadata { problem: problem.into() }
}

fn input_size(imgsz: Option<ImageSize>, shape: Option<&[u32]>) -> Result<Size, Error> {
    let input = match (imgsz, shape) {
        (Some(ImageSize::Square(side)), _) => Size { width: side, height: side },
        (Some(ImageSize::Sides([height, width])), _) => Size { width, height },
        (None, Some(&[_, 3, height, width])) => Size { width, height },
        (None, _) => return Err(problem("does not say how large its input is (imgsz)")),
    };
    if !INPUT_SIDE.contains(&input.width) || !INPUT_SIDE.contains(&input.height) {
        let (low, high) = (INPUT_SIDE.start(), INPUT_SIDE.end());
        return Err(problem(format!("wants an input of {input}, outside {low} to {high} (imgsz)")));
    }
    Ok(input)
}

fn labels(names: Option<Names>) -> Result<Vec<Arc<str>>, Error> {
    let labels: Vec<Arc<str>> = match names {
        None => return Err(problem("does not name its classes (names)")),
        Some(Names::List(names)) => names.into_iter().map(Arc::from).collect(),
        Some(Names::Map(names)) => {
            let numbered: Option<BTreeMap<usize, String>> =
                names.into_iter().map(|(key, name)| Some((key.parse().ok()?, name))).collect();
            let numbered = numbered.ok_or_else(|| problem("numbers its classes oddly (names)"))?;
            if !numbered.keys().copied().eq(0..numbered.len()) {
                return Err(problem("leaves out class numbers (names)"));
            }
            numbered.into_values().map(Arc::from).collect()
        }
    };
    if labels.is_empty() || labels.iter().any(|label| label.trim().is_empty()) {
        return Err(problem("leaves classes without a name (names)"));
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(metadata: &Metadata) -> Vec<&str> {
        metadata.labels.iter().map(|label| &**label).collect()
    }

    #[test]
    fn ultralytics_description_is_understood() {
        let text = r#"{"description": "YOLO11n", "task": "detect", "stride": 32, "batch": 1,
            "imgsz": [384, 640], "names": {"0": "person", "1": "car", "10": "k", "2": "c",
            "3": "d", "4": "e", "5": "f", "6": "g", "7": "h", "8": "i", "9": "j"},
            "args": {"batch": 1, "half": false, "nms": false}, "channels": 3}"#;

        let metadata = parse(text).unwrap();

        assert_eq!(metadata.input, Size { width: 640, height: 384 });
        let expected = ["person", "car", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        assert_eq!(names(&metadata), expected);
        assert!(!metadata.is_end_to_end);
    }

    #[test]
    fn yolov5_description_is_understood() {
        let text = r#"{"shape": [1, 3, 480, 640], "stride": 32, "names": ["person", "car"]}"#;

        let metadata = parse(text).unwrap();

        assert_eq!(metadata.input, Size { width: 640, height: 480 });
        assert_eq!(names(&metadata), ["person", "car"]);
    }

    #[test]
    fn exports_say_that_they_leave_no_duplicates() {
        for flag in [r#""end2end": true"#, r#""args": {"nms": true}"#] {
            let text = format!(r#"{{"imgsz": 640, "names": ["person"], {flag}}}"#);
            assert!(parse(&text).unwrap().is_end_to_end, "{flag}");
        }
    }

    #[test]
    fn other_tasks_are_refused_by_name() {
        for task in ["segment", "pose", "obb", "classify"] {
            let text = format!(r#"{{"task": "{task}", "imgsz": "odd"}}"#);
            let error = parse(&text).unwrap_err();
            assert!(matches!(&error, Error::Task { task: found } if found == task), "{error}");
        }
    }

    #[test]
    fn what_is_missing_or_odd_is_named() {
        let table = [
            (r#"{"names": ["a"]}"#, "imgsz"),
            (r#"{"imgsz": 0, "names": ["a"]}"#, "imgsz"),
            (r#"{"imgsz": [640, 100000], "names": ["a"]}"#, "imgsz"),
            (r#"{"shape": [1, 1, 64, 64], "names": ["a"]}"#, "imgsz"),
            (r#"{"imgsz": 640}"#, "names"),
            (r#"{"imgsz": 640, "names": []}"#, "names"),
            (r#"{"imgsz": 640, "names": {"0": " "}}"#, "names"),
            (r#"{"imgsz": 640, "names": {"0": "a", "2": "b"}}"#, "leaves out"),
            (r#"{"imgsz": 640, "names": {"zero": "a"}}"#, "oddly"),
            (r#"{"imgsz": "large", "names": ["a"]}"#, "understood"),
            (r#"[]"#, "understood"),
        ];

        for (text, word) in table {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, Error::Metadata { .. }), "{text}: {error}");
            assert!(error.to_string().contains(word), "{text}: {error}");
        }
        assert!(matches!(parse("{"), Err(Error::MetadataSyntax(_))));
    }
}
