//! `ronin.v1.ExportService`.

use ronin_core::{
    CameraId, ErrorKind, JobId, JobKind, Segment, Span, WallTime,
    job::{ExportWork, NewJob, Work},
};
use ronin_proto::v1::{self, export_service_server::ExportService};
use ronin_store::{Inserted, JobFilter};
use tonic::{Request, Response, Status};
use tracing::info;

use super::{Context, Messages, caller, job, watch};
use crate::{
    convert::{export, name},
    error,
};

/// Exports that wait or run: more is a script gone wrong.
const PENDING_MAX: u64 = 100;
/// Somebody waits for it: before what goes on by itself.
const PRIORITY: i32 = 10;

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl ExportService for Service {
    type WatchExportsStream = Messages<v1::WatchExportsResponse>;

    async fn create_export(
        &self,
        request: Request<v1::CreateExportRequest>,
    ) -> Result<Response<v1::CreateExportResponse>, Status> {
        let caller = caller(&request)?;
        let wanted = export::parse(request.get_ref()).map_err(error::invalid)?;
        let mut estimated_bytes = 0;
        let mut has_footage = false;
        for camera in &wanted.cameras {
            self.0.check_known(camera).await?;
            let found = self.footage(camera, wanted.span).await?;
            has_footage |= found.is_some();
            estimated_bytes += found.unwrap_or_default();
        }
        if !has_footage {
            let message = "there is no footage of this span: ask for another, see GetTimeline";
            return Err(error::status(ErrorKind::FailedPrecondition, "NO_FOOTAGE", message));
        }
        self.check_room(estimated_bytes).await?;
        let title = match wanted.title.is_empty() {
            true => title(&wanted.cameras, wanted.span),
            false => wanted.title,
        };
        let work = ExportWork { cameras: wanted.cameras, span: wanted.span, estimated_bytes };
        let new = NewJob {
            id: JobId::generate(),
            title,
            work: Work::Export(work),
            priority: PRIORITY,
            created_by: caller.user.username.clone(),
            created_at: WallTime::now(),
            request_id: wanted.request_id,
        };
        let Context { deps, .. } = &self.0;
        let inserted = deps.store.insert_job(&new, PENDING_MAX).await;
        let job = match inserted.map_err(|e| error::store("store the export", e))? {
            Inserted::New(job) => {
                let user = &caller.user.username;
                info!(target: "audit", ?user, export = %job.id, title = ?job.title, "export asked for");
                deps.policy.protections_changed();
                deps.news.jobs_changed();
                job
            }
            Inserted::Again(job) => job,
            Inserted::TooMany(count) => {
                let message = format!(
                    "{count} exports wait or run already: stop some, or wait until they are done"
                );
                let kind = ErrorKind::ResourceExhausted;
                return Err(error::status(kind, "TOO_MANY_EXPORTS", message));
            }
        };
        Ok(Response::new(v1::CreateExportResponse { export: Some(export::to_wire(&job)) }))
    }

    async fn get_export(
        &self,
        request: Request<v1::GetExportRequest>,
    ) -> Result<Response<v1::GetExportResponse>, Status> {
        let id = name::parse_export(&request.get_ref().name).map_err(error::invalid)?;
        let found = job::find(&self.0, id, Some(JobKind::Export)).await?.ok_or_else(not_found)?;
        Ok(Response::new(v1::GetExportResponse { export: Some(export::to_wire(&found)) }))
    }

    async fn list_exports(
        &self,
        request: Request<v1::ListExportsRequest>,
    ) -> Result<Response<v1::ListExportsResponse>, Status> {
        let v1::ListExportsRequest { page_size, page_token } = request.into_inner();
        let filter = JobFilter { kinds: vec![JobKind::Export], states: Vec::new() };
        let page = job::page_of(&self.0, &filter, "exports", page_size, &page_token);
        let (exports, next_page_token) = page.await?;
        let exports = exports.iter().map(export::to_wire).collect();
        Ok(Response::new(v1::ListExportsResponse { exports, next_page_token }))
    }

    async fn cancel_export(
        &self,
        request: Request<v1::CancelExportRequest>,
    ) -> Result<Response<v1::CancelExportResponse>, Status> {
        let caller = caller(&request)?;
        let id = name::parse_export(&request.get_ref().name).map_err(error::invalid)?;
        job::find(&self.0, id, Some(JobKind::Export)).await?.ok_or_else(not_found)?;
        let stopped = job::cancel(&self.0, id, &caller).await?.ok_or_else(not_found)?;
        Ok(Response::new(v1::CancelExportResponse { export: Some(export::to_wire(&stopped)) }))
    }

    async fn delete_export(
        &self,
        request: Request<v1::DeleteExportRequest>,
    ) -> Result<Response<v1::DeleteExportResponse>, Status> {
        let caller = caller(&request)?;
        let id = name::parse_export(&request.get_ref().name).map_err(error::invalid)?;
        let Context { deps, .. } = &self.0;
        job::find(&self.0, id, Some(JobKind::Export)).await?.ok_or_else(not_found)?;
        let deleted = deps.store.delete_job(id).await;
        if !deleted.map_err(|e| error::store("delete the export", e))? {
            let message = "the export waits or runs: stop it first, see CancelExport";
            let kind = ErrorKind::FailedPrecondition;
            return Err(error::status(kind, "JOB_IS_RUNNING", message));
        }
        info!(target: "audit", user = ?caller.user.username, export = %id, "export deleted");
        // Its files are no longer those of any job, and go.
        deps.news.jobs_changed();
        Ok(Response::new(v1::DeleteExportResponse {}))
    }

    async fn watch_exports(
        &self,
        request: Request<v1::WatchExportsRequest>,
    ) -> Result<Response<Self::WatchExportsStream>, Status> {
        let caller = caller(&request)?;
        let token = request.into_inner().resume_token;
        let Context { deps, auth, .. } = &self.0;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let news = deps.news.jobs();
        let start = watch::start_of_jobs(&deps.store, &token).await?;
        let kinds = vec![JobKind::Export];
        let stream = watch::jobs(deps.store.clone(), kinds, news, start, revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }
}

impl Service {
    /// About how many bytes of footage a camera has in a span; `None` where it has none.
    async fn footage(&self, camera: &CameraId, span: Span) -> Result<Option<u64>, Status> {
        let Context { deps, .. } = &self.0;
        // Before the question: what gets its row in between is then in both, and never in neither.
        let fresh = deps.unindexed.of(camera);
        let indexed = deps.store.bytes_in(camera, span).await;
        let indexed = indexed.map_err(|e| error::store("look for footage", e))?;
        let is_in = |segment: &&Segment| !segment.span().intersect(span).is_empty();
        let fresh: Vec<u64> = fresh.iter().filter(is_in).map(|s| share(s, span)).collect();
        if indexed.is_none() && fresh.is_empty() {
            return Ok(None);
        }
        Ok(Some(indexed.unwrap_or_default() + fresh.into_iter().sum::<u64>()))
    }

    async fn check_room(&self, bytes: u64) -> Result<(), Status> {
        let Some(disk) = self.0.disk().await? else { return Ok(()) };
        // Old footage gives way where an export takes of the reserve.
        let keep_free = self.0.deps.policy.in_force().limits.reserve_bytes / 2;
        let room = disk.free_bytes.saturating_sub(keep_free);
        if bytes <= room {
            return Ok(());
        }
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        let message = format!(
            "the export takes about {:.1} GB, and {:.1} GB are free for it: take a shorter \
             span or fewer cameras, or delete older exports",
            gigabytes(bytes),
            gigabytes(room)
        );
        Err(error::status(ErrorKind::FailedPrecondition, "NOT_ENOUGH_SPACE", message))
    }
}

/// What part of a segment lies in a span, in bytes.
fn share(segment: &Segment, span: Span) -> u64 {
    let whole = segment.span();
    let part = whole.intersect(span).duration().as_secs_f64() / whole.duration().as_secs_f64();
    if part.is_finite() { (segment.size_bytes as f64 * part) as u64 } else { 0 }
}

/// The title of an export that was given none.
fn title(cameras: &[CameraId], span: Span) -> String {
    let who = match cameras {
        [one] => one.to_string(),
        many => format!("{} cameras", many.len()),
    };
    format!("{who}, {}", span.start)
}

fn not_found() -> Status {
    let message = "there is no such export: it may have been deleted, or its time was over";
    error::status(ErrorKind::NotFound, "EXPORT_NOT_FOUND", message)
}
