//! Positional paths of nodes, as reports show them.

use std::collections::HashMap;
use std::fmt::Write as _;

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

impl Document<'_> {
    /// The positional path of a node: `/ClinicalDocument[1]/id[1]`, attributes as `…/@root`, the document node as `/`.
    ///
    /// Names in `urn:hl7-org:v3` have no prefix, the usual extensions have theirs; every step has its position among
    /// siblings of the same name.
    pub fn path(&self, node: Node) -> String {
        Paths::new(self).path(node)
    }
}

/// Makes the paths of many nodes of one document: positions found once are gone on from, so that the nodes of a long list
/// in document order do not each pay for all siblings before them.
#[derive(Debug)]
pub(crate) struct Paths<'d> {
    document: &'d Document<'d>,
    /// For a parent and a name, the last sibling met and its position.
    known: HashMap<(ElementId, NameId), (ElementId, usize)>,
}

impl<'d> Paths<'d> {
    pub(crate) fn new(document: &'d Document<'d>) -> Self {
        Self { document, known: HashMap::new() }
    }

    /// The document.
    pub(crate) fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// See [`Document::path`].
    pub(crate) fn path(&mut self, node: Node) -> String {
        let document = self.document;
        let mut tail = String::new();
        let element = match node {
            Node::Document => return "/".to_owned(),
            Node::Element(id) => id,
            Node::Attribute(id) => {
                let attribute = document.attribute_at(id);
                tail.push_str("/@");
                write_name(&mut tail, document.expanded_name(attribute.name));
                attribute.owner
            }
            Node::Text(id) => {
                let text = &document.texts()[id.0 as usize];
                let position =
                    document.child_texts(text.parent).take_while(|(other, _)| *other <= id).count();
                let _ = write!(tail, "/text()[{position}]");
                text.parent
            }
        };
        let mut chain = vec![element];
        while let Some(parent) = document.parent(chain[chain.len() - 1]) {
            chain.push(parent);
        }
        let mut path = String::with_capacity(chain.len() * 16);
        for &step in chain.iter().rev() {
            path.push('/');
            write_name(&mut path, document.name(step));
            let _ = write!(path, "[{}]", self.position_among_siblings(step));
        }
        path + &tail
    }

    /// 1-based position of an element among siblings of the same name.
    fn position_among_siblings(&mut self, id: ElementId) -> usize {
        let document = self.document;
        let Some(parent) = document.parent(id) else { return 1 };
        let name = document.element(id).name;
        let known = self.known.get(&(parent, name)).filter(|(sibling, _)| *sibling <= id);
        let position = match known {
            Some(&(sibling, position)) => position + document.siblings(sibling, id, name),
            None => {
                document.children(parent).next().map_or(0, |first| document.siblings(first, id, name)) + 1
            }
        };
        self.known.insert((parent, name), (id, position));
        position
    }
}
