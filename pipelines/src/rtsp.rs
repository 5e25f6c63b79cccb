//! Reads the RTSP requests that rtspsrc is about to send. The bindings offer no way to, so the
//! call into the C library is here, and nowhere else.
#![expect(unsafe_code, reason = "gstreamer-rtsp 0.25 does not bind it")]

use std::{ffi::CStr, ptr};

use gst::glib::translate::ToGlibPtr;
use gst_rtsp::{ffi, rtsp_message::RTSPMessage};

/// What we need to know of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: String,
}

/// The methods we tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Method {
    /// OPTIONS or DESCRIBE: sent before anything is agreed, to wherever rtspsrc connected.
    Describe,
    Setup,
    Other,
}

/// The request in a message; `None` where it holds none.
pub(crate) fn request(message: &RTSPMessage) -> Option<Request> {
    let (mut method, mut version) = (0, 0);
    let mut uri = ptr::null();
    // SAFETY: the message outlives the call; `uri` stays owned by it and is copied before it ends.
    unsafe {
        let message: *mut ffi::GstRTSPMessage = message.to_glib_none().0;
        if (*message).type_ != ffi::GST_RTSP_MESSAGE_REQUEST {
            return None;
        }
        let result =
            ffi::gst_rtsp_message_parse_request(message, &mut method, &mut uri, &mut version);
        if result != ffi::GST_RTSP_OK || uri.is_null() {
            return None;
        }
        let method = match method {
            ffi::GST_RTSP_OPTIONS | ffi::GST_RTSP_DESCRIBE => Method::Describe,
            ffi::GST_RTSP_SETUP => Method::Setup,
            _ => Method::Other,
        };
        let uri = CStr::from_ptr(uri).to_string_lossy().into_owned();
        Some(Request { method, uri })
    }
}

/// Whether an RTSP URI is at `host` and `port`. A URI without a port is at any.
pub(crate) fn is_at(uri: &str, host: &str, port: u16) -> bool {
    let Some((_, rest)) = uri.split_once("://") else {
        // A path or `*`: sent to where we are connected.
        return true;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, after) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or((rest, "")),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let same_port = after.strip_prefix(':').is_none_or(|text| text.parse() == Ok(port));
    name.eq_ignore_ascii_case(host) && same_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_at_the_place_that_the_person_named_or_not() {
        for (uri, host, same) in [
            ("rtsp://cam:554/x", "cam", true),
            ("rtsp://u:p@CAM/x", "cam", true),
            ("rtsp://[fe80::1]:554/", "fe80::1", true),
            ("*", "cam", true),
            ("rtsp://evil:554/x", "cam", false),
            ("rtsp://cam:555/x", "cam", false),
            ("rtsp://cam.evil:554", "cam", false),
            ("rtsp://cam@evil:554/", "cam", false),
            ("rtsp://127.0.0.1:554/", "192.168.1.2", false),
        ] {
            assert_eq!(is_at(uri, host, 554), same, "{uri} {host}");
        }
    }
}
