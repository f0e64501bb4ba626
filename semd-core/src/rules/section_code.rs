//! Every section says what it is.

use super::context::Context;
use super::{Rule, Text};
use crate::report::{Message, Owner, Severity};
use crate::xml::{HL7_V3, Node};

pub(super) static RULE: Rule = Rule {
    id: "section-code",
    title: Text { ru: "У секции есть код", en: "A section has a code" },
    why: Text {
        ru: "секцию без кода не найдут ни правила пакета, ни получатель: её содержимое остаётся без проверки",
        en: "neither the package's rules nor a recipient find a section without code: its content goes unchecked",
    },
    clause: "HL7 CDA R2, 4.3.1.2 (Section.code); НСИ 1.2.643.5.1.13.13.99.2.197",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut sections = context.cda("section");
    while let Some(section) = context.next(&mut sections) {
        let code = context.document.child(section, HL7_V3, "code");
        let named = code.is_some_and(|code| {
            context.attribute(code, "code").is_some_and(|(_, code)| !code.trim().is_empty())
                || context.attribute(code, "nullFlavor").is_some()
        });
        if !named {
            context.report(Node::Element(section), Message::new("секция без кода", "a section without code"));
        }
    }
}
