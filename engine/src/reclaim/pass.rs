//! The task that acts on [`super::plan`]: one pass every 10 s, and at once when a write found no
//! space.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ronin_api::DiskFacts;
use ronin_core::{
    CameraId, ErrorKind, Notice, NoticeKind, Room, WallTime, chain,
    control::Cameras,
    storage::{Limits, Policy},
};
use ronin_store::Store;
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{OwnLimits, Situation, blind::Blind, clock::ClockWatch, shelf::Shelf};
use crate::{
    disk::RealDisk,
    memory::Memory,
    recorder,
    storage::{self, Storage},
};

/// How often the disk is looked at: a full 200 Mbit/s is 250 MB in this time, an eighth of the
/// reserve.
const PERIOD: Duration = Duration::from_secs(10);
/// What must stay free beyond the reserve where much is written: so long a time of it.
const RATE_MARGIN: Duration = Duration::from_secs(120);
/// Made free where a write found no space although there is no reserve.
const WANT_MIN: u64 = 256_000_000;
/// Notices, and what is known of lost files, are kept this long.
const NEWS_MAX_AGE: Duration = Duration::from_secs(180 * 24 * 3600);
/// Motion of cameras without footage is kept this long: it may be on its way into the index.
const UNRECORDED_MOTION_KEPT: Duration = Duration::from_secs(24 * 3600);
/// Objects that made no event: whoever wonders why does so within days.
const REJECTED_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How often old notices and motion are looked for.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// What a [`Reclaimer`] works with.
#[derive(Debug)]
pub struct Needs {
    /// The index.
    pub store: Store,
    /// Where footage is.
    pub storage: Arc<Storage>,
    /// What may be kept of all cameras.
    pub policy: Policy,
    /// Who wants space, and is told whether there is some.
    pub room: Room,
    /// What is known while the database is away.
    pub memory: Arc<Memory>,
    /// The cameras and their own limits.
    pub cameras: watch::Receiver<Arc<Cameras>>,
    /// Where notices and deletions without the database go.
    pub recorder: recorder::Handle,
}

/// The task that acts.
#[derive(Debug)]
pub struct Reclaimer {
    needs: Needs,
    clock: ClockWatch,
    rate: WriteRate,
    tidied_at: Option<Instant>,
}

impl Reclaimer {
    /// A reclaimer that works when it runs.
    pub fn new(needs: Needs) -> Self {
        Self {
            needs,
            clock: ClockWatch::start(WallTime::now(), Instant::now()),
            rate: WriteRate::default(),
            tidied_at: None,
        }
    }

    /// Has recording pause where the storage is not the one that it should be.
    pub async fn check_storage(&mut self) -> anyhow::Result<()> {
        self.is_ours().await.map(drop)
    }

    /// Looks at the disk until `cancel`.
    pub async fn run(mut self, cancel: CancellationToken) {
        let mut period = interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let Needs { room, policy, .. } = &self.needs;
        let (room, policy) = (room.clone(), policy.clone());
        loop {
            let is_wanted = tokio::select! {
                () = cancel.cancelled() => return,
                () = room.wanted() => true,
                // Known from now on, even if the database goes away before the next pass.
                () = policy.changed() => {
                    if let Err(error) = self.remember().await {
                        warn!(error = chain(error.as_ref()), "could not note what is to be kept");
                    }
                    continue;
                }
                _ = period.tick() => false,
            };
            if let Err(error) = self.pass(is_wanted).await {
                warn!(error = chain(error.as_ref()), "could not reclaim disk space");
            }
        }
    }

    async fn pass(&mut self, is_wanted: bool) -> anyhow::Result<()> {
        if !self.is_ours().await? {
            return Ok(());
        }
        let mut limits = self.needs.policy.in_force().limits;
        let disk = self.disk().await?;
        let reserve = limits.reserve_bytes.max(if limits.reserve_bytes > 0 {
            self.rate.bytes_in(RATE_MARGIN, self.needs.room.written_bytes(), Instant::now())
        } else {
            0
        });
        limits.reserve_bytes = if is_wanted { reserve.max(WANT_MIN) } else { reserve };
        let now = WallTime::now();
        let age_from = self.clock.is_believed(now, Instant::now()).then_some(now);
        let situation = Situation {
            now,
            age_from,
            recorded_bytes: 0,
            free_bytes: disk.map(|disk| disk.free_bytes),
            free_files: disk.and_then(|disk| disk.free_files),
        };
        let gone = match self.by_index(situation, limits).await {
            Ok(gone) => gone,
            Err(error) if is_away(&error) => self.by_files(situation, limits).await?,
            Err(error) => return Err(error),
        };
        self.tell_fullness(reserve, gone > 0).await
    }

