//! Rows C1 to C5 and C7: cameras that cannot be reached, refuse and hang up.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use ronin_testkit::{
    camera::{FakeCamera, MAIN, Pictures},
    relay::{Ending, Mode, Relay},
    rtsp_raw::{Manner, OddServer},
    wait,
};

use super::{SLACK, Scene, TROUBLED, holes, is_waiting, pictures, small, wait_of};
use crate::sandbox::{BOUND, Sandbox, full_size};

#[tokio::test(flavor = "multi_thread")]
async fn c1_a_camera_that_is_away_at_the_start_is_tried_ever_less_often_and_recorded_when_it_comes()
{
    let mut camera = small();
    let url = camera.main_url();
    camera.stop();
    let mut scene = Scene::start().await;
    scene.sandbox.add(TROUBLED, &url).await;

    let words = scene.sandbox.wait_fault(TROUBLED, "CAMERA_PORT_CLOSED").await;
    // Its host answers, so it is asked for often: 1, 2, 4, 4 … s, spread by a fifth each way.
    let attempts: &[f64] =
        if full_size() { &[1.0, 2.0, 4.0, 4.0, 4.0, 4.0] } else { &[1.0, 2.0, 4.0] };
    for (index, nominal) in attempts.iter().enumerate() {
        let status = scene
            .sandbox
            .wait_for(TROUBLED, "the next failure", |status| {
                is_waiting(status) && status.failed_attempts as usize == index + 1
            })
            .await;
        let (wait, spread) = (wait_of(&status), nominal * 0.8..nominal * 1.2 + 0.1);
        assert!(spread.contains(&wait), "{wait} s after {} failures", index + 1);
    }
    camera.start().unwrap();
    let returned = Instant::now();
    let status = scene.sandbox.wait_recording(TROUBLED).await;
    let late = returned.elapsed();

    assert!(late < Duration::from_secs(35), "recorded {late:?} after its return");
    assert!(words.contains("is closed"), "{words}");
    assert_eq!((status.fault, status.failed_attempts), (None, 0));
    scene.end().await;
}

