//! What goes wrong, and the only place where kinds of error become gRPC codes and HTTP statuses.
//!
//! Every status carries a `google.rpc.ErrorInfo`; fields that cannot be taken are named in a
//! `BadRequest`. What the store or a library said goes to the log, not to the caller.

use std::{collections::HashMap, io, net::SocketAddr, path::PathBuf, time::Duration};

use http::StatusCode;
use ronin_core::{ErrorKind, Invalid, chain, control};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};
use tracing::error;

/// `ErrorInfo.domain` of every error.
pub(crate) const DOMAIN: &str = "ronin.v1";

/// Why the service does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is in use or not ours.
    #[error("could not listen on {address}: is another server running there?")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error("could not use the certificate {path}")]
    Certificate {
        /// File or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store failed.
    #[error("could not ask the store whether an administrator exists")]
    Store(#[source] Box<ronin_store::Error>),
    /// A password could not be hashed.
    #[error("could not prepare password hashing")]
    Password(#[source] crate::auth::Error),
    /// The description of the API is broken.
    #[error("could not prepare gRPC reflection")]
    Reflection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server failed while it ran.
    #[error("the server failed")]
    Serve(#[source] io::Error),
}

fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidArgument => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::FailedPrecondition => Code::FailedPrecondition,
        ErrorKind::Aborted => Code::Aborted,
        ErrorKind::ResourceExhausted => Code::ResourceExhausted,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::DeadlineExceeded => Code::DeadlineExceeded,
        ErrorKind::Internal => Code::Internal,
    }
}

/// The HTTP status that says the same.
pub(crate) fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn with_reason(code: Code, reason: &str, message: impl Into<String>) -> Status {
    let details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    Status::with_error_details(code, message, details)
}

/// An error of `kind`. `reason` is UPPER_SNAKE, `message` says what to do.
pub(crate) fn status(kind: ErrorKind, reason: &str, message: impl Into<String>) -> Status {
    with_reason(code(kind), reason, message)
}

/// Nobody that we know makes this call.
pub(crate) fn unauthenticated(reason: &str, message: impl Into<String>) -> Status {
    with_reason(Code::Unauthenticated, reason, message)
}

/// Somebody makes this call who may not.
pub(crate) fn permission_denied(reason: &str, message: impl Into<String>) -> Status {
    with_reason(Code::PermissionDenied, reason, message)
}

/// There is no such method.
pub(crate) fn unknown_method() -> Status {
    with_reason(Code::Unimplemented, "UNKNOWN_METHOD", "this server has no such method")
}

/// The call took longer than it may.
pub(crate) fn deadline_exceeded() -> Status {
    let message = "the call took longer than its deadline: try again";
    status(ErrorKind::DeadlineExceeded, "DEADLINE_EXCEEDED", message)
}

/// The server ends.
pub(crate) fn shutting_down() -> Status {
    status(ErrorKind::Unavailable, "SHUTTING_DOWN", "server is shutting down")
}

/// A limit is reached; trying again after `wait` may help.
pub(crate) fn exhausted(reason: &str, message: &str, wait: Duration) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    details.set_retry_info(Some(wait));
    Status::with_error_details(code(ErrorKind::ResourceExhausted), message, details)
}

/// Fields that cannot be taken.
pub(crate) fn invalid(invalid: Invalid) -> Status {
    let message = invalid.to_string();
    let violations: Vec<_> = invalid
        .violations
        .into_iter()
        .map(|violation| FieldViolation::new(violation.field, violation.description))
        .collect();
    let mut details = ErrorDetails::with_error_info("INVALID_FIELD", DOMAIN, HashMap::new());
    details.set_bad_request(violations);
    Status::with_error_details(code(ErrorKind::InvalidArgument), message, details)
}

/// A command about a camera failed.
pub(crate) fn control(error: control::Error) -> Status {
    let kind = error.kind();
    let reason = match &error {
        control::Error::NotFound(_) => "CAMERA_NOT_FOUND",
        control::Error::AlreadyExists(_) => "CAMERA_ALREADY_EXISTS",
        control::Error::Changed(_) => "CAMERA_CHANGED",
        control::Error::Camera { fault, .. } => fault.reason(),
        control::Error::NoPicture(_) => "CAMERA_NO_PICTURE",
        control::Error::Stopped => "SHUTTING_DOWN",
        control::Error::Store { .. } => {
            error!(error = %chain(&error), "a command could not be stored");
            "STORE_UNAVAILABLE"
        }
        control::Error::Internal { .. } => {
            error!(error = %chain(&error), "a command failed");
            "INTERNAL"
        }
    };
    status(kind, reason, error.to_string())
}

/// The store failed. `doing` completes "could not …".
pub(crate) fn store(doing: &str, error: ronin_store::Error) -> Status {
    let kind = error.kind();
    error!(error = %chain(&error), "could not {doing}");
    let reason = match kind {
        ErrorKind::Unavailable => return store_away(doing),
        ErrorKind::DeadlineExceeded => "STORE_TIMEOUT",
        _ => "STORE_FAILED",
    };
    status(kind, reason, format!("could not {doing}: the database gave an error, see the log"))
}

/// The database does not answer. `doing` completes "could not …".
pub(crate) fn store_away(doing: &str) -> Status {
    let message = format!(
        "could not {doing}: the database does not answer. Recording goes on; try again in a moment"
    );
    status(ErrorKind::Unavailable, "STORE_UNAVAILABLE", message)
}

/// A mistake of ours. `doing` completes "could not …".
pub(crate) fn internal(doing: &str, error: &(dyn std::error::Error + 'static)) -> Status {
    error!(error = %chain(error), "could not {doing}");
    status(ErrorKind::Internal, "INTERNAL", format!("could not {doing}: see the server's log"))
}

#[cfg(test)]
mod tests {
    use ronin_core::{CameraId, Fault};

    use super::*;

    #[test]
    fn every_status_names_its_reason_and_fields() {
        let status = invalid(Invalid::new("url", "no").within("camera.main"));
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().domain, DOMAIN);
        let violations = &details.bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "camera.main.url");

        let id: CameraId = "a".parse().unwrap();
        let cases = [
            (control::Error::NotFound(id.clone()), Code::NotFound, "CAMERA_NOT_FOUND"),
            (control::Error::Changed(id.clone()), Code::Aborted, "CAMERA_CHANGED"),
            (
                control::Error::Camera { fault: Fault::Unauthorized, message: "no".into() },
                Code::FailedPrecondition,
                "CAMERA_UNAUTHORIZED",
            ),
            (control::Error::Stopped, Code::Unavailable, "SHUTTING_DOWN"),
        ];
        for (error, code, reason) in cases {
            let status = control(error);
            assert_eq!(status.code(), code);
            assert_eq!(status.get_error_details().error_info().unwrap().reason, reason);
        }
    }

    #[test]
    fn what_a_library_said_stays_in_the_log() {
        let source = io::Error::other("secret detail").into();
        let status = control(control::Error::Internal { doing: "start it", source });
        assert_eq!(status.message(), "could not start it");
    }
}
