//! The disk: what is on it, what is kept, and for how long it will do.

use std::time::Duration;

use futures_util::FutureExt;
use prost_types::FieldMask;
use ronin_core::{Segment, WallTime};
use ronin_proto::v1::{
    self, camera_service_client::CameraServiceClient, storage_service_client::StorageServiceClient,
};
use ronin_store::ProtectedSpan;
use tonic::Code;
use uuid::Uuid;

use crate::support::{Log, Server, camera, fields, segment};

const HOUR: Duration = Duration::from_secs(3600);

/// A segment of an hour that began `hours` ago.
fn hours_ago(camera: &str, hours: u32, size_bytes: u64) -> Segment {
    let start = WallTime::now() - HOUR * hours;
    Segment { end: start + HOUR, size_bytes, ..segment(camera, start) }
}

fn update(policy: v1::StoragePolicy, paths: &[&str]) -> v1::UpdateStoragePolicyRequest {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    v1::UpdateStoragePolicyRequest {
        policy: Some(policy),
        update_mask: Some(FieldMask { paths }),
        validate_only: false,
    }
}

#[tokio::test]
async fn the_disk_is_told_with_every_camera_that_has_footage() {
    let server = Server::start().await;
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    let store = &server.deps.store;
    for hours in 1..=3 {
        store.upsert_segment(&hours_ago("front", hours, 100)).await.unwrap();
    }
    store.upsert_segment(&hours_ago("gone", 50, 7)).await.unwrap();
    let kept = hours_ago("gone", 50, 0);
    let protected = ProtectedSpan {
        id: Uuid::now_v7(),
        camera: kept.camera.clone(),
        span: kept.span(),
        note: String::new(),
        created_by: "admin".into(),
        created_at: WallTime::now(),
    };
    store.protect(&protected).await.unwrap();
    server.deps.room.set_full(true);

    let mut client = StorageServiceClient::new(server.admin().await);
    let storage = client.get_storage(v1::GetStorageRequest {}).await.unwrap().into_inner();

    let volume = &storage.volumes[0];
    assert!(volume.path.ends_with("/storage"), "{}", volume.path);
    assert_eq!((volume.total_bytes, volume.free_bytes), (100, 40));
    assert_eq!((volume.recorded_bytes, volume.segments, volume.protected_bytes), (307, 4, 7));
    assert!(volume.full);
    let policy = storage.policy.unwrap();
    assert_eq!((policy.retention_days, policy.reserve_bytes), (Some(30.0), Some(10)));
    assert!(!policy.is_custom);
    let rows: Vec<_> =
        storage.cameras.iter().map(|row| (row.camera.as_str(), row.removed)).collect();
    assert_eq!(rows, [("cameras/front", false), ("cameras/gone", true)]);
    let front = &storage.cameras[0];
    assert_eq!((front.recorded_bytes, front.segments), (300, 3));
    // 300 bytes in three hours.
    assert!((2380..=2400).contains(&front.bytes_per_day), "{}", front.bytes_per_day);
    assert_eq!(storage.cameras[1].bytes_per_day, 0, "a removed camera writes nothing");
    let forecast = storage.forecast.unwrap();
    assert_eq!(forecast.bytes_per_day, front.bytes_per_day);
    assert!(forecast.message.starts_with("full in "), "{}", forecast.message);
    assert!(forecast.full_time.is_some() && forecast.needed_bytes > 70_000);
}

#[tokio::test]
async fn the_file_being_written_counts_for_the_forecast_and_nothing_else_is_guessed() {
    let server = Server::start().await;
    let mut client = StorageServiceClient::new(server.admin().await);
    let message = async |client: &mut StorageServiceClient<_>| {
        let storage = client.get_storage(v1::GetStorageRequest {}).await.unwrap().into_inner();
        storage.forecast.unwrap().message
    };
    assert_eq!(message(&mut client).await, "no camera is being recorded");
    let mut cameras = CameraServiceClient::new(server.admin().await);
    cameras.create_camera(camera("front")).await.unwrap();
    let unknown = "not known yet: the first hour of recording tells";
    assert_eq!(message(&mut client).await, unknown);

    server.deps.unindexed.opened(hours_ago("front", 2, 50));
    let words = message(&mut client).await;
    assert!(words.contains("30 days need 18 kB"), "{words}");
}

