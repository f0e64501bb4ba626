//! Why a list cannot be used.

use semd_core::report::Message;

use crate::xmldsig::XmlSignatureError;

/// A list of accredited authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustListError {
    /// Not XML.
    #[error("not XML, octet {offset}: {}", .fault.en)]
    Xml {
        /// Where.
        offset: usize,
        /// What is wrong.
        fault: Message,
    },
    /// Another document.
    #[error("not a list of accredited authorities: {0}")]
    Structure(&'static str),
    /// The signature is absent, wrong, or not over the whole list.
    #[error("the signature of the list: {0}")]
    Signature(#[from] XmlSignatureError),
    /// The signature does not cover the list.
    #[error("the signature covers only a part of the list")]
    Partial,
    /// An older list than the one at hand.
    #[error("version {offered} is older than {known}")]
    Rollback {
        /// Version of the list at hand.
        known: u64,
        /// Version of the other.
        offered: u64,
    },
}

impl TrustListError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Xml { offset, fault } => Message::new(
                format!("список аккредитованных УЦ не прочитан, октет {offset}: {}", fault.ru),
                format!("the list of accredited authorities cannot be read, octet {offset}: {}", fault.en),
            ),
            Self::Structure(place) => Message::new(
                format!("это не список аккредитованных УЦ: {place}"),
                format!("this is not a list of accredited authorities: {place}"),
            ),
            Self::Signature(error) => Message::new(
                format!("подпись списка аккредитованных УЦ неверна: {error}"),
                format!("the signature of the list of accredited authorities is wrong: {error}"),
            ),
            Self::Partial => Message::new(
                "подпись покрывает не весь список аккредитованных УЦ",
                "the signature covers only a part of the list of accredited authorities",
            ),
            Self::Rollback { known, offered } => Message::new(
                format!("список аккредитованных УЦ версии {offered} старее имеющегося ({known})"),
                format!(
                    "the list of accredited authorities of version {offered} is older than the one at hand ({known})"
                ),
            ),
        }
    }
}
