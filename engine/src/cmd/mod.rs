//! The subcommands, one file each. Here: logging, the runtime, and how a failure is told.

mod camera;
mod check;
mod client;
mod coder;
mod config;
mod coverage;
mod export;
mod healthcheck;
mod jobs;
mod migrate;
mod probe;
mod replay;
mod serve;
mod worker;

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::{
    cli::{Cli, Command, ConfigAction, WithSettings},
    config::{Config, LogFormat},
};

/// Runs a command; prints why it failed and what to do.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ronin: could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(dispatch(cli.command));
    // Threads that hang in a library must not keep the program from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ronin: {}", ronin_core::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(load(args)?).await,
        Command::Worker(args) => worker::run(load(args.with)?, &args.queues).await,
        Command::Probe(args) => probe::run(args).await,
        Command::Camera(args) => camera::run(args).await,
        Command::Coverage(args) => coverage::run(args).await,
        Command::Replay(args) => replay::run(args).await,
        Command::Export(args) => export::run(args).await,
        Command::Jobs(args) => jobs::run(args).await,
        Command::Check(args) => {
            let crate::cli::Check {
                rebuild,
                mark_missing,
                accept_storage,
                fragments,
                content,
                with,
            } = args;
            let what = check::What { rebuild, mark_missing, accept_storage, fragments, content };
            check::run(load(with)?, what).await
        }
        Command::Migrate(args) => migrate::run(load(args.with)?, args.status).await,
        Command::Config(args) => match args.command {
            ConfigAction::Check(args) => Ok(config::check(*args)),
        },
        Command::Healthcheck(args) => healthcheck::run(args).await,
        Command::Coder => Ok(coder::run()),
    }
}

fn load(args: WithSettings) -> anyhow::Result<Config> {
    let config = Config::load(args.settings, args.config.as_deref())?;
    start_logging(&config.log, config.log_format)?;
    Ok(config)
}

/// Logs go to stderr; stdout is for what was asked for.
fn start_logging(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        anyhow::anyhow!("the log filter {filter:?} cannot be read: {error}. Try info or debug")
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
