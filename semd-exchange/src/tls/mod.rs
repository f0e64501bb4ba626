//! TLS by the system's OpenSSL, in builds with the feature `tls`.
//!
//! OpenSSL is the one library that also speaks the GOST suites, when the system has a provider or engine for them: then
//! [`TlsFiles::ciphers`] names them. Other builds have the same interface and say what they lack.

#[cfg(feature = "tls")]
mod openssl;
mod stream;

use std::path::PathBuf;

#[cfg(not(feature = "tls"))]
use std::convert::Infallible;

pub(crate) use stream::Stream;

/// Whether this build can speak TLS.
pub const BUILT: bool = cfg!(feature = "tls");

/// Files of one side of a connection, PEM.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// Authorities: a client believes servers that they certified (default: those of the system), a server asks every
    /// client for a certificate of theirs.
    pub authorities: Option<PathBuf>,
    /// The own certificate with the chain above it.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
    /// Cipher suites up to TLS 1.2 in OpenSSL's notation; default is a choice of strong ones.
    pub ciphers: Option<String>,
}

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The build lacks it.
    #[error("this build has no TLS; build it with `--features tls`")]
    NotBuilt,
    /// A file does not serve.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What OpenSSL said.
        reason: String,
    },
    /// OpenSSL refused the settings.
    #[error("TLS: {reason}")]
    Settings {
        /// What OpenSSL said.
        reason: String,
    },
}

/// The client's side of TLS. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ClientTls {
    #[cfg(feature = "tls")]
    connector: ::openssl::ssl::SslConnector,
    #[cfg(not(feature = "tls"))]
    never: Infallible,
}

/// The server's side of TLS. Cheap to clone.
#[derive(Clone)]
pub struct ServerTls {
    #[cfg(feature = "tls")]
    acceptor: std::sync::Arc<::openssl::ssl::SslAcceptor>,
    #[cfg(feature = "tls")]
    certified: bool,
    #[cfg(not(feature = "tls"))]
    never: Infallible,
}

impl std::fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

#[cfg(not(feature = "tls"))]
impl TlsFiles {
    /// Reads the files for a client.
    ///
    /// # Errors
    /// When a file does not serve, or the build has no TLS.
    pub fn client(&self) -> Result<ClientTls, TlsError> {
        Err(TlsError::NotBuilt)
    }

    /// Reads the files for a server.
    ///
    /// # Errors
    /// When a file does not serve, or the build has no TLS.
    pub fn server(&self) -> Result<ServerTls, TlsError> {
        Err(TlsError::NotBuilt)
    }
}

#[cfg(not(feature = "tls"))]
impl ClientTls {
    pub(crate) async fn connect(&self, _: &str, _: tokio::net::TcpStream) -> std::io::Result<Stream> {
        match self.never {}
    }
}

#[cfg(not(feature = "tls"))]
impl ServerTls {
    /// Whether every client shows a certificate.
    pub fn asks_for_certificates(&self) -> bool {
        match self.never {}
    }

    pub(crate) async fn accept(&self, _: tokio::net::TcpStream) -> std::io::Result<Stream> {
        match self.never {}
    }
}
