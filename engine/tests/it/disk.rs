//! The disk under the footage fails: the power is cut, it is slow, full, or says that it is broken.
//! Live pictures go on meanwhile, and recording goes on by itself afterwards.

use std::time::Duration;

use ronin_proto::v1::CameraStatus;
use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    dice::Dice,
    faulty_disk::FaultyDisk,
};
use tempfile::TempDir;

use crate::{
    invariants::{assert_sound, eventually_hold, last_picture, median_and_max},
    sandbox::{Sandbox, assert_continuous, full_size},
};

const FPS: u64 = 25;
const EIO: i32 = 5;
/// How often files are forced to the disk, in seconds.
const CADENCE_S: u64 = 1;
/// What a power cut may cost: the cadence, two GOPs, the fragment of a second, and what is on its
/// way (the 200 ms that a source waits for packets, and a moment of a machine that is busy).
const LOST_MAX_S: f64 = CADENCE_S as f64 + 2.0 + 1.0 + 0.6;

/// An engine whose footage lies on a disk that can fail; the rest of it does not.
struct Rig {
    sandbox: Sandbox,
    cameras: Vec<(String, FakeCamera)>,
    // Behind the engine, which uses it to its end.
    disk: FaultyDisk,
    behind: TempDir,
    at: TempDir,
}

impl Rig {
    /// Two cameras that are recorded. `None` where no such disk can be had.
    async fn start(cut: Duration) -> Option<Rig> {
        if !FaultyDisk::available() {
            return None;
        }
        let (behind, at) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let disk = FaultyDisk::mount(behind.path(), at.path()).unwrap();
        let mut sandbox = Sandbox::builder()
            .cut(cut)
            .env("STORAGE_ROOT", at.path().to_str().unwrap())
            .env("RONIN_FSYNC_SECONDS", CADENCE_S.to_string())
            .env("RONIN_RESERVE_GB", "0")
            .start()
            .await;
        // Where tests look for footage.
        std::os::unix::fs::symlink(at.path(), sandbox.storage()).unwrap();
        let mut cameras = Vec::new();
        for id in ["one", "two"] {
            let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
            sandbox.add(id, &camera.main_url()).await;
            cameras.push((id.to_owned(), camera));
        }
        let mut rig = Rig { sandbox, cameras, disk, behind, at };
        rig.wait_recording().await;
        Some(rig)
    }

    fn ids(&self) -> Vec<String> {
        self.cameras.iter().map(|(id, _)| id.clone()).collect()
    }

    async fn wait_recording(&mut self) {
        for id in self.ids() {
            self.sandbox.wait_recording(&id).await;
        }
    }

    /// Waits until the first camera has sent so many pictures more.
    async fn wait_pictures(&mut self, count: u64) {
        let (id, camera) = &self.cameras[0];
        let newest = || camera.newest_picture(MAIN).unwrap();
        let until = newest() + count;
        self.sandbox.wait_for(id, "pictures", |_| newest() >= until).await;
    }

    /// Waits until no camera is recorded, while its pictures go on.
    async fn wait_paused(&mut self) {
        let wanted = |status: &CameraStatus| !status.recording && !status.streams.is_empty();
        for id in self.ids() {
            self.sandbox.wait_for(&id, "recording to pause alone", wanted).await;
        }
    }

    /// Everything is in order: nobody connected anew, files and index agree, every file decodes.
    async fn assert_sound_at_the_end(&mut self) {
        for (id, camera) in &self.cameras {
            assert_eq!(camera.connections().total, 1, "{id} was connected anew");
        }
        let ids = self.ids();
        eventually_hold(&self.sandbox, &ids).await;
        assert!(self.sandbox.stop("TERM").success());
        assert_sound(&self.sandbox, &ids);
    }

