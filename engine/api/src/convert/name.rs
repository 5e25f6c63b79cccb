//! Resource names: `cameras/{id}` and those below it.

use ronin_core::{CameraId, Invalid, JobId};
use uuid::Uuid;

/// Cameras of one answer: a wall of them, and not a day of the database's time.
const CAMERAS_MAX: usize = 64;

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

/// The cameras that `names`, found in the list `field`, name.
pub(crate) fn parse_cameras(names: &[String], field: &str) -> Result<Vec<CameraId>, Invalid> {
    check_count(names.len(), field)?;
    let mut invalid = Invalid::default();
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        ids.extend(invalid.collect(parse_camera(name, &format!("{field}[{index}]"))));
    }
    invalid.check()?;
    Ok(ids)
}

/// Whether an answer can be about so many cameras.
pub(crate) fn check_count(cameras: usize, field: &str) -> Result<(), Invalid> {
    let text = "at most 64 cameras at once: name those to show";
    if cameras <= CAMERAS_MAX { Ok(()) } else { Err(Invalid::new(field, text)) }
}

/// The resource name of a protected span.
pub(crate) fn protected_span(camera: &CameraId, id: Uuid) -> String {
    format!("cameras/{camera}/protectedSpans/{id}")
}

/// The protected span that `name` names.
pub(crate) fn parse_protected_span(name: &str) -> Result<(CameraId, Uuid), Invalid> {
    let parse = || {
        let (camera, id) = name.strip_prefix("cameras/")?.split_once("/protectedSpans/")?;
        // Only the one spelling that we print.
        let uuid = Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)?;
        Some((camera.parse().ok()?, uuid))
    };
    parse().ok_or_else(|| Invalid::new("name", "name a protection as ListProtectedSpans shows it"))
}

/// The resource name of a job.
pub(crate) fn job(id: JobId) -> String {
    format!("jobs/{id}")
}

/// The job that `name` names.
pub(crate) fn parse_job(name: &str) -> Result<JobId, Invalid> {
    let id = name.strip_prefix("jobs/").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Invalid::new("name", "name a job as ListJobs shows it: jobs/{id}"))
}

/// The resource name of an export.
pub(crate) fn export(id: JobId) -> String {
    format!("exports/{id}")
}

/// The export that `name` names.
pub(crate) fn parse_export(name: &str) -> Result<JobId, Invalid> {
    let id = name.strip_prefix("exports/").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Invalid::new("name", "name an export as ListExports shows it: exports/{id}"))
}

/// The resource name of a layout.
pub(crate) fn layout(id: Uuid) -> String {
    format!("layouts/{id}")
}

/// The layout that `name` names; `None` where it names none.
pub(crate) fn parse_layout(name: &str) -> Option<Uuid> {
    let id = name.strip_prefix("layouts/")?;
    // Only the one spelling that we print.
    Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)
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

    #[test]
    fn a_protection_is_named_below_its_camera() {
        let (camera, id) = ("front".parse().unwrap(), Uuid::now_v7());
        let name = protected_span(&camera, id);
        assert_eq!(parse_protected_span(&name).unwrap(), (camera, id));
        for bad in [
            "",
            "cameras/front",
            "cameras/front/protectedSpans/",
            "cameras/front/protectedSpans/x",
            &format!("cameras//protectedSpans/{id}"),
            &format!("cameras/../protectedSpans/{id}"),
            &format!("cameras/front/protectedSpans/{{{id}}}"),
            &format!("{name}/"),
            &name.to_uppercase(),
        ] {
            assert!(parse_protected_span(bad).is_err(), "{bad}");
        }
    }
}
