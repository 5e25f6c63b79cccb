//! Hours of trouble, in short: eight cameras that fail in turn, in every way that a network and a
//! camera do. At the end all are recorded, files and index agree, and the engine has not grown.
//!
//! `RONIN_TEST_SOAK_MINUTES` sets how long, `RONIN_TEST_SEED` what happens.

use std::{
    fs,
    time::{Duration, Instant},
};

use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    dice::Dice,
    relay::{Ending, Mode, Relay},
    wait,
};

use crate::{
    invariants::{assert_check_is_clean, eventually_hold},
    sandbox::{BOUND, Sandbox},
};

const CAMERAS: usize = 8;
/// How long without the setting.
const SHORT: Duration = Duration::from_secs(20);
/// From fault to fault.
const FAULT_MAX_MS: u64 = 4000;
/// What the engine may take more at the end.
const GROWTH_MAX_KB: u64 = 60_000;

/// A camera and the network before it.
struct Place {
    id: String,
    camera: FakeCamera,
    relay: Relay,
}

/// What the engine takes.
#[derive(Debug, Clone, Copy)]
struct Taken {
    rss_kb: u64,
    threads: u64,
    files: u64,
}

fn taken(sandbox: &Sandbox) -> Taken {
    let of = format!("/proc/{}", sandbox.pid());
    let status = fs::read_to_string(format!("{of}/status")).unwrap();
    let field = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    Taken {
        rss_kb: field("VmRSS:"),
        threads: field("Threads:"),
        files: fs::read_dir(format!("{of}/fd")).unwrap().count() as u64,
    }
}

/// At most a tenth more; what is less is no leak.
fn is_about(now: u64, before: u64) -> bool {
    now * 10 <= before * 11
}

fn length() -> Duration {
    let minutes = std::env::var("RONIN_TEST_SOAK_MINUTES").ok();
    let minutes = minutes.map(|text| text.parse().expect("minutes"));
    minutes.map_or(SHORT, |minutes: f64| Duration::from_secs_f64(minutes * 60.0))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_every_trouble_all_are_recorded_and_the_engine_has_not_grown() {
    let mut dice = Dice::of_run("soak");
    let mut sandbox = Sandbox::start().await;
    let mut places = Vec::new();
    for index in 0..CAMERAS {
        let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
        let relay = Relay::start(camera.addr()).unwrap();
        let id = format!("camera{index}");
        sandbox.add(&id, &relay.url("/main")).await;
        places.push(Place { id, camera, relay });
    }
    for place in &places {
        sandbox.wait_recording(&place.id).await;
        // Some files of each, so that all that is made once is made.
        sandbox.wait_segments(&place.id, 2).await;
    }
    let before = taken(&sandbox);
    eprintln!("soak: after the warm-up {before:?}");

    let end = Instant::now() + length();
    let mut faults = 0;
    while Instant::now() < end {
        let index = dice.below(CAMERAS as u64) as usize;
        let what = trouble(&mut places[index], &mut dice).await;
        faults += 1;
        eprintln!("soak: {} {what}", places[index].id);
    }
    for place in &places {
        sandbox.wait_recording(&place.id).await;
    }
    let ids: Vec<String> = places.iter().map(|place| place.id.clone()).collect();
    let rows = eventually_hold(&sandbox, &ids).await;
    // Threads of connections that ended take a moment to end.
    let is_as_before = || {
        let now = taken(&sandbox);
        is_about(now.threads, before.threads) && is_about(now.files, before.files)
    };
    let settled = wait::until(BOUND, is_as_before);
    let after = taken(&sandbox);
    eprintln!("soak: after {:?}, {faults} faults, {rows} rows: {after:?}", length());

    assert!(settled, "{before:?} became {after:?}");
    let grown = after.rss_kb.saturating_sub(before.rss_kb);
    assert!(grown < GROWTH_MAX_KB, "{grown} KB more: {before:?} became {after:?}");
    assert!(sandbox.stop("TERM").success());
    assert_check_is_clean(&sandbox);
}

/// One fault of some length, and its end.
async fn trouble(place: &mut Place, dice: &mut Dice) -> String {
    let length = Duration::from_millis(500 + dice.below(FAULT_MAX_MS));
    let end = Instant::now() + length;
    let over = || Instant::now() >= end;
    let modes = [
        Mode::Freeze,
        Mode::Cut(Ending::Fin),
        Mode::Cut(Ending::Rst),
        Mode::Trickle { bytes_per_second: 2000 },
        Mode::Garbage,
    ];
    let what = match modes.get(dice.below(modes.len() as u64 + 1) as usize) {
        Some(&mode) => {
            place.relay.set(mode);
            wait::eventually_async(BOUND, "the fault's end", over).await;
            place.relay.restore();
            format!("{mode:?}")
        }
        None => {
            place.camera.stop();
            wait::eventually_async(BOUND, "the camera's return", over).await;
            place.camera.start().unwrap();
            "away".to_owned()
        }
    };
    format!("{what} for {length:?}")
}
