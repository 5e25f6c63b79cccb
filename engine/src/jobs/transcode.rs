//! Recorded files become H.265 ones.
//!
//! ```text
//!  .transcoding/<claim>/new.mp4 ─▶ compared with the recorded one ─▶ <camera>/<day>/<time>-h265-….mp4
//!                                                                     │ one transaction: its row,
//!                                                                     ▼ and the old file is garbage
//!                                                                   the old file goes minutes later
//! ```
//! A crash at any point leaves the recorded file or the new one, and never neither: what has no row yet
//! is found by the next attempt, or by the next start ([`crate::reconcile`]).
//!
//! Not here: how pictures are encoded and compared (the media crate, in a process of its own:
//! [`super::coder`]), which files are due ([`super::planner`]).

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_core::{
    Recorded, Segment, SegmentId, WallTime, chain,
    job::{self, Claim, Job, JobError, Made},
    transcode::{Left, TranscodeWork, Transcoded},
};
use ronin_pipelines::{segment_file::inspect, transcode::Compared};
use ronin_store::Replaced;
use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tracing::{debug, info, warn};

use super::{
    Hold, Needs,
    coder::{Coder, Files, Reply, Request},
    export::{disk_error, stopped},
};
use crate::{disk::present, storage};

/// Pictures that are compared are at least so alike.
const LEAST_SSIM: f64 = 0.90;
/// Pictures of one number are shown at the same time, but for what units of time cannot say.
const FARTHEST: Duration = Duration::from_millis(2);
/// A recorded file that was replaced stays so long for those who play it.
const KEEP: Duration = Duration::from_secs(600);
/// How often a process that encodes is asked whether it may go on.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Encoding a picture takes so many times as long as comparing one.
const ENCODING: u64 = 4;

/// Encodes the files of a job, one after the other.
pub(super) async fn make(
    needs: &Needs,
    claim: Claim,
    job: &Job,
    work: &TranscodeWork,
    hold: Arc<Hold>,
) -> Result<Made, JobError> {
    let encoders = needs.encoders.tried().await;
    if encoders.is_empty() {
        return Err(JobError {
            reason: "NO_ENCODER",
            message: "no encoder of H.265 works on this machine: see its log, and ronin doctor"
                .to_owned(),
            may_pass: true,
        });
    }
    let folder = needs.storage_root.join(job::transcode_folder(claim.id));
    fs::create_dir_all(&folder).map_err(|e| disk_error("make a folder", &e))?;
    let transcoder = Transcoder { needs, claim, work, hold, encoders, folder };
    let done = transcoder.all(job).await;
    // What is left there is found later.
    let _ = fs::remove_dir_all(&transcoder.folder);
    done
}

struct Transcoder<'a> {
    needs: &'a Needs,
    claim: Claim,
    work: &'a TranscodeWork,
    hold: Arc<Hold>,
    encoders: Vec<String>,
    folder: PathBuf,
}

/// What came of encoding a file.
enum Coded {
    /// It is there, and good.
    Good,
    Left(Left),
}

