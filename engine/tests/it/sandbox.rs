//! A running `ronin serve` in a folder of its own, and a client of its API.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant, SystemTime},
};

use ronin_proto::v1::{
    Camera, CameraStatus, CreateCameraRequest, GetCameraRequest, GetTimelineRequest,
    ListSegmentsRequest, LoginRequest, RecordSettings, Segment, Source, Transport,
    auth_service_client::AuthServiceClient, camera_service_client::CameraServiceClient,
    detection_service_client::DetectionServiceClient, event_service_client::EventServiceClient,
    export_service_client::ExportServiceClient, job_service_client::JobServiceClient,
    live_service_client::LiveServiceClient, recording_service_client::RecordingServiceClient,
    storage_service_client::StorageServiceClient, system_service_client::SystemServiceClient,
};
use ronin_testkit::{numbers, wait};
use tempfile::TempDir;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

/// Longest wait for anything that is promised within seconds: the machines are shared and slow.
pub(crate) const BOUND: Duration = Duration::from_secs(60);
pub(crate) const PASSWORD: &str = "correct horse";

/// Puts the session on every request.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

pub(crate) type Authorized = InterceptedService<Channel, Bearer>;

/// How the engine is started.
pub(crate) struct Builder {
    cut: Duration,
    env: Vec<(String, String)>,
}

/// A running engine.
pub(crate) struct Sandbox {
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    child: Child,
    builder: Builder,
    pub(crate) cameras: CameraServiceClient<Authorized>,
    pub(crate) recordings: RecordingServiceClient<Authorized>,
    pub(crate) system: SystemServiceClient<Authorized>,
    live: LiveServiceClient<Authorized>,
    storage_service: StorageServiceClient<Authorized>,
    events: EventServiceClient<Authorized>,
    detection: DetectionServiceClient<Authorized>,
}

/// True where the long runs are to be as long as the promises are.
pub(crate) fn full_size() -> bool {
    std::env::var("RONIN_TEST_SIZE").is_ok_and(|size| size == "full")
}

/// The program, with nothing of this machine's settings.
pub(crate) fn ronin(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronin"));
    let kept = ["PATH", "HOME", "LD_LIBRARY_PATH", "XDG_CACHE_HOME"];
    let kept = kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command
        .env_clear()
        .envs(kept)
        .env("HOST", "127.0.0.1")
        .env("PORT", "0")
        .env("STORAGE_ROOT", folder.join("storage"))
        .env("RONIN_DATA_DIR", folder.join("data"))
        .env("RONIN_ADMIN_PASSWORD", PASSWORD)
        .env("RONIN_LOG", "info,ronin=debug,sea_orm_migration=warn")
        .current_dir(folder);
    command
}

impl Builder {
    /// Length of a segment.
    pub(crate) fn cut(mut self, cut: Duration) -> Self {
        self.cut = cut;
        self
    }

    /// A setting.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) async fn start(self) -> Sandbox {
        self.start_in(tempfile::tempdir().unwrap()).await
    }

    async fn start_in(self, folder: TempDir) -> Sandbox {
        self.start_as(folder, None).await
    }

    /// Starts with a session of an earlier start; `None`: signs in.
    async fn start_as(self, folder: TempDir, token: Option<String>) -> Sandbox {
        let minutes = self.cut.as_secs_f64() / 60.0;
        let log =
            fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
        let mut child = ronin(folder.path())
            .args(["serve", "--segment-duration-minutes", &minutes.to_string()])
            .envs(self.env.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let Some(address) = wait_until_ready(&mut child) else {
            let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            panic!("the engine did not start:\n{log}");
        };
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = channel.connect().await.unwrap();
        let token = match token {
            Some(token) => token,
            None => {
                let login = LoginRequest { username: "admin".into(), password: PASSWORD.into() };
                let session = AuthServiceClient::new(channel.clone()).login(login).await.unwrap();
                session.into_inner().session_token
            }
        };
        let bearer = Bearer(format!("Bearer {token}").parse().unwrap());
        Sandbox {
            folder,
            address,
            token,
            child,
            builder: self,
            cameras: CameraServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            recordings: RecordingServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            system: SystemServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            live: LiveServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            storage_service: StorageServiceClient::with_interceptor(
                channel.clone(),
                bearer.clone(),
            ),
            events: EventServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            detection: DetectionServiceClient::with_interceptor(channel, bearer),
        }
    }
}

