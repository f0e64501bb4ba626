//! Object identifiers: syntax, and whose they are.

use super::context::Context;
use super::{Rule, Text};
use crate::nsi::is_oid;
use crate::report::{Message, Owner, Severity};

pub(super) static SYNTAX: Rule = Rule {
    id: "oid-syntax",
    title: Text {
        ru: "@root идентификатора — OID или UUID",
        en: "@root of an identifier is an OID or a UUID",
    },
    why: Text {
        ru: "по такому корню идентификатор никому не приписать; РЭМД и ГИП сравнивают корни посимвольно",
        en: "such a root names nobody; the register compares roots character by character",
    },
    clause: "HL7 V3 Data Types R1, II.root; Рек. МСЭ-T X.660, п. 7.6",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check: syntax,
};

pub(super) static OWNER: Rule = Rule {
    id: "oid-owner",
    title: Text {
        ru: "Идентификаторы документа и набора версий даны под OID медицинской организации",
        en: "The identifiers of the document and of its set are under the OID of the organisation",
    },
    why: Text {
        ru: "чужой корень: документ может совпасть с документом другой организации; корень — <OID МО>.100.…",
        en: "a foreign root: the document may be taken for another organisation's; the root is <OID of the organisation>.100.…",
    },
    clause: "руководства по реализации СЭМД, правила У1 о id и setId; ФРМО (НСИ 1.2.643.5.1.13.13.11.1461)",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check: owner,
};

fn syntax(context: &mut Context<'_, '_>) {
    for name in ["id", "setId", "templateId"] {
        let mut elements = context.cda(name);
        while let Some(element) = context.next(&mut elements) {
            let Some((node, root)) = context.attribute(element, "root") else { continue };
            if !is_oid(root) && !is_uuid(root) {
                context.report(
                    node,
                    Message::new("@root не OID и не UUID", "@root is neither an OID nor a UUID"),
                );
            }
        }
    }
}

/// Whether a text is a UUID in its usual form, of either case (RFC 9562, section 4).
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn owner(context: &mut Context<'_, '_>) {
    let Some(organization) = context.header.organization.oid.clone() else { return };
    let root = context.document.root();
    for name in ["id", "setId"] {
        let Some(element) = context.document.child(root, crate::xml::HL7_V3, name) else { continue };
        let Some((node, value)) = context.attribute(element, "root") else { continue };
        let own =
            value.strip_prefix(&*organization).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if is_oid(value) && !own {
            let ru = format!("@root [{value}] не под OID организации [{organization}]");
            let en = format!("@root [{value}] is not under the OID of the organisation [{organization}]");
            context.report(node, Message::new(ru, en));
        }
    }
}
