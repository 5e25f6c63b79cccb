//! The wire: messages, clients and servers generated from `ronin/v1/*.proto`.
//!
//! Not here: any logic. Conversions to domain types are in `ronin_api::convert`.
#![allow(missing_docs, clippy::all, unreachable_pub, rust_2018_idioms)]

/// Package `ronin.v1`.
pub mod v1 {
    tonic::include_proto!("ronin.v1");
}

/// The compiled descriptors of every file, for server reflection and for tests that walk the API.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
