//! Exports: every picture of the span, across files, kept through kills, and nothing left behind.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use prost_types::Timestamp;
use ronin_core::WallTime;
use ronin_proto::v1::{
    CancelExportRequest, CreateExportRequest, DeleteExportRequest, Export, GetExportRequest,
    JobState, ListJobsRequest, RetryJobRequest, WatchExportsRequest,
    export_service_client::ExportServiceClient, job_service_client::JobServiceClient,
    watch_exports_response::Event,
};
use ronin_testkit::{
    camera::{Codec, FakeCamera, Pictures},
    ffprobe, numbers, wait,
};
use tokio::time::timeout;
use tonic::Code;

use crate::sandbox::{Authorized, BOUND, Sandbox, full_size, ronin};

/// How long one picture lasts, and what times may differ by.
const PICTURE: Duration = Duration::from_millis(40);

struct Exports {
    exports: ExportServiceClient<Authorized>,
    jobs: JobServiceClient<Authorized>,
}

impl Exports {
    async fn of(sandbox: &Sandbox) -> Self {
        let (exports, jobs) = sandbox.job_clients().await;
        Self { exports, jobs }
    }

    async fn create(&mut self, cameras: &[&str], start: WallTime, end: WallTime) -> Export {
        let request = request(cameras, start, end);
        self.exports.create_export(request).await.unwrap().into_inner().export.unwrap()
    }

    /// Waits until it is over.
    async fn finish(&mut self, name: &str) -> Export {
        let exports = &self.exports;
        wait::eventually_some(BOUND, "an export that is over", || {
            let (mut exports, name) = (exports.clone(), name.to_owned());
            async move {
                let answer = exports.get_export(GetExportRequest { name }).await.ok()?;
                let export = answer.into_inner().export?;
                let is_over = !matches!(state(&export), JobState::Queued | JobState::Running);
                is_over.then_some(export)
            }
        })
        .await
    }
}

fn request(cameras: &[&str], start: WallTime, end: WallTime) -> CreateExportRequest {
    CreateExportRequest {
        cameras: cameras.iter().map(|id| format!("cameras/{id}")).collect(),
        start_time: Some(wire(start)),
        end_time: Some(wire(end)),
        ..CreateExportRequest::default()
    }
}

fn wire(time: WallTime) -> Timestamp {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap();
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

fn time(time: Option<Timestamp>) -> WallTime {
    let Timestamp { seconds, nanos } = time.unwrap();
    WallTime::from_micros(seconds * 1_000_000 + i64::from(nanos) / 1000)
}

fn state(export: &Export) -> JobState {
    export.job.as_ref().unwrap().state()
}

/// Fetches a file of an export.
fn fetch(sandbox: &Sandbox, path: &str, name: &str) -> PathBuf {
    let (head, body) = sandbox.get(path);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.to_lowercase().contains(&format!("filename=\"{}\"", name.to_lowercase())),
        "{head}"
    );
    let file = sandbox.folder.path().join(name);
    fs::write(&file, body).unwrap();
    file
}

