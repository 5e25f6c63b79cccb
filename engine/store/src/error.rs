//! What can go wrong in the store, and what a caller can do about it.
//!
//! The database's own error ends here as a [`Cause`], text and kind: nobody else needs to know
//! sea-orm, and the details that databases add (values of rows, addresses) go no further.

use std::{fmt, io, path::PathBuf};

use ronin_core::{CameraId, ErrorKind};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the database cannot be used. Never holds the address: a password may be in
    /// it.
    #[error("could not use the database address: {0}")]
    Address(String),
    /// The database is not there, or does not let us in.
    #[error("could not open the database {place}: {advice}")]
    Open {
        /// Where it was looked for, without the password.
        place: String,
        /// What to do.
        advice: String,
        /// What the database or the system said.
        #[source]
        source: Option<Cause>,
    },
    /// The tables could not be brought up to date. Nothing of it took effect.
    #[error("could not bring the tables of the database up to date")]
    Migrate(#[source] Cause),
    /// The tables are newer than this program.
    #[error(
        "could not use the database: a newer version of RoninNVR has changed its tables; install \
         that version again, or restore the backup made before it"
    )]
    Newer(#[source] Cause),
    /// The file with the master key cannot be used.
    #[error("could not use the key file {}: {advice}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What to do.
        advice: String,
        /// What the system said.
        #[source]
        source: Option<io::Error>,
    },
    /// A password was encrypted with another master key.
    #[error(
        "could not read the password of camera {camera}: it was encrypted with another key than \
         the one in {}; put back the key file that belongs to this database",
        path.display()
    )]
    WrongKey {
        /// Whose password.
        camera: CameraId,
        /// The key file in use.
        path: PathBuf,
    },
    /// A password could not be encrypted.
    #[error("could not encrypt the password of camera {0}")]
    Encrypt(CameraId),
    /// A row holds what this program cannot have written.
    #[error("could not read {what} from the database: {problem}")]
    Damaged {
        /// Which row.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A number is larger than the database can hold.
    #[error("could not store {value} as {field}: the largest number possible is {max}", max = i64::MAX)]
    TooLarge {
        /// What the number is.
        field: &'static str,
        /// The number.
        value: u64,
    },
    /// Two segments claim one file.
    #[error("could not index the file {path}: another segment has it")]
    PathTaken {
        /// The file, under the storage root.
        path: String,
    },
    /// A question to the database failed.
    #[error("could not {doing}")]
    Query {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Cause,
    },
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Address(_) | Self::TooLarge { .. } => ErrorKind::InvalidArgument,
            Self::Open { .. } => ErrorKind::Unavailable,
            Self::Newer(_) | Self::KeyFile { .. } | Self::WrongKey { .. } => {
                ErrorKind::FailedPrecondition
            }
            Self::Encrypt(_) | Self::Damaged { .. } => ErrorKind::Internal,
            Self::PathTaken { .. } => ErrorKind::AlreadyExists,
            Self::Migrate(source) | Self::Query { source, .. } => source.kind,
        }
    }
}

/// What the database said.
#[derive(Clone, Debug)]
pub struct Cause {
    text: String,
    kind: ErrorKind,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Cause {}

impl From<DbErr> for Cause {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Conn(RuntimeErr::SqlxError(source))
            | DbErr::Exec(RuntimeErr::SqlxError(source))
            | DbErr::Query(RuntimeErr::SqlxError(source)) => Self::from(&**source),
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
                Self { text: error.to_string(), kind: ErrorKind::Unavailable }
            }
            _ => Self { text: error.to_string(), kind: ErrorKind::Internal },
        }
    }
}

impl From<&sqlx::Error> for Cause {
    fn from(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                // The message alone: Postgres puts the values of the row into the details.
                Self { text: database.message().to_owned(), kind: kind_of_code(&code) }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => {
                Self { text: error.to_string(), kind: ErrorKind::Unavailable }
            }
            _ => Self { text: error.to_string(), kind: ErrorKind::Internal },
        }
    }
}

impl Cause {
    /// What the queue's library said; its text may hold no more than ours.
    pub(crate) fn of_queue(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(at) = next {
            let (sqlite, postgres) = (at.downcast_ref(), at.downcast_ref());
            let database = match (sqlite, postgres) {
                (Some(apalis_sqlite::Error::Database(database)), _)
                | (_, Some(apalis_postgres::Error::Database(database))) => Some(database),
                _ => at.downcast_ref(),
            };
            if let Some(database) = database {
                return Self::from(database);
            }
            next = at.source();
        }
        Self { text: error.to_string(), kind: ErrorKind::Unavailable }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self { text: error.to_string(), kind: ErrorKind::Unavailable }
    }
}

/// SQLSTATE has five characters; SQLite's codes are numbers whose low byte is the kind.
fn kind_of_code(code: &str) -> ErrorKind {
    if code.len() == 5 {
        return match code {
            // Disk full, out of memory.
            "53100" | "53200" => ErrorKind::ResourceExhausted,
            // Lock not available, deadlock, serialization failure.
            "55P03" | "40P01" | "40001" => ErrorKind::Unavailable,
            // Connection trouble, too many connections, shutting down or starting up.
            _ if ["08", "53", "57"].contains(&&code[..2]) => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        // BUSY, LOCKED, IOERR, CANTOPEN.
        Ok(5 | 6 | 10 | 14) => ErrorKind::Unavailable,
        // FULL.
        Ok(13) => ErrorKind::ResourceExhausted,
        _ => ErrorKind::Internal,
    }
}

/// Says what we were doing when the database failed.
pub(crate) trait Doing<T> {
    /// `doing` completes the sentence "could not …".
    fn doing(self, doing: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, Error> {
        self.map_err(|error| Error::Query { doing, source: error.into() })
    }
}

/// A number that the database must hold as a BIGINT.
pub(crate) fn bigint(field: &'static str, value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|_| Error::TooLarge { field, value })
}

/// A number of a row that the domain holds as another type.
pub(crate) fn narrow<T: TryFrom<i64>>(field: &str, value: i64) -> Result<T, Error> {
    T::try_from(value).map_err(|_| Error::Damaged {
        what: field.to_owned(),
        problem: format!("{value} is not possible there"),
    })
}

/// Text from outside, without the one character that Postgres cannot hold.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_tell_what_helps() {
        let cases = [
            ("5", ErrorKind::Unavailable),
            ("517", ErrorKind::Unavailable),
            ("13", ErrorKind::ResourceExhausted),
            ("2067", ErrorKind::Internal),
            ("57P01", ErrorKind::Unavailable),
            ("53300", ErrorKind::Unavailable),
            ("53100", ErrorKind::ResourceExhausted),
            ("23505", ErrorKind::Internal),
            ("", ErrorKind::Internal),
        ];
        for (code, kind) in cases {
            assert_eq!(kind_of_code(code), kind, "{code:?}");
        }
    }

    #[test]
    fn numbers_are_refused_and_never_wrapped() {
        assert_eq!(bigint("size_bytes", i64::MAX as u64).unwrap(), i64::MAX);
        let error = bigint("size_bytes", u64::MAX).unwrap_err();
        assert!(error.to_string().contains("size_bytes"), "{error}");
        assert!(narrow::<u32>("segment.width", -1).is_err());
        assert_eq!(narrow::<u32>("segment.width", 4_294_967_295).unwrap(), u32::MAX);
    }
}
