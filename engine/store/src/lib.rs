//! The database: settings of cameras, the index of footage, people and their sessions. The only
//! crate that names sea-orm.
//!
//! One code for SQLite and Postgres. A function is one question; what it answers with are the
//! words of [`ronin_core`], never rows. The store decides nothing: who may write which table, and
//! when, is said in the architecture document.
//!
//! Not here: the tables' history (`ronin_migrations`), the files that rows point at, how a password
//! or a token is hashed (the API).

mod accounts;
mod cameras;
mod claims;
mod connect;
mod credentials;
mod database;
mod engine_runs;
mod entity;
mod error;
mod events;
mod footage;
mod garbage;
mod jobs;
mod key;
mod layouts;
mod lost;
mod motion;
mod notices;
mod outages;
mod policy;
mod protected;
mod queue;
mod remembered;
mod segments;
mod sessions;
mod store;
mod timeline;
mod tokens;
mod transcode;
mod usage;

#[cfg(test)]
mod tests;

pub use accounts::{Role, User};
pub use database::DatabaseFacts;
pub use error::{Cause, Error};
pub use events::{EventFilter, StoredEvent};
pub use footage::CameraUsage;
pub use jobs::{Inserted, JobCount, JobFilter};
pub use key::MasterKey;
pub use layouts::{Layout, Stored};
pub use motion::MotionFound;
pub use notices::StoredNotice;
pub use outages::Outage;
pub use protected::ProtectedSpan;
pub use queue::Queue;
pub use sessions::SessionRow;
pub use store::Store;
pub use timeline::{CameraTimeline, Gap, cause};
pub use tokens::ApiToken;
pub use transcode::Replaced;

/// What every function of the store returns.
pub type Result<T> = std::result::Result<T, Error>;
