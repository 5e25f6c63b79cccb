//! Room on the disk, as the recorder and the reclaimer see it: one threshold for both.
//!
//! The reclaimer looks at the disk and says whether there is room; record branches write while there
//! is, and say at once when a write finds none. Nobody waits for anybody.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use tokio::sync::Notify;

/// See the module. Cheap to clone; every clone is the same disk.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_full: AtomicBool,
    is_away: AtomicBool,
    proof: OnceLock<PathBuf>,
    written_bytes: AtomicU64,
    wanted: Notify,
}

impl Room {
    /// Bytes of footage were written.
    pub fn wrote(&self, bytes: u64) {
        self.0.written_bytes.fetch_add(bytes, Relaxed);
    }

    /// Bytes of footage written since the start.
    pub fn written_bytes(&self) -> u64 {
        self.0.written_bytes.load(Relaxed)
    }

    /// A write found no space: somebody should make some now.
    pub fn want(&self) {
        self.0.wanted.notify_one();
    }

    /// Ends when space was wanted since it was last waited for.
    pub async fn wanted(&self) {
        self.0.wanted.notified().await;
    }

    /// Says whether the free space is below the reserve with nothing left that may be deleted.
    /// Recording pauses for as long as it is. True where this is news.
    pub fn set_full(&self, is_full: bool) -> bool {
        self.0.is_full.swap(is_full, Relaxed) != is_full
    }

    /// Whether recording pauses for want of space.
    pub fn is_full(&self) -> bool {
        self.0.is_full.load(Relaxed)
    }

    /// Says whether the storage is not there, or another than it should be: an empty folder where a
    /// disk was mounted. Recording pauses for as long as it is. True where this is news.
    pub fn set_away(&self, is_away: bool) -> bool {
        self.0.is_away.swap(is_away, Relaxed) != is_away
    }

    /// Whether recording pauses because the storage is not there.
    pub fn is_away(&self) -> bool {
        self.0.is_away.load(Relaxed)
    }

    /// Names a file that is there for as long as the storage is. Once.
    pub fn set_proof(&self, proof: PathBuf) {
        let _ = self.0.proof.set(proof);
    }

    /// Looks whether the storage is there now: before a file is begun, lest it is begun in the empty
    /// folder beneath a disk that is not mounted.
    pub fn is_proven(&self) -> bool {
        self.0.proof.get().is_none_or(|proof| proof.exists())
    }

    /// Whether recording pauses, for whatever reason.
    pub fn is_closed(&self) -> bool {
        self.is_full() || self.is_away()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    use super::*;

    fn is_wanted(room: &Room) -> bool {
        pin!(room.wanted()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_want_is_heard_once_and_a_state_is_news_once() {
        let room = Room::default();
        assert!(!is_wanted(&room));
        room.want();
        room.want();
        assert!(is_wanted(&room));
        assert!(!is_wanted(&room));

        assert!(room.set_full(true) && !room.set_full(true) && room.is_full());
        assert!(room.is_closed() && !room.is_away());
        assert!(room.set_full(false) && !room.is_full() && !room.is_closed());
        assert!(room.set_away(true) && room.is_closed());
    }
}
