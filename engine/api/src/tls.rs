//! Certificates: somebody's own, or one made here once and kept.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use axum_server::tls_rustls::RustlsConfig;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::task::spawn_blocking;
use tracing::info;

use crate::{error::Error, options::Tls};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What rustls needs; `None` where nothing is encrypted.
pub(crate) async fn config(tls: &Tls) -> Result<Option<RustlsConfig>, Error> {
    let (path, load): (_, Box<dyn FnOnce() -> Result<ServerConfig, BoxError> + Send>) =
        match tls.clone() {
            Tls::Off => return Ok(None),
            Tls::Files { cert, key } => (cert.clone(), Box::new(move || load(&cert, &key))),
            Tls::SelfSigned { dir } => (dir.clone(), Box::new(move || self_signed(&dir))),
        };
    let loaded = spawn_blocking(load).await.map_err(BoxError::from).flatten();
    let config = loaded.map_err(|source| Error::Certificate { path, source })?;
    Ok(Some(RustlsConfig::from_config(Arc::new(config))))
}

fn load(cert: &Path, key: &Path) -> Result<ServerConfig, BoxError> {
    let chain = CertificateDer::pem_file_iter(cert)?.collect::<Result<Vec<_>, _>>()?;
    if chain.is_empty() {
        return Err("the file holds no certificate".into());
    }
    let key = PrivateKeyDer::from_pem_file(key)?;
    // The provider is named: a program with two of them would panic at the first connection.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn self_signed(dir: &Path) -> Result<ServerConfig, BoxError> {
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    if !(cert.exists() && key.exists()) {
        make(dir, &cert, &key)?;
        info!(certificate = %cert.display(), "made a certificate: browsers will ask about it once");
    }
    load(&cert, &key)
}

/// Both files are written beside and renamed, the certificate last: where it is, the key fits.
fn make(dir: &Path, cert: &Path, key: &Path) -> Result<(), BoxError> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(host_name().filter(|host| host != "localhost"));
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "RoninNVR");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let pair = KeyPair::generate()?;
    let certificate = params.self_signed(&pair)?;

    fs::create_dir_all(dir)?;
    write(key, &pair.serialize_pem())?;
    write(cert, &certificate.pem())?;
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// The machine's name, where it can stand in a certificate.
fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    let fits = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("tls");
        let made = self_signed(&folder).unwrap();
        assert_eq!(made.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
        let first = fs::read(folder.join("cert.pem")).unwrap();
        let mode = fs::metadata(folder.join("key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        self_signed(&folder).unwrap();
        assert_eq!(fs::read(folder.join("cert.pem")).unwrap(), first);
        fs::write(folder.join("key.pem"), "broken").unwrap();
        assert!(self_signed(&folder).is_err());
    }
}