/// What lies in the folder of exports, by the names of its folders.
fn left(sandbox: &Sandbox) -> Vec<PathBuf> {
    let found = fs::read_dir(sandbox.storage().join(".exports"));
    found.map(|found| found.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

/// Numbers of the pictures that the recorded files of a camera have in a span, as exports cut it: from
/// the key frame before its start to the last one before a key frame behind its end.
async fn expected(
    sandbox: &mut Sandbox,
    id: &str,
    start: WallTime,
    end: WallTime,
) -> BTreeSet<u32> {
    let (files, segments) = (sandbox.files(id), sandbox.segments(id).await);
    let mut pictures = BTreeSet::new();
    for (file, segment) in files.iter().zip(&segments) {
        let begin = time(segment.start_time);
        // A key frame each second.
        for (index, number) in numbers::read(file).unwrap().into_iter().enumerate() {
            let second = u32::try_from(index / 25).unwrap();
            let from = begin + Duration::from_secs(1) * second;
            if from < end && from + Duration::from_secs(1) > start {
                pictures.insert(number);
            }
        }
    }
    pictures
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_every_picture_of_its_span_across_files_and_cameras() {
    let one = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let two =
        FakeCamera::builder().main_stream(Pictures::SMALL).codec(Codec::H265).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &one.main_url()).await;
    sandbox.add("two", &two.main_url()).await;
    let segments = sandbox.wait_segments("one", 4).await;
    sandbox.wait_segments("two", 4).await;
    let mut exports = Exports::of(&sandbox).await;
    let mut follow = exports.exports.clone();
    let watch = follow.watch_exports(WatchExportsRequest::default()).await.unwrap();
    let mut watch = watch.into_inner();

    // From within the second file to within the fourth.
    let start = time(segments[1].start_time) + Duration::from_millis(1300);
    let end = time(segments[3].start_time) + Duration::from_millis(700);
    let asked = exports.create(&["one", "two", "one"], start, end).await;
    assert_eq!(asked.cameras, ["cameras/one", "cameras/two"]);
    let export = exports.finish(&asked.name).await;
    assert_eq!(state(&export), JobState::Succeeded, "{export:?}");
    assert_eq!(export.remarks, Vec::<String>::new());
    assert_eq!(export.files.len(), 2);

    for file in &export.files {
        let id = file.camera.strip_prefix("cameras/").unwrap();
        let expected = expected(&mut sandbox, id, start, end).await;
        let fetched = fetch(&sandbox, &file.path, &file.file_name);
        assert_eq!(fs::metadata(&fetched).unwrap().len(), file.size_bytes);
        assert_eq!(ffprobe::decode_errors(&fetched), "");
        let pictures = numbers::read(&fetched).unwrap();
        numbers::check_continuous(std::slice::from_ref(&pictures)).unwrap();
        assert_eq!(pictures.into_iter().collect::<BTreeSet<_>>(), expected, "{id}");
        let (begins, ends) = (time(file.start_time), time(file.end_time));
        assert!(begins <= start && ends + PICTURE >= end, "{begins} to {ends}");
        assert!(start.since(begins) <= Duration::from_secs(1) + PICTURE, "{begins}, not {start}");
        let probed = ffprobe::probe(&fetched).unwrap();
        let length = ends.since(begins).as_secs_f64();
        assert!((probed.duration_s - length).abs() < 0.1, "{} and {length}", probed.duration_s);
        let name = &file.file_name;
        assert!(name.starts_with(&format!("{id}_")) && name.ends_with(".mp4"), "{name}");
    }
    // Whoever follows has seen it begin and end.
    let mut seen = Vec::new();
    while seen.last() != Some(&JobState::Succeeded) {
        match watch.message().await.unwrap().unwrap().event.unwrap() {
            Event::Change(change) => seen.push(state(&change.export.unwrap())),
            Event::Heartbeat(_) => {}
            Event::ListAgain(_) => panic!("nothing was missed"),
        }
    }

    // A part of it, as players and downloads that go on ask for one.
    let part = sandbox.get_range(&export.files[0].path, "bytes=4-7");
    assert!(part.0.starts_with("HTTP/1.1 206"), "{}", part.0);
    assert_eq!(part.1, b"ftyp");
    let none = sandbox.get(&format!("/exports/{}/file?number=3", id_of(&export)));
    assert!(none.0.starts_with("HTTP/1.1 404"), "{}", none.0);

    // The same over the command line.
    let out = sandbox.folder.path().join("out");
    let mut command = ronin(sandbox.folder.path());
    let args = ["--camera", "one", "--start", &start.to_string(), "--end", &end.to_string()];
    command.arg("export").args(args).arg("--out").arg(&out);
    command.env("RONIN_SERVER", format!("http://{}", sandbox.address));
    let ran = command.env("RONIN_TOKEN", &sandbox.token).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let printed = String::from_utf8(ran.stdout).unwrap();
    let by_hand = Path::new(printed.trim());
    assert_eq!(
        numbers::read(by_hand).unwrap(),
        numbers::read(&sandbox.folder.path().join(&export.files[0].file_name)).unwrap()
    );

    // Deleted, its files go.
    let held = left(&sandbox).len();
    let delete = DeleteExportRequest { name: export.name.clone() };
    exports.exports.delete_export(delete.clone()).await.unwrap();
    wait::eventually(BOUND, "its folder to go", || left(&sandbox).len() == held - 1);
    let again = exports.exports.delete_export(delete).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
    let gone = sandbox.get(&export.files[0].path);
    assert!(gone.0.starts_with("HTTP/1.1 404"), "{}", gone.0);
}

fn id_of(export: &Export) -> &str {
    export.name.strip_prefix("exports/").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused_in_words_and_what_is_stopped_leaves_nothing() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    // Nobody does the work here, so that it waits.
    let mut sandbox = Sandbox::builder().env("RONIN_JOBS_AT_ONCE", "0").start().await;
    sandbox.add("one", &camera.main_url()).await;
    let segments = sandbox.wait_segments("one", 2).await;
    let start = time(segments[0].start_time);
    let end = start + Duration::from_secs(4);
    let mut exports = Exports::of(&sandbox).await;

    let refused = async |exports: &mut Exports, request: CreateExportRequest| {
        let status = exports.exports.create_export(request).await.unwrap_err();
        (status.code(), status.message().to_owned())
    };
    let (code, _) = refused(&mut exports, request(&["nobody"], start, end)).await;
    assert_eq!(code, Code::NotFound);
    let old = WallTime::from_micros(0);
    let long_ago = request(&["one"], old, old + Duration::from_secs(60));
    let (code, message) = refused(&mut exports, long_ago).await;
    assert_eq!(code, Code::FailedPrecondition);
    assert!(message.contains("no footage"), "{message}");
    let (code, _) = refused(&mut exports, request(&["one"], end, start)).await;
    assert_eq!(code, Code::InvalidArgument);

    // The same request twice is one export.
    let request_id = uuid::Uuid::new_v4().to_string();
    let same = CreateExportRequest { request_id, ..request(&["one"], start, end) };
    let first = exports.exports.create_export(same.clone()).await.unwrap().into_inner();
    let second = exports.exports.create_export(same).await.unwrap().into_inner();
    let waiting = first.export.unwrap();
    assert_eq!(waiting.name, second.export.unwrap().name);
    assert_eq!(state(&waiting), JobState::Queued);
    assert!(waiting.size_bytes > 0, "an estimate");
    let early = sandbox.get(&format!("/exports/{}/file", id_of(&waiting)));
    assert!(early.0.starts_with("HTTP/1.1 409"), "{}", early.0);

    let delete = DeleteExportRequest { name: waiting.name.clone() };
    let status = exports.exports.delete_export(delete.clone()).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    let cancel = CancelExportRequest { name: waiting.name.clone() };
    let stopped = exports.exports.cancel_export(cancel).await.unwrap().into_inner();
    assert_eq!(state(&stopped.export.unwrap()), JobState::Cancelled);

    // It can be done after all, once there is somebody to do it.
    let job = format!("jobs/{}", id_of(&waiting));
    exports.jobs.retry_job(RetryJobRequest { name: job.clone() }).await.unwrap();
    let twice = exports.jobs.retry_job(RetryJobRequest { name: job }).await.unwrap_err();
    assert_eq!(twice.code(), Code::FailedPrecondition);
    sandbox.set("RONIN_JOBS_AT_ONCE", "2");
    let sandbox = sandbox.restart().await;
    let mut exports = Exports::of(&sandbox).await;
    let done = exports.finish(&waiting.name).await;
    assert_eq!(state(&done), JobState::Succeeded, "{done:?}");
    let jobs = exports.jobs.list_jobs(ListJobsRequest::default()).await.unwrap().into_inner().jobs;
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].subject, waiting.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_survive_kills_and_each_ends_once() {
    let camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(1)).start().await;
    sandbox.add("one", &camera.main_url()).await;
    let segments = sandbox.wait_segments("one", 12).await;
    let start = time(segments[0].start_time) + Duration::from_millis(200);
    let end = time(segments[11].start_time) - Duration::from_millis(300);

    let kills = if full_size() { 50 } else { 3 };
    let mut made = Vec::new();
    for kill in 0..kills {
        let mut exports = Exports::of(&sandbox).await;
        let mut follow = exports.exports.clone();
        let watch = follow.watch_exports(WatchExportsRequest::default()).await.unwrap();
        let mut watch = watch.into_inner();
        for _ in 0..4 {
            made.push(exports.create(&["one"], start, end).await.name);
        }
        // At any point of the work: each of the four is told once at least, as waiting, at work or done.
        let moment = rand::random_range(0..=4);
        let mut told = 0;
        while told < moment {
            let message = timeout(BOUND, watch.message()).await.unwrap().unwrap().unwrap();
            told += usize::from(matches!(message.event, Some(Event::Change(_))));
        }
        sandbox.signal("KILL");
        sandbox = sandbox.start_again().await;
        if full_size() {
            eprintln!("kill {kill} after {moment} changes");
        }
    }
    let mut exports = Exports::of(&sandbox).await;
    let expected = expected(&mut sandbox, "one", start, end).await;
    for name in &made {
        let export = exports.finish(name).await;
        assert_eq!(state(&export), JobState::Succeeded, "{export:?}");
        assert_eq!(export.files.len(), 1, "{export:?}");
        let file = fetch(&sandbox, &export.files[0].path, &export.files[0].file_name);
        assert_eq!(ffprobe::decode_errors(&file), "");
        let pictures: BTreeSet<u32> = numbers::read(&file).unwrap().into_iter().collect();
        assert_eq!(pictures, expected);
    }
    wait::eventually(BOUND, "no folder that no export has", || left(&sandbox).len() == made.len());
    for folder in left(&sandbox) {
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert!(files[0].extension().is_some_and(|kind| kind == "mp4"), "{files:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_changes_makes_another_file_and_a_gap_stays_as_long_as_it_was() {
    let mut camera = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 2).await;
    // Whole pictures only, so that every recorded one can be read.
    camera.hold_pictures(true);
    camera.stop();
    sandbox.wait_fault("one", "CAMERA_PORT_CLOSED").await;
    let before = sandbox.segments("one").await.len();
    camera.hold_pictures(false);
    camera.start().unwrap();
    sandbox.wait_segments("one", before + 2).await;
    camera.resize(320, 240).unwrap();
    let segments = sandbox.wait_segments("one", before + 5).await;
    let start = time(segments[0].start_time);
    let end = time(segments.last().unwrap().start_time) - Duration::from_millis(300);

    let mut exports = Exports::of(&sandbox).await;
    let asked = exports.create(&["one"], start, end).await;
    let export = exports.finish(&asked.name).await;
    assert_eq!(state(&export), JobState::Succeeded, "{export:?}");
    assert_eq!(export.files.len(), 2, "{export:?}");
    assert_eq!(export.remarks.len(), 1, "{:?}", export.remarks);
    assert!(export.remarks[0].contains("changes at"), "{:?}", export.remarks);

    let recorded = expected(&mut sandbox, "one", start, end).await;
    let mut exported = BTreeSet::new();
    for (file, size) in export.files.iter().zip([(160, 120), (320, 240)]) {
        let fetched = fetch(&sandbox, &file.path, &file.file_name);
        assert_eq!(ffprobe::decode_errors(&fetched), "");
        let probed = ffprobe::probe(&fetched).unwrap();
        let video = probed.video().unwrap();
        assert_eq!((video.width, video.height), size);
        let length = time(file.end_time).since(time(file.start_time)).as_secs_f64();
        assert!((probed.duration_s - length).abs() < 0.1, "{} and {length}", probed.duration_s);
        exported.extend(numbers::read(&fetched).unwrap());
    }
    assert_eq!(exported, recorded);
    let gaps = |file: usize| export.files[file].gaps.unwrap_or_default();
    assert!(gaps(0).seconds >= 1, "{:?}", gaps(0));
    assert!(gaps(1).seconds == 0, "{:?}", gaps(1));
}
