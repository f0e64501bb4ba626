//! Times of day have a zone that exists.

use super::context::Context;
use super::impossible_time::{TIMES, looks_like_time};
use super::{Rule, Text};
use crate::header::Timestamp;
use crate::report::{Message, Owner, Severity};

pub(super) static RULE: Rule = Rule {
    id: "time-zone",
    title: Text {
        ru: "Время указано с часовым поясом, и такой пояс есть",
        en: "A time of day has a zone, and the zone exists",
    },
    why: Text {
        ru: "без пояса время документа не сравнить с временем регистрации и подписи; пояса бывают от -12 до +14 часов",
        en: "without a zone the time cannot be compared with those of signature and registration; zones go from -12 to +14 hours",
    },
    clause: "HL7 V3 Data Types R1, TS; руководства по реализации СЭМД, правила о effectiveTime и time",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    for name in TIMES {
        let mut elements = context.cda(name);
        while let Some(element) = context.next(&mut elements) {
            let Some((node, value)) = context.attribute(element, "value") else { continue };
            let (Some(time), true) = (Timestamp::parse(value), looks_like_time(value)) else { continue };
            match time.instant() {
                Some(instant) if !(-12..=14).contains(&instant.offset().whole_hours()) => context
                    .report(node, Message::new("такого часового пояса нет", "there is no such time zone")),
                None if time.time().is_some() => context
                    .report(node, Message::new("время без часового пояса", "a time of day without a zone")),
                _ => {}
            }
        }
    }
}
