//! The register of organisations (ФРМО).

use semd_core::header::Header;
use semd_core::xml::{Document, HL7_V3};

use super::{Knowledge, day_of, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};

/// What the request alone tells.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let oid = &request.organization;
    let day = day_of(request, known.now);
    if known.knows("organizations") {
        let entries = known.rows("organizations", oid);
        match entries.first() {
            None => refuse(errors, "ORG_NOT_FOUND_IN_FRMO", format!("Организация [{oid}] не найдена в ФРМО")),
            Some(entry) => {
                if !entries.iter().any(|entry| entry.is_valid_on(day)) {
                    refuse(errors, "NO_ORG_ON_DATE", closed("organization", oid, entry.get("valid_to")));
                }
                let system = known.data.table("system").and_then(|table| table.rows().next());
                let region = system.map(|system| system.get("region")).unwrap_or_default();
                if !region.is_empty() && !entry.get("region").is_empty() && entry.get("region") != region {
                    refuse(
                        errors,
                        "RMIS_REGION_MISMATCH",
                        format!(
                            "Регион организации [{}] не соответствует региону РМИС/МИС [{region}]",
                            entry.get("region")
                        ),
                    );
                }
            }
        }
    }
    if known.knows("departments") {
        departments(request, known, errors);
    }
}

fn departments(request: &RegisterDocumentRequest, known: &Knowledge<'_>, errors: &mut Vec<RegisterError>) {
    let (oid, day) = (&request.organization, day_of(request, known.now));
    if let Some(department) = &request.department {
        let id = &department.local_id;
        let entries = known.rows("departments", id);
        let own: Vec<_> = entries.iter().filter(|entry| entry.get("organization") == oid).collect();
        let text = if entries.is_empty() {
            Some(format!("Запись справочника [ФРМО] с идентификатором [{id}] не найдена"))
        } else if own.is_empty() {
            Some(format!("Подразделение с идентификатором [{id}] не соответствует организации [{oid}]"))
        } else if own.iter().all(|entry| !entry.is_valid_on(day)) {
            Some(format!("Подразделение с идентификатором [{id}] не существовало на дату создания документа"))
        } else {
            None
        };
        if let Some(text) = text {
            refuse(errors, "OBJECT_NOT_FOUND", text);
        }
    }
    for item in &request.personal_signatures {
        let Some(department) = &item.signer.department else { continue };
        if let Some(entry) = known.rows("departments", &department.local_id).first()
            && entry.get("organization") != oid
        {
            refuse(
                errors,
                "SIGNER_ORG_MISMATCH",
                format!("Организация подписанта отлична от организации, регистрирующей документ [{oid}]"),
            );
        }
    }
}

/// What the file adds: the ОГРН, and a provider that is another organisation.
pub(super) fn judge_file(
    request: &RegisterDocumentRequest,
    document: &Document<'_>,
    header: &Header,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    if !known.knows("organizations") {
        return;
    }
    if let (Some(entry), Some(inside)) =
        (known.rows("organizations", &request.organization).first(), &header.organization.ogrn)
        && !entry.get("ogrn").is_empty()
        && entry.get("ogrn") != inside
    {
        let ogrn = entry.get("ogrn");
        refuse(
            errors,
            "VALIDATION_ERROR",
            format!("ОГРН МО из СЭМД [{inside}] не совпадает с ОГРН МО в ФРМО [{ogrn}]"),
        );
    }
    let day = day_of(request, known.now);
    let providers = document
        .descendants(document.root())
        .filter(|&one| document.local_name(one) == "providerOrganization");
    for id in
        providers.flat_map(|provider| document.children_named(provider, HL7_V3, "id").collect::<Vec<_>>())
    {
        let oid = document.attribute(id, "", "root").unwrap_or_default();
        let entries = known.rows("organizations", oid);
        if oid != request.organization
            && !entries.is_empty()
            && entries.iter().all(|entry| !entry.is_valid_on(day))
        {
            refuse(errors, "NO_ORG_ON_DATE", closed("providerOrganization", oid, entries[0].get("valid_to")));
        }
    }
}

fn closed(node: &str, oid: &str, until: &str) -> String {
    format!("Element {node}. MO code: [{oid}] is not actual. Delete date is {until}")
}