    /// Cuts the power at this moment and starts again. Gives what each camera lost, in seconds.
    async fn cut_power(mut self) -> (Rig, Vec<f64>) {
        let newest = |camera: &FakeCamera| camera.newest_picture(MAIN).unwrap();
        let last: Vec<u64> = self.cameras.iter().map(|(_, camera)| newest(camera)).collect();
        self.disk.power_off();
        self.sandbox.stop("KILL");
        self.disk.power_cut().unwrap();
        self.disk = FaultyDisk::mount(self.behind.path(), self.at.path()).unwrap();
        let lost = self.cameras.iter().zip(last).map(|((id, _), last)| {
            let kept = last_picture(&self.sandbox, id).unwrap_or(0);
            last.saturating_sub(kept) as f64 / FPS as f64
        });
        let lost = lost.collect();
        self.sandbox = self.sandbox.start_again().await;
        self.wait_recording().await;
        eventually_hold(&self.sandbox, &self.ids()).await;
        (self, lost)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_a_power_cut_costs_the_fsync_cadence_and_two_gops() {
    let Some(mut rig) = Rig::start(Duration::from_secs(600)).await else { return };
    let mut dice = Dice::of_run("power cuts");
    let cuts = if full_size() { 20 } else { 2 };
    let mut lost = Vec::new();
    for cut in 0..cuts {
        // Long enough that each camera has been synced in this life.
        rig.wait_pictures(5 * FPS + dice.below(3 * FPS)).await;
        let of_cut;
        (rig, of_cut) = rig.cut_power().await;
        eprintln!("power cut {cut}: {of_cut:.2?} s lost");
        lost.extend(of_cut);
    }
    assert!(rig.sandbox.stop("TERM").success());
    let files = assert_sound(&rig.sandbox, &rig.ids());

    let (middle, max) = median_and_max(&mut lost);
    eprintln!(
        "{cuts} power cuts, synced each {CADENCE_S} s: p50 {middle:.2} s, max {max:.2} s lost; \
         {files} files decode"
    );
    assert!(max <= LOST_MAX_S, "{max} s are lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_a_slow_disk_costs_nothing_for_ten_seconds() {
    let Some(mut rig) = Rig::start(Duration::from_secs(600)).await else { return };
    rig.wait_pictures(2 * FPS).await;

    // A write that began meanwhile ends nine seconds after it began.
    rig.disk.slow(Duration::from_secs(9));
    rig.wait_pictures(3 * FPS).await;
    rig.disk.slow(Duration::ZERO);
    rig.wait_pictures(9 * FPS).await;

    for id in rig.ids() {
        let status = rig.sandbox.wait_recording(&id).await;
        assert_eq!(status.dropped_frames, 0, "{id}");
    }
    rig.assert_sound_at_the_end().await;
    for id in rig.ids() {
        assert_continuous(&rig.sandbox.files(&id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e8_a_full_disk_stops_recording_alone_and_it_resumes_by_itself() {
    let Some(mut rig) = Rig::start(Duration::from_secs(3)).await else { return };
    rig.wait_pictures(4 * FPS).await;

    rig.disk.space(Some(rig.disk.used()));
    rig.wait_paused().await;
    rig.wait_pictures(2 * FPS).await;
    rig.wait_paused().await;
    rig.disk.space(None);
    rig.wait_recording().await;
    rig.wait_pictures(4 * FPS).await;

    rig.assert_sound_at_the_end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e16_a_disk_without_inodes_stops_recording_alone_and_it_resumes_by_itself() {
    let Some(mut rig) = Rig::start(Duration::from_secs(3)).await else { return };
    rig.wait_pictures(4 * FPS).await;

    rig.disk.files(Some(rig.disk.used_files()));
    rig.wait_paused().await;
    rig.wait_pictures(2 * FPS).await;
    rig.wait_paused().await;
    rig.disk.files(None);
    rig.wait_recording().await;
    rig.wait_pictures(4 * FPS).await;

    rig.assert_sound_at_the_end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_a_write_error_stops_recording_alone_and_it_resumes_by_itself() {
    let Some(mut rig) = Rig::start(Duration::from_secs(3)).await else { return };
    rig.wait_pictures(4 * FPS).await;

    rig.disk.fail_writes(Some(EIO));
    rig.wait_paused().await;
    rig.disk.fail_writes(None);
    rig.wait_recording().await;
    rig.wait_pictures(4 * FPS).await;

    rig.assert_sound_at_the_end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_a_failed_sync_is_not_believed() {
    let Some(mut rig) = Rig::start(Duration::from_secs(600)).await else { return };
    rig.wait_pictures(4 * FPS).await;

    rig.disk.fail_syncs(Some(EIO));
    rig.wait_paused().await;
    rig.disk.fail_syncs(None);
    rig.wait_recording().await;
    rig.wait_pictures(4 * FPS).await;
    for (id, camera) in &rig.cameras {
        assert_eq!(camera.connections().total, 1, "{id} was connected anew");
    }

    // Had the engine gone on in the files whose sync failed, there would be holes in them now.
    let lost;
    (rig, lost) = rig.cut_power().await;
    assert!(rig.sandbox.stop("TERM").success());
    assert_sound(&rig.sandbox, &rig.ids());
    let max = lost.into_iter().fold(0.0, f64::max);
    assert!(max <= LOST_MAX_S, "{max} s are lost");
}
