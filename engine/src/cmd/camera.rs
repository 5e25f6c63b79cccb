//! `ronin camera`: the cameras of a running server, over its API.

use std::process::ExitCode;

use ronin_proto::v1::{
    Camera, CameraState, CreateCameraRequest, DeleteCameraRequest, ListCamerasRequest, Source,
    Transport, WatchCamerasRequest, camera_service_client::CameraServiceClient,
    watch_cameras_response::Event,
};
use tonic::{service::interceptor::InterceptedService, transport::Channel};

use super::client::{self, Bearer, refused};
use crate::cli::{self, CameraCommand};

type Client = CameraServiceClient<InterceptedService<Channel, Bearer>>;

pub(super) async fn run(args: cli::Camera) -> anyhow::Result<ExitCode> {
    let channel = client::connect(&args.server).await?;
    let bearer = client::bearer(&args.server, &channel).await?;
    let mut client = CameraServiceClient::with_interceptor(channel, bearer);
    match args.command {
        CameraCommand::List => list(&mut client).await?,
        CameraCommand::Watch => watch(&mut client).await?,
        CameraCommand::Remove { id } => {
            let request = DeleteCameraRequest { name: format!("cameras/{id}") };
            let kept = client.delete_camera(request).await.map_err(|s| refused(&s))?.into_inner();
            println!(
                "removed {id}; {} recorded segments stay ({} MiB)",
                kept.kept_segments,
                kept.kept_bytes >> 20
            );
        }
        CameraCommand::Add { name, url, id, sub, password, udp, dry_run } => {
            let transport = if udp { Transport::Udp } else { Transport::Tcp };
            let source = |url: String| Source {
                url,
                password: password.clone().unwrap_or_default(),
                transport: transport.into(),
                ..Source::default()
            };
            let camera = Camera {
                display_name: name,
                main: Some(source(url)),
                sub: sub.map(source),
                ..Camera::default()
            };
            let request = CreateCameraRequest {
                camera_id: id.unwrap_or_default(),
                camera: Some(camera),
                validate_only: dry_run,
            };
            let added = client.create_camera(request).await.map_err(|s| refused(&s))?.into_inner();
            if let Some(camera) = added.camera {
                println!("{} {}", if dry_run { "could add" } else { "added" }, camera.id);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &mut Client) -> anyhow::Result<()> {
    let mut page_token = String::new();
    loop {
        let request = ListCamerasRequest { page_size: 0, page_token };
        let page = client.list_cameras(request).await.map_err(|s| refused(&s))?.into_inner();
        for camera in &page.cameras {
            println!("{}", line(camera));
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}

async fn watch(client: &mut Client) -> anyhow::Result<()> {
    let stream = client.watch_cameras(WatchCamerasRequest {}).await.map_err(|s| refused(&s))?;
    let mut stream = stream.into_inner();
    while let Some(message) = stream.message().await.map_err(|s| refused(&s))? {
        match message.event {
            Some(Event::Snapshot(all)) => all.cameras.iter().for_each(|c| println!("{}", line(c))),
            Some(Event::Changed(camera)) => println!("{}", line(&camera)),
            Some(Event::Removed(name)) => println!("{name} removed"),
            Some(Event::Heartbeat(_)) | None => {}
        }
    }
    Ok(())
}

/// One camera on one line: id, state, and what is wrong or what it sends.
fn line(camera: &Camera) -> String {
    let Some(status) = &camera.status else { return camera.id.clone() };
    let state = match status.state() {
        CameraState::Disabled => "off",
        CameraState::Connecting => "connecting",
        CameraState::Streaming if status.recording => "recording",
        CameraState::Streaming => "streaming",
        CameraState::Backoff => "waiting",
        CameraState::Stopping => "stopping",
        CameraState::Unspecified => "unknown",
    };
    let detail = match (&status.fault, status.streams.first()) {
        (Some(fault), _) => format!("{}: {}", fault.reason, fault.message),
        (None, Some(video)) => format!("{} {}x{}", video.codec, video.width, video.height),
        (None, None) => String::new(),
    };
    format!("{:<20} {state:<10} {detail}", camera.id).trim_end().to_owned()
}
