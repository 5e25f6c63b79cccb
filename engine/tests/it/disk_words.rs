//! A camera whose pictures come and are not recorded says why, in its status.

use std::time::Duration;

use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    faulty_disk::FaultyDisk,
};

use crate::sandbox::Sandbox;

const EIO: i32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_or_fails_is_named_in_the_status() {
    if !FaultyDisk::available() {
        return;
    }
    let (behind, at) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = FaultyDisk::mount(behind.path(), at.path()).unwrap();
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder()
        .cut(Duration::from_secs(3))
        .env("STORAGE_ROOT", at.path().to_str().unwrap())
        .env("RONIN_RESERVE_GB", "0")
        .start()
        .await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_recording("one").await;

    disk.fail_writes(Some(EIO));
    let reason = |wanted: &'static str| {
        move |status: &ronin_proto::v1::CameraStatus| {
            status.recording_fault.as_ref().is_some_and(|fault| fault.reason == wanted)
        }
    };
    sandbox.wait_for("one", "the words for errors", reason("RECORDING_FAILED")).await;
    disk.fail_writes(None);
    let status = sandbox.wait_recording("one").await;
    assert_eq!(status.recording_fault, None);

    disk.space(Some(disk.used()));
    sandbox.wait_for("one", "the words for a full disk", reason("DISK_FULL")).await;
    disk.space(None);
    sandbox.wait_recording("one").await;
}