impl Transcoder<'_> {
    async fn all(&self, job: &Job) -> Result<Made, JobError> {
        let store = &self.needs.store;
        self.hold.begin(self.work.bytes);
        for (index, id) in self.work.segments.iter().enumerate() {
            if self.hold.is_over() {
                return Err(stopped());
            }
            let is_time = self.work.schedule.as_ref().is_none_or(|s| s.contains(WallTime::now()));
            if !is_time || !self.has_room() {
                // The rest is chosen again when it is time, and there is room.
                store.transcode_release(&self.work.segments[index..]).await.map_err(database)?;
                break;
            }
            match store.transcode_wanted(*id).await.map_err(database)? {
                None => {}
                Some((segment, true)) => self.file(&segment).await?,
                // It is chosen again when nothing needs it as it is.
                Some((_, false)) => store.transcode_release(&[*id]).await.map_err(database)?,
            }
        }
        let now = store.job(job.id).await.map_err(database)?;
        Ok(now.and_then(|job| job.made).unwrap_or(Made::Transcode(Transcoded::default())))
    }

    fn has_room(&self) -> bool {
        let keep_free = self.needs.policy.in_force().limits.reserve_bytes / 2;
        storage::disk(&self.needs.storage_root).is_none_or(|disk| disk.free_bytes >= keep_free)
    }

    async fn file(&self, segment: &Segment) -> Result<(), JobError> {
        let begun = Instant::now();
        let root = &self.needs.storage_root;
        forget_leftovers(&root.join(&segment.path), segment.id);
        let id = SegmentId::generate();
        let target = self.folder.join(format!("{id}.mp4"));
        let (coded, encoder) = self.code(segment, id, &target).await?;
        let left = match coded {
            Coded::Good => {
                let recorded = self.take_in(segment, &target).await?;
                let result = Transcoded {
                    files: 1,
                    footage: segment.span().duration(),
                    bytes_before: segment.size_bytes,
                    bytes_after: recorded.segment.size_bytes,
                    work: begun.elapsed(),
                    encoder,
                    left: Vec::new(),
                };
                return self.replace(segment, &target, recorded, result).await;
            }
            Coded::Left(left) => left,
        };
        let _ = present(fs::remove_file(&target));
        info!(segment = %segment.id, reason = left.name(), "a file stays as it was recorded");
        let result = Transcoded { encoder, ..Transcoded::default() };
        let leave = self.needs.store.transcode_leave(self.claim, segment, left, &result);
        if leave.await.map_err(database)? { Ok(()) } else { Err(stopped()) }
    }

    /// Makes the new file with the best encoder that gets through; returns which one it was.
    async fn code(
        &self,
        segment: &Segment,
        id: SegmentId,
        target: &Path,
    ) -> Result<(Coded, String), JobError> {
        for encoder in &self.encoders {
            let files = Files {
                source: self.needs.storage_root.join(&segment.path),
                target: target.to_owned(),
                segment: id,
                most_bytes: self.work.minimum_saving.most_of(segment.size_bytes),
            };
            let order = self.needs.manner.order(encoder, self.work.quality, files);
            let reply = self.ask(&Request::Encode(order), segment).await?;
            let left = match reply {
                Reply::Made(compared) => match difference(&compared) {
                    None => {
                        debug!(segment = %segment.id, ssim = compared.mean_ssim, "a new file is good");
                        return Ok((Coded::Good, encoder.clone()));
                    }
                    Some(words) => {
                        warn!(segment = %segment.id, encoder, difference = words, "a new file is not \
                               the same footage");
                        Left::PicturesDiffer
                    }
                },
                Reply::TooLarge => Left::SavesTooLittle,
                Reply::Unreadable(error) => {
                    warn!(segment = %segment.id, error, "a recorded file cannot be decoded");
                    Left::FileUnreadable
                }
                Reply::DiskFailed(error) => {
                    return Err(disk_error("write the new file", &io::Error::other(error)));
                }
                Reply::EncoderFailed(error) => {
                    warn!(segment = %segment.id, encoder, error, "an encoder failed");
                    let _ = present(fs::remove_file(target));
                    continue;
                }
                Reply::Progress { .. } | Reply::Tried(_) => continue,
            };
            return Ok((Coded::Left(left), encoder.clone()));
        }
        Ok((Coded::Left(Left::EncoderFailed), String::new()))
    }

    /// Lets a process do it, as long as it may go on; returns its last word.
    async fn ask(&self, request: &Request, segment: &Segment) -> Result<Reply, JobError> {
        let started = Coder::start(request).await;
        let mut coder = started.map_err(|e| disk_error("start the encoder", &e))?;
        let whole = segment.frames.max(1) * (ENCODING + 1);
        let mut told = 0;
        let mut period = interval(LOOK_EVERY);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                reply = coder.next() => match reply {
                    Ok(Reply::Progress { frames, is_checking }) => {
                        let frames = frames.min(segment.frames);
                        let done = match is_checking {
                            true => segment.frames * ENCODING + frames,
                            false => frames * ENCODING,
                        };
                        let bytes = (u128::from(segment.size_bytes) * u128::from(done)
                            / u128::from(whole)) as u64;
                        self.hold.add(bytes.saturating_sub(told));
                        told = told.max(bytes);
                    }
                    Ok(last) => {
                        self.hold.add(segment.size_bytes.saturating_sub(told));
                        return Ok(last);
                    }
                    Err(error) => return Ok(Reply::EncoderFailed(error)),
                },
                _ = period.tick() => if self.hold.is_over() {
                    coder.kill().await;
                    return Err(stopped());
                },
            }
        }
    }

    /// Reads what the new file says of itself.
    async fn take_in(&self, segment: &Segment, target: &Path) -> Result<Recorded, JobError> {
        let path = target.to_owned();
        let seen = spawn_blocking(move || inspect(&path)).await;
        let seen = seen.map_err(io::Error::other).flatten();
        let seen = seen.map_err(|e| disk_error("read the new file", &e))?;
        let name = name_of(segment, seen.identity.as_ref().map(|identity| identity.segment));
        let strange = || disk_error("read the new file", &io::Error::other("it is not as it was"));
        seen.into_recorded(name).ok_or_else(strange)
    }

    /// Puts the new file in the place of the recorded one.
    async fn replace(
        &self,
        old: &Segment,
        target: &Path,
        new: Recorded,
        result: Transcoded,
    ) -> Result<(), JobError> {
        let Needs { store, storage_root, .. } = self.needs;
        let path = storage_root.join(&new.segment.path);
        let moved = fs::rename(target, &path).and_then(|()| sync_folder_of(&path));
        moved.map_err(|e| disk_error("rename the new file", &e))?;
        let now = WallTime::now();
        let replaced = store.transcode_replace(self.claim, old.id, &new, &result, now, KEEP).await;
        match replaced {
            Ok(Replaced::Done) => {
                let saved = old.size_bytes.saturating_sub(new.segment.size_bytes);
                debug!(old = %old.id, new = %new.segment.id, saved_bytes = saved, "a file is H.265");
                return Ok(());
            }
            Ok(Replaced::Needed) => {
                remove(&path);
                return store.transcode_release(&[old.id]).await.map_err(database);
            }
            Ok(Replaced::Gone) => remove(&path),
            Ok(Replaced::Lost) => {
                remove(&path);
                return Err(stopped());
            }
            // Whether it was written is not known: the file stays, and the next attempt or the next
            // start sees whose row there is.
            Err(e) => return Err(database(e)),
        }
        Ok(())
    }
}