fn wait_until_ready(child: &mut Child) -> Option<SocketAddr> {
    let stdout = child.stdout.take().unwrap();
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        // Read to the end, or the engine would block on a full pipe.
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let end = Instant::now() + BOUND;
    while let Ok(line) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
        if let Some((_, address)) = line.split_once("ready: http://") {
            return address.trim().parse().ok();
        }
    }
    None
}

impl Sandbox {
    pub(crate) fn builder() -> Builder {
        Builder { cut: Duration::from_secs(3), env: Vec::new() }
    }

    pub(crate) async fn start() -> Self {
        Self::builder().start().await
    }

    pub(crate) fn storage(&self) -> PathBuf {
        self.folder.path().join("storage")
    }

    /// What footage takes, and what is kept.
    pub(crate) fn storage_service(&self) -> StorageServiceClient<Authorized> {
        self.storage_service.clone()
    }

    /// Clients over a connection of their own.
    pub(crate) fn clients_over(
        &self,
        channel: Channel,
    ) -> (LiveServiceClient<Authorized>, CameraServiceClient<Authorized>) {
        let bearer = Bearer(format!("Bearer {}", self.token).parse().unwrap());
        (
            LiveServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            CameraServiceClient::with_interceptor(channel, bearer),
        )
    }

    /// What happened.
    pub(crate) fn events(&self) -> EventServiceClient<Authorized> {
        self.events.clone()
    }

    /// The detector.
    pub(crate) fn detection(&self) -> DetectionServiceClient<Authorized> {
        self.detection.clone()
    }

    /// Exports and jobs.
    pub(crate) async fn job_clients(
        &self,
    ) -> (ExportServiceClient<Authorized>, JobServiceClient<Authorized>) {
        let channel = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        let channel = channel.connect().await.unwrap();
        let bearer = Bearer(format!("Bearer {}", self.token).parse().unwrap());
        (
            ExportServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            JobServiceClient::with_interceptor(channel, bearer),
        )
    }

