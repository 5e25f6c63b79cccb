//! Between the wire and the domain: everything from outside is checked here, once.
//!
//! Not here: what is done with it (`crate::grpc`).

pub(crate) mod camera;
pub(crate) mod coverage;
pub(crate) mod days;
pub(crate) mod detect;
pub(crate) mod detection;
pub(crate) mod event;
pub(crate) mod export;
pub(crate) mod job;
pub(crate) mod layout;
pub(crate) mod limits;
pub(crate) mod machine;
pub(crate) mod name;
pub(crate) mod notice;
pub(crate) mod page;
pub(crate) mod pipeline;
pub(crate) mod policy;
pub(crate) mod protected;
pub(crate) mod recording;
pub(crate) mod source;
pub(crate) mod status;
pub(crate) mod storage;
pub(crate) mod time;
pub(crate) mod transcode;
pub(crate) mod update;
pub(crate) mod user;
