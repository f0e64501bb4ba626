//! What a rule sees of a document.

use std::ops::Range;

use time::Date;

use super::{MAX_FINDINGS, RULES, Rule};
use crate::header::Header;
use crate::kinds::Kind;
use crate::report::{Finding, Layer, Message};
use crate::xml::{AttributeId, Document, ElementId, HL7_V3, LineIndex, Node, Paths};

/// One document as the rules see it.
#[derive(Debug)]
pub struct Context<'d, 'l> {
    pub(super) document: &'d Document<'d>,
    pub(super) header: &'d Header,
    pub(super) kind: Option<&'d Kind>,
    pub(super) as_of: Option<Date>,
    pub(super) findings: Vec<Finding>,
    lines: &'l LineIndex<'l>,
    paths: Paths<'d>,
    rule: &'static Rule,
    reported: usize,
    /// Elements by name: those of name `n` are `by_name[starts[n]..starts[n + 1]]`.
    by_name: Vec<u32>,
    starts: Vec<u32>,
}

impl<'d, 'l> Context<'d, 'l> {
    pub(super) fn new(
        document: &'d Document<'d>,
        header: &'d Header,
        kind: Option<&'d Kind>,
        as_of: Option<Date>,
        lines: &'l LineIndex<'l>,
    ) -> Self {
        // One counting sort for all rules instead of one walk a rule.
        let mut starts = vec![0_u32; document.name_count() + 1];
        for element in document.elements() {
            starts[element.name.0 as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut by_name = vec![0; document.elements().len()];
        for (index, element) in document.elements().iter().enumerate() {
            let place = &mut next[element.name.0 as usize];
            by_name[*place as usize] = index as u32;
            *place += 1;
        }
        Self {
            document,
            header,
            kind,
            as_of,
            findings: Vec::new(),
            lines,
            paths: Paths::new(document),
            rule: RULES[0],
            reported: 0,
            by_name,
            starts,
        }
    }

    pub(super) fn begin(&mut self, rule: &'static Rule) {
        self.rule = rule;
        self.reported = 0;
    }

    /// The document.
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// What its header says.
    pub fn header(&self) -> &'d Header {
        self.header
    }

    /// Its kind, when it is known.
    pub fn kind(&self) -> Option<&'d Kind> {
        self.kind
    }

    /// The day of registration, when it is given.
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// The elements with a name, in document order. The answer borrows nothing, so that findings can be reported meanwhile.
    pub fn elements(&self, namespace: &str, local: &str) -> Elements {
        let places = self.document.find_name(namespace, local).map_or(0..0, |name| {
            self.starts[name.0 as usize] as usize..self.starts[name.0 as usize + 1] as usize
        });
        Elements { places }
    }

    /// The elements of CDA with a name.
    pub fn cda(&self, local: &str) -> Elements {
        self.elements(HL7_V3, local)
    }

    /// The next of some elements.
    pub fn next(&self, elements: &mut Elements) -> Option<ElementId> {
        elements.places.next().map(|place| ElementId(self.by_name[place]))
    }

    /// An attribute without namespace: its node and value.
    pub fn attribute(&self, element: ElementId, local: &str) -> Option<(Node, &'d str)> {
        let document = self.document;
        let name = document.find_name("", local)?;
        document.attribute_ids(element).map(AttributeId).find_map(|id| {
            let attribute = document.attribute_at(id);
            (attribute.name == name).then(|| (Node::Attribute(id), document.value(attribute)))
        })
    }

    /// Reports a place under the rule that is running.
    pub fn report(&mut self, node: Node, message: Message) {
        self.reported += 1;
        if self.reported > MAX_FINDINGS {
            return;
        }
        let offset = self.document.offset(node);
        let position = self.lines.position(offset);
        self.findings.push(Finding {
            layer: Layer::Rule,
            code: self.rule.code,
            rule: Some(self.rule.id.to_owned()),
            severity: self.rule.severity,
            message,
            hint: Some(self.rule.why.message()),
            test: None,
            assertion: None,
            path: Some(self.paths.path(node)),
            line: position.line,
            column: position.column,
            offset,
            owner: self.rule.owner,
            retryable: false,
        });
    }
}

/// Some elements of a document, to be walked with [`Context::next`].
#[derive(Clone, Debug)]
pub struct Elements {
    places: Range<usize>,
}
