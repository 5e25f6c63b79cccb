//! `ronin.v1.StorageService`.

use ronin_proto::v1::{self, storage_service_server::StorageService};
use tonic::{Request, Response, Status};

use super::Context;
use crate::error;

pub(super) struct Service(pub(super) Context);

#[tonic::async_trait]
impl StorageService for Service {
    async fn get_storage(
        &self,
        _request: Request<v1::GetStorageRequest>,
    ) -> Result<Response<v1::GetStorageResponse>, Status> {
        let _ = &self.0;
        Err(error::unknown_method())
    }

    async fn list_storage_days(
        &self,
        _request: Request<v1::ListStorageDaysRequest>,
    ) -> Result<Response<v1::ListStorageDaysResponse>, Status> {
        Err(error::unknown_method())
    }

    async fn update_storage_policy(
        &self,
        _request: Request<v1::UpdateStoragePolicyRequest>,
    ) -> Result<Response<v1::UpdateStoragePolicyResponse>, Status> {
        Err(error::unknown_method())
    }
}
