//! Which files are encoded anew: makes jobs of what has come to the age that a camera's policy names.
//!
//! Few jobs of a camera wait at a time, so that a change of its policy counts soon. The newest of what
//! is old enough comes first: where a machine does not get through all of it, what is deleted next is
//! what it did not get to.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ronin_core::{
    CameraConfig, CameraId, JobId, JobKind, JobState, Segment, Span, WallTime, chain,
    control::Cameras,
    job::{NewJob, Work},
    transcode::{H265Policy, TranscodeWork},
};
use ronin_store::{Inserted, JobFilter};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Jobs;

/// How often it is looked for files.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Jobs of one camera that wait or run.
const JOBS_OF_CAMERA: usize = 2;
/// Jobs that wait or run, of all cameras.
const JOBS_MAX: u64 = 1000;
/// Files of one job, and how much they play together.
const FILES_MAX: usize = 60;
const FOOTAGE_MAX: Duration = Duration::from_secs(3600);
/// Exports come first.
const PRIORITY: i32 = 0;
/// Who asks for it, in the list of jobs.
const CREATED_BY: &str = "policy";

impl Jobs {
    /// Until `stop`.
    pub(super) async fn plan(
        &self,
        cameras: &watch::Receiver<Arc<Cameras>>,
        stop: &CancellationToken,
    ) {
        let mut period = interval(LOOK_EVERY);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = period.tick() => {}
            }
            let with_policy: Vec<CameraConfig> = {
                let cameras = cameras.borrow();
                let configs = cameras.values().map(|view| &view.config);
                configs.filter(|config| config.record.h265.is_some()).cloned().collect()
            };
            // Where jobs are done elsewhere, so are the trials.
            let can = self.needs.at_once == 0
                || self.needs.encoders.working().is_some_and(|working| !working.is_empty());
            if with_policy.is_empty() || !can {
                continue;
            }
            if let Err(e) = self.plan_once(&with_policy, WallTime::now()).await {
                warn!(error = chain(&e), "could not look for footage to encode");
            }
        }
    }

    async fn plan_once(
        &self,
        cameras: &[CameraConfig],
        now: WallTime,
    ) -> Result<(), ronin_store::Error> {
        let store = &self.needs.store;
        let filter = JobFilter {
            kinds: vec![JobKind::Transcode],
            states: vec![JobState::Queued, JobState::Running],
        };
        let mut pending: HashMap<CameraId, usize> = HashMap::new();
        for job in store.jobs(&filter, None, JOBS_MAX).await? {
            if let Work::Transcode(work) = job.work {
                *pending.entry(work.camera).or_default() += 1;
            }
        }
        for camera in cameras {
            let Some(policy) = camera.record.h265.as_ref() else { continue };
            let is_time = policy.schedule.as_ref().is_none_or(|schedule| schedule.contains(now));
            if !is_time || pending.get(&camera.id).is_some_and(|jobs| *jobs >= JOBS_OF_CAMERA) {
                continue;
            }
            let due = store.transcode_due(&camera.id, now - policy.after, FILES_MAX as u64).await?;
            let Some(work) = work(&camera.id, policy, due) else { continue };
            let new = NewJob {
                id: JobId::generate(),
                title: format!("H.265: {}", camera.display_name),
                work: Work::Transcode(work),
                priority: PRIORITY,
                created_by: CREATED_BY.to_owned(),
                created_at: now,
                request_id: None,
            };
            if let Inserted::TooMany(_) = store.insert_job(&new, JOBS_MAX).await? {
                return Ok(());
            }
            self.needs.news.jobs_changed();
        }
        Ok(())
    }
}

/// The files of the next job: of those that are due, newest first, as many as fit into one.
fn work(camera: &CameraId, policy: &H265Policy, due: Vec<Segment>) -> Option<TranscodeWork> {
    let mut footage = Duration::ZERO;
    let fits = |segment: &Segment| {
        let is_first = footage.is_zero();
        footage += segment.span().duration();
        is_first || footage <= FOOTAGE_MAX
    };
    let mut files: Vec<Segment> = due.into_iter().take_while(fits).collect();
    files.reverse();
    let span = Span::new(files.first()?.start, files.last()?.end);
    Some(TranscodeWork {
        camera: camera.clone(),
        span,
        bytes: files.iter().map(|file| file.size_bytes).sum(),
        segments: files.into_iter().map(|file| file.id).collect(),
        quality: policy.quality,
        minimum_saving: policy.minimum_saving,
        schedule: policy.schedule.clone(),
    })
}

#[cfg(test)]
mod tests {
    use ronin_core::{
        RunId, SegmentId,
        transcode::{Quality, Saving},
    };

    use super::*;

    #[test]
    fn a_job_is_an_hour_of_the_newest_files_by_time() {
        let camera: CameraId = "yard".parse().unwrap();
        let file = |minute: u64, minutes: u64| {
            let start = WallTime::from_micros(0) + Duration::from_secs(minute * 60);
            Segment {
                id: SegmentId::generate(),
                camera: camera.clone(),
                run: RunId::generate(),
                sequence: 0,
                start,
                end: start + Duration::from_secs(minutes * 60),
                path: String::new(),
                size_bytes: 10,
                frames: 1,
                codecs: Vec::new(),
                width: 0,
                height: 0,
            }
        };
        let policy =
            H265Policy::new(Duration::ZERO, Quality::Small, Saving::default(), None).unwrap();
        let due: Vec<Segment> = (0..6).rev().map(|n| file(n * 15, 15)).collect();
        let want: Vec<SegmentId> = due[..4].iter().rev().map(|file| file.id).collect();

        let job = work(&camera, &policy, due.clone()).unwrap();

        assert_eq!((job.segments, job.bytes), (want, 40));
        assert_eq!((job.span.start, job.span.end), (due[3].start, due[0].end));
        assert_eq!(work(&camera, &policy, vec![]), None);
        let day = work(&camera, &policy, vec![file(0, 1440), file(0, 10)]).unwrap();
        assert_eq!(day.segments.len(), 1, "one that is longer than an hour is a job too");
    }
}
