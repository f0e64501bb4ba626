//! Why the test authority could not do its work.

use std::path::PathBuf;

use semd_core::report::Message;

use crate::certificate::CertificateError;
use crate::gost::GostError;
use crate::key::KeyError;

/// A failure of the test authority.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PkiError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The authority already exists; its key is never overwritten.
    #[error("{path} already exists")]
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The private key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Signing or drawing a key failed.
    #[error(transparent)]
    Gost(#[from] GostError),
    /// The register of revoked certificates is damaged.
    #[error("{path}, line {line}: not serial, date and reason")]
    Register {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The certificate was issued by somebody else.
    #[error("the certificate was not issued by this authority")]
    Foreign,
    /// A service got something that is not a request.
    #[error("not a request: {0}")]
    Request(String),
    /// The certificate of the authority is not of its key.
    #[error("the authority's certificate does not belong to its key")]
    Mismatch,
}

impl PkiError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::File { path, source } => Message::verbatim(format!("{}: {source}", path.display())),
            Self::Exists { path } => Message::new(
                format!("{} уже существует: выберите другую папку", path.display()),
                format!("{} already exists: choose another folder", path.display()),
            ),
            Self::Key(error) => error.message(),
            Self::Certificate(error) => error.message(),
            Self::Gost(error) => error.message(),
            Self::Register { path, line } => Message::new(
                format!("{}, строка {line}: нужны серийный номер, дата и причина", path.display()),
                format!("{}, line {line}: serial number, date and reason are needed", path.display()),
            ),
            Self::Foreign => Message::new(
                "сертификат выпущен не этим удостоверяющим центром",
                "the certificate was not issued by this authority",
            ),
            Self::Request(error) => {
                Message::new(format!("это не запрос: {error}"), format!("not a request: {error}"))
            }
            Self::Mismatch => Message::new(
                "сертификат тестового УЦ не соответствует его ключу",
                "the test authority's certificate does not belong to its key",
            ),
        }
    }
}
