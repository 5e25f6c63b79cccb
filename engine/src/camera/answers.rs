//! What a supervisor answers: looks into its graph, each on a blocking thread, so that the
//! camera's life goes on meanwhile. A caller that went away needs no answer.

use ronin_core::{
    CameraConfig,
    control::{Error, Snapshot},
    status::{BranchStats, GraphDrawing, PipelineStats, Reconnects, SeenFault},
};
use ronin_pipelines::graph::Tap;
use tokio::task::spawn_blocking;

use super::handle::Reply;

/// Numbers of the pictures' way, with what is `looked` at beside it.
pub(super) fn stats(
    tap: Option<Tap>,
    looked: Option<BranchStats>,
    reconnects: Reconnects,
    reply: Reply<PipelineStats>,
) {
    spawn_blocking(move || {
        let graph = tap.map(|tap| {
            let mut stats = tap.stats();
            stats.branches.extend(looked);
            stats
        });
        let _ = reply.send(Ok(PipelineStats { graph, reconnects }));
    });
}

/// A drawing of the graph.
pub(super) fn drawing(tap: Option<Tap>, reply: Reply<Option<GraphDrawing>>) {
    spawn_blocking(move || {
        let _ = reply.send(Ok(tap.map(|tap| tap.drawing())));
    });
}

/// The latest key frame as a picture; where there is none, what ails the camera.
pub(super) fn snapshot(
    tap: Option<Tap>,
    config: &CameraConfig,
    fault: Option<&SeenFault>,
    reply: Reply<Snapshot>,
) {
    let Some(frame) = tap.and_then(|tap| tap.key_frame()) else {
        let error = match fault {
            Some(seen) => Error::Camera {
                fault: seen.fault.clone(),
                message: seen.fault.message(&config.main),
            },
            None => Error::NoPicture(config.id.clone()),
        };
        let _ = reply.send(Err(error));
        return;
    };
    spawn_blocking(move || {
        let at = frame.at;
        let picture = ronin_pipelines::jpeg(&frame);
        let snapshot = picture.map(|jpeg| Snapshot { jpeg, at }).map_err(|source| {
            Error::Internal { doing: "take a picture of the camera", source: source.into() }
        });
        let _ = reply.send(snapshot);
    });
}
