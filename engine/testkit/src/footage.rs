//! The footage that lies beside this crate (`media/README.md` says where it is from).

use std::path::{Path, PathBuf};

/// A street scene with people: 795 pictures, 79.5 s, H.264, 768×576, 10 fps, key frame every 2 s.
pub fn street() -> PathBuf {
    media("vtest-768x576-10fps.mp4")
}

/// Where people stand in [`street`]: `{"<frame>": [[x, y, width, height, score], …]}` in pixels.
pub fn street_people() -> PathBuf {
    media("vtest-people.json")
}

fn media(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("media").join(name)
}
