//! `ronin.v1.SystemService`.

use std::pin::Pin;

use futures_util::Stream;
use jiff::tz::TimeZone;
use ronin_core::{CameraState, WallTime};
use ronin_proto::v1::{self, system_service_server::SystemService};
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};

use super::Context;
use crate::{
    convert::{name, status, time},
    error,
    facts::DetectorFacts,
};

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl SystemService for Service {
    type WatchNoticesStream =
        Pin<Box<dyn Stream<Item = Result<v1::WatchNoticesResponse, Status>> + Send>>;

    async fn get_system_info(
        &self,
        _request: Request<v1::GetSystemInfoRequest>,
    ) -> Result<Response<v1::GetSystemInfoResponse>, Status> {
        let system = &self.0.deps.system;
        let cameras = self.0.deps.control.cameras();
        let streaming = cameras.values().filter(|v| v.status.state == CameraState::Streaming);
        let time_zone = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
        Ok(Response::new(v1::GetSystemInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            gstreamer_version: system.gstreamer_version(),
            server_time: Some(time::to_wire(WallTime::now())),
            start_time: Some(time::to_wire(system.start_time())),
            time_zone,
            database: self.0.deps.store.backend().to_owned(),
            storage: Some(self.storage().await?),
            encoders: system.encoders(),
            decoders: system.decoders(),
            detector: Some(detector(system.detector())),
            segment_duration_seconds: system.segment_duration().as_secs_f64(),
            cameras: u32::try_from(cameras.len()).unwrap_or(u32::MAX),
            cameras_streaming: u32::try_from(streaming.count()).unwrap_or(u32::MAX),
            database_available: self.0.deps.store.is_available(),
        }))
    }

    async fn get_pipeline_stats(
        &self,
        request: Request<v1::GetPipelineStatsRequest>,
    ) -> Result<Response<v1::GetPipelineStatsResponse>, Status> {
        let id = name::parse_camera(&request.get_ref().camera, "camera");
        let id = id.map_err(error::invalid)?;
        let stats = self.0.deps.control.stats(id).await.map_err(error::control)?;
        Ok(Response::new(status::stats(stats)))
    }

    async fn list_notices(
        &self,
        _request: Request<v1::ListNoticesRequest>,
    ) -> Result<Response<v1::ListNoticesResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn watch_notices(
        &self,
        _request: Request<v1::WatchNoticesRequest>,
    ) -> Result<Response<Self::WatchNoticesStream>, Status> {
        Err(error::unknown_method())
    }
}

impl Service {
    async fn storage(&self) -> Result<v1::StorageInfo, Status> {
        let totals = self.0.deps.store.recorded_totals().await;
        let totals = totals.map_err(|e| error::store("count the footage", e))?;
        let system = self.0.deps.system.clone();
        let disk = spawn_blocking(move || system.disk()).await;
        let disk = disk.map_err(|e| error::internal("ask the file system", &e))?;
        Ok(v1::StorageInfo {
            path: self.0.storage_root.display().to_string(),
            total_bytes: disk.map_or(0, |disk| disk.total_bytes),
            free_bytes: disk.map_or(0, |disk| disk.free_bytes),
            recorded_bytes: totals.bytes,
            segments: totals.segments,
        })
    }
}

fn detector(facts: DetectorFacts) -> v1::DetectorInfo {
    let DetectorFacts { available, device, model, message } = facts;
    v1::DetectorInfo { available, device, model, message }
}
