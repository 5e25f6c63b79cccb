//! Live pictures from a real camera to a viewer over gRPC.

use ronin_proto::v1::{
    LiveFragment, LiveRendition, Source, StreamKind, StreamLiveRequest, StreamLiveResponse,
    UpdateCameraRequest, stream_live_response::Content,
};
use ronin_testkit::{
    camera::{Codec, FakeCamera, MAIN, Pictures},
    ffprobe, numbers,
    relay::{Mode, Relay},
    wait,
};
use tokio::time::timeout;
use tonic::Streaming;

use crate::sandbox::{BOUND, Sandbox, assert_continuous};

const ID: &str = "cam";

fn ask(stream: StreamKind) -> StreamLiveRequest {
    StreamLiveRequest {
        camera: format!("cameras/{ID}"),
        stream: stream.into(),
        sound: false,
        ..Default::default()
    }
}

/// A viewer, and what it was sent since the last beginning.
struct Viewer {
    stream: Streaming<StreamLiveResponse>,
    bytes: Vec<u8>,
    resets: usize,
}

impl Viewer {
    async fn watch(sandbox: &Sandbox, stream: StreamKind) -> Self {
        Self::ask(sandbox, ask(stream)).await
    }

    async fn ask(sandbox: &Sandbox, request: StreamLiveRequest) -> Self {
        let stream = sandbox.live().stream_live(request).await.unwrap().into_inner();
        Self { stream, bytes: Vec::new(), resets: 0 }
    }

    async fn next(&mut self) -> Content {
        let message = timeout(BOUND, self.stream.message()).await.unwrap().unwrap();
        message.unwrap().content.unwrap()
    }

    /// The next picture.
    async fn picture(&mut self) -> LiveFragment {
        loop {
            match self.next().await {
                Content::Init(init) => self.bytes = init.data.to_vec(),
                Content::Fragment(fragment) => {
                    self.bytes.extend(&fragment.data[..]);
                    return fragment;
                }
                Content::Reset(_) => self.resets += 1,
                Content::Heartbeat(_) => {}
            }
        }
    }

    async fn pictures(&mut self, count: usize) {
        for _ in 0..count {
            self.picture().await;
        }
    }

