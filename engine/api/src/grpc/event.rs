//! `ronin.v1.EventService`.

use std::time::Duration;

use ronin_core::{Grid, Invalid, Span, WallTime};
use ronin_proto::v1::{self, event_service_server::EventService};
use tonic::{Request, Response, Status};

use super::Context;
use crate::{
    convert::{event, name, page, recording},
    error,
};

/// Who stands still for less than this moves on.
const PAUSE: Duration = Duration::from_secs(3);

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl EventService for Service {
    async fn search_motion(
        &self,
        request: Request<v1::SearchMotionRequest>,
    ) -> Result<Response<v1::SearchMotionResponse>, Status> {
        let request = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&request.camera, "camera"));
        let area = invalid.collect(event::cells(request.area.as_ref()));
        let (start, end) = (request.start_time.as_ref(), request.end_time.as_ref());
        let span = invalid.collect(recording::closed_span(start, end));
        let limit = invalid.collect(page::size(request.page_size));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(area), Some(span), Some(limit)) = (id, area, span, limit) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        let list = list(&request.camera, &area, span);
        let end = page::after(&list, &request.page_token).map_err(error::invalid)?;
        let end = end.and_then(|end| end.parse().ok()).map(WallTime::from_micros);
        self.0.check_known(&id).await?;

        let rest = Span::new(span.start, end.unwrap_or(span.end));
        let found = self.0.deps.store.search_motion(&id, &area, rest, PAUSE, limit + 1).await;
        let mut found = found.map_err(|e| error::store("search motion", e))?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next_page_token =
            last.map(|last| page::token(&list, &last.span.start.as_micros().to_string()));
        Ok(Response::new(v1::SearchMotionResponse {
            motions: found.iter().map(event::motion).collect(),
            next_page_token: next_page_token.unwrap_or_default(),
        }))
    }
}

/// What was asked, so that a token fits no other question.
fn list(camera: &str, area: &Grid, span: Span) -> String {
    format!("motion {camera} {:?} {} {}", area.to_bytes(), span.start, span.end)
}
