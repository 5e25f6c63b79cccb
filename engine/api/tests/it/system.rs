//! The server's own numbers and those of a camera's graph, over the wire.

use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, system_service_client::SystemServiceClient,
};
use tonic::Code;

use crate::support::{Server, camera, fields};

#[tokio::test]
async fn the_server_says_what_it_runs_on() {
    let server = Server::start().await;
    let mut system = SystemServiceClient::new(server.admin().await);

    let info = system.get_system_info(v1::GetSystemInfoRequest {}).await.unwrap().into_inner();

    let coder = |coder: &v1::Coder| {
        (coder.name.clone(), coder.device(), (coder.hardware, coder.used, coder.best))
    };
    let encoders: Vec<_> = info.encoder_details.iter().map(coder).collect();
    let vaapi = ("vah264enc".into(), v1::CoderDevice::Vaapi, (true, false, true));
    let software = ("x264enc".into(), v1::CoderDevice::Software, (false, false, false));
    assert_eq!(encoders, [vaapi, software]);
    let decoders: Vec<_> = info.decoder_details.iter().map(coder).collect();
    let software = ("avdec_h264".into(), v1::CoderDevice::Software, (false, true, true));
    assert_eq!(decoders, [software]);
    assert_eq!(info.encoders, ["vah264enc", "x264enc"], "the names alone are there still");

    let database = info.database_details.unwrap();
    assert_eq!(database.kind, "sqlite");
    assert!(database.version().starts_with("3."), "{database:?}");
    assert!(database.size_bytes() > 10_000, "{database:?}");
    let machine = info.machine.unwrap();
    assert_eq!((machine.cores, machine.process_memory_bytes), (4, Some(50_000_000)));
    assert_eq!([machine.load_1m(), machine.load_5m(), machine.load_15m()], [0.5, 1.0, 2.0]);
    assert_eq!(info.detector.unwrap().inference_device, "cpu");
}

#[tokio::test]
async fn a_graph_is_told_in_numbers_and_drawn_and_what_is_not_known_is_left_out() {
    let server = Server::start().await;
    let channel = server.admin().await;
    let mut cameras = CameraServiceClient::new(channel.clone());
    cameras.create_camera(camera("a")).await.unwrap();
    let mut system = SystemServiceClient::new(channel);

    let ask = v1::GetPipelineStatsRequest { camera: "cameras/a".into() };
    let stats = system.get_pipeline_stats(ask).await.unwrap().into_inner();
    let ask = v1::GetPipelineGraphRequest { camera: "cameras/a".into() };
    let graph = system.get_pipeline_graph(ask).await.unwrap().into_inner();

    let [source, record] = stats.branches.as_slice() else { panic!("{stats:?}") };
    assert_eq!((source.frames_per_second, source.bits_per_second), (Some(24.5), Some(2_000_000)));
    assert_eq!((source.most_queued_ms, source.most_queued_bytes), (None, None));
    assert_eq!((record.frames_per_second, record.bits_per_second), (None, None));
    assert_eq!((record.most_queued_ms, record.most_queued_bytes), (Some(900), Some(70_000)));
    let from = stats.source.unwrap();
    assert_eq!((from.transport(), from.tls), (v1::Transport::Udp, false));
    let packets = v1::PacketStats {
        media: "video".into(),
        received: 500,
        lost: 4,
        late: 3,
        duplicates: 2,
        average_jitter_ms: 1.5,
    };
    assert_eq!(from.packets, [packets]);
    assert_eq!((stats.reconnects, stats.last_reconnect_time.unwrap().seconds), (1, 7));
    let fault = stats.last_reconnect_fault.unwrap();
    assert_eq!((&*fault.reason, fault.time), ("STREAM_STALLED", None));
    assert!(!fault.message.is_empty());
    assert!(!graph.run_id.is_empty() && graph.dot.contains("rtspsrc0 -> mp4mux0"), "{graph:?}");
    let elements: Vec<_> =
        graph.elements.iter().map(|e| (&*e.branch, &*e.name, &*e.factory)).collect();
    assert_eq!(elements, [("source", "rtspsrc0", "rtspsrc"), ("record", "mp4mux0", "mp4mux")]);
}

#[tokio::test]
async fn a_camera_without_a_connection_has_no_graph_and_an_unknown_one_is_not_found() {
    let server = Server::start().await;
    let channel = server.admin().await;
    let mut cameras = CameraServiceClient::new(channel.clone());
    let mut off = camera("off");
    off.camera.as_mut().unwrap().enabled = Some(false);
    cameras.create_camera(off).await.unwrap();
    let mut system = SystemServiceClient::new(channel);
    let stats = |camera: &str| v1::GetPipelineStatsRequest { camera: camera.into() };
    let graph = |camera: &str| v1::GetPipelineGraphRequest { camera: camera.into() };

    let seen = system.get_pipeline_stats(stats("cameras/off")).await.unwrap().into_inner();
    assert_eq!((&*seen.run_id, seen.branches.len(), seen.source), ("", 0, None));
    assert_eq!(seen.reconnects, 1, "what was before is told still");
    let drawn = system.get_pipeline_graph(graph("cameras/off")).await.unwrap().into_inner();
    assert_eq!(drawn, v1::GetPipelineGraphResponse::default());

    for (camera, code) in [("cameras/x", Code::NotFound), ("x", Code::InvalidArgument)] {
        let error = system.get_pipeline_graph(graph(camera)).await.unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(system.get_pipeline_stats(stats(camera)).await.unwrap_err().code(), code);
    }
    assert_eq!(fields(&system.get_pipeline_graph(graph("")).await.unwrap_err()), ["camera"]);
    let mut nobody = SystemServiceClient::new(server.channel().await);
    let error = nobody.get_pipeline_graph(graph("cameras/off")).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
}
