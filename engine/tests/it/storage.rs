//! The storage is not what it was: an empty folder in the place of the disk, files that are gone or
//! cut short, no room at all. What is recorded goes on or waits, and nothing is believed too soon.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use ronin_core::{RunId, Segment, SegmentId, WallTime};
use ronin_proto::v1::{Fault, GetStorageRequest, ListNoticesRequest};
use ronin_store::{MasterKey, ProtectedSpan, Store};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    wait,
};

use crate::sandbox::{BOUND, Sandbox, ronin};

const HOUR: Duration = Duration::from_secs(3600);

async fn store(sandbox: &Sandbox) -> Store {
    let data = sandbox.folder.path().join("data");
    let key = MasterKey::load_or_create(&data.join("master.key")).unwrap();
    let url = format!("sqlite://{}/ronin.db?mode=rwc", data.display());
    Store::connect(&url, key).await.unwrap()
}

/// A copy of a recorded file, with the identity of another segment that began `ago`, and its row.
async fn plant(
    sandbox: &Sandbox,
    store: &Store,
    camera: &str,
    of: &Path,
    ago: Duration,
) -> Segment {
    let start = WallTime::now() - ago;
    let path = format!("{camera}/{}/{}.mp4", start.utc_day(), start.utc_second());
    let file = sandbox.storage().join(&path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let id = SegmentId::generate();
    fs::write(&file, with_identity(&fs::read(of).unwrap(), id, start)).unwrap();
    let segment = Segment {
        id,
        camera: camera.parse().unwrap(),
        run: RunId::generate(),
        sequence: 0,
        start,
        end: start + Duration::from_secs(2),
        path,
        size_bytes: fs::metadata(&file).unwrap().len(),
        frames: 50,
        codecs: vec!["avc1.64001f".into()],
        width: 160,
        height: 120,
    };
    store.upsert_segment(&segment).await.unwrap();
    segment
}

/// The bytes of a file with another id and other times in what it says of itself, which keeps its
/// length.
fn with_identity(bytes: &[u8], id: SegmentId, start: WallTime) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let end = start + Duration::from_secs(2);
    for (key, value) in [
        ("\"segment\":\"", id.to_string()),
        ("\"start\":", start.as_micros().to_string()),
        ("\"end\":", end.as_micros().to_string()),
    ] {
        let at = bytes.windows(key.len()).rposition(|part| part == key.as_bytes()).unwrap();
        let at = at + key.len();
        bytes[at..at + value.len()].copy_from_slice(value.as_bytes());
    }
    bytes
}

async fn notices(sandbox: &mut Sandbox) -> Vec<(String, String)> {
    let list = sandbox.system.list_notices(ListNoticesRequest::default()).await.unwrap();
    let told = list.into_inner().notices.into_iter();
    told.map(|notice| (notice.cause, notice.message)).collect()
}

/// Waits until pictures come and are not recorded, for this reason.
async fn wait_fault(sandbox: &mut Sandbox, reason: &str) -> Fault {
    let status = sandbox.wait_for("one", reason, |status| {
        status.recording_fault.as_ref().is_some_and(|fault| fault.reason == reason)
    });
    status.await.recording_fault.unwrap()
}

fn there(sandbox: &Sandbox, segment: &Segment) -> bool {
    sandbox.storage().join(&segment.path).exists()
}

async fn names(sandbox: &mut Sandbox, camera: &str) -> Vec<String> {
    sandbox.segments(camera).await.into_iter().map(|segment| segment.name).collect()
}

