//! `ronin.v1.LiveService`.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use futures_util::{StreamExt, stream::SelectAll};
use ronin_core::{
    ErrorKind, Invalid, control,
    live::{Feed, Viewing},
};
use ronin_proto::v1::{self, live_service_server::LiveService, stream_live_tiles_response::Event};
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;

use super::{Context, Messages, caller, watch};
use crate::{
    auth::Caller,
    convert::{name, status},
    error,
};

/// Most streams of one call.
const TILES_MAX: usize = 64;

pub(super) struct Service(pub(super) Context);

impl Service {
    /// Begins to watch what `request` names; `at` stands before the names of its fields.
    fn stream(
        &self,
        request: v1::StreamLiveRequest,
        at: &str,
        caller: Caller,
    ) -> Result<Messages<v1::StreamLiveResponse>, Status> {
        let v1::StreamLiveRequest { camera, stream, sound, rendition } = request;
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, &format!("{at}camera")));
        let kind = invalid.collect(parse_kind(stream, &format!("{at}stream")));
        let form = invalid.collect(parse_rendition(rendition, &format!("{at}rendition")));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(kind), Some(form)) = (id, kind, form) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        let view = self.0.deps.control.camera(&id).map_err(error::control)?;
        let channel = self.0.deps.live.open(&id);
        let is_sub = kind == v1::StreamKind::Sub;
        if is_sub && view.config.sub.is_none() {
            return Err(no_sub_stream());
        }
        let feed = match (is_sub, form) {
            (false, v1::LiveRendition::Unspecified) => channel.main,
            (true, v1::LiveRendition::Unspecified) => channel.sub,
            (false, v1::LiveRendition::H264) => self.rendition(channel.main_h264)?,
            (true, v1::LiveRendition::H264) => self.rendition(channel.sub_h264)?,
        };
        let viewing: Viewing = feed.watch(sound);
        let gone = error::control(control::Error::NotFound(id));
        let auth = &self.0.auth;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        Ok(Box::pin(watch::live(viewing, gone, revocations, holds)))
    }

    /// A rendition, where it is encoded already or may be.
    fn rendition(&self, feed: Arc<Feed>) -> Result<Arc<Feed>, Status> {
        let most = available_parallelism().map_or(1, NonZero::get);
        if feed.is_watched() || self.0.deps.live.renditions() < most {
            return Ok(feed);
        }
        let message = format!(
            "the server encodes {most} streams for browsers already, as many as it has cores: close \
             one, or let the camera send H.264 in its sub stream"
        );
        Err(error::status(ErrorKind::ResourceExhausted, "RENDITIONS_BUSY", &message))
    }
}

#[tonic::async_trait]
impl LiveService for Service {
    type StreamLiveStream = Messages<v1::StreamLiveResponse>;
    type StreamLiveTilesStream = Messages<v1::StreamLiveTilesResponse>;

    async fn stream_live(
        &self,
        request: Request<v1::StreamLiveRequest>,
    ) -> Result<Response<Self::StreamLiveStream>, Status> {
        let caller = caller(&request)?;
        self.stream(request.into_inner(), "", caller).map(Response::new)
    }

    async fn stream_live_tiles(
        &self,
        request: Request<v1::StreamLiveTilesRequest>,
    ) -> Result<Response<Self::StreamLiveTilesStream>, Status> {
        let caller = caller(&request)?;
        let tiles = request.into_inner().tiles;
        if !(1..=TILES_MAX).contains(&tiles.len()) {
            let text = format!("name 1 to {TILES_MAX} streams");
            return Err(error::invalid(Invalid::new("tiles", &text)));
        }
        let mut all = SelectAll::new();
        for (tile, request) in (0..).zip(tiles) {
            let event = move |event| Ok(v1::StreamLiveTilesResponse { tile, event: Some(event) });
            let stream = self.stream(request, &format!("tiles[{tile}]."), caller.clone());
            // One that cannot be watched ends where it begins.
            let stream = match stream {
                Ok(stream) => stream,
                Err(status) => futures_util::stream::iter([Err(status)]).boxed(),
            };
            all.push(stream.map(move |message| match message {
                Ok(message) => event(Event::Message(message)),
                Err(status) if ends_all(&status) => Err(status),
                Err(status) => event(Event::End(end(&status))),
            }));
        }
        Ok(Response::new(all.boxed()))
    }

    async fn get_live_stream(
        &self,
        request: Request<v1::GetLiveStreamRequest>,
    ) -> Result<Response<v1::GetLiveStreamResponse>, Status> {
        let v1::GetLiveStreamRequest { camera, stream } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let kind = invalid.collect(parse_kind(stream, "stream"));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(kind)) = (id, kind) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        let view = self.0.deps.control.camera(&id).map_err(error::control)?;
        if kind == v1::StreamKind::Sub {
            let message = "only the main stream can be watched as HLS: use StreamLive";
            let reason = "STREAM_NOT_LIVE";
            return Err(error::status(ErrorKind::FailedPrecondition, reason, message));
        }
        let streams = &view.status.streams;
        let codecs = streams.iter().map(|stream| &stream.codec_string).filter(|c| !c.is_empty());
        Ok(Response::new(v1::GetLiveStreamResponse {
            hls_path: format!("/live/{id}/index.m3u8"),
            codecs: codecs.cloned().collect(),
            streams: streams.iter().map(status::stream).collect(),
        }))
    }
}

fn parse_kind(kind: i32, field: &str) -> Result<v1::StreamKind, Invalid> {
    v1::StreamKind::try_from(kind)
        .map_err(|_| Invalid::new(field, "a stream is the main or the sub stream"))
}

fn parse_rendition(rendition: i32, field: &str) -> Result<v1::LiveRendition, Invalid> {
    v1::LiveRendition::try_from(rendition)
        .map_err(|_| Invalid::new(field, "a stream is sent as it comes or as H.264"))
}

fn no_sub_stream() -> Status {
    let message = "this camera has no sub stream: add one in its settings, or watch the main one";
    error::status(ErrorKind::FailedPrecondition, "STREAM_NOT_LIVE", message)
}

/// Whether what ended one stream is the end of all: the caller or the server goes.
fn ends_all(status: &Status) -> bool {
    use tonic::Code::{PermissionDenied, Unauthenticated, Unavailable};
    matches!(status.code(), Unauthenticated | PermissionDenied | Unavailable)
}

fn end(status: &Status) -> v1::LiveTileEnd {
    v1::LiveTileEnd {
        code: status.code().into(),
        reason: status.get_details_error_info().map(|info| info.reason).unwrap_or_default(),
        message: status.message().to_owned(),
    }
}
