//! What every test needs: a server, its fakes, and clients.

mod control;
mod footage;
mod http;
mod log;
mod server;

pub(crate) use control::{FakeControl, stored_password};
pub(crate) use footage::{camera, segment};
pub(crate) use http::{Answer, frame, request, send};
pub(crate) use log::Log;
pub(crate) use server::{Authorized, Server, Start};

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The reason in a status, and that it is of our domain.
pub(crate) fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "ronin.v1");
    info.reason.clone()
}

/// The fields that a status complains about.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let bad = details.bad_request().unwrap_or_else(|| panic!("no BadRequest in {status:?}"));
    bad.field_violations.iter().map(|violation| violation.field.clone()).collect()
}
