//! The command line: what can be typed, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Settings;

/// RoninNVR: records IP cameras, shows them live, and finds footage again.
#[derive(Debug, Parser)]
#[command(
    name = "ronin",
    version,
    max_term_width = 100,
    after_help = "Start here:\n  ronin serve                          start the recorder; it prints where to sign in\n  ronin probe rtsp://192.168.1.20/h264 see what a camera offers\n  ronin serve --help                   every setting with its default\n\nSettings come from the command line, then the environment, then the file of --config."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Record the cameras and serve the app and the API
    #[command(
        after_help = "Examples:\n  ronin serve\n  ronin serve --storage-root /media/cctv --port 8443 --tls self-signed\n  DATABASE_URL=postgres://ronin:secret@db/ronin ronin serve\n\nSIGTERM or Ctrl+C finishes every file and ends; a second one ends at once."
    )]
    Serve(WithSettings),
    /// Do the long work of a server: exports, encoding; any number of them, on any machine
    #[command(
        after_help = "Examples:\n  DATABASE_URL=postgres://ronin:secret@db/ronin STORAGE_ROOT=/media/cctv ronin worker\n  ronin worker --queues transcode --jobs-at-once 2\n\nA worker shares the Postgres database and the storage folder with its server. It runs at the lowest priority. A server with --jobs-at-once 0 leaves all work to its workers. SIGTERM puts back what is at work."
    )]
    Worker(Worker),
    /// Connect to a camera once and say what it offers, or why it cannot be used
    #[command(
        after_help = "Examples:\n  ronin probe rtsp://192.168.1.20/h264\n  RONIN_CAMERA_PASSWORD=secret ronin probe rtsp://admin@192.168.1.20/h264 --snapshot door.jpg\n\nA password in the command line is readable by everyone on this machine: use the variable."
    )]
    Probe(Probe),
    /// Manage the cameras of a running server
    Camera(Camera),
    /// Say for each camera and day how much of the time is on disk, and what is missing why
    #[command(
        after_help = "Examples:\n  ronin coverage\n  ronin coverage --camera front-door --days 30\n  ronin coverage --from 2026-11-01 --to 2026-11-30 --time-zone Europe/Berlin --json\n\nA day without a share expected no footage: it is to come, or the camera was not added yet."
    )]
    Coverage(Coverage),
    /// Run recorded footage through detection once more, and compare the events
    #[command(
        after_help = "Examples:\n  ronin replay --camera front-door --start 2026-11-26T08:00:00Z --end 2026-11-26T09:00:00Z\n  ronin replay --camera front-door --start … --end … --model yolo11s.torchscript\n  ronin replay --camera front-door --start … --end … --settings detect.json --against other.json --json\n\nA file of settings is the `detect` of a camera as GetCamera shows it, for example {\"rules\": [{\"label\": \"person\", \"minScore\": 0.6}]}; what it leaves out is as on a new camera. Without it the settings of the camera hold. Exits with 0 where the events are the same as those recorded, or as those of --against, with 1 where they differ."
    )]
    Replay(Replay),
    /// Make files of a span of footage and fetch them
    #[command(
        after_help = "Examples:\n  ronin export --camera front-door --start 2026-11-26T08:00:00Z --end 2026-11-26T08:10:00Z\n  ronin export --camera yard --camera gate --start … --end … --out /tmp/parcel --title \"The parcel\"\n\nOne MP4 for each camera, from the key frame before the start; another where its stream changed within the span. Nothing is encoded. The files also stay on the server, in the app under Exports."
    )]
    Export(Export),
    /// List the long work of a running server: what waits, runs, is done
    #[command(
        after_help = "Examples:\n  ronin jobs\n  ronin jobs --state failed --json\n  ronin jobs --stats\n  ronin jobs --cancel 01935f2e-7d8c-7c3a-9f60-8b1c2d3e4f50"
    )]
    Jobs(Jobs),
    /// Compare recorded files with the index and list what does not fit
    #[command(
        after_help = "Exits with 1 where something does not fit. Works while the server runs: the file that each camera is writing then has no row yet, and is counted apart."
    )]
    Check(Check),
    /// Bring the database up to date, or say how it stands
    Migrate(Migrate),
    /// Check settings without starting anything
    Config(ConfigCommand),
    /// Ask a running server whether it is well; exits with 0 or 1
    Healthcheck(Healthcheck),
    /// Encodes for a server, which starts it
    #[command(hide = true)]
    Coder,
}

