//! The request against the document: identity, dates, organisation, patient.

use semd_core::xml::{Document, ElementId};

use super::super::tree::{descend, identifiers, text};
use super::super::{Check, Collector, Facts, Run, Stage};
use crate::message::{creation_time, local_uid, timestamp};

pub(super) const CHECKS: [Check; 5] = [
    row("cross/document", "5.2", document),
    row("cross/organization", "5.4", organization),
    row("cross/units", "5.4", units),
    row("cross/patient", "5.3", patient),
    row("cross/name-characters", "5.3", characters),
];

const fn row(name: &'static str, clause: &'static str, run: Run) -> Check {
    Check { name, code: "VALIDATION_ERROR", stage: Stage::File, clause, needs: &[], run }
}

fn document(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let request = facts.request;
    if facts.document.is_none() {
        return;
    }
    let inside = local_uid(facts.header).unwrap_or_default();
    if !inside.eq_ignore_ascii_case(&request.local_uid) {
        found.error(
            format!(
                "Уникальный идентификатор документа в ЭМД [{inside}] отличается от указанного в запросе [{}]",
                request.local_uid
            ),
            format!("the document is [{inside}], the request is about [{}]", request.local_uid),
        );
    }
    let created = creation_time(facts.header);
    if created != facts.created() {
        let shown = created.map(timestamp::to_xsd).unwrap_or_default();
        let asked = &request.creation_date_time;
        found.error(
            format!("Дата создания документа в ЭМД [{shown}] отличается от указанной в запросе [{asked}]"),
            format!("the document was made at [{shown}], the request says [{asked}]"),
        );
    }
}

fn organization(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    if facts.document.is_none() {
        return;
    }
    let inside = facts.header.organization.oid.as_deref().unwrap_or_default();
    if inside != facts.request.organization {
        let asked = &facts.request.organization;
        found.error(
            format!("МО из запроса на регистрацию сведений [{asked}] не совпадает с МО в ЭМД [{inside}]"),
            format!("the organisation is [{asked}] in the request and [{inside}] in the document"),
        );
    }
}

/// Nodes of the document that name the organisation or one of its departments.
const UNITS: [(&str, &[&str]); 3] = [
    ("providerOrganization", &["recordTarget", "patientRole", "providerOrganization"]),
    ("representedOrganization", &["author", "assignedAuthor", "representedOrganization"]),
    (
        "representedCustodianOrganization",
        &["custodian", "assignedCustodian", "representedCustodianOrganization"],
    ),
];

/// The name of the organisation that an element describes, white space aside.
fn name_of(document: &Document<'_>, organization: ElementId) -> Option<String> {
    let name = text(document, descend(document, organization, &["name"])?);
    Some(name.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
}

/// The organisation's branch of the tree of identifiers: itself, and what lies below it.
fn units(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document else { return };
    let asked = &facts.request.organization;
    let custodian = descend(document, document.root(), UNITS[2].1);
    let own_name = custodian.and_then(|custodian| name_of(document, custodian));
    // The custodian is compared as a whole by the check before this one.
    for (node, steps) in &UNITS[..2] {
        let Some(element) = descend(document, document.root(), steps) else { continue };
        let ids = identifiers(document, element);
        let Some(id) = ids.iter().find(|id| id.root.starts_with("1.2.643.5.1.13.13.12.2.")) else { continue };
        let below =
            id.root.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if below {
            continue;
        }
        let inside = &id.root;
        let apart = facts.rows("organizations", inside).next().is_some();
        if !apart && own_name.is_some() && name_of(document, element) == own_name {
            // One organisation may stand under several identifiers; ФРМО alone tells.
            found.warning(
                format!(
                    "У {node} [{inside}] то же наименование, что у МО из запроса [{asked}], но другой OID: убедитесь, \
                     что по ФРМО это одна организация"
                ),
                format!(
                    "{node} [{inside}] has the name of the organisation of the request [{asked}], but another OID: \
                     make sure that ФРМО has them as one organisation"
                ),
            );
        } else {
            found.error_at(
                Some(element),
                format!(
                    "МО из запроса на регистрацию сведений [{asked}] не совпадает с СП {node} [{inside}]"
                ),
                format!("the request names [{asked}], {node} of the document [{inside}]"),
            );
        }
    }
    let department = facts.request.department.as_ref().map(|department| department.local_id.as_str());
    if let Some((asked, inside)) = department.zip(facts.header.organization.department.as_deref())
        && asked != inside
    {
        let node = UNITS[2].0;
        found.error_at(
            custodian,
            format!("Подразделение из запроса на регистрацию сведений [{asked}] не совпадает с СП {node} [{inside}]"),
            format!("the department is [{asked}] in the request and [{inside}] in the document"),
        );
    }
}

fn patient(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let (Some(asked), Some(inside)) = (&facts.request.patient, &facts.header.patient) else { return };
    let birth = inside.birth_date.filter(|birth| birth.has_day()).map(|birth| birth.date().to_string());
    let person = &inside.person;
    // `xs:date` may carry a zone, which a date of birth does not have.
    let asked_birth = asked.birth_date.as_deref().map(|date| date.get(..10).unwrap_or(date));
    let rows = [
        ("СНИЛС", "СНИЛС", asked.snils.as_deref(), person.snils.as_deref()),
        ("Имя", "given name", Some(asked.name.as_str()), person.given.as_deref()),
        ("Фамилия", "family name", Some(asked.surname.as_str()), person.family.as_deref()),
        ("Отчество", "patronymic", asked.patr_name.as_deref(), person.patronymic.as_deref()),
        ("Дата рождения", "date of birth", asked_birth, birth.as_deref()),
        ("Пол", "sex", asked.gender.as_deref(), inside.gender.as_deref()),
        (
            "Локальный идентификатор",
            "local identifier",
            Some(asked.local_id.as_str()),
            inside.local_id.as_deref(),
        ),
    ];
    for (field_ru, field_en, asked, inside) in rows {
        let (asked, inside) = (asked.unwrap_or_default().trim(), inside.unwrap_or_default().trim());
        if asked != inside {
            let (asked, inside) = (facts.value(asked), facts.value(inside));
            found.error(
                format!("{field_ru} пациента в ЭМД [{inside}] отличается от указанного в запросе [{asked}]"),
                format!(
                    "the patient's {field_en} is [{inside}] in the document and [{asked}] in the request"
                ),
            );
        }
    }
}

/// Letters, space, hyphen, apostrophe and point. The register's exact set is not published.
fn characters(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(patient) = &facts.header.patient else { return };
    let person = &patient.person;
    let names = [&person.family, &person.given, &person.patronymic];
    for name in names.into_iter().flatten() {
        let allowed = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | '(' | ')');
        if !name.chars().all(allowed) {
            let shown = facts.value(name);
            found.error(
                format!("Недопустимые символы в имени '{shown}'"),
                format!("characters that a name may not have in '{shown}'"),
            );
        }
    }
}
