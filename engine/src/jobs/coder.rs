//! A process that encodes, as the engine sees it: asked one thing, told how far it is, killed at any
//! moment.
//!
//! Not here: what it does ([`crate::cmd`]), and when (the modules beside this one).

use std::{io, process::Stdio, time::Duration};

use ronin_core::transcode::Quality;
use ronin_pipelines::transcode::{Compared, Order, Preset, Tried, known_encoders};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// This very program, also after another was put in its place on disk.
const PROGRAM: &str = "/proc/self/exe";
/// Longest trial of all encoders.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(180);

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Which of these encoders work.
    Try(Vec<String>),
    /// Encode a file and compare both.
    Encode(Order),
}

/// What is answered; all but the first is the last word.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// So many pictures are encoded, or both files were compared as far.
    Progress {
        frames: u64,
        is_checking: bool,
    },
    Tried(Vec<Tried>),
    /// The file is there, and this alike.
    Made(Compared),
    TooLarge,
    /// The recorded file cannot be decoded.
    Unreadable(String),
    EncoderFailed(String),
    DiskFailed(String),
}

/// See the module. Killed when it is dropped.
pub(crate) struct Coder {
    child: Child,
    /// It ends when this does.
    _input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Coder {
    pub(crate) async fn start(request: &Request) -> io::Result<Self> {
        let mut command = Command::new(PROGRAM);
        command.arg("coder").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            // What is secret is none of its business.
            let name_text = name.to_string_lossy();
            if name_text == "DATABASE_URL" || name_text.starts_with("RONIN_") {
                command.env_remove(&name);
            }
        }
        let mut child = command.spawn()?;
        let gone = || io::Error::other("a process without input and output");
        let mut input = child.stdin.take().ok_or_else(gone)?;
        let output = child.stdout.take().ok_or_else(gone)?;
        let mut line = serde_json::to_string(request).map_err(io::Error::other)?;
        line.push('\n');
        input.write_all(line.as_bytes()).await?;
        Ok(Self { child, _input: input, lines: BufReader::new(output).lines() })
    }

    /// The next word; an error where the process died without its last. May be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Result<Reply, String> {
        match self.lines.next_line().await {
            Ok(Some(line)) => serde_json::from_str(&line).map_err(|e| e.to_string()),
            Ok(None) => Err(match self.child.wait().await {
                Ok(status) => format!("its process ended: {status}"),
                Err(e) => e.to_string(),
            }),
            Err(e) => Err(e.to_string()),
        }
    }

    /// Ends it at once, and waits until it is gone: nothing is written by it any more.
    pub(crate) async fn kill(mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().await;
    }
}

/// The encoders of this machine. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Encoders(watch::Sender<Option<Vec<String>>>);

/// How files are encoded on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub(crate) preset: Preset,
    /// Cores for an encoder in software; 0: all.
    pub(crate) cores: u32,
}

impl Manner {
    /// The order for a file.
    pub(crate) fn order(self, encoder: &str, quality: Quality, rest: Files) -> Order {
        let Files { source, target, segment, most_bytes } = rest;
        let Self { preset, cores } = self;
        let encoder = encoder.to_owned();
        Order { source, target, segment, encoder, quality, preset, cores, most_bytes }
    }
}

/// The files of an order.
pub(crate) struct Files {
    pub(crate) source: std::path::PathBuf,
    pub(crate) target: std::path::PathBuf,
    pub(crate) segment: ronin_core::SegmentId,
    pub(crate) most_bytes: u64,
}

impl Default for Encoders {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Encoders {
    /// Those that work, the best first; `None` where they were not tried yet.
    pub(crate) fn working(&self) -> Option<Vec<String>> {
        self.0.borrow().clone()
    }

    /// As [`Encoders::working`], once they were tried.
    pub(crate) async fn tried(&self) -> Vec<String> {
        let mut changes = self.0.subscribe();
        let tried = changes.wait_for(Option::is_some).await;
        tried.ok().and_then(|tried| tried.clone()).unwrap_or_default()
    }

    /// Tries every encoder that we know, and says once what came of it.
    pub(crate) async fn try_all(self, stop: CancellationToken) {
        let tried = tokio::select! {
            () = stop.cancelled() => return,
            tried = timeout(TRIAL_TIMEOUT, trial(known_encoders())) => tried,
        };
        let tried = tried.unwrap_or_else(|_| Err("the trial took too long".to_owned()));
        let working = match tried {
            Ok(tried) => {
                let working: Vec<String> =
                    tried.iter().filter(|t| t.problem.is_none()).map(|t| t.name.clone()).collect();
                for Tried { name, problem } in &tried {
                    let there = problem.as_ref().filter(|words| !words.contains("not offer"));
                    if let Some(problem) = there {
                        warn!(encoder = name, problem, "an encoder of H.265 does not work");
                    }
                }
                match working.first() {
                    Some(best) => info!(encoder = best, "H.265 is encoded with it"),
                    None => info!("no encoder of H.265 works here: footage stays as it is"),
                }
                working
            }
            Err(error) => {
                warn!(error, "the encoders could not be tried: footage stays as it is");
                Vec::new()
            }
        };
        self.0.send_replace(Some(working));
    }
}

/// Tries encoders one by one, each in a process of its own: one that crashes takes no other with it.
async fn trial(names: impl Iterator<Item = &'static str>) -> Result<Vec<Tried>, String> {
    let mut all = Vec::new();
    for name in names {
        // Most machines have one or two; a process for each of the others would be for nothing.
        if !ronin_pipelines::elements::is_offered(name) {
            continue;
        }
        let request = Request::Try(vec![name.to_owned()]);
        let mut coder = Coder::start(&request).await.map_err(|e| e.to_string())?;
        let problem = match coder.next().await {
            Ok(Reply::Tried(tried)) => {
                all.extend(tried);
                continue;
            }
            Ok(reply) => format!("{reply:?}"),
            Err(error) => error,
        };
        all.push(Tried { name: name.to_owned(), problem: Some(problem) });
    }
    Ok(all)
}
