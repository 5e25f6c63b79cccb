//! What a camera shows now, in memory: its pictures as they come ([`Feed`]), and its last HLS
//! segments ([`Window`]). Both belong to the camera and not to a graph, so that viewers stay when a
//! graph is replaced.

mod feed;
mod window;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use self::{
    feed::{Feed, Fragment, Init, Inits, Kind, Message, Reset, Viewing},
    window::{LiveSegment, Window},
};
use crate::{id::CameraId, time::WallTime};

/// What one camera shows. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The main stream as HLS.
    pub window: Arc<Window>,
    /// The pictures of the main stream.
    pub main: Arc<Feed>,
    /// The pictures of the sub stream.
    pub sub: Arc<Feed>,
    /// The main stream as H.264, while somebody watches it.
    pub main_h264: Arc<Feed>,
    /// The sub stream as H.264, while somebody watches it.
    pub sub_h264: Arc<Feed>,
}

impl Channel {
    fn new() -> Self {
        Self {
            window: Arc::new(Window::new(WallTime::now())),
            main: Arc::default(),
            sub: Arc::default(),
            main_h264: Arc::default(),
            sub_h264: Arc::default(),
        }
    }

    fn feeds(&self) -> [&Arc<Feed>; 4] {
        [&self.main, &self.sub, &self.main_h264, &self.sub_h264]
    }
}

/// The channels of all cameras. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Channels(Arc<Mutex<HashMap<CameraId, Channel>>>);

impl Channels {
    /// The channel of a camera; made where there is none.
    pub fn open(&self, camera: &CameraId) -> Channel {
        self.lock().entry(camera.clone()).or_insert_with(Channel::new).clone()
    }

    /// The channel of a camera, where there is one.
    pub fn get(&self, camera: &CameraId) -> Option<Channel> {
        self.lock().get(camera).cloned()
    }

    /// Streams that are encoded for somebody who watches.
    pub fn renditions(&self) -> usize {
        let channels = self.lock();
        let feeds = channels.values().flat_map(|channel| [&channel.main_h264, &channel.sub_h264]);
        feeds.filter(|feed| feed.is_watched()).count()
    }

    /// Forgets the channel of a removed camera; its viewers are told.
    pub fn remove(&self, camera: &CameraId) {
        if let Some(channel) = self.lock().remove(camera) {
            channel.feeds().into_iter().for_each(|feed| feed.close());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CameraId, Channel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;

    #[tokio::test]
    async fn channels_belong_to_cameras() {
        let channels = Channels::default();
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        channels.open(&a).window.push(LiveSegment {
            data: Bytes::from_static(b"G"),
            duration: Duration::from_secs(2),
            start: WallTime::from_micros(0),
        });
        let mut viewing = channels.open(&a).main.watch(false);
        assert!(channels.open(&a).window.playlist().is_some());
        assert!(channels.open(&b).window.playlist().is_none());

        channels.remove(&a);

        assert!(channels.get(&a).is_none());
        assert!(viewing.next().await.is_none(), "a viewer of a removed camera is told");
    }
}
