//! The commands of docs/api.md are run as they stand there.

use std::{fs, path::Path, process::Command};

use ronin_proto::v1::{CreateApiTokenRequest, auth_service_client::AuthServiceClient};
use ronin_testkit::camera::{FakeCamera, Pictures};
use tonic::{Request, transport::Channel};

use crate::sandbox::{PASSWORD, Sandbox};

/// Shell blocks that are marked with a `<!-- test -->` line.
fn marked_commands(document: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for part in document.split("<!-- test -->").skip(1) {
        let Some((_, rest)) = part.split_once("```sh\n") else { continue };
        let Some((command, _)) = rest.split_once("```") else { continue };
        commands.push(command.to_owned());
    }
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn every_marked_command_of_the_api_document_works() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let commands = marked_commands(&fs::read_to_string(document).unwrap());
    assert!(commands.len() >= 20, "only {} commands are marked", commands.len());
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("demo", &camera.main_url()).await;
    sandbox.wait_segments("demo", 1).await;
    let channel = Channel::from_shared(format!("http://{}", sandbox.address)).unwrap();
    let mut auth = AuthServiceClient::new(channel.connect().await.unwrap());
    let mut request =
        Request::new(CreateApiTokenRequest { display_name: "documents".into(), expire_time: None });
    let bearer = format!("Bearer {}", sandbox.token).parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    let token = auth.create_api_token(request).await.unwrap().into_inner();

    for command in commands {
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &command])
            .env("RONIN_ADDRESS", sandbox.address.to_string())
            .env("RONIN_TOKEN", &token.secret)
            .env("TOKEN_ID", &token.api_token.as_ref().unwrap().id)
            .env("PASSWORD", PASSWORD)
            .env("CAMERA_URL", camera.main_url())
            .current_dir(sandbox.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "this does not work:\n{command}\n{said}");
    }
}
