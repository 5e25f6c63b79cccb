//! The one port of the engine: gRPC, gRPC-web, live pictures, recorded files and the app.
//!
//! Everything is closed unless `access` says otherwise. Commands go through a
//! [`ronin_core::control::Handle`], reads through a [`ronin_store::Store`].
//!
//! Not here: what a command does (the engine), how rows are kept ([`ronin_store`]), media.

mod access;
pub mod auth;
mod beneath;
mod convert;
mod error;
mod facts;
pub mod footage;
mod forecast;
mod grpc;

mod listen;
mod options;
mod service;
mod tls;
mod web;

pub use error::Error;
pub use facts::{DetectionFacts, DetectorFacts, DiskFacts, MachineFacts, SystemFacts};
pub use options::{Dependencies, Options, Tls};
pub use service::Service;
