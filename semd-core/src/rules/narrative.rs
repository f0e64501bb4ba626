//! Sections can be read by people.

use super::context::Context;
use super::{Rule, Text};
use crate::report::{Message, Owner, Severity};
use crate::xml::{HL7_V3, Node};

pub(super) static RULE: Rule = Rule {
    id: "empty-narrative",
    title: Text {
        ru: "У секции с данными есть текст для человека",
        en: "A section with data has a text for people",
    },
    why: Text {
        ru: "врач и пациент видят только text: без него данные секции не показываются и не подписаны по смыслу",
        en: "doctor and patient see the text alone: without it the data of the section is never shown",
    },
    clause: "HL7 CDA R2, 4.3.5 (Section.text)",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut sections = context.cda("section");
    while let Some(section) = context.next(&mut sections) {
        let document = context.document;
        if document.child(section, HL7_V3, "entry").is_none() {
            continue;
        }
        match document.child(section, HL7_V3, "text") {
            None => context.report(
                Node::Element(section),
                Message::new("секция с данными без text", "a section with data but without text"),
            ),
            Some(text) => {
                let shows = document.text_ids(text).any(|at| !document.texts()[at as usize].blank)
                    || document
                        .descendants(text)
                        .any(|inner| document.local_name(inner) == "renderMultiMedia");
                if !shows {
                    context.report(
                        Node::Element(text),
                        Message::new(
                            "text секции с данными пуст",
                            "the text of a section with data is empty",
                        ),
                    );
                }
            }
        }
    }
}
