//! Why octets are no revocation data.

use semd_core::report::Message;

use crate::asn1::Asn1Error;

/// Revocation data that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Not a certificate revocation list.
    #[error("not a certificate revocation list: {0}")]
    NotCrl(Asn1Error),
    /// Not an OCSP response.
    #[error("not an OCSP response: {0}")]
    NotOcspResponse(Asn1Error),
    /// Not an OCSP request.
    #[error("not an OCSP request: {0}")]
    NotOcspRequest(Asn1Error),
    /// There is no randomness for a nonce.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

impl RevocationError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotCrl(error) => Message::new(
                format!("файл не является списком отзыва (CRL): {error}"),
                format!("the file is not a revocation list (CRL): {error}"),
            ),
            Self::NotOcspResponse(error) => Message::new(
                format!("файл не является ответом OCSP: {error}"),
                format!("the file is not an OCSP response: {error}"),
            ),
            Self::NotOcspRequest(error) => Message::new(
                format!("это не запрос OCSP: {error}"),
                format!("this is not an OCSP request: {error}"),
            ),
            Self::NoRandomness => Message::new(
                "операционная система не дала случайных чисел",
                "the operating system gave no randomness",
            ),
        }
    }
}
