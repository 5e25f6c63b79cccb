//! The whole service on a free port, with a temporary store and a control loop of our own.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod auth;
mod cameras;
mod closed;
mod files;
mod limits;
mod recordings;
mod secrets;
mod storage;
mod support;
mod transport;
