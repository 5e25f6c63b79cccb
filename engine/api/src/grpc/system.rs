//! `ronin.v1.SystemService`.

use jiff::tz::TimeZone;
use ronin_core::{CameraState, Coder, ErrorKind, Invalid, WallTime, control::KeptFootage};
use ronin_proto::v1::{self, system_service_server::SystemService};
use ronin_store::DatabaseFacts;
use tonic::{Request, Response, Status};

use super::{Context, Messages, caller, watch};
use crate::{
    convert::{machine, name, notice, page, pipeline, time},
    error,
};

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl SystemService for Service {
    type WatchNoticesStream = Messages<v1::WatchNoticesResponse>;

    async fn get_system_info(
        &self,
        _request: Request<v1::GetSystemInfoRequest>,
    ) -> Result<Response<v1::GetSystemInfoResponse>, Status> {
        let system = &self.0.deps.system;
        let cameras = self.0.deps.control.cameras();
        let streaming = cameras.values().filter(|v| v.status.state == CameraState::Streaming);
        let (recorded, database) = self.recorded().await?.unzip();
        let (encoders, decoders) = (system.encoders(), system.decoders());
        let backend = self.0.deps.store.backend();
        let time_zone = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
        Ok(Response::new(v1::GetSystemInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            gstreamer_version: system.gstreamer_version(),
            server_time: Some(time::to_wire(WallTime::now())),
            start_time: Some(time::to_wire(system.start_time())),
            time_zone,
            database: backend.to_owned(),
            storage: Some(self.storage(recorded.unwrap_or_default()).await?),
            encoders: names(&encoders),
            decoders: names(&decoders),
            detector: Some(machine::detector(system.detector())),
            segment_duration_seconds: system.segment_duration().as_secs_f64(),
            cameras: u32::try_from(cameras.len()).unwrap_or(u32::MAX),
            cameras_streaming: u32::try_from(streaming.count()).unwrap_or(u32::MAX),
            database_available: recorded.is_some(),
            encoder_details: encoders.into_iter().map(machine::coder).collect(),
            decoder_details: decoders.into_iter().map(machine::coder).collect(),
            database_details: Some(machine::database(backend, database)),
            machine: Some(machine::machine(system.machine())),
        }))
    }

    async fn get_pipeline_stats(
        &self,
        request: Request<v1::GetPipelineStatsRequest>,
    ) -> Result<Response<v1::GetPipelineStatsResponse>, Status> {
        let id = name::parse_camera(&request.get_ref().camera, "camera");
        let id = id.map_err(error::invalid)?;
        let control = &self.0.deps.control;
        let camera = control.camera(&id).map_err(error::control)?;
        let stats = control.stats(id).await.map_err(error::control)?;
        Ok(Response::new(pipeline::stats(stats, &camera.config.main)))
    }

    async fn get_pipeline_graph(
        &self,
        request: Request<v1::GetPipelineGraphRequest>,
    ) -> Result<Response<v1::GetPipelineGraphResponse>, Status> {
        let id = name::parse_camera(&request.get_ref().camera, "camera");
        let id = id.map_err(error::invalid)?;
        let drawing = self.0.deps.control.graph(id).await.map_err(error::control)?;
        Ok(Response::new(pipeline::graph(drawing)))
    }

    async fn list_notices(
        &self,
        request: Request<v1::ListNoticesRequest>,
    ) -> Result<Response<v1::ListNoticesResponse>, Status> {
        let v1::ListNoticesRequest { kinds, camera, page_size, page_token } = request.into_inner();
        let list = format!("notices {kinds:?} {camera}");
        let mut invalid = Invalid::default();
        let kinds = invalid.collect(notice::kinds(&kinds)).unwrap_or_default();
        let wanted = Some(&camera).filter(|camera| !camera.is_empty());
        let wanted = wanted.map(|camera| name::parse_camera(camera, "camera")).transpose();
        let camera = invalid.collect(wanted).flatten();
        let size = invalid.collect(page::size(page_size)).unwrap_or_default();
        let after = invalid.collect(page::after(&list, &page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let before = after.and_then(|row| row.parse().ok());
        let store = &self.0.deps.store;
        let rows = store.notices_before(before, &kinds, camera.as_ref(), size as u64 + 1).await;
        let mut rows = rows.map_err(|e| error::store("list the notices", e))?;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more);
        let next = next.map(|last| page::token(&list, &last.row.to_string()));
        Ok(Response::new(v1::ListNoticesResponse {
            notices: rows.iter().map(notice::to_wire).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn watch_notices(
        &self,
        request: Request<v1::WatchNoticesRequest>,
    ) -> Result<Response<Self::WatchNoticesStream>, Status> {
        let caller = caller(&request)?;
        let v1::WatchNoticesRequest { kinds, resume_token } = request.into_inner();
        let kinds = notice::kinds(&kinds).map_err(error::invalid)?;
        let Context { deps, auth, .. } = &self.0;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let (store, news) = (deps.store.clone(), deps.news.notices());
        let start = watch::start_of(&store, &resume_token).await?;
        let stream = watch::notices(store, news, kinds, start, revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }
}

impl Service {
    /// Footage in the index, and the database; `None` while it is away, for then the rest counts
    /// even more.
    async fn recorded(&self) -> Result<Option<(KeptFootage, DatabaseFacts)>, Status> {
        let store = &self.0.deps.store;
        if !store.is_available() {
            return Ok(None);
        }
        match tokio::try_join!(store.recorded_totals(), store.database_facts()) {
            Err(e) if e.kind() == ErrorKind::Unavailable => Ok(None),
            both => Ok(Some(both.map_err(|e| error::store("look at the database", e))?)),
        }
    }

    async fn storage(&self, recorded: KeptFootage) -> Result<v1::StorageInfo, Status> {
        let disk = self.0.disk().await?;
        Ok(v1::StorageInfo {
            path: self.0.storage_root.display().to_string(),
            total_bytes: disk.map_or(0, |disk| disk.total_bytes),
            free_bytes: disk.map_or(0, |disk| disk.free_bytes),
            recorded_bytes: recorded.bytes,
            segments: recorded.segments,
        })
    }
}

fn names(coders: &[Coder]) -> Vec<String> {
    coders.iter().map(|coder| coder.name.clone()).collect()
}
