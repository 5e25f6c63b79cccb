//! What the service is given.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use ronin_core::{
    Room, Unindexed, control, detection::Sightings, live::Channels, notice::News,
    playback::ReadFootage, storage::Policy,
};
use ronin_store::Store;

use crate::{
    facts::{DetectionFacts, SystemFacts},
    footage::Footage,
};

/// How the service listens and where its files are.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one, see [`crate::Service::local_addr`].
    pub bind: SocketAddr,
    /// Whether connections are encrypted.
    pub tls: Tls,
    /// Folder of the built app; without it only the API is served.
    pub web_root: Option<PathBuf>,
    /// Folder that the paths of segments are under.
    pub storage_root: PathBuf,
    /// Whether anybody may ask for the API's description (gRPC reflection).
    pub reflection: bool,
}

/// Encryption of connections.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tls {
    /// None: plain HTTP/1.1 and h2c.
    Off,
    /// A certificate that somebody provides.
    Files {
        /// PEM file: the certificate and those that vouch for it.
        cert: PathBuf,
        /// PEM file: its private key.
        key: PathBuf,
    },
    /// A certificate that vouches for itself, made once and kept.
    SelfSigned {
        /// Folder that keeps `cert.pem` and `key.pem`.
        dir: PathBuf,
    },
}

/// What the service works with.
#[derive(Clone)]
pub struct Dependencies {
    /// Commands about cameras, and how they are doing.
    pub control: control::Handle,
    /// Users, sessions and the index of footage.
    pub store: Store,
    /// The live pictures.
    pub live: Channels,
    /// Footage that has no row yet.
    pub unindexed: Unindexed,
    /// Announces what was stored.
    pub news: News,
    /// Room on the disk.
    pub room: Room,
    /// What may be kept of all cameras.
    pub policy: Policy,
    /// Reads recorded files.
    pub files: Arc<dyn ReadFootage>,
    /// What the machine is and has.
    pub system: Arc<dyn SystemFacts>,
    /// What is seen in the newest pictures.
    pub sightings: Sightings,
    /// Models and replays.
    pub detection: Arc<dyn DetectionFacts>,
}

impl Dependencies {
    /// The footage below `storage_root`.
    pub(crate) fn footage(&self, storage_root: Arc<Path>) -> Footage {
        let Self { store, unindexed, files, .. } = self;
        Footage::new(store.clone(), unindexed.clone(), files.clone(), storage_root)
    }
}
