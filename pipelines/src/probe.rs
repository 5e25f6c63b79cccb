//! Connects to a source once and says what it offers. The same source code as the camera graphs,
//! so that what the probe says is what the recorder will meet.
//!
//! ```text
//!  rtspsrc ─ depay ─ parse ─ timestamper ─ caps ─ [intake] ─ tee (no branches)
//! ```

use std::time::Duration;

use ronin_core::{CameraId, Fault, Room, RunId, Source, StreamMedia, Unindexed, control::Probe};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    graph::{Graph, GraphSpec},
    snapshot,
};

/// Sound may come later than the first picture; so long we wait for it.
const SOUND_WAIT: Duration = Duration::from_millis(1500);

/// A key frame may be far away; so long a person may be kept waiting.
const PICTURE_WAIT: Duration = Duration::from_secs(20);

/// A main stream below this is worth a word.
const SMALL_WIDTH: u32 = 640;

/// Connects to `source`, names its streams and takes a picture. Takes up to 20 s.
pub async fn probe(source: &Source) -> Result<Probe, Fault> {
    let internal =
        |e: &(dyn std::error::Error + 'static)| Fault::Internal { detail: ronin_core::chain(e) };
    let (segments, _unused) = mpsc::channel(1);
    let camera: CameraId = "probe".parse().map_err(|e: ronin_core::Invalid| internal(&e))?;
    let graph = Graph::new(GraphSpec {
        camera,
        run: RunId::generate(),
        source: source.clone(),
        record: None,
        live: None,
        feed: None,
        segments,
        unindexed: Unindexed::default(),
        room: Room::default(),
        latest: None,
    })
    .map_err(|e| internal(&e))?;

    let (mut status, tap) = (graph.status(), graph.tap());
    let cancel = CancellationToken::new();
    let seen = async {
        let _ = timeout(PICTURE_WAIT, status.wait_for(|s| s.streaming)).await;
        let _ = timeout(SOUND_WAIT, status.wait_for(|s| s.streams.len() > 1)).await;
        let seen = status.borrow().clone();
        cancel.cancel();
        seen
    };
    let (fault, seen) = tokio::join!(
        async {
            let fault = graph.run(cancel.clone()).await;
            // The status sender is gone now, so `seen` ends in any case.
            fault
        },
        seen
    );
    if let Some(fault) = fault {
        return Err(fault);
    }
    if !seen.streaming {
        // The graph would go on waiting.
        return Err(Fault::NoKeyFrame);
    }

    let mut warnings = seen.warnings;
    let snapshot = match tap.key_frame() {
        Some(frame) => {
            let picture = tokio::task::spawn_blocking(move || snapshot::jpeg(&frame)).await;
            match picture {
                Ok(Ok(jpeg)) => Some(jpeg),
                Ok(Err(error)) => {
                    warnings.push(error.to_string());
                    None
                }
                Err(panic) => {
                    warn!(%panic, "the picture decoder panicked");
                    None
                }
            }
        }
        None => None,
    };
    advise(&seen.streams, &mut warnings);
    Ok(Probe { streams: seen.streams, snapshot, warnings })
}

fn advise(streams: &[ronin_core::MediaStream], warnings: &mut Vec<String>) {
    let mut has_audio = false;
    for stream in streams {
        match stream.media {
            StreamMedia::Video { width, .. } => {
                if (1..SMALL_WIDTH).contains(&width) {
                    warnings.push(format!(
                        "the picture is only {width} pixels wide: is this the camera's sub stream?"
                    ));
                }
                if stream.codec.starts_with("H.265") {
                    warnings.push(
                        "H.265 is recorded as it is, but not every browser can show it".to_owned(),
                    );
                }
            }
            StreamMedia::Audio { .. } => has_audio = true,
        }
    }
    if !has_audio {
        warnings.push("no sound: recordings will be silent".to_owned());
    }
}
