//! Why a signature could not be made.

use semd_core::report::Message;

use super::command::CommandError;
use super::pkcs11::Pkcs11Error;
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
    /// The digests of the document were computed without the hash function of the key.
    #[error("the document was not hashed by the hash function of the key")]
    NoDigest,
    /// The holder of the key makes no containers.
    #[error("the holder of the key makes signature values, not containers")]
    NoContainer,
    /// OpenSSL cannot use the key (feature `openssl`).
    #[error("OpenSSL: {0}")]
    Openssl(String),
    /// The token cannot be used.
    #[error(transparent)]
    Token(#[from] Pkcs11Error),
    /// The external command did not sign.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The finished container did not verify: a fault, or a token with another byte order.
    #[error("the new signature does not verify")]
    SelfCheck,
}

impl SignError {
    /// Whether trying again later makes sense with nothing changed on this side: a token that was pulled out, a service that
    /// was down. A wrong PIN or certificate stays wrong.
    pub fn is_transient(&self) -> bool {
        match self {
            // What stops a holder of keys is outside of this process.
            Self::TimeStamp(_) | Self::Holder(_) | Self::SelfCheck => true,
            Self::Gost(error) => *error == GostError::NoRandomness,
            Self::Token(error) => error.is_transient(),
            Self::Command(error) => error.is_transient(),
            Self::KeyMismatch
            | Self::CertificateKey(_)
            | Self::Container(_)
            | Self::Missing(_)
            | Self::NoDigest
            | Self::NoContainer
            | Self::Openssl(_) => false,
        }
    }

    /// Whether the key, or what it is kept on, is at fault and not what was to be signed: the next document would fare the same.
    pub fn concerns_key(&self) -> bool {
        !matches!(
            self,
            Self::Container(_) | Self::TimeStamp(_) | Self::Missing(_) | Self::NoDigest | Self::SelfCheck
        )
    }

    /// The error for people: what is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Self::KeyMismatch => Message::new(
                "сертификат не соответствует закрытому ключу: проверьте, что ключ и сертификат из одной пары",
                "the certificate does not belong to the private key: check that both are of one pair",
            ),
            Self::CertificateKey(error) => Message::new(
                format!(
                    "ключ сертификата не поддерживается; нужен ГОСТ Р 34.10-2012, RSA от 2048 бит или ECDSA P-256, P-384: {error}"
                ),
                format!(
                    "the certificate's key is not supported; GOST R 34.10-2012, RSA of 2048 bits and more, or ECDSA P-256, P-384 is needed: {error}"
                ),
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
            Self::NoDigest => Message::new(
                "для этого ключа документ не был хэширован: хэш-функция ключа не запрошена",
                "the document was not hashed for this key: its hash function was not asked for",
            ),
            Self::NoContainer => Message::new(
                "держатель ключа возвращает значение подписи, а не контейнер",
                "the holder of the key gives signature values, not containers",
            ),
            Self::Openssl(reason) => Message::new(
                format!(
                    "OpenSSL не может использовать ключ: {reason}; проверьте пароль, сертификат и движок ГОСТ"
                ),
                format!(
                    "OpenSSL cannot use the key: {reason}; check the password, the certificate and the GOST engine"
                ),
            ),
            Self::Token(error) => error.message(),
            Self::Command(error) => error.message(),
            Self::SelfCheck => Message::new(
                "созданная подпись не прошла собственную проверку и не выдана",
                "the new signature failed its own verification and was not released",
            ),
        }
    }
}
