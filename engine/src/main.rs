//! The program `ronin`.

use std::process::ExitCode;

use clap::Parser;

/// Blocks from this size on are given back to the system when they are freed. What the detector works
/// with is smaller: fetched anew for each picture, it made one take 55 ms in place of 20.
const LARGE_BLOCK_BYTES: i32 = 4 << 20;
/// What is free at the end of the heap may be as much: what the detector took for the last picture, it
/// takes for the next.
const KEPT_BYTES: i32 = 64 << 20;
/// Pools that small blocks come from. One for each of hundreds of threads would each keep a slack.
const ARENAS: i32 = 2;

fn main() -> ExitCode {
    tame_the_allocator();
    // Two providers are compiled in; the first use of TLS would panic without a choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ronin::cmd::run(ronin::cli::Cli::parse())
}

/// Keeps what is large and comes and goes, live segments and what the detector works with, from leaving
/// holes in the heap, and from being fetched from the system each time (docs/performance.md).
#[expect(unsafe_code, reason = "glibc offers no other way but the environment")]
fn tame_the_allocator() {
    // SAFETY: plain settings of the allocator, before there is any other thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}