fn difference(compared: &Compared) -> Option<String> {
    compared.difference(LEAST_SSIM, FARTHEST)
}

/// `12-00-00-h265-1f2e3d4c.mp4` beside `12-00-00.mp4`: a name that no other attempt takes.
fn name_of(old: &Segment, id: Option<SegmentId>) -> String {
    let id = id.map(|id| id.0.simple().to_string()).unwrap_or_default();
    let short = &id[id.len().saturating_sub(8)..];
    let stem = old.path.strip_suffix(".mp4").unwrap_or(&old.path);
    format!("{stem}{MARK}{short}.mp4")
}

/// Stands in the names of files that took the place of others.
pub(crate) const MARK: &str = "-h265-";

/// Removes what an earlier attempt made for this file and put beside it, and got no row: it lost its
/// claim or died.
fn forget_leftovers(recorded: &Path, id: SegmentId) {
    let (Some(folder), Some(stem)) = (recorded.parent(), recorded.file_stem()) else { return };
    let prefix = format!("{}{MARK}", stem.to_string_lossy());
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let identity = inspect(&entry.path()).ok().and_then(|seen| seen.identity);
        if identity.is_some_and(|identity| identity.replaces == Some(id)) {
            remove(&entry.path());
        }
    }
}

fn remove(path: &Path) {
    if let Err(e) = present(fs::remove_file(path)) {
        // It says itself what it is: the next start removes it.
        warn!(path = %path.display(), error = %e, "a file that nobody needs could not be removed");
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn database(error: ronin_store::Error) -> JobError {
    JobError { reason: "DATABASE_FAILED", message: chain(&error), may_pass: true }
}

#[cfg(test)]
mod tests {
    use ronin_core::RunId;

    use super::*;

    #[test]
    fn a_new_file_has_a_name_of_its_own_beside_the_old_one() {
        let at = WallTime::from_micros(0);
        let old = Segment {
            id: SegmentId::generate(),
            camera: "yard".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start: at,
            end: at,
            path: "yard/2026-01-01/12-00-00-2.mp4".into(),
            size_bytes: 0,
            frames: 0,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        let id = SegmentId::generate();
        let name = name_of(&old, Some(id));
        let short = id.0.simple().to_string();
        assert_eq!(name, format!("yard/2026-01-01/12-00-00-2-h265-{}.mp4", &short[24..]));
        assert_ne!(name, name_of(&old, Some(SegmentId::generate())));
    }

    #[test]
    fn leftovers_of_this_file_go_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["12-00-00.mp4", "12-00-00-h265-00000001.mp4", "12-00-00-2.mp4"] {
            fs::write(path(name), b"not ours").unwrap();
        }
        forget_leftovers(&path("12-00-00.mp4"), SegmentId::generate());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "what does not say it stays");
        remove(&path("12-00-00.mp4"));
        remove(&path("12-00-00.mp4"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
