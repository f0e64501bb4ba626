//! СНИЛС: eleven digits with right check digits.

use super::context::Context;
use super::{Rule, Text, checksum};
use crate::header::SNILS_ROOT;
use crate::report::{Message, Owner, Severity};

pub(super) static RULE: Rule = Rule {
    id: "snils-checksum",
    title: Text {
        ru: "У СНИЛС верны контрольные цифры", en: "The check digits of a СНИЛС are right"
    },
    why: Text {
        ru: "человека с таким СНИЛС нет: РЭМД не найдёт его в ФРМР или ГИП; сверьте номер с документом",
        en: "nobody has such a number: the register will not find the person; compare the number with the card",
    },
    clause: "постановление Правления ПФР от 06.06.2014 № 188п, прил. 1; РЭМД: PERSON_NOT_FOUND, PATIENT_MPI_MISMATCH",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Clinic,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut ids = context.cda("id");
    while let Some(id) = context.next(&mut ids) {
        if context.attribute(id, "root").is_none_or(|(_, root)| root != SNILS_ROOT) {
            continue;
        }
        let Some((node, number)) = context.attribute(id, "extension") else { continue };
        let bare: String = number.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        if !checksum::snils(&bare) {
            context.report(
                node,
                Message::new(
                    "СНИЛС с неверными контрольными цифрами",
                    "The check digits of the СНИЛС are wrong",
                ),
            );
        }
    }
}
