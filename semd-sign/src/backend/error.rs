//! Why a signature could not be made.

use semd_core::report::Message;

use crate::cms::CmsError;
use crate::gost::GostError;
use crate::spki::SpkiError;
use crate::tsp::TspError;

/// A signature that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The certificate is of another key.
    #[error("the certificate does not belong to the private key")]
    KeyMismatch,
    /// The certificate has no usable key.
    #[error("unsupported key of the certificate: {0}")]
    CertificateKey(SpkiError),
    /// The key cannot be used.
    #[error(transparent)]
    Gost(#[from] GostError),
    /// The container to be raised to another level cannot be read.
    #[error(transparent)]
    Container(#[from] CmsError),
    /// No time stamp could be had.
    #[error(transparent)]
    TimeStamp(#[from] TspError),
    /// Certificates or revocation data for a long-term signature are missing.
    #[error("missing for a long-term signature: {}", .0.en)]
    Missing(Message),
    /// Who holds the key did not sign, for a reason of its own: a token was pulled out, a provider asked for a PIN in vain.
    #[error("the holder of the key did not sign: {}", .0.en)]
    Holder(Message),
    /// The finished container did not verify: a fault, or a token with another byte order.
    #[error("the new signature does not verify")]
    SelfCheck,
}

impl SignError {
    /// The error for people: what is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Self::KeyMismatch => Message::new(
                "сертификат не соответствует закрытому ключу: проверьте, что ключ и сертификат из одной пары",
                "the certificate does not belong to the private key: check that both are of one pair",
            ),
            Self::CertificateKey(error) => Message::new(
                format!("ключ сертификата не поддерживается, нужен ГОСТ Р 34.10-2012: {error}"),
                format!("the certificate's key is not supported, GOST R 34.10-2012 is needed: {error}"),
            ),
            Self::Gost(error) => error.message(),
            Self::Container(error) => error.message(),
            Self::TimeStamp(error) => error.message(),
            Self::Missing(what) => Message::new(
                format!("для долговременной подписи не хватает: {}", what.ru),
                format!("missing for a long-term signature: {}", what.en),
            ),
            Self::Holder(why) => Message::new(
                format!("ключом не подписано: {}", why.ru),
                format!("the holder of the key did not sign: {}", why.en),
            ),
            Self::SelfCheck => Message::new(
                "созданная подпись не прошла собственную проверку и не выдана",
                "the new signature failed its own verification and was not released",
            ),
        }
    }
}