/// Answers for the name `camera.test`, and only while the file `NAME_FILE` exists.
const RESOLVER: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (node == NULL || strcmp(node, "camera.test") != 0)
        return real(node, service, hints, found);
    if (access(getenv("NAME_FILE"), F_OK) != 0)
        return EAI_NONAME;
    return real("127.0.0.1", service, hints, found);
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_camera_whose_name_is_unknown_is_recorded_when_the_name_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("names.c"), folder.path().join("names.so"));
    let name = folder.path().join("known");
    std::fs::write(&source, RESOLVER).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compiler.status().unwrap().success());
    let builder = Sandbox::builder()
        .env("LD_PRELOAD", library.to_str().unwrap())
        .env("NAME_FILE", name.to_str().unwrap());
    let mut scene = Scene::start_with(builder).await;
    let camera = small();
    let url = camera.main_url().replace("127.0.0.1", "camera.test");
    scene.sandbox.add(TROUBLED, &url).await;

    let words = scene.sandbox.wait_fault(TROUBLED, "CAMERA_UNREACHABLE").await;
    scene.sandbox.wait_for(TROUBLED, "a second failure", |s| s.failed_attempts >= 2).await;
    assert_eq!(camera.connections().total, 0);
    std::fs::write(&name, "").unwrap();
    let known = Instant::now();
    scene.sandbox.wait_recording(TROUBLED).await;

    assert!(known.elapsed() < Duration::from_secs(35), "recorded after {:?}", known.elapsed());
    assert!(words.contains("camera.test"), "{words}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_a_camera_that_takes_the_connection_and_says_nothing_is_given_up_within_ten_seconds() {
    let silent = OddServer::start(Manner::Silent).unwrap();
    let mut sandbox = Sandbox::start().await;
    let added = Instant::now();
    sandbox.add(TROUBLED, &silent.url(MAIN)).await;

    sandbox.wait_fault(TROUBLED, "CAMERA_UNREACHABLE").await;
    let given_up = added.elapsed();
    let before = silent.connections();
    wait::eventually_async(BOUND, "another attempt", || silent.connections() > before).await;

    assert!(given_up < Duration::from_secs(10) + SLACK, "given up after {given_up:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_wrong_password_is_told_within_five_seconds_once_and_not_tried_again_within_a_minute()
{
    let builder = FakeCamera::builder().main_stream(Pictures::SMALL).login("admin", "right");
    let camera = builder.start().unwrap();
    let mut scene = Scene::start().await;
    let added = Instant::now();
    let url = camera.main_url().replace("rtsp://", "rtsp://admin:canary-41@");
    scene.sandbox.add(TROUBLED, &url).await;

    let words = scene.sandbox.wait_fault(TROUBLED, "CAMERA_UNAUTHORIZED").await;
    let told = added.elapsed();
    let tried = camera.connections().total;
    scene.let_pass(if full_size() { 50 * 25 } else { 8 * 25 }).await;
    let status = scene.sandbox.camera(TROUBLED).await.status.unwrap();

    assert!(told < Duration::from_secs(5), "told after {told:?}");
    assert!(words.contains("password"), "{words}");
    assert!(is_waiting(&status) && wait_of(&status) >= 59.9, "{status:?}");
    // A look at what the camera asks for, and the attempt itself.
    assert!(tried <= 2, "{tried} connections for one attempt");
    assert_eq!(camera.connections().total, tried, "tried again");
    let log = scene.sandbox.log();
    let alerts = log.lines().filter(|l| l.contains("camera lost") && l.contains(TROUBLED));
    assert_eq!(alerts.count(), 1, "{log}");
    assert!(!log.contains("canary-41"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c5_404_453_and_503_are_told_apart_and_each_waits_as_long_as_it_should() {
    let mut sandbox = Sandbox::start().await;
    let cases = [
        ("path", 404, "CAMERA_PATH_NOT_FOUND", 30.0),
        ("bandwidth", 453, "CAMERA_TOO_MANY_SESSIONS", 5.0),
        ("service", 503, "CAMERA_TOO_MANY_SESSIONS", 5.0),
        ("other", 500, "CAMERA_REFUSED", 5.0),
    ];
    let servers = cases.map(|(_, status, ..)| OddServer::start(Manner::Status(status)).unwrap());
    for ((id, ..), server) in cases.iter().zip(&servers) {
        sandbox.add(id, &server.url(MAIN)).await;
    }

    for (id, code, reason, nominal) in cases {
        let words = sandbox.wait_fault(id, reason).await;
        let status = sandbox.wait_for(id, "a wait", is_waiting).await;
        let again = nominal * 2_f64.powi(status.failed_attempts as i32 - 1);
        let (wait, spread) = (wait_of(&status), again * 0.8..again * 1.2 + 0.1);
        assert!(words.contains(&code.to_string()), "{id}: {words}");
        assert!(spread.contains(&wait), "{id}: {wait} s");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_a_reset_an_end_and_a_goodbye_are_failures_and_followed_by_a_new_connection_in_two_seconds()
 {
    let cameras = [small(), small(), small()];
    let relays = [0, 1].map(|n: usize| Relay::start(cameras[n].addr()).unwrap());
    let mut scene = Scene::start().await;
    let urls = [relays[0].url(MAIN), relays[1].url(MAIN), cameras[2].main_url()];
    let ids = ["reset", "ended", "goodbye"];
    for (id, url) in ids.iter().zip(&urls) {
        scene.sandbox.add(id, url).await;
    }
    for id in ids {
        scene.sandbox.wait_recording(id).await;
    }
    scene.let_pass(50).await;

    for (relay, ending) in relays.iter().zip([Ending::Rst, Ending::Fin]) {
        relay.set(Mode::Cut(ending));
    }
    cameras[2].say_goodbye();
    let lost = Instant::now();
    wait::eventually_async(BOUND, "the cuts", || relays.iter().all(|r| r.counts().current == 0))
        .await;
    relays.iter().for_each(Relay::restore);
    let mut back = [None; 3];
    wait::eventually_async(BOUND, "new connections", || {
        for (camera, back) in cameras.iter().zip(&mut back) {
            if camera.connections().total > 1 {
                back.get_or_insert_with(|| lost.elapsed());
            }
        }
        back.iter().all(Option::is_some)
    })
    .await;
    for id in ids {
        scene.sandbox.wait_recording(id).await;
    }
    scene.let_pass(50).await;

    let sandbox = scene.end().await;
    for (id, back) in ids.iter().zip(back) {
        assert!(back.unwrap() < Duration::from_secs(2) + SLACK, "{id}: {back:?}");
        let lost = holes(&pictures(&sandbox.files(id)));
        // Two seconds, and up to a GOP before the first key frame.
        assert!(lost.len() == 1 && lost[0] <= 25 * 3 + 25, "{id}: {lost:?} pictures are lost");
    }
}
