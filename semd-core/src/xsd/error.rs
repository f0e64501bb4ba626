//! Why a schema set cannot be used.

use std::io;

use crate::report::Message;

/// A schema set that cannot be compiled: which document, which line, and why.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {}", .kind.message().en)]
pub struct LoadError {
    /// Path of the schema document within its set.
    pub file: String,
    /// Line, 1-based; 0 when the whole document is meant.
    pub line: u32,
    /// What is wrong.
    pub kind: LoadErrorKind,
}

impl LoadError {
    /// Place and reason, in both languages.
    pub fn message(&self) -> Message {
        let Message { ru, en } = self.kind.message();
        Message::new(
            format!("{}, строка {}: {ru}", self.file, self.line),
            format!("{}, line {}: {en}", self.file, self.line),
        )
    }
}

/// What is wrong with a schema set.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// A document cannot be read.
    Read(io::Error),
    /// A document is not well-formed XML.
    NotXml(Message),
    /// The root element is not `xs:schema`.
    NotSchema,
    /// A `schemaLocation` that leads out of the set or to a network address.
    Location(String),
    /// An included or imported document has another target namespace than expected.
    TargetNamespace {
        /// The namespace that was expected.
        expected: String,
        /// The namespace the document has.
        found: String,
    },
    /// A construct of XML Schema that this processor does not have.
    Unsupported(String),
    /// A construct where the schema for schemas does not allow it.
    Misplaced(String),
    /// An attribute of a schema element is missing.
    Missing(&'static str),
    /// A value of a schema attribute or facet that cannot be read.
    Value {
        /// The attribute or facet.
        name: String,
        /// Its value.
        value: String,
    },
    /// A reference to a component that no document of the set defines.
    Unresolved {
        /// Kind of the component, a word of XML Schema.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Two different definitions of one component.
    Duplicate {
        /// Kind of the component, a word of XML Schema.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A definition that needs itself.
    Circular(String),
    /// A derivation whose base has the wrong kind of content.
    Derivation(String),
    /// A content model in which an element fits two declarations (XML Schema 1.0 part 1, section 3.8.6, unique particle
    /// attribution).
    Ambiguous(String),
    /// A pattern that cannot be compiled.
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A budget of [`super::Limits`] is exceeded.
    Budget {
        /// Field of [`super::Limits`].
        name: &'static str,
        /// Its value.
        limit: usize,
    },
}

impl LoadErrorKind {
    /// The reason without its place, in both languages.
    pub fn message(&self) -> Message {
        match self {
            Self::Read(error) => Message::new(
                format!("файл схемы не читается: {error}"),
                format!("the schema document cannot be read: {error}"),
            ),
            Self::NotXml(message) => Message::new(
                format!("файл схемы не является правильным XML: {}", message.ru),
                format!("the schema document is not well-formed XML: {}", message.en),
            ),
            Self::NotSchema => Message::new(
                "корневой элемент — не xs:schema",
                "the root element is not xs:schema",
            ),
            Self::Location(location) => Message::new(
                format!("schemaLocation «{location}» указывает за пределы комплекта"),
                format!("schemaLocation “{location}” leads out of the set"),
            ),
            Self::TargetNamespace { expected, found } => Message::new(
                format!("targetNamespace «{found}», ожидается «{expected}»"),
                format!("targetNamespace is “{found}”, “{expected}” is expected"),
            ),
            Self::Unsupported(what) => Message::new(
                format!("конструкция {what} не поддерживается"),
                format!("{what} is not supported"),
            ),
            Self::Misplaced(what) => Message::new(
                format!("{what} здесь не допускается"),
                format!("{what} is not allowed here"),
            ),
            Self::Missing(what) => Message::new(
                format!("нет атрибута {what}"),
                format!("attribute {what} is missing"),
            ),
            Self::Value { name, value } => Message::new(
                format!("недопустимое значение {name}: «{value}»"),
                format!("bad value of {name}: “{value}”"),
            ),
            Self::Unresolved { kind, name } => Message::new(
                format!("{kind} «{name}» не определён ни в одном файле комплекта"),
                format!("{kind} “{name}” is defined in no document of the set"),
            ),
            Self::Duplicate { kind, name } => Message::new(
                format!("{kind} «{name}» определён дважды"),
                format!("{kind} “{name}” is defined twice"),
            ),
            Self::Circular(name) => Message::new(
                format!("«{name}» определён через самого себя"),
                format!("“{name}” is defined by itself"),
            ),
            Self::Derivation(name) => Message::new(
                format!("«{name}» не может быть базовым типом такого вида"),
                format!("“{name}” cannot be the base of such a type"),
            ),
            Self::Ambiguous(name) => Message::new(
                format!("модель содержимого неоднозначна для элемента «{name}»"),
                format!("the content model is ambiguous for element “{name}”"),
            ),
            Self::Pattern { pattern, reason } => Message::new(
                format!("образец «{pattern}» не компилируется: {reason}"),
                format!("pattern “{pattern}” does not compile: {reason}"),
            ),
            Self::Budget { name, limit } => Message::new(
                format!("превышен предел {name} = {limit}"),
                format!("limit {name} = {limit} is exceeded"),
            ),
        }
    }
}

/// A place in a schema document, before it is turned into file and line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of the document.
    pub(super) file: u32,
    /// Offset in bytes from the start of the document.
    pub(super) offset: u32,
}

/// A defect of a schema at its place.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) place: Place,
    pub(super) kind: LoadErrorKind,
}

impl Place {
    /// The same place with a reason.
    pub(super) fn flaw(self, kind: LoadErrorKind) -> Flaw {
        Flaw { place: self, kind }
    }
}
