//! The whole product over real connections: the program `ronin` as people start it, cameras that
//! speak RTSP, clients that speak gRPC. What is in a file is read back from its pictures.
//!
//! `RONIN_TEST_SIZE=full` makes the long runs as long as the promises are; without it they are
//! shorter and test the same.

#![allow(clippy::unwrap_used, reason = "tests")]

mod abuse;
mod camera_faults;
mod command_line;
mod crash;
mod database;
mod deploy;
mod detector;
mod disk;
mod disk_words;
mod documents;
mod events;
mod exports;
mod invariants;
mod live;
mod manifests;
mod matrix;
mod motion;
mod recording;
mod retention;
mod sandbox;
mod soak;
mod stopping;
mod storage;
mod transcode;
mod watchers;
mod workers;
