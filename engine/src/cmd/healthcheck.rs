//! `ronin healthcheck`: the standard gRPC health service, asked once.

use std::process::ExitCode;

use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::client;
use crate::cli::Healthcheck;

pub(super) async fn run(args: Healthcheck) -> anyhow::Result<ExitCode> {
    let channel = client::connect(&args.server).await?;
    let request = HealthCheckRequest { service: String::new() };
    let answer =
        HealthClient::new(channel).check(request).await.map_err(|s| client::refused(&s))?;
    let status = answer.into_inner().status();
    println!("{}", status.as_str_name());
    Ok(if status == ServingStatus::Serving { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
