//! `ronin.v1.RecordingService`.

use std::{pin::Pin, time::Duration};

use futures_util::Stream;
use ronin_core::{CameraId, Invalid, Segment, SegmentId, Span, WallTime, control};
use ronin_proto::v1::{self, recording_service_server::RecordingService};
use tonic::{Request, Response, Status};

use super::Context;
use crate::{
    convert::{name, page, recording},
    error,
};

/// Cameras of one timeline: a wall of them, and not a day of the database's time.
const TIMELINE_CAMERAS: usize = 64;
/// Holes shorter than this are not told where nothing is asked for.
const RESOLUTION: Duration = Duration::from_secs(1);

/// Segments that are asked for their codecs: a camera changes them rarely, and then says so in the
/// player.
const CODECS_FROM: u64 = 1000;

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl RecordingService for Service {
    type WatchSegmentsStream =
        Pin<Box<dyn Stream<Item = Result<v1::WatchSegmentsResponse, Status>> + Send>>;

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
        self.check_known(&id).await?;
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
        let ids = invalid.collect(self.timeline_cameras(&cameras));
        invalid.check().map_err(error::invalid)?;
        let (Some(span), Some(ids)) = (span, ids) else {
            return Err(error::invalid(Invalid::new("cameras", "say which cameras")));
        };
        let resolution = match resolution_ms {
            0 => RESOLUTION,
            ms => Duration::from_millis(ms.into()),
        };
        let now = WallTime::now();
        let mut timelines = Vec::with_capacity(ids.len());
        for id in &ids {
            if !cameras.is_empty() {
                self.check_known(id).await?;
            }
            let fresh = self.fresh(id);
            let timeline = self.0.deps.store.timeline(id, span, &fresh, resolution, now).await;
            let timeline = timeline.map_err(|e| error::store("make the timeline", e))?;
            timelines.push(recording::timeline(id, timeline));
        }
        Ok(Response::new(v1::GetTimelineResponse { timelines }))
    }

    async fn get_playback(
        &self,
        request: Request<v1::GetPlaybackRequest>,
    ) -> Result<Response<v1::GetPlaybackResponse>, Status> {
        let v1::GetPlaybackRequest { camera, start_time, end_time } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let span = recording::playback_span(start_time.as_ref(), end_time.as_ref());
        let span = invalid.collect(span);
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(span)) = (id, span) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.check_known(&id).await?;
        let segments = self.0.deps.store.segments_in(&id, span, None, CODECS_FROM).await;
        let segments = segments.map_err(|e| error::store("look for footage to play", e))?;
        let mut codecs: Vec<String> = segments.into_iter().flat_map(|s| s.codecs).collect();
        codecs.sort();
        codecs.dedup();
        let of = |file| format!("/playback/{id}/{file}?start={}&end={}", span.start, span.end);
        Ok(Response::new(v1::GetPlaybackResponse {
            hls_path: of("index.m3u8"),
            multivariant_path: of("master.m3u8"),
            codecs,
        }))
    }

    async fn get_coverage(
        &self,
        _request: Request<v1::GetCoverageRequest>,
    ) -> Result<Response<v1::GetCoverageResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn list_recording_days(
        &self,
        _request: Request<v1::ListRecordingDaysRequest>,
    ) -> Result<Response<v1::ListRecordingDaysResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn watch_segments(
        &self,
        _request: Request<v1::WatchSegmentsRequest>,
    ) -> Result<Response<Self::WatchSegmentsStream>, Status> {
        Err(error::unknown_method())
    }

    async fn protect_span(
        &self,
        _request: Request<v1::ProtectSpanRequest>,
    ) -> Result<Response<v1::ProtectSpanResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn list_protected_spans(
        &self,
        _request: Request<v1::ListProtectedSpansRequest>,
    ) -> Result<Response<v1::ListProtectedSpansResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn unprotect_span(
        &self,
        _request: Request<v1::UnprotectSpanRequest>,
    ) -> Result<Response<v1::UnprotectSpanResponse>, Status> {
        Err(error::unknown_method())
    }
}

impl Service {
    /// A camera is known while it exists, and after that while footage of it does.
    async fn check_known(&self, id: &CameraId) -> Result<(), Status> {
        let Context { deps, .. } = &self.0;
        let Err(unknown) = deps.control.camera(id) else { return Ok(()) };
        let kept = deps.store.footage_of(id).await;
        let kept = kept.map_err(|e| error::store("look for footage", e))?;
        match unknown {
            control::Error::NotFound(_) if kept.segments > 0 => Ok(()),
            unknown => Err(error::control(unknown)),
        }
    }

    /// What is on disk of a camera and not in the index yet.
    fn fresh(&self, id: &CameraId) -> Vec<Span> {
        self.0.deps.unindexed.of(id).iter().map(Segment::span).collect()
    }

    fn timeline_cameras(&self, names: &[String]) -> Result<Vec<CameraId>, Invalid> {
        let mut invalid = Invalid::default();
        let mut ids = Vec::new();
        if names.len() <= TIMELINE_CAMERAS {
            for (index, name) in names.iter().enumerate() {
                let field = format!("cameras[{index}]");
                ids.extend(invalid.collect(name::parse_camera(name, &field)));
            }
        }
        if names.is_empty() {
            ids.extend(self.0.deps.control.cameras().keys().cloned());
        }
        if names.len() > TIMELINE_CAMERAS || ids.len() > TIMELINE_CAMERAS {
            let text = "a timeline shows at most 64 cameras: name those to show";
            return Err(Invalid::new("cameras", text));
        }
        invalid.check()?;
        Ok(ids)
    }
}
