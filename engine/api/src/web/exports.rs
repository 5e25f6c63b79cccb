//! `/exports/{id}/file`: a file of an export, with Range; `?number=2` is the second of several.
//!
//! Its name comes from the row, never from the request.

use std::{io, path::Path as FsPath};

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    response::Response,
};
use http::{HeaderMap, Method, StatusCode};
use ronin_core::{
    JobId, chain,
    job::{self, ExportFile, Made},
};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use tracing::{error, warn};

use super::{Context, segments::Opened, words};

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Which file, from 1.
    number: Option<usize>,
}

/// A file of an export.
pub(super) async fn file(
    State(context): State<Context>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let missing = || words(StatusCode::NOT_FOUND, "there is no such export");
    let Ok(id) = id.parse::<JobId>() else { return missing() };
    let Ok(Query(Wanted { number })) = query else {
        return words(StatusCode::BAD_REQUEST, "say which file as ?number=1, ?number=2 and so on");
    };
    let job = match context.store.job(id).await {
        Ok(Some(job)) => job,
        Ok(None) => return missing(),
        Err(e) => {
            error!(error = %chain(&e), "could not look up an export");
            let text = "the database gives an error: see the log";
            return words(StatusCode::SERVICE_UNAVAILABLE, text);
        }
    };
    let (Some(Made::Export(made)), Some(claim)) = (job.made, job.claim) else {
        return words(StatusCode::CONFLICT, "the export has no files yet: see how it is doing");
    };
    let index = number.unwrap_or(1).checked_sub(1);
    let Some(file) = index.and_then(|index| made.files.get(index)) else {
        return words(StatusCode::NOT_FOUND, "the export has no such file");
    };
    let ExportFile { file_name, .. } = file;
    let path = format!("{}/{file_name}", job::export_folder(claim));
    let root = context.storage_root.clone();
    let opened = spawn_blocking(move || Opened::open(&root, FsPath::new(&path), None)).await;
    match opened.map_err(io::Error::other).flatten() {
        Ok(opened) => {
            let disposition = format!("attachment; filename=\"{file_name}\"");
            opened.answer(&disposition, &method, &headers)
        }
        Err(e) => {
            warn!(export = %id, error = %e, "a file of an export is not there");
            words(StatusCode::NOT_FOUND, "the file of this export is gone from the disk")
        }
    }
}
