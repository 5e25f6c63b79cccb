//! Who may import whom: the rule of docs/architecture.md, read from the manifests.

use std::{collections::BTreeSet, fs, path::Path};

struct Rule {
    krate: &'static str,
    manifest: &'static str,
    /// Our crates that it may name.
    ours: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule { krate: "ronin-core", manifest: "engine/core", ours: &[] },
    Rule { krate: "ronin-proto", manifest: "proto", ours: &[] },
    Rule { krate: "ronin-migrations", manifest: "migrations", ours: &[] },
    Rule { krate: "ronin-pipelines", manifest: "pipelines", ours: &["ronin-core"] },
    Rule { krate: "ronin-vision", manifest: "engine/vision", ours: &["ronin-core"] },
    Rule {
        krate: "ronin-store",
        manifest: "engine/store",
        ours: &["ronin-core", "ronin-migrations"],
    },
    Rule {
        krate: "ronin-api",
        manifest: "engine/api",
        ours: &["ronin-core", "ronin-proto", "ronin-store"],
    },
    Rule {
        krate: "ronin",
        manifest: "engine",
        ours: &[
            "ronin-api",
            "ronin-core",
            "ronin-pipelines",
            "ronin-proto",
            "ronin-store",
            "ronin-vision",
        ],
    },
    Rule { krate: "ronin-testkit", manifest: "engine/testkit", ours: &["ronin-core"] },
];

/// Foreign libraries that only some crates may name.
const OWNERS: &[(&str, &[&str])] = &[
    ("gst", &["ronin-pipelines", "ronin-testkit"]),
    ("gio", &["ronin-pipelines"]),
    ("sea-orm-migration", &["ronin-migrations"]),
    ("sea-orm", &["ronin-store"]),
    ("apalis", &["ronin-store"]),
    ("apalis-postgres", &["ronin-store"]),
    ("apalis-sqlite", &["ronin-store"]),
    ("tch", &["ronin-vision"]),
    ("axum", &["ronin-api"]),
    // The command line is a client of the API.
    ("tonic", &["ronin-api", "ronin-proto", "ronin"]),
];

/// All that `core` may know.
const CORE_FOREIGN: &[&str] =
    &["bytes", "jiff", "serde", "thiserror", "tokio", "tracing", "url", "uuid"];

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(manifest).join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let manifest: toml::Table = text.parse().unwrap();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_name_only_what_they_may() {
    let mut broken = Vec::new();
    for rule in RULES {
        for dependency in dependencies(rule.manifest) {
            let ours = dependency.starts_with("ronin");
            if ours && !rule.ours.contains(&dependency.as_str()) {
                broken.push(format!("{} must not name {dependency}", rule.krate));
            }
            let owners = OWNERS.iter().find(|(library, _)| {
                dependency == *library || dependency.starts_with(&format!("{library}-"))
            });
            if let Some((_, owners)) = owners.filter(|(_, owners)| !owners.contains(&rule.krate)) {
                broken.push(format!("{} must not name {dependency}: {owners:?} may", rule.krate));
            }
            if rule.krate == "ronin-core" && !CORE_FOREIGN.contains(&dependency.as_str()) {
                broken.push(format!("core must not know {dependency}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_crate_of_the_workspace_has_a_rule() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let workspace: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    for member in members {
        let member = member.as_str().unwrap();
        assert!(RULES.iter().any(|rule| rule.manifest == member), "no rule for {member}");
    }
}
