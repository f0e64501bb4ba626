//! The settings in the terms of OpenSSL, and handshakes.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::ssl::{
    Ssl, SslAcceptor, SslConnector, SslContextBuilder, SslFiletype, SslMethod, SslVerifyMode, SslVersion,
};
use openssl::x509::X509;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use super::{ClientTls, ServerTls, Stream, TlsError, TlsFiles};

impl From<ErrorStack> for TlsError {
    fn from(error: ErrorStack) -> Self {
        Self::Settings { reason: error.to_string() }
    }
}

/// A file that OpenSSL refused.
fn in_file(path: &Path) -> impl FnOnce(ErrorStack) -> TlsError {
    let path = path.to_owned();
    move |error| TlsError::File { path, reason: error.to_string() }
}

impl TlsFiles {
    /// Reads the files for a client.
    ///
    /// # Errors
    /// When a file does not serve.
    pub fn client(&self) -> Result<ClientTls, TlsError> {
        let mut builder = SslConnector::builder(SslMethod::tls_client())?;
        self.own_certificate(&mut builder)?;
        if let Some(path) = &self.authorities {
            // Only these: who names authorities does not mean those of the system as well.
            builder.set_cert_store(openssl::x509::store::X509StoreBuilder::new()?.build());
            builder.set_ca_file(path).map_err(in_file(path))?;
        }
        Ok(ClientTls { connector: builder.build() })
    }

    /// Reads the files for a server.
    ///
    /// # Errors
    /// When a file does not serve.
    pub fn server(&self) -> Result<ServerTls, TlsError> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        self.own_certificate(&mut builder)?;
        if let Some(path) = &self.authorities {
            builder.set_ca_file(path).map_err(in_file(path))?;
            let unread = |error: io::Error| TlsError::File { path: path.clone(), reason: error.to_string() };
            let bytes = std::fs::read(path).map_err(unread)?;
            for authority in X509::stack_from_pem(&bytes).map_err(in_file(path))? {
                builder.add_client_ca(&authority)?;
            }
            builder.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
            // Sessions of clients that showed a certificate are resumed in this context only.
            builder.set_session_id_context(b"semd")?;
        }
        let certified = self.authorities.is_some();
        Ok(ServerTls { acceptor: Arc::new(builder.build()), certified })
    }

    /// What both sides have.
    fn own_certificate(&self, builder: &mut SslContextBuilder) -> Result<(), TlsError> {
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        if let Some(ciphers) = &self.ciphers {
            builder.set_cipher_list(ciphers)?;
        }
        if let Some(path) = &self.certificate {
            builder.set_certificate_chain_file(path).map_err(in_file(path))?;
        }
        if let Some(path) = &self.key {
            builder.set_private_key_file(path, SslFiletype::PEM).map_err(in_file(path))?;
            builder.check_private_key().map_err(in_file(path))?;
        }
        Ok(())
    }
}

impl ClientTls {
    /// Shakes hands with the server that should be `host`.
    pub(crate) async fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Stream> {
        let ssl = self.connector.configure().and_then(|configured| configured.into_ssl(host))?;
        let mut stream = Box::new(SslStream::new(ssl, tcp)?);
        Pin::new(&mut *stream).connect().await.map_err(io::Error::other)?;
        Ok(Stream::Tls(stream))
    }

    /// TLS of the connections to a database.
    pub(crate) fn to_database(&self) -> postgres_openssl::MakeTlsConnector {
        postgres_openssl::MakeTlsConnector::new(self.connector.clone())
    }
}

impl ServerTls {
    /// Whether every client shows a certificate.
    pub fn asks_for_certificates(&self) -> bool {
        self.certified
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept(&self, tcp: TcpStream) -> io::Result<Stream> {
        let mut stream = Box::new(SslStream::new(Ssl::new(self.acceptor.context())?, tcp)?);
        Pin::new(&mut *stream).accept().await.map_err(io::Error::other)?;
        Ok(Stream::Tls(stream))
    }
}
