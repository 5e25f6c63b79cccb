//! `ronin.v1.JobService`.

use ronin_core::{ErrorKind, Invalid, Job, JobId, JobKind, JobState, WallTime};
use ronin_proto::v1::{self, job_service_server::JobService};
use ronin_store::{JobCount, JobFilter};
use tonic::{Request, Response, Status};
use tracing::info;

use super::{Context, Messages, caller, watch};
use crate::{
    auth::Caller,
    convert::{job, name, page, transcode},
    error,
};

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl JobService for Service {
    type WatchJobsStream = Messages<v1::WatchJobsResponse>;

    async fn list_jobs(
        &self,
        request: Request<v1::ListJobsRequest>,
    ) -> Result<Response<v1::ListJobsResponse>, Status> {
        let v1::ListJobsRequest { kinds, states, page_size, page_token } = request.into_inner();
        let list = format!("jobs {kinds:?} {states:?}");
        let mut invalid = Invalid::default();
        let kinds = invalid.collect(job::parse_kinds(&kinds)).unwrap_or_default();
        let states = invalid.collect(job::parse_states(&states)).unwrap_or_default();
        invalid.check().map_err(error::invalid)?;
        let filter = JobFilter { kinds, states };
        let (jobs, next_page_token) =
            page_of(&self.0, &filter, &list, page_size, &page_token).await?;
        let jobs = jobs.iter().map(job::to_wire).collect();
        Ok(Response::new(v1::ListJobsResponse { jobs, next_page_token }))
    }

    async fn get_job(
        &self,
        request: Request<v1::GetJobRequest>,
    ) -> Result<Response<v1::GetJobResponse>, Status> {
        let id = name::parse_job(&request.get_ref().name).map_err(error::invalid)?;
        let job = find(&self.0, id, None).await?.ok_or_else(not_found)?;
        Ok(Response::new(v1::GetJobResponse { job: Some(job::to_wire(&job)) }))
    }

    async fn cancel_job(
        &self,
        request: Request<v1::CancelJobRequest>,
    ) -> Result<Response<v1::CancelJobResponse>, Status> {
        let caller = caller(&request)?;
        let id = name::parse_job(&request.get_ref().name).map_err(error::invalid)?;
        find(&self.0, id, None).await?.ok_or_else(not_found)?;
        let job = cancel(&self.0, id, &caller).await?.ok_or_else(not_found)?;
        Ok(Response::new(v1::CancelJobResponse { job: Some(job::to_wire(&job)) }))
    }

    async fn retry_job(
        &self,
        request: Request<v1::RetryJobRequest>,
    ) -> Result<Response<v1::RetryJobResponse>, Status> {
        let caller = caller(&request)?;
        let id = name::parse_job(&request.get_ref().name).map_err(error::invalid)?;
        let Context { deps, .. } = &self.0;
        let failed = |e| error::store("do the job once more", e);
        let known = find(&self.0, id, None).await?.ok_or_else(not_found)?;
        if !deps.store.retry_job(id, WallTime::now()).await.map_err(failed)? {
            let message = format!(
                "the job is {}: only one that failed or was stopped can be done once more",
                known.state
            );
            let kind = ErrorKind::FailedPrecondition;
            return Err(error::status(kind, "JOB_NOT_RETRYABLE", message));
        }
        info!(target: "audit", user = ?caller.user.username, job = %id, "job is done once more");
        let job = find(&self.0, id, None).await?.ok_or_else(not_found)?;
        deps.news.jobs_changed();
        Ok(Response::new(v1::RetryJobResponse { job: Some(job::to_wire(&job)) }))
    }

    async fn watch_jobs(
        &self,
        request: Request<v1::WatchJobsRequest>,
    ) -> Result<Response<Self::WatchJobsStream>, Status> {
        let caller = caller(&request)?;
        let v1::WatchJobsRequest { kinds, resume_token } = request.into_inner();
        let kinds = job::parse_kinds(&kinds).map_err(error::invalid)?;
        let Context { deps, auth, .. } = &self.0;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let news = deps.news.jobs();
        let start = watch::start_of_jobs(&deps.store, &resume_token).await?;
        let stream = watch::jobs(deps.store.clone(), kinds, news, start, revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }

    async fn get_job_stats(
        &self,
        _request: Request<v1::GetJobStatsRequest>,
    ) -> Result<Response<v1::GetJobStatsResponse>, Status> {
        let failed = |e| error::store("count the jobs", e);
        let store = &self.0.deps.store;
        let counts = store.job_counts().await.map_err(failed)?;
        let kinds = JobKind::all().map(|kind| stats(kind, &counts)).collect();
        let totals = store.transcode_totals().await.map_err(failed)?;
        let transcodes = totals.iter();
        let transcodes = transcodes
            .map(|(camera, total)| transcode::result_to_wire(Some(camera), total))
            .collect();
        Ok(Response::new(v1::GetJobStatsResponse { kinds, transcodes }))
    }
}

fn stats(kind: JobKind, counts: &[JobCount]) -> v1::JobKindStats {
    let of = |state| {
        let counts = counts.iter().filter(|count| count.kind == kind && count.state == state);
        counts.map(|count| count.jobs).sum()
    };
    let failed = |count: &&JobCount| count.kind == kind && count.state == JobState::Failed;
    let mut failures: Vec<v1::JobFailures> = counts
        .iter()
        .filter(failed)
        .map(|count| v1::JobFailures { reason: count.reason.clone(), count: count.jobs })
        .collect();
    failures.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    v1::JobKindStats {
        kind: job::kind(kind).into(),
        queued: of(JobState::Queued),
        running: of(JobState::Running),
        succeeded: of(JobState::Succeeded),
        failed: of(JobState::Failed),
        cancelled: of(JobState::Cancelled),
        failures,
    }
}

/// A job; of this kind, where one is given.
pub(super) async fn find(
    context: &Context,
    id: JobId,
    kind: Option<JobKind>,
) -> Result<Option<Job>, Status> {
    let job = context.deps.store.job(id).await.map_err(|e| error::store("read the job", e))?;
    Ok(job.filter(|job| kind.is_none_or(|kind| kind == job.work.kind())))
}

/// A page of jobs, and the token of the next one.
pub(super) async fn page_of(
    context: &Context,
    filter: &JobFilter,
    list: &str,
    page_size: i32,
    page_token: &str,
) -> Result<(Vec<Job>, String), Status> {
    let mut invalid = Invalid::default();
    let size = invalid.collect(page::size(page_size)).unwrap_or_default();
    let after = invalid.collect(page::after(list, page_token)).flatten();
    invalid.check().map_err(error::invalid)?;
    let before = after.and_then(|id| id.parse().ok());
    let rows = context.deps.store.jobs(filter, before, size as u64 + 1).await;
    let mut rows = rows.map_err(|e| error::store("list the jobs", e))?;
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|last| page::token(list, &last.id.to_string()));
    Ok((rows, next.unwrap_or_default()))
}

/// Stops a job; `None` where there is none.
pub(super) async fn cancel(
    context: &Context,
    id: JobId,
    caller: &Caller,
) -> Result<Option<Job>, Status> {
    let Context { deps, .. } = context;
    let stopped = deps.store.cancel_job(id, WallTime::now()).await;
    let Some(job) = stopped.map_err(|e| error::store("stop the job", e))? else { return Ok(None) };
    if matches!(job.state, JobState::Succeeded | JobState::Failed) {
        let message = format!("the job is {} already: there is nothing to stop", job.state);
        return Err(error::status(ErrorKind::FailedPrecondition, "JOB_IS_OVER", message));
    }
    info!(target: "audit", user = ?caller.user.username, job = %id, "job stopped");
    deps.news.jobs_changed();
    Ok(Some(job))
}

fn not_found() -> Status {
    let message = "there is no such job: it may have been deleted";
    error::status(ErrorKind::NotFound, "JOB_NOT_FOUND", message)
}