fn check(sandbox: &Sandbox, flags: &[&str]) -> (bool, String) {
    let output = ronin(sandbox.folder.path()).arg("check").args(flags).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn e12_an_empty_folder_in_the_place_of_the_disk_is_not_believed() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 2).await;

    // While it runs: as if the disk were unmounted.
    let (root, disk) = (sandbox.storage(), sandbox.folder.path().join("disk"));
    fs::rename(&root, &disk).unwrap();
    fs::create_dir(&root).unwrap();
    let fault = wait_fault(&mut sandbox, "STORAGE_AWAY").await;
    assert!(fault.message.contains("storage"), "{fault:?}");
    assert!(!root.join("one").exists(), "nothing is written beneath the mount");
    fs::remove_dir_all(&root).unwrap();
    fs::rename(&disk, &root).unwrap();
    sandbox.wait_recording("one").await;
    assert_eq!(camera.connections().total, 1, "the camera noticed nothing");

    // At a start.
    let known = sandbox.wait_segments("one", 3).await.len();
    assert!(sandbox.stop("TERM").success());
    fs::rename(&root, &disk).unwrap();
    let mut sandbox = sandbox.start_again().await;
    sandbox.wait_for("one", "live pictures alone", |status| !status.streams.is_empty()).await;
    assert!(!sandbox.camera("one").await.status.unwrap().recording);
    assert!(sandbox.segments("one").await.len() >= known, "no row is given up");
    wait::eventually_some(BOUND, "words", || {
        let mut system = sandbox.system.clone();
        async move {
            let list = system.list_notices(ListNoticesRequest::default()).await.unwrap();
            let told = list.into_inner().notices;
            told.iter().any(|n| n.message.contains("--accept-storage")).then_some(())
        }
    })
    .await;
    // A person says that this is the disk from now on.
    let (_, words) = check(&sandbox, &["--accept-storage"]);
    assert!(words.contains("is the storage of this index now"), "{words}");
    sandbox.wait_recording("one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e11_a_few_files_that_are_gone_are_marked_and_many_are_doubted() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;
    assert!(sandbox.stop("TERM").success());
    let of = sandbox.files("one")[0].clone();
    let database = store(&sandbox).await;
    let mut planted = Vec::new();
    for n in 1..=40_u32 {
        planted
            .push(plant(&sandbox, &database, "one", &of, HOUR + Duration::from_secs(10) * n).await);
    }
    database.close().await.unwrap();

    fs::remove_file(sandbox.storage().join(&planted[7].path)).unwrap();
    let short = sandbox.storage().join(&planted[9].path);
    fs::File::options()
        .write(true)
        .open(&short)
        .unwrap()
        .set_len(planted[9].size_bytes - 10)
        .unwrap();
    let mut sandbox = sandbox.start_again().await;
    let gone = format!("cameras/one/segments/{}", planted[7].id);
    wait_until_gone(&sandbox, &gone).await;
    let marked = Instant::now();
    let begin = SystemTime::UNIX_EPOCH
        + Duration::from_micros(planted[7].start.as_micros().cast_unsigned());
    let timeline = sandbox.timeline("one", begin).await;
    assert_eq!(timeline.gaps[0].cause, "FILE_LOST", "{timeline:?}");
    // It is told behind the row.
    loop {
        if notices(&mut sandbox).await.iter().any(|(cause, _)| cause == "FILES_MISSING") {
            break;
        }
        assert!(marked.elapsed() < BOUND, "nobody was told");
    }
    assert!(sandbox.stop("TERM").success());
    let (fits, words) = check(&sandbox, &["--fragments", "--content"]);
    assert!(!words.contains("bytes on disk"), "the short file has a new row: {words}");
    assert!(words.contains("1 files are marked as lost"), "{words}");
    assert!(fits || words.contains("pictures"), "{words}");

    // Half of them at once: the disk is doubted, and not the index.
    for segment in &planted[20..] {
        fs::remove_file(sandbox.storage().join(&segment.path)).unwrap();
    }
    let mut sandbox = sandbox.start_again().await;
    sandbox.wait_segments("one", 2).await;
    wait::eventually(BOUND, "the doubt", || sandbox.log().contains("too many to be believed"));
    let listed = names(&mut sandbox, "one").await;
    for segment in &planted[20..] {
        assert!(listed.contains(&format!("cameras/one/segments/{}", segment.id)));
    }
    assert!(sandbox.stop("TERM").success());
    let (_, words) = check(&sandbox, &["--mark-missing"]);
    assert!(words.contains("20 without a file (marked as lost)"), "{words}");
    let mut sandbox = sandbox.start_again().await;
    let listed = names(&mut sandbox, "one").await;
    assert!(!listed.contains(&format!("cameras/one/segments/{}", planted[30].id)));
}