    async fn by_index(&mut self, situation: Situation, limits: Limits) -> anyhow::Result<usize> {
        let shelf = self.shelf();
        // What an earlier pass, or an earlier life, began.
        shelf.empty_garbage().await?;
        self.remember().await?;
        let cameras = self.needs.cameras.borrow().clone();
        let gone = shelf.reclaim(situation, limits, |id| own_limits(&cameras, id)).await?;
        self.tidy(situation.now).await?;
        Ok(gone)
    }

    fn shelf(&self) -> Shelf<Store> {
        let (index, root) = (self.needs.store.clone(), self.needs.storage.root.clone());
        Shelf { index, disk: Arc::new(RealDisk), root }
    }

    /// Makes the reserve free without the index; returns how many files went.
    async fn by_files(&self, situation: Situation, limits: Limits) -> anyhow::Result<usize> {
        let Needs { memory, storage, recorder, .. } = &self.needs;
        let (root, keeper) = (storage.root.clone(), recorder.keeper.clone());
        let blind = Blind { disk: Arc::new(RealDisk), root, keeper };
        blind.reclaim(|id| memory.protected(id), situation, limits).await
    }

    /// Whether the storage is the one that the index belongs to. Where it is not, nothing is
    /// deleted, and recording pauses.
    async fn is_ours(&self) -> anyhow::Result<bool> {
        let Needs { storage, memory, room, recorder, .. } = &self.needs;
        let Some(ours) = memory.storage() else { return Ok(true) };
        let claim = storage.clone();
        let seen = spawn_blocking(move || storage::identity(&claim.root)).await?;
        let is_ours = seen.as_ref().is_ok_and(|seen| *seen == Some(ours));
        if is_ours && room.is_away() {
            let claim = storage.clone();
            if let Err(error) = spawn_blocking(move || claim.claim_again()).await? {
                error!(error = chain(&error), "the storage is back and cannot be claimed");
                return Ok(false);
            }
        }
        if room.set_away(!is_ours) {
            let root = storage.root.display();
            if is_ours {
                info!(%root, "the storage is back");
                let text = format!("The storage {root} is there again, and recording goes on");
                recorder.tell(Notice::new(NoticeKind::StorageFree, None, "STORAGE_AWAY", text));
            } else {
                let words = away_words(&storage.root, &seen);
                error!(%root, words, "recording pauses");
                recorder.tell(Notice::new(NoticeKind::StorageDamaged, None, "STORAGE_AWAY", words));
            }
        }
        Ok(is_ours)
    }

    /// Recording pauses where there is less than the reserve and nothing more that may go.
    async fn tell_fullness(&self, reserve: u64, has_deleted: bool) -> anyhow::Result<()> {
        let Some(DiskFacts { free_bytes: free, free_files, .. }) = self.disk().await? else {
            return Ok(());
        };
        let lacks_files = free_files == Some(0);
        let is_tight = free < reserve || lacks_files;
        let is_full = is_tight && (!has_deleted || self.needs.room.is_full());
        if !self.needs.room.set_full(is_full) {
            return Ok(());
        }
        let gb = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
        let root = self.needs.storage.root.display();
        if is_full && lacks_files {
            let text = format!(
                "The disk of {root} can hold no more files (`df -i` tells), and nothing more may \
                 be deleted: recording pauses. Delete files, take protections away, or make the \
                 file system anew with more inodes"
            );
            error!(%root, "no inode is free: recording pauses");
            self.needs.recorder.tell(Notice::new(NoticeKind::StorageFull, None, "DISK_FULL", text));
        } else if is_full {
            let text = format!(
                "The disk of {root} has {} free, {} are to stay free, and nothing more may be \
                 deleted: recording pauses. Free some space, take protections away, or lower the \
                 reserve (RONIN_RESERVE_GB)",
                gb(free),
                gb(reserve)
            );
            error!(%root, free, reserve, "the disk is full: recording pauses");
            self.needs.recorder.tell(Notice::new(NoticeKind::StorageFull, None, "DISK_FULL", text));
        } else {
            info!(%root, free, "the disk has room again: recording goes on");
            let text = format!("The disk of {root} has {} free: recording goes on", gb(free));
            self.needs.recorder.tell(Notice::new(NoticeKind::StorageFree, None, "DISK_FULL", text));
        }
        Ok(())
    }

