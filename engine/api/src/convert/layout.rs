//! Layouts: what comes in, and what goes out.

use std::collections::HashSet;

use prost_types::FieldMask;
use ronin_core::{CameraId, Invalid, camera::check_display_name, control::Cameras};
use ronin_proto::v1;
use ronin_store::Layout;
use uuid::Uuid;

use super::{name, time};

/// Most cameras of one layout.
const CAMERAS_MAX: usize = 256;
/// Widest grid.
const COLUMNS_MAX: u8 = 4;
const FIELDS: [&str; 3] = ["display_name", "cameras", "columns"];

/// What people choose of a layout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Chosen {
    pub(crate) display_name: String,
    pub(crate) cameras: Vec<CameraId>,
    pub(crate) columns: u8,
}

/// The fields of `layout` that `mask` names; all where it names none. The others are those of
/// `old`, if there is one.
pub(crate) fn chosen(
    layout: &v1::Layout,
    mask: Option<&FieldMask>,
    old: Option<&Layout>,
) -> Result<Chosen, Invalid> {
    let named = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if named.iter().any(|path| !FIELDS.contains(&path.as_str())) {
        let text = format!("a field that can be changed is one of {}", FIELDS.join(", "));
        return Err(Invalid::new("update_mask", text));
    }
    let is_named = |field: &str| named.is_empty() || named.iter().any(|path| path == field);
    let mut invalid = Invalid::default();
    let display_name = match old.filter(|_| !is_named("display_name")) {
        Some(old) => Some(old.display_name.clone()),
        None => invalid.collect(check_display_name(&layout.display_name)),
    };
    let cameras = match old.filter(|_| !is_named("cameras")) {
        Some(old) => Some(old.cameras.clone()),
        None => invalid.collect(cameras(&layout.cameras)),
    };
    let columns = match old.filter(|_| !is_named("columns")) {
        Some(old) => Some(old.columns),
        None => invalid.collect(columns(layout.columns)),
    };
    invalid.check().map_err(|invalid| invalid.within("layout"))?;
    let (Some(display_name), Some(cameras), Some(columns)) = (display_name, cameras, columns)
    else {
        return Err(Invalid::new("layout", "say what the layout shows"));
    };
    Ok(Chosen { display_name, cameras, columns })
}

fn cameras(names: &[String]) -> Result<Vec<CameraId>, Invalid> {
    if names.is_empty() || names.len() > CAMERAS_MAX {
        return Err(Invalid::new("cameras", "a layout shows 1 to 256 cameras"));
    }
    let mut invalid = Invalid::default();
    let mut seen = HashSet::new();
    let mut ids = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let field = format!("cameras[{index}]");
        if let Some(id) = invalid.collect(name::parse_camera(name, &field)) {
            if !seen.insert(id.clone()) {
                let text = "a layout shows each camera once";
                invalid.collect::<()>(Err(Invalid::new(&field, text)));
            }
            ids.push(id);
        }
    }
    invalid.check()?;
    Ok(ids)
}

fn columns(columns: u32) -> Result<u8, Invalid> {
    let columns = u8::try_from(columns).ok().filter(|columns| *columns <= COLUMNS_MAX);
    columns.ok_or_else(|| Invalid::new("columns", "a grid has 1 to 4 columns, or 0: what fits"))
}

/// A layout with those of its cameras that there are.
pub(crate) fn to_wire(layout: &Layout, there_are: &Cameras) -> v1::Layout {
    let cameras = layout.cameras.iter().filter(|id| there_are.contains_key(*id));
    v1::Layout {
        name: name::layout(layout.id),
        display_name: layout.display_name.clone(),
        cameras: cameras.map(name::camera).collect(),
        columns: layout.columns.into(),
        etag: etag(layout.version),
        updated_by: layout.updated_by.clone(),
        update_time: Some(time::to_wire(layout.updated_at)),
    }
}

/// The tag of a version of a layout.
pub(crate) fn etag(version: i64) -> String {
    version.to_string()
}

/// The layout that `name`, found in `field`, names.
pub(crate) fn parse_name(name: &str, field: &str) -> Result<Uuid, Invalid> {
    name::parse_layout(name)
        .ok_or_else(|| Invalid::new(field, "name a layout as ListLayouts shows it"))
}

#[cfg(test)]
mod tests {
    use ronin_core::WallTime;

    use super::*;

    fn wire(display_name: &str, cameras: &[&str], columns: u32) -> v1::Layout {
        let cameras = cameras.iter().map(|id| format!("cameras/{id}")).collect();
        v1::Layout { display_name: display_name.into(), cameras, columns, ..Default::default() }
    }

    fn fields(wrong: &v1::Layout) -> Vec<String> {
        let invalid = chosen(wrong, None, None).unwrap_err();
        invalid.violations.into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn what_is_wrong_is_told_field_by_field() {
        let good = chosen(&wire(" Yard ", &["gate", "barn"], 2), None, None).unwrap();
        assert_eq!((good.display_name.as_str(), good.columns), ("Yard", 2));
        assert_eq!(good.cameras.len(), 2);

        let wrong = fields(&wire("", &[], 5));
        assert_eq!(wrong, ["layout.display_name", "layout.cameras", "layout.columns"]);
        assert_eq!(fields(&wire("Yard", &["gate", "gate"], 0)), ["layout.cameras[1]"]);
        assert_eq!(fields(&wire("Yard", &["gate", "../etc"], 0)), ["layout.cameras[1]"]);
        let many: Vec<String> = (0..257).map(|n| format!("cam-{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(fields(&wire("Yard", &many, 0)), ["layout.cameras"]);
        assert_eq!(fields(&wire("Yard", &["gate"], u32::MAX)), ["layout.columns"]);
    }

    #[test]
    fn what_is_not_named_stays() {
        let old = Layout {
            id: Uuid::now_v7(),
            display_name: "Yard".into(),
            cameras: vec!["gate".parse().unwrap()],
            columns: 3,
            updated_by: String::new(),
            updated_at: WallTime::from_micros(0),
            version: 1,
        };
        let mask = |path: &str| FieldMask { paths: vec![path.to_owned()] };
        let new = chosen(&wire("Doors", &[], 9), Some(&mask("display_name")), Some(&old)).unwrap();
        assert_eq!(
            new,
            Chosen { display_name: "Doors".into(), cameras: old.cameras.clone(), columns: 3 }
        );
        assert!(chosen(&wire("Doors", &[], 9), Some(&mask("etag")), Some(&old)).is_err());
    }
}
