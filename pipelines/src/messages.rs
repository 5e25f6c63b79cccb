//! What a message on the bus means for the camera.

use gst::prelude::*;
use ronin_core::Fault;

/// The fault that an error message from the source stands for.
///
/// rtspsrc names the RTSP status in the details of the message; where there is none it could not
/// connect or did not understand the answer.
pub(crate) fn source_fault(error: &gst::message::Error) -> Fault {
    let status = error.details().and_then(|details| details.get::<u32>("rtsp-status-code").ok());
    if let Some(status) = status {
        return match status {
            401 | 403 => Fault::Unauthorized,
            404 => Fault::NotFound,
            453 | 503 => Fault::TooManySessions,
            status => Fault::Refused { status },
        };
    }
    let glib_error = error.error();
    match glib_error.kind::<gst::ResourceError>() {
        Some(gst::ResourceError::NotAuthorized) => Fault::Unauthorized,
        Some(gst::ResourceError::NotFound) => Fault::NotFound,
        Some(gst::ResourceError::OpenReadWrite | gst::ResourceError::OpenRead) => {
            Fault::Unreachable
        }
        Some(gst::ResourceError::Read) if says(error, "Parse error") => Fault::NotRtsp,
        Some(gst::ResourceError::Read) if says(error, "imeout") => Fault::Unreachable,
        Some(gst::ResourceError::Read | gst::ResourceError::Write) => Fault::Ended,
        _ => Fault::Internal { detail: glib_error.message().to_owned() },
    }
}

fn says(error: &gst::message::Error, words: &str) -> bool {
    error.debug().is_some_and(|debug| debug.contains(words))
        || error.error().message().contains(words)
}

/// Whether a message comes from `bin` or something in it.
pub(crate) fn is_from(message: &gst::MessageRef, bin: &impl IsA<gst::Object>) -> bool {
    message.src().is_some_and(|src| src == bin.upcast_ref() || src.has_as_ancestor(bin))
}
