//! `ronin.v1.DetectionService`.

use ronin_core::{ErrorKind, Segment, chain, detection::Models};
use ronin_proto::v1::{self, detection_service_server::DetectionService};
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};
use tracing::info;

use super::{Context, Messages, caller, watch};
use crate::{
    convert::{detection, name},
    error,
};

pub(super) struct Service(pub(super) Context);

impl Service {
    async fn models(&self) -> Result<Models, Status> {
        let facts = self.0.deps.detection.clone();
        let models = spawn_blocking(move || facts.models()).await;
        models.map_err(|e| error::internal("list the models", &e))
    }
}

#[tonic::async_trait]
impl DetectionService for Service {
    type WatchDetectionsStream = Messages<v1::WatchDetectionsResponse>;

    async fn list_models(
        &self,
        _request: Request<v1::ListModelsRequest>,
    ) -> Result<Response<v1::ListModelsResponse>, Status> {
        Ok(Response::new(detection::models(self.models().await?)))
    }

    async fn get_model(
        &self,
        request: Request<v1::GetModelRequest>,
    ) -> Result<Response<v1::GetModelResponse>, Status> {
        let file_name = detection::parse_model(&request.get_ref().name, "name");
        let file_name = file_name.map_err(error::invalid)?;
        let models = self.models().await?.models;
        let found = models.into_iter().find(|model| model.file_name == file_name);
        let found = found.ok_or_else(|| {
            let message =
                format!("there is no model {file_name} in the model folder: see ListModels");
            error::status(ErrorKind::NotFound, "MODEL_NOT_FOUND", message)
        })?;
        Ok(Response::new(v1::GetModelResponse { model: Some(detection::model(found)) }))
    }

    async fn watch_detections(
        &self,
        request: Request<v1::WatchDetectionsRequest>,
    ) -> Result<Response<Self::WatchDetectionsStream>, Status> {
        let caller = caller(&request)?;
        let camera = name::parse_camera(&request.get_ref().camera, "camera");
        let camera = camera.map_err(error::invalid)?;
        let Context { deps, auth, .. } = &self.0;
        deps.control.camera(&camera).map_err(error::control)?;
        let seen = deps.sightings.watch(&camera);
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        Ok(Response::new(Box::pin(watch::detections(seen, revocations, holds))))
    }

    async fn create_replay(
        &self,
        request: Request<v1::CreateReplayRequest>,
    ) -> Result<Response<v1::CreateReplayResponse>, Status> {
        let caller = caller(&request)?;
        let Context { deps, .. } = &self.0;
        let usual = |id: &_| Some(deps.control.camera(id).ok()?.config.detect.clone());
        let wanted = detection::replay_request(request.get_ref(), usual);
        let wanted = wanted.map_err(error::invalid)?;
        self.0.check_known(&wanted.camera).await?;
        let footage = deps.store.segments_in(&wanted.camera, wanted.span, None, 1).await;
        let indexed = footage.map_err(|e| error::store("look for footage", e))?;
        let fresh = deps.unindexed.of(&wanted.camera);
        let is_in = |segment: &Segment| !segment.span().intersect(wanted.span).is_empty();
        if indexed.is_empty() && !fresh.iter().any(is_in) {
            let message = "there is no footage of this span: ask for another, see GetTimeline";
            return Err(error::status(ErrorKind::FailedPrecondition, "NO_FOOTAGE", message));
        }
        let facts = deps.detection.clone();
        let created = spawn_blocking(move || facts.create_replay(wanted)).await;
        let created = created.map_err(|e| error::internal("start a replay", &e))?;
        let replay = created.map_err(|e| error::status(e.kind(), e.reason(), chain(&e)))?;
        let camera = &replay.request.camera;
        info!(target: "audit", user = ?caller.user.username, %camera, "replay started");
        Ok(Response::new(v1::CreateReplayResponse { replay: Some(detection::replay(&replay)) }))
    }

    async fn get_replay(
        &self,
        request: Request<v1::GetReplayRequest>,
    ) -> Result<Response<v1::GetReplayResponse>, Status> {
        let id = detection::parse_replay(&request.get_ref().name).map_err(error::invalid)?;
        let replay = self.0.deps.detection.replay(id).ok_or_else(replay_not_found)?;
        Ok(Response::new(v1::GetReplayResponse { replay: Some(detection::replay(&replay)) }))
    }

    async fn list_replays(
        &self,
        _request: Request<v1::ListReplaysRequest>,
    ) -> Result<Response<v1::ListReplaysResponse>, Status> {
        let mut replays = self.0.deps.detection.replays();
        for replay in &mut replays {
            replay.events.clear();
            replay.baseline_events.clear();
        }
        let replays = replays.iter().map(detection::replay).collect();
        Ok(Response::new(v1::ListReplaysResponse { replays }))
    }

    async fn cancel_replay(
        &self,
        request: Request<v1::CancelReplayRequest>,
    ) -> Result<Response<v1::CancelReplayResponse>, Status> {
        let id = detection::parse_replay(&request.get_ref().name).map_err(error::invalid)?;
        let replay = self.0.deps.detection.cancel_replay(id).ok_or_else(replay_not_found)?;
        Ok(Response::new(v1::CancelReplayResponse { replay: Some(detection::replay(&replay)) }))
    }
}

fn replay_not_found() -> Status {
    let message = "there is no such replay: they are kept until the server stops, the newest 50";
    error::status(ErrorKind::NotFound, "REPLAY_NOT_FOUND", message)
}
