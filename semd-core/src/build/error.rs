//! Why a document could not be built, and why templates could not be loaded.

use std::path::PathBuf;

use crate::report::Message;

/// A fault of a card, with the place in its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardError {
    /// JSON pointer (RFC 6901) to the value; empty for the card itself.
    pub pointer: String,
    /// What is wrong and what would be right. Values of the card are not quoted.
    pub message: Message,
}

/// Why no document was built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The card names no kind, or one without a template.
    UnknownKind {
        /// The kind, when the card names one.
        kind: Option<String>,
        /// The kinds there are templates for.
        known: Vec<String>,
    },
    /// The card has faults.
    Card(Vec<CardError>),
}

impl BuildError {
    /// The faults as places and texts.
    pub fn faults(&self) -> Vec<CardError> {
        match self {
            Self::Card(faults) => faults.clone(),
            Self::UnknownKind { kind, known } => {
                let known = known.join(", ");
                let message = match kind {
                    Some(kind) => Message::new(
                        format!("Для вида {kind} нет шаблона; есть: {known}"),
                        format!("There is no template for kind {kind}; there are: {known}"),
                    ),
                    None => Message::new(
                        format!("Карта не называет вид документа; есть шаблоны: {known}"),
                        format!("The card names no document kind; there are templates for: {known}"),
                    ),
                };
                vec![CardError { pointer: "/kind".to_owned(), message }]
            }
        }
    }
}

/// Why card kinds could not be loaded: a fault of the templates, not of a card.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is missing in the folder of card kinds.
    #[error("{file} is missing")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file is not the TOML expected.
    #[error("{file}: {source}")]
    Toml {
        /// The file.
        file: String,
        /// Where and why.
        source: toml::de::Error,
    },
    /// A field or a template names a dictionary that `dictionaries.toml` does not list.
    #[error("{file}: no dictionary `{alias}` in dictionaries.toml")]
    UnknownDictionary {
        /// The file.
        file: String,
        /// The alias.
        alias: String,
    },
    /// A field has a type nobody declared.
    #[error("{file}: field `{field}` has the unknown type `{type_name}`")]
    UnknownType {
        /// The file.
        file: String,
        /// The field.
        field: String,
        /// The type.
        type_name: String,
    },
    /// `not_written` names a field that the card does not have.
    #[error("{file}: not_written: the card has no field `{field}`")]
    UnknownField {
        /// The file.
        file: String,
        /// The field.
        field: String,
    },
    /// A type contains itself.
    #[error("{file}: type `{name}` contains itself")]
    EndlessType {
        /// The file.
        file: String,
        /// The type.
        name: String,
    },
    /// A template cannot be compiled.
    #[error("{file}, byte {offset}: {reason}")]
    Template {
        /// The file.
        file: String,
        /// Offset of the tag or text in the file, in bytes.
        offset: u64,
        /// Why.
        reason: String,
    },
}
