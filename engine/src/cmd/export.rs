//! `ronin export`: a span of footage as files in a folder, made by a running server.

use std::{fs, io::Write, path::Path, process::ExitCode, time::Duration};

use anyhow::Context;
use http_body_util::BodyExt;
use ronin_proto::v1::{
    CancelExportRequest, CreateExportRequest, Export, ExportFile, GetExportRequest, JobState,
    export_service_client::ExportServiceClient,
};
use tonic::transport::Channel;
use tower::Service;
use uuid::Uuid;

use super::client::{self, Bearer, refused};
use crate::cli;

/// Between two questions about how far it is.
const ASK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(args: cli::Export) -> anyhow::Result<ExitCode> {
    let channel = client::connect(&args.server).await?;
    let bearer = client::bearer(&args.server, &channel).await?;
    let mut exports = ExportServiceClient::with_interceptor(channel.clone(), bearer.clone());
    let request = CreateExportRequest {
        cameras: args.camera.iter().map(|id| format!("cameras/{id}")).collect(),
        start_time: Some(client::time(&args.start, "--start")?),
        end_time: Some(client::time(&args.end, "--end")?),
        title: args.title.clone(),
        request_id: Uuid::new_v4().to_string(),
    };
    let created = exports.create_export(request).await.map_err(|s| refused(&s))?;
    let mut export = created.into_inner().export.unwrap_or_default();
    while matches!(state(&export), JobState::Queued | JobState::Running) {
        tokio::select! {
            () = tokio::time::sleep(ASK_EVERY) => {}
            _ = tokio::signal::ctrl_c() => {
                let cancel = CancelExportRequest { name: export.name.clone() };
                exports.cancel_export(cancel).await.map_err(|s| refused(&s))?;
                anyhow::bail!("stopped");
            }
        }
        let ask = GetExportRequest { name: export.name.clone() };
        let answer = exports.get_export(ask).await.map_err(|s| refused(&s))?;
        export = answer.into_inner().export.unwrap_or_default();
        let percent = export.job.as_ref().map(|job| job.progress_percent).unwrap_or_default();
        eprint!("\r{percent:>5.1} %");
    }
    eprintln!();
    if state(&export) != JobState::Succeeded {
        let job = export.job.unwrap_or_default();
        anyhow::bail!("the export did not end well: {}", job.message);
    }
    for remark in &export.remarks {
        eprintln!("{remark}");
    }
    fs::create_dir_all(&args.out)
        .with_context(|| format!("could not make the folder {}", args.out.display()))?;
    for file in &export.files {
        let path = fetch(channel.clone(), &bearer, &args, file).await?;
        println!("{path}");
    }
    Ok(ExitCode::SUCCESS)
}

fn state(export: &Export) -> JobState {
    export.job.as_ref().map(|job| job.state()).unwrap_or_default()
}

/// Fetches a file and returns where it is. What is there is not written over.
async fn fetch(
    mut channel: Channel,
    bearer: &Bearer,
    args: &cli::Export,
    file: &ExportFile,
) -> anyhow::Result<String> {
    let name = Path::new(&file.file_name).file_name().context("a file without a name")?;
    let path = args.out.join(name);
    let doing = || format!("could not write {}", path.display());
    let mut out = fs::File::create_new(&path).with_context(doing)?;
    let uri = format!("{}{}", args.server.server.trim_end_matches('/'), file.path);
    let mut request = http::Request::get(uri);
    if let Some(value) = bearer.header() {
        request = request.header(http::header::AUTHORIZATION, value);
    }
    let request = request.body(tonic::body::Body::empty())?;
    std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
    let answer = channel.call(request).await.context("the server does not answer")?;
    anyhow::ensure!(
        answer.status().is_success(),
        "the server refuses the file: {}",
        answer.status()
    );
    let mut body = answer.into_body();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|s| refused(&s))?;
        if let Some(bytes) = frame.data_ref() {
            out.write_all(bytes).with_context(doing)?;
            size += bytes.len() as u64;
        }
    }
    anyhow::ensure!(
        size == file.size_bytes,
        "{} has {size} of {} bytes: fetch it again from the app, the export is kept",
        path.display(),
        file.size_bytes
    );
    Ok(path.display().to_string())
}
