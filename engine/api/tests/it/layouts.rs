//! Named layouts over the wire.

use prost_types::FieldMask;
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, layout_service_client::LayoutServiceClient,
};
use tonic::Code;

use crate::support::{Server, camera, fields, reason};

fn layout(display_name: &str, cameras: &[&str]) -> v1::Layout {
    let cameras = cameras.iter().map(|id| format!("cameras/{id}")).collect();
    v1::Layout { display_name: display_name.into(), cameras, columns: 2, ..Default::default() }
}

fn create(display_name: &str, cameras: &[&str]) -> v1::CreateLayoutRequest {
    v1::CreateLayoutRequest { layout: Some(layout(display_name, cameras)) }
}

#[tokio::test]
async fn a_layout_is_made_changed_by_its_newest_version_and_removed() {
    let server = Server::start().await;
    let mut cameras = CameraServiceClient::new(server.admin().await);
    for id in ["gate", "barn"] {
        cameras.create_camera(camera(id)).await.unwrap();
    }
    let mut client = LayoutServiceClient::new(server.admin().await);

    let made = client.create_layout(create(" Yard ", &["gate", "barn"])).await.unwrap();
    let made = made.into_inner().layout.unwrap();
    assert_eq!((made.display_name.as_str(), made.updated_by.as_str()), ("Yard", "admin"));
    assert_eq!(made.cameras, ["cameras/gate", "cameras/barn"]);
    let twice = client.create_layout(create("Yard", &["gate"])).await.unwrap_err();
    assert_eq!(
        (twice.code(), reason(&twice)),
        (Code::AlreadyExists, "LAYOUT_ALREADY_EXISTS".into())
    );

    let update_mask = Some(FieldMask { paths: vec!["cameras".into()] });
    let changed = v1::Layout { cameras: vec!["cameras/barn".into()], ..made.clone() };
    let update = v1::UpdateLayoutRequest { layout: Some(changed), update_mask };
    let now = client.update_layout(update.clone()).await.unwrap().into_inner().layout.unwrap();
    assert_eq!((now.cameras.len(), now.columns, now.display_name.as_str()), (1, 2, "Yard"));
    assert_ne!(now.etag, made.etag);
    let stale = client.update_layout(update).await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale)), (Code::Aborted, "LAYOUT_CHANGED".into()));

    // A camera that is removed leaves the layout, which stays.
    let gone = v1::DeleteCameraRequest { name: "cameras/barn".into() };
    cameras.delete_camera(gone).await.unwrap();
    let listed = client.list_layouts(v1::ListLayoutsRequest {}).await.unwrap().into_inner();
    assert_eq!(listed.layouts.len(), 1);
    assert!(listed.layouts[0].cameras.is_empty());

    let name = v1::DeleteLayoutRequest { name: made.name };
    client.delete_layout(name.clone()).await.unwrap();
    let again = client.delete_layout(name).await.unwrap_err();
    assert_eq!((again.code(), reason(&again)), (Code::NotFound, "LAYOUT_NOT_FOUND".into()));
    let listed = client.list_layouts(v1::ListLayoutsRequest {}).await.unwrap().into_inner();
    assert!(listed.layouts.is_empty());
}

#[tokio::test]
async fn layouts_are_bounded_and_what_is_wrong_is_named() {
    let server = Server::start().await;
    let mut client = LayoutServiceClient::new(server.admin().await);
    let wrong = client.create_layout(create("", &[])).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
    assert_eq!(fields(&wrong), ["layout.display_name", "layout.cameras"]);
    for name in ["", "layouts/", "layouts/x", "layouts/../cameras/gate"] {
        let request = v1::DeleteLayoutRequest { name: name.into() };
        let refused = client.delete_layout(request).await.unwrap_err();
        assert_eq!(
            (refused.code(), fields(&refused)),
            (Code::InvalidArgument, vec!["name".into()])
        );
    }

    for n in 0..100 {
        client.create_layout(create(&format!("Layout {n}"), &["gate"])).await.unwrap();
    }
    let many = client.create_layout(create("One more", &["gate"])).await.unwrap_err();
    assert_eq!((many.code(), reason(&many)), (Code::ResourceExhausted, "TOO_MANY_LAYOUTS".into()));
}
