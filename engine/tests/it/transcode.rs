//! Recorded footage becomes H.265: every picture stays, whatever dies meanwhile, and nothing is left
//! behind.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ronin_proto::v1::{
    Camera, CancelJobRequest, GetJobStatsRequest, GetPlaybackRequest, H265Policy, H265Quality, Job,
    JobKind, JobState, ListJobsRequest, ListSegmentsRequest, RecordSettings, Segment,
    TranscodeResult, UpdateCameraRequest, WatchJobsRequest, job_service_client::JobServiceClient,
    watch_jobs_response::Event,
};
use ronin_testkit::{
    camera::{Audio, Codec, FakeCamera, Pictures},
    ffprobe, numbers, wait,
};
use tokio::time::timeout;

use crate::sandbox::{Authorized, BOUND, Sandbox, full_size, ronin};

/// Of smaller pictures, much of a file is header, and a new one saves too little.
const LARGER: Pictures = Pictures::Numbered { fps: 25, gop: 25, width: 480, height: 272 };

type Jobs = JobServiceClient<Authorized>;

async fn jobs_of(sandbox: &Sandbox) -> Jobs {
    sandbox.job_clients().await.1
}

/// Switches H.265 on for what was recorded, or off.
async fn set_policy(sandbox: &mut Sandbox, id: &str, policy: Option<H265Policy>) {
    let record = RecordSettings { h265: policy, ..RecordSettings::default() };
    let camera =
        Camera { name: format!("cameras/{id}"), record: Some(record), ..Camera::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["record.h265".into()] });
    let request = UpdateCameraRequest { camera: Some(camera), update_mask };
    sandbox.cameras.update_camera(request).await.unwrap();
}

fn at_once() -> Option<H265Policy> {
    Some(H265Policy {
        after: Some(prost_types::Duration::default()),
        quality: H265Quality::Small.into(),
        minimum_saving_percent: 1,
        schedule: None,
    })
}

fn is_h265(segment: &Segment) -> bool {
    segment.codecs.iter().any(|codec| codec.starts_with("hvc1"))
}

/// Waits until `count` segments of a camera are H.265.
async fn wait_h265(sandbox: &mut Sandbox, id: &str, count: usize) -> Vec<Segment> {
    let recordings = sandbox.recordings.clone();
    let camera = format!("cameras/{id}");
    wait::eventually_some(BOUND, "files that are H.265", || {
        let (mut recordings, camera) = (recordings.clone(), camera.clone());
        async move {
            let request =
                ListSegmentsRequest { camera, page_size: 1000, ..ListSegmentsRequest::default() };
            let segments = recordings.list_segments(request).await.unwrap().into_inner().segments;
            (segments.iter().filter(|s| is_h265(s)).count() >= count).then_some(segments)
        }
    })
    .await
}

async fn all_jobs(jobs: &mut Jobs) -> Vec<Job> {
    let request =
        ListJobsRequest { kinds: vec![JobKind::Transcode.into()], ..ListJobsRequest::default() };
    jobs.list_jobs(request).await.unwrap().into_inner().jobs
}

async fn totals(jobs: &mut Jobs) -> TranscodeResult {
    let stats = jobs.get_job_stats(GetJobStatsRequest {}).await.unwrap().into_inner();
    stats.transcodes.into_iter().next().unwrap_or_default()
}

/// Every picture of a camera's files, in the order of the index; also proves that each decodes.
async fn pictures(sandbox: &mut Sandbox, id: &str) -> Vec<Vec<u32>> {
    let segments = sandbox.segments(id).await;
    let mut all = Vec::with_capacity(segments.len());
    for segment in &segments {
        let file = fetch(sandbox, segment);
        assert_eq!(ffprobe::decode_errors(&file), "", "{segment:?}");
        let read = numbers::read(&file).unwrap();
        assert_eq!(read.len() as u64, segment.frames, "{segment:?}");
        all.push(read);
    }
    all
}

