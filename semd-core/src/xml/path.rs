//! Positional paths of nodes, as reports show them.

use std::fmt::Write as _;

use super::names::TextMap;
use super::{Document, ElementId, ExpandedName, NameId, Node};

/// Prefixes that reports show, whatever prefix the document itself uses.
pub(crate) const PREFIXES: [(&str, &str); 9] = [
    ("urn:hl7-ru:identity", "identity"),
    ("urn:hl7-ru:address", "address"),
    ("urn:hl7-ru:fias", "fias"),
    ("urn:hl7-ru:medService", "medService"),
    ("urn:hl7-ru:PII", "PII"),
    ("urn:f103", "f103"),
    ("urn:fias", "fias"),
    ("urn:tmk", "tmk"),
    (super::XSI, "xsi"),
];

/// Writes a name as reports show it: CDA and no-namespace names bare, known extensions with their usual prefix, others
/// as `Q{namespace}local` (XPath 3.1, EQName).
pub(crate) fn write_name(out: &mut String, name: ExpandedName<'_>) {
    if !(name.namespace.is_empty() || name.namespace == super::HL7_V3) {
        match PREFIXES.iter().find(|(namespace, _)| *namespace == name.namespace) {
            Some((_, prefix)) => {
                out.push_str(prefix);
                out.push(':');
            }
            None => {
                let _ = write!(out, "Q{{{}}}", name.namespace);
            }
        }
    }
    out.push_str(name.local);
}

/// Writes `[position]`. Positions are small: formatting takes longer than everything else of a path.
fn push_position(out: &mut String, position: usize) {
    out.push('[');
    match position {
        0..=9 => out.push(char::from(b'0' + position as u8)),
        _ => {
            let _ = write!(out, "{position}");
        }
    }
    out.push(']');
}

impl Document<'_> {
    /// The positional path of a node: `/ClinicalDocument[1]/id[1]`, attributes as `…/@root`, the document node as `/`.
    ///
    /// Names in `urn:hl7-org:v3` have no prefix, the usual extensions have theirs; every step has its position among
    /// siblings of the same name.
    pub fn path(&self, node: Node) -> String {
        Paths::new(self).path(node)
    }
}

/// Makes the paths of many nodes of one document: what a path shares with the one before is taken over, and positions found
/// once are gone on from, so that the nodes of a long list in document order do not each pay for all siblings before them.
#[derive(Debug)]
pub(crate) struct Paths<'d> {
    document: &'d Document<'d>,
    /// For a parent and a name, the last sibling met and its position.
    known: TextMap<(ElementId, NameId), (ElementId, usize)>,
    /// The path of the element met last.
    path: String,
    /// The elements on that path, from the root on, and the length of the path as far as each.
    steps: Vec<(ElementId, usize)>,
    /// The steps of the next path that it does not share, the last one first.
    fresh: Vec<ElementId>,
}

impl<'d> Paths<'d> {
    pub(crate) fn new(document: &'d Document<'d>) -> Self {
        Self {
            document,
            known: TextMap::default(),
            path: String::new(),
            steps: Vec::new(),
            fresh: Vec::new(),
        }
    }

    /// The document.
    pub(crate) fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// See [`Document::path`].
    pub(crate) fn path(&mut self, node: Node) -> String {
        let document = self.document;
        let element = match node {
            Node::Document => return "/".to_owned(),
            Node::Element(id) => id,
            Node::Attribute(id) => document.attribute_at(id).owner,
            Node::Text(id) => document.texts()[id.0 as usize].parent,
        };
        self.go_to(element);
        // Room for a last step.
        let mut path = String::with_capacity(self.path.len() + 24);
        path.push_str(&self.path);
        match node {
            Node::Attribute(id) => {
                path.push_str("/@");
                write_name(&mut path, document.expanded_name(document.attribute_at(id).name));
            }
            Node::Text(id) => {
                let position = document.child_texts(element).take_while(|(other, _)| *other <= id).count();
                path.push_str("/text()");
                push_position(&mut path, position);
            }
            Node::Document | Node::Element(_) => {}
        }
        path
    }

    /// Makes `path` the path of an element.
    fn go_to(&mut self, element: ElementId) {
        let document = self.document;
        // Ids are in document order: on the path before, ids grow, and what is above the element has a smaller one.
        let mut at = Some(element);
        while let Some(id) = at {
            while self.steps.last().is_some_and(|&(step, _)| step > id) {
                self.steps.pop();
            }
            if self.steps.last().is_some_and(|&(step, _)| step == id) {
                break;
            }
            self.fresh.push(id);
            at = document.parent(id);
        }
        self.path.truncate(self.steps.last().map_or(0, |&(_, length)| length));
        while let Some(step) = self.fresh.pop() {
            let position = self.position_among_siblings(step);
            self.path.push('/');
            write_name(&mut self.path, document.name(step));
            push_position(&mut self.path, position);
            self.steps.push((step, self.path.len()));
        }
    }

    /// 1-based position of an element among siblings of the same name.
    fn position_among_siblings(&mut self, id: ElementId) -> usize {
        let document = self.document;
        let Some(parent) = document.parent(id) else { return 1 };
        let name = document.element(id).name;
        // Before the first child there is none of any name.
        let known = self.known.entry((parent, name)).or_insert((ElementId(parent.0 + 1), 1));
        if known.0 > id {
            *known = (ElementId(parent.0 + 1), 1);
        }
        *known = (id, known.1 + document.siblings(known.0, id, name));
        known.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{AttributeId, Limits, TextId, parse};

    #[test]
    fn paths_do_not_depend_on_what_was_asked_before() {
        let text = "<a x='1'><b/>t<b y='2'><c/>u<c><d z='3'/></c></b><e><b/></e><b>v</b></a>";
        let document = parse(text.as_bytes(), &Limits::default()).unwrap();
        let mut nodes = vec![Node::Document];
        nodes.extend((0..document.elements().len() as u32).map(|id| Node::Element(ElementId(id))));
        nodes.extend((0..3).map(|id| Node::Attribute(AttributeId(id))));
        nodes.extend((0..document.texts().len() as u32).map(|id| Node::Text(TextId(id))));
        let mut paths = Paths::new(&document);
        for &first in &nodes {
            for &second in &nodes {
                assert_eq!(paths.path(first), document.path(first));
                assert_eq!(paths.path(second), document.path(second), "after {}", document.path(first));
            }
        }
        assert_eq!(document.path(Node::Attribute(AttributeId(2))), "/a[1]/b[2]/c[2]/d[1]/@z");
        assert_eq!(document.path(Node::Text(TextId(2))), "/a[1]/b[3]/text()[1]");
    }
}
