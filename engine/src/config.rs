//! Settings: from the command line, the environment and a file, in this order, checked together.
//!
//! [`Settings`] is what people write, all of it optional; [`Config`] is what the engine works with.
//! Cameras are not here: they are in the database.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum};
use ronin_api::Tls;
use ronin_core::{Invalid, Secret, storage::Limits};
use ronin_pipelines::transcode::Preset;
use serde::Deserialize;

use crate::jobs::coder::Manner;

/// Shortest segment: below it, cuts come faster than key frames.
const SEGMENT_MIN: Duration = Duration::from_secs(1);
/// Longest segment: a day.
const SEGMENT_MAX: Duration = Duration::from_secs(24 * 3600);

/// More would be slower than one after the other.
const JOBS_MAX: u16 = 64;

/// Where the connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain HTTP.
    #[default]
    Off,
    /// A certificate of our own making, kept under the data folder.
    SelfSigned,
    /// The certificate of `tls_cert` and `tls_key`.
    Files,
}

/// How much an encoder in software looks for: the slower, the smaller the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum H265Preset {
    /// The fastest.
    Ultrafast,
    /// Between.
    Superfast,
    /// A good deal smaller than the fastest.
    #[default]
    Veryfast,
    /// Between.
    Faster,
    /// Between.
    Fast,
    /// The smallest.
    Medium,
}

impl From<H265Preset> for Preset {
    fn from(preset: H265Preset) -> Self {
        match preset {
            H265Preset::Ultrafast => Self::Ultrafast,
            H265Preset::Superfast => Self::Superfast,
            H265Preset::Veryfast => Self::Veryfast,
            H265Preset::Faster => Self::Faster,
            H265Preset::Fast => Self::Fast,
            H265Preset::Medium => Self::Medium,
        }
    }
}

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Settings as people write them. Every one has a default.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Database: sqlite:// or postgres:// URL [default: SQLite under the data folder]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder for footage [default: ./storage]
    #[arg(long, env = "STORAGE_ROOT", value_name = "FOLDER")]
    pub storage_root: Option<PathBuf>,
    /// Address to listen on [default: 0.0.0.0]
    #[arg(long, env = "HOST", value_name = "ADDRESS")]
    pub host: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one [default: 8000]
    #[arg(long, env = "PORT")]
    pub port: Option<u16>,
    /// Length of a recorded file in minutes; decimals are possible [default: 15]
    #[arg(long, env = "SEGMENT_DURATION_MINUTES", value_name = "MINUTES")]
    pub segment_duration_minutes: Option<f64>,
    /// How often open files are forced to disk, in seconds: what a power cut can cost [default: 5]
    #[arg(long, env = "RONIN_FSYNC_SECONDS", value_name = "SECONDS")]
    pub fsync_seconds: Option<f64>,
    /// Footage older than this many days is deleted; 0 keeps it as long as it fits [default: 30]
    #[arg(long, env = "RETENTION_DAYS", value_name = "DAYS")]
    pub retention_days: Option<f64>,
    /// The oldest footage beyond this many GB (1000 MB) is deleted [default: no limit]
    #[arg(long, env = "RETENTION_MAX_GB", value_name = "GB")]
    pub retention_max_gb: Option<f64>,
    /// GB of the disk that stay free: the oldest footage goes for it [default: 2]
    #[arg(long, env = "RONIN_RESERVE_GB", value_name = "GB")]
    pub reserve_gb: Option<f64>,
    /// Exports older than this many days are deleted; 0 keeps them [default: 30]
    #[arg(long, env = "RONIN_EXPORT_DAYS", value_name = "DAYS")]
    pub export_days: Option<f64>,
    /// Jobs that this server does at the same time; 0: none, workers do them [default: 1]
    #[arg(long, env = "RONIN_JOBS_AT_ONCE", value_name = "JOBS")]
    pub jobs_at_once: Option<u16>,
    /// How much an encoder in software looks for to make H.265 small: slower is smaller
    /// [default: veryfast]
    #[arg(long, env = "RONIN_H265_PRESET", value_name = "PRESET")]
    pub h265_preset: Option<H265Preset>,
    /// Cores that an encoder in software takes; 0 takes all that are free [default: 0]
    #[arg(long, env = "RONIN_H265_CORES", value_name = "CORES")]
    pub h265_cores: Option<u16>,
    /// Folder for what is not footage: key, SQLite, models [default: ./data]
    #[arg(long, env = "RONIN_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Encryption of connections [default: off]
    #[arg(long, env = "RONIN_TLS", value_name = "MODE")]
    pub tls: Option<TlsMode>,
    /// PEM file with the certificate, for --tls files
    #[arg(long, env = "RONIN_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with its private key, for --tls files
    #[arg(long, env = "RONIN_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Folder of the built app [default: ./api-web/dist where it is]
    #[arg(long, env = "RONIN_WEB_ROOT", value_name = "FOLDER")]
    pub web_root: Option<PathBuf>,
    /// Whether anybody may read the API's description (gRPC reflection) [default: true]
    #[arg(long, env = "RONIN_REFLECTION", value_name = "BOOL")]
    pub reflection: Option<bool>,
    /// Password of the first administrator, who is called admin; used once, at the first start
    #[arg(long, env = "RONIN_ADMIN_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub admin_password: Option<String>,
    /// Folder of detector models [default: models under the data folder]
    #[arg(long, env = "RONIN_MODEL_DIR", value_name = "FOLDER")]
    pub model_dir: Option<PathBuf>,
    /// File name of the detector model to use
    #[arg(long, env = "RONIN_DETECT_MODEL", value_name = "NAME")]
    pub detect_model: Option<String>,
    /// What to log, for example warn or info,ronin=debug [default: info]
    #[arg(long, env = "RONIN_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How to write logs [default: text]
    #[arg(long, env = "RONIN_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// Settings that have been checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database URL; may hold a password.
    pub database_url: Secret,
    /// Folder for footage.
    pub storage_root: PathBuf,
    /// Address to listen on.
    pub bind: SocketAddr,
    /// Length of a recorded file.
    pub segment_duration: Duration,
    /// How often open files are forced to disk.
    pub sync_every: Duration,
    /// What may be kept.
    pub limits: Limits,
    /// How long exports are kept; `None`: until somebody deletes them.
    pub keep_exports: Option<Duration>,
    /// Jobs at the same time; 0: none.
    pub jobs_at_once: usize,
    /// How recorded footage is encoded.
    pub(crate) manner: Manner,
    /// Folder for what is not footage.
    pub data_dir: PathBuf,
    /// Encryption of connections.
    pub tls: Tls,
    /// Folder of the built app.
    pub web_root: Option<PathBuf>,
    /// Whether reflection is on.
    pub reflection: bool,
    /// Password of the first administrator.
    pub admin_password: Option<Secret>,
    /// Folder of detector models.
    pub model_dir: PathBuf,
    /// File name of the detector model.
    pub detect_model: Option<String>,
    /// What to log.
    pub log: String,
    /// How to write logs.
    pub log_format: LogFormat,
}

