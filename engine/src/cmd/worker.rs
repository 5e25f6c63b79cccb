//! `ronin worker`.

use std::process::ExitCode;

use ronin_core::JobKind;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::serve::end_or_exit;
use crate::{cli::Queue, config::Config, worker};

pub(super) async fn run(config: Config, queues: &[Queue]) -> anyhow::Result<ExitCode> {
    ronin_pipelines::init()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let mut kinds: Vec<JobKind> = queues.iter().map(|queue| kind(*queue)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let greeting = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
    let started = move || println!("RoninNVR worker is ready: {greeting}");
    let work = worker::run(config, kinds, stop.clone(), started);
    tokio::pin!(work);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome.map(|()| ExitCode::SUCCESS),
            _ = terminate.recv() => end_or_exit(&stop),
            _ = interrupt.recv() => end_or_exit(&stop),
        }
    }
}

fn kind(queue: Queue) -> JobKind {
    match queue {
        Queue::Export => JobKind::Export,
        Queue::Transcode => JobKind::Transcode,
    }
}
