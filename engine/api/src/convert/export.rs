//! Exports: what comes in and what goes out.

use std::time::Duration;

use ronin_core::{
    CameraId, Invalid, Job, Span,
    job::{ExportMade, Made, Work},
};
use ronin_proto::v1;
use uuid::Uuid;

use super::{job, name, recording, time};

/// Longest span of an export.
const SPAN_MAX: Duration = Duration::from_secs(31 * 24 * 3600);
/// Longest title in characters: a line of text.
const TITLE_MAX: usize = 100;

/// An export that is asked for.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Whose footage, each once.
    pub(crate) cameras: Vec<CameraId>,
    /// Which of it.
    pub(crate) span: Span,
    /// May be empty.
    pub(crate) title: String,
    /// The caller's own id.
    pub(crate) request_id: Option<Uuid>,
}

/// What is asked for.
pub(crate) fn parse(request: &v1::CreateExportRequest) -> Result<Wanted, Invalid> {
    let mut invalid = Invalid::default();
    let cameras = invalid.collect(cameras(&request.cameras)).unwrap_or_default();
    let span = recording::closed_span(request.start_time.as_ref(), request.end_time.as_ref());
    let span = invalid.collect(span.and_then(|span| {
        let text = "an export is of at most 31 days: make several";
        if span.duration() > SPAN_MAX { Err(Invalid::new("end_time", text)) } else { Ok(span) }
    }));
    let title = invalid.collect(title(&request.title)).unwrap_or_default();
    let request_id = invalid.collect(request_id(&request.request_id)).flatten();
    invalid.check()?;
    let span = span.ok_or_else(|| Invalid::new("start_time", "say from when to when"))?;
    Ok(Wanted { cameras, span, title, request_id })
}

fn cameras(names: &[String]) -> Result<Vec<CameraId>, Invalid> {
    if names.is_empty() {
        return Err(Invalid::new("cameras", "name at least one camera"));
    }
    let mut cameras = name::parse_cameras(names, "cameras")?;
    let mut seen = std::collections::BTreeSet::new();
    cameras.retain(|camera| seen.insert(camera.clone()));
    Ok(cameras)
}

fn title(title: &str) -> Result<String, Invalid> {
    let title = title.trim();
    if title.chars().count() > TITLE_MAX || title.chars().any(char::is_control) {
        return Err(Invalid::new("title", "a title is one line of at most 100 characters"));
    }
    Ok(title.to_owned())
}

fn request_id(text: &str) -> Result<Option<Uuid>, Invalid> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = Uuid::try_parse(text);
    id.map(Some).map_err(|_| Invalid::new("request_id", "a request id is a UUID, or empty"))
}

/// An export as it stands; empty of a job of another kind.
pub(crate) fn to_wire(of: &Job) -> v1::Export {
    let Work::Export(work) = &of.work else { return v1::Export::default() };
    let made = match &of.made {
        Some(Made::Export(made)) => made.clone(),
        _ => ExportMade::default(),
    };
    let size = match of.made {
        Some(_) => made.files.iter().map(|file| file.size_bytes).sum(),
        None => work.estimated_bytes,
    };
    let is_one = made.files.len() == 1;
    let files = made.files.iter().enumerate().map(|(index, file)| v1::ExportFile {
        camera: name::camera(&file.camera),
        start_time: Some(time::to_wire(file.span.start)),
        end_time: Some(time::to_wire(file.span.end)),
        gaps: prost_types::Duration::try_from(file.gaps).ok(),
        size_bytes: file.size_bytes,
        file_name: file.file_name.clone(),
        path: match is_one {
            true => format!("/exports/{}/file", of.id),
            false => format!("/exports/{}/file?number={}", of.id, index + 1),
        },
    });
    v1::Export {
        name: name::export(of.id),
        title: of.title.clone(),
        cameras: work.cameras.iter().map(name::camera).collect(),
        start_time: Some(time::to_wire(work.span.start)),
        end_time: Some(time::to_wire(work.span.end)),
        job: Some(job::to_wire(of)),
        files: files.collect(),
        remarks: made.remarks,
        expire_time: of.expires_at.map(time::to_wire),
        size_bytes: size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> v1::CreateExportRequest {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        v1::CreateExportRequest {
            cameras: vec!["cameras/yard".into(), "cameras/gate".into(), "cameras/yard".into()],
            start_time: at(1_700_000_000),
            end_time: at(1_700_000_060),
            title: "  The parcel ".into(),
            request_id: String::new(),
        }
    }

    #[test]
    fn a_camera_is_exported_once_and_a_title_is_a_line() {
        let wanted = parse(&request()).unwrap();
        assert_eq!(wanted.cameras.len(), 2);
        assert_eq!(wanted.title, "The parcel");
        assert_eq!(wanted.span.duration(), Duration::from_secs(60));
    }

    #[test]
    fn what_cannot_be_exported_is_refused_by_its_field() {
        let refused = |change: fn(&mut v1::CreateExportRequest)| {
            let mut request = request();
            change(&mut request);
            let violations = parse(&request).unwrap_err().violations;
            violations.into_iter().map(|violation| violation.field).collect::<Vec<_>>()
        };
        assert_eq!(refused(|r| r.cameras.clear()), ["cameras"]);
        assert_eq!(refused(|r| r.cameras = vec!["yard".into()]), ["cameras[0]"]);
        assert_eq!(refused(|r| r.end_time = r.start_time), ["end_time"]);
        let late = |r: &mut v1::CreateExportRequest| {
            r.end_time = Some(prost_types::Timestamp { seconds: 1_703_000_000, nanos: 0 });
        };
        assert_eq!(refused(late), ["end_time"]);
        assert_eq!(refused(|r| r.title = "a\nb".into()), ["title"]);
        assert_eq!(refused(|r| r.title = "x".repeat(101)), ["title"]);
        assert_eq!(refused(|r| r.request_id = "7".into()), ["request_id"]);
    }
}
