//! `ronin.v1.EventService`.

use std::time::Duration;

use ronin_core::{ErrorKind, Grid, Invalid, Span, WallTime};
use ronin_proto::v1::{self, event_service_server::EventService};
use ronin_store::StoredEvent;
use tonic::{Request, Response, Status};

use super::{Context, Messages, caller, watch};
use crate::{
    auth::Caller,
    convert::{event, name, page, recording},
    error,
};

/// Who stands still for less than this moves on.
const PAUSE: Duration = Duration::from_secs(3);

pub(super) struct Service(pub(super) Context);

impl Service {
    /// The event that a request names, as its caller sees it.
    async fn event(&self, name: &str, caller: &Caller) -> Result<StoredEvent, Status> {
        let id = event::parse_name(name, "name").map_err(error::invalid)?;
        let stored = self.0.deps.store.event(id, caller.user.id).await;
        stored.map_err(|e| error::store("read the event", e))?.ok_or_else(not_found)
    }
}

#[tonic::async_trait]
impl EventService for Service {
    type WatchEventsStream = Messages<v1::WatchEventsResponse>;

    async fn list_events(
        &self,
        request: Request<v1::ListEventsRequest>,
    ) -> Result<Response<v1::ListEventsResponse>, Status> {
        let user = caller(&request)?.user.id;
        let request = request.into_inner();
        let mut invalid = Invalid::default();
        let filter = invalid.collect(event::filter(&request)).unwrap_or_default();
        let limit = invalid.collect(page::size(request.page_size)).unwrap_or_default();
        let list = format!("events {filter:?}");
        let behind = invalid.collect(page::after(&list, &request.page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let behind = behind.and_then(|text| page::parse_time_and_id(&text));
        for camera in &filter.cameras {
            self.0.check_known(camera).await?;
        }
        let store = &self.0.deps.store;
        // Before the list is read, so that a watch from here on misses nothing.
        let newest = store.event_sequences().await;
        let newest = newest.map_err(|e| error::store("list the events", e))?;
        let events = store.events(&filter, behind, user, limit as u64 + 1).await;
        let mut events = events.map_err(|e| error::store("list the events", e))?;
        let more = events.len() > limit;
        events.truncate(limit);
        let last = events.last().filter(|_| more).map(|stored| &stored.event);
        let next = last.map(|last| page::token(&list, &page::time_and_id(last.start, last.id.0)));
        Ok(Response::new(v1::ListEventsResponse {
            events: events.iter().map(event::to_wire).collect(),
            next_page_token: next.unwrap_or_default(),
            resume_token: event::resume_token(newest.map_or(0, |(_, highest)| highest)),
        }))
    }

    async fn get_event(
        &self,
        request: Request<v1::GetEventRequest>,
    ) -> Result<Response<v1::GetEventResponse>, Status> {
        let caller = caller(&request)?;
        let stored = self.event(&request.get_ref().name, &caller).await?;
        Ok(Response::new(v1::GetEventResponse { event: Some(event::to_wire(&stored)) }))
    }

    async fn watch_events(
        &self,
        request: Request<v1::WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let caller = caller(&request)?;
        let v1::WatchEventsRequest { cameras, resume_token } = request.into_inner();
        let cameras = name::parse_cameras(&cameras, "cameras").map_err(error::invalid)?;
        let Context { deps, auth, .. } = &self.0;
        let user = caller.user.id;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let news = deps.news.events();
        let start = watch::start_of_events(&deps.store, &resume_token).await?;
        let wanted = watch::WantedEvents { store: deps.store.clone(), cameras, user };
        let stream = watch::events(wanted, news, start, revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }

    async fn update_review(
        &self,
        request: Request<v1::UpdateReviewRequest>,
    ) -> Result<Response<v1::UpdateReviewResponse>, Status> {
        let user = caller(&request)?.user.id;
        let v1::UpdateReviewRequest { names, reviewed } = request.into_inner();
        let ids = event::parse_names(&names).map_err(error::invalid)?;
        let at = reviewed.then(WallTime::now);
        let count = self.0.deps.store.review_events(&ids, user, at).await;
        let count = count.map_err(|e| error::store("mark the events", e))?;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Response::new(v1::UpdateReviewResponse { count }))
    }

    async fn explain_event(
        &self,
        request: Request<v1::ExplainEventRequest>,
    ) -> Result<Response<v1::ExplainEventResponse>, Status> {
        let caller = caller(&request)?;
        let stored = self.event(&request.get_ref().name, &caller).await?;
        Ok(Response::new(event::explanation(&stored)))
    }

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

fn not_found() -> Status {
    let message = "there is no such event: it went with its footage";
    error::status(ErrorKind::NotFound, "EVENT_NOT_FOUND", message)
}