    /// What a path of the server gives: the status line and headers, and the body.
    pub(crate) fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.get_with(path, "")
    }

    /// The same of a part of it.
    pub(crate) fn get_range(&self, path: &str, range: &str) -> (String, Vec<u8>) {
        self.get_with(path, &format!("Range: {range}\r\n"))
    }

    fn get_with(&self, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(BOUND)).unwrap();
        let token = &self.token;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: ronin\r\nAuthorization: Bearer {token}\r\n\
             {headers}Connection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).unwrap(), body)
    }

    /// Live pictures.
    pub(crate) fn live(&self) -> LiveServiceClient<Authorized> {
        self.live.clone()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Adds a camera that is recorded without sound.
    pub(crate) async fn add(&mut self, id: &str, url: &str) {
        self.create(id, url).await.unwrap();
    }

    pub(crate) async fn create(&mut self, id: &str, url: &str) -> Result<Camera, Status> {
        let camera = Camera {
            display_name: format!("Camera {id}"),
            main: Some(Source { url: url.into(), ..Source::default() }),
            record: Some(RecordSettings {
                enabled: Some(true),
                audio: Some(true),
                ..RecordSettings::default()
            }),
            ..Camera::default()
        };
        let request = CreateCameraRequest {
            camera_id: id.into(),
            camera: Some(camera),
            validate_only: false,
        };
        let response = self.cameras.create_camera(request).await?;
        Ok(response.into_inner().camera.unwrap())
    }

    pub(crate) async fn camera(&mut self, id: &str) -> Camera {
        let request = GetCameraRequest { name: format!("cameras/{id}") };
        self.cameras.get_camera(request).await.unwrap().into_inner().camera.unwrap()
    }

    /// Waits until the status of a camera is as wanted.
    pub(crate) async fn wait_for(
        &mut self,
        id: &str,
        what: &str,
        wanted: impl Fn(&CameraStatus) -> bool,
    ) -> CameraStatus {
        let cameras = self.cameras.clone();
        let name = format!("cameras/{id}");
        wait::eventually_some(BOUND, what, || {
            let (mut cameras, name, wanted) = (cameras.clone(), name.clone(), &wanted);
            async move {
                let response = cameras.get_camera(GetCameraRequest { name }).await.unwrap();
                let status = response.into_inner().camera.unwrap().status.unwrap();
                wanted(&status).then_some(status)
            }
        })
        .await
    }

    pub(crate) async fn wait_recording(&mut self, id: &str) -> CameraStatus {
        self.wait_for(id, "recording", |status| status.recording).await
    }

    /// Waits for a fault of this reason and returns its words.
    pub(crate) async fn wait_fault(&mut self, id: &str, reason: &str) -> String {
        let status = self
            .wait_for(id, reason, |status| {
                status.fault.as_ref().is_some_and(|fault| fault.reason == reason)
            })
            .await;
        status.fault.unwrap().message
    }

    /// Every segment of a camera, in order.
    pub(crate) async fn segments(&mut self, id: &str) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListSegmentsRequest {
                camera: format!("cameras/{id}"),
                page_token,
                page_size: 7,
                ..ListSegmentsRequest::default()
            };
            let page = self.recordings.list_segments(request).await.unwrap().into_inner();
            segments.extend(page.segments);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return segments;
            }
        }
    }

    pub(crate) async fn wait_segments(&mut self, id: &str, count: usize) -> Vec<Segment> {
        let end = Instant::now() + BOUND + Duration::from_secs(10 * count as u64);
        loop {
            let segments = self.segments(id).await;
            if segments.len() >= count {
                return segments;
            }
            assert!(Instant::now() < end, "only {} of {count} segments", segments.len());
            let known = segments.len();
            let recordings = self.recordings.clone();
            let camera = format!("cameras/{id}");
            wait::eventually_some(
                end.saturating_duration_since(Instant::now()),
                "a segment",
                || {
                    let (mut recordings, camera) = (recordings.clone(), camera.clone());
                    async move {
                        let request =
                            ListSegmentsRequest { camera, page_size: 1000, ..Default::default() };
                        let page = recordings.list_segments(request).await.unwrap().into_inner();
                        (page.segments.len() > known).then_some(())
                    }
                },
            )
            .await;
        }
    }

    /// Files of a camera on disk, in the order of their days and names.
    pub(crate) fn files(&self, id: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for day in fs::read_dir(self.storage().join(id)).into_iter().flatten() {
            for file in fs::read_dir(day.unwrap().path()).unwrap() {
                files.push(file.unwrap().path());
            }
        }
        // Without the extension: `12-00-00` comes before `12-00-00-2`.
        files.sort_by_key(|path| path.with_extension(""));
        files
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn stop(&mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        let end = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the engine does not end:\n{}", self.log());
            std::thread::yield_now();
        }
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args(["-s", signal, &self.pid().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Starts again over the same folder.
    pub(crate) async fn restart(mut self) -> Self {
        self.stop("TERM");
        self.start_again().await
    }

    /// Starts over the same folder an engine that has ended.
    pub(crate) async fn start_again(self) -> Self {
        self.begin_again(None).await
    }

    /// As [`Self::start_again`], without signing in: nobody can while the database is away.
    pub(crate) async fn start_again_signed_in(self) -> Self {
        let token = self.token.clone();
        self.begin_again(Some(token)).await
    }

    async fn begin_again(mut self, token: Option<String>) -> Self {
        let builder = Builder { cut: self.builder.cut, env: self.builder.env.clone() };
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        drop(self);
        builder.start_as(folder, token).await
    }

    /// A setting that this test made.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        self.builder.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Changes a setting of the next start.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.builder.env.retain(|(known, _)| known != name);
        self.builder.env.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) async fn timeline(
        &self,
        id: &str,
        since: SystemTime,
    ) -> ronin_proto::v1::CameraTimeline {
        let request = GetTimelineRequest {
            cameras: vec![format!("cameras/{id}")],
            start_time: Some(since.into()),
            end_time: Some(SystemTime::now().into()),
            resolution_ms: 0,
        };
        let response = self.recordings.clone().get_timeline(request).await.unwrap();
        response.into_inner().timelines.remove(0)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(6000);
            eprintln!("--- end of the engine's log\n{}", log.get(from..).unwrap_or(&log));
        }
    }
}

/// Proves that the files hold every picture once, in order.
pub(crate) fn assert_continuous(files: &[PathBuf]) -> usize {
    let read = |path: &PathBuf| {
        numbers::read(path).unwrap_or_else(|error| panic!("{}: {error:#}", path.display()))
    };
    let pictures: Vec<Vec<u32>> = files.iter().map(read).collect();
    numbers::check_continuous(&pictures).unwrap_or_else(|what| panic!("{what} in {files:?}"));
    pictures.iter().map(Vec::len).sum()
}

/// A source over TCP from its URL.
pub(crate) fn source(url: &str) -> Source {
    Source { url: url.into(), transport: Transport::Tcp.into(), ..Source::default() }
}
