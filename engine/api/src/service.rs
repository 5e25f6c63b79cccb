//! Puts everything on one port, and takes it off again.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use ronin_core::ErrorKind;
use ronin_store::Store;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};
use tracing::{info, warn};

use crate::{
    auth::{Auth, Gate, Hasher, PATIENCE, SecretToken},
    error::Error,
    grpc,
    listen::{self, Limiter},
    options::{Dependencies, Options, Tls},
    tls, web,
};

/// Open connections get so long to end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// The server, listening and not yet answering.
pub struct Service {
    listener: TcpListener,
    local_addr: SocketAddr,
    tls: Option<RustlsConfig>,
    app: Router,
    health: HealthReporter,
    setup_token: Option<String>,
    ending: CancellationToken,
}

impl Service {
    /// Listens and prepares everything. A port in use and a bad certificate are found here.
    pub async fn bind(options: Options, deps: Dependencies) -> Result<Self, Error> {
        let Options { bind: address, tls, web_root, storage_root, reflection } = options;
        let bind = |source| Error::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let local_addr = listener.local_addr().map_err(bind)?;

        let secure_cookie = tls != Tls::Off;
        let tls = tls::config(&tls).await?;
        let hasher = Hasher::new().await.map_err(Error::Password)?;
        let set_up = is_set_up(&deps.store).await?;
        let token =
            if set_up { None } else { Some(SecretToken::session().map_err(Error::Password)?) };
        let setup_token = token.as_ref().map(|token| token.expose().to_owned());
        let auth = Auth::new(deps.store.clone(), hasher, token);
        let gate = Arc::new(Gate { auth: auth.clone(), reflection });
        let storage_root: Arc<std::path::Path> = storage_root.into();
        let ending = CancellationToken::new();

        let context = web::Context::new(&deps, storage_root.clone());
        let http = web::router(context, gate.clone(), web_root);
        let (grpc, health) = grpc::router(grpc::Setup {
            deps,
            auth,
            gate,
            storage_root,
            secure_cookie,
            ending: ending.clone(),
        })
        .await?;
        let app = web::join(grpc, http);
        Ok(Self { listener, local_addr, tls, app, health, setup_token, ending })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The one-time token for making the first administrator, where there is none yet.
    pub fn setup_token(&self) -> Option<String> {
        self.setup_token.clone()
    }

    /// Answers until `cancel`. Then health says so, open streams end at once, and other requests
    /// get up to 5 s.
    pub async fn serve(self, cancel: CancellationToken) -> Result<(), Error> {
        let Self { listener, local_addr, tls, app, health, ending, .. } = self;
        let handle = Handle::new();
        info!(address = %local_addr, tls = tls.is_some(), "listening");
        let serve = listen_on(listener, tls, app, handle.clone());
        let stop = async {
            cancel.cancelled().await;
            grpc::set_health(&health, ServingStatus::NotServing).await;
            ending.cancel();
            handle.graceful_shutdown(Some(GRACE));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            result = serve => result.map_err(Error::Serve),
            () = stop => Ok(()),
        }
    }
}

/// Whether an administrator exists. Where the database does not answer it is taken for granted:
/// then nobody can make one.
async fn is_set_up(store: &Store) -> Result<bool, Error> {
    match timeout(PATIENCE, store.has_users()).await {
        Ok(Err(e)) if e.kind() != ErrorKind::Unavailable => Err(Error::Store(Box::new(e))),
        Ok(Ok(has_users)) => Ok(has_users),
        Ok(Err(_)) | Err(_) => {
            warn!("the database does not answer: going on as set up");
            Ok(true)
        }
    }
}

async fn listen_on(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Router,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let limiter = Limiter::default();
    match tls {
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).acceptor(limiter);
            let mut server = axum_server::from_tcp(listener)?.acceptor(acceptor).handle(handle);
            listen::tune(server.http_builder());
            server.serve(app).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.acceptor(limiter).handle(handle);
            listen::tune(server.http_builder());
            server.serve(app).await
        }
    }
}
