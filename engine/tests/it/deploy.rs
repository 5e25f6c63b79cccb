//! What the Dockerfiles and `compose.yaml` promise: nobody is root, nothing is written but the volumes,
//! secrets are files, one port is published, and there is time to finish the files.
//!
//! Not here: whether the images build and run. `scripts/test-images` does that.

use std::{collections::BTreeSet, fs, path::Path};

use ronin_pipelines::elements;
use serde_json::{Map, Value};

/// Services that nobody can ask for their health, and why not.
const WITHOUT_HEALTH: &[(&str, &str)] = &[("worker", "it listens on no port")];
/// Words in the names of settings whose values are secrets, or may hold one.
const SECRET_WORDS: &[&str] = &["PASSWORD", "SECRET", "TOKEN", "KEY", "URL"];
/// Finishing the files of all cameras takes up to so long, in seconds.
const STOP_MIN_S: u64 = 30;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `compose.yaml` with what its anchors stand for.
fn compose() -> Value {
    let mut yaml: serde_norway::Value = serde_norway::from_str(&read("compose.yaml")).unwrap();
    yaml.apply_merge().unwrap();
    serde_json::to_value(yaml).unwrap()
}

fn services(compose: &Value) -> &Map<String, Value> {
    compose["services"].as_object().unwrap()
}

/// The words of a list, or none.
fn list(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A text with each `${NAME:-default}` as it is where nobody set the name.
fn by_default(text: &str) -> String {
    let mut parts = text.split("${");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap_or((part, ""));
        whole += variable.split_once(":-").map_or("", |(_, default)| default);
        whole += rest;
    }
    whole
}

/// Whether the user of a service or an image is a number, as its group is, and neither is root's.
fn is_unprivileged(user: &str) -> bool {
    let ids: Vec<_> = user.split(':').map(str::parse::<u32>).collect();
    ids.len() == 2 && ids.iter().all(|id| matches!(id, Ok(1..)))
}

#[test]
fn no_service_has_rights_or_writes_to_its_root() {
    let compose = compose();
    let mut broken = Vec::new();
    for (name, service) in services(&compose) {
        let mut check = |is_kept: bool, rule: &str| {
            if !is_kept {
                broken.push(format!("{name}: {rule}"));
            }
        };
        let user = by_default(service["user"].as_str().unwrap_or_default());
        check(is_unprivileged(&user), "user is a number other than root's");
        check(service["read_only"] == true, "read_only is true");
        check(list(&service["cap_drop"]) == ["ALL"], "cap_drop is ALL");
        let options = list(&service["security_opt"]);
        check(options.contains(&"no-new-privileges:true"), "security_opt has no-new-privileges");
        for right in ["cap_add", "privileged", "network_mode", "pid", "ipc", "userns_mode"] {
            check(service[right].is_null(), &format!("{right} is not there"));
        }
        check(!service["volumes"].to_string().contains("docker.sock"), "the engine is not mounted");
        check(service["restart"].is_string(), "restart says when it is started again");
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_service_tells_its_health_and_has_time_to_end() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let health = &service["healthcheck"];
        if WITHOUT_HEALTH.iter().any(|(known, _)| known == name) {
            assert_eq!(health["disable"], true, "{name}: the image's own check would fail");
        } else {
            assert!(health["test"].is_array(), "{name}: no health check");
        }
        let grace = service["stop_grace_period"].as_str().unwrap_or_default();
        let seconds: u64 = grace.trim_end_matches('s').parse().unwrap_or_default();
        assert!(seconds >= STOP_MIN_S, "{name}: a grace of {grace:?} is too short");
    }
}

#[test]
fn secrets_are_files_and_stand_in_no_variable() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let secrets = list(&service["secrets"]);
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            assert!(!value.contains("://"), "{name}: {variable} is an address");
            if !SECRET_WORDS.iter().any(|word| variable.contains(word)) {
                continue;
            }
            assert!(variable.ends_with("_FILE"), "{name}: {variable} holds a secret itself");
            let secret = value.strip_prefix("/run/secrets/").unwrap_or_default();
            assert!(secrets.contains(&secret), "{name}: {variable} is no secret of it");
        }
        for secret in secrets {
            assert!(compose["secrets"][secret]["file"].is_string(), "{name}: {secret} is no file");
        }
    }
}

