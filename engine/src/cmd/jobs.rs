//! `ronin jobs`: the long work of a running server.

use std::{process::ExitCode, time::Duration};

use ronin_proto::v1::{
    CancelJobRequest, GetJobStatsRequest, Job, JobKind, JobKindStats, JobState, ListJobsRequest,
    RetryJobRequest, TranscodeResult, job_service_client::JobServiceClient,
};
use serde::Serialize;

use super::client::{self, refused};
use crate::cli;

pub(super) async fn run(args: cli::Jobs) -> anyhow::Result<ExitCode> {
    let channel = client::connect(&args.server).await?;
    let bearer = client::bearer(&args.server, &channel).await?;
    let mut jobs = JobServiceClient::with_interceptor(channel, bearer);
    if args.stats {
        let answer = jobs.get_job_stats(GetJobStatsRequest {}).await.map_err(|s| refused(&s))?;
        let answer = answer.into_inner();
        for stats in &answer.kinds {
            let row = Stats::of(stats);
            println!("{}", if args.json { serde_json::to_string(&row)? } else { row.line() });
        }
        for saved in &answer.transcodes {
            let row = Saved::of(saved);
            println!("{}", if args.json { serde_json::to_string(&row)? } else { row.line() });
        }
        return Ok(ExitCode::SUCCESS);
    }
    let found = if let Some(id) = args.cancel {
        let request = CancelJobRequest { name: format!("jobs/{id}") };
        let answer = jobs.cancel_job(request).await.map_err(|s| refused(&s))?;
        answer.into_inner().job.into_iter().collect()
    } else if let Some(id) = args.retry {
        let request = RetryJobRequest { name: format!("jobs/{id}") };
        let answer = jobs.retry_job(request).await.map_err(|s| refused(&s))?;
        answer.into_inner().job.into_iter().collect()
    } else {
        let request = ListJobsRequest {
            states: args.state.iter().map(|state| wanted(*state).into()).collect(),
            page_size: args.limit,
            ..Default::default()
        };
        jobs.list_jobs(request).await.map_err(|s| refused(&s))?.into_inner().jobs
    };
    for job in &found {
        let row = Row::of(job);
        println!("{}", if args.json { serde_json::to_string(&row)? } else { row.line() });
    }
    Ok(ExitCode::SUCCESS)
}

fn wanted(state: cli::JobState) -> JobState {
    match state {
        cli::JobState::Queued => JobState::Queued,
        cli::JobState::Running => JobState::Running,
        cli::JobState::Succeeded => JobState::Succeeded,
        cli::JobState::Failed => JobState::Failed,
        cli::JobState::Cancelled => JobState::Cancelled,
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    kind: &'static str,
    state: &'static str,
    progress_percent: f64,
    title: &'a str,
    reason: &'a str,
    message: &'a str,
}

impl<'a> Row<'a> {
    fn of(job: &'a Job) -> Self {
        Self {
            id: job.name.strip_prefix("jobs/").unwrap_or(&job.name),
            kind: kind(job.kind()),
            state: state(job.state()),
            progress_percent: job.progress_percent,
            title: &job.title,
            reason: &job.reason,
            message: &job.message,
        }
    }

    fn line(&self) -> String {
        let Self { id, kind, state, progress_percent, title, message, .. } = self;
        let line = format!("{id}  {kind}  {state:<9}  {progress_percent:>5.1} %  {title}");
        if message.is_empty() { line } else { format!("{line}\n    {message}") }
    }
}

#[derive(Serialize)]
struct Stats<'a> {
    kind: &'static str,
    queued: u64,
    running: u64,
    succeeded: u64,
    failed: u64,
    cancelled: u64,
    failures: Vec<Failures<'a>>,
}

#[derive(Serialize)]
struct Failures<'a> {
    reason: &'a str,
    count: u64,
}

impl<'a> Stats<'a> {
    fn of(stats: &'a JobKindStats) -> Self {
        let failures = stats.failures.iter();
        Self {
            kind: kind(stats.kind()),
            queued: stats.queued,
            running: stats.running,
            succeeded: stats.succeeded,
            failed: stats.failed,
            cancelled: stats.cancelled,
            failures: failures.map(|f| Failures { reason: &f.reason, count: f.count }).collect(),
        }
    }

    fn line(&self) -> String {
        let Self { kind, queued, running, succeeded, failed, cancelled, .. } = self;
        let mut line = format!(
            "{kind}: {queued} waiting, {running} running, {succeeded} done, {failed} failed, \
             {cancelled} stopped"
        );
        for Failures { reason, count } in &self.failures {
            line.push_str(&format!("\n    {reason}: {count}"));
        }
        line
    }
}

/// What was encoded anew of a camera.
#[derive(Serialize)]
struct Saved<'a> {
    camera: &'a str,
    files: u64,
    footage_seconds: f64,
    bytes_before: u64,
    bytes_after: u64,
    work_seconds: f64,
    encoder: &'a str,
    left: Vec<Failures<'a>>,
}

impl<'a> Saved<'a> {
    fn of(of: &'a TranscodeResult) -> Self {
        let seconds = |duration: Option<prost_types::Duration>| {
            let duration = duration.and_then(|duration| Duration::try_from(duration).ok());
            duration.unwrap_or_default().as_secs_f64()
        };
        let left = of.left.iter();
        Self {
            camera: of.camera.strip_prefix("cameras/").unwrap_or(&of.camera),
            files: of.files,
            footage_seconds: seconds(of.footage),
            bytes_before: of.bytes_before,
            bytes_after: of.bytes_after,
            work_seconds: seconds(of.work),
            encoder: &of.encoder,
            left: left.map(|left| Failures { reason: &left.reason, count: left.count }).collect(),
        }
    }

    fn line(&self) -> String {
        let Self { camera, files, encoder, .. } = self;
        let of_before = |bytes: u64| 100.0 * bytes as f64 / self.bytes_before.max(1) as f64;
        let saved = of_before(self.bytes_before.saturating_sub(self.bytes_after));
        let speed = self.footage_seconds / self.work_seconds.max(f64::MIN_POSITIVE);
        let mut line = format!("{camera}: {files} files as H.265");
        if *files > 0 {
            line.push_str(&format!(
                ", {:.1} MB instead of {:.1} ({saved:.0} % less), {speed:.1} times as fast as they \
                 play ({encoder})",
                self.bytes_after as f64 / 1e6,
                self.bytes_before as f64 / 1e6,
            ));
        }
        for Failures { reason, count } in &self.left {
            line.push_str(&format!("\n    left as recorded: {reason}: {count}"));
        }
        line
    }
}

fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Export => "export",
        JobKind::Transcode => "transcode",
        JobKind::Unspecified => "unknown",
    }
}

fn state(state: JobState) -> &'static str {
    match state {
        JobState::Unspecified => "unknown",
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Succeeded => "succeeded",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}
