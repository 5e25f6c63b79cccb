//! Who may call what, and how long a call may take: one row for each method.
//!
//! A method without a row reaches no handler. A test walks the descriptors and fails for a method
//! that is missing here, or open and not meant to be.

use std::time::Duration;

use ronin_store::Role;

/// Ordinary calls answer from memory or an index.
const UNARY: Duration = Duration::from_secs(10);
/// A probe waits for a camera, which gets 15 s.
const PROBE: Duration = Duration::from_secs(30);

/// Who may call a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// Anybody while reflection is on, nobody else.
    Reflection,
    /// Users with at least this role.
    AtLeast(Role),
}

/// One method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rule {
    /// `/package.Service/Method`.
    pub(crate) path: &'static str,
    /// Who may call it.
    pub(crate) access: Access,
    /// The longest it may take; `None` for streams, which last.
    pub(crate) deadline: Option<Duration>,
}

const fn call(path: &'static str, access: Access) -> Rule {
    Rule { path, access, deadline: Some(UNARY) }
}

const fn stream(path: &'static str, access: Access) -> Rule {
    Rule { path, access, deadline: None }
}

const VIEWER: Access = Access::AtLeast(Role::Viewer);
const OPERATOR: Access = Access::AtLeast(Role::Operator);
const ADMIN: Access = Access::AtLeast(Role::Admin);

#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    call("/ronin.v1.AuthService/GetSetupStatus", Access::Public),
    call("/ronin.v1.AuthService/CompleteSetup", Access::Public),
    call("/ronin.v1.AuthService/Login", Access::Public),
    call("/ronin.v1.AuthService/Logout", VIEWER),
    call("/ronin.v1.AuthService/GetSession", VIEWER),
    call("/ronin.v1.AuthService/ChangePassword", VIEWER),
    call("/ronin.v1.AuthService/ListApiTokens", VIEWER),
    call("/ronin.v1.AuthService/CreateApiToken", VIEWER),
    call("/ronin.v1.AuthService/RevokeApiToken", VIEWER),

    call("/ronin.v1.CameraService/ListCameras", VIEWER),
    call("/ronin.v1.CameraService/GetCamera", VIEWER),
    call("/ronin.v1.CameraService/CreateCamera", ADMIN),
    call("/ronin.v1.CameraService/UpdateCamera", ADMIN),
    call("/ronin.v1.CameraService/DeleteCamera", ADMIN),
    Rule { path: "/ronin.v1.CameraService/ProbeCamera", access: OPERATOR, deadline: Some(PROBE) },
    stream("/ronin.v1.CameraService/WatchCameras", VIEWER),
    call("/ronin.v1.CameraService/RestartCamera", OPERATOR),
    call("/ronin.v1.CameraService/GetSnapshot", OPERATOR),

    call("/ronin.v1.DetectionService/ListModels", VIEWER),
    call("/ronin.v1.DetectionService/GetModel", VIEWER),
    stream("/ronin.v1.DetectionService/WatchDetections", VIEWER),
    call("/ronin.v1.DetectionService/CreateReplay", OPERATOR),
    call("/ronin.v1.DetectionService/GetReplay", VIEWER),
    call("/ronin.v1.DetectionService/ListReplays", VIEWER),
    call("/ronin.v1.DetectionService/CancelReplay", OPERATOR),

    call("/ronin.v1.EventService/ListEvents", VIEWER),
    call("/ronin.v1.EventService/GetEvent", VIEWER),
    stream("/ronin.v1.EventService/WatchEvents", VIEWER),
    call("/ronin.v1.EventService/UpdateReview", VIEWER),
    call("/ronin.v1.EventService/ExplainEvent", VIEWER),
    call("/ronin.v1.EventService/SearchMotion", VIEWER),

    call("/ronin.v1.ExportService/CreateExport", OPERATOR),
    call("/ronin.v1.ExportService/GetExport", VIEWER),
    call("/ronin.v1.ExportService/ListExports", VIEWER),
    call("/ronin.v1.ExportService/CancelExport", OPERATOR),
    call("/ronin.v1.ExportService/DeleteExport", OPERATOR),
    stream("/ronin.v1.ExportService/WatchExports", VIEWER),

    call("/ronin.v1.JobService/ListJobs", VIEWER),
    call("/ronin.v1.JobService/GetJob", VIEWER),
    call("/ronin.v1.JobService/CancelJob", OPERATOR),
    call("/ronin.v1.JobService/RetryJob", OPERATOR),
    stream("/ronin.v1.JobService/WatchJobs", VIEWER),
    call("/ronin.v1.JobService/GetJobStats", VIEWER),

    call("/ronin.v1.LayoutService/ListLayouts", VIEWER),
    call("/ronin.v1.LayoutService/CreateLayout", OPERATOR),
    call("/ronin.v1.LayoutService/UpdateLayout", OPERATOR),
    call("/ronin.v1.LayoutService/DeleteLayout", OPERATOR),

    call("/ronin.v1.LiveService/GetLiveStream", VIEWER),
    stream("/ronin.v1.LiveService/StreamLive", VIEWER),
    stream("/ronin.v1.LiveService/StreamLiveTiles", VIEWER),

    call("/ronin.v1.RecordingService/ListSegments", VIEWER),
    call("/ronin.v1.RecordingService/GetTimeline", VIEWER),
    call("/ronin.v1.RecordingService/GetPlayback", VIEWER),
    call("/ronin.v1.RecordingService/GetCoverage", VIEWER),
    call("/ronin.v1.RecordingService/ListRecordingDays", VIEWER),
    stream("/ronin.v1.RecordingService/WatchSegments", VIEWER),
    call("/ronin.v1.RecordingService/ProtectSpan", OPERATOR),
    call("/ronin.v1.RecordingService/ListProtectedSpans", VIEWER),
    call("/ronin.v1.RecordingService/UnprotectSpan", OPERATOR),

    call("/ronin.v1.StorageService/GetStorage", VIEWER),
    call("/ronin.v1.StorageService/ListStorageDays", VIEWER),
    call("/ronin.v1.StorageService/UpdateStoragePolicy", ADMIN),

    call("/ronin.v1.SystemService/GetSystemInfo", VIEWER),
    call("/ronin.v1.SystemService/GetPipelineStats", VIEWER),
    call("/ronin.v1.SystemService/GetPipelineGraph", VIEWER),
    call("/ronin.v1.SystemService/ListNotices", VIEWER),
    stream("/ronin.v1.SystemService/WatchNotices", VIEWER),

    call("/grpc.health.v1.Health/Check", Access::Public),
    call("/grpc.health.v1.Health/List", Access::Public),
    stream("/grpc.health.v1.Health/Watch", Access::Public),
    stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Access::Reflection),
    stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::Reflection),
];

