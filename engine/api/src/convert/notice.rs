//! Notices for the wire, and the tokens that resume a watch behind one.

use ronin_core::{Invalid, NoticeKind};
use ronin_proto::v1;
use ronin_store::StoredNotice;

use super::{name, page, time};

/// Makes a resume token fit nothing but this.
const WATCH: &str = "notices watched";

/// A notice.
pub(crate) fn to_wire(stored: &StoredNotice) -> v1::Notice {
    let notice = &stored.notice;
    v1::Notice {
        name: format!("notices/{}", notice.id),
        time: Some(time::to_wire(notice.at)),
        kind: kind_to_wire(notice.kind).into(),
        camera: notice.camera.as_ref().map(name::camera).unwrap_or_default(),
        cause: notice.cause.clone(),
        message: notice.message.clone(),
        resume_token: resume_token(stored.row),
    }
}

/// Resumes a watch behind this row.
pub(crate) fn resume_token(row: i64) -> String {
    page::token(WATCH, &row.to_string())
}

/// The row that a resume token names; `None` where it is none of ours.
pub(crate) fn parse_resume_token(token: &str) -> Option<i64> {
    page::after(WATCH, token).ok().flatten()?.parse().ok()
}

/// The kinds that a request names.
pub(crate) fn kinds(kinds: &[i32]) -> Result<Vec<NoticeKind>, Invalid> {
    let mut invalid = Invalid::default();
    let mut parsed = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        let known = v1::NoticeKind::try_from(*kind).ok().and_then(kind_from_wire);
        let text = "this is no kind of notice that this server knows";
        let known = known.ok_or_else(|| Invalid::new(format!("kinds[{index}]"), text));
        parsed.extend(invalid.collect(known).filter(|kind| !parsed.contains(kind)));
    }
    invalid.check()?;
    Ok(parsed)
}

const KINDS: [(NoticeKind, v1::NoticeKind); 12] = [
    (NoticeKind::CameraLost, v1::NoticeKind::CameraLost),
    (NoticeKind::CameraBack, v1::NoticeKind::CameraBack),
    (NoticeKind::RecordingFailed, v1::NoticeKind::RecordingFailed),
    (NoticeKind::RecordingResumed, v1::NoticeKind::RecordingResumed),
    (NoticeKind::StorageFull, v1::NoticeKind::StorageFull),
    (NoticeKind::StorageFree, v1::NoticeKind::StorageFree),
    (NoticeKind::StorageDamaged, v1::NoticeKind::StorageDamaged),
    (NoticeKind::DatabaseAway, v1::NoticeKind::DatabaseAway),
    (NoticeKind::DatabaseBack, v1::NoticeKind::DatabaseBack),
    (NoticeKind::ClockSet, v1::NoticeKind::ClockSet),
    (NoticeKind::DetectorFailed, v1::NoticeKind::DetectorFailed),
    (NoticeKind::DetectorBack, v1::NoticeKind::DetectorBack),
];

fn kind_to_wire(kind: NoticeKind) -> v1::NoticeKind {
    let found = KINDS.iter().find(|(ours, _)| *ours == kind);
    found.map_or(v1::NoticeKind::Unspecified, |(_, wire)| *wire)
}

fn kind_from_wire(kind: v1::NoticeKind) -> Option<NoticeKind> {
    KINDS.iter().find(|(_, wire)| *wire == kind).map(|(ours, _)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_number_and_others_are_refused() {
        for number in 1..=12 {
            let kind = kinds(&[number]).unwrap()[0];
            assert_eq!(i32::from(kind_to_wire(kind)), number);
            let name = v1::NoticeKind::try_from(number).unwrap().as_str_name();
            assert_eq!(name, format!("NOTICE_KIND_{}", kind.name()));
        }
        assert!(v1::NoticeKind::try_from(13).is_err(), "a kind without a row here");
        assert_eq!(kinds(&[3, 3, 3]).unwrap().len(), 1);
        let invalid = kinds(&[1, 0, 99, -1]).unwrap_err();
        let fields: Vec<_> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["kinds[1]", "kinds[2]", "kinds[3]"]);
    }

    #[test]
    fn a_resume_token_is_no_page_token() {
        assert_eq!(parse_resume_token(&resume_token(7)), Some(7));
        assert_eq!(parse_resume_token(&page::token("notices", "7")), None);
        assert_eq!(parse_resume_token(""), None);
    }
}
