//! Why a container cannot be read.

use pkcs8::ObjectIdentifier;
use semd_core::report::Message;

use crate::asn1::Asn1Error;

/// A container that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsError {
    /// There are no octets.
    #[error("empty container")]
    Empty,
    /// More octets than a signature container may have.
    #[error("container of {size} octets")]
    TooLarge {
        /// Octets of the container.
        size: usize,
    },
    /// Neither binary, nor PEM, nor base64.
    #[error("neither DER or BER, nor PEM, nor base64")]
    Encoding,
    /// ASN.1, but not a ContentInfo at all.
    #[error("not a CMS structure")]
    NotCms,
    /// Another CMS content type.
    #[error("content type {0} instead of signedData")]
    NotSignedData(ObjectIdentifier),
    /// The structure is broken.
    #[error("damaged structure: {0}")]
    Structure(#[from] Asn1Error),
}

impl CmsError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Empty => Message::new("файл подписи пуст", "the signature file is empty"),
            Self::TooLarge { size } => Message::new(
                format!("файл подписи слишком велик: {size} октетов"),
                format!("the signature file is too large: {size} octets"),
            ),
            Self::Encoding => Message::new(
                "файл не является подписью: ожидается CMS в DER, BER, PEM или base64",
                "the file is not a signature: CMS in DER, BER, PEM or base64 is expected",
            ),
            Self::NotCms => {
                Message::new("файл не является контейнером CMS", "the file is not a CMS container")
            }
            Self::NotSignedData(oid) => Message::new(
                format!("контейнер CMS типа {oid} не является подписью (signedData)"),
                format!("the CMS container of type {oid} is not a signature (signedData)"),
            ),
            Self::Structure(error) => Message::new(
                format!("контейнер подписи повреждён: {error}"),
                format!("the signature container is damaged: {error}"),
            ),
        }
    }
}