/// Environment variables whose value may be in a file that `…_FILE` names.
const FROM_FILES: &[&str] = &["DATABASE_URL", "RONIN_ADMIN_PASSWORD"];

impl Settings {
    /// Reads settings from TOML.
    pub fn from_toml(text: &str) -> Result<Self, Invalid> {
        toml::from_str(text).map_err(|error| Invalid::new("config file", error.to_string()))
    }

    /// Fills what is not set here from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            database_url: self.database_url.or(other.database_url),
            storage_root: self.storage_root.or(other.storage_root),
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            segment_duration_minutes: self
                .segment_duration_minutes
                .or(other.segment_duration_minutes),
            fsync_seconds: self.fsync_seconds.or(other.fsync_seconds),
            retention_days: self.retention_days.or(other.retention_days),
            retention_max_gb: self.retention_max_gb.or(other.retention_max_gb),
            reserve_gb: self.reserve_gb.or(other.reserve_gb),
            export_days: self.export_days.or(other.export_days),
            jobs_at_once: self.jobs_at_once.or(other.jobs_at_once),
            h265_preset: self.h265_preset.or(other.h265_preset),
            h265_cores: self.h265_cores.or(other.h265_cores),
            data_dir: self.data_dir.or(other.data_dir),
            tls: self.tls.or(other.tls),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            web_root: self.web_root.or(other.web_root),
            reflection: self.reflection.or(other.reflection),
            admin_password: self.admin_password.or(other.admin_password),
            model_dir: self.model_dir.or(other.model_dir),
            detect_model: self.detect_model.or(other.detect_model),
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
        }
    }

    /// Settings from the files that `…_FILE` variables name. `var` reads the environment.
    pub fn from_secret_files(var: impl Fn(&str) -> Option<String>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut read = |name: &str| {
            let variable = format!("{name}_FILE");
            let path = var(&variable)?;
            let text = fs::read_to_string(&path)
                .map_err(|error| Invalid::new(variable, format!("cannot read {path}: {error}")));
            invalid.collect(text).map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
        };
        let [database_url, admin_password] = [FROM_FILES[0], FROM_FILES[1]].map(&mut read);
        invalid.check()?;
        Ok(Self { database_url, admin_password, ..Self::default() })
    }
}

