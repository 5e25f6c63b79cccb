//! An export: the footage of a span as files below `.exports`, one for each camera and stretch of the
//! same stream.
//!
//! The folder has the name of the claim, so that two who are at one job do not meet. A file is written
//! under another name, forced to disk and renamed; the row says that they are there when they are.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ronin_api::footage::{Footage, Joined, SpanFiles, Unreadable};
use ronin_core::{
    CameraId, ErrorKind, WallTime, chain,
    job::{self, Claim, ExportFile, ExportMade, ExportWork, JobError, Made},
};
use rustix::process::setpriority_process;
use tokio::sync::oneshot;

use super::{Hold, Needs};
use crate::storage;

/// Recorded files of one camera in an export: a month of minutes, and some.
const FILES_MAX: usize = 60_000;
/// Recording comes first.
const NICENESS: i32 = 10;
/// Between two looks at the room on the disk.
const LOOK_AT_ROOM: u64 = 64 << 20;
/// How long old footage may take to give way.
const ROOM_WITHIN: Duration = Duration::from_secs(60);
const ROOM_EVERY: Duration = Duration::from_millis(500);

/// A file to write.
struct Planned {
    camera: CameraId,
    file: Joined,
}

/// Makes the files of an export.
pub(super) async fn make(
    needs: &Needs,
    claim: Claim,
    work: &ExportWork,
    hold: Arc<Hold>,
) -> Result<Made, JobError> {
    let (planned, remarks) = plan(&needs.footage, work).await?;
    hold.begin(planned.iter().map(|planned| planned.file.size_bytes).sum());
    let writer = Writer {
        root: needs.storage_root.clone(),
        folder: needs.storage_root.join(job::export_folder(claim.id)),
        keep_free: needs.policy.in_force().limits.reserve_bytes / 2,
        since_look: 0,
        hold,
    };
    let (done, made) = oneshot::channel();
    let thread = std::thread::Builder::new().name("export".to_owned()).spawn(move || {
        // Of this thread alone; where it is refused, it is as fast as everything else.
        let _ = setpriority_process(None, NICENESS);
        let folder = writer.folder.clone();
        let made = writer.write_all(planned);
        if made.is_err() {
            // What is left here is found later.
            let _ = fs::remove_dir_all(folder);
        }
        let _ = done.send(made);
    });
    thread.map_err(|e| disk_error("start the work", &e))?;
    let gone = JobError {
        reason: "INTERNAL",
        message: "the work ended without a word: see the log".to_owned(),
        may_pass: true,
    };
    let files = made.await.map_err(|_| gone)??;
    Ok(Made::Export(ExportMade { files, remarks }))
}

/// Which files there will be, and what is to be said of them.
async fn plan(
    footage: &Footage,
    work: &ExportWork,
) -> Result<(Vec<Planned>, Vec<String>), JobError> {
    let (mut planned, mut remarks) = (Vec::new(), Vec::new());
    for camera in &work.cameras {
        let joined = footage.joined(camera, work.span, FILES_MAX).await;
        let SpanFiles { files, unreadable } = joined.map_err(unreadable_error)?;
        if files.is_empty() && unreadable.is_empty() {
            remarks.push(format!("{camera} has no footage of this time"));
        }
        for span in unreadable {
            let (start, end) = (span.start, span.end);
            remarks.push(format!(
                "the file of {camera} from {start} to {end} cannot be read, and is missing: see the log"
            ));
        }
        for next in files.iter().skip(1) {
            remarks.push(format!(
                "the stream of {camera} changes at {} (size, codec or sound): another file begins there",
                next.span.start
            ));
        }
        planned.extend(files.into_iter().map(|file| Planned { camera: camera.clone(), file }));
    }
    if planned.is_empty() {
        return Err(JobError {
            reason: "NO_FOOTAGE",
            message: "the footage of this time is gone: ask for another span".to_owned(),
            may_pass: false,
        });
    }
    Ok((planned, remarks))
}

