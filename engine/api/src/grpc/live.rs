//! `ronin.v1.LiveService`.

use ronin_core::{ErrorKind, Invalid};
use ronin_proto::v1::{self, live_service_server::LiveService};
use tonic::{Request, Response, Status};

use super::Context;
use crate::{
    convert::{name, status},
    error,
};

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl LiveService for Service {
    async fn get_live_stream(
        &self,
        request: Request<v1::GetLiveStreamRequest>,
    ) -> Result<Response<v1::GetLiveStreamResponse>, Status> {
        let v1::GetLiveStreamRequest { camera, stream } = request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let kind = v1::StreamKind::try_from(stream)
            .map_err(|_| Invalid::new("stream", "a stream is the main or the sub stream"));
        let kind = invalid.collect(kind);
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(kind)) = (id, kind) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        let view = self.0.deps.control.camera(&id).map_err(error::control)?;
        if kind == v1::StreamKind::Sub {
            let message = "only the main stream can be watched live at present";
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
