//! Points in time that do not exist.

use super::context::Context;
use super::{Rule, Text};
use crate::header::Timestamp;
use crate::report::{Message, Owner, Severity};

pub(super) static RULE: Rule = Rule {
    id: "impossible-time",
    title: Text { ru: "Даты и время существуют", en: "Dates and times exist" },
    why: Text {
        ru: "правила пакетов пропускают 19-й месяц, 39-й день и 29-й час; РЭМД такую дату не разберёт",
        en: "package rules let month 19, day 39 and hour 29 pass; the register cannot read such a date",
    },
    clause: "HL7 V3 Data Types R1, TS; РЭМД: VALIDATION_ERROR «Дата создания документа в ЭМД отличается»",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

/// Elements whose `@value` is a point in time.
pub(super) const TIMES: [&str; 7] =
    ["effectiveTime", "time", "birthTime", "low", "high", "deceasedTime", "signatureTime"];

fn check(context: &mut Context<'_, '_>) {
    for name in TIMES {
        let mut elements = context.cda(name);
        while let Some(element) = context.next(&mut elements) {
            let Some((node, value)) = context.attribute(element, "value") else { continue };
            if looks_like_time(value) && Timestamp::parse(value).is_none() {
                // Without the value: it may be a date of birth.
                let message =
                    Message::new("такой даты или такого времени нет", "there is no such date or time");
                context.report(node, message);
            }
        }
    }
}

/// `low` and `high` are also bounds of quantities: only values in a form of the profile are dates.
pub(super) fn looks_like_time(value: &str) -> bool {
    let (digits, zone) = match value.find(['+', '-']) {
        Some(at) => value.split_at(at),
        None => (value, ""),
    };
    let zone = zone.is_empty() || zone.len() == 5 && zone[1..].bytes().all(|byte| byte.is_ascii_digit());
    let form = matches!(digits.len(), 8 | 12 | 14) && digits.bytes().all(|byte| byte.is_ascii_digit());
    zone && form && (digits.starts_with("19") || digits.starts_with("20"))
}