/// Writes the files. Blocks.
struct Writer {
    root: PathBuf,
    folder: PathBuf,
    /// What of the disk stays free; old footage gives way above that.
    keep_free: u64,
    since_look: u64,
    hold: Arc<Hold>,
}

impl Writer {
    fn write_all(mut self, planned: Vec<Planned>) -> Result<Vec<ExportFile>, JobError> {
        let failed = |e: io::Error| disk_error("write the export", &e);
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let mut files = Vec::with_capacity(planned.len());
        for Planned { camera, file } in planned {
            let start = file.span.start;
            let file_name = name_of(&camera, start);
            self.write(&file_name, &file)?;
            files.push(ExportFile {
                file_name,
                camera,
                span: file.span,
                gaps: file.gaps,
                size_bytes: file.size_bytes,
            });
        }
        sync(&self.folder).map_err(failed)?;
        sync(&self.root.join(job::EXPORTS)).map_err(failed)?;
        Ok(files)
    }

    fn write(&mut self, file_name: &str, joined: &Joined) -> Result<(), JobError> {
        let failed = |e: io::Error| disk_error("write the export", &e);
        let part = self.folder.join(format!("{file_name}.part"));
        let mut file = File::create_new(&part).map_err(failed)?;
        let mut outcome = Ok(());
        let mut written = 0;
        let copied = joined.copy(&mut |bytes| {
            outcome = self.wait_for_room(bytes.len() as u64).and_then(|()| {
                written += bytes.len() as u64;
                file.write_all(&bytes).map_err(failed)
            });
            let goes_on = self.hold.add(bytes.len() as u64);
            outcome.is_ok() && goes_on
        });
        outcome?;
        copied.map_err(|e| disk_error("read the footage", &e))?;
        if written != joined.size_bytes {
            // Told to stop: what there is is thrown away.
            return Err(stopped());
        }
        file.sync_all().map_err(failed)?;
        fs::rename(&part, self.folder.join(file_name)).map_err(failed)
    }

    /// Waits until old footage has given way, where the disk is full.
    fn wait_for_room(&mut self, bytes: u64) -> Result<(), JobError> {
        self.since_look += bytes;
        if self.since_look < LOOK_AT_ROOM {
            return Ok(());
        }
        self.since_look = 0;
        let mut waited = Duration::ZERO;
        while storage::disk(&self.root).is_some_and(|disk| disk.free_bytes < self.keep_free) {
            if !self.hold.add(0) {
                return Err(stopped());
            }
            if waited >= ROOM_WITHIN {
                return Err(no_room());
            }
            std::thread::sleep(ROOM_EVERY);
            waited += ROOM_EVERY;
        }
        Ok(())
    }
}

/// Times are of microseconds: no two files of a camera begin at one.
fn name_of(camera: &CameraId, start: WallTime) -> String {
    let micros = start.as_micros().rem_euclid(1_000_000);
    format!("{camera}_{}_{}.{micros:06}.mp4", start.utc_day(), start.utc_second())
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(super) fn stopped() -> JobError {
    JobError { reason: "STOPPED", message: "the work was stopped".to_owned(), may_pass: true }
}

fn no_room() -> JobError {
    JobError {
        reason: "NOT_ENOUGH_SPACE",
        message: "the disk is full: delete older exports, or export less".to_owned(),
        may_pass: true,
    }
}

pub(super) fn disk_error(doing: &str, error: &io::Error) -> JobError {
    if error.kind() == io::ErrorKind::StorageFull {
        return no_room();
    }
    JobError {
        reason: "DISK_FAILED",
        message: format!("could not {doing}: {error}. Check the disk of the storage folder"),
        may_pass: true,
    }
}

fn unreadable_error(error: Unreadable) -> JobError {
    match error {
        Unreadable::TooMuch(_) => {
            JobError { reason: "TOO_MUCH_FOOTAGE", message: error.to_string(), may_pass: false }
        }
        Unreadable::Store(e) => JobError {
            reason: "DATABASE_FAILED",
            message: chain(&e),
            may_pass: e.kind() != ErrorKind::Internal,
        },
        Unreadable::Disk(e) => disk_error("read the footage", &e),
    }
}
