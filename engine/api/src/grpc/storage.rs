//! `ronin.v1.StorageService`.

use std::{collections::BTreeSet, time::Duration};

use ronin_core::{
    CameraId, Invalid, Span, WallTime,
    control::{Cameras, KeptFootage},
    storage::{InForce, Limits},
};
use ronin_proto::v1::{self, storage_service_server::StorageService};
use ronin_store::CameraUsage;
use tonic::{Request, Response, Status};
use tracing::info;

use super::{Context, caller};
use crate::{
    convert::{days, name, policy, storage},
    error,
    facts::DiskFacts,
    forecast::{self, Standing, Writer},
};

/// Footage this young is not deleted, whatever the limits are.
const UNTOUCHABLE: Duration = Duration::from_secs(600);

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl StorageService for Service {
    async fn get_storage(
        &self,
        _request: Request<v1::GetStorageRequest>,
    ) -> Result<Response<v1::GetStorageResponse>, Status> {
        let Context { deps, storage_root, .. } = &self.0;
        let usage = deps.store.usage().await;
        let usage = usage.map_err(|e| error::store("add up the footage", e))?;
        let protected = deps.store.protected_totals().await;
        let protected = protected.map_err(|e| error::store("add up protected footage", e))?;
        let disk = self.0.disk().await?;
        let in_force = deps.policy.in_force();
        let cameras = deps.control.cameras();
        let (rows, writers) = self.cameras(&cameras, &usage).await?;
        let recorded = total(&usage);
        let forecast = forecast::forecast(&Standing {
            now: WallTime::now(),
            recorded_bytes: recorded.bytes,
            protected_bytes: protected.bytes,
            free_bytes: disk.map(|disk| disk.free_bytes),
            limits: in_force.limits,
            writers,
        });
        let full = deps.room.is_full();
        let volume = storage::volume(storage_root, disk, recorded, protected.bytes, full);
        Ok(Response::new(v1::GetStorageResponse {
            volumes: vec![volume],
            policy: Some(policy::to_wire(in_force)),
            cameras: rows,
            forecast: Some(storage::forecast(forecast)),
        }))
    }

    async fn list_storage_days(
        &self,
        request: Request<v1::ListStorageDaysRequest>,
    ) -> Result<Response<v1::ListStorageDaysResponse>, Status> {
        let v1::ListStorageDaysRequest { camera, start_day, end_day, time_zone } =
            request.into_inner();
        let mut invalid = Invalid::default();
        let id = invalid.collect(name::parse_camera(&camera, "camera"));
        let days = invalid.collect(days::days(&start_day, &end_day, &time_zone));
        invalid.check().map_err(error::invalid)?;
        let (Some(id), Some(days)) = (id, days) else {
            return Err(error::invalid(Invalid::new("camera", "say which camera")));
        };
        self.0.check_known(&id).await?;
        let spans: Vec<Span> = days.iter().map(|day| day.span).collect();
        let footage = self.0.deps.store.footage_begun_in(&id, &spans).await;
        let footage = footage.map_err(|e| error::store("add up the footage of each day", e))?;
        Ok(Response::new(storage::days(days, footage)))
    }

    async fn update_storage_policy(
        &self,
        request: Request<v1::UpdateStoragePolicyRequest>,
    ) -> Result<Response<v1::UpdateStoragePolicyResponse>, Status> {
        let caller = caller(&request)?;
        let v1::UpdateStoragePolicyRequest { policy: wanted, update_mask, validate_only } =
            request.into_inner();
        let Context { deps, .. } = &self.0;
        let disk = self.0.disk().await?;
        let old = deps.policy.in_force().limits;
        let disk_bytes = disk.map(|disk| disk.total_bytes);
        let wanted = wanted.unwrap_or_default();
        let limits = policy::apply(&old, &wanted, update_mask.as_ref(), disk_bytes);
        let limits = limits.map_err(error::invalid)?;
        let deleted_bytes = self.beyond(&limits, disk).await?;
        if !validate_only {
            let stored = deps.store.set_storage_limits(&limits).await;
            stored.map_err(|e| error::store("store the limits", e))?;
            deps.policy.set(limits);
            deps.room.want();
            let user = &caller.user.username;
            info!(target: "audit", ?user, ?limits, "limits of the storage changed");
        }
        let in_force = InForce { limits, is_custom: true };
        Ok(Response::new(v1::UpdateStoragePolicyResponse {
            policy: Some(policy::to_wire(in_force)),
            deleted_bytes,
            message: deletion_in_words(deleted_bytes, validate_only),
        }))
    }
}

