//! A server of its own for each test.

use std::{
    fs::File,
    io::{self, Read},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use ronin_api::{
    Dependencies, DetectionFacts, DetectorFacts, DiskFacts, Error, MachineFacts, Options, Service,
    SystemFacts, Tls,
};
use ronin_core::{
    Coder, Room, RunsOn, Unindexed, WallTime, control,
    detection::{Models, Replay, ReplayError, ReplayRequest, Sightings},
    live::Channels,
    notice::News,
    playback::{FileIndex, Header, Part, Piece, ReadFootage},
    storage::{Limits, Policy},
};
use ronin_proto::v1::{self, auth_service_client::AuthServiceClient};
use ronin_store::{MasterKey, Store};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::{
    Request, Status,
    metadata::MetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use uuid::Uuid;

use super::{FakeControl, Log};

/// User name and password of the administrator.
pub(crate) const ADMIN: (&str, &str) = ("admin", "correct horse");

/// The limits that hold unless a test sets others.
const LIMITS: Limits = Limits {
    max_age: Some(Duration::from_secs(30 * 24 * 3600)),
    max_bytes: None,
    reserve_bytes: 10,
};

/// How a test wants its server.
pub(crate) struct Start {
    pub(crate) tls: bool,
    pub(crate) reflection: bool,
    pub(crate) admin: bool,
    pub(crate) app: bool,
    /// Address of the database; `None`: a file of the server's own.
    pub(crate) database: Option<String>,
}

impl Default for Start {
    fn default() -> Self {
        Self { tls: false, reflection: true, admin: true, app: true, database: None }
    }
}

/// A running server and what is behind it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) fake: FakeControl,
    /// What it works with, and another may be made with.
    pub(crate) deps: Dependencies,
    pub(crate) cancel: CancellationToken,
    pub(crate) setup_token: Option<String>,
    pub(crate) served: JoinHandle<Result<(), Error>>,
    pub(crate) folder: TempDir,
}

/// A channel that shows a credential.
pub(crate) type Authorized = InterceptedService<Channel, Bearer>;

/// Shows a credential with each call.
#[derive(Clone)]
pub(crate) struct Bearer(String);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let value = MetadataValue::try_from(format!("Bearer {}", self.0)).unwrap();
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

impl Server {
    /// A server with an administrator.
    pub(crate) async fn start() -> Self {
        Self::start_with(Start::default()).await
    }

    pub(crate) async fn start_with(start: Start) -> Self {
        Log::of_all_tests();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for name in ["storage", "app/assets"] {
            std::fs::create_dir_all(path.join(name)).unwrap();
        }
        std::fs::write(path.join("app/index.html"), "<title>app</title>").unwrap();
        std::fs::write(path.join("app/assets/a.js"), "let a;").unwrap();
        std::fs::write(path.join("outside.txt"), "secret").unwrap();

        let key = MasterKey::load_or_create(&path.join("master.key")).unwrap();
        let url = start
            .database
            .unwrap_or_else(|| format!("sqlite://{}?mode=rwc", path.join("ronin.db").display()));
        let store = Store::connect(&url, key).await.unwrap();
        store.migrate().await.unwrap();
        if start.admin {
            let made = ronin_api::auth::create_first_admin(&store, ADMIN.0, ADMIN.1).await;
            assert!(made.unwrap().is_some());
        }
        let (control, endpoint) = control::channel();
        let fake = FakeControl::default();
        fake.start(endpoint);
        let tls = Tls::SelfSigned { dir: path.join("tls") };
        let options = Options {
            bind: ([127, 0, 0, 1], 0).into(),
            tls: if start.tls { tls } else { Tls::Off },
            web_root: start.app.then(|| path.join("app")),
            storage_root: path.join("storage"),
            reflection: start.reflection,
        };
        let deps = Dependencies {
            control,
            store,
            live: Channels::default(),
            unindexed: Unindexed::default(),
            news: News::default(),
            room: Room::default(),
            policy: Policy::new(LIMITS),
            files: Arc::new(WrittenIndex),
            system: Arc::new(Facts),
            sightings: Sightings::default(),
            detection: Arc::new(NoModel),
        };
        let service = Service::bind(options, deps.clone()).await.unwrap();
        let (address, setup_token) = (service.local_addr(), service.setup_token());
        let cancel = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "the engine's registry is not in this crate")]
        let served = tokio::spawn(service.serve(cancel.clone()));
        Self { address, fake, deps, cancel, setup_token, served, folder }
    }

    /// A connection without a credential.
    pub(crate) async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// A connection that shows `credential` with each call.
    pub(crate) async fn with(&self, credential: &str) -> Authorized {
        InterceptedService::new(self.channel().await, Bearer(credential.to_owned()))
    }

    /// Signs in as the administrator.
    pub(crate) async fn login(&self) -> String {
        self.try_login(ADMIN.0, ADMIN.1).await.unwrap().session_token
    }

    pub(crate) async fn try_login(
        &self,
        name: &str,
        pass: &str,
    ) -> Result<v1::LoginResponse, Status> {
        let request = v1::LoginRequest { username: name.into(), password: pass.into() };
        let mut client = AuthServiceClient::new(self.channel().await);
        client.login(request).await.map(tonic::Response::into_inner)
    }

    /// A connection of the administrator.
    pub(crate) async fn admin(&self) -> Authorized {
        self.with(&self.login().await).await
    }

    /// A file below the server's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

