//! Why an XML signature is refused, or could not be made.

use semd_core::report::Message;
use semd_core::xml::c14n;

use crate::backend::SignError;
use crate::certificate::CertificateError;

/// An XML signature that is refused, or could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlSignatureError {
    /// The element is not built as the standard says.
    #[error("malformed signature: {element}")]
    Malformed {
        /// The element that is absent, repeated, or has unexpected content.
        element: &'static str,
    },
    /// A limit is exceeded.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// An algorithm that is unknown, or not admitted here.
    #[error("algorithm of {element} is not admitted: {identifier}")]
    Algorithm {
        /// The element that names it.
        element: &'static str,
        /// Its identifier, cut.
        identifier: String,
    },
    /// A reference to something outside the document. Nothing is ever fetched.
    #[error("reference to something outside the document: {uri}")]
    External {
        /// The reference, cut.
        uri: String,
    },
    /// No element has the identifier.
    #[error("no element has the identifier {id}")]
    Unresolved {
        /// The identifier, cut.
        id: String,
    },
    /// More than one element has the identifier: which one was signed cannot be told.
    #[error("more than one element has the identifier {id}")]
    DuplicateId {
        /// The identifier, cut.
        id: String,
    },
    /// Transforms in an order that means nothing.
    #[error("transforms of {uri} do not fit together")]
    TransformOrder {
        /// The reference, cut.
        uri: String,
    },
    /// The normalisation of СМЭВ cannot be applied.
    #[error("the normalisation of SMEV cannot be applied: {reason}")]
    Smev {
        /// Why.
        reason: &'static str,
    },
    /// The canonical form is too large.
    #[error(transparent)]
    Canonical(#[from] c14n::TooLarge),
    /// The digest of a reference differs: what it points at was changed.
    #[error("digest mismatch of reference {uri}")]
    Digest {
        /// The reference, cut.
        uri: String,
    },
    /// The signature value does not belong to `SignedInfo` and the key.
    #[error("the signature value is wrong")]
    Value,
    /// Neither the message nor the caller gives a certificate.
    #[error("no certificate to verify with")]
    NoCertificate,
    /// The certificate in the message cannot be read.
    #[error("certificate of the message: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate's key is of another kind than the signature method.
    #[error("the certificate's key does not fit the signature method")]
    KeyMismatch,
    /// The text to be signed is not XML.
    #[error("not well-formed XML: {rule} at byte {offset}")]
    Xml {
        /// Name of the defect.
        rule: String,
        /// Where.
        offset: usize,
    },
    /// The key cannot be used.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl From<semd_core::xml::Fault> for XmlSignatureError {
    fn from(fault: semd_core::xml::Fault) -> Self {
        Self::Xml { rule: fault.rule().to_owned(), offset: fault.offset }
    }
}

impl XmlSignatureError {
    /// Stable name of the refusal, kebab-case.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed-signature",
            Self::TooMany { .. } => "signature-limits",
            Self::Algorithm { .. } => "algorithm-not-allowed",
            Self::External { .. } => "external-reference",
            Self::Unresolved { .. } => "unresolved-reference",
            Self::DuplicateId { .. } => "duplicate-id",
            Self::TransformOrder { .. } => "transform-order",
            Self::Smev { .. } => "smev-transform",
            Self::Canonical(_) => "canonical-form-size",
            Self::Digest { .. } => "digest-mismatch",
            Self::Value => "signature-mismatch",
            Self::NoCertificate => "no-certificate",
            Self::Certificate(_) => "bad-certificate",
            Self::KeyMismatch => "key-mismatch",
            Self::Xml { .. } => "not-well-formed",
            Self::Sign(_) => "not-signed",
        }
    }

    /// The refusal for people.
    pub fn message(&self) -> Message {
        let ru = match self {
            Self::Malformed { element } => format!("подпись XML построена неверно: элемент {element}"),
            Self::TooMany { what, limit } => format!("в подписи XML больше {limit} элементов «{what}»"),
            Self::Algorithm { element, identifier } => {
                format!("алгоритм элемента {element} не допускается: {identifier}")
            }
            Self::External { uri } => {
                format!("подпись ссылается за пределы документа ({uri}); такие ссылки не открываются")
            }
            Self::Unresolved { id } => format!("подпись ссылается на отсутствующий элемент «{id}»"),
            Self::DuplicateId { id } => {
                format!("идентификатор «{id}» повторяется: неясно, какой элемент подписан")
            }
            Self::TransformOrder { uri } => format!("преобразования ссылки «{uri}» не сочетаются"),
            Self::Smev { reason } => format!("нормализация СМЭВ неприменима: {reason}"),
            Self::Canonical(error) => format!("каноническая форма больше {} байт", error.limit),
            Self::Digest { uri } => {
                format!("подписанное содержимое изменено: хэш ссылки «{uri}» не совпадает")
            }
            Self::Value => "значение подписи неверно".to_owned(),
            Self::NoCertificate => "в сообщении нет сертификата, которым проверить подпись".to_owned(),
            Self::Certificate(error) => format!("сертификат из сообщения не читается: {error}"),
            Self::KeyMismatch => "ключ сертификата не подходит к алгоритму подписи".to_owned(),
            Self::Xml { rule, offset } => format!("текст не является XML: {rule}, байт {offset}"),
            Self::Sign(error) => error.message().ru,
        };
        let en = match self {
            Self::Sign(error) => error.message().en,
            other => other.to_string(),
        };
        Message::new(ru, en)
    }
}

/// Foreign text as an error may quote it.
pub(super) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
