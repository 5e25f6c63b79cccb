//! Row C16: sound that is absent, unknown, comes late, goes, comes back and changes. The pictures
//! are recorded all the same.

use std::{path::Path, time::Duration};

use ronin_testkit::{
    camera::{Audio, FakeCamera, Pictures},
    ffprobe, numbers, wait,
};

use super::{Scene, UNCUT, holes, pictures};
use crate::sandbox::{BOUND, Sandbox};

/// The codec of a file's sound.
fn sound(file: &Path) -> Option<String> {
    ffprobe::probe(file).unwrap().audio().map(|audio| audio.codec.clone())
}

fn with(audio: Audio) -> FakeCamera {
    FakeCamera::builder().main_stream(Pictures::SMALL).audio(audio).start().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c16_whatever_happens_to_the_sound_every_picture_is_recorded() {
    let cameras = [
        ("absent", with(Audio::None)),
        ("unknown", with(Audio::Pcm24)),
        ("late", with(Audio::Pcmu)),
        ("comes-and-goes", with(Audio::Pcma)),
        ("aac-goes", with(Audio::Aac)),
    ];
    let [_, _, (_, late), (_, flickers), (_, goes)] = &cameras;
    late.mute_audio(true);
    let mut scene = Scene::start_with(Sandbox::builder().cut(Duration::from_secs(8))).await;
    for (id, camera) in &cameras {
        scene.sandbox.add(id, &camera.main_url()).await;
    }
    for (id, _) in &cameras {
        scene.sandbox.wait_recording(id).await;
    }

    scene.let_pass(100).await;
    goes.mute_audio(true);
    for mute in [true, false, true, false] {
        flickers.mute_audio(mute);
        scene.let_pass(40).await;
    }
    late.mute_audio(false);
    let warned = |id: &'static str, words: &'static str| (id, words);
    for (id, words) in
        [warned("unknown", "cannot be recorded"), warned("aac-goes", "sound stopped")]
    {
        scene
            .sandbox
            .wait_for(id, words, |s| s.warnings.iter().any(|warning| warning.contains(words)))
            .await;
    }
    scene.let_pass(6 * 25).await;

    let sandbox = scene.end().await;
    let mut sounds = Vec::new();
    for (id, camera) in &cameras {
        let files = sandbox.files(id);
        let seen = pictures(&files);
        numbers::check_continuous(&seen).unwrap_or_else(|what| panic!("{id}: {what}"));
        assert_eq!(camera.connections().total, 1, "{id} was connected again");
        let last = files.last().unwrap();
        assert_eq!(ffprobe::decode_errors(last), "", "{id}: {}", last.display());
        sounds.push((*id, sound(&files[0]), sound(last)));
    }
    let aac = || Some("aac".to_owned());
    let expected = [
        ("absent", None, None),
        ("unknown", None, None),
        ("late", None, aac()),
        ("comes-and-goes", aac(), aac()),
        ("aac-goes", aac(), aac()),
    ];
    assert_eq!(sounds, expected);
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