impl Config {
    /// Puts the settings of the command line and environment over those of the file that `file`
    /// names, and checks them.
    pub fn load(settings: Settings, file: Option<&Path>) -> Result<Self, Invalid> {
        let from_file = match file {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| {
                    Invalid::new("config file", format!("cannot read {}: {error}", path.display()))
                })?;
                Settings::from_toml(&text)?
            }
            None => Settings::default(),
        };
        let secrets = Settings::from_secret_files(|name| std::env::var(name).ok())?;
        Self::try_from(settings.or(secrets).or(from_file))
    }
}

impl TryFrom<Settings> for Config {
    type Error = Invalid;

    fn try_from(settings: Settings) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let data_dir = settings.data_dir.unwrap_or_else(|| "data".into());
        let segment_duration = invalid.collect(seconds(
            "segment_duration_minutes",
            settings.segment_duration_minutes.unwrap_or(15.0) * 60.0,
            SEGMENT_MIN..=SEGMENT_MAX,
            "a segment lasts from one second (0.0167) to one day (1440 minutes)",
        ));
        let sync_every = invalid.collect(seconds(
            "fsync_seconds",
            settings.fsync_seconds.unwrap_or(5.0),
            Duration::from_millis(500)..=Duration::from_secs(300),
            "footage is forced to disk every 0.5 to 300 seconds",
        ));
        let limits = invalid.collect(check_limits(
            settings.retention_days.unwrap_or(30.0),
            settings.retention_max_gb,
            settings.reserve_gb.unwrap_or(2.0),
        ));
        let keep_exports =
            Duration::try_from_secs_f64(settings.export_days.unwrap_or(30.0) * 86_400.0)
                .map_err(|_| Invalid::new("export_days", "days are a number from 0 up"));
        let keep_exports = invalid.collect(keep_exports);
        let jobs_at_once = settings.jobs_at_once.unwrap_or(1);
        if jobs_at_once > JOBS_MAX {
            let text = "a server does 0 to 64 jobs at the same time";
            invalid.collect::<()>(Err(Invalid::new("jobs_at_once", text)));
        }
        let tls = invalid.collect(check_tls(
            settings.tls.unwrap_or_default(),
            settings.tls_cert,
            settings.tls_key,
            &data_dir,
        ));
        let web_root = invalid.collect(check_web_root(settings.web_root));
        let default_url = || format!("sqlite://{}/ronin.db?mode=rwc", data_dir.display());
        let database_url = settings.database_url.unwrap_or_else(default_url);
        let host = settings.host.unwrap_or_else(|| IpAddr::from([0, 0, 0, 0]));

        invalid.check()?;
        let impossible = "checked above";
        Ok(Self {
            database_url: Secret::new(database_url),
            storage_root: settings.storage_root.unwrap_or_else(|| "storage".into()),
            bind: SocketAddr::new(host, settings.port.unwrap_or(8000)),
            segment_duration: segment_duration.expect(impossible),
            sync_every: sync_every.expect(impossible),
            limits: limits.expect(impossible),
            keep_exports: keep_exports.filter(|keep| !keep.is_zero()),
            jobs_at_once: usize::from(jobs_at_once),
            manner: Manner {
                preset: settings.h265_preset.unwrap_or_default().into(),
                cores: settings.h265_cores.unwrap_or_default().into(),
            },
            tls: tls.expect(impossible),
            web_root: web_root.expect(impossible),
            reflection: settings.reflection.unwrap_or(true),
            admin_password: settings.admin_password.map(Secret::new),
            model_dir: settings.model_dir.unwrap_or_else(|| data_dir.join("models")),
            detect_model: settings.detect_model,
            log: settings.log.unwrap_or_else(|| "info,sea_orm_migration=warn".into()),
            log_format: settings.log_format.unwrap_or_default(),
            data_dir,
        })
    }
}

fn seconds(
    field: &str,
    value: f64,
    range: std::ops::RangeInclusive<Duration>,
    words: &str,
) -> Result<Duration, Invalid> {
    Duration::try_from_secs_f64(value)
        .ok()
        .filter(|duration| range.contains(duration))
        .ok_or_else(|| Invalid::new(field, words))
}

