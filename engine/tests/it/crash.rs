//! The engine is killed at moments that nobody chose, again and again. After each start the index
//! and the files agree, and what is missing is counted from the numbers in the pictures.
//!
//! `RONIN_TEST_KILLS` sets how often, `RONIN_TEST_SEED` the moments.

use std::time::Duration;

use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    dice::Dice,
};

use crate::{
    invariants::{assert_sound, eventually_hold, last_picture, median_and_max},
    sandbox::{Sandbox, full_size},
};

/// Pictures a second of every camera; one of them in each second is a key frame.
const FPS: u64 = 25;
/// The longest that is waited after the last camera records, in pictures.
const MOMENTS: u64 = 6 * FPS;
/// What may be lost: a GOP, the fragment of a second, and what is on its way (the 200 ms that a
/// source waits for packets, and a moment of a machine that is busy).
const LOST_MAX_S: f64 = 1.0 + 1.0 + 0.6;
/// The limit in every third round: footage is beyond it, but younger than what may be deleted. So
/// deletion is planned at each start, and nothing goes.
const LITTLE_GB: &str = "0.0015";

fn kills() -> u64 {
    let set = std::env::var("RONIN_TEST_KILLS").ok();
    let set = set.map(|kills| kills.parse().expect("a number of kills"));
    set.unwrap_or(if full_size() { 50 } else { 5 })
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_any_moment_leave_whole_files_and_an_index_that_fits() {
    let mut dice = Dice::of_run("crash");
    let kills = kills();
    let mut lost = Vec::new();

    // Short segments for the moments at which files are finished, long ones for those at which
    // they grow.
    lost.extend(killed(Duration::from_secs(3), kills.div_ceil(2), &mut dice).await);
    lost.extend(killed(Duration::from_secs(600), kills / 2, &mut dice).await);

    let (middle, max) = median_and_max(&mut lost);
    eprintln!(
        "crash: {kills} kills, {} losses measured: p50 {middle:.2} s, max {max:.2} s",
        lost.len()
    );
    assert!(max <= LOST_MAX_S, "{max} s are lost");
}

/// Kills an engine so many times; gives the seconds that each camera lost each time.
async fn killed(cut: Duration, kills: u64, dice: &mut Dice) -> Vec<f64> {
    if kills == 0 {
        return Vec::new();
    }
    let count = if full_size() { 8 } else { 4 };
    let small = || FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let cameras: Vec<(String, FakeCamera)> =
        (0..count).map(|index| (format!("camera{index}"), small())).collect();
    let ids: Vec<String> = cameras.iter().map(|(id, _)| id.clone()).collect();
    let mut sandbox = Sandbox::builder().cut(cut).start().await;
    for (id, camera) in &cameras {
        sandbox.add(id, &camera.main_url()).await;
    }

    let mut lost = Vec::new();
    for round in 0..kills {
        let of_round = kill(&mut sandbox, &cameras, dice).await;
        let worst = of_round.iter().copied().fold(0.0, f64::max);
        sandbox.set("RETENTION_MAX_GB", if round % 3 == 1 { LITTLE_GB } else { "1000" });
        lost.extend(of_round);
        sandbox = sandbox.start_again().await;
        let rows = eventually_hold(&sandbox, &ids).await;
        eprintln!("crash: cut {cut:?}, kill {round}: at most {worst:.2} s lost, {rows} rows");
    }
    for id in &ids {
        sandbox.wait_recording(id).await;
    }
    assert!(sandbox.stop("TERM").success());
    let files = assert_sound(&sandbox, &ids);
    eprintln!("crash: cut {cut:?}: all {files} files decode");
    lost
}

/// Kills at some moment after all cameras record.
async fn kill(
    sandbox: &mut Sandbox,
    cameras: &[(String, FakeCamera)],
    dice: &mut Dice,
) -> Vec<f64> {
    let newest = |camera: &FakeCamera| camera.newest_picture(MAIN).unwrap();
    let mut from = Vec::new();
    for (id, camera) in cameras {
        sandbox.wait_recording(id).await;
        from.push(newest(camera));
    }
    let (id, clock) = &cameras[0];
    let until = newest(clock) + dice.below(MOMENTS);
    sandbox.wait_for(id, "the moment of the kill", |_| newest(clock) >= until).await;

    let last: Vec<u64> = cameras.iter().map(|(_, camera)| newest(camera)).collect();
    sandbox.stop("KILL");

    let lost = cameras.iter().zip(from).zip(last).map(|(((id, _), from), last)| {
        // Where nothing of this life is in a file yet, its pictures are lost, not those before.
        let kept = last_picture(sandbox, id).unwrap_or(0).max(from);
        last.saturating_sub(kept) as f64 / FPS as f64
    });
    lost.collect()
}