async fn wait_until_gone(sandbox: &Sandbox, name: &str) {
    wait::eventually_some(BOUND, "the row to go", || {
        let (mut recordings, name) = (sandbox.recordings.clone(), name.to_owned());
        async move {
            let request = ronin_proto::v1::ListSegmentsRequest {
                camera: "cameras/one".into(),
                page_size: 1000,
                ..Default::default()
            };
            let page = recordings.list_segments(request).await.unwrap().into_inner();
            page.segments.iter().all(|segment| segment.name != name).then_some(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_has_limits_of_its_own_and_what_is_protected_stays() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.add("two", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;
    sandbox.wait_segments("two", 1).await;
    let of = sandbox.files("one")[0].clone();
    let database = store(&sandbox).await;
    let (mut ones, mut twos) = (Vec::new(), Vec::new());
    for hours in (2..=9_u32).rev() {
        ones.push(plant(&sandbox, &database, "one", &of, HOUR * hours).await);
        twos.push(plant(&sandbox, &database, "two", &of, HOUR * hours).await);
    }
    let kept = ProtectedSpan {
        id: uuid::Uuid::now_v7(),
        camera: "one".parse().unwrap(),
        span: ones[1].span(),
        note: "the accident".into(),
        created_by: "admin".into(),
        created_at: WallTime::now(),
    };
    database.protect(&kept).await.unwrap();

    let record =
        ronin_proto::v1::RecordSettings { retention_max_bytes: Some(1), ..Default::default() };
    let limited = ronin_proto::v1::Camera {
        name: "cameras/one".into(),
        record: Some(record),
        ..Default::default()
    };
    let request = ronin_proto::v1::UpdateCameraRequest { camera: Some(limited), update_mask: None };
    sandbox.cameras.update_camera(request).await.unwrap();

    wait::eventually(BOUND, "the camera's footage to go", || !there(&sandbox, &ones[7]));
    assert!(there(&sandbox, &ones[1]), "what is protected stays");
    assert!(ones.iter().enumerate().all(|(n, segment)| n == 1 || !there(&sandbox, segment)));
    assert!(twos.iter().all(|segment| there(&sandbox, segment)), "the other camera keeps all");
    assert!(database.unprotect(&kept.camera, kept.id).await.unwrap());
    wait::eventually(BOUND, "it to go as well", || !there(&sandbox, &ones[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_recording_alone_pauses_and_goes_on_by_itself() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;

    // All of the disk is to be free, and all footage is too young to go.
    let disk = sandbox.storage_service().get_storage(GetStorageRequest {}).await.unwrap();
    set_reserve(&sandbox, disk.into_inner().volumes[0].total_bytes - 1).await;
    wait_fault(&mut sandbox, "DISK_FULL").await;
    let status = sandbox.camera("one").await.status.unwrap();
    assert!(!status.streams.is_empty() && !status.recording, "live goes on");
    let since = SystemTime::now();
    wait::eventually(BOUND, "two seconds of pause", || {
        since.elapsed().unwrap() > Duration::from_secs(2)
    });
    set_reserve(&sandbox, 0).await;
    sandbox.wait_recording("one").await;
    let known = sandbox.segments("one").await.len();
    sandbox.wait_segments("one", known + 1).await;

    assert_eq!(camera.connections().total, 1, "the camera noticed nothing");
    let timeline = sandbox.timeline("one", since - Duration::from_secs(1)).await;
    assert!(timeline.gaps.iter().any(|gap| gap.cause == "DISK_FULL"), "{timeline:?}");
    let told: Vec<String> =
        notices(&mut sandbox).await.into_iter().map(|(cause, _)| cause).collect();
    assert!(told.iter().filter(|cause| *cause == "DISK_FULL").count() >= 2, "{told:?}");
}

async fn set_reserve(sandbox: &Sandbox, bytes: u64) {
    let mut storage = sandbox.storage_service();
    let policy =
        ronin_proto::v1::StoragePolicy { reserve_bytes: Some(bytes), ..Default::default() };
    let request =
        ronin_proto::v1::UpdateStoragePolicyRequest { policy: Some(policy), ..Default::default() };
    storage.update_storage_policy(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_the_oldest_files_make_room_and_their_rows_go_later() {
    let postgres = ronin_testkit::postgres::Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().env("DATABASE_URL", url.clone()).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 1).await;
    assert!(sandbox.stop("TERM").success());
    let of = sandbox.files("one")[0].clone();
    let key = MasterKey::load_or_create(&sandbox.folder.path().join("data/master.key")).unwrap();
    let database = Store::connect(&url, key).await.unwrap();
    let mut planted = Vec::new();
    for hours in (2..=5_u32).rev() {
        planted.push(plant(&sandbox, &database, "one", &of, HOUR * hours).await);
    }
    database.close().await.unwrap();

    postgres.go_down().unwrap();
    // More than any disk has, so that everything old must go.
    sandbox.set("RONIN_RESERVE_GB", "999999999");
    let mut sandbox = sandbox.start_again_signed_in().await;
    let gone = |sandbox: &Sandbox| planted.iter().all(|segment| !there(sandbox, segment));
    wait::eventually(BOUND, "the old files to go", || gone(&sandbox));
    let young: Vec<PathBuf> = sandbox.files("one");
    assert!(young.contains(&of), "what is young stays");
    postgres.come_up().unwrap();

    for segment in &planted {
        wait_until_gone(&sandbox, &format!("cameras/one/segments/{}", segment.id)).await;
    }
    assert!(sandbox.stop("TERM").success());
}
