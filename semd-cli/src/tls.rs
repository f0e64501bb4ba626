//! Flags of TLS.

use std::path::PathBuf;

use clap::Args;
use semd_core::report::Message;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::tls::{self, ClientTls, ServerTls, TlsError, TlsFiles};

use crate::failure::Failure;

/// How this side connects over TLS.
#[derive(Args, Clone, Debug, Default)]
pub struct ClientTlsFlags {
    /// TLS: authorities whose servers are believed, PEM [default: those of the system]
    #[arg(long, value_name = "FILE", env = "SEMD_TLS_CA")]
    tls_ca: Option<PathBuf>,
    /// TLS: own certificate with its chain, PEM, for servers that ask for one
    #[arg(long, value_name = "FILE", requires = "tls_client_key")]
    tls_client_cert: Option<PathBuf>,
    /// TLS: private key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_client_cert")]
    tls_client_key: Option<PathBuf>,
    /// TLS: cipher suites up to TLS 1.2 in OpenSSL's notation, GOST suites among them where the system's OpenSSL has them
    #[arg(long, value_name = "LIST", env = "SEMD_TLS_CIPHERS")]
    tls_ciphers: Option<String>,
}

impl ClientTlsFlags {
    /// A client for `http` addresses and, where the build has TLS, for `https` addresses.
    pub fn client(&self, limits: ClientLimits) -> Result<Client, Failure> {
        Ok(match self.settings()? {
            Some(tls) => Client::with_tls(limits, tls),
            None => Client::new(limits),
        })
    }

    /// The client's side of TLS where the build has it.
    pub fn settings(&self) -> Result<Option<ClientTls>, Failure> {
        let files = TlsFiles {
            authorities: self.tls_ca.clone(),
            certificate: self.tls_client_cert.clone(),
            key: self.tls_client_key.clone(),
            ciphers: self.tls_ciphers.clone(),
        };
        let asked = self.tls_ca.is_some() || self.tls_client_cert.is_some() || self.tls_ciphers.is_some();
        match tls::BUILT || asked {
            true => files.client().map(Some).map_err(tls_failure),
            false => Ok(None),
        }
    }
}

/// How this side is connected to over TLS.
#[derive(Args, Clone, Debug, Default)]
pub struct ServerTlsFlags {
    /// TLS: certificate of this service with its chain, PEM; without it the service speaks plain HTTP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS: private key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl ServerTlsFlags {
    /// TLS of a service whose clients show certificates of `clients`, if given.
    pub fn server(&self, clients: Option<PathBuf>) -> Result<Option<ServerTls>, Failure> {
        if self.tls_cert.is_none() {
            return Ok(None);
        }
        let files = TlsFiles {
            authorities: clients,
            certificate: self.tls_cert.clone(),
            key: self.tls_key.clone(),
            ciphers: None,
        };
        files.server().map(Some).map_err(tls_failure)
    }
}

/// The failure a TLS error means.
fn tls_failure(error: TlsError) -> Failure {
    Failure::usage(match error {
        TlsError::NotBuilt => not_built(),
        TlsError::File { path, reason } => {
            let path = path.display();
            Message::new(
                format!("{path}: для TLS не годится: {reason}"),
                format!("{path}: does not serve for TLS: {reason}"),
            )
        }
        other => Message::verbatim(other.to_string()),
    })
}

fn not_built() -> Message {
    Message::new(
        "эта сборка не умеет TLS; соберите с --features tls (нужны заголовки OpenSSL)",
        "this build has no TLS; build it with --features tls (needs the headers of OpenSSL)",
    )
}

/// The URL of a service: `http`, and `https` where the build can speak it; anything else would leave a whole batch queued
/// for nothing.
pub fn service_url(text: &str) -> Result<String, String> {
    let of = |scheme: &str| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
    if of("http://") || of("https://") && tls::BUILT {
        return Ok(text.to_owned());
    }
    match of("https://") {
        true => Err(not_built().en),
        false => Err("a URL that starts with http:// or https://".to_owned()),
    }
}
