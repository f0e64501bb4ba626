//! The citizen of a subsidised prescription.

use semd_core::xml::{Document, ElementId};

use super::super::super::tree::{named, text};
use super::super::super::{Check, Collector, Facts};
use super::{applies, row};
use time::macros::date;

pub(in super::super) const CHECKS: [Check; 3] = [
    row("llo/citizen-facts", "FRLLO_REQUIRED_CITIZEN_ERROR", "ФРЛЛО", &[], |facts, found| {
        if !applies(facts) {
            return;
        }
        let patient = facts.header.patient.as_ref();
        let person = patient.map(|patient| &patient.person);
        let rows = [
            ("Фамилия", "family name", person.is_some_and(|person| person.family.is_some())),
            ("Имя", "given name", person.is_some_and(|person| person.given.is_some())),
            ("пол", "sex", patient.is_some_and(|patient| patient.gender.is_some())),
            ("дата рождения", "date of birth", patient.is_some_and(|patient| patient.birth_date.is_some())),
        ];
        for (ru, en, _) in rows.iter().filter(|(.., present)| !present) {
            found.error(
                format!("Не переданы обязательные сведения о гражданине: {ru}"),
                format!("the citizen's {en} is absent"),
            );
        }
    }),
    row("llo/citizen-identifier", "FRLLO_REQUIRED_IDENTIFY_ERROR", "ФРЛЛО", &[], |facts, found| {
        let Some(document) = facts.document.filter(|_| applies(facts)) else { return };
        let snils = facts.header.patient.as_ref().is_some_and(|patient| patient.person.snils.is_some());
        let papers = ["InsurancePolicy", "IdentityDoc"];
        let has_paper = papers.iter().any(|paper| {
            named(document, paper)
                .any(|element| number(document, element).is_some_and(|number| !number.is_empty()))
        });
        if !snils && !has_paper {
            found.error(
                "Не передано ни одного идентификатора гражданина",
                "the citizen has neither СНИЛС nor policy nor identity document",
            );
        }
    }),
    row("llo/formats", "FRLLO_VALIDATION_ERROR", "ФРЛЛО", &[], formats),
];

fn number(document: &Document<'_>, paper: ElementId) -> Option<String> {
    let number = document.children(paper).find(|&child| document.local_name(child) == "Number")?;
    Some(text(document, number))
}

/// Masks of identifiers and the range of the date of birth.
fn formats(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| applies(facts)) else { return };
    let Some(patient) = &facts.header.patient else { return };
    if patient.person.snils.as_deref().is_some_and(|snils| snils.len() != 11) {
        wrong(found, "СНИЛС: 11 цифр", "СНИЛС: 11 digits");
    }
    let today = super::super::super::facts::moscow_day(facts.as_of);
    let born = patient.birth_date.map(|birth| birth.date());
    if born.is_some_and(|born| born < date!(1900 - 01 - 01) || born > today) {
        wrong(found, "дата рождения вне диапазона", "date of birth out of range");
    }
    for policy in named(document, "InsurancePolicy") {
        let number = number(document, policy).unwrap_or_default();
        if number.chars().count() > 16 || !number.chars().all(|c| c.is_ascii_digit()) {
            wrong(found, "номер полиса: до 16 цифр", "number of the policy: up to 16 digits");
        }
    }
}

fn wrong(found: &mut Collector<'_, '_>, ru: &str, en: &str) {
    found.error(
        format!("Неверный формат передаваемого значения: {ru}"),
        format!("a value of a wrong form: {en}"),
    );
}
