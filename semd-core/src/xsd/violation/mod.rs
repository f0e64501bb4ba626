//! What is wrong with a document. The words are made when a person wants to read them.

mod expected;
mod texts;

use crate::report::{Finding, Layer, Message, Owner, Severity};
use crate::xml::{Document, LineIndex, Node};

use super::component::{Schema, TypeId};
use super::names::Symbol;
use super::simple::Defect;
pub(super) use texts::{name_of, not_fixed};

/// A breach of a validation rule of XML Schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule (XML Schema 1.0 part 1, appendix C), with the letters that Xerces adds: `cvc-complex-type.2.4.a`.
    pub code: &'static str,
    /// The node that is wrong; where something is missing, the element it is missing from.
    pub node: Node,
    /// Offset of the node in bytes from the start of the file.
    pub offset: usize,
    pub(super) detail: Detail,
}

/// What a message needs beside the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Breaches that are rare are put into words at once.
    Told(Box<Message>),
    /// A value that is not of its simple type.
    Value(Defect),
    /// A child that the content model of this type does not allow in a state.
    Misplaced(TypeId, u64),
    /// Content that ends in a state of the model of this type where it must not.
    Incomplete(TypeId, u64),
    /// An attribute that must be there.
    Missing(Symbol),
}

impl Violation {
    pub(super) fn new(document: &Document<'_>, code: &'static str, node: Node, detail: Detail) -> Self {
        Self { code, node, offset: document.offset(node), detail }
    }

    /// The finding of a report; `lines` is the index of the same file, schema and document are those that were validated.
    pub fn finding(&self, schema: &Schema, document: &Document<'_>, lines: &LineIndex<'_>) -> Finding {
        self.finding_at(schema, document, document.path(self.node), lines)
    }

    /// The finding, with the path of the node.
    pub(crate) fn finding_at(
        &self,
        schema: &Schema,
        document: &Document<'_>,
        path: String,
        lines: &LineIndex<'_>,
    ) -> Finding {
        let position = lines.position(self.offset);
        Finding {
            layer: Layer::Xsd,
            code: "VALIDATION_ERROR",
            rule: Some(self.code.to_owned()),
            severity: Severity::Error,
            message: self.message(schema, document),
            hint: None,
            test: None,
            assertion: None,
            path: Some(path),
            line: position.line,
            column: position.column,
            offset: self.offset,
            owner: Owner::Mis,
            retryable: false,
        }
    }
}
