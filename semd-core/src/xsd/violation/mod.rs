//! What is wrong with a document, in words.

mod texts;

use crate::report::{Finding, Layer, Message, Owner, Severity};
use crate::xml::{Document, LineIndex, Node};

/// A breach of a validation rule of XML Schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule (XML Schema 1.0 part 1, appendix C), with the letters that Xerces adds: `cvc-complex-type.2.4.a`.
    pub code: &'static str,
    /// The node that is wrong; where something is missing, the element it is missing from.
    pub node: Node,
    /// Offset of the node in bytes from the start of the file.
    pub offset: usize,
    /// What is wrong and what is expected. No text of the document is quoted but names, type names and values that
    /// cannot be personal data.
    pub message: Message,
    /// The element or attribute names the content model allows at this place, as paths show them.
    pub expected: Vec<String>,
}

impl Violation {
    /// The finding of a report; `lines` is the index of the same file.
    pub fn finding(&self, document: &Document<'_>, lines: &LineIndex<'_>) -> Finding {
        self.finding_at(document.path(self.node), lines)
    }

    /// The finding, with the path of the node.
    pub(crate) fn finding_at(&self, path: String, lines: &LineIndex<'_>) -> Finding {
        let position = lines.position(self.offset);
        Finding {
            layer: Layer::Xsd,
            code: "VALIDATION_ERROR",
            rule: Some(self.code.to_owned()),
            severity: Severity::Error,
            message: self.message.clone(),
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