    /// Keeps beside the database what is needed while it is away.
    async fn remember(&self) -> anyhow::Result<()> {
        let Needs { store, memory, policy, .. } = &self.needs;
        let storage = store.storage_id().await?;
        let in_force = policy.in_force();
        let limits = in_force.is_custom.then_some(in_force.limits);
        let spans = store.protected_spans(None, None, u64::from(u32::MAX)).await?;
        let spans: Vec<_> = spans.into_iter().map(|kept| (kept.camera, kept.span)).collect();
        let memory = memory.clone();
        spawn_blocking(move || memory.set_keeping(storage, limits, spans)).await?;
        Ok(())
    }

    /// Forgets what nobody will ask for any more.
    async fn tidy(&mut self, now: WallTime) -> anyhow::Result<()> {
        if self.tidied_at.is_some_and(|at| at.elapsed() < TIDY_EVERY) {
            return Ok(());
        }
        self.tidied_at = Some(Instant::now());
        self.needs.store.forget_notices(now - NEWS_MAX_AGE).await?;
        self.needs.store.forget_lost(now - NEWS_MAX_AGE).await?;
        self.needs.store.forget_motion_without_footage(now, UNRECORDED_MOTION_KEPT).await?;
        self.needs.store.forget_events_without_footage(now - UNRECORDED_MOTION_KEPT).await?;
        self.needs.store.forget_rejected(now - REJECTED_KEPT).await?;
        Ok(())
    }

    async fn disk(&self) -> anyhow::Result<Option<DiskFacts>> {
        let root = self.needs.storage.root.clone();
        Ok(spawn_blocking(move || storage::disk(&root)).await?)
    }
}

fn own_limits(cameras: &Cameras, camera: &CameraId) -> OwnLimits {
    let record = cameras.get(camera).map(|view| &view.config.record);
    record.map_or_else(OwnLimits::default, |record| OwnLimits {
        max_age: record.max_age,
        max_bytes: record.max_bytes,
    })
}

fn away_words(root: &std::path::Path, seen: &std::io::Result<Option<uuid::Uuid>>) -> String {
    let root = root.display();
    let what = match seen {
        Ok(None) => format!("{root} does not say that it is the storage of this RoninNVR"),
        Ok(Some(_)) => format!("{root} is the storage of another RoninNVR"),
        Err(error) => format!("{root} cannot be read ({error})"),
    };
    format!(
        "{what}: recording pauses. Is the disk mounted? Where this is a new disk, take it with \
         `ronin check --accept-storage`"
    )
}

fn is_away(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<ronin_store::Error>().map(ronin_store::Error::kind);
    kind == Some(ErrorKind::Unavailable)
}

/// How fast footage is written, from what was written between passes.
#[derive(Debug, Default)]
struct WriteRate {
    last: Option<(Instant, u64)>,
    bytes_per_second: f64,
}

impl WriteRate {
    /// What is written in `time` at the rate of the last minutes.
    fn bytes_in(&mut self, time: Duration, written: u64, now: Instant) -> u64 {
        if let Some((at, before)) = self.last {
            let passed = now.saturating_duration_since(at).as_secs_f64();
            if passed < 1.0 {
                return (self.bytes_per_second * time.as_secs_f64()) as u64;
            }
            let rate = written.saturating_sub(before) as f64 / passed;
            // Fragments come in gusts: a pass counts for a sixth.
            self.bytes_per_second += (rate - self.bytes_per_second) / 6.0;
        }
        self.last = Some((now, written));
        (self.bytes_per_second * time.as_secs_f64()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_follows_what_is_written() {
        let mut rate = WriteRate::default();
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        assert_eq!(rate.bytes_in(minute, 0, start), 0);
        let mut margin = 0;
        for pass in 1..=60_u32 {
            margin = rate.bytes_in(minute, u64::from(pass) * 1_000_000, start + PERIOD * pass);
        }
        // 100 kB a second, for a minute.
        assert!((5_900_000..=6_000_000).contains(&margin), "{margin}");
        assert_eq!(rate.bytes_in(minute, u64::MAX, start + PERIOD * 60), margin, "too soon");
    }
}
