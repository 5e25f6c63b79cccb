//! `ronin.v1.LayoutService`.

use ronin_core::{ErrorKind, Invalid, WallTime};
use ronin_proto::v1::{self, layout_service_server::LayoutService};
use ronin_store::{Layout, Stored};
use tonic::{Request, Response, Status};
use tracing::info;
use uuid::Uuid;

use super::{Context, caller};
use crate::{
    auth::Caller,
    convert::layout::{self, Chosen},
    error,
};

/// Most layouts: what people name by hand, and an end to what a script can.
const LAYOUTS_MAX: u64 = 100;

pub(super) struct Service(pub(super) Context);

impl Service {
    /// What `chosen` makes of a layout.
    fn new_version(&self, id: Uuid, version: i64, chosen: Chosen, caller: &Caller) -> Layout {
        let Chosen { display_name, cameras, columns } = chosen;
        Layout {
            id,
            display_name,
            cameras,
            columns,
            updated_by: caller.user.username.clone(),
            updated_at: WallTime::now(),
            version,
        }
    }

    fn to_wire(&self, layout: &Layout) -> v1::Layout {
        layout::to_wire(layout, &self.0.deps.control.cameras())
    }
}

#[tonic::async_trait]
impl LayoutService for Service {
    async fn list_layouts(
        &self,
        _request: Request<v1::ListLayoutsRequest>,
    ) -> Result<Response<v1::ListLayoutsResponse>, Status> {
        let layouts = self.0.deps.store.layouts().await;
        let layouts = layouts.map_err(|e| error::store("list the layouts", e))?;
        let layouts = layouts.iter().map(|layout| self.to_wire(layout)).collect();
        Ok(Response::new(v1::ListLayoutsResponse { layouts }))
    }

    async fn create_layout(
        &self,
        request: Request<v1::CreateLayoutRequest>,
    ) -> Result<Response<v1::CreateLayoutResponse>, Status> {
        let caller = caller(&request)?;
        let wanted = request.into_inner().layout.unwrap_or_default();
        let chosen = layout::chosen(&wanted, None, None).map_err(error::invalid)?;
        let new = self.new_version(Uuid::now_v7(), 1, chosen, &caller);
        let stored = self.0.deps.store.insert_layout(&new, LAYOUTS_MAX).await;
        check(stored.map_err(|e| error::store("add the layout", e))?, &new)?;
        audit(&caller, &new.display_name, "layout added");
        Ok(Response::new(v1::CreateLayoutResponse { layout: Some(self.to_wire(&new)) }))
    }

    async fn update_layout(
        &self,
        request: Request<v1::UpdateLayoutRequest>,
    ) -> Result<Response<v1::UpdateLayoutResponse>, Status> {
        let caller = caller(&request)?;
        let v1::UpdateLayoutRequest { layout: wanted, update_mask } = request.into_inner();
        let missing = || error::invalid(Invalid::new("layout", "say which layout to change"));
        let wanted = wanted.ok_or_else(missing)?;
        let id = layout::parse_name(&wanted.name, "layout.name").map_err(error::invalid)?;
        let store = &self.0.deps.store;
        let known = store.layouts().await.map_err(|e| error::store("read the layouts", e))?;
        let old = known.into_iter().find(|layout| layout.id == id).ok_or_else(not_found)?;
        if !wanted.etag.is_empty() && wanted.etag != layout::etag(old.version) {
            return Err(changed());
        }
        let chosen = layout::chosen(&wanted, update_mask.as_ref(), Some(&old));
        let chosen = chosen.map_err(error::invalid)?;
        let new = self.new_version(id, old.version.saturating_add(1), chosen, &caller);
        let stored = store.update_layout(&new, old.version).await;
        check(stored.map_err(|e| error::store("change the layout", e))?, &new)?;
        audit(&caller, &new.display_name, "layout changed");
        Ok(Response::new(v1::UpdateLayoutResponse { layout: Some(self.to_wire(&new)) }))
    }

    async fn delete_layout(
        &self,
        request: Request<v1::DeleteLayoutRequest>,
    ) -> Result<Response<v1::DeleteLayoutResponse>, Status> {
        let caller = caller(&request)?;
        let name = request.into_inner().name;
        let id = layout::parse_name(&name, "name").map_err(error::invalid)?;
        let was_there = self.0.deps.store.delete_layout(id).await;
        if !was_there.map_err(|e| error::store("remove the layout", e))? {
            return Err(not_found());
        }
        audit(&caller, &name, "layout removed");
        Ok(Response::new(v1::DeleteLayoutResponse {}))
    }
}

fn check(stored: Stored, layout: &Layout) -> Result<(), Status> {
    match stored {
        Stored::Done => Ok(()),
        Stored::Changed => Err(changed()),
        Stored::NameTaken => {
            let message =
                format!("there is a layout {:?}: choose another name", layout.display_name);
            Err(error::status(ErrorKind::AlreadyExists, "LAYOUT_ALREADY_EXISTS", message))
        }
        Stored::TooMany => {
            let message = "there are 100 layouts: remove some";
            Err(error::status(ErrorKind::ResourceExhausted, "TOO_MANY_LAYOUTS", message))
        }
    }
}

fn not_found() -> Status {
    let message = "there is no such layout: it may have been removed";
    error::status(ErrorKind::NotFound, "LAYOUT_NOT_FOUND", message)
}

fn changed() -> Status {
    let message = "the layout was changed meanwhile: load it again and repeat your change";
    error::status(ErrorKind::Aborted, "LAYOUT_CHANGED", message)
}

fn audit(caller: &Caller, name: &str, what: &str) {
    info!(target: "audit", user = ?caller.user.username, layout = ?name, "{what}");
}
