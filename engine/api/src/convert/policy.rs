//! What is kept of all cameras: `v1::StoragePolicy` and [`Limits`].

use prost_types::FieldMask;
use ronin_core::{
    Invalid,
    storage::{InForce, Limits},
};
use ronin_proto::v1;

use super::limits;

const FIELDS: [&str; 3] = ["retention_days", "retention_max_bytes", "reserve_bytes"];

/// The limits for the wire.
pub(crate) fn to_wire(in_force: InForce) -> v1::StoragePolicy {
    let InForce { limits, is_custom } = in_force;
    v1::StoragePolicy {
        retention_days: Some(limits::days(limits.max_age)),
        retention_max_bytes: Some(limits.max_bytes.unwrap_or_default()),
        reserve_bytes: Some(limits.reserve_bytes),
        is_custom,
    }
}

/// `old` with the fields of `policy` that `mask` names; without a mask, those that are set.
/// `disk_bytes` is the size of the disk, where it is known.
pub(crate) fn apply(
    old: &Limits,
    policy: &v1::StoragePolicy,
    mask: Option<&FieldMask>,
    disk_bytes: Option<u64>,
) -> Result<Limits, Invalid> {
    let named = named(policy, mask)?;
    let is_named = |field: &str| named.iter().any(|name| name == field);
    let mut new = *old;
    let mut invalid = Invalid::default();
    if is_named("retention_days") {
        let max_age = limits::max_age(policy.retention_days.unwrap_or_default());
        new.max_age = invalid.collect(max_age).flatten();
    }
    if is_named("retention_max_bytes") {
        let max_bytes = limits::max_bytes(policy.retention_max_bytes.unwrap_or_default());
        new.max_bytes = invalid.collect(max_bytes).flatten();
    }
    if is_named("reserve_bytes") {
        let reserve = reserve(policy.reserve_bytes, disk_bytes);
        new.reserve_bytes = invalid.collect(reserve).unwrap_or_default();
    }
    invalid.check().map_err(|invalid| invalid.within("policy"))?;
    Ok(new)
}

fn named(policy: &v1::StoragePolicy, mask: Option<&FieldMask>) -> Result<Vec<String>, Invalid> {
    let paths = mask.map(|mask| mask.paths.clone()).unwrap_or_default();
    if paths.iter().any(|path| !FIELDS.contains(&path.as_str())) {
        let text = format!("a field that can be changed is one of {}", FIELDS.join(", "));
        return Err(Invalid::new("update_mask", text));
    }
    if !paths.is_empty() {
        return Ok(paths);
    }
    let is_set = [
        policy.retention_days.is_some(),
        policy.retention_max_bytes.is_some(),
        policy.reserve_bytes.is_some(),
    ];
    let set = FIELDS.iter().zip(is_set).filter(|(_, is_set)| *is_set);
    let set: Vec<String> = set.map(|(field, _)| (*field).to_owned()).collect();
    if set.is_empty() {
        return Err(Invalid::new("policy", "say which limit to change"));
    }
    Ok(set)
}

fn reserve(bytes: Option<u64>, disk_bytes: Option<u64>) -> Result<u64, Invalid> {
    let missing = || Invalid::new("reserve_bytes", "the mask names this field, and it is not set");
    let bytes = limits::checked_bytes(bytes.ok_or_else(missing)?, "reserve_bytes")?;
    if disk_bytes.is_some_and(|disk_bytes| bytes >= disk_bytes) {
        let text = "the reserve is as large as the disk: no footage would be left";
        return Err(Invalid::new("reserve_bytes", text));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const OLD: Limits = Limits {
        max_age: Some(Duration::from_secs(30 * 86_400)),
        max_bytes: Some(5000),
        reserve_bytes: 100,
    };

    fn change(policy: &v1::StoragePolicy, paths: &[&str]) -> Result<Limits, Invalid> {
        let mask = FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() };
        apply(&OLD, policy, Some(&mask), Some(1000))
    }

    #[test]
    fn only_what_is_named_or_set_changes_and_zero_takes_a_limit_away() {
        let policy = v1::StoragePolicy {
            retention_days: Some(7.0),
            retention_max_bytes: Some(0),
            reserve_bytes: None,
            is_custom: false,
        };
        let new = change(&policy, &[]).unwrap();
        assert_eq!((new.max_age, new.max_bytes), (Some(Duration::from_secs(7 * 86_400)), None));
        assert_eq!(new.reserve_bytes, 100);
        let new = change(&policy, &["retention_max_bytes"]).unwrap();
        assert_eq!((new.max_age, new.max_bytes), (OLD.max_age, None));
        let none = change(&v1::StoragePolicy::default(), &["retention_days"]).unwrap();
        assert_eq!(none.max_age, None);
        let wire = to_wire(InForce { limits: none, is_custom: true });
        assert_eq!(wire.retention_days, Some(0.0));
        assert!(wire.is_custom);
    }

    #[test]
    fn what_cannot_be_kept_is_refused_by_field() {
        let with = |days, max_bytes, reserve_bytes| v1::StoragePolicy {
            retention_days: days,
            retention_max_bytes: max_bytes,
            reserve_bytes,
            is_custom: false,
        };
        let fields = |policy, paths: &[&str]| -> Vec<String> {
            let invalid = change(&policy, paths).unwrap_err();
            invalid.violations.into_iter().map(|violation| violation.field).collect()
        };
        let all_bad = with(Some(-1.0), Some(u64::MAX), Some(1000));
        let all = ["retention_days", "retention_max_bytes", "reserve_bytes"];
        assert_eq!(fields(all_bad, &[]), all.map(|field| format!("policy.{field}")));
        assert_eq!(fields(with(None, None, None), &[]), ["policy"]);
        assert_eq!(fields(with(None, None, None), &["reserve_bytes"]), ["policy.reserve_bytes"]);
        assert_eq!(fields(with(Some(1.0), None, None), &["is_custom"]), ["update_mask"]);
        assert!(apply(&OLD, &with(None, None, Some(9999)), None, None).is_ok(), "no disk is known");
    }
}
