//! Kinds of error and violations of fields: what every crate's errors can be asked for.

use std::fmt;

/// What a caller can do about an error. `ronin_api::error` maps each to one gRPC code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The request is wrong whatever the state of the system.
    InvalidArgument,
    /// The thing asked for is not there.
    NotFound,
    /// The thing to be made is there already.
    AlreadyExists,
    /// The state of the system forbids it now.
    FailedPrecondition,
    /// Somebody else changed it in between.
    Aborted,
    /// A limit is reached.
    ResourceExhausted,
    /// Something we depend on does not answer: trying later may help.
    Unavailable,
    /// It took too long.
    DeadlineExceeded,
    /// A mistake of ours.
    Internal,
}

/// One field of a request that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldViolation {
    /// Path of the field, for example `camera.main.url`.
    pub field: String,
    /// What is wrong and what to do, in words.
    pub description: String,
}

/// Input that cannot be taken. Holds every violation found, not only the first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Invalid {
    /// What is wrong, in the order of the fields.
    pub violations: Vec<FieldViolation>,
}

impl Invalid {
    /// One violation.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        let violation = FieldViolation { field: field.into(), description: description.into() };
        Self { violations: vec![violation] }
    }

    /// Puts `prefix` and a dot before every field.
    pub fn within(mut self, prefix: &str) -> Self {
        for violation in &mut self.violations {
            violation.field = format!("{prefix}.{}", violation.field);
        }
        self
    }

    /// Adds the violations of `result` to these and returns its value, if it has one.
    pub fn collect<T>(&mut self, result: Result<T, Invalid>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.violations.extend(invalid.violations);
                None
            }
        }
    }

    /// `Err(self)` where there is a violation.
    pub fn check(self) -> Result<(), Invalid> {
        if self.violations.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}