struct Facts;

/// Reads the index that a test wrote as the content of a file.
struct WrittenIndex;

impl ReadFootage for WrittenIndex {
    fn index(&self, mut file: &File) -> io::Result<FileIndex> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(FileIndex::from_bytes(&bytes).unwrap_or_default())
    }

    /// The content of a file stands for what its tracks are.
    fn header(&self, mut file: &File, _: u64, length: Duration) -> io::Result<Header> {
        let mut tracks = Vec::new();
        file.read_to_end(&mut tracks)?;
        Ok(Header { bytes: format!("header of {} ms\n", length.as_millis()).into(), tracks })
    }

    /// As many bytes as the part has, of which the first say where it goes.
    fn copy(
        &self,
        _: &File,
        part: &Part,
        number: &mut u32,
        give: &mut dyn FnMut(Bytes) -> bool,
    ) -> io::Result<()> {
        *number += 1;
        let Part { bytes, begins, at, .. } = part;
        let size = usize::try_from(bytes.end - bytes.start).unwrap();
        let (begins, at) = (begins.as_millis(), at.as_millis());
        give(format!("{:size$}", format!("{number}: {begins} at {at}\n")).into());
        Ok(())
    }

    fn h264_header(&self, _: &File, header_bytes: u64, _: &Piece) -> io::Result<Bytes> {
        Ok(format!("H.264 header of {header_bytes}").into())
    }

    /// Says which piece was asked for.
    fn h264(&self, _: &File, _: u64, piece: &Piece) -> io::Result<Bytes> {
        let Piece { offset, size_bytes, start, duration } = piece;
        Ok(format!("{offset} {size_bytes} {start:?} {duration:?}").into())
    }

    /// Says which picture was asked for.
    fn picture(
        &self,
        _: &File,
        header_bytes: u64,
        piece: &Piece,
        height: u32,
    ) -> io::Result<Bytes> {
        let Piece { offset, size_bytes, .. } = piece;
        Ok(format!("{header_bytes} {offset} {size_bytes} {height}").into())
    }
}

/// A machine without a model.
struct NoModel;

impl DetectionFacts for NoModel {
    fn models(&self) -> Models {
        Models { message: "no model is set".into(), ..Models::default() }
    }

    fn create_replay(&self, _: ReplayRequest) -> Result<Replay, ReplayError> {
        Err(ReplayError::NoModel("no model is set".into()))
    }

    fn replay(&self, _: Uuid) -> Option<Replay> {
        None
    }

    fn replays(&self) -> Vec<Replay> {
        Vec::new()
    }

    fn cancel_replay(&self, _: Uuid) -> Option<Replay> {
        None
    }
}

impl SystemFacts for Facts {
    fn gstreamer_version(&self) -> String {
        "1.22.0".into()
    }

    fn encoders(&self) -> Vec<Coder> {
        vec![
            coder("vah264enc", RunsOn::VaApi, false, true),
            coder("x264enc", RunsOn::Software, false, false),
        ]
    }

    fn decoders(&self) -> Vec<Coder> {
        vec![coder("avdec_h264", RunsOn::Software, true, true)]
    }

    fn detector(&self) -> DetectorFacts {
        DetectorFacts {
            message: "no model is set".into(),
            inference_device: "cpu".into(),
            ..Default::default()
        }
    }

    fn machine(&self) -> MachineFacts {
        MachineFacts {
            cores: 4,
            process_memory_bytes: Some(50_000_000),
            load: Some([0.5, 1.0, 2.0]),
        }
    }

    fn segment_duration(&self) -> Duration {
        Duration::from_secs(900)
    }

    fn start_time(&self) -> WallTime {
        WallTime::from_micros(1)
    }

    fn disk(&self) -> Option<DiskFacts> {
        Some(DiskFacts { total_bytes: 100, free_bytes: 40, free_files: None })
    }
}

fn coder(name: &str, runs_on: RunsOn, is_used: bool, is_best: bool) -> Coder {
    Coder { name: name.into(), codec: "H.264", runs_on, is_used, is_best }
}
