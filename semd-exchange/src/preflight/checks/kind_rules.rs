//! What the kind requires or forbids.

use semd_core::xml::{self, Limits};

use super::super::{Check, Collector, Facts, Run, Stage};

const CLAUSE: &str = "НСИ 1.2.643.5.1.13.13.11.1520; правила вида";

pub(super) const CHECKS: [Check; 8] = [
    row("kind/patient", "PATIENT_OCCURRENCE_MISMATCH", &["kind-rules"], |facts, found| {
        occurrence(
            facts,
            found,
            "patient",
            facts.request.patient.is_some(),
            "сведений о пациенте",
            "patient block",
        );
    }),
    row("kind/snils", "NO_SNILS", &["kind-rules"], snils),
    row(
        "kind/organization-signature",
        "ORG_SIGNATURE_OCCURRENCE_MISMATCH",
        &["kind-rules"],
        |facts, found| {
            let present = facts.request.org_signature.is_some();
            occurrence(
                facts,
                found,
                "org_signature",
                present,
                "подписи организации",
                "organisation's signature",
            );
        },
    ),
    row("kind/attributes", "PLUGGABLE_ATTRS_OCCURRENCE_MISMATCH", &["kind-rules"], |facts, found| {
        let present = facts.request.pluggable_attributes.is_some();
        occurrence(
            facts,
            found,
            "attributes",
            present,
            "дополнительных атрибутов документа",
            "extra attributes",
        );
    }),
    row("kind/attributes-schema", "INVALID_PLUGGABLE_ATTRS", &["attribute-schemas"], attributes),
    row("kind/series", "SERIES_REQUIRED", &["kinds"], |facts, found| {
        let series = facts.kind.is_some_and(|kind| kind.series_required);
        // Series, space, number.
        let number = facts.request.document_number.as_deref().unwrap_or_default().trim();
        if series && !number.contains(' ') {
            found.error(
                "Необходимо указать серию документа",
                "the kind has a series: documentNumber must be series, space, number",
            );
        }
    }),
    row("kind/department", "NO_DEPARTMENT", &["kind-rules"], |facts, found| {
        let present =
            facts.request.department.as_ref().is_some_and(|department| !department.local_id.is_empty());
        if facts.kind_rule().is_some_and(|rule| rule.get("department") == "required") && !present {
            found.error(
                "Отсутствует информация о подразделении организации",
                "the kind requires a department, the request has none",
            );
        }
    }),
    row("kind/versions", "RESTRICT_NEW_VERSION", &["kind-rules", "history"], |facts, found| {
        let forbidden = facts.kind_rule().is_some_and(|rule| rule.get("versions") == "forbidden");
        if forbidden && super::history::replaced(facts).next().is_some() {
            let kind = &facts.request.kind;
            found.error(
                format!("Для ЭМД {kind} запрещена регистрация новых версий"),
                format!("kind {kind} has no new versions"),
            );
        }
    }),
];

const fn row(name: &'static str, code: &'static str, needs: &'static [&'static str], run: Run) -> Check {
    Check { name, code, stage: Stage::Request, clause: CLAUSE, needs, run }
}

fn occurrence(
    facts: &Facts<'_>,
    found: &mut Collector<'_, '_>,
    column: &str,
    present: bool,
    ru: &str,
    en: &str,
) {
    let Some(rule) = facts.kind_rule() else { return found.not_checked("kind-rules") };
    let must = rule.get(column);
    if (must == "required" && !present) || (must == "forbidden" && present) {
        let (word_ru, word_en) = if present {
            ("не допускается", "forbidden")
        } else {
            ("обязательно", "required")
        };
        found.error(
            format!(
                "Наличие {ru} не соответствует требованиям вида документов [{}]: {word_ru}",
                facts.request.kind
            ),
            format!("{en}: {word_en} for kind [{}]", facts.request.kind),
        );
    }
}

fn snils(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(rule) = facts.kind_rule() else { return found.not_checked("kind-rules") };
    let Some(patient) = &facts.request.patient else { return };
    let present = patient.snils.as_deref().is_some_and(|snils| !snils.is_empty());
    match rule.get("snils") {
        "required" if !present => found.error(
            "СНИЛС пациента в составе сведений о пациенте обязателен для данного вида документов",
            "the kind requires the patient's СНИЛС",
        ),
        "forbidden" if present => found.error(
            "СНИЛС пациента в составе сведений о пациенте не допускается для данного вида документов",
            "the kind does not allow the patient's СНИЛС",
        ),
        _ => {}
    }
}

fn attributes(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(text) = &facts.request.pluggable_attributes else { return };
    let Some(schema) = facts.data.attribute_schema(&facts.request.kind) else { return };
    let Ok(document) = xml::parse(text.as_bytes(), &Limits::default()) else {
        return found.error(
            "Дополнительные атрибуты документа не соответствуют схеме: это не XML",
            "the extra attributes are not XML",
        );
    };
    let mut violations = Vec::new();
    schema.validate(&document, &mut violations);
    for violation in violations {
        let message = violation.message(schema, &document);
        found.error(
            format!(
                "Дополнительные атрибуты документа не соответствуют схеме: {}: {}",
                violation.code, message.ru
            ),
            format!("the extra attributes break their schema: {}: {}", violation.code, message.en),
        );
    }
}
