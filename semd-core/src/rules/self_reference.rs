//! A document does not link to itself.

use super::context::Context;
use super::{Rule, Text};
use crate::report::{Message, Owner, Severity};
use crate::xml::HL7_V3;

pub(super) static RULE: Rule = Rule {
    id: "self-reference",
    title: Text {
        ru: "Ссылки в теле и заголовке ведут на другие документы, а не на этот же",
        en: "Links in header and body lead to other documents, not to this one",
    },
    why: Text {
        ru: "в связи подставлен идентификатор самого документа: связанный документ не найти",
        en: "a link carries the document's own identifier: the linked document cannot be found",
    },
    clause: "HL7 CDA R2, 4.2.3.2 (ParentDocument) и 4.3.8.4 (ExternalDocument)",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let Some(own) = context.header.id.clone().filter(|id| !id.extension.is_empty()) else { return };
    for name in ["parentDocument", "externalDocument"] {
        let mut links = context.cda(name);
        while let Some(link) = context.next(&mut links) {
            let document = context.document;
            for id in document.children_named(link, HL7_V3, "id") {
                let root = context.attribute(id, "root").map(|(_, root)| root);
                let Some((node, extension)) = context.attribute(id, "extension") else { continue };
                if root == Some(&*own.root) && extension == own.extension {
                    let message = Message::new("ссылка на сам документ", "the document links to itself");
                    context.report(node, message);
                }
            }
        }
    }
}