    /// Numbers of the pictures since the last beginning.
    fn numbers(&self, sandbox: &Sandbox) -> Vec<u32> {
        let file = sandbox.folder.path().join("seen.mp4");
        std::fs::write(&file, &self.bytes).unwrap();
        assert_eq!(ffprobe::decode_errors(&file), "");
        numbers::read(&file).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_every_picture_and_goes_on_when_the_camera_is_back() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let relay = Relay::start(camera.addr()).unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add(ID, &relay.url(MAIN)).await;
    sandbox.wait_recording(ID).await;
    let mut viewer = Viewer::watch(&sandbox, StreamKind::Main).await;

    viewer.pictures(75).await;
    let before = viewer.numbers(&sandbox);
    numbers::check_continuous(std::slice::from_ref(&before)).unwrap();
    let last = viewer.picture().await;

    relay.set(Mode::Freeze);
    sandbox.wait_fault(ID, "STREAM_STALLED").await;
    relay.restore();
    let mut last = last;
    let first = loop {
        let picture = viewer.picture().await;
        if viewer.resets > 0 {
            break picture;
        }
        last = picture;
    };
    let times = [&last, &first].map(|fragment| {
        let time = fragment.media_time.unwrap();
        time.seconds as f64 + f64::from(time.nanos) / 1e9
    });
    assert!(first.key_frame && times[1] > times[0] + 1.0, "{times:?}");
    viewer.pictures(50).await;
    let after = viewer.numbers(&sandbox);
    assert!(after[0] > *before.last().unwrap());
    numbers::check_continuous(&[after]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sub_stream_is_connected_while_somebody_watches_it() {
    let small = Pictures::Numbered { fps: 10, gop: 10, width: 96, height: 96 };
    let mut camera =
        FakeCamera::builder().main_stream(Pictures::SMALL).sub_stream(small).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add(ID, &camera.main_url()).await;
    sandbox.wait_recording(ID).await;
    let none = sandbox.live().stream_live(ask(StreamKind::Sub)).await;
    assert!(none.unwrap_err().message().contains("no sub stream"));

    let mut settings = sandbox.camera(ID).await;
    settings.sub = Some(Source { url: camera.sub_url(), ..Source::default() });
    let update_mask = Some(prost_types::FieldMask { paths: vec!["sub".into()] });
    let request = UpdateCameraRequest { camera: Some(settings), update_mask };
    sandbox.cameras.update_camera(request).await.unwrap();
    assert_eq!(camera.connections().current, 1, "nobody watches");

    let (mut one, mut two) = tokio::join!(
        Viewer::watch(&sandbox, StreamKind::Sub),
        Viewer::watch(&sandbox, StreamKind::Sub)
    );
    one.pictures(25).await;
    two.pictures(25).await;
    assert_eq!(camera.connections().current, 2, "one connection for both");
    let file = sandbox.folder.path().join("sub.mp4");
    std::fs::write(&file, &one.bytes).unwrap();
    let probe = ffprobe::probe(&file).unwrap();
    assert_eq!(probe.video().unwrap().width, 96);

    drop((one, two));
    wait::eventually_async(BOUND, "the sub stream let go", || camera.connections().current == 1)
        .await;
    assert_eq!(sandbox.camera(ID).await.status.unwrap().failed_attempts, 0);
    assert!(sandbox.stop("TERM").success());
    camera.stop();
    assert_continuous(&sandbox.files(ID));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_stands_still_holds_up_neither_the_recording_nor_another_viewer() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    // 10 Mbit/s: what the connection can hold is soon full.
    camera.swell_pictures(50_000);
    let mut sandbox = Sandbox::start().await;
    sandbox.add(ID, &camera.main_url()).await;
    sandbox.wait_recording(ID).await;
    let mut still = Viewer::watch(&sandbox, StreamKind::Main).await;
    let mut quick = Viewer::watch(&sandbox, StreamKind::Main).await;

    quick.pictures(8 * 25).await;
    assert_eq!(quick.resets, 0);

    let skipped = timeout(BOUND, async {
        loop {
            if let Content::Heartbeat(beat) = still.next().await
                && beat.skipped_frames > 0
            {
                return beat.skipped_frames;
            }
        }
    });
    assert!(skipped.await.unwrap() > 25);
    let picture = loop {
        if let Content::Fragment(fragment) = still.next().await {
            break fragment;
        }
    };
    assert!(!picture.data.is_empty(), "it goes on");
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files(ID));
}

#[tokio::test(flavor = "multi_thread")]
async fn h265_is_encoded_as_h264_for_those_who_ask_and_the_recording_stays_as_it_is() {
    let camera = FakeCamera::builder()
        .codec(Codec::H265)
        .main_stream(Pictures::SMALL)
        .sub_stream(Pictures::Numbered { fps: 10, gop: 10, width: 96, height: 96 })
        .start()
        .unwrap();
    let mut sandbox = Sandbox::start().await;
    let sub = Some(Source { url: camera.sub_url(), ..Source::default() });
    sandbox.add(ID, &camera.main_url()).await;
    sandbox.wait_recording(ID).await;
    let mut settings = sandbox.camera(ID).await;
    settings.sub = sub;
    let update_mask = Some(prost_types::FieldMask { paths: vec!["sub".into()] });
    let request = UpdateCameraRequest { camera: Some(settings), update_mask };
    sandbox.cameras.update_camera(request).await.unwrap();

    for (kind, width) in [(StreamKind::Main, 160), (StreamKind::Sub, 96)] {
        let rendition = LiveRendition::H264.into();
        let request = StreamLiveRequest { rendition, ..ask(kind) };
        let mut viewer = Viewer::ask(&sandbox, request).await;
        viewer.pictures(60).await;
        numbers::check_continuous(&[viewer.numbers(&sandbox)]).unwrap();
        let probe = ffprobe::probe(&sandbox.folder.path().join("seen.mp4")).unwrap();
        let video = probe.video().unwrap();
        assert_eq!((video.codec.as_str(), video.width), ("h264", width));
    }
    wait::eventually_async(BOUND, "the sub stream let go", || camera.connections().current == 1)
        .await;

    assert!(sandbox.stop("TERM").success());
    let files = sandbox.files(ID);
    assert_continuous(&files);
    assert_eq!(ffprobe::probe(&files[0]).unwrap().video().unwrap().codec, "hevc");
}
