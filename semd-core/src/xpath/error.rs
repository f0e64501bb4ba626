//! What can be wrong with an expression: when it is read, and when it is evaluated.

use crate::report::Message;

/// An expression that cannot be used; the place is a byte offset in the expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Where, in bytes from the start of the expression.
    pub offset: usize,
}

/// Kinds of [`SyntaxError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// A token that cannot stand here.
    Unexpected(String),
    /// A construct of XPath 3.1 that the evaluator does not have.
    Unsupported(String),
    /// A function the evaluator does not have, with the number of arguments.
    UnknownFunction(String, usize),
    /// A namespace prefix without a declaration.
    UnknownPrefix(String),
    /// A variable without a declaration.
    UnknownVariable(String),
    /// A constant regular expression that is not one.
    BadRegex(String),
    /// Too long or nested too deeply.
    TooComplex,
    /// An expression that is no match pattern (XSLT 3.0, section 5.5).
    NotAPattern,
}

impl SyntaxError {
    pub(super) fn new(offset: usize, kind: SyntaxErrorKind) -> Self {
        Self { kind, offset }
    }

    pub(super) fn unexpected(offset: usize, token: impl Into<String>) -> Self {
        Self::new(offset, SyntaxErrorKind::Unexpected(token.into()))
    }

    pub(super) fn unsupported(offset: usize, construct: impl Into<String>) -> Self {
        Self::new(offset, SyntaxErrorKind::Unsupported(construct.into()))
    }

    pub(super) fn too_complex(offset: usize) -> Self {
        Self::new(offset, SyntaxErrorKind::TooComplex)
    }

    /// The error in both languages.
    pub fn message(&self) -> Message {
        match &self.kind {
            SyntaxErrorKind::Unexpected(token) => Message::new(
                format!("неожиданное «{token}» в выражении"),
                format!("unexpected `{token}` in the expression"),
            ),
            SyntaxErrorKind::Unsupported(construct) => Message::new(
                format!("конструкция XPath не поддерживается: {construct}"),
                format!("XPath construct is not supported: {construct}"),
            ),
            SyntaxErrorKind::UnknownFunction(name, arity) => Message::new(
                format!("функция XPath не поддерживается: {name}, аргументов {arity}"),
                format!("XPath function is not supported: {name} with {arity} arguments"),
            ),
            SyntaxErrorKind::UnknownPrefix(prefix) => Message::new(
                format!("префикс пространства имён не объявлен: {prefix}"),
                format!("namespace prefix is not declared: {prefix}"),
            ),
            SyntaxErrorKind::UnknownVariable(name) => Message::new(
                format!("переменная не объявлена: ${name}"),
                format!("variable is not declared: ${name}"),
            ),
            SyntaxErrorKind::BadRegex(pattern) => Message::new(
                format!("неверное регулярное выражение: {pattern}"),
                format!("bad regular expression: {pattern}"),
            ),
            SyntaxErrorKind::TooComplex => Message::new(
                "выражение слишком длинное или слишком глубоко вложено",
                "the expression is too long or nested too deeply",
            ),
            SyntaxErrorKind::NotAPattern => Message::new(
                "выражение не является образцом сопоставления XSLT",
                "the expression is not an XSLT match pattern",
            ),
        }
    }
}

/// Error codes of XPath and XQuery Functions and Operators 3.1 that an evaluation can raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A value of the wrong type or number of items.
    Xpty0004,
    /// A path mixes nodes and atomic values.
    Xpty0018,
    /// A path step on something that is no node.
    Xpty0019,
    /// A path on a context item that is no node.
    Xpty0020,
    /// A value cannot be cast.
    Forg0001,
    /// A sequence has no effective boolean value.
    Forg0006,
    /// A regular expression is invalid.
    Forx0002,
    /// Division by zero.
    Foar0001,
    /// Arithmetic overflow.
    Foar0002,
    /// The evaluation took more steps than allowed; a limit of this engine, not of XPath.
    StepLimit,
}

impl ErrorCode {
    /// The code as XPath names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xpty0004 => "XPTY0004",
            Self::Xpty0018 => "XPTY0018",
            Self::Xpty0019 => "XPTY0019",
            Self::Xpty0020 => "XPTY0020",
            Self::Forg0001 => "FORG0001",
            Self::Forg0006 => "FORG0006",
            Self::Forx0002 => "FORX0002",
            Self::Foar0001 => "FOAR0001",
            Self::Foar0002 => "FOAR0002",
            Self::StepLimit => "STEP-LIMIT",
        }
    }
}

/// A dynamic error: the expression has no value for this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EvalError {
    /// Code of the error.
    pub(crate) code: ErrorCode,
}

impl From<ErrorCode> for EvalError {
    fn from(code: ErrorCode) -> Self {
        Self { code }
    }
}
