//! Resource names: `cameras/{id}` and those below it.

use ronin_core::{CameraId, Invalid};

/// The resource name of a camera.
pub(crate) fn camera(id: &CameraId) -> String {
    format!("cameras/{id}")
}

/// The camera that `name`, found in `field`, names.
pub(crate) fn parse_camera(name: &str, field: &str) -> Result<CameraId, Invalid> {
    let id = name.strip_prefix("cameras/").and_then(|id| id.parse().ok());
    id.ok_or_else(|| {
        Invalid::new(field, "name a camera as cameras/{id}, for example cameras/front-door")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(parse_camera("cameras/front-door", "name").unwrap().as_str(), "front-door");
        let long = format!("cameras/{}", "a".repeat(4096));
        let cases = [
            "",
            "front-door",
            "cameras/",
            "cameras/../../etc/passwd",
            "cameras//etc",
            "cameras/%2e%2e%2f",
            "cameras/..\\",
            "cameras/a/",
            "cameras/A",
            "cameras/cameras/a",
            "cameras/-9223372036854775808",
            &long,
        ];
        for name in cases {
            let invalid = parse_camera(name, "camera").expect_err(name);
            assert_eq!(invalid.violations[0].field, "camera");
        }
    }
}
