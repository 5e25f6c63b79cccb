//! Compiles `ronin/v1/*.proto` without protoc and keeps the descriptors for reflection.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=ronin/v1");
    let mut files = Vec::new();
    for entry in fs::read_dir("ronin/v1")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "proto") {
            files.push(path);
        }
    }
    files.sort();

    let descriptors = protox::compile(&files, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("descriptors.bin");
    fs::write(out, descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        // Shared by all who watch, and not copied for each.
        .bytes(".ronin.v1.LiveInit.data")
        .bytes(".ronin.v1.LiveFragment.data")
        .compile_fds(descriptors)?;
    Ok(())
}
