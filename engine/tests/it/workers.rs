//! Workers beside a server, on one Postgres: they do its work, and one that dies or is cut off is
//! another's.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use ronin_proto::v1::{
    Camera, CreateExportRequest, GetExportRequest, H265Policy, H265Quality, Job, JobState,
    ListJobsRequest, RecordSettings, Segment, UpdateCameraRequest,
};
use ronin_testkit::{
    camera::{FakeCamera, Pictures},
    ffprobe, numbers,
    postgres::Postgres,
    wait,
};

use crate::sandbox::{BOUND, Sandbox, full_size, ronin};

const LARGER: Pictures = Pictures::Numbered { fps: 25, gop: 25, width: 480, height: 272 };

/// A worker of a sandbox; killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(sandbox: &Sandbox, database: &str, queues: &str) -> Self {
        let mut command = ronin(sandbox.folder.path());
        command.env_remove("RONIN_ADMIN_PASSWORD").env("DATABASE_URL", database);
        // Nothing of the server but its storage.
        command.env("RONIN_DATA_DIR", sandbox.folder.path().join("of-workers"));
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(sandbox.folder.path().join("log"))
            .unwrap();
        command.args(["worker", "--queues", queues]).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        assert!(line.contains("worker is ready"), "{line:?}\n{}", sandbox.log());
        Self(child)
    }

    /// As people see it in the list of jobs.
    fn name(&self) -> String {
        format!("({})", self.0.id())
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success());
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn set_policy(sandbox: &mut Sandbox, is_on: bool) {
    let policy = H265Policy {
        after: Some(prost_types::Duration::default()),
        quality: H265Quality::Small.into(),
        minimum_saving_percent: 1,
        schedule: None,
    };
    let record = RecordSettings { h265: is_on.then_some(policy), ..RecordSettings::default() };
    let camera = Camera { name: "cameras/one".into(), record: Some(record), ..Camera::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["record.h265".into()] });
    let request = UpdateCameraRequest { camera: Some(camera), update_mask };
    sandbox.cameras.update_camera(request).await.unwrap();
}

async fn jobs(sandbox: &Sandbox) -> Vec<Job> {
    let (_, mut jobs) = sandbox.job_clients().await;
    jobs.list_jobs(ListJobsRequest::default()).await.unwrap().into_inner().jobs
}

/// Waits for a job that fits.
async fn wait_job(sandbox: &Sandbox, what: &str, fits: impl Fn(&Job) -> bool) -> Job {
    let (_, client) = sandbox.job_clients().await;
    wait::eventually_some(BOUND * 2, what, || {
        let (mut client, fits) = (client.clone(), &fits);
        async move {
            let all = client.list_jobs(ListJobsRequest::default()).await.unwrap().into_inner();
            all.jobs.into_iter().find(fits)
        }
    })
    .await
}

/// Ends what is planned, and proves that every picture of what was recorded is there once.
async fn settle(sandbox: &mut Sandbox) -> usize {
    set_policy(sandbox, false).await;
    let (_, client) = sandbox.job_clients().await;
    wait::eventually_some(BOUND * 2, "every job to end", || {
        let mut client = client.clone();
        async move {
            let all = client.list_jobs(ListJobsRequest::default()).await.unwrap().into_inner();
            let is_over = |job: &Job| !matches!(job.state(), JobState::Queued | JobState::Running);
            all.jobs.iter().all(is_over).then_some(())
        }
    })
    .await;
    for job in jobs(sandbox).await {
        assert_eq!(job.state(), JobState::Succeeded, "{job:?}");
    }
    let segments = sandbox.segments("one").await;
    let mut pictures = Vec::new();
    for segment in &segments {
        let file = fetch(sandbox, segment);
        assert_eq!(ffprobe::decode_errors(&file), "");
        pictures.push(numbers::read(&file).unwrap());
    }
    numbers::check_continuous(&pictures).unwrap();
    let is_h265 = |segment: &&Segment| segment.codecs[0].starts_with("hvc1");
    segments.iter().filter(is_h265).count()
}

