//! The sub stream of a camera: connected while somebody watches it, and for a moment longer.
//!
//! It has a graph of its own, which records nothing, so nothing that happens to it is felt by the
//! main stream.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_core::{CameraId, Fault, RunId, Source, chain, live::Feed};
use ronin_pipelines::{GraphSpec, graph::Graph};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use super::{life::STABLE_AFTER, supervisor::Context};
use crate::tasks::{Panicked, TaskKind};

/// People change pages and come back.
const LINGER: Duration = Duration::from_secs(10);

/// Follows `source` (`None`: there is no sub stream, or the camera is off) and those who watch
/// `feed`, until the sender of `source` is gone.
pub(super) async fn run(
    context: Context,
    camera: CameraId,
    mut source: watch::Receiver<Option<Source>>,
    feed: Arc<Feed>,
) {
    let mut demand = feed.demand();
    let mut failures = 0;
    loop {
        let Ok(wanted) = source.wait_for(Option::is_some).await.map(|wanted| wanted.clone()) else {
            return;
        };
        let Some(from) = wanted.clone() else { continue };
        tokio::select! {
            open = other(&mut source, &wanted) => match open {
                true => continue,
                false => return,
            },
            _ = demand.wait_for(|watching| *watching > 0) => {}
        }
        let (began, cancel) = (Instant::now(), CancellationToken::new());
        let ended = {
            let graph = start(&context, &camera, from, &feed, &cancel);
            let mut graph = pin!(graph);
            tokio::select! {
                fault = &mut graph => fault,
                _ = other(&mut source, &wanted) => { cancel.cancel(); graph.await }
                () = unwatched(&mut demand) => { cancel.cancel(); graph.await }
            }
        };
        let Some(fault) = ended else {
            failures = 0;
            continue;
        };
        failures = if began.elapsed() >= STABLE_AFTER { 1 } else { failures + 1 };
        let wait = fault.backoff().delay(failures, rand::random());
        info!(%camera, reason = fault.reason(), ?wait, "the sub stream is away");
        tokio::select! {
            () = sleep(wait) => {}
            open = other(&mut source, &wanted) => {
                failures = 0;
                if !open {
                    return;
                }
            }
        }
    }
}

/// One life; ends with its fault, or `None` where it was cancelled.
async fn start(
    context: &Context,
    camera: &CameraId,
    source: Source,
    feed: &Arc<Feed>,
    cancel: &CancellationToken,
) -> Option<Fault> {
    debug!(%camera, "the sub stream is watched");
    let graph = Graph::new(GraphSpec {
        camera: camera.clone(),
        run: RunId::generate(),
        source,
        record: None,
        live: None,
        feed: Some(feed.clone()),
        segments: context.segments.clone(),
        unindexed: context.unindexed.clone(),
        room: context.room.clone(),
        latest: None,
    });
    let graph = match graph {
        Ok(graph) => graph,
        Err(error) => return Some(Fault::Internal { detail: chain(&error) }),
    };
    let task = context.tasks.spawn(TaskKind::Camera, "sub graph", graph.run(cancel.clone()));
    match task.await {
        Ok(Ok(fault)) => fault,
        Ok(Err(Panicked)) | Err(_) => Some(Fault::Internal { detail: "its task panicked".into() }),
    }
}

/// Waits until the source is another than `old`; false where there will be none any more.
async fn other(source: &mut watch::Receiver<Option<Source>>, old: &Option<Source>) -> bool {
    source.wait_for(|now| now != old).await.is_ok()
}

/// Waits until nobody has watched for a while.
pub(super) async fn unwatched(demand: &mut watch::Receiver<usize>) {
    loop {
        if demand.wait_for(|watching| *watching == 0).await.is_err() {
            return;
        }
        if timeout(LINGER, demand.wait_for(|watching| *watching > 0)).await.is_err() {
            return;
        }
    }
}
