//! Long work: what is to be done, how far it is, and what came of it.
//!
//! A job is a row. Whoever works on it holds a lease of the queue, and a claim on the row. Who was
//! taken for dead and is not finds its claim gone, and changes nothing.
//!
//! Not here: who runs them (the engine), how they are kept (`ronin_store`).

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::Invalid,
    id::{CameraId, JobId},
    time::{Span, WallTime},
    transcode::{TRANSCODING, TranscodeWork, Transcoded},
};

/// The folder of all exports, below the storage root.
pub const EXPORTS: &str = ".exports";
/// Attempts of one job. A worker that dies takes one, and so does an error that may pass.
pub const ATTEMPTS_MAX: u32 = 5;
/// Before the second attempt; twice as long before each one after it.
const BACKOFF: Duration = Duration::from_secs(10);

/// What kind of work it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum JobKind {
    /// Spans of footage become files to keep.
    Export,
    /// Recorded files become H.265 ones.
    Transcode,
}

/// Every kind and its name.
const KINDS: [(JobKind, &str); 2] =
    [(JobKind::Export, "EXPORT"), (JobKind::Transcode, "TRANSCODE")];

impl JobKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.into_iter().map(|(kind, _)| kind)
    }

    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl FromStr for JobKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = KINDS.iter().find(|(_, name)| *name == text);
        found
            .map(|(kind, _)| *kind)
            .ok_or_else(|| Invalid::new("kind", "a kind is EXPORT or TRANSCODE"))
    }
}

/// How a job is doing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum JobState {
    /// It waits for a worker, or for its next attempt.
    Queued,
    /// A worker is at it.
    Running,
    /// It is done.
    Succeeded,
    /// It could not be done; its message says why.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// Every state and its name.
const STATES: [(JobState, &str); 5] = [
    (JobState::Queued, "QUEUED"),
    (JobState::Running, "RUNNING"),
    (JobState::Succeeded, "SUCCEEDED"),
    (JobState::Failed, "FAILED"),
    (JobState::Cancelled, "CANCELLED"),
];

impl JobState {
    /// Machine-readable name, the same in the API and in rows.
    pub fn name(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    /// Whether nothing more happens to it.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JobState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = STATES.iter().find(|(_, name)| *name == text);
        let words = "a state is QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED";
        found.map(|(state, _)| *state).ok_or_else(|| Invalid::new("state", words))
    }
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Work {
    /// Spans of footage become files to keep.
    Export(ExportWork),
    /// Recorded files become H.265 ones.
    Transcode(TranscodeWork),
}

impl Work {
    /// What kind it is.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Export(_) => JobKind::Export,
            Self::Transcode(_) => JobKind::Transcode,
        }
    }
}

/// What an export is to hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExportWork {
    /// Whose footage, a file or more for each.
    pub cameras: Vec<CameraId>,
    /// Which of it.
    pub span: Span,
    /// How large it will be about, in bytes, as it was seen when it was asked for.
    pub estimated_bytes: u64,
}

/// What came of a job that succeeded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Made {
    /// The files of an export.
    Export(ExportMade),
    /// What came of the recorded files; there from the first of them on.
    Transcode(Transcoded),
}

/// The files of an export.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ExportMade {
    /// By camera, then by time.
    pub files: Vec<ExportFile>,
    /// What people should know of it, in words: cameras without footage, streams that changed.
    pub remarks: Vec<String>,
}

/// One file of an export.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExportFile {
    /// Its name in the folder of the export.
    pub file_name: String,
    /// Whose footage it holds.
    pub camera: CameraId,
    /// When its first picture was taken, and when its last one ended.
    pub span: Span,
    /// Gaps within it, together.
    pub gaps: Duration,
    /// Its size.
    pub size_bytes: u64,
}

/// A job.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Higher than that of every change of any job before.
    pub sequence: i64,
    /// Its place in the line: another one each time it begins to wait.
    pub place: i64,
    /// Its name for people; may be empty.
    pub title: String,
    /// What is to be done.
    pub work: Work,
    /// Those with a higher one are done earlier.
    pub priority: i32,
    /// How it is doing.
    pub state: JobState,
    /// Somebody wants it stopped, and the worker that is at it has not heard yet.
    pub is_cancelling: bool,
    /// How much is done, 0 to 1.
    pub progress: f64,
    /// Why it failed, machine-readable; empty where it did not.
    pub reason: String,
    /// Why it failed, or why the last attempt did, and what to do, in words.
    pub message: String,
    /// Attempts so far.
    pub attempts: u32,
    /// Who is at it, or was last; empty where nobody was.
    pub worker: String,
    /// The last claim on it: the folder of what it made has this name.
    pub claim: Option<Uuid>,
    /// Name of the user who wanted it.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: WallTime,
    /// When the last attempt began.
    pub started_at: Option<WallTime>,
    /// When it was over.
    pub ended_at: Option<WallTime>,
    /// When it may be tried: in the future after a failed attempt.
    pub run_at: WallTime,
    /// When what it made is deleted; `None`: it stays.
    pub expires_at: Option<WallTime>,
    /// What came of it.
    pub made: Option<Made>,
}

/// A new job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// Its name for people; may be empty.
    pub title: String,
    /// What is to be done.
    pub work: Work,
    /// Those with a higher one are done earlier.
    pub priority: i32,
    /// Who asks, by name.
    pub created_by: String,
    /// When.
    pub created_at: WallTime,
    /// The asker's own id of this request: the same again is the same job.
    pub request_id: Option<Uuid>,
}

/// What the queue hands to a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Which job.
    pub job: JobId,
    /// Its place in the line when it was put in. One that has another by now is not done by this ticket.
    pub place: i64,
}

impl Job {
    /// What the queue is given while it waits.
    pub fn ticket(&self) -> Ticket {
        Ticket { job: self.id, place: self.place }
    }
}

/// What a worker holds while it is at a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Which job.
    pub job: JobId,
    /// Which claim: no two are the same.
    pub id: Uuid,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// Why an attempt failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct JobError {
    /// Machine-readable.
    pub reason: &'static str,
    /// What went wrong and what to do, in words.
    pub message: String,
    /// Whether it may go well another time.
    pub may_pass: bool,
}

/// The folder below the storage root that the files of an export are in; `claim` is that under which
/// they were made.
pub fn export_folder(claim: Uuid) -> String {
    format!("{EXPORTS}/{claim}")
}

/// The folder below the storage root in which files are encoded anew under a claim.
pub fn transcode_folder(claim: Uuid) -> String {
    format!("{TRANSCODING}/{claim}")
}

/// When to try again after the attempt of this number failed.
pub fn retry_after(attempt: u32) -> Duration {
    BACKOFF * 2_u32.saturating_pow(attempt.saturating_sub(1).min(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_states_are_read_as_they_are_named() {
        for (kind, name) in KINDS {
            assert_eq!((kind.name(), name.parse()), (name, Ok(kind)));
        }
        for (state, name) in STATES {
            assert_eq!((state.name(), name.parse()), (name, Ok(state)));
        }
        assert!("export".parse::<JobKind>().is_err());
        assert!("".parse::<JobState>().is_err());
    }

    #[test]
    fn each_failure_is_followed_by_a_longer_wait() {
        let waits: Vec<u64> = (1..=9).map(|n| retry_after(n).as_secs()).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 640, 640]);
    }
}
