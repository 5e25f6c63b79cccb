//! What becomes of the detector's model costs no picture of the recording.

use std::fs;

use ronin_proto::v1::{
    Camera, CreateCameraRequest, DetectorInfo, GetModelRequest, GetSystemInfoRequest,
    ListModelsRequest, ListNoticesRequest, ModelState, NoticeKind,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    footage, wait,
};

use crate::{
    events::{MODEL, model_folder, with_detector},
    sandbox::{BOUND, Sandbox, assert_continuous, source},
};

async fn detector(sandbox: &Sandbox) -> DetectorInfo {
    let info = sandbox.system.clone().get_system_info(GetSystemInfoRequest {}).await.unwrap();
    info.into_inner().detector.unwrap()
}

async fn wait_detector(sandbox: &Sandbox, what: &str, is_it: impl Fn(&DetectorInfo) -> bool) {
    wait::eventually_some(BOUND, what, async || is_it(&detector(sandbox).await).then_some(()))
        .await;
}

async fn pictures(sandbox: &Sandbox) -> u64 {
    let name = format!("models/{MODEL}");
    let model = sandbox.detection().get_model(GetModelRequest { name }).await.unwrap();
    model.into_inner().model.unwrap().pictures
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_broken_replaced_or_gone_costs_no_picture_of_the_recording() {
    let models = model_folder();
    let good = fs::read(models.path().join(MODEL)).unwrap();
    let mut sandbox = with_detector(&models).start().await;
    let people = Pictures::File(footage::street());
    let camera =
        FakeCamera::builder().main_stream(Pictures::SMALL).sub_stream(people).start().unwrap();
    let request = CreateCameraRequest {
        camera_id: "street".into(),
        camera: Some(Camera {
            display_name: "Street".into(),
            main: Some(source(&camera.main_url())),
            sub: Some(source(&camera.sub_url())),
            ..Camera::default()
        }),
        validate_only: false,
    };
    sandbox.cameras.create_camera(request).await.unwrap();
    wait_detector(&sandbox, "the model is loaded", |info| info.available).await;
    let look = || async { (pictures(&sandbox).await > 2).then_some(()) };
    wait::eventually_some(BOUND, "it looks at pictures", look).await;

    // Another content under the same name: the model that was loaded goes on.
    fs::write(models.path().join(MODEL), b"PK no model").unwrap();
    wait_detector(&sandbox, "the refusal", |info| info.degraded).await;
    let info = detector(&sandbox).await;
    assert!(info.available && info.message.contains("goes on"), "{info:?}");
    let before = pictures(&sandbox).await;
    let look = || async { (pictures(&sandbox).await > before).then_some(()) };
    wait::eventually_some(BOUND, "it still looks at pictures", look).await;

    fs::remove_file(models.path().join(MODEL)).unwrap();
    wait_detector(&sandbox, "the loss", |info| info.message.contains(MODEL)).await;
    fs::write(models.path().join(MODEL), &good).unwrap();
    wait_detector(&sandbox, "the recovery", |info| info.available && !info.degraded).await;

    let list = ListNoticesRequest {
        kinds: vec![NoticeKind::DetectorFailed.into(), NoticeKind::DetectorBack.into()],
        ..Default::default()
    };
    let told = || async {
        let notices = sandbox.system.clone().list_notices(list.clone()).await.unwrap();
        let notices = notices.into_inner().notices;
        (notices.first()?.kind() == NoticeKind::DetectorBack).then_some(notices)
    };
    let notices = wait::eventually_some(BOUND, "the news", told).await;
    assert!(notices.iter().any(|notice| notice.kind() == NoticeKind::DetectorFailed));
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("street"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_the_product_runs_and_says_how_to_get_one() {
    let mut sandbox = Sandbox::start().await;
    let info = detector(&sandbox).await;
    assert!(!info.available && !info.degraded);
    assert!(info.message.contains("yolo export"), "{info:?}");
    let models = sandbox.detection().list_models(ListModelsRequest {}).await.unwrap().into_inner();
    assert!(models.models.is_empty() && models.message.contains("RONIN_DETECT_MODEL"));
    assert!(sandbox.stop("TERM").success());

    let empty = tempfile::tempdir().unwrap();
    let mut sandbox = with_detector(&empty).start().await;
    wait_detector(&sandbox, "it is missing", |info| info.degraded && !info.available).await;
    let models = sandbox.detection().list_models(ListModelsRequest {}).await.unwrap().into_inner();
    assert_eq!(models.models[0].state(), ModelState::Failed);
    assert!(models.message.contains(MODEL), "{}", models.message);
    assert!(sandbox.stop("TERM").success());
}