#[tokio::test]
async fn days_are_those_of_the_viewer() {
    let server = Server::start().await;
    let store = &server.deps.store;
    // 23:30 UTC on the 24th is the 25th in Berlin, on which the clock goes back.
    for (start, bytes) in [
        ("2026-10-24T21:30:00Z", 1),
        ("2026-10-24T22:00:00Z", 10),
        ("2026-10-25T22:59:59Z", 100),
        ("2026-10-25T23:00:00Z", 1000),
    ] {
        let start: WallTime = start.parse().unwrap();
        let row = Segment { size_bytes: bytes, end: start + HOUR, ..segment("front", start) };
        store.upsert_segment(&row).await.unwrap();
    }
    let mut client = StorageServiceClient::new(server.admin().await);
    let ask = |time_zone: &str| v1::ListStorageDaysRequest {
        camera: "cameras/front".into(),
        start_day: "2026-10-23".into(),
        end_day: "2026-10-27".into(),
        time_zone: time_zone.into(),
    };
    let mut days = async |zone: &str| -> Vec<(String, u64)> {
        let days = client.list_storage_days(ask(zone)).await.unwrap().into_inner().days;
        days.into_iter().map(|day| (day.day, day.recorded_bytes)).collect()
    };
    let told = |days: &[(&str, u64)]| -> Vec<(String, u64)> {
        days.iter().map(|(day, bytes)| ((*day).to_owned(), *bytes)).collect()
    };
    let berlin = [("2026-10-24", 1), ("2026-10-25", 110), ("2026-10-26", 1000)];
    assert_eq!(days("Europe/Berlin").await, told(&berlin));
    assert_eq!(days("").await, told(&[("2026-10-24", 11), ("2026-10-25", 1100)]));

    let bad = v1::ListStorageDaysRequest {
        camera: "x".into(),
        start_day: "yesterday".into(),
        end_day: String::new(),
        time_zone: "Mars/Olympus".into(),
    };
    let status = client.list_storage_days(bad).await.unwrap_err();
    assert_eq!(fields(&status), ["camera", "start_day", "end_day", "time_zone"]);
    let none = v1::ListStorageDaysRequest { camera: "cameras/none".into(), ..ask("") };
    assert_eq!(client.list_storage_days(none).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn limits_are_tried_then_set_and_the_reclaimer_is_woken() {
    let server = Server::start().await;
    let store = &server.deps.store;
    for day in 1..=10 {
        store.upsert_segment(&hours_ago("front", day * 24, 100)).await.unwrap();
    }
    let mut client = StorageServiceClient::new(server.admin().await);
    let week = v1::StoragePolicy { retention_days: Some(7.0), ..Default::default() };

    let dry = v1::UpdateStoragePolicyRequest { validate_only: true, ..update(week, &[]) };
    let dry = client.update_storage_policy(dry).await.unwrap().into_inner();
    assert_eq!(dry.deleted_bytes, 300);
    assert_eq!(dry.message, "about 300 bytes of the oldest footage would be deleted at once");
    assert_eq!(store.storage_limits().await.unwrap(), None);
    assert!(!server.deps.policy.in_force().is_custom);
    assert!(server.deps.room.wanted().now_or_never().is_none());

    let done = client.update_storage_policy(update(week, &[])).await.unwrap().into_inner();
    assert_eq!(done.message, "about 300 bytes of the oldest footage is being deleted");
    let policy = done.policy.unwrap();
    assert_eq!((policy.retention_days, policy.is_custom), (Some(7.0), true));
    let in_force = server.deps.policy.in_force();
    assert_eq!(in_force.limits.max_age, Some(HOUR * 24 * 7));
    assert_eq!(in_force.limits.reserve_bytes, 10, "what is not named stays");
    assert_eq!(store.storage_limits().await.unwrap(), Some(in_force.limits));
    assert!(server.deps.room.wanted().now_or_never().is_some());
    let log = Log::of_all_tests().text();
    assert!(log.contains("limits of the storage changed"));

    let none = v1::StoragePolicy { retention_max_bytes: Some(250), ..Default::default() };
    let paths = ["retention_days", "retention_max_bytes"];
    let done = client.update_storage_policy(update(none, &paths)).await.unwrap().into_inner();
    assert_eq!(done.deleted_bytes, 750);
    assert_eq!(server.deps.policy.in_force().limits.max_age, None);
}

#[tokio::test]
async fn limits_that_cannot_be_are_refused_in_words() {
    let server = Server::start().await;
    let mut client = StorageServiceClient::new(server.admin().await);
    let bad = v1::StoragePolicy {
        retention_days: Some(f64::NAN),
        retention_max_bytes: Some(u64::MAX),
        reserve_bytes: Some(100),
        is_custom: true,
    };
    let status = client.update_storage_policy(update(bad, &[])).await.unwrap_err();
    let want = ["policy.retention_days", "policy.retention_max_bytes", "policy.reserve_bytes"];
    assert_eq!(fields(&status), want);
    assert!(status.message().contains("as large as the disk"), "{}", status.message());
    let unknown = update(v1::StoragePolicy::default(), &["is_custom"]);
    assert_eq!(fields(&client.update_storage_policy(unknown).await.unwrap_err()), ["update_mask"]);
    let nothing = v1::UpdateStoragePolicyRequest::default();
    assert_eq!(fields(&client.update_storage_policy(nothing).await.unwrap_err()), ["policy"]);
    assert!(!server.deps.policy.in_force().is_custom);
}

#[tokio::test]
async fn a_camera_has_limits_of_its_own_and_zero_takes_them_away() {
    let server = Server::start().await;
    let mut client = CameraServiceClient::new(server.admin().await);
    let with = |days: f64, bytes: u64| v1::RecordSettings {
        retention_days: Some(days),
        retention_max_bytes: Some(bytes),
        ..Default::default()
    };
    let mut new = camera("front");
    new.camera.as_mut().unwrap().record = Some(with(7.0, 5_000_000));
    let made = client.create_camera(new).await.unwrap().into_inner().camera.unwrap();
    let record = made.record.unwrap();
    assert_eq!((record.retention_days, record.retention_max_bytes), (Some(7.0), Some(5_000_000)));
    assert_eq!((record.enabled, record.audio), (Some(true), Some(true)));

    let mut change = async |record, paths: &[&str]| {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        let camera =
            v1::Camera { name: "cameras/front".into(), record: Some(record), ..Default::default() };
        let update_mask = Some(FieldMask { paths });
        let request = v1::UpdateCameraRequest { camera: Some(camera), update_mask };
        let answer = client.update_camera(request).await?;
        Ok::<_, tonic::Status>(answer.into_inner().camera.unwrap().record.unwrap())
    };
    let record = change(with(0.0, 9), &["record.retention_days"]).await.unwrap();
    assert_eq!((record.retention_days, record.retention_max_bytes), (Some(0.0), Some(5_000_000)));
    let record = change(with(0.0, 0), &[]).await.unwrap();
    assert_eq!((record.retention_days, record.retention_max_bytes), (Some(0.0), Some(0)));
    let status = change(with(-1.0, u64::MAX), &[]).await.unwrap_err();
    let want = ["camera.record.retention_days", "camera.record.retention_max_bytes"];
    assert_eq!(fields(&status), want);
}
