//! User names and passwords of cameras, as they lie in a row: XChaCha20-Poly1305 under the master
//! key.
//!
//! A blob is bound to its camera and stream: moved to another row, it does not open. It names the
//! key it was made with, so that a wrong key file is told from a damaged row.

use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use ronin_core::{CameraId, Credentials, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Error, MasterKey, Result, key::KEY_ID_BYTES};

/// The layout: this byte, the key's id, the nonce, the ciphertext with its tag.
const FORMAT: u8 = 1;
/// XChaCha20's: so long that random ones never meet.
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// Which of a camera's streams a blob belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Main,
    Sub,
}

impl Stream {
    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Sub => "sub",
        }
    }
}

/// What is encrypted, as JSON.
#[derive(Serialize)]
struct Plain<'a> {
    username: &'a str,
    password: &'a str,
}

/// The same, read back.
#[derive(Deserialize)]
struct Opened {
    username: String,
    password: String,
}

/// Encrypts `credentials` for one stream of a camera.
pub(crate) fn seal(
    key: &MasterKey,
    camera: &CameraId,
    stream: Stream,
    credentials: &Credentials,
) -> Result<Vec<u8>> {
    let failed = || Error::Encrypt(camera.clone());
    let plain = Plain { username: &credentials.username, password: credentials.password.expose() };
    let plain = Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| failed())?);
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| failed())?;
    let payload = Payload { msg: &plain, aad: &context(camera, stream) };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| failed())?;

    let mut blob = Vec::with_capacity(HEADER_BYTES + sealed.len());
    blob.push(FORMAT);
    blob.extend_from_slice(&key.id());
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    key: &MasterKey,
    camera: &CameraId,
    stream: Stream,
    blob: &[u8],
) -> Result<Credentials> {
    let damaged = |problem: &str| Error::Damaged {
        what: format!("the password of camera {camera} ({} stream)", stream.name()),
        problem: problem.to_owned(),
    };
    let Some((header, sealed)) = blob.split_at_checked(HEADER_BYTES) else {
        return Err(damaged("it is cut short; enter the password again"));
    };
    if header[0] != FORMAT {
        return Err(damaged("it has a format that this version does not know"));
    }
    let (key_id, nonce) = header[1..].split_at(KEY_ID_BYTES);
    if key_id != key.id() {
        return Err(Error::WrongKey { camera: camera.clone(), path: key.path().to_owned() });
    }
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().expect("the header has this length");
    let payload = Payload { msg: sealed, aad: &context(camera, stream) };
    let plain = cipher(key)
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| damaged("it was changed outside of RoninNVR; enter the password again"))?;
    let plain = Zeroizing::new(plain);
    let opened: Opened = serde_json::from_slice(&plain)
        .map_err(|_| damaged("its content has a form that this version does not know"))?;
    Ok(Credentials { username: opened.username, password: Secret::new(opened.password) })
}

fn cipher(key: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key.bytes()))
}

/// What a blob is bound to.
fn context(camera: &CameraId, stream: Stream) -> Vec<u8> {
    format!("ronin camera credentials\0{camera}\0{}", stream.name()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> MasterKey {
        let folder = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(&folder.path().join("master.key")).unwrap()
    }

    fn credentials() -> Credentials {
        Credentials { username: "üser".into(), password: Secret::new("p\"ä\\ss 🚪") }
    }

    #[test]
    fn what_is_sealed_opens_and_never_looks_the_same_twice() {
        let (key, camera) = (key(), "front".parse().unwrap());
        let first = seal(&key, &camera, Stream::Main, &credentials()).unwrap();
        let second = seal(&key, &camera, Stream::Main, &credentials()).unwrap();

        assert_eq!(open(&key, &camera, Stream::Main, &first).unwrap(), credentials());
        assert_ne!(first, second);
    }

    #[test]
    fn a_blob_opens_for_its_own_stream_alone() {
        let (key, front, back) = (key(), "front".parse().unwrap(), "back".parse().unwrap());
        let blob = seal(&key, &front, Stream::Main, &credentials()).unwrap();

        for (camera, stream) in [(&back, Stream::Main), (&front, Stream::Sub)] {
            let error = open(&key, camera, stream, &blob).unwrap_err();
            assert!(matches!(error, Error::Damaged { .. }), "{error}");
        }
    }

    #[test]
    fn another_key_is_told_from_damage() {
        let (right, camera) = (key(), "front".parse().unwrap());
        let wrong = key();
        let blob = seal(&right, &camera, Stream::Main, &credentials()).unwrap();

        let error = open(&wrong, &camera, Stream::Main, &blob).unwrap_err();

        assert!(matches!(error, Error::WrongKey { .. }), "{error}");
        assert!(error.to_string().contains("master.key"), "{error}");
        assert!(error.to_string().contains("front"), "{error}");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (key, camera) = (key(), "front".parse().unwrap());
        let blob = seal(&key, &camera, Stream::Main, &credentials()).unwrap();
        for index in 0..blob.len() {
            let mut changed = blob.clone();
            changed[index] ^= 1;
            assert!(open(&key, &camera, Stream::Main, &changed).is_err(), "byte {index}");
            assert!(open(&key, &camera, Stream::Main, &blob[..index]).is_err(), "cut at {index}");
        }
    }
}
