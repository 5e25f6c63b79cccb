//! A connection to a running server.

use anyhow::Context;
use ronin_core::WallTime;
use ronin_proto::v1::{LoginRequest, auth_service_client::AuthServiceClient};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::Interceptor,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::cli::Server;

/// Puts the token on every request.
#[derive(Clone)]
pub(super) struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    /// The same as a header of plain HTTP.
    pub(super) fn header(&self) -> Option<http::HeaderValue> {
        http::HeaderValue::from_bytes(self.0.as_ref()?.as_bytes()).ok()
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

/// The credential of a call: the token, or a session for the user, or none.
pub(super) async fn bearer(server: &Server, channel: &Channel) -> anyhow::Result<Bearer> {
    let token = match (&server.token, &server.user) {
        (Some(token), _) => token.clone(),
        (None, Some(user)) => sign_in(channel.clone(), user).await?,
        (None, None) => return Ok(Bearer(None)),
    };
    let value = format!("Bearer {token}").parse();
    Ok(Bearer(Some(value.context("the token has characters that no token has")?)))
}

async fn sign_in(channel: Channel, user: &str) -> anyhow::Result<String> {
    let password = std::env::var("RONIN_PASSWORD")
        .context("put the password of --user into the variable RONIN_PASSWORD")?;
    let login = LoginRequest { username: user.to_owned(), password };
    let session = AuthServiceClient::new(channel).login(login).await.map_err(|s| refused(&s))?;
    Ok(session.into_inner().session_token)
}

pub(super) async fn connect(server: &Server) -> anyhow::Result<Channel> {
    let mut endpoint = Endpoint::from_shared(server.server.clone())
        .context("the server's address is like http://127.0.0.1:8000")?
        .connect_timeout(std::time::Duration::from_secs(5));
    if server.server.starts_with("https://") {
        let mut tls = ClientTlsConfig::new();
        if let Some(path) = &server.ca {
            let pem = std::fs::read(path)
                .with_context(|| format!("could not read {}", path.display()))?;
            tls = tls.ca_certificate(Certificate::from_pem(pem));
        }
        endpoint = endpoint.tls_config(tls).context("the certificate cannot be used")?;
    }
    endpoint.connect().await.with_context(|| {
        format!("no server answers at {}. Is `ronin serve` running there?", server.server)
    })
}

/// A time that was typed.
pub(super) fn time(text: &str, argument: &str) -> anyhow::Result<prost_types::Timestamp> {
    let time: WallTime = text.parse().map_err(|_| {
        anyhow::anyhow!("{argument} {text:?} is no time: write 2026-11-26T08:00:00Z (RFC 3339)")
    })?;
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000)?;
    Ok(prost_types::Timestamp { seconds: micros.div_euclid(1_000_000), nanos })
}

/// A refused call in words.
pub(super) fn refused(status: &Status) -> anyhow::Error {
    match status.code() {
        tonic::Code::Unauthenticated => anyhow::anyhow!(
            "{}. Make an API token in the app and put it into RONIN_TOKEN",
            status.message()
        ),
        _ => anyhow::anyhow!("{}", status.message()),
    }
}
