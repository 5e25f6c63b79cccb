//! Where supervisors post how their cameras are doing, and the control loop reads it.
//!
//! Only the latest word of each camera counts, so a new one replaces an unread one: nobody waits,
//! and the board is never larger than there are cameras.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ronin_core::{CameraId, CameraStatus};
use tokio::sync::Notify;

/// See the module. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    latest: Mutex<HashMap<CameraId, CameraStatus>>,
    posted: Notify,
}

impl Board {
    /// Replaces what is known of a camera.
    pub fn post(&self, camera: CameraId, status: CameraStatus) {
        self.0.latest.lock().unwrap_or_else(PoisonError::into_inner).insert(camera, status);
        self.0.posted.notify_one();
    }

    /// Waits until something was posted, and takes it all.
    pub async fn take(&self) -> HashMap<CameraId, CameraStatus> {
        loop {
            let latest =
                std::mem::take(&mut *self.0.latest.lock().unwrap_or_else(PoisonError::into_inner));
            if !latest.is_empty() {
                return latest;
            }
            self.0.posted.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use ronin_core::{CameraState, WallTime};

    use super::*;

    #[tokio::test]
    async fn the_latest_word_of_each_camera_is_read_once() {
        let board = Board::default();
        let status = |state| CameraStatus::new(state, WallTime::from_micros(0));
        let (a, b): (CameraId, CameraId) = ("a".parse().unwrap(), "b".parse().unwrap());
        board.post(a.clone(), status(CameraState::Connecting));
        board.post(b, status(CameraState::Disabled));
        board.post(a.clone(), status(CameraState::Streaming));

        let taken = board.take().await;

        assert_eq!(taken.len(), 2);
        assert_eq!(taken[&a].state, CameraState::Streaming);
        assert!(board.take().now_or_never().is_none());
    }
}
