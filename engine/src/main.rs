//! The program `ronin`.

use std::process::ExitCode;

use clap::Parser;

/// Blocks from this size on are given back to the system when they are freed.
const LARGE_BLOCK_BYTES: i32 = 256 << 10;
/// Pools that small blocks come from. One for each of hundreds of threads would each keep a slack.
const ARENAS: i32 = 2;

fn main() -> ExitCode {
    tame_the_allocator();
    // Two providers are compiled in; the first use of TLS would panic without a choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ronin::cmd::run(ronin::cli::Cli::parse())
}

/// Keeps live segments, megabytes that come and go every second or two for each camera, from leaving
/// holes in the heap: measured, 62 MB a camera become 36 at 8 cameras.
#[expect(unsafe_code, reason = "glibc offers no other way but the environment")]
fn tame_the_allocator() {
    // SAFETY: plain settings of the allocator, before there is any other thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE_BLOCK_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}