fn check_limits(days: f64, max_gb: Option<f64>, reserve_gb: f64) -> Result<Limits, Invalid> {
    let mut invalid = Invalid::default();
    let max_age = invalid.collect(
        Duration::try_from_secs_f64(days * 86_400.0)
            .map_err(|_| Invalid::new("retention_days", "days are a number from 0 up")),
    );
    let max_bytes = max_gb.map(|gb| invalid.collect(bytes("retention_max_gb", gb)));
    let reserve_bytes = invalid.collect(bytes("reserve_gb", reserve_gb));
    if max_bytes == Some(Some(0)) {
        let text = "a limit of 0 GB would keep nothing; leave it unset for no limit";
        invalid.collect::<()>(Err(Invalid::new("retention_max_gb", text)));
    }
    invalid.check()?;
    Ok(Limits {
        max_age: max_age.filter(|age| !age.is_zero()),
        max_bytes: max_bytes.flatten(),
        reserve_bytes: reserve_bytes.unwrap_or_default(),
    })
}

/// Gigabytes (1000 MB) as bytes.
fn bytes(field: &str, gb: f64) -> Result<u64, Invalid> {
    if (0.0..=1e9).contains(&gb) {
        Ok((gb * 1e9) as u64)
    } else {
        Err(Invalid::new(field, "gigabytes are a number from 0 up"))
    }
}

fn check_tls(
    mode: TlsMode,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    data_dir: &Path,
) -> Result<Tls, Invalid> {
    match (mode, cert, key) {
        (TlsMode::Files, Some(cert), Some(key)) => Ok(Tls::Files { cert, key }),
        (TlsMode::Files, ..) => {
            Err(Invalid::new("tls", "tls = files needs both tls_cert and tls_key"))
        }
        (_, Some(_), _) | (_, _, Some(_)) => {
            Err(Invalid::new("tls_cert", "a certificate is only used with tls = files: set that"))
        }
        (TlsMode::SelfSigned, ..) => Ok(Tls::SelfSigned { dir: data_dir.join("tls") }),
        (TlsMode::Off, ..) => Ok(Tls::Off),
    }
}

fn check_web_root(given: Option<PathBuf>) -> Result<Option<PathBuf>, Invalid> {
    let built = |folder: &Path| folder.join("index.html").is_file();
    match given {
        Some(folder) if built(&folder) => Ok(Some(folder)),
        Some(folder) => Err(Invalid::new(
            "web_root",
            format!("there is no built app in {}: it has no index.html", folder.display()),
        )),
        None => Ok(Some(PathBuf::from("api-web/dist")).filter(|folder| built(folder))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_documents() {
        let config = Config::try_from(Settings::default()).unwrap();
        assert_eq!(config.bind.to_string(), "0.0.0.0:8000");
        assert_eq!(config.segment_duration, Duration::from_secs(900));
        assert_eq!(config.storage_root, Path::new("storage"));
        assert_eq!(config.database_url.expose(), "sqlite://data/ronin.db?mode=rwc");
        assert_eq!(config.tls, Tls::Off);
        let kept = Limits {
            max_age: Some(Duration::from_secs(30 * 86_400)),
            max_bytes: None,
            reserve_bytes: 2_000_000_000,
        };
        assert_eq!(config.limits, kept);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let settings = Settings {
            segment_duration_minutes: Some(f64::NAN),
            fsync_seconds: Some(-1.0),
            retention_days: Some(f64::INFINITY),
            retention_max_gb: Some(0.0),
            reserve_gb: Some(-2.0),
            tls: Some(TlsMode::Files),
            web_root: Some("/nonexistent".into()),
            ..Settings::default()
        };
        let invalid = Config::try_from(settings).unwrap_err();
        let fields: Vec<&str> = invalid.violations.iter().map(|v| v.field.as_str()).collect();
        let wanted = [
            "segment_duration_minutes",
            "fsync_seconds",
            "retention_days",
            "reserve_gb",
            "retention_max_gb",
            "tls",
            "web_root",
        ];
        assert_eq!(fields, wanted);
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let invalid = Settings::from_toml("prot = 1").unwrap_err();
        assert!(invalid.to_string().contains("prot"), "{invalid}");
        let settings = Settings::from_toml("port = 9000\ntls = \"self-signed\"").unwrap();
        let over = Settings { port: Some(1), ..Settings::default() };
        let merged = over.or(settings);
        assert_eq!((merged.port, merged.tls), (Some(1), Some(TlsMode::SelfSigned)));
    }

    #[test]
    fn secrets_come_from_files_and_are_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "canary-991\n").unwrap();
        let var =
            |name: &str| (name == "RONIN_ADMIN_PASSWORD_FILE").then(|| path.display().to_string());
        let config = Config::try_from(Settings::from_secret_files(var).unwrap()).unwrap();
        assert_eq!(config.admin_password.as_ref().unwrap().expose(), "canary-991");
        assert!(!format!("{config:?}").contains("canary-991"));
        let missing = |name: &str| (name == "DATABASE_URL_FILE").then(|| "/nonexistent".into());
        assert!(Settings::from_secret_files(missing).is_err());
    }
}
