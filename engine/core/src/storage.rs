//! What may be kept of footage.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

/// What may be kept of all cameras.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Oldest footage, where its camera has no limit of its own; `None`: as old as fits.
    pub max_age: Option<Duration>,
    /// Most footage; `None`: as much as fits.
    pub max_bytes: Option<u64>,
    /// What of the disk stays free.
    pub reserve_bytes: u64,
}

/// The limits in force, and where they come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InForce {
    /// The limits.
    pub limits: Limits,
    /// Whether a person set them, over those of the configuration.
    pub is_custom: bool,
}

/// The limits of all cameras, for those who set them and those who keep to them. Cheap to clone;
/// every clone is the same.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    in_force: watch::Sender<InForce>,
    changed: Notify,
}

impl Policy {
    /// The limits of the configuration.
    pub fn new(limits: Limits) -> Self {
        let in_force = watch::Sender::new(InForce { limits, is_custom: false });
        Self(Arc::new(Inner { in_force, changed: Notify::new() }))
    }

    /// What holds now.
    pub fn in_force(&self) -> InForce {
        *self.0.in_force.borrow()
    }

    /// A person set these limits, and they are stored.
    pub fn set(&self, limits: Limits) {
        self.0.in_force.send_replace(InForce { limits, is_custom: true });
        self.0.changed.notify_one();
    }

    /// A span was protected, or is not any more, and that is stored.
    pub fn protections_changed(&self) {
        self.0.changed.notify_one();
    }

    /// Ends when something of it changed since it was last waited for. For one who waits.
    pub async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Follows the limits.
    pub fn watch(&self) -> watch::Receiver<InForce> {
        self.0.in_force.subscribe()
    }
}
