//! What is registered already: identifiers, versions, links.

use std::collections::HashSet;

use super::{Knowledge, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};

/// What the memory of the register says. The sandbox's own registrations are asked by the caller.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    for entry in known.rows("history", &request.local_uid) {
        if entry.get("state") == "cancelled" {
            refuse(errors, "VALIDATION_ERROR", "Документ аннулирован".to_owned());
        } else {
            errors.push(super::already_registered(&request.local_uid, entry.get("emdr_id")));
        }
    }
    let mut pairs = HashSet::new();
    for link in &request.associations {
        let repeated = !pairs.insert((link.target.as_str(), link.kind.as_str()));
        let registered = known.rows("links", &request.local_uid).iter().any(|entry| {
            (entry.get("target"), entry.get("type")) == (link.target.as_str(), link.kind.as_str())
        });
        if (repeated || registered) && known.knows("history") {
            refuse(
                errors,
                "NOT_UNIQUE_ASSOCIATION",
                "Регистрируемая связь документов уже существует".to_owned(),
            );
        }
        if known.knows("association-types") {
            association(&link.target, &link.kind, request, known, errors);
        }
    }
}

fn association(
    target: &str,
    kind: &str,
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let types = known.rows("association-types", kind);
    let earlier = known.data.table("history").and_then(|table| table.find_by("emdr_id", target));
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let number = target.split('.').filter(|part| digits(part)).count() == target.split('.').count()
        && target.contains('.');
    let Some(entry) = types.first().filter(|_| number) else {
        refuse(
            errors,
            "CAN_NOT_ASSOCIATE",
            format!("Невозможно связать документы: [{target}], тип [{kind}]"),
        );
        return;
    };
    let listed = |column, kind: &str| {
        entry.words(column).next().is_none() || entry.words(column).any(|one| one == kind)
    };
    if !listed("source_kinds", &request.kind)
        || earlier.is_some_and(|earlier| !listed("target_kinds", earlier.get("kind")))
    {
        refuse(
            errors,
            "CAN_NOT_ASSOCIATE",
            format!("Невозможно связать документы: связь типа [{kind}] недопустима"),
        );
    }
    if entry.get("replaces") != "yes" || !known.knows("history") {
        return;
    }
    if known.rows("kind-rules", &request.kind).first().is_some_and(|rule| rule.get("versions") == "forbidden")
    {
        refuse(
            errors,
            "RESTRICT_NEW_VERSION",
            format!("Для ЭМД {} запрещена регистрация новых версий", request.kind),
        );
    }
    let Some(earlier) = earlier else { return };
    let patient = request.patient.as_ref().map_or("", |patient| patient.local_id.as_str());
    let same = [
        ("organization", request.organization.as_str()),
        ("kind", &request.kind),
        ("patient_local_id", patient),
    ]
    .iter()
    .all(|(column, ours)| [*ours, ""].contains(&earlier.get(column)));
    if !same || earlier.get("state") == "cancelled" || !earlier.get("replaced_by").is_empty() {
        refuse(errors, "CANT_REG_VERSION", format!("Регистрация версии документа [{target}] невозможна"));
    }
}
