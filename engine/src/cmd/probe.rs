//! `ronin probe`.

use std::process::ExitCode;

use anyhow::Context;
use ronin_core::{Credentials, MediaStream, Source, StreamMedia, Transport};

use crate::cli::Probe;

pub(super) async fn run(args: Probe) -> anyhow::Result<ExitCode> {
    ronin_pipelines::init()?;
    let mut source = Source::parse_url(&args.url)?;
    if let Some(password) = &args.password {
        let username = source.credentials.as_ref().map(|c| c.username.clone()).unwrap_or_default();
        source.credentials = Credentials::parse(&username, password)?;
    }
    if args.udp {
        source.transport = Transport::Udp;
    }
    source.allow_basic_auth = args.allow_basic;

    let probe = match ronin_pipelines::probe::probe(&source).await {
        Ok(probe) => probe,
        Err(fault) => {
            eprintln!("{}: {}", fault.reason(), fault.message(&source));
            return Ok(ExitCode::FAILURE);
        }
    };
    for stream in &probe.streams {
        println!("{}", describe(stream));
    }
    for warning in &probe.warnings {
        println!("note: {warning}");
    }
    if let Some(path) = &args.snapshot {
        let picture = probe.snapshot.context("the camera gave no picture to save")?;
        std::fs::write(path, &picture)
            .with_context(|| format!("could not write {}", path.display()))?;
        println!("picture: {}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(stream: &MediaStream) -> String {
    match stream.media {
        StreamMedia::Video { width, height, frames_per_second } => {
            let rate = match frames_per_second {
                rate if rate > 0.0 => format!(", {rate} fps"),
                _ => String::new(),
            };
            format!("video: {}, {width}x{height}{rate}", stream.codec)
        }
        StreamMedia::Audio { sample_rate_hz, channels } => {
            format!("audio: {}, {sample_rate_hz} Hz, {channels} channel(s)", stream.codec)
        }
    }
}
