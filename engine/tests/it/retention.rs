//! Old footage makes room, in the safe order, and no more of it than it must.

use std::time::Duration;

use ronin_core::{RunId, Segment, SegmentId, WallTime};
use ronin_store::{MasterKey, Store};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    wait,
};

use crate::sandbox::{BOUND, Sandbox};

const MEGABYTE: usize = 1_000_000;

async fn store(sandbox: &Sandbox) -> Store {
    let data = sandbox.folder.path().join("data");
    let key = MasterKey::load_or_create(&data.join("master.key")).unwrap();
    let url = format!("sqlite://{}/ronin.db?mode=rwc", data.display());
    Store::connect(&url, key).await.unwrap()
}

/// A file of a megabyte that was recorded `days` ago, and its row.
async fn plant(sandbox: &Sandbox, store: &Store, days: u64) -> Segment {
    let start = WallTime::now() - Duration::from_secs(days * 86_400);
    let path = format!("one/{}/{}.mp4", start.utc_day(), start.utc_second());
    let file = sandbox.storage().join(&path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, vec![0; MEGABYTE]).unwrap();
    let segment = Segment {
        id: SegmentId::generate(),
        camera: "one".parse().unwrap(),
        run: RunId::generate(),
        sequence: 0,
        start,
        end: start + Duration::from_secs(60),
        path,
        size_bytes: MEGABYTE as u64,
        frames: 1,
        codecs: vec!["avc1.64001f".into()],
        width: 160,
        height: 120,
    };
    store.upsert_segment(&segment).await.unwrap();
    segment
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_limit_the_oldest_footage_goes_while_the_camera_records() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().env("RETENTION_MAX_GB", "0.005").start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_recording("one").await;
    assert!(sandbox.stop("TERM").success());
    let database = store(&sandbox).await;
    let mut planted = Vec::new();
    for days in (1..=8).rev() {
        planted.push(plant(&sandbox, &database, days).await);
    }
    // One that an earlier life had discarded, and had no time to delete.
    let discarded = plant(&sandbox, &database, 9).await;
    database.discard(&[discarded.id], WallTime::now()).await.unwrap();
    database.close().await.unwrap();

    let mut sandbox = sandbox.start_again().await;
    let there = |segment: &Segment| sandbox.storage().join(&segment.path).exists();
    // The footage of the camera itself is far below a megabyte, so four of the planted fit.
    wait::eventually(BOUND, "the oldest four to go", || !there(&planted[3]));
    wait::eventually(BOUND, "what was discarded to go", || !there(&discarded));

    assert!(planted[..4].iter().all(|segment| !there(segment)));
    assert!(planted[4..].iter().all(there), "no more than it must");
    let folder = sandbox.storage().join(planted[0].path.rsplit_once('/').unwrap().0);
    assert!(!folder.exists(), "an empty day goes too");
    sandbox.wait_recording("one").await;
    let listed: Vec<String> =
        sandbox.segments("one").await.into_iter().map(|segment| segment.name).collect();
    for (index, segment) in planted.iter().enumerate() {
        let name = format!("cameras/one/segments/{}", segment.id);
        assert_eq!(listed.contains(&name), index >= 4, "{index}: {listed:?}");
    }
}
