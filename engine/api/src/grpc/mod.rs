//! The services. A handler is decode, one call, encode; conversions are in `crate::convert`.

mod auth;
mod camera;
mod detection;
mod ending;
mod event;
mod export;
mod job;
mod layout;
mod live;
mod recording;
mod storage;
mod system;
mod watch;

use std::{pin::Pin, sync::Arc};

use axum::{Router, middleware};
use futures_util::Stream;
use ronin_core::{CameraId, control};
use ronin_proto::v1;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, service::Routes};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    auth::{Auth, Caller, Gate, gate_grpc},
    convert::name,
    error::{self, Error},
    facts::DiskFacts,
    options::Dependencies,
};

/// What a watch sends.
type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Largest request. The largest real one is a camera of a few KiB.
const REQUEST_MAX_BYTES: usize = 1024 * 1024;

/// What the services share. Cheap to clone.
#[derive(Clone)]
struct Context {
    deps: Dependencies,
    auth: Auth,
    storage_root: Arc<std::path::Path>,
    secure_cookie: bool,
}

impl Context {
    /// A camera is known while it exists, and after that while footage of it does.
    async fn check_known(&self, id: &CameraId) -> Result<(), Status> {
        let Err(unknown) = self.deps.control.camera(id) else { return Ok(()) };
        let newest = self.deps.store.newest_segment(id).await;
        let newest = newest.map_err(|e| error::store("look for footage", e))?;
        match unknown {
            control::Error::NotFound(_) if newest.is_some() => Ok(()),
            unknown => Err(error::control(unknown)),
        }
    }

    /// The cameras that a request names in `cameras`; all, at most 64, where it names none.
    async fn cameras(&self, ids: Vec<CameraId>) -> Result<Vec<CameraId>, Status> {
        if ids.is_empty() {
            let ids: Vec<CameraId> = self.deps.control.cameras().keys().cloned().collect();
            name::check_count(ids.len(), "cameras").map_err(error::invalid)?;
            return Ok(ids);
        }
        for id in &ids {
            self.check_known(id).await?;
        }
        Ok(ids)
    }

    /// The disk; `None` where it does not answer.
    async fn disk(&self) -> Result<Option<DiskFacts>, Status> {
        let system = self.deps.system.clone();
        let disk = spawn_blocking(move || system.disk()).await;
        disk.map_err(|e| error::internal("ask the file system", &e))
    }
}

/// How the services are put together.
pub(crate) struct Setup {
    pub(crate) deps: Dependencies,
    pub(crate) auth: Auth,
    pub(crate) gate: Arc<Gate>,
    pub(crate) storage_root: Arc<std::path::Path>,
    pub(crate) secure_cookie: bool,
    /// Ends every open stream.
    pub(crate) ending: CancellationToken,
}

/// Names of the services, as health knows them; "" is all of them together.
const SERVICES: [&str; 12] = [
    "",
    "ronin.v1.AuthService",
    "ronin.v1.CameraService",
    "ronin.v1.DetectionService",
    "ronin.v1.EventService",
    "ronin.v1.ExportService",
    "ronin.v1.JobService",
    "ronin.v1.LayoutService",
    "ronin.v1.LiveService",
    "ronin.v1.RecordingService",
    "ronin.v1.StorageService",
    "ronin.v1.SystemService",
];

/// The routes of gRPC and gRPC-web, and the reporter of their health.
pub(crate) async fn router(setup: Setup) -> Result<(Router, HealthReporter), Error> {
    let Setup { deps, auth, gate, storage_root, secure_cookie, ending } = setup;
    let context = Context { deps, auth, storage_root, secure_cookie };
    let (reporter, health) = tonic_health::server::health_reporter();
    set_health(&reporter, ServingStatus::Serving).await;

    let auth = v1::auth_service_server::AuthServiceServer::new(auth::Service(context.clone()));
    let camera =
        v1::camera_service_server::CameraServiceServer::new(camera::Service::new(context.clone()));
    let detection = detection::Service(context.clone());
    let detection = v1::detection_service_server::DetectionServiceServer::new(detection);
    let event = event::Service(context.clone());
    let event = v1::event_service_server::EventServiceServer::new(event);
    let export = export::Service(context.clone());
    let export = v1::export_service_server::ExportServiceServer::new(export);
    let job = v1::job_service_server::JobServiceServer::new(job::Service(context.clone()));
    let layout = layout::Service(context.clone());
    let layout = v1::layout_service_server::LayoutServiceServer::new(layout);
    let live = v1::live_service_server::LiveServiceServer::new(live::Service(context.clone()));
    let recording = recording::Service(context.clone());
    let recording = v1::recording_service_server::RecordingServiceServer::new(recording);
    let storage = storage::Service(context.clone());
    let storage = v1::storage_service_server::StorageServiceServer::new(storage);
    let system = v1::system_service_server::SystemServiceServer::new(system::Service(context));
    let mut routes = Routes::new(health.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(auth.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(camera.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(detection.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(event.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(export.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(job.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(layout.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(live.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(recording.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(storage.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(system.max_decoding_message_size(REQUEST_MAX_BYTES));
    if gate.reflection {
        routes = with_reflection(routes)?;
    }
    let router = routes
        .prepare()
        .into_axum_router()
        .reset_fallback()
        .fallback(async || error::unknown_method().into_http::<axum::body::Body>())
        .layer(middleware::from_fn_with_state(gate, gate_grpc))
        .layer(middleware::from_fn_with_state(ending, ending::layer))
        .layer(tonic_web::GrpcWebLayer::new());
    Ok((router, reporter))
}

/// Sets the health of every service.
pub(crate) async fn set_health(reporter: &HealthReporter, status: ServingStatus) {
    for service in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}

/// Both versions, because older clients know v1alpha only; with `google.rpc`, so that clients can
/// show the details of errors.
fn with_reflection(routes: Routes) -> Result<Routes, Error> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(ronin_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let broken = |e| Error::Reflection(Box::new(e));
    let v1 = builder().build_v1().map_err(broken)?;
    let v1alpha = builder().build_v1alpha().map_err(broken)?;
    Ok(routes
        .add_service(v1.max_decoding_message_size(REQUEST_MAX_BYTES))
        .add_service(v1alpha.max_decoding_message_size(REQUEST_MAX_BYTES)))
}

/// Who makes this call. The gate says; a call that reaches a handler without is our mistake.
fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let missing = || error::unauthenticated("CREDENTIAL_MISSING", "sign in first");
    request.extensions().get::<Caller>().cloned().ok_or_else(missing)
}
