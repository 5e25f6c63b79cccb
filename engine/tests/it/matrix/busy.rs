//! C16 with every kind of sound at once, which keeps a machine busy: a graph that loses pictures when
//! it gets no processor for a moment is found out.

use std::time::Duration;

use ronin_testkit::{camera::Audio, ffprobe, numbers};

use super::{
    Scene, pictures,
    sound::{sound, with},
};
use crate::sandbox::Sandbox;

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
