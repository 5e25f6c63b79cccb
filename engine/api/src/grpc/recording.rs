//! `ronin.v1.RecordingService`.

use std::time::Duration;

use ronin_core::{CameraId, ErrorKind, Invalid, Segment, SegmentId, Span, WallTime};
use ronin_proto::v1::{self, recording_service_server::RecordingService};
use ronin_store::ProtectedSpan;
use tonic::{Request, Response, Status};
use tracing::info;
use uuid::Uuid;

use super::{Context, Messages, caller, watch};
use crate::{
    convert::{coverage, days, name, page, protected, recording},
    error,
    web::playback,
};
/// Holes shorter than this are not told where nothing is asked for.
const RESOLUTION: Duration = Duration::from_secs(1);

/// Events of a camera on one timeline: as many as the eye tells apart.
const TIMELINE_EVENTS: u64 = 1000;

/// Protected spans of one camera: what people mark by hand, and an end to what a script can.
const PROTECTED_MAX: u64 = 1000;

/// Segments that are asked for their codecs: a camera changes them rarely, and then says so in the
/// player.
const CODECS_FROM: u64 = 1000;

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl RecordingService for Service {
    type WatchSegmentsStream = Messages<v1::WatchSegmentsResponse>;

    async fn list_segments(
        &self,
        request: Request<v1::ListSegmentsRequest>,
    ) -> Result<Response<v1::ListSegmentsResponse>, Status> {
        let request = request.into_inner();
        let v1::ListSegmentsRequest { camera, start_time, end_time, page_size, page_token } =
            &request;
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(camera, "camera"));
        let span = recording::open_span(start_time.as_ref(), end_time.as_ref());
        let span = invalid.collect(span);
        let size = invalid.collect(page::size(*page_size)).unwrap_or_default();
        let list = format!("segments {camera} {start_time:?} {end_time:?}");
        let after = invalid.collect(page::after(&list, page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(span)) = (id, span) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.0.check_known(&id).await?;
        let after = after.as_deref().and_then(page::parse_time_and_id);
        let after = after.map(|(start, id)| (start, SegmentId(id)));
        let rows = self.0.deps.store.segments_in(&id, span, after, size as u64 + 1).await;
        let mut rows = rows.map_err(|e| error::store("list the segments", e))?;
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more);
        let next = last.map(|last| page::token(&list, &page::time_and_id(last.start, last.id.0)));
        Ok(Response::new(v1::ListSegmentsResponse {
            segments: rows.iter().map(recording::segment).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn get_timeline(
        &self,
        request: Request<v1::GetTimelineRequest>,
    ) -> Result<Response<v1::GetTimelineResponse>, Status> {
        let v1::GetTimelineRequest { cameras, start_time, end_time, resolution_ms } =
            request.into_inner();
        let mut invalid = Invalid::default();
        let span = recording::closed_span(start_time.as_ref(), end_time.as_ref());
        let span = invalid.collect(span);
        let ids = invalid.collect(name::parse_cameras(&cameras, "cameras")).unwrap_or_default();
        invalid.check().map_err(error::invalid)?;
        let Some(span) = span else {
            return Err(error::invalid(Invalid::new("start_time", "say which span")));
        };
        let ids = self.0.cameras(ids).await?;
        let resolution = match resolution_ms {
            0 => RESOLUTION,
            ms => Duration::from_millis(ms.into()),
        };
        let now = WallTime::now();
        let mut timelines = Vec::with_capacity(ids.len());
        for id in &ids {
            let fresh = self.fresh(id);
            let timeline = self.0.deps.store.timeline(id, span, &fresh, resolution, now).await;
            let timeline = timeline.map_err(|e| error::store("make the timeline", e))?;
            let motion = self.0.deps.store.motion_in(id, span, resolution).await;
            let motion = motion.map_err(|e| error::store("read what moved", e))?;
            let events = self.0.deps.store.events_in(id, span, TIMELINE_EVENTS).await;
            let events = events.map_err(|e| error::store("read the events", e))?;
            timelines.push(recording::timeline(id, timeline, motion, &events));
        }
        Ok(Response::new(v1::GetTimelineResponse { timelines }))
    }

    async fn get_playback(
        &self,
        request: Request<v1::GetPlaybackRequest>,
    ) -> Result<Response<v1::GetPlaybackResponse>, Status> {
        let v1::GetPlaybackRequest { camera, start_time, end_time, h264 } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let span = recording::playback_span(start_time.as_ref(), end_time.as_ref());
        let span = invalid.collect(span);
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(span)) = (id, span) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.0.check_known(&id).await?;
        let segments = self.0.deps.store.segments_in(&id, span, None, CODECS_FROM).await;
        let mut segments = segments.map_err(|e| error::store("look for footage to play", e))?;
        segments.extend(self.0.deps.unindexed.of(&id));
        segments.retain(|segment| !segment.span().intersect(span).is_empty());
        let wanted = if h264 { "&h264=true" } else { "" };
        let of =
            |file| format!("/playback/{id}/{file}?start={}&end={}{wanted}", span.start, span.end);
        if h264 {
            segments.iter_mut().for_each(playback::as_h264);
        }
        Ok(Response::new(v1::GetPlaybackResponse {
            hls_path: of("index.m3u8"),
            multivariant_path: of("master.m3u8"),
            codecs: recording::codecs(&segments),
        }))
    }

    async fn get_coverage(
        &self,
        request: Request<v1::GetCoverageRequest>,
    ) -> Result<Response<v1::GetCoverageResponse>, Status> {
        let v1::GetCoverageRequest { cameras, start_day, end_day, time_zone } =
            request.into_inner();
        let mut invalid = Invalid::default();
        let ids = invalid.collect(name::parse_cameras(&cameras, "cameras")).unwrap_or_default();
        let days = invalid.collect(days::days(&start_day, &end_day, &time_zone));
        invalid.check().map_err(error::invalid)?;
        let days = days.unwrap_or_default();
        let spans: Vec<Span> = days.iter().map(|day| day.span).collect();
        let (resolution, now) = (coverage::RESOLUTION, WallTime::now());
        let mut answer = v1::GetCoverageResponse::default();
        for id in self.0.cameras(ids).await? {
            let fresh = self.fresh(&id);
            let timelines = self.0.deps.store.timelines(&id, &spans, &fresh, resolution, now).await;
            let timelines = timelines.map_err(|e| error::store("add up what is on disk", e))?;
            answer.cameras.push(coverage::camera(&id, &days, timelines));
        }
        Ok(Response::new(answer))
    }

    async fn list_recording_days(
        &self,
        request: Request<v1::ListRecordingDaysRequest>,
    ) -> Result<Response<v1::ListRecordingDaysResponse>, Status> {
        let v1::ListRecordingDaysRequest { camera, time_zone, month } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let days = invalid.collect(days::month(&month, &time_zone));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(days)) = (id, days) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.0.check_known(&id).await?;
        let Some((first, last)) = days.first().zip(days.last()) else {
            return Ok(Response::new(v1::ListRecordingDaysResponse::default()));
        };
        // Before the question: what gets its row in between is then found twice, and never missed.
        let fresh = self.fresh(&id);
        let month = Span::new(first.span.start, last.span.end);
        let stretches = self.0.deps.store.stretches(&id, month).await;
        let mut stretches = stretches.map_err(|e| error::store("look for footage", e))?;
        stretches.extend(fresh);
        stretches.sort_by_key(|span| span.start);
        Ok(Response::new(coverage::recording_days(&days, &stretches)))
    }

    async fn watch_segments(
        &self,
        request: Request<v1::WatchSegmentsRequest>,
    ) -> Result<Response<Self::WatchSegmentsStream>, Status> {
        let caller = caller(&request)?;
        let camera = self.camera_of_list(&request.get_ref().camera).await?;
        let Context { deps, auth, .. } = &self.0;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let stream = watch::segments(deps.news.segments(), camera, revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }

    async fn protect_span(
        &self,
        request: Request<v1::ProtectSpanRequest>,
    ) -> Result<Response<v1::ProtectSpanResponse>, Status> {
        let caller = caller(&request)?;
        let v1::ProtectSpanRequest { camera, start_time, end_time, note } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let span = recording::closed_span(start_time.as_ref(), end_time.as_ref());
        let span = invalid.collect(span);
        let note = invalid.collect(protected::note(&note));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(span), Some(note)) = (id, span, note) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.0.check_known(&id).await?;
        let failed = |e| error::store("protect the span", e);
        let store = &self.0.deps.store;
        let known = store.protected_spans(Some(&id), None, PROTECTED_MAX).await.map_err(failed)?;
        if known.len() as u64 >= PROTECTED_MAX {
            let message = "this camera has 1000 protected spans: take some away";
            let kind = ErrorKind::ResourceExhausted;
            return Err(error::status(kind, "TOO_MANY_PROTECTED_SPANS", message));
        }
        let new = ProtectedSpan {
            id: Uuid::now_v7(),
            camera: id,
            span,
            note,
            created_by: caller.user.username.clone(),
            created_at: WallTime::now(),
        };
        store.protect(&new).await.map_err(failed)?;
        self.0.deps.policy.protections_changed();
        let name = name::protected_span(&new.camera, new.id);
        info!(target: "audit", user = ?caller.user.username, name, "footage protected");
        let kept = store.footage_in(&new.camera, span).await.map_err(failed)?;
        let span = Some(protected::to_wire(&new, kept));
        Ok(Response::new(v1::ProtectSpanResponse { span }))
    }

    async fn list_protected_spans(
        &self,
        request: Request<v1::ListProtectedSpansRequest>,
    ) -> Result<Response<v1::ListProtectedSpansResponse>, Status> {
        let v1::ListProtectedSpansRequest { camera, page_size, page_token } = request.into_inner();
        let list = format!("protected_spans {camera}");
        let mut invalid = Invalid::default();
        let size = invalid.collect(page::size(page_size)).unwrap_or_default();
        let after = invalid.collect(page::after(&list, &page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let camera = self.camera_of_list(&camera).await?;
        let before = after.and_then(|id| Uuid::try_parse(&id).ok());
        let failed = |e| error::store("list the protected spans", e);
        let store = &self.0.deps.store;
        let rows = store.protected_spans(camera.as_ref(), before, size as u64 + 1).await;
        let mut rows = rows.map_err(failed)?;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more);
        let next = next.map(|last| page::token(&list, &last.id.to_string()));
        let mut spans = Vec::with_capacity(rows.len());
        for row in &rows {
            let kept = store.footage_in(&row.camera, row.span).await.map_err(failed)?;
            spans.push(protected::to_wire(row, kept));
        }
        let next_page_token = next.unwrap_or_default();
        Ok(Response::new(v1::ListProtectedSpansResponse { spans, next_page_token }))
    }

    async fn unprotect_span(
        &self,
        request: Request<v1::UnprotectSpanRequest>,
    ) -> Result<Response<v1::UnprotectSpanResponse>, Status> {
        let caller = caller(&request)?;
        let name = &request.get_ref().name;
        let (camera, id) = name::parse_protected_span(name).map_err(error::invalid)?;
        let deleted = self.0.deps.store.unprotect(&camera, id).await;
        if !deleted.map_err(|e| error::store("take the protection away", e))? {
            let message = "there is no such protection: it may have been taken away already";
            return Err(error::status(ErrorKind::NotFound, "PROTECTED_SPAN_NOT_FOUND", message));
        }
        self.0.deps.policy.protections_changed();
        info!(target: "audit", user = ?caller.user.username, name, "protection taken away");
        Ok(Response::new(v1::UnprotectSpanResponse {}))
    }
}

impl Service {
    /// What is on disk of a camera and not in the index yet.
    fn fresh(&self, id: &CameraId) -> Vec<Span> {
        self.0.deps.unindexed.of(id).iter().map(Segment::span).collect()
    }

    /// The camera that a list or a watch is of; `None`: of all.
    async fn camera_of_list(&self, name: &str) -> Result<Option<CameraId>, Status> {
        if name.is_empty() {
            return Ok(None);
        }
        let id = name::parse_camera(name, "camera").map_err(error::invalid)?;
        self.0.check_known(&id).await?;
        Ok(Some(id))
    }
}