impl Service {
    /// What each camera takes, by id, and those that write.
    async fn cameras(
        &self,
        cameras: &Cameras,
        usage: &[CameraUsage],
    ) -> Result<(Vec<v1::CameraStorage>, Vec<Writer>), Status> {
        let ids: BTreeSet<&CameraId> =
            cameras.keys().chain(usage.iter().map(|usage| &usage.camera)).collect();
        let mut rows = Vec::with_capacity(ids.len());
        let mut writers = Vec::new();
        for id in ids {
            let used = usage.iter().find(|usage| usage.camera == *id);
            let config = cameras.get(id).map(|view| &view.config);
            let record = config.filter(|config| config.enabled).map(|config| &config.record);
            let mut bytes_per_day = 0;
            if let Some(record) = record.filter(|record| record.enabled) {
                bytes_per_day = self.bytes_per_day(id, used).await?;
                let (max_age, max_bytes) = (record.max_age, record.max_bytes);
                writers.push(Writer { bytes_per_day, max_age, max_bytes });
            }
            rows.push(storage::camera(id, used, config.is_none(), bytes_per_day));
        }
        Ok((rows, writers))
    }

    /// What a camera writes a day, with what has no row yet.
    async fn bytes_per_day(
        &self,
        id: &CameraId,
        used: Option<&CameraUsage>,
    ) -> Result<u64, Status> {
        let now = WallTime::now();
        let days = forecast::days_looked_at(now);
        let footage = self.0.deps.store.footage_begun_in(id, &days).await;
        let footage = footage.map_err(|e| error::store("add up the footage of each day", e))?;
        let fresh = self.0.deps.unindexed.of(id);
        let bytes_of = |(day, kept): (&Span, KeptFootage)| {
            let begun = fresh.iter().filter(|s| day.start <= s.start && s.start < day.end);
            kept.bytes + begun.map(|segment| segment.size_bytes).sum::<u64>()
        };
        let bytes = days.iter().zip(footage).map(bytes_of);
        let days: Vec<(Span, u64)> = days.iter().copied().zip(bytes).collect();
        let begun = used.map(|used| used.span.start).into_iter();
        let oldest = begun.chain(fresh.iter().map(|segment| segment.start)).min().unwrap_or(now);
        Ok(forecast::bytes_per_day(&days, oldest))
    }

    /// Footage that `limits` do not let be kept, in bytes. What the cameras' own limits let go is
    /// not counted: it goes without them.
    async fn beyond(&self, limits: &Limits, disk: Option<DiskFacts>) -> Result<u64, Status> {
        let Context { deps, .. } = &self.0;
        let failed = |e| error::store("find out what would be deleted", e);
        let cameras = deps.control.cameras();
        let mut aged_bytes = 0;
        if let Some(max_age) = limits.max_age {
            let before = WallTime::now() - max_age.max(UNTOUCHABLE);
            for id in deps.store.cameras_with_footage().await.map_err(failed)? {
                let own = cameras.get(&id).and_then(|view| view.config.record.max_age);
                if own.is_none() {
                    let aged = deps.store.unprotected_before(&id, before).await;
                    aged_bytes += aged.map_err(failed)?.bytes;
                }
            }
        }
        let recorded = deps.store.recorded_totals().await.map_err(failed)?;
        let protected = deps.store.protected_totals().await.map_err(failed)?;
        let free_bytes = disk.map(|disk| disk.free_bytes);
        Ok(forecast::beyond(limits, aged_bytes, recorded.bytes, protected.bytes, free_bytes))
    }
}

fn total(usage: &[CameraUsage]) -> KeptFootage {
    let add = |sum: KeptFootage, usage: &CameraUsage| KeptFootage {
        segments: sum.segments + usage.kept.segments,
        bytes: sum.bytes + usage.kept.bytes,
    };
    usage.iter().fold(KeptFootage::default(), add)
}

fn deletion_in_words(bytes: u64, validate_only: bool) -> String {
    let size = forecast::size(bytes);
    match (bytes, validate_only) {
        (0, true) => "no footage would be deleted".to_owned(),
        (0, false) => "no footage is deleted".to_owned(),
        (_, true) => format!("about {size} of the oldest footage would be deleted at once"),
        (_, false) => format!("about {size} of the oldest footage is being deleted"),
    }
}
