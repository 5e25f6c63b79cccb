//! Lets the program find the libtorch it was linked to without LD_LIBRARY_PATH.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    if let Ok(libtorch) = env::var("LIBTORCH") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib");
        // The part for graphics cards announces itself when it is loaded, and the program names no
        // symbol of it: by itself the linker would leave it out.
        if Path::new(&libtorch).join("lib/libtorch_cuda.so").exists() {
            println!("cargo:rustc-link-arg=-L{libtorch}/lib");
            println!("cargo:rustc-link-arg=-Wl,--no-as-needed,-ltorch_cuda,--as-needed");
        }
    }
}
