//! A stream of a camera as H.264, for browsers that cannot play it as it comes: made while somebody
//! watches it, and for a moment longer.

use std::{sync::Arc, time::Duration};

use ronin_core::{CameraId, chain, live::Feed};
use ronin_pipelines::rendition;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::sub::unwatched;

/// After a failure: an encoder that others hold comes free, a stream that cannot be decoded changes.
const RETRY: Duration = Duration::from_secs(5);

/// Encodes `input` into `output` for those who watch that, until it is cancelled or the camera is
/// gone.
pub(super) async fn run(
    camera: CameraId,
    input: Arc<Feed>,
    output: Arc<Feed>,
    cancel: CancellationToken,
) {
    tokio::select! {
        biased;
        () = cancel.cancelled() => {}
        () = follow(&camera, &input, &output) => {}
    }
}

async fn follow(camera: &CameraId, input: &Arc<Feed>, output: &Arc<Feed>) {
    let mut demand = output.demand();
    while demand.wait_for(|watching| *watching > 0).await.is_ok() {
        debug!(%camera, "a stream is encoded for browsers");
        let ended = tokio::select! {
            ended = rendition::run(input.watch(true), output.clone()) => ended,
            () = unwatched(&mut demand) => continue,
        };
        match ended {
            Ok(()) => return,
            Err(error) => {
                warn!(%camera, error = chain(&error), "could not encode a stream for browsers");
                sleep(RETRY).await;
            }
        }
    }
}
