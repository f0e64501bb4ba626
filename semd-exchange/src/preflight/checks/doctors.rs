//! The signers of the request against the medical workers of the document, and back.

use semd_core::header::Staff;

use super::super::{Check, Collector, Facts, Run, Stage};
use crate::message::{Signer, with_snils};

pub(super) const CHECKS: [Check; 7] = [
    row("doctors/surname", "INVALID_DOCTOR_FAMILY", |facts, found| {
        differ(
            facts,
            found,
            "Фамилия",
            "family name",
            |signer| Some(&signer.surname),
            |staff| staff.person.family.as_ref(),
        );
    }),
    row("doctors/name", "INVALID_DOCTOR_NAME", |facts, found| {
        differ(
            facts,
            found,
            "Имя",
            "given name",
            |signer| Some(&signer.name),
            |staff| staff.person.given.as_ref(),
        );
    }),
    row("doctors/patronymic", "INVALID_DOCTOR_PATRONYMIC", |facts, found| {
        differ(
            facts,
            found,
            "Отчество",
            "patronymic",
            |signer| signer.patr_name.as_ref(),
            |staff| staff.person.patronymic.as_ref(),
        );
    }),
    row("doctors/local-id", "INVALID_DOCTOR_ID", local_id),
    row("doctors/snils", "INVALID_DOCTOR_SNILS", snils),
    row("doctors/named", "INVALID_DOCTOR_INFO", named),
    row("doctors/legal-authenticator", "LEGAL_AUTHENTICATOR_NOT_FOUND", legal_authenticator),
];

const fn row(name: &'static str, code: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::File, clause: "5.5", needs: &[], run }
}

/// Signers with the worker of the document who has the same СНИЛС.
fn pairs<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (&'f Signer, &'f Staff)> {
    facts.signers().filter_map(|signer| Some((signer, by_snils(facts, signer)?)))
}

fn by_snils<'f>(facts: &'f Facts<'_>, signer: &Signer) -> Option<&'f Staff> {
    let patronymic = signer.patr_name.as_deref().unwrap_or_default();
    with_snils(facts.header, &signer.snils, [&signer.surname, &signer.name, patronymic])
}

fn differ(
    facts: &Facts<'_>,
    found: &mut Collector<'_, '_>,
    field_ru: &str,
    field_en: &str,
    asked: impl Fn(&Signer) -> Option<&String>,
    inside: impl Fn(&Staff) -> Option<&String>,
) {
    for (signer, staff) in pairs(facts) {
        let asked = asked(signer).map_or("", |value| value.trim());
        let inside = inside(staff).map_or("", |value| value.trim());
        if asked != inside {
            let (asked, inside, snils) =
                (facts.value(asked), facts.value(inside), facts.value(&signer.snils));
            found.error(
                format!(
                    "{field_ru} [{asked}] медицинского работника в запросе на регистрацию отличается от [{inside}] в СЭМД. \
                     СНИЛС [{snils}]"
                ),
                format!("the signer's {field_en} is [{asked}] in the request and [{inside}] in the document, СНИЛС [{snils}]"),
            );
        }
    }
}

fn local_id(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for (signer, staff) in pairs(facts) {
        if let Some(inside) = staff.local_id.as_ref().filter(|inside| **inside != signer.local_id) {
            let snils = facts.value(&signer.snils);
            let asked = &signer.local_id;
            found.error(
                format!(
                    "Локальный идентификатор медицинского работника в запросе на регистрацию [{asked}] отличается от \
                     уникального идентификатора медицинского работника в СЭМД [{inside}]. СНИЛС [{snils}]"
                ),
                format!("the signer's local identifier is [{asked}] in the request and [{inside}] in the document"),
            );
        }
    }
}

/// A signer whom the document names with another СНИЛС. Where it tells none there is nothing to compare.
fn snils(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for signer in facts.signers().filter(|signer| by_snils(facts, signer).is_none()) {
        let shown = facts.value(&signer.snils);
        match by_name(facts, signer).map(|staff| &staff.person.snils) {
            Some(Some(_)) => found.error(
                format!(
                    "Медицинский работник со СНИЛС [{shown}] не найден в СЭМД или в запросе на регистрацию"
                ),
                format!("the document names the signer with another СНИЛС than [{shown}]"),
            ),
            Some(None) => found.warning(
                format!("Медицинский работник со СНИЛС [{shown}] назван в СЭМД без СНИЛС"),
                format!("the document names the signer with СНИЛС [{shown}] without it"),
            ),
            None => {}
        }
    }
}

/// A signer whom the document does not name at all.
fn named(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    if facts.document.is_none() {
        return;
    }
    for signer in facts.signers().filter(|signer| by_snils(facts, signer).is_none()) {
        if by_name(facts, signer).is_none() {
            let shown = facts.value(&signer.surname);
            found.error(
                format!("Медицинский работник [{shown}] из запроса на регистрацию сведений не найден в СЭМД"),
                format!("the signer [{shown}] is not in the document"),
            );
        }
    }
}

fn by_name<'f>(facts: &'f Facts<'_>, signer: &Signer) -> Option<&'f Staff> {
    facts.staff().find(|staff| {
        staff.person.family.as_deref().map(str::trim) == Some(signer.surname.trim())
            && staff.person.given.as_deref().map(str::trim) == Some(signer.name.trim())
    })
}

fn legal_authenticator(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(legal) = &facts.header.legal_authenticator else { return };
    let family = legal.person.family.as_deref().unwrap_or_default();
    let signs = match legal.person.snils.as_deref() {
        // The same person under another СНИЛС is the business of the check of СНИЛС.
        Some(snils) => facts.signers().any(|signer| {
            signer.snils == snils
                || (Some(signer.surname.as_str()) == legal.person.family.as_deref()
                    && Some(signer.name.as_str()) == legal.person.given.as_deref())
        }),
        None => family.is_empty() || facts.signers().any(|signer| signer.surname == family),
    };
    if !signs {
        let shown = facts.value(family);
        found.error(
            format!(
                "Медицинский работник [{shown}], придавший документу юридическую силу, не найден в запросе на регистрацию \
                 сведений"
            ),
            format!("the legal authenticator [{shown}] is not among the signers"),
        );
    }
}
