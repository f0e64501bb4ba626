//! What a check sees of a document.

use time::Date;

use super::report::{Finding, Looked};
use super::{CHECKS, Check};
use crate::build::OptionalFields;
use crate::nsi::Store;
use crate::render::Mentions;
use crate::report::Message;
use crate::xml::{Document, ElementId, HL7_V3, LineIndex, Node, Paths};

/// Remarks of one check in one document; more are counted but not listed.
const MAX_FINDINGS: usize = 100;

/// One section of the body.
pub(super) struct Section<'d> {
    pub(super) element: ElementId,
    /// Code of the section, empty when it has none.
    pub(super) code: &'d str,
    pub(super) narrative: Option<ElementId>,
    /// Words of its own narrative.
    pub(super) mentions: Mentions<'d>,
}

/// What a check may look at beside the document.
#[derive(Clone, Copy, Default)]
pub(super) struct Inputs<'d> {
    pub(super) as_of: Option<Date>,
    pub(super) dictionaries: Option<&'d Store>,
    pub(super) card: Option<&'d OptionalFields>,
}

/// One document as the checks see it.
pub(super) struct Context<'d, 'l> {
    pub(super) document: &'d Document<'d>,
    pub(super) inputs: Inputs<'d>,
    pub(super) sections: Vec<Section<'d>>,
    pub(super) findings: Vec<Finding>,
    pub(super) looked: Vec<Looked>,
    lines: &'l LineIndex<'l>,
    paths: Paths<'d>,
    listed: usize,
}

impl<'d, 'l> Context<'d, 'l> {
    pub(super) fn new(document: &'d Document<'d>, inputs: Inputs<'d>, lines: &'l LineIndex<'l>) -> Self {
        let sections = elements(document, "section").map(|element| {
            let narrative = document.child(element, HL7_V3, "text");
            let code = document.child(element, HL7_V3, "code");
            Section {
                element,
                code: code.and_then(|code| document.attribute(code, "", "code")).unwrap_or_default(),
                narrative,
                mentions: Mentions::of(document, narrative),
            }
        });
        Self {
            document,
            inputs,
            sections: sections.collect(),
            findings: Vec::new(),
            looked: Vec::with_capacity(CHECKS.len()),
            lines,
            paths: Paths::new(document),
            listed: 0,
        }
    }

    /// Lets one check look.
    pub(super) fn run(&mut self, check: &'static Check) {
        self.looked.push(Looked { check, places: 0, faulty: 0, needs: None });
        self.listed = 0;
        (check.run)(self);
    }

    /// The elements of CDA with a name, in document order.
    pub(super) fn elements(&self, local: &'static str) -> impl Iterator<Item = ElementId> + use<'d> {
        elements(self.document, local)
    }

    /// An attribute without namespace: its node and value.
    pub(super) fn attribute(&self, element: ElementId, local: &str) -> Option<(Node, &'d str)> {
        let document = self.document;
        let name = document.find_name("", local)?;
        document.attribute_ids(element).map(crate::xml::AttributeId).find_map(|id| {
            let attribute = document.attribute_at(id);
            (attribute.name == name).then(|| (Node::Attribute(id), document.value(attribute)))
        })
    }

    /// The check that runs cannot look without an input.
    pub(super) fn needs(&mut self, input: &'static str) {
        self.current().needs = Some(input);
    }

    /// The check that runs looked at some places.
    pub(super) fn look(&mut self, places: usize) {
        self.current().places += places;
    }

    /// Remarks a place that stands for `faulty` of the places looked at.
    pub(super) fn remark(&mut self, node: Node, faulty: usize, message: Message) {
        let offset = self.document.offset(node);
        if let Some(check) = self.listed(faulty) {
            let position = self.lines.position(offset);
            let path = Some(self.paths.path(node));
            let (line, column) = (position.line, position.column);
            self.findings.push(Finding { check, message, path, pointer: None, line, column, offset });
        }
    }

    /// Remarks a place of the card.
    pub(super) fn remark_card(&mut self, pointer: &str, message: Message) {
        if let Some(check) = self.listed(1) {
            let pointer = Some(pointer.to_owned());
            self.findings.push(Finding {
                check,
                message,
                path: None,
                pointer,
                line: 0,
                column: 0,
                offset: 0,
            });
        }
    }

    fn current(&mut self) -> &mut Looked {
        self.looked.last_mut().expect("a check runs inside `run`, which notes it")
    }

    /// Counts places at fault; the check, while its remarks are still listed.
    fn listed(&mut self, faulty: usize) -> Option<&'static Check> {
        self.listed += 1;
        let listed = self.listed <= MAX_FINDINGS;
        let current = self.current();
        current.faulty += faulty;
        listed.then_some(current.check)
    }
}

fn elements<'d>(
    document: &'d Document<'d>,
    local: &'static str,
) -> impl Iterator<Item = ElementId> + use<'d> {
    let name = document.find_name(HL7_V3, local);
    let all = document.elements().iter().enumerate();
    all.filter(move |(_, element)| Some(element.name) == name).map(|(index, _)| ElementId(index as u32))
}
