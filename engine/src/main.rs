//! The program `ronin`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Two providers are compiled in; the first use of TLS would panic without a choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ronin::cmd::run(ronin::cli::Cli::parse())
}
