//! Why a rule set cannot be used.

use crate::report::Message;
use crate::xml::{Fault, Position};
use crate::xpath::SyntaxError;

/// A rule set that cannot be compiled. Nothing of it is evaluated then: a rule silently left out would be a false
/// "valid".
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.message().en)]
#[non_exhaustive]
pub enum LoadError {
    /// The file is not well-formed XML.
    Xml(Fault),
    /// The root element is not `schema` of ISO Schematron.
    NotSchematron,
    /// An element, attribute or query language that is not supported.
    Unsupported {
        /// The construct as written.
        construct: String,
        /// Its place in the file.
        position: Position,
    },
    /// An attribute that must be there.
    Missing {
        /// Name of the attribute.
        attribute: &'static str,
        /// Place of its element.
        position: Position,
    },
    /// A reference to a pattern, rule or phase that does not exist, or that leads back to itself.
    Unresolved {
        /// The reference as written.
        reference: String,
        /// Place of the referring element.
        position: Position,
    },
    /// An expression that cannot be used.
    Expression {
        /// The expression as written.
        expression: String,
        /// What is wrong with it.
        error: SyntaxError,
        /// The place of the fault in the file.
        position: Position,
    },
    /// More assertions, after abstract patterns and rules are expanded, than a rule set can sensibly have.
    TooLarge,
}

impl LoadError {
    /// The place in the file, if the error has one.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Unsupported { position, .. }
            | Self::Missing { position, .. }
            | Self::Unresolved { position, .. }
            | Self::Expression { position, .. } => Some(*position),
            Self::Xml(_) | Self::NotSchematron | Self::TooLarge => None,
        }
    }

    /// The error in both languages, place included.
    pub fn message(&self) -> Message {
        let message = match self {
            Self::Xml(fault) => fault.message(),
            Self::NotSchematron => Message::new(
                "файл не является схемой Schematron",
                "the file is not a Schematron schema",
            ),
            Self::Unsupported { construct, .. } => Message::new(
                format!("конструкция Schematron не поддерживается: {construct}"),
                format!("Schematron construct is not supported: {construct}"),
            ),
            Self::Missing { attribute, .. } => Message::new(
                format!("нет обязательного атрибута {attribute}"),
                format!("required attribute {attribute} is missing"),
            ),
            Self::Unresolved { reference, .. } => Message::new(
                format!("ссылка не разрешается: {reference}"),
                format!("reference cannot be resolved: {reference}"),
            ),
            Self::Expression {
                expression, error, ..
            } => {
                let cause = error.message();
                Message::new(
                    format!("{}; выражение: {expression}", cause.ru),
                    format!("{}; expression: {expression}", cause.en),
                )
            }
            Self::TooLarge => Message::new(
                "слишком много утверждений после раскрытия шаблонов",
                "too many assertions after abstract patterns are expanded",
            ),
        };
        match self.position() {
            None => message,
            Some(Position { line, column }) => Message::new(
                format!("{line}:{column}: {}", message.ru),
                format!("{line}:{column}: {}", message.en),
            ),
        }
    }
}
