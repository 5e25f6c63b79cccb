//! The files in the model folder, and what is known of the one in use.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use ronin_api::DetectorFacts;
use ronin_core::detection::{LoadedModel, Model, ModelState, Models};
use ronin_vision::detector::usual_device;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{Desk, State, Status};

/// Files listed at most: a folder with more is no model folder.
const FILES_MAX: usize = 100;

/// Size of a file, when it changed, and its SHA-256.
type Sum = (u64, SystemTime, String);

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct ModelFiles {
    folder: PathBuf,
    /// The detector; `None` where no model is set.
    detector: Option<(watch::Receiver<Status>, Desk)>,
    sums: Arc<Mutex<BTreeMap<PathBuf, Sum>>>,
}

impl ModelFiles {
    /// The files of `folder`, one of which the detector uses.
    pub fn new(folder: PathBuf, detector: Option<(watch::Receiver<Status>, Desk)>) -> Self {
        Self { folder, detector, sums: Arc::default() }
    }

    /// File name of the model in use; else why there is none.
    pub fn in_use(&self) -> Result<String, String> {
        match &self.detector {
            Some((status, _)) => Ok(status.borrow().model.clone()),
            None => Err(self.advice()),
        }
    }

    /// Whether there is such a file.
    pub fn has(&self, file_name: &str) -> bool {
        self.folder.join(file_name).is_file()
    }

    /// The detector in a few words.
    pub fn facts(&self) -> DetectorFacts {
        let usual = usual_device().map(|device| device.to_string()).unwrap_or_default();
        let Some((status, _)) = &self.detector else {
            let message = self.advice();
            return DetectorFacts { message, inference_device: usual, ..DetectorFacts::default() };
        };
        let status = status.borrow().clone();
        let available = status.state == State::Running;
        let device = status.info.as_ref().filter(|_| available);
        let device = device.map(|info| info.device.to_string()).unwrap_or_default();
        DetectorFacts {
            available,
            inference_device: if device.is_empty() { usual } else { device.clone() },
            device,
            model: status.model,
            degraded: status.state == State::Failed || available && !status.message.is_empty(),
            message: status.message,
        }
    }

    /// Every file. Reads those whose sum is not known yet.
    pub fn list(&self) -> Models {
        let used = self.detector.as_ref().map(|(status, desk)| (status.borrow().clone(), desk));
        let mut models: Vec<Model> =
            self.files().into_iter().map(|path| self.model(&path)).collect();
        let message = match &used {
            None => self.advice(),
            Some((status, _)) => status.message.clone(),
        };
        if let Some((status, desk)) = used {
            let is_it = |model: &Model| model.file_name == status.model;
            if !models.iter().any(is_it) {
                models.push(Model {
                    file_name: status.model.clone(),
                    size_bytes: fs::metadata(self.folder.join(&status.model))
                        .map_or(0, |m| m.len()),
                    state: ModelState::Failed,
                    message: String::new(),
                    loaded: None,
                });
            }
            if let Some(model) = models.iter_mut().find(|model| is_it(model)) {
                describe(model, &status, desk);
            }
        }
        models.sort_by(|a, b| a.file_name.cmp(&b.file_name));
        Models { models, folder: self.folder.clone(), message }
    }

    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_model = |path: &PathBuf| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("torchscript" | "pt" | "ts"))
                && !path.is_symlink()
                && path.is_file()
        };
        paths.filter(is_model).take(FILES_MAX).collect()
    }

    fn model(&self, path: &Path) -> Model {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sum = self.sum(path);
        let message = sum.as_ref().err().map(|e| format!("it cannot be read: {e}"));
        let (size_bytes, sha256) = sum.unwrap_or_default();
        Model {
            file_name,
            size_bytes,
            state: ModelState::Available,
            message: message.unwrap_or_default(),
            loaded: Some(LoadedModel { sha256, ..LoadedModel::default() }),
        }
    }

    /// Size and SHA-256 of a file; read once as long as it does not change.
    fn sum(&self, path: &Path) -> io::Result<(u64, String)> {
        let meta = fs::metadata(path)?;
        let (size, changed) = (meta.len(), meta.modified()?);
        let known = self.sums.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some((_, _, sum)) = known.filter(|(s, c, _)| (*s, *c) == (size, changed)) {
            return Ok((size, sum));
        }
        let mut file = File::open(path)?;
        let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            match file.read(&mut chunk)? {
                0 => break,
                read => hash.update(&chunk[..read]),
            }
        }
        let sum: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        sums.insert(path.to_owned(), (size, changed, sum.clone()));
        Ok((size, sum))
    }

    fn advice(&self) -> String {
        format!(
            "no model is set. Put a TorchScript export (`yolo export model=yolo11n.pt \
             format=torchscript`) into {} and set RONIN_DETECT_MODEL to its file name",
            self.folder.display()
        )
    }
}

fn describe(model: &mut Model, status: &Status, desk: &Desk) {
    model.state = match status.state {
        State::Loading => ModelState::Loading,
        State::Running => ModelState::Running,
        State::Failed => ModelState::Failed,
    };
    model.message.clone_from(&status.message);
    let Some(info) = &status.info else { return };
    let counts = desk.counts();
    model.loaded = Some(LoadedModel {
        sha256: info.sha256.clone(),
        labels: info.labels.iter().map(ToString::to_string).collect(),
        input_width: info.input.width,
        input_height: info.input.height,
        device: info.device.to_string(),
        took: Duration::from_secs_f64(counts.mean_s),
        pictures: counts.pictures,
        replaced: counts.replaced,
    });
}
