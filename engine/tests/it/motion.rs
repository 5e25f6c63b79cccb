//! What moves is found again, and whoever looks for it costs the recording nothing.

use std::time::{Duration, SystemTime};

use ronin_proto::v1::{
    Camera, CreateCameraRequest, DetectSettings, GetPipelineStatsRequest, MotionSensitivity, Point,
    Polygon, SearchMotionRequest, SearchMotionResponse, TimeSpan, UpdateCameraRequest,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    footage, wait,
};

use crate::{
    events::{model_folder, with_detector},
    sandbox::{BOUND, Sandbox, assert_continuous, source},
};

/// Settings of this camera that look for motion or not.
fn looking(motion: bool, sensitivity: MotionSensitivity) -> Camera {
    Camera {
        name: "cameras/street".into(),
        detect: Some(DetectSettings {
            motion: Some(motion),
            sensitivity: sensitivity.into(),
            ..DetectSettings::default()
        }),
        ..Camera::default()
    }
}

/// Numbered pictures to be recorded, and a street with people to be looked at.
fn street() -> FakeCamera {
    let people = Pictures::File(footage::street());
    FakeCamera::builder().main_stream(Pictures::SMALL).sub_stream(people).start().unwrap()
}

async fn add(sandbox: &mut Sandbox, camera: &FakeCamera) -> Camera {
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
    sandbox.cameras.create_camera(request).await.unwrap().into_inner().camera.unwrap()
}

/// Waits until there is motion in the timeline.
async fn wait_motion(sandbox: &Sandbox, began: SystemTime) -> Vec<TimeSpan> {
    wait::eventually_some(BOUND, "motion in the timeline", || async {
        let motion = sandbox.timeline("street", began).await.motion;
        (!motion.is_empty()).then_some(motion)
    })
    .await
}

async fn search(
    sandbox: &Sandbox,
    began: SystemTime,
    area: &[(f32, f32)],
) -> Result<SearchMotionResponse, tonic::Status> {
    let points = area.iter().map(|&(x, y)| Point { x, y }).collect();
    let request = SearchMotionRequest {
        camera: "cameras/street".into(),
        area: (!area.is_empty()).then_some(Polygon { points }),
        start_time: Some(began.into()),
        end_time: Some((SystemTime::now() + Duration::from_secs(60)).into()),
        ..SearchMotionRequest::default()
    };
    Ok(sandbox.events().search_motion(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_in_a_street_are_found_in_the_timeline_and_by_where_they_walk() {
    let camera = street();
    let mut sandbox = Sandbox::start().await;
    let began = SystemTime::now();
    let added = add(&mut sandbox, &camera).await;
    assert_eq!(added.detect.unwrap().motion, Some(true), "there is a sub stream");

    let motion = wait_motion(&sandbox, began).await;
    let anywhere = search(&sandbox, began, &[]).await.unwrap();
    // The lamp post and the wall beside it.
    let street = [(0.0, 0.1), (1.0, 0.1), (1.0, 1.0), (0.0, 1.0)];
    let walked = search(&sandbox, began, &street).await.unwrap();
    let crossing = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)];
    let refused = search(&sandbox, began, &crossing).await.unwrap_err();
    let stats = GetPipelineStatsRequest { camera: "cameras/street".into() };
    let stats = sandbox.system.get_pipeline_stats(stats).await.unwrap().into_inner();

    let start = motion[0].start_time.unwrap();
    assert!(SystemTime::try_from(start).unwrap() > began - Duration::from_secs(5));
    assert!(!anywhere.motions.is_empty() && anywhere.motions[0].cells.len() == 32);
    assert!(!walked.motions.is_empty());
    assert!(refused.message().contains("crosses"), "{refused:?}");
    let looked = stats.branches.iter().find(|branch| branch.branch == "analysis").unwrap();
    assert!(looked.frames > 5 && looked.dropped_frames == 0, "{looked:?}");
    assert!(sandbox.stop("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_sub_stream_does_not_come_the_main_stream_is_looked_at() {
    let people = Pictures::File(footage::street());
    let camera = FakeCamera::builder().main_stream(people).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    let began = SystemTime::now();
    let missing = camera.main_url().replace("/main", "/nothing-here");
    let request = CreateCameraRequest {
        camera_id: "street".into(),
        camera: Some(Camera {
            display_name: "Street".into(),
            main: Some(source(&camera.main_url())),
            sub: Some(source(&missing)),
            ..Camera::default()
        }),
        validate_only: false,
    };
    sandbox.cameras.create_camera(request).await.unwrap();
    wait_motion(&sandbox, began).await;
    assert!(sandbox.log().contains("the main stream is looked at"));
    assert!(sandbox.stop("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_each_second_and_every_picture_is_recorded() {
    let (camera, models) = (street(), model_folder());
    let mut sandbox = with_detector(&models).start().await;
    add(&mut sandbox, &camera).await;
    sandbox.wait_recording("street").await;

    let mut known = sandbox.segments("street").await.len();
    let changes = if crate::sandbox::full_size() { 60 } else { 6 };
    for change in 0..changes {
        let sensitivity = match change % 2 {
            0 => MotionSensitivity::Low,
            _ => MotionSensitivity::High,
        };
        let camera = Some(looking(change % 3 != 2, sensitivity));
        let request = UpdateCameraRequest { camera, update_mask: None };
        sandbox.cameras.update_camera(request).await.unwrap();
        let stats = GetPipelineStatsRequest { camera: "cameras/street".into() };
        let stats = sandbox.system.get_pipeline_stats(stats).await.unwrap().into_inner();
        let is_looked_at = stats.branches.iter().any(|branch| branch.branch == "analysis");
        assert_eq!(is_looked_at, change % 3 != 2);
        if change % 3 == 0 {
            known += 1;
            sandbox.wait_segments("street", known).await;
        }
    }

    let kept = sandbox.camera("street").await.detect.unwrap();
    let last = looking((changes - 1) % 3 != 2, MotionSensitivity::High).detect.unwrap();
    assert_eq!((kept.motion, kept.sensitivity), (last.motion, last.sensitivity));
    assert!(sandbox.stop("TERM").success());
    assert_continuous(&sandbox.files("street"));
}
