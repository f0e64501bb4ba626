//! Why octets are not a usable certificate.

use semd_core::report::Message;

use crate::asn1::Asn1Error;

/// A certificate that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not an X.509 certificate.
    #[error("not an X.509 certificate")]
    NotCertificate,
    /// A part of the certificate is broken.
    #[error("damaged certificate: {0}")]
    Structure(#[from] Asn1Error),
    /// A standard extension cannot be decoded or stands twice.
    #[error("damaged extension {oid} of the certificate")]
    Extension {
        /// Its identifier.
        oid: String,
    },
}

impl CertificateError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotCertificate => Message::new(
                "файл не содержит сертификата X.509 (PEM или DER)",
                "the file holds no X.509 certificate (PEM or DER)",
            ),
            Self::Structure(error) => Message::new(
                format!("сертификат повреждён: {error}"),
                format!("damaged certificate: {error}"),
            ),
            Self::Extension { oid } => Message::new(
                format!("расширение {oid} сертификата повреждено"),
                format!("damaged extension {oid} of the certificate"),
            ),
        }
    }
}