/// The row of a method.
pub(crate) fn rule(path: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.path == path)
}

/// Whether a user with the role `has` may do what asks for `needs`.
pub(crate) fn suffices(has: Role, needs: Role) -> bool {
    let rank = |role| match role {
        Role::Viewer => 0,
        Role::Operator => 1,
        Role::Admin => 2,
    };
    rank(has) >= rank(needs)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;

    use super::*;

    #[test]
    fn every_method_of_the_api_has_a_rule_and_no_rule_is_stale() {
        let set = prost_types::FileDescriptorSet::decode(ronin_proto::FILE_DESCRIPTOR_SET).unwrap();
        let mut described = BTreeSet::new();
        for file in set.file.iter().filter(|file| file.package() == "ronin.v1") {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/ronin.v1.{}/{}", service.name(), method.name());
                    let rule = rule(&path).unwrap_or_else(|| panic!("{path} has no rule"));
                    assert_eq!(rule.deadline.is_none(), method.server_streaming(), "{path}");
                    described.insert(path);
                }
            }
        }

        let ours = RULES.iter().map(|rule| rule.path).filter(|path| path.starts_with("/ronin."));

        let stale: Vec<_> = ours.filter(|path| !described.contains(*path)).collect();
        assert!(stale.is_empty(), "rules without a method: {stale:?}");
        assert!(described.len() > 20);
    }

    #[test]
    fn only_sign_in_and_health_are_open() {
        let open: Vec<_> =
            RULES.iter().filter(|rule| rule.access == Access::Public).map(|r| r.path).collect();
        assert_eq!(
            open,
            [
                "/ronin.v1.AuthService/GetSetupStatus",
                "/ronin.v1.AuthService/CompleteSetup",
                "/ronin.v1.AuthService/Login",
                "/grpc.health.v1.Health/Check",
                "/grpc.health.v1.Health/List",
                "/grpc.health.v1.Health/Watch",
            ]
        );
    }

    #[test]
    fn viewers_look_and_operators_act_on_cameras_but_change_no_settings() {
        let of = |role| -> Vec<&str> {
            let rules = RULES.iter().filter(|rule| rule.access == Access::AtLeast(role));
            rules.map(|rule| rule.path.rsplit('/').next().unwrap()).collect()
        };
        let operator = [
            "ProbeCamera",
            "RestartCamera",
            "GetSnapshot",
            "CreateReplay",
            "CancelReplay",
            "CreateExport",
            "CancelExport",
            "DeleteExport",
            "CancelJob",
            "RetryJob",
            "CreateLayout",
            "UpdateLayout",
            "DeleteLayout",
            "ProtectSpan",
            "UnprotectSpan",
        ];
        assert_eq!(of(Role::Operator), operator);
        let admin = ["CreateCamera", "UpdateCamera", "DeleteCamera", "UpdateStoragePolicy"];
        assert_eq!(of(Role::Admin), admin);
        let own = ["Logout", "ChangePassword", "CreateApiToken", "RevokeApiToken", "UpdateReview"];
        for method in of(Role::Viewer) {
            let reads = ["Get", "List", "Watch", "Stream", "Search", "Explain"]
                .iter()
                .any(|verb| method.starts_with(verb));
            assert!(reads || own.contains(&method), "{method} changes something");
        }
    }

    #[test]
    fn roles_contain_each_other() {
        let all = [Role::Viewer, Role::Operator, Role::Admin];
        for (index, has) in all.into_iter().enumerate() {
            for (needed, needs) in all.into_iter().enumerate() {
                assert_eq!(suffices(has, needs), index >= needed);
            }
        }
    }
}
