//! Reads a TorchScript archive: the bytes, their hash, and the description inside.
//!
//! The file is opened and read once, so that what is hashed and checked is what libtorch gets.
//! tch's binding of `torch::jit::load` does not offer the extra files of an archive; therefore the
//! zip reader that tch itself uses takes the description out.
//!
//! Not here: what the description means ([`super::metadata`]), the script ([`super::torch`]).

use std::{
    fs::{File, OpenOptions},
    io::{self, Cursor, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::{fs::OFlags, io::Errno};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::Error;

/// The largest YOLO exports have about 270 MB. Reading and loading takes four times this for a
/// moment.
const MAX_FILE_BYTES: u64 = 512 << 20;
/// A thousand class names take about 20 kB.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
/// Where Ultralytics' exports say what they are, below the archive's own top folder.
const CONFIG: &str = "extra/config.txt";
/// In every TorchScript archive, and in no file of bare weights.
const SCRIPT_MARK: &str = "constants.pkl";

/// A model file that is whole.
#[derive(Debug)]
#[cfg_attr(not(feature = "tch"), expect(dead_code, reason = "nothing to load it with"))]
pub(super) struct Archive {
    /// Where it was read.
    pub(super) path: PathBuf,
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Its SHA-256, lower-case hexadecimal.
    pub(super) sha256: String,
    /// The description: JSON.
    pub(super) config: String,
}

/// Reads the model at `path` and checks every entry's checksum.
pub(super) fn read(path: &Path) -> Result<Archive, Error> {
    let bytes = read_file(path)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let config = read_entries(path, &bytes)?;
    Ok(Archive { path: path.to_owned(), bytes, sha256, config })
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let read_error = |source| Error::Read { path: path.to_owned(), source };
    let file = open(path)?;
    let metadata = file.metadata().map_err(read_error)?;
    if !metadata.is_file() {
        return Err(Error::NotAFile { path: path.to_owned() });
    }
    let too_large = |size_bytes| Error::TooLarge {
        path: path.to_owned(),
        size_bytes,
        limit_bytes: MAX_FILE_BYTES,
    };
    if metadata.len() > MAX_FILE_BYTES {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(read_error)?;
    if read as u64 > MAX_FILE_BYTES {
        return Err(too_large(read as u64));
    }
    Ok(bytes)
}

/// Follows no link, and does not wait for the other end of a pipe.
fn open(path: &Path) -> Result<File, Error> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    opened.map_err(|source| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            Error::Missing { path }
        } else if source.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
            Error::Link { path }
        } else {
            Error::Read { path, source }
        }
    })
}

/// The text of the description; every other entry is read only to compare its checksum.
fn read_entries(path: &Path, bytes: &[u8]) -> Result<String, Error> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::NotTorchScript { path: path.to_owned() });
    }
    let corrupt = |source: Box<dyn std::error::Error + Send + Sync>| Error::Corrupt {
        path: path.to_owned(),
        source,
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| corrupt(e.into()))?;
    if !archive.file_names().any(|name| is_below_top(name, SCRIPT_MARK)) {
        return Err(Error::NotTorchScript { path: path.to_owned() });
    }
    let mut config = None;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| corrupt(e.into()))?;
        if is_below_top(entry.name(), CONFIG) {
            let mut text = String::new();
            let limited = &mut entry.by_ref().take(MAX_CONFIG_BYTES);
            limited.read_to_string(&mut text).map_err(|e| corrupt(e.into()))?;
            config = Some(text);
        }
        // An entry may claim more than there is in the file: this much and no more is read.
        let limited = &mut entry.take(MAX_FILE_BYTES);
        io::copy(limited, &mut io::sink()).map_err(|e| corrupt(e.into()))?;
    }
    config.ok_or(Error::NoMetadata)
}

/// Whether `name` is `wanted` inside the one top folder that names the archive.
fn is_below_top(name: &str, wanted: &str) -> bool {
    name.split_once('/').is_some_and(|(_, below)| below == wanted)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use zip::{ZipWriter, write::FileOptions};

    use super::*;

    fn zip_of(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in entries {
            let options = FileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Archive, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model");
        fs::write(&path, bytes).unwrap();
        read(&path)
    }

    const SCRIPT: [(&str, &str); 3] =
        [("m/constants.pkl", ""), ("m/data/0", "weights"), ("m/extra/config.txt", "{}")];

    #[test]
    fn archive_gives_its_hash_and_description() {
        let bytes = zip_of(&SCRIPT);

        let archive = read_bytes(&bytes).unwrap();

        assert_eq!(archive.config, "{}");
        assert_eq!(archive.sha256, hex(&Sha256::digest(&bytes)));
        assert_eq!(archive.sha256.len(), 64);
    }

    #[test]
    fn other_files_are_named_as_what_they_are_not() {
        let weights = zip_of(&[("m/data.pkl", ""), ("m/data/0", "weights")]);
        for bytes in [&b""[..], b"\x08\x07onnx", &weights] {
            assert!(matches!(read_bytes(bytes), Err(Error::NotTorchScript { .. })));
        }
        let bare = read_bytes(&zip_of(&SCRIPT[..2]));
        assert!(matches!(bare, Err(Error::NoMetadata)), "{bare:?}");
    }

    #[test]
    fn damage_anywhere_is_seen() {
        let whole = zip_of(&SCRIPT);
        let truncated = &whole[..whole.len() - 40];
        let mut altered = whole.clone();
        let weights = altered.windows(7).position(|bytes| bytes == b"weights").unwrap();
        altered[weights] ^= 1;

        for bytes in [truncated, &altered] {
            let result = read_bytes(bytes);
            assert!(matches!(result, Err(Error::Corrupt { .. })), "{result:?}");
        }
    }

    #[test]
    fn description_that_is_no_text_is_damage() {
        let mut bytes = zip_of(&SCRIPT);
        let config = bytes.windows(2).position(|bytes| bytes == b"{}").unwrap();
        bytes[config] = 0xff;
        assert!(matches!(read_bytes(&bytes), Err(Error::Corrupt { .. })));
    }

    #[test]
    fn only_regular_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        fs::write(&target, zip_of(&SCRIPT)).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();

        assert!(read(&target).is_ok());
        assert!(matches!(read(&link), Err(Error::Link { .. })));
        assert!(matches!(read(dir.path()), Err(Error::NotAFile { .. })));
        assert!(matches!(read(&dir.path().join("none")), Err(Error::Missing { .. })));
    }
}
