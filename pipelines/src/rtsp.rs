//! Reads the RTSP requests that rtspsrc is about to send. The bindings offer no way to, so the two
//! calls into the C library are here, and nowhere else.
#![expect(unsafe_code, reason = "gstreamer-rtsp 0.25 binds neither call")]

use std::{ffi::CStr, ptr};

use gst::glib::translate::ToGlibPtr;
use gst_rtsp::{ffi, rtsp_message::RTSPMessage};

/// The URI of a request; `None` where the message is none.
pub(crate) fn request_uri(message: &RTSPMessage) -> Option<String> {
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
        Some(CStr::from_ptr(uri).to_string_lossy().into_owned())
    }
}

/// Whether the request carries the password readable (HTTP Basic).
pub(crate) fn sends_basic_password(message: &RTSPMessage) -> bool {
    let mut value = ptr::null_mut();
    // SAFETY: as above; `value` points into the message.
    unsafe {
        let message: *mut ffi::GstRTSPMessage = message.to_glib_none().0;
        let result = ffi::gst_rtsp_message_get_header(
            message,
            ffi::GST_RTSP_HDR_AUTHORIZATION,
            &mut value,
            0,
        );
        if result != ffi::GST_RTSP_OK || value.is_null() {
            return false;
        }
        let text = CStr::from_ptr(value).to_bytes();
        text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
    }
}

/// `host:port` of an RTSP URI, as far as it can be read; without user and password.
pub(crate) fn authority_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host))
}
