//! Protected spans: the note that comes in, and what goes out.

use ronin_core::{Invalid, control::KeptFootage};
use ronin_proto::v1;
use ronin_store::ProtectedSpan;

use super::{name, time};

/// Longest note in characters: a line of text.
const NOTE_MAX: usize = 200;

/// A note: trimmed, one line, at most 200 characters. It may be empty.
pub(crate) fn note(note: &str) -> Result<String, Invalid> {
    let note = note.trim();
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if note.chars().count() > NOTE_MAX || note.chars().any(is_hidden) {
        let text = "a note is one line of at most 200 characters";
        return Err(Invalid::new("note", text));
    }
    Ok(note.to_owned())
}

/// A protection and the footage that it keeps.
pub(crate) fn to_wire(span: &ProtectedSpan, kept: KeptFootage) -> v1::ProtectedSpan {
    v1::ProtectedSpan {
        name: name::protected_span(&span.camera, span.id),
        camera: name::camera(&span.camera),
        start_time: Some(time::to_wire(span.span.start)),
        end_time: Some(time::to_wire(span.span.end)),
        note: span.note.clone(),
        created_by: span.created_by.clone(),
        create_time: Some(time::to_wire(span.created_at)),
        size_bytes: kept.bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_line() {
        for good in ["", "  the break-in  ", "Tür 🚪", &"ü".repeat(200)] {
            assert_eq!(note(good).unwrap(), good.trim());
        }
        for bad in ["a\nb", "a\0", "\u{202E}evil", &"x".repeat(201)] {
            assert_eq!(note(bad).unwrap_err().violations[0].field, "note", "{bad:?}");
        }
    }
}
