//! The master key: a file beside the database, never in it, so that a copy of the database alone
//! gives no camera password away.
//!
//! Not here: what is encrypted with it, and how a row ties to it ([`crate::credentials`]).

use std::{
    fmt, fs,
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// XChaCha20's.
pub(crate) const KEY_BYTES: usize = 32;
/// Enough to tell the keys of one household apart; says nothing about the key.
pub(crate) const KEY_ID_BYTES: usize = 8;
/// 64 hex digits and a line end. Whatever is longer is not our file.
const FILE_BYTES_MAX: u64 = 80;

/// Encrypts the passwords of cameras. `Debug` never shows it; memory is wiped after use.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    path: PathBuf,
}

impl MasterKey {
    /// Reads the key from `path`, and makes one there first where nothing is.
    ///
    /// A file that others can read, or that does not hold 64 hex digits, is refused: the one is no
    /// secret any more, and replacing the other would lose every stored password.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        match read(path) {
            Err(Error::KeyFile { source: Some(source), .. })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                create(path)?;
                // Read back even when just made: another process may have been first.
                read(path)
            }
            result => result,
        }
    }

    /// A key for a process that reads no password and stores none; it is kept nowhere.
    pub fn ephemeral() -> Result<Self> {
        let path = PathBuf::new();
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| {
            let source = io::Error::other(error.to_string());
            failed(&path, "the system gives no random numbers", source)
        })?;
        Ok(Self { bytes, path })
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// The file it came from.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells keys apart.
    pub(crate) fn id(&self) -> [u8; KEY_ID_BYTES] {
        let digest = Sha256::new()
            .chain_update(b"ronin master key id\0")
            .chain_update(self.bytes.as_slice())
            .finalize();
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        id
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.path.display())
    }
}

fn read(path: &Path) -> Result<MasterKey> {
    let unreadable = |error| failed(path, "check that this user may read it", error);
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(refused(path, "it is not a file"));
    }
    if metadata.mode() & 0o077 != 0 {
        let advice = format!(
            "others can read or change it; run: chmod 600 {} (and set new camera passwords if \
             others use this machine)",
            path.display()
        );
        return Err(refused(path, &advice));
    }
    let wrong = "it does not hold a key (64 hex digits); put back the right file, or remove it \
                 and enter the camera passwords again";
    if metadata.len() > FILE_BYTES_MAX {
        return Err(refused(path, wrong));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX as usize));
    file.read_to_end(&mut text).map_err(unreadable)?;
    match from_hex(text.trim_ascii()) {
        Some(bytes) => Ok(MasterKey { bytes, path: path.to_owned() }),
        None => Err(refused(path, wrong)),
    }
}

/// Makes the key under another name and links it to its own when it is whole and on disk, so that
/// neither a crash nor a second process ever meets half a key.
fn create(path: &Path) -> Result<()> {
    let no_chance = |error: getrandom::Error| {
        let source = io::Error::other(error.to_string());
        failed(path, "the system gives no random numbers", source)
    };
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(no_chance)?;
    let text = to_hex(&bytes);
    let unwritable = |error| failed(path, "check that its folder exists and is writable", error);

    // Not the process's number: in a container that is the same at every start, and what a crash
    // left would be in the way.
    let chance = getrandom::u64().map_err(no_chance)?;
    let temporary = path.with_added_extension(format!("new.{chance:016x}"));
    let written = write_new(&temporary, text.as_bytes()).and_then(|()| {
        match fs::hard_link(&temporary, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            result => result,
        }
    });
    let removed = fs::remove_file(&temporary);
    written.and(removed).map_err(unwritable)?;
    sync_folder(path).map_err(unwritable)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn to_hex(bytes: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).expect("a nibble is below 16");
    Zeroizing::new(digits.map(digit).collect())
}

fn from_hex(text: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    if text.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    Some(bytes)
}

fn refused(path: &Path, advice: &str) -> Error {
    Error::KeyFile { path: path.to_owned(), advice: advice.to_owned(), source: None }
}

fn failed(path: &Path, advice: &str, source: io::Error) -> Error {
    Error::KeyFile { path: path.to_owned(), advice: advice.to_owned(), source: Some(source) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");

        let made = MasterKey::load_or_create(&path).unwrap();
        let read = MasterKey::load_or_create(&path).unwrap();

        assert_eq!(made.bytes(), read.bytes());
        assert_ne!(made.bytes(), &[0; KEY_BYTES]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap().trim().len(), 64);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(!format!("{made:?}").contains(&to_hex(made.bytes())[..8]));
    }

    #[test]
    fn those_who_start_together_get_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let make = || *MasterKey::load_or_create(&path).unwrap().bytes();

        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });

        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_no_secret_or_no_key_is_refused_with_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let good = "ab".repeat(32);
        let cases = [
            (good.as_str(), 0o644, "chmod 600"),
            (good.as_str(), 0o640, "chmod 600"),
            ("", 0o600, "64 hex digits"),
            (&good[..62], 0o600, "64 hex digits"),
            (&"zz".repeat(32), 0o600, "64 hex digits"),
            (&good.repeat(2), 0o600, "64 hex digits"),
        ];
        for (content, mode, words) in cases {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();

            let error = MasterKey::load_or_create(&path).unwrap_err();

            assert!(error.to_string().contains(words), "{error}");
            assert!(error.to_string().contains("master.key"), "{error}");
            assert!(!error.to_string().contains("abab"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content, "it is left as it is");
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = MasterKey::load_or_create(&folder.path().join("no/master.key")).unwrap_err();
        assert!(error.to_string().contains("no/master.key"), "{error}");
        assert!(error.to_string().contains("folder"), "{error}");
        assert!(MasterKey::load_or_create(folder.path()).is_err(), "a folder is no key");
    }
}
