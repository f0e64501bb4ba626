//! Dates that depend on the day of registration.

use time::Date;

use super::context::Context;
use super::{Rule, Text};
use crate::report::{Message, Owner, Severity};
use crate::xml::{HL7_V3, Node};

pub(super) static KIND_WINDOW: Rule = Rule {
    id: "kind-window",
    title: Text {
        ru: "Вид документа регистрируется в день создания документа и в день регистрации",
        en: "The kind is registered on the day the document was made and on the day of registration",
    },
    why: Text {
        ru: "РЭМД не принимает документ вне срока действия вида; возьмите действующую редакцию: semd kinds",
        en: "the register takes no document outside the period of its kind; use the edition in force: semd kinds",
    },
    clause: "НСИ 1.2.643.5.1.13.13.11.1520, START_DATE и END_DATE; РЭМД: NO_DOCUMENT_KIND_ON_DATE",
    code: "NO_DOCUMENT_KIND_ON_DATE",
    severity: Severity::Error,
    owner: Owner::Mis,
    check: window,
};

pub(super) static CREATION_DATE: Rule = Rule {
    id: "creation-date",
    title: Text {
        ru: "Дата создания документа не позже дня регистрации",
        en: "The document was not made after the day of registration",
    },
    why: Text {
        ru: "РЭМД не принимает документы из будущего; проверьте часы и часовой пояс системы",
        en: "the register takes no document of the future; check the clock and the time zone of the system",
    },
    clause: "РЭМД: WRONG_CREATION_DATE",
    code: "WRONG_CREATION_DATE",
    severity: Severity::Error,
    owner: Owner::Mis,
    check: creation,
};

fn window(context: &mut Context<'_, '_>) {
    let (Some(kind), Some(as_of)) = (context.kind, context.as_of) else { return };
    let created = context.header.effective_time.map(|time| time.date());
    let outside = |day: Date| !kind.is_registered_on(day);
    let root = context.document.root();
    if created.is_some_and(outside) {
        let message = Message::new(
            format!("Вид документов [{}] не актуален на дату создания документа", kind.code),
            format!("Kind [{}] is not in force on the day the document was made", kind.code),
        );
        let node = context.document.child(root, HL7_V3, "effectiveTime").unwrap_or(root);
        context.report(Node::Element(node), message);
    } else if outside(as_of) {
        let message = Message::new(
            format!("Вид документов [{}] не регистрируется на дату {as_of}", kind.code),
            format!("Kind [{}] is not registered on {as_of}", kind.code),
        );
        context.report(Node::Element(root), message);
    }
}

fn creation(context: &mut Context<'_, '_>) {
    let (Some(created), Some(as_of)) = (context.header.effective_time, context.as_of) else { return };
    // A day of grace: the day of registration is given without a zone.
    if as_of.next_day().is_some_and(|tomorrow| created.date() > tomorrow) {
        let root = context.document.root();
        let node = context.document.child(root, HL7_V3, "effectiveTime").unwrap_or(root);
        let message = Message::new(
            "Дата создания документа не может быть позднее даты регистрации",
            "The document is made after the day of registration",
        );
        context.report(Node::Element(node), message);
    }
}
