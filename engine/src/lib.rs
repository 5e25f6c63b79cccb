//! The engine: puts the other crates together, supervises the cameras, and is the program `ronin`.
//!
//! ```text
//!  run ─┬─ control ─── camera supervisors ─── graphs (ronin_pipelines)
//!       ├─ recorder ── rows (ronin_store)
//!       └─ service ─── RPC, HTTP, app (ronin_api)
//! ```
//! Start and stop order stand in [`run`]. Not here: media, SQL, the wire.

pub mod camera;
pub mod cli;
pub mod cmd;
pub mod config;
pub mod control;
pub mod database;
pub mod detector;
pub mod disk;
pub mod index;
mod jobs;
pub mod memory;
pub mod reclaim;
pub mod reconcile;
pub mod recorder;
pub mod replay;
pub mod run;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod simulation;
pub mod spool;
pub mod storage;
pub mod system;
pub mod tasks;
pub mod worker;
