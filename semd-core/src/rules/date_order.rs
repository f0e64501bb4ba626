//! Dates in their natural order.

use time::OffsetDateTime;

use super::context::Context;
use super::{Rule, Text};
use crate::header::Timestamp;
use crate::report::{Message, Owner, Severity};
use crate::xml::{ElementId, HL7_V3};

pub(super) static RULE: Rule = Rule {
    id: "date-order",
    title: Text {
        ru: "Начало не позже конца, рождение не позже документа",
        en: "A beginning is not after its end, a birth not after the document",
    },
    why: Text {
        ru: "перепутаны или неверны даты; сверьте их с картой пациента",
        en: "dates are swapped or wrong; compare them with the patient's card",
    },
    clause: "HL7 V3 Data Types R1, IVL<TS>.low и .high",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Clinic,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut beginnings = context.cda("low");
    while let Some(low) = context.next(&mut beginnings) {
        let document = context.document;
        let end = document.parent(low).and_then(|parent| document.child(parent, HL7_V3, "high"));
        let (Some((_, first)), Some((node, last))) = (time(context, Some(low)), time(context, end)) else {
            continue;
        };
        if later(first, last) {
            context.report(node, Message::new("конец раньше начала", "the end is before the beginning"));
        }
    }
    let Some(created) = context.header.effective_time else { return };
    let mut births = context.cda("birthTime");
    while let Some(birth) = context.next(&mut births) {
        if let Some((node, born)) = time(context, Some(birth))
            && later(born, created)
        {
            context.report(
                node,
                Message::new(
                    "дата рождения позже даты документа",
                    "the date of birth is after that of the document",
                ),
            );
        }
    }
}

fn time(context: &Context<'_, '_>, element: Option<ElementId>) -> Option<(crate::xml::Node, Timestamp)> {
    let (node, value) = context.attribute(element?, "value")?;
    let time = Timestamp::parse(value)
        .filter(|time| time.has_day() && super::impossible_time::looks_like_time(value))?;
    Some((node, time))
}

/// Whether one time is surely after another: by the instant where both have one, else by a whole day, because zones may
/// differ.
fn later(first: Timestamp, second: Timestamp) -> bool {
    let instants: (Option<OffsetDateTime>, Option<OffsetDateTime>) = (first.instant(), second.instant());
    match instants {
        (Some(first), Some(second)) => first > second,
        _ => first.date() > second.date(),
    }
}
