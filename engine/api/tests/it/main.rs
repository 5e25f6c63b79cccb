//! The whole service on a free port, with a temporary store and a control loop of our own.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod auth;
mod away;
mod cameras;
mod closed;
mod coverage;
mod events;
mod files;
mod layouts;
mod limits;
mod live;
mod notices;
mod playback;
mod recordings;
mod secrets;
mod storage;
mod support;
mod system;
mod transport;