#[test]
fn one_port_is_published_and_the_database_is_out_of_reach() {
    let compose = compose();
    let services = services(&compose);
    let started = services.values().filter(|service| service["profiles"].is_null());
    let ports: Vec<String> =
        started.flat_map(|service| list(&service["ports"])).map(by_default).collect();
    assert_eq!(ports, ["8000:8000"]);
    for (name, service) in services {
        let is_recorder = name.starts_with("ronin");
        assert_eq!(service["ports"].is_array(), is_recorder, "{name}");
    }
    assert_eq!(list(&services["postgres"]["networks"]), ["database"]);
    assert_eq!(compose["networks"]["database"]["internal"], true);
}

#[test]
fn what_compose_names_is_in_the_repository() {
    let compose = compose();
    let url = by_default(compose["secrets"]["database_url"]["file"].as_str().unwrap());
    assert!(read(&url).starts_with("sqlite://"), "{url}");
    for (name, service) in services(&compose) {
        let Some(dockerfile) = service["build"]["dockerfile"].as_str() else { continue };
        let stages = Dockerfile::read(dockerfile).stages;
        let target = service["build"]["target"].as_str();
        let wanted = target.unwrap_or("runtime");
        let stage = stages.iter().find(|stage| stage.name == wanted);
        let stage = stage.unwrap_or_else(|| panic!("{name}: {dockerfile} has no stage {wanted}"));
        assert_eq!(target.is_none(), stage.name == stages.last().unwrap().name, "{name}");
    }
}

/// What stands on one line, continued lines joined.
struct Instruction {
    word: String,
    rest: String,
}

struct Stage {
    name: String,
    base: String,
    instructions: Vec<Instruction>,
}

impl Stage {
    fn all(&self, word: &str) -> impl Iterator<Item = &str> {
        let instructions = self.instructions.iter().filter(move |known| known.word == word);
        instructions.map(|known| known.rest.as_str())
    }

    fn one(&self, word: &str) -> &str {
        let found: Vec<_> = self.all(word).collect();
        assert_eq!(found.len(), 1, "{word} in the stage {}", self.name);
        found[0]
    }
}

struct Dockerfile {
    /// Names and defaults of what stands before the first stage.
    arguments: Vec<(String, String)>,
    stages: Vec<Stage>,
}

impl Dockerfile {
    fn read(path: &str) -> Self {
        let text = read(path);
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
        let mut file = Self { arguments: Vec::new(), stages: Vec::new() };
        for line in joined.lines().filter(|line| !line.trim().is_empty()) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let (word, rest) = (word.to_owned(), rest.trim().to_owned());
            match (word.as_str(), file.stages.last_mut()) {
                ("FROM", _) => {
                    let (base, name) = rest.split_once(" AS ").expect("each stage has a name");
                    let (base, name) = (base.to_owned(), name.to_owned());
                    file.stages.push(Stage { name, base, instructions: Vec::new() });
                }
                (_, Some(stage)) => stage.instructions.push(Instruction { word, rest }),
                ("ARG", None) => {
                    let (name, default) = rest.split_once('=').expect("each base has a default");
                    file.arguments.push((name.to_owned(), default.to_owned()));
                }
                (other, None) => panic!("{path}: {other} before the first stage"),
            }
        }
        file
    }

    fn stage(&self, name: &str) -> &Stage {
        self.stages.iter().find(|stage| stage.name == name).expect("it has this stage")
    }
}

const DOCKERFILES: [&str; 2] = ["Dockerfile.cpu", "Dockerfile.gpu"];

