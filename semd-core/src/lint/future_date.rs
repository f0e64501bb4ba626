//! Things that happened after today.

use super::Check;
use super::context::Context;
use crate::header::Timestamp;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{Document, ElementId, Node};

pub(super) static CHECK: Check = Check {
    id: "future-date",
    weight: 5,
    title: Text {
        ru: "Что уже случилось, случилось не в будущем",
        en: "What has happened did not happen in the future",
    },
    why: Text {
        ru: "дата из будущего — опечатка или неверные часы: она испортит историю болезни и сроки",
        en: "a date of the future is a slip or a wrong clock: it spoils the history and every term",
    },
    advice: Text {
        ru: "сверьте дату с картой пациента и часы рабочего места; план на будущее передают с moodCode INT или RQO",
        en: "compare the date with the record and check the clock; plans are given with moodCode INT or RQO",
    },
    run,
};

/// Elements whose `value` says when something happened. Ends (`high`) may lie ahead: policies, certificates, sick leave.
const TIMES: [&str; 6] = ["effectiveTime", "time", "birthTime", "deceasedTime", "low", "signatureTime"];

fn run(context: &mut Context<'_, '_>) {
    let Some(as_of) = context.inputs.as_of else { return context.needs("as-of") };
    // A day of grace: the day is given without a zone.
    let last = as_of.next_day().unwrap_or(as_of);
    let document = context.document;
    for name in TIMES {
        for element in context.elements(name) {
            let Some((node, value)) = context.attribute(element, "value") else { continue };
            let Some(time) = Timestamp::parse(value).filter(|_| happened(document, element)) else {
                continue;
            };
            context.look(1);
            if time.date() > last {
                remark(context, node);
            }
        }
    }
}

/// Without the date itself: it may be a date of birth.
fn remark(context: &mut Context<'_, '_>, node: Node) {
    let message = Message::new("дата в будущем", "a date of the future");
    context.remark(node, 1, message);
}

/// Whether a time belongs to something that has happened: not to a plan, an order or a bound of a quantity.
fn happened(document: &Document<'_>, element: ElementId) -> bool {
    let mut at = Some(element);
    while let Some(inner) = at {
        match document.local_name(inner) {
            // The value of an observation may be any date: of the next visit, of the end of a term.
            "value" | "referenceRange" | "participant" | "expectedUseTime" => return false,
            _ => {}
        }
        if let Some(mood) = document.attribute(inner, "", "moodCode") {
            return mood == "EVN";
        }
        at = document.parent(inner);
    }
    true
}
