//! What becomes of the detector's model costs no picture of the recording.

use std::{
    fs,
    io::{Cursor, Read, Write},
};

use ronin_proto::v1::{
    Camera, CreateCameraRequest, DetectorInfo, GetModelRequest, GetSystemInfoRequest,
    ListModelsRequest, ListNoticesRequest, Model, ModelState, NoticeKind,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    footage, wait,
};
use zip::{ZipArchive, ZipWriter, write::FileOptions};

use crate::{
    events::{MODEL, model_folder, with_detector},
    sandbox::{BOUND, Sandbox, assert_continuous, full_size, source},
};

/// Gives up over a picture with something bright in it.
const FAILING: &str = "
    y = torch.max(x)
    assert bool(torch.le(y, 0.6)), \"too bright\"
";
/// Comes to no end over a picture with something bright in it; the empty one of loading has not.
const HANGING: &str = "
    y = torch.max(x)
    while bool(torch.gt(y, 0.6)):
      y = torch.max(torch.abs(x))
";

/// Takes longer over each picture than pictures take to come: many passes over the input, in place.
fn slow() -> String {
    let pass = "    z = torch.sin_(z)\n";
    format!("\n    z = torch.abs(x)\n{}    y = torch.max(z)\n", pass.repeat(400))
}

async fn detector(sandbox: &Sandbox) -> DetectorInfo {
    let info = sandbox.system.clone().get_system_info(GetSystemInfoRequest {}).await.unwrap();
    info.into_inner().detector.unwrap()
}

async fn wait_detector(sandbox: &Sandbox, what: &str, is_it: impl Fn(&DetectorInfo) -> bool) {
    wait::eventually_some(BOUND, what, async || is_it(&detector(sandbox).await).then_some(()))
        .await;
}

async fn model(sandbox: &Sandbox) -> Model {
    let name = format!("models/{MODEL}");
    let model = sandbox.detection().get_model(GetModelRequest { name }).await.unwrap();
    model.into_inner().model.unwrap()
}

async fn pictures(sandbox: &Sandbox) -> u64 {
    model(sandbox).await.pictures
}

async fn wait_model(sandbox: &Sandbox, what: &str, is_it: impl Fn(&Model) -> bool) {
    wait::eventually_some(BOUND, what, async || is_it(&model(sandbox).await).then_some(())).await;
}

/// The model with `lines` before everything else that it does; they leave a number in `y`.
fn doing_first(model: &[u8], lines: &str) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(model)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let mut changed = 0;
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let name = entry.name().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with(".py") {
            let code = str::from_utf8(&bytes).unwrap();
            let (head, body) = code.split_once("x: Tensor) -> Tensor:\n").unwrap();
            // What is used nowhere is left out.
            let body = body.replacen("(x,", "(torch.add(x, torch.mul(y, 0)),", 1);
            bytes = format!("{head}x: Tensor) -> Tensor:{lines}{body}").into_bytes();
            changed += 1;
        }
        let stored = FileOptions::default().compression_method(zip::CompressionMethod::Stored);
        new.start_file(name, stored).unwrap();
        new.write_all(&bytes).unwrap();
    }
    assert_eq!(changed, 1, "the script of the model");
    new.finish().unwrap().into_inner()
}

/// A numbered main stream, which is recorded, and a sub stream of people, which is looked at.
async fn street(sandbox: &mut Sandbox) -> FakeCamera {
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
    wait_detector(sandbox, "the model is loaded", |info| info.available).await;
    wait_model(sandbox, "it looks at pictures", |model| model.pictures > 2).await;
    camera
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_broken_replaced_or_gone_costs_no_picture_of_the_recording() {
    let models = model_folder();
    let good = fs::read(models.path().join(MODEL)).unwrap();
    let mut sandbox = with_detector(&models).start().await;
    let _camera = street(&mut sandbox).await;

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
#[ignore = "a model that hangs takes a core from the tests beside it: scripts/test runs it alone"]
async fn one_that_is_slow_fails_or_hangs_costs_no_picture_of_the_recording() {
    let models = model_folder();
    let path = models.path().join(MODEL);
    let good = fs::read(&path).unwrap();
    let mut sandbox = with_detector(&models).start().await;
    let _camera = street(&mut sandbox).await;
    let usual = model(&sandbox).await.sha256;

    fs::write(&path, doing_first(&good, &slow())).unwrap();
    wait_model(&sandbox, "the newest picture takes the place of older ones", |model| {
        model.sha256 != usual && model.pictures > 3 && model.pictures_replaced > 3
    })
    .await;
    assert!(detector(&sandbox).await.available, "it looks at fewer pictures, and goes on");

    fs::write(&path, doing_first(&good, FAILING)).unwrap();
    wait_detector(&sandbox, "it fails", |info| {
        !info.available && info.message.contains("gives no answers")
    })
    .await;

    fs::write(&path, doing_first(&good, HANGING)).unwrap();
    wait_detector(&sandbox, "it hangs", |info| info.message.contains("hangs")).await;
    if full_size() {
        wait_detector(&sandbox, "it is off", |info| info.message.contains("it is off")).await;
    }
    fs::write(&path, &good).unwrap();
    wait_detector(&sandbox, "the recovery", |info| info.available && info.message.is_empty()).await;
    let before = pictures(&sandbox).await;
    wait_model(&sandbox, "it looks at pictures again", |model| model.pictures > before + 5).await;

    assert!(sandbox.stop("TERM").success(), "although a thread is still at it");
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
