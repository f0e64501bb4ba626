//! The tree of a Schematron file with what reading it needs: checked children, attributes, places.

use std::borrow::Cow;

use super::LoadError;
use crate::xml::{Document, ElementId, LineIndex, Node, Position};
use crate::xpath::SyntaxError;

/// Namespace of ISO Schematron.
const SCHEMATRON: &str = "http://purl.oclc.org/dsdl/schematron";
/// Instructions of XSLT stand in some schemas; they would change what rules mean.
const XSLT: &str = "http://www.w3.org/1999/XSL/Transform";

/// A file being loaded.
pub(super) struct Source<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) lines: LineIndex<'d>,
}

/// The value of an attribute and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Text<'d> {
    pub(super) content: Cow<'d, str>,
    /// Offset of the attribute's name in the file, bytes.
    pub(super) offset: usize,
}

impl<'d> Source<'d> {
    pub(super) fn is_schematron(&self, id: ElementId) -> bool {
        self.document.namespace(id) == SCHEMATRON
    }

    /// The Schematron children; elements of other namespaces are documentation, except those of XSLT.
    pub(super) fn children(&self, id: ElementId) -> Result<Vec<(ElementId, &'d str)>, LoadError> {
        let mut children = Vec::new();
        for child in self.document.children(id) {
            match self.document.namespace(child) {
                SCHEMATRON => children.push((child, self.document.local_name(child))),
                XSLT => {
                    let construct = format!("<xsl:{}>", self.document.local_name(child));
                    return Err(self.unsupported(child, construct));
                }
                _ => {}
            }
        }
        Ok(children)
    }

    pub(super) fn attribute(&self, id: ElementId, name: &str) -> Option<&'d str> {
        self.document.attribute(id, "", name)
    }

    pub(super) fn required(&self, id: ElementId, name: &'static str) -> Result<&'d str, LoadError> {
        self.attribute(id, name)
            .ok_or_else(|| LoadError::Missing { attribute: name, position: self.position(id) })
    }

    /// A required attribute with its place.
    pub(super) fn text(&self, id: ElementId, name: &'static str) -> Result<Text<'d>, LoadError> {
        let content = Cow::Borrowed(self.required(id, name)?);
        let wanted = self.document.find_name("", name);
        let found = self.document.attributes(id).iter().find(|attribute| Some(attribute.name) == wanted);
        let offset = found.map_or(0, |attribute| attribute.offset as usize) + self.document.skipped();
        Ok(Text { content, offset })
    }

    /// The abstract rule with an id: in the same pattern first, then anywhere.
    pub(super) fn find_abstract_rule(&self, from: ElementId, wanted: &str) -> Option<ElementId> {
        let is_wanted = |id: &ElementId| {
            self.is_schematron(*id)
                && self.document.local_name(*id) == "rule"
                && self.attribute(*id, "abstract") == Some("true")
                && self.attribute(*id, "id") == Some(wanted)
        };
        let pattern = self.document.parent(from)?;
        let near = self.document.children(pattern).find(is_wanted);
        near.or_else(|| self.document.descendants(self.document.root()).find(is_wanted))
    }

    pub(super) fn position(&self, id: ElementId) -> Position {
        self.lines.position(self.document.offset(Node::Element(id)))
    }

    pub(super) fn unsupported(&self, id: ElementId, construct: String) -> LoadError {
        LoadError::Unsupported { construct, position: self.position(id) }
    }

    pub(super) fn unresolved(&self, id: ElementId, reference: &str) -> LoadError {
        LoadError::Unresolved { reference: reference.to_owned(), position: self.position(id) }
    }

    /// An error in an expression, placed inside the attribute's value.
    pub(super) fn expression(&self, text: &Text<'_>, error: SyntaxError) -> LoadError {
        let position = self.lines.position(self.offset_in_value(text, error.offset));
        LoadError::Expression { expression: text.content.clone().into_owned(), error, position }
    }

    /// The offset in the file of byte `inside` of an attribute's value; a reference (`&lt;`) stands for one character.
    fn offset_in_value(&self, text: &Text<'_>, inside: usize) -> usize {
        let skipped = self.document.skipped();
        let source = self.document.source();
        let Some(rest) = source.get(text.offset - skipped..) else {
            return text.offset;
        };
        let Some(quote) = rest.find(['"', '\'']) else {
            return text.offset;
        };
        let mut at = quote + 1;
        let mut decoded = 0;
        while decoded < inside {
            let Some(c) = rest[at..].chars().next() else { break };
            let width = match c {
                '&' => rest[at..].find(';').map_or(1, |end| end + 1),
                _ => c.len_utf8(),
            };
            decoded += if c == '&' { 1 } else { width };
            at += width;
        }
        text.offset + at
    }
}
