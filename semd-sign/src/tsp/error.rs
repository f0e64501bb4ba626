//! Why there is no time stamp.

use semd_core::report::Message;

use crate::asn1::Asn1Error;
use crate::cms::CmsError;

/// A time stamp that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TspError {
    /// Broken octets.
    #[error("damaged structure: {0}")]
    Structure(#[from] Asn1Error),
    /// The token is not a CMS container.
    #[error("the token cannot be read: {0}")]
    Token(#[from] CmsError),
    /// A digest function nobody here knows.
    #[error("unknown digest function")]
    UnknownHash,
    /// The authority refused.
    #[error("refused with status {status}: {text}")]
    Refused {
        /// PKIStatus (RFC 3161 2.4.2).
        status: u32,
        /// The authority's words.
        text: String,
    },
    /// The stamp is of another digest or repeats another nonce.
    #[error("the answer is to another question")]
    OtherQuestion,
    /// There is no randomness for the nonce.
    #[error("the operating system gave no randomness")]
    NoRandomness,
    /// The answer could not be fetched.
    #[error("{0}")]
    Transport(String),
}

impl TspError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Structure(error) => Message::new(
                format!("ответ службы меток времени повреждён: {error}"),
                format!("the answer of the time stamp authority is damaged: {error}"),
            ),
            Self::Token(error) => error.message(),
            Self::UnknownHash => Message::new(
                "неизвестная хэш-функция в запросе метки времени",
                "unknown digest function in the time stamp request",
            ),
            Self::Refused { status, text } => Message::new(
                format!("служба меток времени отказала (статус {status}): {text}"),
                format!("the time stamp authority refused (status {status}): {text}"),
            ),
            Self::OtherQuestion => Message::new(
                "служба меток времени ответила не на тот запрос: другой хэш или nonce",
                "the time stamp authority answered another question: other digest or nonce",
            ),
            Self::NoRandomness => Message::new(
                "операционная система не дала случайных чисел",
                "the operating system gave no randomness",
            ),
            Self::Transport(error) => Message::new(
                format!("служба меток времени недоступна: {error}"),
                format!("the time stamp authority cannot be reached: {error}"),
            ),
        }
    }
}