fn fetch(sandbox: &Sandbox, segment: &Segment) -> std::path::PathBuf {
    let id = segment.name.rsplit_once('/').unwrap().1;
    let (head, body) = sandbox.get(&format!("/segments/{id}.mp4"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let file = sandbox.folder.path().join(format!("{id}.mp4"));
    std::fs::write(&file, body).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_do_the_work_of_a_server_and_take_over_from_each_other() {
    let postgres = Postgres::shared();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder().main_stream(LARGER).start().unwrap();
    let mut sandbox = Sandbox::builder()
        .cut(Duration::from_secs(2))
        .env("DATABASE_URL", &url)
        .env("RONIN_JOBS_AT_ONCE", "0")
        .start()
        .await;
    sandbox.add("one", &camera.main_url()).await;
    let segments = sandbox.wait_segments("one", 3).await;

    // Each does what it is there for.
    let exporter = Worker::start(&sandbox, &url, "export");
    let mut transcoder = Worker::start(&sandbox, &url, "transcode");
    let (mut exports, _) = sandbox.job_clients().await;
    let request = CreateExportRequest {
        cameras: vec!["cameras/one".into()],
        start_time: segments[0].start_time,
        end_time: segments[2].end_time,
        ..CreateExportRequest::default()
    };
    let asked = exports.create_export(request).await.unwrap().into_inner().export.unwrap();
    let done =
        wait_job(&sandbox, "an export", |job| job.subject == asked.name && is_done(job)).await;
    assert!(done.worker.ends_with(&exporter.name()), "{done:?}");
    let name = asked.name;
    let export = exports.get_export(GetExportRequest { name }).await.unwrap().into_inner();
    let path = &export.export.unwrap().files[0].path;
    assert!(sandbox.get(path).0.starts_with("HTTP/1.1 200"));

    set_policy(&mut sandbox, true).await;
    let kills = if full_size() { 10 } else { 2 };
    for _ in 0..kills {
        let name = transcoder.name();
        wait_job(&sandbox, "work that has begun", |job| {
            job.worker.ends_with(&name) && job.state() == JobState::Running
        })
        .await;
        // Another is there before this one dies in the middle of it.
        let successor = Worker::start(&sandbox, &url, "transcode,export");
        std::mem::replace(&mut transcoder, successor).kill();
    }
    let name = transcoder.name();
    wait_job(&sandbox, "what the dead have left", |job| {
        job.worker.ends_with(&name) && is_done(job) && job.subject == "cameras/one"
    })
    .await;

    let files = settle(&mut sandbox).await;
    assert!(files >= 2, "{files} files are H.265");
    sandbox.stop("TERM");
    let mut check = ronin(sandbox.folder.path());
    let checked = check.arg("check").env("DATABASE_URL", &url).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

fn is_done(job: &Job) -> bool {
    job.state() == JobState::Succeeded
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stood_still_changes_nothing_when_it_goes_on() {
    let postgres = Postgres::shared();
    let url = postgres.create_database().unwrap();
    let camera = FakeCamera::builder().main_stream(LARGER).start().unwrap();
    let mut sandbox = Sandbox::builder()
        .cut(Duration::from_secs(2))
        .env("DATABASE_URL", &url)
        .env("RONIN_JOBS_AT_ONCE", "0")
        .start()
        .await;
    sandbox.add("one", &camera.main_url()).await;
    sandbox.wait_segments("one", 3).await;
    let cut_off = Worker::start(&sandbox, &url, "transcode");
    set_policy(&mut sandbox, true).await;
    let name = cut_off.name();
    let begun = wait_job(&sandbox, "work that has begun", |job| {
        job.worker.ends_with(&name) && job.state() == JobState::Running
    })
    .await;

    // It stands still in the middle of its work, with all it holds.
    cut_off.signal("STOP");
    let other = Worker::start(&sandbox, &url, "transcode");
    let name = other.name();
    let taken = wait_job(&sandbox, "another to have it", |job| {
        job.worker.ends_with(&name) && job.name == begun.name && is_done(job)
    })
    .await;
    assert_eq!(taken.name, begun.name);
    cut_off.signal("CONT");

    let files = settle(&mut sandbox).await;
    assert!(files >= 2, "{files} files are H.265");
    drop((cut_off, other));
    sandbox.stop("TERM");
    let mut check = ronin(sandbox.folder.path());
    let checked = check.arg("check").env("DATABASE_URL", &url).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_in_the_wrong_place_says_so_and_ends() {
    let sandbox = Sandbox::start().await;
    let refused = |database: &str, storage: Option<&str>| {
        let mut command = ronin(sandbox.folder.path());
        command.arg("worker").env("DATABASE_URL", database);
        if let Some(storage) = storage {
            command.env("STORAGE_ROOT", sandbox.folder.path().join(storage));
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let words = refused("sqlite://x.db?mode=rwc", None);
    assert!(words.contains("needs the Postgres database"), "{words}");
    let empty = Postgres::shared().create_database().unwrap();
    let words = refused(&empty, None);
    assert!(words.contains("start the server of this version first"), "{words}");
    let mut of_another = Sandbox::builder().env("DATABASE_URL", &empty).start().await;
    let words = refused(&empty, None);
    assert!(words.contains("is not the storage folder of the server"), "{words}");
    let words = refused(&empty, Some("nowhere"));
    assert!(words.contains("is not there"), "{words}");
    of_another.stop("TERM");
}