#[test]
fn both_images_have_the_same_stages_on_bases_that_can_be_replaced() {
    let [cpu, gpu] = DOCKERFILES.map(Dockerfile::read);
    let names = |file: &Dockerfile| -> Vec<(String, String)> {
        file.stages.iter().map(|stage| (stage.name.clone(), stage.base.clone())).collect()
    };
    assert_eq!(names(&cpu), names(&gpu));
    assert_eq!(cpu.arguments, gpu.arguments);
    let wanted = ["web", "deps", "build", "runtime"];
    assert!(wanted.iter().all(|name| cpu.stages.iter().any(|stage| stage.name == *name)));

    for (name, default) in &cpu.arguments {
        let (image, tag) = default.split_once(':').expect("each base has a tag");
        assert!(!image.is_empty() && tag != "latest", "{name}={default}");
    }
    let mut known: BTreeSet<String> =
        cpu.arguments.iter().map(|(name, _)| format!("${{{name}}}")).collect();
    for stage in &cpu.stages {
        assert!(known.contains(&stage.base), "{} begins with {}", stage.name, stage.base);
        known.insert(stage.name.clone());
    }
}

#[test]
fn the_images_bring_nothing_from_elsewhere_and_hold_no_secret() {
    for path in DOCKERFILES {
        let file = Dockerfile::read(path);
        for stage in &file.stages {
            for Instruction { word, rest } in &stage.instructions {
                let at = format!("{path}, {}: {word} {rest}", stage.name);
                assert_ne!(word, "ADD", "{at}");
                assert!(!rest.contains("<<"), "a heredoc: {at}");
                assert!(!rest.contains("://"), "an address: {at}");
                let names = matches!(word.as_str(), "ENV" | "ARG");
                let is_secret = SECRET_WORDS.iter().any(|secret| rest.contains(secret));
                assert!(!(names && is_secret), "{at}");
            }
        }
    }
    // What is not named in it cannot get into a layer.
    assert!(read(".dockerignore").lines().any(|line| line == "*"));
}

#[test]
fn the_images_run_without_rights_and_say_how_they_are() {
    for path in DOCKERFILES {
        let file = Dockerfile::read(path);
        assert_eq!(file.stages.last().unwrap().name, "runtime", "{path}");
        for name in ["runtime", "demo-camera"] {
            let stage = file.stage(name);
            assert!(is_unprivileged(stage.one("USER")), "{path}, {name}");
            assert!(stage.one("ENTRYPOINT").starts_with(r#"["tini", "--", "#), "{path}, {name}");
            assert!(stage.one("HEALTHCHECK").contains("CMD ["), "{path}, {name}");
            assert_eq!(stage.one("STOPSIGNAL"), "SIGTERM", "{path}, {name}");
        }
        let runtime = file.stage("runtime");
        assert_eq!(runtime.one("EXPOSE"), "8000", "{path}");
        assert_eq!(runtime.one("VOLUME"), r#"["/data", "/media"]"#, "{path}");
        assert!(runtime.one("HEALTHCHECK").ends_with(r#"["ronin", "healthcheck"]"#), "{path}");
        assert!(runtime.one("LABEL").contains("org.opencontainers.image.version"), "{path}");
    }
}

#[test]
fn the_images_have_what_the_program_needs() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let needed = manifest["workspace"]["package"]["rust-version"].as_str().unwrap().to_owned();
    for path in DOCKERFILES {
        let file = Dockerfile::read(path);
        let installed: Vec<&str> =
            file.stage("system").all("RUN").flat_map(str::split_whitespace).collect();
        for (element, package) in elements::REQUIRED {
            // The plugins bring the library.
            let is_there = package.starts_with("libgstreamer") || installed.contains(package);
            assert!(is_there, "{path}: {element} needs {package}");
        }
        let rust = file.arguments.iter().find(|(name, _)| name == "RUST_BASE");
        let rust = rust.and_then(|(_, image)| image.strip_prefix("rust:")).unwrap();
        let number = |version: &str| -> Vec<u32> {
            version.split('.').map(|part| part.parse().unwrap()).collect()
        };
        let has = number(rust.split('-').next().unwrap());
        assert!(has >= number(&needed), "{path}: Rust {rust}, {needed} is needed");
    }
}
