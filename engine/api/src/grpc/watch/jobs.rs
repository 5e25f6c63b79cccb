//! The streams behind `WatchJobs` and `WatchExports`: changes by their sequence, so that none is lost
//! over a new connection, however long a client takes. Of a job that changed several times while a
//! client was away, it gets the last.

use std::future::Future;

use futures_util::Stream;
use ronin_core::{Job, JobKind};
use ronin_proto::v1::{self, watch_exports_response, watch_jobs_response};
use ronin_store::Store;
use tokio::sync::watch;
use tonic::Status;

use super::{BATCH, Start, Told, numbered};
use crate::{
    convert::{export, job},
    error,
};

/// Where a watch with this resume token begins.
pub(in crate::grpc) async fn start_of_jobs(store: &Store, token: &str) -> Result<Start, Status> {
    let newest = store.job_sequence().await.map_err(|e| error::store("read the jobs", e))?;
    // A job that changed has no row of its earlier sequence any more, and nothing is missing for it:
    // only what is above the newest is none of ours.
    Ok(Start::new(Some((1, newest)), token, job::parse_resume_token(token)))
}

/// The messages of a watch of jobs of these kinds, or of all, until `still_holds` fails. `news` was
/// subscribed to before `start` was read.
pub(in crate::grpc) fn jobs<M: TellsJob, F, Fut>(
    store: Store,
    kinds: Vec<JobKind>,
    news: watch::Receiver<i64>,
    start: Start,
    revocations: watch::Receiver<u64>,
    still_holds: F,
) -> impl Stream<Item = Result<M, Status>> + Send
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), Status>> + Send,
{
    let read = move |after| {
        let (store, kinds) = (store.clone(), kinds.clone());
        async move {
            let batch = store.jobs_after(after, &kinds, BATCH).await?;
            Ok(batch.iter().map(|job| (job.sequence, M::changed(job))).collect())
        }
    };
    numbered("read the jobs", read, news, start, revocations, still_holds)
}

/// A message that can tell a job.
pub(in crate::grpc) trait TellsJob: Told {
    /// It changed.
    fn changed(job: &Job) -> Self;
}

impl TellsJob for v1::WatchJobsResponse {
    fn changed(changed: &Job) -> Self {
        let resume_token = job::resume_token(changed.sequence);
        let change = v1::JobChange { job: Some(job::to_wire(changed)), resume_token };
        Self { event: Some(watch_jobs_response::Event::Change(change)) }
    }
}

impl Told for v1::WatchJobsResponse {
    fn list_again(again: v1::ListAgain) -> Self {
        Self { event: Some(watch_jobs_response::Event::ListAgain(again)) }
    }

    fn heartbeat(beat: v1::Heartbeat) -> Self {
        Self { event: Some(watch_jobs_response::Event::Heartbeat(beat)) }
    }
}

impl TellsJob for v1::WatchExportsResponse {
    fn changed(changed: &Job) -> Self {
        let resume_token = job::resume_token(changed.sequence);
        let change = v1::ExportChange { export: Some(export::to_wire(changed)), resume_token };
        Self { event: Some(watch_exports_response::Event::Change(change)) }
    }
}

impl Told for v1::WatchExportsResponse {
    fn list_again(again: v1::ListAgain) -> Self {
        Self { event: Some(watch_exports_response::Event::ListAgain(again)) }
    }

    fn heartbeat(beat: v1::Heartbeat) -> Self {
        Self { event: Some(watch_exports_response::Event::Heartbeat(beat)) }
    }
}
