//! Items and sequences (XDM 3.1) over the nodes of the arena tree.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::error::{ErrorCode, EvalError};
use crate::xml::{Document, Node};

/// An atomic value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Atomic<'a> {
    /// The typed value of a node of a document without a schema.
    Untyped(Cow<'a, str>),
    String(Cow<'a, str>),
    Integer(i64),
    Decimal(f64),
    Double(f64),
    Boolean(bool),
}

/// One item of a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Item<'a> {
    Node(Node),
    Atomic(Atomic<'a>),
    /// An array; its members are joined, because only its atomised form is used.
    Array(Vec<Item<'a>>),
}

/// A sequence of items.
pub(crate) type Sequence<'a> = Vec<Item<'a>>;

impl<'a> Atomic<'a> {
    /// The value as `xs:string` (Functions and Operators 3.1, section 19.2).
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Untyped(text) | Self::String(text) => Cow::Borrowed(text),
            Self::Integer(value) => Cow::Owned(value.to_string()),
            Self::Decimal(value) => Cow::Owned(value.to_string()),
            Self::Double(value) => Cow::Owned(double_text(*value)),
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        }
    }

    /// Takes the text out of the value without copying where it is text.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Untyped(text) | Self::String(text) => text,
            other => Cow::Owned(other.to_text().into_owned()),
        }
    }

    /// Casts to `xs:double`.
    pub(crate) fn to_double(&self) -> Result<f64, EvalError> {
        match self {
            Self::Untyped(text) | Self::String(text) => parse_double(text),
            Self::Integer(value) => Ok(*value as f64),
            Self::Decimal(value) | Self::Double(value) => Ok(*value),
            Self::Boolean(value) => Ok(f64::from(u8::from(*value))),
        }
    }
}

/// The lexical forms of `xs:double` after white space is collapsed (XML Schema 1.0 part 2, section 3.2.5).
pub(crate) fn parse_double(text: &str) -> Result<f64, EvalError> {
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
    match trimmed {
        "INF" | "+INF" => return Ok(f64::INFINITY),
        "-INF" => return Ok(f64::NEG_INFINITY),
        "NaN" => return Ok(f64::NAN),
        _ => {}
    }
    // Rust also reads "inf" and "infinity".
    let lexical =
        trimmed.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    match trimmed.parse() {
        Ok(value) if lexical => Ok(value),
        _ => Err(ErrorCode::Forg0001.into()),
    }
}

fn double_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "INF" } else { "-INF" }.to_owned()
    } else if value == 0.0 || (1e-6..1e6).contains(&value.abs()) {
        value.to_string()
    } else {
        let text = format!("{value:E}");
        match text.split_once('E') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
            _ => text,
        }
    }
}

/// The string value of a node (XDM 3.1, section 6).
pub(crate) fn string_value<'a>(document: &'a Document<'_>, node: Node) -> Cow<'a, str> {
    match node {
        Node::Document => document.string_value(document.root()),
        Node::Element(id) => document.string_value(id),
        Node::Attribute(id) => Cow::Borrowed(document.value(document.attribute_at(id))),
        Node::Text(id) => Cow::Borrowed(document.text(&document.texts()[id.0 as usize])),
    }
}

/// A key that sorts nodes into document order.
pub(crate) fn order(document: &Document<'_>, node: Node) -> (u32, u8, u32) {
    match node {
        Node::Document => (0, 0, 0),
        Node::Element(id) => (id.0 + 1, 0, 0),
        Node::Attribute(id) => (document.attribute_at(id).owner.0 + 1, 1, id.0),
        Node::Text(id) => (document.texts()[id.0 as usize].before, 2, id.0),
    }
}

/// Sorts nodes into document order and removes duplicates.
pub(crate) fn sort_nodes(document: &Document<'_>, nodes: &mut Vec<Node>) {
    nodes.sort_unstable_by_key(|node| order(document, *node));
    nodes.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_read_and_written_as_xpath_does() {
        assert_eq!(parse_double(" 1.50 "), Ok(1.5));
        assert_eq!(parse_double("INF"), Ok(f64::INFINITY));
        for bad in ["", "inf", "1 2", "abc", "0x1"] {
            assert_eq!(parse_double(bad), Err(ErrorCode::Forg0001.into()), "{bad}");
        }
        assert_eq!(Atomic::Double(1e7).to_text(), "1.0E7");
        assert_eq!(Atomic::Double(2.0).to_text(), "2");
        assert_eq!(Atomic::Double(f64::NEG_INFINITY).to_text(), "-INF");
    }
}