fn fetch(sandbox: &Sandbox, segment: &Segment) -> PathBuf {
    let id = segment.name.rsplit_once('/').unwrap().1;
    let (head, body) = sandbox.get(&format!("/segments/{id}.mp4"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let file = sandbox.folder.path().join(format!("{id}.mp4"));
    fs::write(&file, body).unwrap();
    file
}

/// What lies in the folder in which files are made.
fn unfinished(sandbox: &Sandbox) -> Vec<PathBuf> {
    let found = fs::read_dir(sandbox.storage().join(".transcoding"));
    found.map(|found| found.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_files_become_h265_with_every_picture_and_play() {
    let camera = FakeCamera::builder().main_stream(LARGER).audio(Audio::Aac).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    let before = sandbox.wait_segments("one", 3).await;
    let sound = ffprobe::probe(&fetch(&sandbox, &before[0])).unwrap().audio().is_some();
    assert!(sound);
    set_policy(&mut sandbox, "one", at_once()).await;

    // The newest files come first, and others are recorded meanwhile.
    let mut after = Vec::new();
    for count in 3..8 {
        after = wait_h265(&mut sandbox, "one", count).await;
        if after[..3].iter().all(is_h265) {
            break;
        }
    }
    let log = sandbox.log();
    let said: Vec<&str> = log.lines().filter(|line| line.contains("transcode")).collect();
    assert!(after[..3].iter().all(is_h265), "{}", said.join("\n"));
    set_policy(&mut sandbox, "one", None).await;

    for (old, new) in before[..3].iter().zip(&after) {
        assert_ne!(old.name, new.name);
        assert_eq!((old.start_time, old.end_time), (new.start_time, new.end_time));
        assert_eq!(old.frames, new.frames);
        assert!(new.size_bytes < old.size_bytes, "{} to {}", old.size_bytes, new.size_bytes);
        let file = fetch(&sandbox, new);
        let probed = ffprobe::probe(&file).unwrap();
        assert_eq!(probed.video().unwrap().codec, "hevc");
        assert_eq!(probed.audio().unwrap().codec, "aac");
        // Whoever plays the recorded file may go on for a while.
        let was = ffprobe::probe(&fetch(&sandbox, old)).unwrap();
        assert_eq!(was.video().unwrap().codec, "h264");
        let longer = (probed.duration_s - was.duration_s).abs();
        assert!(longer < 0.1, "{} instead of {}", probed.duration_s, was.duration_s);
    }
    let read = pictures(&mut sandbox, "one").await;
    numbers::check_continuous(&read).unwrap();

    // What people see of it.
    let mut jobs = jobs_of(&sandbox).await;
    let of_camera = all_jobs(&mut jobs).await;
    assert!(of_camera.iter().all(|job| job.subject == "cameras/one"), "{of_camera:?}");
    let total = totals(&mut jobs).await;
    assert!(total.files >= 3 && total.encoder == "x265enc", "{total:?}");
    assert!(total.bytes_after < total.bytes_before);
    let mut command = ronin(sandbox.folder.path());
    command.args(["jobs", "--stats"]).env("RONIN_SERVER", format!("http://{}", sandbox.address));
    let ran = command.env("RONIN_TOKEN", &sandbox.token).output().unwrap();
    let printed = String::from_utf8(ran.stdout).unwrap();
    assert!(printed.contains("one: ") && printed.contains("files as H.265"), "{printed}");
    wait::eventually(BOUND, "nothing half done", || unfinished(&sandbox).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_saves_too_little_or_is_h265_already_stays_as_it_was_recorded() {
    let one = FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap();
    let two =
        FakeCamera::builder().main_stream(Pictures::SMALL).codec(Codec::H265).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &one.main_url()).await;
    sandbox.add("two", &two.main_url()).await;
    let before = sandbox.wait_segments("one", 2).await;
    let of_two = sandbox.wait_segments("two", 2).await;
    let policy = at_once().map(|policy| H265Policy {
        minimum_saving_percent: 90,
        quality: H265Quality::High.into(),
        ..policy
    });
    set_policy(&mut sandbox, "one", policy).await;
    set_policy(&mut sandbox, "two", policy_of_two()).await;

    let mut jobs = jobs_of(&sandbox).await;
    let left = wait::eventually_some(BOUND, "files that are left", || {
        let mut jobs = jobs.clone();
        async move {
            let total = totals(&mut jobs).await;
            total.left.into_iter().find(|left| left.count >= 2)
        }
    })
    .await;

    assert_eq!(left.reason, "SAVES_TOO_LITTLE");
    let after = sandbox.segments("one").await;
    assert_eq!(after[..2], before[..2]);
    assert_eq!(sandbox.segments("two").await[..2], of_two[..2]);
    let of_camera = all_jobs(&mut jobs).await;
    assert!(of_camera.iter().all(|job| job.subject == "cameras/one"), "{of_camera:?}");
    wait::eventually(BOUND, "nothing half done", || unfinished(&sandbox).is_empty());
}

fn policy_of_two() -> Option<H265Policy> {
    at_once()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_runs_is_stopped_and_the_recorded_files_stay() {
    // Large pictures, so that it takes a while.
    let pictures = Pictures::Numbered { fps: 25, gop: 25, width: 1280, height: 720 };
    let camera = FakeCamera::builder().main_stream(pictures).start().unwrap();
    let mut sandbox = Sandbox::builder()
        .cut(Duration::from_secs(6))
        .env("RONIN_H265_PRESET", "medium")
        .env("RONIN_H265_CORES", "1")
        .start()
        .await;
    sandbox.add("one", &camera.main_url()).await;
    let before = sandbox.wait_segments("one", 2).await;
    let mut jobs = jobs_of(&sandbox).await;
    let watch = jobs.watch_jobs(WatchJobsRequest::default()).await.unwrap();
    let mut watch = watch.into_inner();
    set_policy(&mut sandbox, "one", at_once()).await;
    let mut until = async |wanted: &dyn Fn(&Job) -> bool| loop {
        let message = timeout(BOUND, watch.message()).await.unwrap().unwrap().unwrap();
        if let Some(Event::Change(change)) = message.event
            && let Some(job) = change.job.filter(wanted)
        {
            return job;
        }
    };
    let running =
        until(&|job| job.state() == JobState::Running && job.progress_percent > 0.0).await;
    set_policy(&mut sandbox, "one", None).await;

    let asked = std::time::Instant::now();
    jobs.cancel_job(CancelJobRequest { name: running.name.clone() }).await.unwrap();
    let stopped =
        until(&|job| job.name == running.name && job.state() == JobState::Cancelled).await;

    println!("a job that ran stopped after {:?}", asked.elapsed());
    assert_eq!(stopped.transcode.unwrap().files, 0);
    let after = sandbox.segments("one").await;
    assert_eq!(after[..2], before[..2]);
    assert!(unfinished(&sandbox).is_empty(), "{:?}", unfinished(&sandbox));
}

#[tokio::test(flavor = "multi_thread")]
async fn footage_survives_kills_of_those_who_encode_it() {
    let camera = FakeCamera::builder().main_stream(LARGER).start().unwrap();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(2)).start().await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 6).await;
    set_policy(&mut sandbox, "one", at_once()).await;

    let kills = if full_size() { 50 } else { 3 };
    for kill in 0..kills {
        let mut jobs = jobs_of(&sandbox).await;
        let watch = jobs.watch_jobs(WatchJobsRequest::default()).await.unwrap();
        let mut watch = watch.into_inner();
        // At any point of the work: a file every two seconds, a word on it now and then.
        let moment = rand::random_range(0..=5);
        let mut told = 0;
        while told < moment {
            let message = timeout(BOUND, watch.message()).await.unwrap().unwrap().unwrap();
            told += usize::from(matches!(message.event, Some(Event::Change(_))));
        }
        // The engine as a whole, or what encodes for it.
        if rand::random_bool(0.5) {
            sandbox.signal("KILL");
            sandbox = sandbox.start_again().await;
        } else {
            for pid in coders_of(sandbox.pid()) {
                let pid = pid.to_string();
                let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
            }
        }
        if full_size() {
            eprintln!("kill {kill} after {moment} changes");
        }
    }
    // What was recorded before the end becomes H.265, but for files whose encoder was killed.
    let so_far = sandbox.segments("one").await.len();
    let mut jobs = jobs_of(&sandbox).await;
    wait::eventually_some(BOUND * 3, "most of it as H.265", || {
        let mut jobs = jobs.clone();
        async move {
            let total = totals(&mut jobs).await;
            let left: u64 = total.left.iter().map(|left| left.count).sum();
            (total.files + left >= so_far as u64 - 3).then_some(())
        }
    })
    .await;
    set_policy(&mut sandbox, "one", None).await;
    wait_until_over(&mut jobs).await;
    for job in all_jobs(&mut jobs).await {
        assert_eq!(job.state(), JobState::Succeeded, "{job:?}");
    }
    let total = totals(&mut jobs).await;
    println!("{total:?}");
    assert!(total.files > 0);
    assert!(total.left.iter().all(|left| left.reason == "ENCODER_FAILED"), "{total:?}");

    // Every file decodes, no picture is missing but where the engine was dead.
    let read = pictures(&mut sandbox, "one").await;
    for file in &read {
        numbers::check_continuous(std::slice::from_ref(file)).unwrap();
    }
    let all: Vec<u32> = read.iter().flatten().copied().collect();
    let once: BTreeSet<u32> = all.iter().copied().collect();
    assert_eq!(all.len(), once.len(), "no picture is there twice");
    wait::eventually(BOUND, "nothing half done", || unfinished(&sandbox).is_empty());
    orphans(&mut sandbox).await;
}

/// Processes that encode for this one.
fn coders_of(parent: u32) -> Vec<u32> {
    let children = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten();
    let children =
        children.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let all: Vec<String> = children.collect();
    all.iter().flat_map(|line| line.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
}

/// Each file below the storage root has one row, or is about to be deleted.
async fn orphans(sandbox: &mut Sandbox) {
    sandbox.stop("TERM");
    let mut check = ronin(sandbox.folder.path());
    let checked = check.arg("check").output().unwrap();
    let printed = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{printed}{}", String::from_utf8_lossy(&checked.stderr));
    let mut named: BTreeSet<PathBuf> = BTreeSet::new();
    collect(&sandbox.storage().join("one"), &mut named);
    assert!(named.iter().all(|path| path.extension().is_some_and(|e| e == "mp4")), "{named:?}");
}

fn collect(folder: &Path, into: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.insert(path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_record_every_picture_while_footage_is_encoded() {
    let count = if full_size() { 16 } else { 3 };
    let seconds = if full_size() { 120 } else { 12 };
    let large = Pictures::Numbered { fps: 25, gop: 25, width: 1280, height: 720 };
    let busy = FakeCamera::builder().main_stream(large).start().unwrap();
    let cameras: Vec<FakeCamera> = (0..count)
        .map(|_| FakeCamera::builder().main_stream(Pictures::SMALL).start().unwrap())
        .collect();
    let mut sandbox = Sandbox::builder().cut(Duration::from_secs(3)).start().await;
    sandbox.add("busy", &busy.main_url()).await;
    for (index, camera) in cameras.iter().enumerate() {
        sandbox.add(&format!("cam{index}"), &camera.main_url()).await;
    }
    sandbox.wait_segments("busy", 2).await;
    set_policy(&mut sandbox, "busy", at_once()).await;
    let ids: Vec<String> = (0..count).map(|index| format!("cam{index}")).collect();
    for id in &ids {
        sandbox.wait_segments(id, seconds / 3).await;
    }
    wait_h265(&mut sandbox, "busy", 1).await;
    let mut jobs = jobs_of(&sandbox).await;
    println!("{:?}", totals(&mut jobs).await);

    sandbox.stop("TERM");
    for id in &ids {
        let pictures = crate::sandbox::assert_continuous(&sandbox.files(id));
        println!("{id}: {pictures} pictures, none missing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_of_both_codecs_plays_and_as_h264_where_a_browser_needs_that() {
    let camera = FakeCamera::builder().main_stream(LARGER).audio(Audio::Aac).start().unwrap();
    let mut sandbox = Sandbox::start().await;
    sandbox.add("one", &camera.main_url()).await;
    let before = sandbox.wait_segments("one", 2).await;
    set_policy(&mut sandbox, "one", at_once()).await;
    wait_h265(&mut sandbox, "one", 2).await;
    set_policy(&mut sandbox, "one", None).await;
    let mut jobs = jobs_of(&sandbox).await;
    wait_until_over(&mut jobs).await;
    let known = sandbox.segments("one").await.len();
    let all = sandbox.wait_segments("one", known + 2).await;
    assert!(all.iter().any(is_h265) && !all.iter().all(is_h265), "{all:?}");

    for h264 in [false, true] {
        let request = GetPlaybackRequest {
            camera: "cameras/one".into(),
            start_time: before[0].start_time,
            end_time: all[known].end_time,
            h264,
        };
        let playback = sandbox.recordings.get_playback(request).await.unwrap().into_inner();
        assert_eq!(playback.codecs.iter().any(|codec| codec.starts_with("hvc1")), !h264);
        let (head, text) = sandbox.get(&playback.hls_path);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let text = String::from_utf8(text).unwrap();
        let parts = play(&sandbox, &text);
        assert_eq!(parts.len(), known + 1, "{text}");
        assert_eq!(text.contains("/h264/"), h264, "{text}");
        let mut read = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let file = sandbox.folder.path().join(format!("{h264}-{index}.mp4"));
            fs::write(&file, part).unwrap();
            assert_eq!(ffprobe::decode_errors(&file), "");
            let probed = ffprobe::probe(&file).unwrap();
            let is_h264 = probed.video().unwrap().codec == "h264";
            assert_eq!(is_h264, h264 || !is_h265(&all[index]), "{probed:?}");
            assert_eq!(probed.audio().unwrap().codec, "aac");
            read.push(numbers::read(&file).unwrap());
        }
        numbers::check_continuous(&read).unwrap();
        let wanted: u64 = all[..=known].iter().map(|segment| segment.frames).sum();
        assert_eq!(read.iter().map(Vec::len).sum::<usize>() as u64, wanted);
    }
    // What is not there is told so.
    let id = all.iter().find(|segment| is_h265(segment)).unwrap().name.rsplit_once('/').unwrap().1;
    for (path, status) in [
        (format!("/segments/{id}/h264/99-99.mp4"), "404"),
        (format!("/segments/{id}/h264/else.mp4"), "404"),
        (format!("/segments/{id}/h264/header.mp4"), "200"),
        (format!("/segments/{}/h264/header.mp4", uuid::Uuid::new_v4()), "404"),
    ] {
        let (head, _) = sandbox.get(&path);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {head}");
    }
}

/// Waits until no job waits or runs.
async fn wait_until_over(jobs: &mut Jobs) {
    wait::eventually_some(BOUND, "every job to end", || {
        let mut jobs = jobs.clone();
        async move {
            let all = all_jobs(&mut jobs).await;
            let is_over = |job: &Job| !matches!(job.state(), JobState::Queued | JobState::Running);
            all.iter().all(is_over).then_some(())
        }
    })
    .await;
}

/// What a player puts together of a playlist: for each header the bytes of it and of what follows.
fn play(sandbox: &Sandbox, playlist: &str) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut range: Option<String> = None;
    let fetch = |path: &str, range: Option<String>| {
        let (head, body) = match range {
            Some(range) => sandbox.get_range(path, &range),
            None => sandbox.get(path),
        };
        assert!(head.starts_with("HTTP/1.1 20"), "{path}: {head}");
        body
    };
    let bytes = |text: &str| {
        let (size, offset) = text.split_once('@').unwrap();
        let (size, offset): (u64, u64) = (size.parse().unwrap(), offset.parse().unwrap());
        format!("bytes={offset}-{}", offset + size - 1)
    };
    for line in playlist.lines() {
        if let Some(map) = line.strip_prefix("#EXT-X-MAP:URI=\"") {
            let (path, rest) = map.split_once('"').unwrap();
            let of =
                rest.strip_prefix(",BYTERANGE=\"").map(|rest| bytes(rest.trim_end_matches('"')));
            parts.push(fetch(path, of));
        } else if let Some(text) = line.strip_prefix("#EXT-X-BYTERANGE:") {
            range = Some(bytes(text));
        } else if line.starts_with('/') {
            parts.last_mut().unwrap().extend(fetch(line, range.take()));
        }
    }
    parts
}