/// A command that needs the settings.
#[derive(Debug, Args)]
pub struct WithSettings {
    /// TOML file with settings
    #[arg(long, env = "RONIN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `ronin worker`.
#[derive(Debug, Args)]
pub struct Worker {
    /// What to do
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Queue::Export, Queue::Transcode])]
    pub queues: Vec<Queue>,
    /// The settings.
    #[command(flatten)]
    pub with: WithSettings,
}

/// A kind of long work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Queue {
    /// Files of footage to keep
    Export,
    /// Recorded files that become H.265 ones
    Transcode,
}

/// Arguments of `ronin probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// rtsp:// or rtsps:// address
    pub url: String,
    /// Password of the camera, where it is not in the address
    #[arg(long, env = "RONIN_CAMERA_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// Carry pictures over UDP instead of TCP
    #[arg(long)]
    pub udp: bool,
    /// Allow the password to be sent readable (HTTP Basic)
    #[arg(long)]
    pub allow_basic: bool,
    /// Write the picture to this JPEG file
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

/// How to reach a running server.
#[derive(Debug, Clone, Args)]
pub struct Server {
    /// Address of the server
    #[arg(long, env = "RONIN_SERVER", default_value = "http://127.0.0.1:8000", value_name = "URL")]
    pub server: String,
    /// Session or API token
    #[arg(long, env = "RONIN_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// User to sign in as, where there is no token; the password is read from RONIN_PASSWORD
    #[arg(long, env = "RONIN_USER", value_name = "NAME")]
    pub user: Option<String>,
    /// PEM file of a certificate to trust, for a self-signed server
    #[arg(long, env = "RONIN_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// Arguments of `ronin camera`.
#[derive(Debug, Args)]
#[command(
    after_help = "Make a token in the app (account menu, API tokens) and put it into RONIN_TOKEN; or give --user,\nwith the password in RONIN_PASSWORD.\n\nExamples:\n  ronin camera list\n  ronin camera add \"Front door\" rtsp://admin@192.168.1.20/h264\n  ronin camera watch"
)]
pub struct Camera {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
    /// What to do with the cameras.
    #[command(subcommand)]
    pub command: CameraCommand,
}

/// What can be done with cameras.
#[derive(Debug, Subcommand)]
pub enum CameraCommand {
    /// List the cameras and how they are doing
    List,
    /// Add a camera and start recording it
    Add {
        /// What to call it
        name: String,
        /// rtsp:// or rtsps:// address of the main stream
        url: String,
        /// Its id; made from the name where it is not given
        #[arg(long)]
        id: Option<String>,
        /// Address of the sub stream
        #[arg(long, value_name = "URL")]
        sub: Option<String>,
        /// Password of the camera, where it is not in the address
        #[arg(long, env = "RONIN_CAMERA_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// Carry pictures over UDP instead of TCP
        #[arg(long)]
        udp: bool,
        /// Check everything and add nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove a camera; its footage stays
    Remove {
        /// Its id
        id: String,
    },
    /// Print every change of every camera until interrupted
    Watch,
}

/// Arguments of `ronin export`.
#[derive(Debug, Args)]
pub struct Export {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
    /// Id of a camera; may be given several times
    #[arg(long, value_name = "ID", required = true)]
    pub camera: Vec<String>,
    /// Beginning of the footage, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub start: String,
    /// End of the footage, RFC 3339; at most 31 days later
    #[arg(long, value_name = "TIME")]
    pub end: String,
    /// Name of the export for people
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub title: String,
    /// Folder for the files
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: PathBuf,
}

/// Arguments of `ronin jobs`.
#[derive(Debug, Args)]
pub struct Jobs {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
    /// Only jobs in this state; may be given several times
    #[arg(long, value_name = "STATE")]
    pub state: Vec<JobState>,
    /// At most so many, the newest
    #[arg(long, value_name = "JOBS", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=1000))]
    pub limit: i32,
    /// Count them by kind and state, with the reasons of those that failed
    #[arg(long, conflicts_with_all = ["state", "cancel", "retry"])]
    pub stats: bool,
    /// Stop this job
    #[arg(long, value_name = "ID", conflicts_with = "retry")]
    pub cancel: Option<String>,
    /// Do this job once more
    #[arg(long, value_name = "ID")]
    pub retry: Option<String>,
    /// Print JSON, an object a line
    #[arg(long)]
    pub json: bool,
}

/// How a job is doing.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum JobState {
    /// It waits
    Queued,
    /// A worker is at it
    Running,
    /// It is done
    Succeeded,
    /// It could not be done
    Failed,
    /// Somebody stopped it
    Cancelled,
}

