//! One person has one СНИЛС, in header and body.

use std::collections::HashMap;

use super::context::Context;
use super::{Rule, Text};
use crate::header::SNILS_ROOT;
use crate::report::{Message, Owner, Severity};
use crate::xml::{HL7_V3, Node};

pub(super) static RULE: Rule = Rule {
    id: "staff-identity",
    title: Text {
        ru: "Один идентификатор человека — один СНИЛС, в заголовке и в теле",
        en: "One identifier of a person, one СНИЛС, in header and body",
    },
    why: Text {
        ru: "под одним идентификатором системы указаны разные люди; РЭМД сверяет СНИЛС подписанта с документом",
        en: "one identifier names different people; the register compares the signer's СНИЛС with the document",
    },
    clause: "РЭМД: INVALID_DOCTOR_SNILS, INVALID_DOCTOR_ID; HL7 V3 Data Types R1, II",
    code: "INVALID_DOCTOR_SNILS",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut known: HashMap<(&str, &str), &str> = HashMap::new();
    for name in ["assignedAuthor", "assignedEntity", "patientRole"] {
        let mut roles = context.cda(name);
        while let Some(role) = context.next(&mut roles) {
            let document = context.document;
            let mut local = None;
            let mut snils = None;
            for id in document.children_named(role, HL7_V3, "id") {
                let Some((_, root)) = context.attribute(id, "root") else { continue };
                let Some((node, extension)) = context.attribute(id, "extension") else { continue };
                if root == SNILS_ROOT {
                    snils.get_or_insert((node, extension));
                } else {
                    local.get_or_insert((root, extension));
                }
            }
            let (Some(local), Some((node, snils))) = (local, snils) else { continue };
            let first = *known.entry(local).or_insert(snils);
            if digits(first).ne(digits(snils)) {
                report(context, node);
            }
        }
    }
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

fn report(context: &mut Context<'_, '_>, node: Node) {
    let message = Message::new(
        "у этого идентификатора в другом месте документа другой СНИЛС",
        "elsewhere in the document this identifier has another СНИЛС",
    );
    context.report(node, message);
}
