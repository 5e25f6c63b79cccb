//! The thread that owns a model and looks at pictures until another takes its place. libtorch keeps
//! state for each thread, so a model stays on the one that loaded it.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{self, JoinHandle},
    time::Instant,
};

use ronin_core::chain;
use ronin_vision::detector::{Detect, DeviceChoice, Error, ModelInfo, STACK_BYTES};
use tokio::sync::mpsc;

use super::{
    Load,
    desk::{Answer, Desk, Generation, Job},
};

/// Said to the service; each worker says little.
pub(super) type Reports = mpsc::UnboundedSender<(Generation, Report)>;

/// What a worker says.
#[derive(Debug)]
pub(super) enum Report {
    /// The model is loaded.
    Loaded(ModelInfo),
    /// It cannot be loaded.
    Refused(Error),
    /// It gave no answer for a picture.
    Failed(String),
    /// It did for the next one.
    Recovered,
    /// It panicked, and the thread is gone.
    Panicked(String),
}

/// Starts a worker; `None` where the system has no thread for it.
pub(super) fn start(
    own: Generation,
    model: String,
    device: DeviceChoice,
    load: Load,
    desk: Desk,
    reports: Reports,
) -> Option<JoinHandle<()>> {
    let complain = reports.clone();
    let work = move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| match load(&model, device) {
            Ok(detector) => {
                if desk.take_over(own) {
                    let _ = reports.send((own, Report::Loaded(detector.info().clone())));
                    look(own, detector, &desk, &reports);
                }
            }
            Err(error) => drop(reports.send((own, Report::Refused(error)))),
        }));
        if let Err(panic) = outcome {
            let _ = reports.send((own, Report::Panicked(words(&*panic))));
        }
    };
    let thread = thread::Builder::new().name("detector".to_owned()).stack_size(STACK_BYTES);
    let started = thread.spawn(work);
    let failed = |error: io::Error| complain.send((own, Report::Panicked(error.to_string())));
    started.map_err(|error| drop(failed(error))).ok()
}

fn look(own: Generation, mut detector: Box<dyn Detect>, desk: &Desk, reports: &Reports) {
    let mut has_failed = false;
    while let Some(jobs) = desk.next(own, detector.batch_max()) {
        let mut answers = Vec::with_capacity(jobs.len());
        let mut pictures = Vec::with_capacity(jobs.len());
        for Job { frame, region, answer } in jobs {
            answers.push(answer);
            pictures.push((frame, region));
        }
        let began = Instant::now();
        let found = detector.detect_all(&pictures);
        let took = began.elapsed() / u32::try_from(pictures.len()).unwrap_or(u32::MAX);
        if !desk.done(own, pictures.len(), took) {
            return;
        }
        match found {
            Ok(found) => {
                if std::mem::take(&mut has_failed) {
                    let _ = reports.send((own, Report::Recovered));
                }
                for (answer, found) in answers.into_iter().zip(found) {
                    answer(Answer { found, took });
                }
            }
            Err(error) => {
                has_failed = true;
                let _ = reports.send((own, Report::Failed(chain(&error))));
            }
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".into())
}
