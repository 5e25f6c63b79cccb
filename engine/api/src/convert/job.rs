//! Jobs: what goes out.

use ronin_core::{
    Invalid, Job, JobKind, JobState,
    job::{Made, Work},
    transcode::Transcoded,
};
use ronin_proto::v1;

use super::{name, page, time, transcode};

/// The stream of changes, for its tokens.
const WATCH: &str = "watch jobs";

/// A job.
pub(crate) fn to_wire(job: &Job) -> v1::Job {
    let is_again = job.state == JobState::Queued && job.attempts > 0;
    v1::Job {
        name: name::job(job.id),
        kind: kind(job.work.kind()).into(),
        title: job.title.clone(),
        state: state(job.state).into(),
        cancelling: job.is_cancelling,
        progress_percent: job.progress * 100.0,
        reason: job.reason.clone(),
        message: job.message.clone(),
        attempts: job.attempts,
        worker: job.worker.clone(),
        created_by: job.created_by.clone(),
        create_time: Some(time::to_wire(job.created_at)),
        start_time: job.started_at.map(time::to_wire),
        end_time: job.ended_at.map(time::to_wire),
        retry_time: is_again.then(|| time::to_wire(job.run_at)),
        subject: match &job.work {
            Work::Export(_) => name::export(job.id),
            Work::Transcode(work) => name::camera(&work.camera),
        },
        transcode: match (&job.work, &job.made) {
            (Work::Transcode(work), Some(Made::Transcode(made))) => {
                Some(transcode::result_to_wire(Some(&work.camera), made))
            }
            (Work::Transcode(work), _) => {
                Some(transcode::result_to_wire(Some(&work.camera), &Transcoded::default()))
            }
            _ => None,
        },
    }
}

/// The kind of a job.
pub(crate) fn kind(kind: JobKind) -> v1::JobKind {
    match kind {
        JobKind::Export => v1::JobKind::Export,
        JobKind::Transcode => v1::JobKind::Transcode,
    }
}

/// Kinds that are wanted.
pub(crate) fn parse_kinds(kinds: &[i32]) -> Result<Vec<JobKind>, Invalid> {
    let parse = |number: &i32| match v1::JobKind::try_from(*number) {
        Ok(v1::JobKind::Export) => Ok(JobKind::Export),
        Ok(v1::JobKind::Transcode) => Ok(JobKind::Transcode),
        _ => Err(Invalid::new("kinds", "a kind is JOB_KIND_EXPORT or JOB_KIND_TRANSCODE")),
    };
    kinds.iter().map(parse).collect()
}

/// States that are wanted.
pub(crate) fn parse_states(states: &[i32]) -> Result<Vec<JobState>, Invalid> {
    let parse = |number: &i32| match v1::JobState::try_from(*number) {
        Ok(v1::JobState::Queued) => Ok(JobState::Queued),
        Ok(v1::JobState::Running) => Ok(JobState::Running),
        Ok(v1::JobState::Succeeded) => Ok(JobState::Succeeded),
        Ok(v1::JobState::Failed) => Ok(JobState::Failed),
        Ok(v1::JobState::Cancelled) => Ok(JobState::Cancelled),
        _ => Err(Invalid::new("states", "name states as ListJobs shows them")),
    };
    states.iter().map(parse).collect()
}

fn state(state: JobState) -> v1::JobState {
    match state {
        JobState::Queued => v1::JobState::Queued,
        JobState::Running => v1::JobState::Running,
        JobState::Succeeded => v1::JobState::Succeeded,
        JobState::Failed => v1::JobState::Failed,
        JobState::Cancelled => v1::JobState::Cancelled,
    }
}

/// Resumes a watch behind this change.
pub(crate) fn resume_token(sequence: i64) -> String {
    page::token(WATCH, &sequence.to_string())
}

/// The change that a resume token names; `None` where it is none of ours.
pub(crate) fn parse_resume_token(token: &str) -> Option<i64> {
    page::after(WATCH, token).ok().flatten()?.parse().ok()
}
