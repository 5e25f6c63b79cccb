//! `ronin serve`.

use std::{net::SocketAddr, process::ExitCode};

use ronin_api::Tls;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{config::Config, run};

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    ronin_pipelines::init()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let encrypted = config.tls != Tls::Off;
    let has_app = config.web_root.is_some();
    let (started_tx, mut started) = oneshot::channel();
    let engine = run::run(config, stop.clone(), started_tx);
    tokio::pin!(engine);
    let mut greeted = false;
    loop {
        tokio::select! {
            outcome = &mut engine => return outcome.map(|()| ExitCode::SUCCESS),
            facts = &mut started, if !greeted => {
                greeted = true;
                if let Ok(facts) = facts {
                    greet(facts.address, facts.setup_token.as_deref(), encrypted, has_app);
                }
            }
            _ = terminate.recv() => end_or_exit(&stop),
            _ = interrupt.recv() => end_or_exit(&stop),
        }
    }
}

/// The first signal finishes every file; the second ends at once.
pub(super) fn end_or_exit(stop: &CancellationToken) {
    if stop.is_cancelled() {
        warn!("second signal: ending at once");
        std::process::exit(130);
    }
    stop.cancel();
}

/// Says where to sign in, on stdout, where people and scripts look.
fn greet(address: SocketAddr, setup_token: Option<&str>, encrypted: bool, has_app: bool) {
    let scheme = if encrypted { "https" } else { "http" };
    let host = match address.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        ip if ip.is_ipv6() => format!("[{ip}]"),
        ip => ip.to_string(),
    };
    let url = format!("{scheme}://{host}:{}", address.port());
    println!("RoninNVR is ready: {url}");
    if !has_app {
        println!("The app is not built: only the API is served (see README.md)");
    }
    if let Some(token) = setup_token {
        println!("First start. Make the administrator here: {url}/setup?token={token}");
        println!("Set-up token: {token}");
    }
}
