//! Row C16: sound that is absent, unknown, comes late, goes, comes back and changes. The pictures
//! are recorded all the same.

use std::path::Path;

use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    ffprobe, wait,
};

use super::{Scene, UNCUT, holes, pictures};
use crate::sandbox::{BOUND, Sandbox};

/// The codec of a file's sound.
pub(super) fn sound(file: &Path) -> Option<String> {
    ffprobe::probe(file).unwrap().audio().map(|audio| audio.codec.clone())
}

pub(super) fn with(audio: Audio) -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::SMALL).audio(audio).start().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c16_sound_that_is_of_another_kind_after_a_reconnect_is_recorded() {
    let aac = || Some("aac".to_owned());
    let mut cases = [
        ("g711-aac", with(Audio::Pcmu), Audio::Aac, [aac(), aac()]),
        ("aac-none", with(Audio::Aac), Audio::None, [aac(), None]),
        ("none-g711", with(Audio::None), Audio::Pcma, [None, aac()]),
        ("g711-unknown", with(Audio::Pcma), Audio::Pcm24, [aac(), None]),
    ];
    let mut scene = Scene::start_with(Sandbox::builder().cut(UNCUT)).await;
    for (id, camera, ..) in &cases {
        scene.sandbox.add(id, &camera.main_url()).await;
    }
    for (id, ..) in &cases {
        scene.sandbox.wait_recording(id).await;
    }
    scene.let_pass(75).await;

    for (_, camera, audio, _) in &mut cases {
        camera.hold_pictures(true);
        camera.stop();
        camera.change_audio(*audio);
        camera.hold_pictures(false);
        camera.start().unwrap();
    }
    for (id, camera, ..) in &cases {
        let again = || camera.connections().total > 1;
        wait::eventually_async(BOUND, "a new connection", again).await;
        scene.sandbox.wait_recording(id).await;
    }
    scene.let_pass(75).await;

    let sandbox = scene.end().await;
    for (id, _, _, expected) in &cases {
        let files = sandbox.files(id);
        let sounds: Vec<_> = files.iter().map(|file| sound(file)).collect();
        assert_eq!(sounds, *expected, "{id}");
        assert_eq!(holes(&pictures(&files)).len(), 1, "{id}: one for the reconnect");
    }
}
