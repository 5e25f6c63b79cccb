//! `ronin.v1.CameraService`.

use std::{
    collections::HashMap,
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ronin_core::{CameraId, Invalid, WallTime, control};
use ronin_proto::v1::{self, camera_service_server::CameraService};
use tonic::{Request, Response, Status};
use tracing::info;
use uuid::Uuid;

use super::{Context, Messages, caller, watch};
use crate::{
    auth::Caller,
    convert::{camera, name, page, source, status, time, update},
    error,
};

/// Probes of one user at the same time: a person tries one camera, a wizard its two streams. More
/// would make us a port scanner.
const PROBES_AT_ONCE: usize = 2;
/// Attempts at a change that others keep getting in the way of.
const UPDATE_ATTEMPTS: usize = 3;

pub(super) struct Service {
    context: Context,
    probes: Probes,
}

impl Service {
    pub(super) fn new(context: Context) -> Self {
        Self { context, probes: Probes::default() }
    }

    fn control(&self) -> &control::Handle {
        &self.context.deps.control
    }
}

#[tonic::async_trait]
impl CameraService for Service {
    type WatchCamerasStream = Messages<v1::WatchCamerasResponse>;

    async fn list_cameras(
        &self,
        request: Request<v1::ListCamerasRequest>,
    ) -> Result<Response<v1::ListCamerasResponse>, Status> {
        let v1::ListCamerasRequest { page_size, page_token } = request.into_inner();
        let mut invalid = Invalid::default();
        let size = invalid.collect(page::size(page_size)).unwrap_or_default();
        let after = invalid.collect(page::after("cameras", &page_token)).flatten();
        invalid.check().map_err(error::invalid)?;
        let after = after.and_then(|id| id.parse::<CameraId>().ok());
        let cameras = self.control().cameras();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = cameras.range((from, Bound::Unbounded));
        let rows: Vec<_> = rest.by_ref().take(size).map(|(_, view)| view).collect();
        let last = rows.last().filter(|_| rest.next().is_some());
        let next = last.map(|view| page::token("cameras", view.config.id.as_str()));
        Ok(Response::new(v1::ListCamerasResponse {
            cameras: rows.iter().map(|view| camera::to_wire(view)).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn get_camera(
        &self,
        request: Request<v1::GetCameraRequest>,
    ) -> Result<Response<v1::GetCameraResponse>, Status> {
        let id = parse_name(&request.get_ref().name)?;
        let view = self.control().camera(&id).map_err(error::control)?;
        let camera = Some(camera::to_wire(&view));
        Ok(Response::new(v1::GetCameraResponse { camera }))
    }

    async fn create_camera(
        &self,
        request: Request<v1::CreateCameraRequest>,
    ) -> Result<Response<v1::CreateCameraResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let config = camera::create(&request, WallTime::now()).map_err(error::invalid)?;
        if request.validate_only {
            if self.control().camera(&config.id).is_ok() {
                return Err(error::control(control::Error::AlreadyExists(config.id)));
            }
            let camera = Some(camera::settings_to_wire(&config));
            return Ok(Response::new(v1::CreateCameraResponse { camera }));
        }
        let view = self.control().create(config).await.map_err(error::control)?;
        audit(&caller, &view.config.id, "camera added");
        let camera = Some(camera::to_wire(&view));
        Ok(Response::new(v1::CreateCameraResponse { camera }))
    }

    async fn update_camera(
        &self,
        request: Request<v1::UpdateCameraRequest>,
    ) -> Result<Response<v1::UpdateCameraResponse>, Status> {
        let caller = caller(&request)?;
        let v1::UpdateCameraRequest { camera, update_mask } = request.into_inner();
        let missing = || error::invalid(Invalid::new("camera", "say which camera to change"));
        let wanted = camera.ok_or_else(missing)?;
        let id = name::parse_camera(&wanted.name, "camera.name").map_err(error::invalid)?;
        let mut attempts = UPDATE_ATTEMPTS;
        let view = loop {
            let old = self.control().camera(&id).map_err(error::control)?;
            let version = old.config.version;
            if !wanted.etag.is_empty() && wanted.etag != camera::etag(version) {
                return Err(error::control(control::Error::Changed(id)));
            }
            let now = WallTime::now();
            let new = update::apply(&old.config, &wanted, update_mask.as_ref(), now);
            let new = new.map_err(error::invalid)?;
            attempts -= 1;
            match self.control().update(new, version).await {
                Ok(view) => break view,
                Err(control::Error::Changed(_)) if wanted.etag.is_empty() && attempts > 0 => {}
                Err(e) => return Err(error::control(e)),
            }
        };
        audit(&caller, &id, "camera changed");
        let camera = Some(camera::to_wire(&view));
        Ok(Response::new(v1::UpdateCameraResponse { camera }))
    }

    async fn delete_camera(
        &self,
        request: Request<v1::DeleteCameraRequest>,
    ) -> Result<Response<v1::DeleteCameraResponse>, Status> {
        let caller = caller(&request)?;
        let id = parse_name(&request.get_ref().name)?;
        let kept = self.control().delete(id.clone()).await.map_err(error::control)?;
        audit(&caller, &id, "camera removed");
        Ok(Response::new(v1::DeleteCameraResponse {
            kept_segments: kept.segments,
            kept_bytes: kept.bytes,
        }))
    }

    async fn probe_camera(
        &self,
        request: Request<v1::ProbeCameraRequest>,
    ) -> Result<Response<v1::ProbeCameraResponse>, Status> {
        let caller = caller(&request)?;
        let v1::ProbeCameraRequest { source, camera } = request.into_inner();
        let missing = || error::invalid(Invalid::new("source", "say where to connect"));
        let source = source.ok_or_else(missing)?;
        let source = source::from_wire(&source).map_err(|i| error::invalid(i.within("source")));
        let mut source = source?;
        if !camera.is_empty() {
            let id = name::parse_camera(&camera, "camera").map_err(error::invalid)?;
            let view = self.control().camera(&id).map_err(error::control)?;
            let mut stored = [&view.config.main].into_iter().chain(&view.config.sub);
            let kept = stored.any(|stored| source::keep_password(&mut source, stored));
            if !kept && source::lacks_password(&source) && source::has_password(&view.config.main) {
                let text = "type the password: the stored one is for another host or user name";
                return Err(error::invalid(Invalid::new("source.password", text)));
            }
        }
        let _probing = self.probes.begin(caller.user.id)?;
        let probe = self.control().probe(source).await.map_err(error::control)?;
        Ok(Response::new(status::probe(probe)))
    }

    async fn watch_cameras(
        &self,
        request: Request<v1::WatchCamerasRequest>,
    ) -> Result<Response<Self::WatchCamerasStream>, Status> {
        let caller = caller(&request)?;
        let auth = &self.context.auth;
        let (revocations, holds) = (auth.revocations(), watch::still_holds(auth, caller));
        let stream = watch::cameras(self.control().watch(), revocations, holds);
        Ok(Response::new(Box::pin(stream)))
    }

    async fn restart_camera(
        &self,
        request: Request<v1::RestartCameraRequest>,
    ) -> Result<Response<v1::RestartCameraResponse>, Status> {
        let caller = caller(&request)?;
        let id = parse_name(&request.get_ref().name)?;
        self.control().restart(id.clone()).await.map_err(error::control)?;
        audit(&caller, &id, "camera restarted");
        Ok(Response::new(v1::RestartCameraResponse {}))
    }

    async fn get_snapshot(
        &self,
        request: Request<v1::GetSnapshotRequest>,
    ) -> Result<Response<v1::GetSnapshotResponse>, Status> {
        let id = parse_name(&request.get_ref().name)?;
        let snapshot = self.control().snapshot(id).await.map_err(error::control)?;
        Ok(Response::new(v1::GetSnapshotResponse {
            image: snapshot.jpeg.to_vec(),
            mime_type: "image/jpeg".to_owned(),
            time: Some(time::to_wire(snapshot.at)),
        }))
    }
}

fn parse_name(text: &str) -> Result<CameraId, Status> {
    name::parse_camera(text, "name").map_err(error::invalid)
}

fn audit(caller: &Caller, camera: &CameraId, what: &str) {
    info!(target: "audit", user = ?caller.user.username, %camera, "{what}");
}

/// Probes under way by user.
#[derive(Clone, Default)]
struct Probes(Arc<Mutex<HashMap<Uuid, usize>>>);

/// A probe under way.
struct Probing {
    probes: Probes,
    user: Uuid,
}

impl Probes {
    fn begin(&self, user: Uuid) -> Result<Probing, Status> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(user).or_default();
        if *count >= PROBES_AT_ONCE {
            let message = "two of your probes are under way: wait for one to end";
            let wait = Duration::from_secs(2);
            return Err(error::exhausted("TOO_MANY_PROBES", message, wait));
        }
        *count += 1;
        Ok(Probing { probes: self.clone(), user })
    }
}

impl Drop for Probing {
    fn drop(&mut self) {
        let mut running = self.probes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.user);
            }
        }
    }
}