/// Arguments of `ronin replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
    /// Id of the camera
    #[arg(long, value_name = "ID")]
    pub camera: String,
    /// Beginning of the footage, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub start: String,
    /// End of the footage, RFC 3339; at most a day later
    #[arg(long, value_name = "TIME")]
    pub end: String,
    /// File name of the model; the one in use where it is not given
    #[arg(long, value_name = "FILE")]
    pub model: Option<String>,
    /// File of settings to try, JSON
    #[arg(long, value_name = "FILE")]
    pub settings: Option<std::path::PathBuf>,
    /// File of settings to compare with; the events that were recorded where it is not given
    #[arg(long, value_name = "FILE")]
    pub against: Option<std::path::PathBuf>,
    /// Print the replay as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `ronin coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
    /// Id of a camera; may be given more than once. Every camera where it is not given
    #[arg(long, value_name = "ID")]
    pub camera: Vec<String>,
    /// The last so many days, today among them
    #[arg(
        long,
        value_name = "N",
        default_value_t = 7,
        value_parser = clap::value_parser!(u32).range(1..=366),
        conflicts_with = "from"
    )]
    pub days: u32,
    /// First day, for example 2026-11-22
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day; today where it is not given
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<String>,
    /// Whose days are meant, for example Europe/Berlin; the server's where it is not given
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `ronin check`.
#[derive(Debug, Args)]
pub struct Check {
    /// First give every file without a row its row, from what the file says of itself; the server
    /// must not run
    #[arg(long)]
    pub rebuild: bool,
    /// Mark rows without files as lost, however many they are
    #[arg(long)]
    pub mark_missing: bool,
    /// Take this storage folder for the one that the index belongs to, although it does not say so:
    /// a new disk, or one whose files were copied
    #[arg(long)]
    pub accept_storage: bool,
    /// Read the boxes of every file, and compare pictures and duration with the index
    #[arg(long)]
    pub fragments: bool,
    /// Decode every file as well, and report what does not decode; takes long
    #[arg(long)]
    pub content: bool,
    /// The settings.
    #[command(flatten)]
    pub with: WithSettings,
}

/// Arguments of `ronin migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Only say which migrations are applied
    #[arg(long)]
    pub status: bool,
    /// The settings.
    #[command(flatten)]
    pub with: WithSettings,
}

/// Arguments of `ronin config`.
#[derive(Debug, Args)]
pub struct ConfigCommand {
    /// What to do with the settings.
    #[command(subcommand)]
    pub command: ConfigAction,
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Print the settings in force, or everything that is wrong with them
    Check(Box<WithSettings>),
}

/// Arguments of `ronin healthcheck`.
#[derive(Debug, Args)]
pub struct Healthcheck {
    /// How to reach the server.
    #[command(flatten)]
    pub server: Server,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn days_are_the_last_ones_or_named() {
        let coverage = |args: &[&str]| {
            let all = ["ronin", "coverage"].iter().chain(args);
            match Cli::try_parse_from(all).map(|cli| cli.command) {
                Ok(Command::Coverage(args)) => Some((args.days, args.from, args.to)),
                _ => None,
            }
        };
        let day = || Some("2026-11-22".to_owned());
        assert_eq!(coverage(&[]), Some((7, None, None)));
        assert_eq!(
            coverage(&["--days", "30", "--camera", "a", "--camera", "b"]),
            Some((30, None, None))
        );
        assert_eq!(coverage(&["--from", "2026-11-22"]), Some((7, day(), None)));
        let both = ["--from", "2026-11-22", "--to", "2026-11-22"];
        assert_eq!(coverage(&both), Some((7, day(), day())));
        for bad in [&["--days", "0"][..], &["--days", "367"], &["--to", "2026-11-22"]] {
            assert_eq!(coverage(bad), None, "{bad:?}");
        }
        assert_eq!(coverage(&["--days", "3", "--from", "2026-11-22"]), None);
    }
}
